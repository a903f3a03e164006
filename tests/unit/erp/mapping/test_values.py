"""Source values are read exactly, or refused with a reason; cases: tests/cases/mapping/values.yaml."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from services.erp.mapping.values import (
    RefusedValueError,
    join_key,
    read_date,
    read_decimal,
    read_flag,
    read_moment,
    read_text,
)

CASES = yaml.safe_load((Path(__file__).parents[3] / "cases/mapping/values.yaml").read_text(encoding="utf-8"))
READERS: dict[str, Callable[[Any], Any]] = {
    "text": read_text,
    "decimal": read_decimal,
    "flag": read_flag,
    "date": read_date,
    "moment": read_moment,
}
TYPES: dict[str, Callable[[Any], Any]] = {
    "int": int,
    "decimal": Decimal,
    "float": float,
    "bool": lambda text: text == "true",
    "bytes": bytes.fromhex,
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
    "lone": lambda _: b"\x80".decode("utf-8", "surrogateescape"),
}


def typed(given: Any) -> Any:
    if isinstance(given, dict):
        ((kind, value),) = given.items()
        return TYPES[kind](value)
    return given


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['reader']} {case['given']}")
def test_reading(case: dict[str, Any]) -> None:
    read, value = READERS[case["reader"]], typed(case["given"])
    if "refused" in case:
        with pytest.raises(RefusedValueError, match=case["refused"]):
            read(value)
        return
    found = read(value)
    if isinstance(case["expect"], bool) or case["expect"] is None:
        assert found is case["expect"]
    else:
        assert str(found) == case["expect"]


@given(st.decimals(allow_nan=False, allow_infinity=False, places=9, min_value=-(10**6), max_value=10**6))
def test_a_float_copy_of_nine_decimals_is_read_back_exactly(value: Decimal) -> None:
    assert read_decimal(float(value)) == value


@given(st.lists(st.text(alphabet="a|\\가 ", max_size=5), min_size=2, max_size=4))
def test_composite_keys_keep_their_parts(parts: list[str]) -> None:
    """Splitting at the bars that are not escaped gives the parts back: no two keys are the same text."""
    joined = join_key(list(parts))
    assert joined is not None
    found, current, characters = [], "", iter(joined)
    for character in characters:
        if character == "\\":
            current += next(characters)
        elif character == "|":
            found.append(current)
            current = ""
        else:
            current += character
    assert [*found, current] == parts


def test_a_key_with_an_empty_part_is_none() -> None:
    assert join_key(["a", None]) is None
    assert join_key([None]) is None
    assert join_key(["a|b"]) == "a|b"
