"""XLSX: numbers and dates as such, each column in its unit's format; what they stand on is on a second sheet.

XlsxWriter writes row by row to files of its own (`constant_memory`), so that memory does not grow with the rows.
"""

import tempfile
import unicodedata
from collections.abc import Generator
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from threading import Event
from typing import Any, Final

import xlsxwriter

from services.erp.core.query import Grain
from services.erp.core.result import Column, UnitKind, Value
from services.erp.exporting.export import Export, Stopped, heading, is_number, period, plain, text_of

EXACT_DIGITS: Final = 15
"""Excel keeps no more of a number; longer ones are texts."""
_RESULT: Final = "결과"
_NOTES: Final = "조건과 정의"
_WIDTH_ROWS: Final = 500
"""Rows that a column's width is taken from."""
_WIDTHS: Final = (8, 60)
_DATE_FORMATS: Final = {Grain.MONTH: "yyyy-mm", Grain.YEAR: "yyyy"}


def xlsx_parts(export: Export, part_bytes: int, stopped: Event) -> Generator[bytes]:
    """The file in parts of at most `part_bytes`. It is whole on disk, for its own time only, before the first.

    Raises:
        Stopped: `stopped` was set.
    """
    with tempfile.TemporaryDirectory(prefix="maru-export-") as folder:
        path = Path(folder) / "export.xlsx"
        _Writer(export, path, folder).write(stopped)
        with path.open("rb") as file:
            while part := file.read(part_bytes):
                if stopped.is_set():
                    raise Stopped
                yield part


class _Writer:
    def __init__(self, export: Export, path: Path, folder: str) -> None:
        self._export = export
        self._book = xlsxwriter.Workbook(
            path,
            {
                "constant_memory": True,
                "tmpdir": folder,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        self._book.set_properties(
            {"created": export.time.replace(tzinfo=None), "author": export.asker, "company": "Maru"}
        )
        self._formats: dict[str, Any] = {}
        self._bold = self._book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self._long = self._book.add_format({"align": "right"})
        self._wrapped = self._book.add_format({"text_wrap": True, "valign": "top"})
        self._long_numbers = 0

    def write(self, stopped: Event) -> None:
        try:
            self._rows(stopped)
            self._notes()
        finally:
            self._book.close()  # also of a file that nobody waits for: its own files are closed there

    def _rows(self, stopped: Event) -> None:
        table = self._export.table
        sheet = self._book.add_worksheet(_RESULT)
        sheet.freeze_panes(1, 0)
        for at, column in enumerate(table.columns):
            shown = [heading(column), *(self._shown(row[at], column) for row in table.rows[:_WIDTH_ROWS])]
            least, most = _WIDTHS
            sheet.set_column(at, at, min(most, max(least, *(_width(text) + 2 for text in shown))))
        for at, column in enumerate(table.columns):
            sheet.write_string(0, at, heading(column), self._bold)
        for number, row in enumerate(table.rows, start=1):
            if stopped.is_set():
                raise Stopped
            for at, (value, column) in enumerate(zip(row, table.columns, strict=True)):
                self._cell(sheet, number, at, value, column)
        if table.columns:
            sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)

    def _cell(self, sheet: Any, row: int, at: int, value: Value, column: Column) -> None:
        if is_number(value):
            if _digits(value) > EXACT_DIGITS:
                self._long_numbers += 1
                sheet.write_string(row, at, plain(value), self._long)
            else:
                number = int(value) if value == int(value) else float(value)
                sheet.write_number(row, at, number, self._format(number_format(value, column)))
        elif isinstance(value, date):
            grain = self._export.grains.get(column.key)
            if grain in (Grain.QUARTER, Grain.HALF):
                sheet.write_string(row, at, period(value, grain))
            else:
                shown = _DATE_FORMATS.get(grain, "yyyy-mm-dd") if grain else "yyyy-mm-dd"
                sheet.write_datetime(row, at, datetime.combine(value, time()), self._format(shown))
        else:
            if text := text_of(value, column):
                sheet.write_string(row, at, text)

    def _shown(self, value: Value, column: Column) -> str:
        if is_number(value):
            return f"{value:,.{column.decimals}f}"
        if isinstance(value, date):
            return value.isoformat()
        return text_of(value, column)

    def _format(self, code: str) -> Any:
        if code not in self._formats:
            self._formats[code] = self._book.add_format({"num_format": code})
        return self._formats[code]

    def _notes(self) -> None:
        sheet = self._book.add_worksheet(_NOTES)
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 100)
        sheet.freeze_panes(1, 0)
        sheet.write_string(0, 0, "항목", self._bold)
        sheet.write_string(0, 1, "내용", self._bold)
        notes = [*self._export.notes()]
        if self._long_numbers:
            long = f"{EXACT_DIGITS}자리를 넘는 수 {self._long_numbers:,}개는 정확한 값을 지키려고 문자로 넣었습니다."
            notes.append(("긴 수", long))
        for row, (name, text) in enumerate(notes, start=1):
            sheet.write_string(row, 0, name, self._wrapped)
            sheet.write_string(row, 1, text, self._wrapped)


def number_format(value: Decimal | int, column: Column) -> str:
    """Excel's format of a figure: its unit's, with the column's digits; a quantity with all of its own."""
    kind = column.unit.kind if column.unit else None
    decimals = column.decimals
    if kind is UnitKind.QUANTITY and isinstance(value, Decimal):
        exponent = value.normalize().as_tuple().exponent
        decimals = max(decimals, -exponent if isinstance(exponent, int) else 0)
    code = "#,##0" + (f".{'0' * decimals}" if decimals > 0 else "")
    if kind is UnitKind.PERCENT:
        return f'{code}"%"'
    return f'{code}"%p"' if kind is UnitKind.PERCENTAGE_POINTS else code


def _digits(value: Decimal | int) -> int:
    digits = Decimal(value).as_tuple().digits
    return len("".join(map(str, digits)).strip("0"))


def _width(text: str) -> int:
    """Columns of a fixed-width font: Korean letters take two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
