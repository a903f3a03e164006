"""Rows through mappings; the cases are in tests/cases/mapping/rows.yaml."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy.dialects import sqlite

from services.erp.load import MAPPINGS
from services.erp.mapping.language import ErpMapping, parse_mapping, read_mapping
from services.erp.mapping.mapper import RejectedRowError, RowMapper

FILE = Path(__file__).parents[3] / "cases/mapping/rows.yaml"
DATA: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
MAPPING: dict[str, ErpMapping] = {
    "packaged": parse_mapping(DATA["packaged"], "packaged.yaml"),
    "erpnext": read_mapping(MAPPINGS / "erpnext.yaml"),
}


def mapper(case: dict[str, Any], dialect: Any = None) -> RowMapper:
    (table,) = (
        table
        for table in MAPPING[case["mapping"]].tables
        if table.target.name == case["to"] and case.get("from", table.source) == table.source
    )
    return RowMapper(table, dialect)


def source(value: Any) -> Any:
    if value == {"damaged": True}:
        return b"\xb4\xeb".decode("utf-8", "surrogateescape")
    return "가" * value["repeat"] if isinstance(value, dict) else value


def shown(value: Any) -> Any:
    """A local value as the cases write it."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value) if isinstance(value, date | datetime) else value


@pytest.mark.parametrize("case", DATA["cases"], ids=lambda case: f"{case['mapping']}: {case['case']}")
def test_row(case: dict[str, Any]) -> None:
    row = {name: source(value) for name, value in case["row"].items()}
    rows = mapper(case)
    if "rejected" in case:
        with pytest.raises(RejectedRowError) as caught:
            rows.map(row)
        assert str(caught.value).startswith(case["rejected"])
    elif "left_out" in case:
        assert rows.map(row) is None
        assert rows.key(row) == case["left_out"]
    else:
        local = rows.map(row)
        assert local is not None
        assert rows.key(row) == local["id"]
        assert {name: shown(local[name]) for name in case["local"]} == case["local"]
        assert rows.rounded == case.get("rounded", rows.rounded)


def test_every_row_of_a_mapper_has_the_same_columns_and_the_row_is_left_alone() -> None:
    case = next(case for case in DATA["cases"] if case["to"] == "sales_order_line")
    row = dict(case["row"])
    rows = mapper(case)
    first, second = rows.map(row), rows.map({**row, "QT_GI": "1"})
    assert first is not None
    assert second is not None
    assert list(first) == list(second)
    assert row == case["row"]


def test_values_in_the_form_that_sqlite_stores() -> None:
    case = next(case for case in DATA["cases"] if case.get("rounded") == 1 and case["mapping"] == "packaged")
    local = mapper(case, sqlite.dialect()).map({**case["row"], "DT_DUE": "20261130"})
    assert local is not None
    assert local["base_net_amount"] == 489_073_100
    assert local["quantity"] == 3_000_000
    assert local["delivery_date"] == "2026-11-30"
    assert local["is_drop_shipped"] in (0, False)
