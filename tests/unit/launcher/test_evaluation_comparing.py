"""What counts as the same figures, and what doesn't."""

from typing import Any

import pytest
from google.protobuf.json_format import ParseDict
from maru.erp.v1 import value_pb2

from services.launcher.evaluation.comparing import difference, member_difference
from services.launcher.evaluation.gold import Expected

MONEY = {"kind": "KIND_CURRENCY", "code": "KRW"}
PERCENT = {"kind": "KIND_PERCENT"}
CUSTOMER = {"key": "customer", "role": "ROLE_DIMENSION"}
REVENUE = {"key": "revenue", "role": "ROLE_METRIC", "metric": "revenue", "unit": MONEY}
BEFORE = {"key": "revenue.comparison", "role": "ROLE_COMPARISON", "metric": "revenue", "unit": MONEY}
CHANGE = {"key": "revenue.change", "role": "ROLE_CHANGE", "metric": "revenue", "unit": MONEY}
RATE = {"key": "revenue.rate", "role": "ROLE_CHANGE_RATE", "metric": "revenue", "unit": PERCENT}
MARGIN = {"key": "margin", "role": "ROLE_METRIC", "metric": "margin", "unit": PERCENT}


def table(columns: list[dict[str, Any]], *rows: list[Any]) -> value_pb2.Table:
    return ParseDict(
        {"columns": columns, "rows": [{"values": [_cell(cell) for cell in row]} for row in rows]},
        value_pb2.Table(),
    )


def _cell(cell: Any) -> dict[str, Any]:
    if cell is None:
        return {}
    if isinstance(cell, str) and cell.startswith("C-"):
        return {"entity": {"kind": "ENTITY_KIND_CUSTOMER", "key": cell, "displayName": f"이름 {cell}"}}
    return {"decimal": str(cell)} if isinstance(cell, int | float) else {"text": cell}


def gold(*rows: tuple[Any, ...], ordered: bool = False, columns: tuple[str, ...] = ()) -> Expected:
    return Expected(columns or tuple(f"c{i}" for i in range(len(rows[0]) if rows else 1)), rows, ordered)


TWO = table([CUSTOMER, REVENUE], ["C-1", 300], ["C-2", 200])

SAME = {
    "a figure": (table([REVENUE], [300]), gold((300,))),
    "by key": (TWO, gold(("C-2", 200), ("C-1", 300))),
    "by name": (TWO, gold(("이름 C-1", 300), ("이름 C-2", 200))),
    "in order": (TWO, gold(("C-1", 300), ("C-2", 200), ordered=True)),
    "ties in either order": (
        table([CUSTOMER, REVENUE], ["C-1", 5], ["C-2", 5], ["C-3", 1]),
        gold(("C-2", 5), ("C-1", 5), ("C-3", 1), ordered=True),
    ),
    "exact decimals as text": (table([REVENUE], [5334.63]), gold(("5334.63",))),
    "percent to one digit": (table([MARGIN], [32.3]), gold(("32.349999999999",))),
    "quotient as far as shown": (table([REVENUE], [6799046]), gold(("6799046.499999999999",))),
    "nothing is nothing": (table([REVENUE]), gold((None,))),
    "0 is nothing": (table([REVENUE], [0]), gold((None,))),
    "missing group": (table([CUSTOMER, REVENUE], [None, 3]), gold((None, 3))),
    "changes that follow": (table([REVENUE, BEFORE, CHANGE, RATE], [300, 200, 100, 50]), gold((300, 200))),
    "no rate of nothing": (table([REVENUE, BEFORE, CHANGE, RATE], [300, 0, 300, None]), gold((300, 0))),
    "unit of the column": (
        table([{**REVENUE, "unit": {"kind": "KIND_QUANTITY", "code": "EA"}}], [7]),
        gold(("EA", 7), columns=("단위", "qty")),
    ),
}  # fmt: skip

DIFFERENT = {
    "another figure": (table([REVENUE], [301]), gold((300,)), "no column"),
    "a won too much in a sum": (table([REVENUE], [300.01]), gold((300,)), "no column"),
    "figures swapped": (TWO, gold(("C-1", 200), ("C-2", 300)), "other things"),
    "one row too many": (TWO, gold(("C-1", 300)), "rows"),
    "another order": (TWO, gold(("C-2", 200), ("C-1", 300), ordered=True), "order"),
    "uninvited metric": (table([REVENUE, MARGIN], [300, 5]), gold((300,)), "uninvited"),
    "uninvited comparison": (table([REVENUE, BEFORE], [300, 200]), gold((300,)), "uninvited"),
    "a change that doesn't follow": (table([REVENUE, BEFORE, CHANGE], [300, 200, 99]), gold((300, 200)), "follow"),
    "a rate that doesn't follow": (table([REVENUE, BEFORE, RATE], [300, 200, 33.3]), gold((300, 200)), "follow"),
    "now and before swapped": (table([REVENUE, BEFORE, CHANGE], [200, 300, 100]), gold((300, 200)), "uninvited|follow"),
    "0 where there is something": (table([REVENUE], [0]), gold((300,)), "no column"),
    "something where there is nothing": (table([REVENUE], [300]), gold((None,)), "no column"),
    "percent off by a digit": (table([MARGIN], [32.4]), gold(("32.340000000000",)), "no column"),
}  # fmt: skip


@pytest.mark.parametrize(("told", "expected"), SAME.values(), ids=SAME.keys())
def test_same(told: value_pb2.Table, expected: Expected):
    assert difference(told, expected) == ""


@pytest.mark.parametrize(("told", "expected", "why"), DIFFERENT.values(), ids=DIFFERENT.keys())
def test_different(told: value_pb2.Table, expected: Expected, why: str):
    assert any(word in difference(told, expected) for word in why.split("|"))


def test_members():
    assert member_difference(TWO, gold(("C-2",), ("C-1",))) == ""
    assert member_difference(TWO, gold(("C-2", 200), ("C-1", 300))) == ""
    assert member_difference(TWO, gold(("C-2",))) == "0 missing, 1 too many"
    assert member_difference(TWO, gold(("C-1",), ("C-2",), ("C-3",))) == "1 missing, 0 too many"
    assert member_difference(TWO, gold(("C-2", 300), ("C-1", 200))) == "other sums"
    split = table([CUSTOMER, REVENUE], ["C-1", 100], ["C-1", 200])
    assert member_difference(split, gold(("C-1", 300))) == ""
