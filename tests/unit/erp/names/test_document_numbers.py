"""Which whole numbers a mention may stand for: what can't be one is never looked up."""

from types import SimpleNamespace
from typing import Any

import pytest

from services.erp.core.document_numbers import numbers

RECORD: Any = SimpleNamespace(abbreviations=("PO",))
KNOWN = ("PUR-ORD-2026-", "OPENING")


@pytest.mark.parametrize(
    ("mention", "found"),
    [
        ("pur-ord-2026-00012", "PUR-ORD-2026-00012"),
        ("PUR-ORD-2026-00012-1", "PUR-ORD-2026-00012-1"),
        ("PO-0012", "PUR-ORD-2026-0012"),
        ("12번", "PUR-ORD-2026-00012"),
        ("opening", "OPENING"),
    ],
)
def test_a_number_or_its_end(mention: str, found: str):
    assert found in numbers(mention, RECORD, KNOWN)


@pytest.mark.parametrize("mention", ["대한상사", "PUR-ORD", "6204 베어링", "SO-2026-00012"])
def test_what_begins_like_no_number_is_none(mention: str):
    assert numbers(mention, RECORD, KNOWN) == []
