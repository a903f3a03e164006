"""Mapping expressions; the cases are in tests/cases/mapping/expressions.yaml."""

import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from services.erp.mapping.cel import ExpressionError, compile_expression
from services.erp.mapping.kinds import Kind
from services.erp.mapping.values import RefusedValueError

FILE = Path(__file__).parents[3] / "cases/mapping/expressions.yaml"
# Numbers stay as they are written: a float here would spoil what the cases are about.
LOADER = type("Loader", (yaml.SafeLoader,), {})
LOADER.add_constructor("tag:yaml.org,2002:float", lambda loader, node: Decimal(node.value))  # type: ignore[attr-defined]
LOADER.add_constructor("tag:yaml.org,2002:int", lambda loader, node: Decimal(node.value))  # type: ignore[attr-defined]
DATA: dict[str, Any] = yaml.load(FILE.read_text(encoding="utf-8"), LOADER)  # noqa: S506 - a SafeLoader
KINDS = {
    **dict.fromkeys(("qty", "sent", "factor", "nothing"), Kind.DECIMAL),
    **dict.fromkeys(("yes", "no"), Kind.FLAG),
    "day": Kind.DATE,
}


@pytest.mark.parametrize("case", DATA["cases"], ids=lambda case: str(case["expression"]))
def test_expression(case: dict[str, Any]) -> None:
    if "wrong" in case:
        with pytest.raises(ExpressionError, match=re.escape(case["wrong"])):
            compile_expression(case["expression"], KINDS)
        return
    expression = compile_expression(case["expression"], KINDS)
    if "refused" in case:
        with pytest.raises(RefusedValueError, match=case["refused"]):
            expression.evaluate(DATA["row"])
        return
    found = expression.evaluate(DATA["row"])
    assert found == case["expect"]
    assert type(found) is type(case["expect"])


def test_columns_and_kind_are_known_before_any_row() -> None:
    expression = compile_expression("yes ? key(code, name) : row['품 목']", KINDS)
    assert expression.kind is Kind.TEXT
    assert expression.columns == {"yes", "code", "name", "품 목"}


numbers = st.decimals(allow_nan=False, allow_infinity=False, places=9, min_value=-(10**12), max_value=10**12)


@given(numbers, numbers, numbers)
def test_arithmetic_is_exact(one: Decimal, two: Decimal, three: Decimal) -> None:
    expression = compile_expression("(qty - sent) * factor", KINDS)
    found = expression.evaluate({"qty": one, "sent": two, "factor": three})
    assert Fraction(found) == (Fraction(one) - Fraction(two)) * Fraction(three)
