"""Values of a workbook as a reader of the sheet sees them, and how a sheet falls into tables."""

from datetime import date, datetime, time
from typing import Any

import pytest
from openpyxl import Workbook

from services.retrieval.reading.content import Heading, Paragraph, Table
from services.retrieval.reading.readers import read
from services.retrieval.reading.sheets import shown
from tests.documents.writers import saved

_DAY = date(2026, 1, 5)


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (1234567, "#,##0", "1,234,567"),
        (1234567, "General", "1234567"),
        (0.1, "General", "0.1"),
        (0.155, "0.0%", "15.5%"),
        (0.15, "0%", "15%"),
        (30000, '#,##0"원"', "30,000원"),
        (30000, "₩#,##0", "₩30,000"),
        (30000, '_-"₩"* #,##0_-;-"₩"* #,##0_-', "₩30,000"),
        (-500, "#,##0;-#,##0", "-500"),
        (1234.5, "#,##0.00", "1,234.50"),
        (3, '0"일"', "3일"),
        (1e21, "0", "1000000000000000000000"),
        (True, "General", "TRUE"),
        (datetime.combine(_DAY, time()), "yyyy-mm-dd", "2026-01-05"),
        (datetime.combine(_DAY, time(9, 30)), "yyyy-mm-dd hh:mm", "2026-01-05 09:30"),
        (_DAY, "yyyy-mm-dd", "2026-01-05"),
        (time(18, 0), "hh:mm", "18:00"),
        ("글", "@", "글"),
    ],
)
def test_values_read_as_they_are_shown(value: Any, form: str, text: str) -> None:
    assert shown(value, form) == text


def test_a_name_that_nobody_gave_heads_nothing_and_no_sheet_names_the_document() -> None:
    book = Workbook()
    book.active.append(["품목", "단가"])
    book.active.append(["볼트", "80원"])
    table = Table((("품목", "단가"), ("볼트", "80원")), 1)
    assert read(saved(book.save), "a.xlsx").blocks == (table,)
    book.active.title = "단가표"
    named = read(saved(book.save), "a.xlsx")
    assert named.blocks == (Heading(1, "단가표"), table)
    assert named.title == ""


def test_a_sheet_falls_into_stretches_without_gaps() -> None:
    book = Workbook()
    sheet = book.active
    sheet.title = "단가표"
    for row in (
        ["2026년 단가표"],
        ["(부가세 별도)"],
        ["품목", "단가"],
        ["베어링", 1200],
        ["볼트", 80],
        ["※ 분기마다 고친다"],
        [],
        ["지역", "운임"],
        ["서울", 5000],
    ):
        sheet.append(row)
    assert read(saved(book.save), "a.xlsx").blocks == (
        Heading(1, "단가표"),
        Paragraph("2026년 단가표"),
        Paragraph("(부가세 별도)"),
        Table((("품목", "단가"), ("베어링", "1200"), ("볼트", "80")), 1),
        Paragraph("※ 분기마다 고친다"),
        Table((("지역", "운임"), ("서울", "5000")), 1),
    )
