"""CSV as RFC 4180 says, in UTF-8 with a byte order mark, by which spreadsheets know it; formulas are neutralised."""

import csv
import io
import re
import unicodedata
from collections.abc import Generator
from datetime import date
from threading import Event
from typing import Final

from services.erp.core.result import Column, Value
from services.erp.exporting.export import Export, Stopped, heading, is_number, period, plain, text_of

_BOM: Final = "\ufeff"
_FORMULA_STARTS: Final = frozenset("=+-@")
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?", re.ASCII)
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
_BUFFERED: Final = 16 * 1024
"""Characters between two looks at the buffer: at most four bytes each."""


def csv_parts(export: Export, part_bytes: int, stopped: Event) -> Generator[bytes]:
    """The file in parts of at most `part_bytes`.

    Raises:
        Stopped: `stopped` was set.
    """
    text = io.StringIO()
    text.write(_BOM)
    writer = csv.writer(text, lineterminator="\r\n")
    columns = export.table.columns
    writer.writerow([neutralised(heading(column)) for column in columns])
    ready = b""
    for row in export.table.rows:
        if stopped.is_set():
            raise Stopped
        writer.writerow([_cell(value, column, export) for value, column in zip(row, columns, strict=True)])
        if text.tell() > _BUFFERED:
            ready += text.getvalue().encode()
            text.seek(0)
            text.truncate()
            while len(ready) >= part_bytes:
                yield ready[:part_bytes]
                ready = ready[part_bytes:]
    ready += text.getvalue().encode()
    for start in range(0, len(ready), part_bytes):
        yield ready[start : start + part_bytes]


def neutralised(text: str) -> str:
    """A text that no spreadsheet takes for a formula: behind an apostrophe, where it begins like one.

    White space and invisible characters before the sign don't count, full-width and small signs do; what is a plain
    number stays one.
    """
    if _NUMBER.fullmatch(text):
        return text
    for character in text:
        if unicodedata.category(character) in _INVISIBLE:
            if character in "\t\r\n":
                return f"'{text}"
            continue
        return f"'{text}" if unicodedata.normalize("NFKC", character)[0] in _FORMULA_STARTS else text
    return text


def _cell(value: Value, column: Column, export: Export) -> str:
    if is_number(value):
        return plain(value)
    if isinstance(value, date):
        return period(value, export.grains.get(column.key))
    return neutralised(text_of(value, column))
