"""Each error reason is documented with a sample, and what the code raises is a documented reason."""

import importlib
import json
import pkgutil
import re
from string import Formatter

import grpc
import pytest
from maru.errors.v1.error_reason_pb2 import ErrorReason

import services
from services.kit.errors import MaruError

NAMES = [name for name in ErrorReason.keys() if name != "ERROR_REASON_UNSPECIFIED"]  # noqa: SIM118

SHAPE = re.compile(
    r"\n Code: (?P<code>[A-Z_]+)(?P<as>, as [^.]+)?\. Metadata: (?P<metadata>none|[^\n]+)\.\n"
    r" ko: (?P<ko>[^\n]+)\n en: (?P<en>[^\n]+)\n Sample: (?P<sample>\{[^\n]+\})\n$"
)


def documented(contracts, name: str) -> dict[str, str]:
    comment = contracts.enum_comments("maru.errors.v1.ErrorReason")[name]
    found = SHAPE.search(comment)
    assert found, comment
    return found.groupdict()


def metadata_keys(text: str) -> set[str]:
    """`length, maximum (both in characters)` -> {"length", "maximum"}."""
    return set() if text == "none" else set(re.sub(r"\s*\([^)]*\)", "", text).split(", "))


@pytest.mark.parametrize("name", NAMES)
def test_a_reason_has_code_metadata_words_and_a_sample(contracts, name):
    found = documented(contracts, name)
    assert found["code"] in grpc.StatusCode.__members__
    assert (found["code"] == "OK") == bool(found["as"])
    assert re.search("[가-힣]", found["ko"])
    assert not re.search("[가-힣]{3,}", found["en"])
    sample = json.loads(found["sample"])
    assert set(sample) == {"reason", "domain", "metadata"}
    assert sample["reason"] == name.removeprefix("ERROR_REASON_")
    assert sample["domain"] == "maru"
    assert set(sample["metadata"]) == metadata_keys(found["metadata"])
    assert all(isinstance(value, str) for value in sample["metadata"].values())


def raised_errors() -> list[type[MaruError]]:
    """Every error class of the services that has a reason of its own."""
    for module in pkgutil.walk_packages(services.__path__, "services."):
        if module.name.endswith(".errors"):
            importlib.import_module(module.name)
    found: list[type[MaruError]] = []
    left = [MaruError]
    while left:
        error = left.pop()
        left += error.__subclasses__()
        if isinstance(error.__dict__.get("reason"), str):
            found.append(error)
    return sorted(found, key=lambda error: (error.__module__, error.__qualname__))


def test_there_are_errors_to_check():
    assert len(raised_errors()) > 10


@pytest.mark.parametrize(
    "error", raised_errors(), ids=lambda error: f"{error.__module__}.{error.__qualname__}"
)
def test_a_raised_error_is_a_documented_reason_with_its_code(contracts, error):
    name = f"ERROR_REASON_{error.reason}"
    assert name in NAMES
    assert documented(contracts, name)["code"] == error.code.name
    assert re.search("[가-힣]|^{[a-z_]*ko}$", error.ko), "Korean, or words that the raiser gives"
    for words in (error.ko, error.en):
        assert all(key != "" for _, key, _, _ in Formatter().parse(words) if key is not None)
