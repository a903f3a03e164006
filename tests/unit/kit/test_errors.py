import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from maru.errors.v1 import error_reason_pb2

import services
from services.kit.errors import MaruError, RemoteError

PROTO = Path("proto/maru/errors/v1/error_reason.proto").read_text()


def all_errors() -> list[type[MaruError]]:
    """Every error that any room defines in its `errors.py`."""
    for module in pkgutil.walk_packages(services.__path__, "services."):
        if module.name.endswith(".errors"):
            importlib.import_module(module.name)

    def below(kind: type[MaruError]) -> Iterator[type[MaruError]]:
        for child in kind.__subclasses__():
            yield child
            yield from below(child)

    shipped = (e for e in below(MaruError) if e.__module__.startswith("services."))
    return sorted(
        {e for e in shipped if e is not RemoteError and hasattr(e, "reason")}, key=lambda e: e.__name__
    )


def documented(reason: str) -> str:
    """The comment above a reason in the contract."""
    found = re.search(rf"((?:  //[^\n]*\n)+)  ERROR_REASON_{reason} = ", PROTO)
    assert found, f"{reason} is not in {error_reason_pb2.DESCRIPTOR.name}"
    return found[1]


@pytest.mark.parametrize("error", all_errors(), ids=lambda e: e.__name__)
def test_an_error_is_what_the_contract_says(error: type[MaruError]) -> None:
    comment = documented(error.reason)
    assert f"Code: {error.code}." in comment
    sample = re.search(r"Metadata: (.+?)\.\n", comment)
    assert sample is not None


@pytest.mark.parametrize("error", all_errors(), ids=lambda e: e.__name__)
def test_an_error_speaks_both_languages(error: type[MaruError]) -> None:
    assert re.search(r"[가-힣]", error.ko)
    assert re.search(r"[A-Za-z]", error.en)
    assert not re.search(r"[가-힣]", error.en)
    assert set(re.findall(r"{(\w+)}", error.ko)) >= set(re.findall(r"{(\w+)}", error.en))
