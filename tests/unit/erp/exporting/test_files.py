"""Exported files, read back by other readers than what wrote them."""

import csv
import io
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from threading import Event
from typing import Any

import openpyxl
import pytest
import yaml
from openpyxl.utils.escape import unescape

from services.erp.core.query import Grain
from services.erp.core.result import Column, Role, Table, Unit, UnitKind
from services.erp.exporting.csv_file import csv_parts, neutralised
from services.erp.exporting.export import Export, Stopped, period
from services.erp.exporting.xlsx_file import xlsx_parts

PART = 64 * 1024
CASES: list[dict[str, str]] = yaml.safe_load(
    Path("tests/cases/erp/exporting/formulas.yaml").read_text("utf-8")
)


def csv_file(export: Export, part: int = PART) -> bytes:
    return b"".join(csv_parts(export, part, Event()))


def workbook(export: Export) -> Any:
    return openpyxl.load_workbook(io.BytesIO(b"".join(xlsx_parts(export, PART, Event()))))


def long(export: Export, rows: int) -> Export:
    return replace(export, table=Table(export.table.columns, export.table.rows[:1] * rows, rows))


def test_csv_byte_for_byte(export: Export) -> None:
    assert (
        csv_file(export)
        == (
            "\ufeff거래처,월,납기,매출 (원),외화 매출 (USD),재고수량 (EA),매출총이익률 (%),매출 건수 (건),마감\r\n"
            "'=대한상사(주),2026-10,2026-11-02,-1234567,1234.5,1250.125,12.5,3,예\r\n"
            "미지정,2026-09,미지정,1234567890123456,12345678901234.567,0,,0,아니요\r\n"
        ).encode()
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: repr(case["text"]))
def test_no_text_is_a_formula(case: dict[str, str], export: Export) -> None:
    cell = case.get("cell", case["text"])
    assert neutralised(case["text"]) == cell
    table = Table((Column("a", "가", Role.FIELD), Column("b", "나", Role.FIELD)), ((case["text"], "끝"),), 1)
    content = csv_file(replace(export, table=table))
    read = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert read == [["가", "나"], [cell, "끝"]]
    sheet = workbook(replace(export, table=table))["결과"]
    assert sheet["A2"].data_type in ("s", "n", "inlineStr")
    assert (
        unescape(sheet["A2"].value or "") == case["text"]
    )  # a text in XLSX is no formula, however it begins


@pytest.mark.parametrize("part", [1, 7, 1000, PART])
def test_parts_are_bounded_and_make_the_same_file(export: Export, part: int) -> None:
    large = long(export, 300)
    parts = list(csv_parts(large, part, Event()))
    assert {len(one) for one in parts[:-1]} <= {part}
    assert 0 < len(parts[-1]) <= part
    assert b"".join(parts) == csv_file(large)
    assert max(len(one) for one in xlsx_parts(large, part * 100, Event())) <= part * 100


def test_xlsx_holds_real_numbers_and_dates(export: Export) -> None:
    sheet = workbook(export)["결과"]
    assert [cell.value for cell in sheet[1]] == [
        "거래처", "월", "납기", "매출 (원)", "외화 매출 (USD)", "재고수량 (EA)", "매출총이익률 (%)",
        "매출 건수 (건)", "마감",
    ]  # fmt: skip
    assert [cell.value for cell in sheet[2]] == [
        "=대한상사(주)", datetime(2026, 10, 1), datetime(2026, 11, 2), -1234567, 1234.5, 1250.125, 12.5, 3, "예",  # noqa: DTZ001
    ]  # fmt: skip
    assert [cell.number_format for cell in sheet[2]][1:8] == [
        "yyyy-mm", "yyyy-mm-dd", "#,##0", "#,##0.00", "#,##0.000", '#,##0.0"%"', "#,##0",
    ]  # fmt: skip
    assert [cell.value for cell in sheet[3]] == [
        "미지정", datetime(2026, 9, 1), "미지정", "1234567890123456", "12345678901234.567", 0, None, 0, "아니요",  # noqa: DTZ001
    ]  # fmt: skip
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:I3"
    assert sheet.column_dimensions["D"].width > sheet.column_dimensions["H"].width - 20


def test_the_second_sheet_says_what_the_figures_stand_on(export: Export) -> None:
    notes = [
        tuple(cell.value for cell in row) for row in workbook(export)["조건과 정의"].iter_rows(min_row=2)
    ]
    assert notes == [
        ("정의", "매출: 발행한 매출 송장의 공급가액"),
        ("조건 (질문)", "2026-09-01~2026-10-31"),
        ("조건 (볼 수 있는 범위)", "수도권 (볼 수 있는 범위)"),
        ("범위", "볼 수 있는 범위의 데이터만 담겨 있습니다. 합계도 그 범위의 합계입니다."),
        ("데이터 기준", "2026-11-20 00:30:00 KST"),
        ("내보낸 사람", "김민준 (kim)"),
        ("내보낸 시각", "2026-11-20 09:05:07 KST"),
        ("행 수", "2"),
        ("긴 수", "15자리를 넘는 수 2개는 정확한 값을 지키려고 문자로 넣었습니다."),
    ]


def test_the_same_export_is_the_same_file(export: Export) -> None:
    files = {b"".join(xlsx_parts(long(export, 50), PART, Event())) for _ in range(2)}
    assert len(files) == 1


@pytest.mark.parametrize("write", [csv_parts, xlsx_parts])
def test_it_stops_when_nobody_waits(export: Export, write: Any) -> None:
    stopped = Event()
    stopped.set()
    with pytest.raises(Stopped):
        list(write(long(export, 10), PART, stopped))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("2026-10-01~2026-10-31", "매출_2026-10-01~2026-10-31_20261120-0905.csv"),
        ('../../<x>:"/\\|?*', "매출_.. .. x_20261120-0905.csv"),
        ("가" * 200, f"매출_{'가' * 57}_20261120-0905.csv"),
    ],
)
def test_file_names_are_korean_and_harmless(export: Export, text: str, name: str) -> None:
    (first, *others) = export.context.filters
    context = replace(export.context, filters=(replace(first, text=text), *others))
    assert replace(export, context=context).file_name("csv") == name
    assert len(name.encode()) < 255


@pytest.mark.parametrize(
    ("grain", "text"),
    [
        (None, "2026-07-01"),
        (Grain.WEEK, "2026-07-01"),
        (Grain.MONTH, "2026-07"),
        (Grain.QUARTER, "2026-Q3"),
        (Grain.HALF, "2026-H2"),
        (Grain.YEAR, "2026"),
        (Grain.FISCAL_YEAR, "2026-07-01"),
    ],
)
def test_periods(grain: Grain | None, text: str) -> None:
    assert period(date(2026, 7, 1), grain) == text


def test_fifteen_digits_are_a_number_and_sixteen_a_text(export: Export) -> None:
    column = Column("a", "가", Role.METRIC, "a", Unit(UnitKind.CURRENCY, "USD"), 2)
    values = [
        Decimal("9999999999999.99"),
        Decimal("99999999999999.99"),
        Decimal("-0.000000000000001"),
        Decimal("1e18"),
    ]
    table = Table((column,), tuple((value,) for value in values), len(values))
    cells = [row[0].value for row in workbook(replace(export, table=table))["결과"].iter_rows(min_row=2)]
    assert cells == [9999999999999.99, "99999999999999.99", -1e-15, 10**18]
