"""What a mapping knows beside a row: lookups, rows that add up, rows that are the same."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from services.erp.load import load
from services.erp.loading.errors import LoadError
from services.erp.loading.model_file import ModelFile
from services.erp.loading.progress import Progress
from services.erp.mapping.language import parse_mapping

SOURCE = """
CREATE TABLE place (id INTEGER, name TEXT, usage TEXT, up INTEGER);
INSERT INTO place VALUES (1, 'Stock', 'internal', NULL), (2, 'Shelf', 'internal', 1), (3, 'Customers', 'customer', NULL);
CREATE TABLE move (id INTEGER, item INTEGER, src INTEGER, dst INTEGER, qty NUMERIC, done TEXT, day TEXT);
INSERT INTO move VALUES (1, 7, 3, 2, 5, 't', '2026-11-01'), (2, 7, 2, 3, 2, 't', '2026-11-03'),
  (3, 7, 2, 3, 1, 'f', '2026-11-09'), (4, 8, 1, 9, 4, 't', '2026-11-04'), (5, 8, NULL, 2, 6.5, 't', NULL);
CREATE TABLE template (id INTEGER, name TEXT, unit INTEGER);
INSERT INTO template VALUES (70, '{"en_US": "Ball", "ko_KR": "볼"}', 1), (80, '{"en_US": "Belt"}', 2);
CREATE TABLE product (id INTEGER, template INTEGER, code TEXT);
INSERT INTO product VALUES (7, 70, 'B'), (8, 80, 'T'), (9, 99, 'gone');
CREATE TABLE unit (id INTEGER, name TEXT);
INSERT INTO unit VALUES (1, 'EA'), (1, 'again'), (2, 'M');
"""
MAPPING = """
mapping: odd
inexact: round
types: {decimal: [qty], flag: [done], date: [day]}
lookups:
  place: {from: place, key: id, columns: {usage: usage, title: "= name.upperAscii()"}}
  unit: {from: unit, key: id, columns: [name]}
  template: {from: template, key: id, with: {unit: unit}, columns: {name: "= translated(name, 'ko_KR')", unit: unit.name}}
  moved:
    from: move
    key: item
    when: done
    sum: [qty]
    min: {first: day}
    max: {last: day}
    count: [times]
  nowhere: {from: absent, optional: true, key: id, columns: [name]}
tables:
- to: warehouse
  from: place
  key: id
  when: "usage == 'internal'"
  with: {up: {lookup: place, by: up}}
  columns: {name: "= up.title == null ? name : up.title + '/' + name"}
- to: item
  from: product
  key: ["= 'P' + id"]
  with: {template: template, moved: id, nowhere: code}
  columns:
    name: ["template.name", code]
    code: code
    stock_unit: template.unit
    brand: nowhere.name
    safety_stock: moved.qty
    lead_time_days: moved.times
    specification: "= string(moved.first) + ' ~ ' + string(moved.last)"
- to: stock_balance
  from: move
  sum: [actual_quantity, projected_quantity]
  key: ["= 'P' + item", dst]
  with: {to: {lookup: place, by: dst}}
  when: "to.usage == 'internal'"
  columns:
    item_id: "= 'P' + item"
    warehouse_id: dst
    actual_quantity: "= done ? qty : 0"
    projected_quantity: qty
- to: stock_balance
  from: move
  sum: [actual_quantity, projected_quantity, reserved_quantity]
  key: ["= 'P' + item", src]
  with: {from: {lookup: place, by: src}}
  when: "from.usage == 'internal'"
  columns:
    item_id: "= 'P' + item"
    warehouse_id: src
    actual_quantity: "= done ? -qty : 0"
    projected_quantity: "= -qty"
    reserved_quantity: "= done ? 0 : qty"
- to: item_group
  from: product
  distinct: true
  key: [{const: all}]
  columns: {name: {const: 전체}}
- to: item_group
  from: template
  distinct: true
  key: [{const: all}]
  columns: {name: {const: 전체}}
"""


def loaded(tmp_path: Path, mapping: str = MAPPING) -> tuple[ModelFile, list[Any]]:
    source, model, events = tmp_path / "erp.db", ModelFile(tmp_path / "model.sqlite"), []
    with closing(sqlite3.connect(source)) as database:
        database.executescript(SOURCE)
    load(f"sqlite:///{source}", model, parse_mapping(mapping, "odd.yaml"), Progress(events.append))
    return model, events


def rows(model: ModelFile, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(model.path)) as local:
        return local.execute(sql).fetchall()


def test_lookups_sums_and_same_rows(tmp_path: Path) -> None:
    model, _ = loaded(tmp_path)
    assert rows(model, "SELECT * FROM rejected_row") == []
    assert rows(model, "SELECT id, name FROM warehouse ORDER BY 1") == [("1", "Stock"), ("2", "STOCK/Shelf")]
    found = rows(
        model,
        "SELECT id, name, stock_unit, brand, safety_stock, lead_time_days, specification FROM item ORDER BY 1",
    )
    assert found == [
        ("P7", "볼", "EA", None, 7_000_000, 2_000_000, "2026-11-01 ~ 2026-11-03"),
        ("P8", "Belt", "M", None, 10_500_000, 2_000_000, "2026-11-04 ~ 2026-11-04"),
        ("P9", "gone", None, None, None, None, "~"),
    ]
    balances = rows(
        model,
        "SELECT id, actual_quantity, projected_quantity, reserved_quantity FROM stock_balance ORDER BY 1",
    )
    assert balances == [
        ("P7|2", 3_000_000, 2_000_000, 1_000_000),
        ("P8|1", -4_000_000, -4_000_000, 0),
        ("P8|2", 6_500_000, 6_500_000, None),
    ]
    assert rows(model, "SELECT id FROM item_group") == [("all",)]
    marks = "SELECT columns FROM load_watermark WHERE local_table = 'stock_balance'"
    assert rows(model, marks) == [
        ("actual_quantity id item_id projected_quantity reserved_quantity warehouse_id",)
    ]


def test_a_long_text_is_cut_with_notice_and_a_long_key_is_not(tmp_path: Path) -> None:
    mapping = """
mapping: long
inexact: round
tables:
- to: customer
  from: product
  key: id
  columns: {name: "= code + 'x'.padLeft(200, 'y')", code: code}
"""
    model, events = loaded(tmp_path, mapping)
    assert rows(model, "SELECT length(name), count(*) FROM customer GROUP BY 1") == [(190, 3)]
    assert events[-1]["tables"][0]["rounded"] == 3
    again = tmp_path / "again"
    again.mkdir()
    with pytest.raises(LoadError, match="longer than 190 characters"):
        loaded(again, mapping.replace("key: id", "key: [\"= code + 'x'.padLeft(200, 'y')\"]"))


def test_a_lookup_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.erp.loading.filling.MAX_ROWS", 1)
    with pytest.raises(LoadError, match=r"lookup place \(place\) has more than 1 rows"):
        loaded(tmp_path)


def test_a_source_without_the_lookups_table_or_column(tmp_path: Path) -> None:
    with pytest.raises(Exception, match=r"odd\.yaml:7: the source has no table 'unitt'; did you mean unit\?"):
        loaded(tmp_path, MAPPING.replace("from: unit,", "from: unitt,"))
