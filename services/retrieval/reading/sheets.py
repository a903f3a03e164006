"""XLSX to blocks: a sheet is a heading, each stretch of rows without a gap a table; values as they are shown."""

import io
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.cell import range_boundaries

from services.retrieval.reading.archive import Archive
from services.retrieval.reading.content import Block, Cause, Draft, Heading, Limits, Paragraph, Unreadable
from services.retrieval.reading.grid import to_blocks
from services.retrieval.reading.text import tidy_lines

_MAX_CELLS: Final = 2_000_000
_MAX_CHARACTERS: Final = 10_000_000
_MAX_COLUMN: Final = 1_000
_LONGEST_FORM: Final = 200
_REMARK: Final = 20
_NO_NAME: Final = re.compile(r"(?:Sheet|시트)\s?\d*", re.IGNORECASE)
_MERGED: Final = re.compile(
    rb'<(?:\w{1,10}:)?mergeCell\s[^>]{0,200}?ref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"'
)
_FRACTION: Final = re.compile(r"\.(0+)")
_QUOTED: Final = re.compile(r'"([^"]*)"|\\(.)')
_BRACKETED: Final = re.compile(r"\[[^\]]*\]")


def read_xlsx(data: bytes, limits: Limits) -> Draft:
    """Blocks and title. Hidden sheets are left out; of formulas the value that was last computed is read."""
    with Archive(data, limits) as package:
        title = package.title()
        main = package.main()
        parts = {
            one.get("name", ""): package.related(main).get(one.get(_RELATION, ""), ("", ""))[1]
            for one in package.xml(main).iter(f"{_MAIN}sheet")
        }
        merged = {sheet: _merged(package.read(part)) for sheet, part in parts.items() if part}
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    except (
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        IndexError,
        OSError,
        BadZipFile,
        SyntaxError,
    ) as error:
        raise Unreadable(Cause.BROKEN, "workbook") from error
    blocks: list[Block] = []
    left = _MAX_CELLS
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            continue
        rows, left = _rows(sheet, merged.get(sheet.title, ()), left)
        if rows:
            if not (len(book.worksheets) == 1 and _NO_NAME.fullmatch(sheet.title)):
                blocks.append(Heading(1, tidy_lines(sheet.title)))
            blocks.extend(_stretches(rows))
    book.close()
    return Draft(blocks, title)


_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def _merged(part: bytes) -> list[tuple[int, int, int, int]]:
    """Merged ranges as first column, first row, last column, last row, from 1."""
    return [range_boundaries(found.decode()) for found in _MERGED.findall(part)]


def _rows(
    sheet: Any, merged: Sequence[tuple[int, int, int, int]], left: int
) -> tuple[dict[int, list[str]], int]:
    """Rows that have text, by their number; what a merged cell says stands in each cell that it covers."""
    sheet.reset_dimensions()
    rows: dict[int, list[str]] = {}
    try:
        for number, row in enumerate(sheet.iter_rows(), start=1):
            left -= len(row) + 1
            if left < 0:
                raise Unreadable(Cause.EXPANDS_TOO_FAR, "a sheet")
            texts = [
                shown(cell.value, cell.number_format) if cell.value is not None else ""
                for cell in row[:_MAX_COLUMN]
            ]
            if any(texts):
                rows[number] = texts
    except (
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        IndexError,
        OSError,
        BadZipFile,
        SyntaxError,
    ) as error:
        raise Unreadable(Cause.BROKEN, "sheet") from error
    characters = 0
    for first_column, first_row, end_column, last_row in merged:
        first = rows.get(first_row, [])
        text = first[first_column - 1] if first_column <= len(first) else ""
        if not text:
            continue
        last_column = min(end_column, _MAX_COLUMN)
        left -= (last_row - first_row + 1) * (last_column - first_column + 1)
        characters += len(text) * (last_row - first_row + 1) * (last_column - first_column + 1)
        if left < 0 or characters > _MAX_CHARACTERS:
            raise Unreadable(Cause.EXPANDS_TOO_FAR, "merged cells")
        for number in range(first_row, last_row + 1):
            row = rows.setdefault(number, [])
            row.extend([""] * (last_column - len(row)))
            row[first_column - 1 : last_column] = [text] * (last_column - first_column + 1)
    return rows, left


def _stretches(rows: dict[int, list[str]]) -> Iterator[Block]:
    stretch: list[list[str]] = []
    before = 0
    for number in sorted(rows):
        alone = len({text for text in rows[number] if text}) == 1
        if stretch and number != before + 1:
            yield from _table(stretch)
            stretch = []
        if alone and not stretch:
            # A line above a table: its title, or a remark.
            yield from (Paragraph(line) for line in next(text for text in rows[number] if text).split("\n"))
        else:
            stretch.append(rows[number])
        before = number
    yield from _table(stretch)


def _table(stretch: list[list[str]]) -> Iterator[Block]:
    behind: list[str] = []
    wide = any(len({text for text in row if text}) > 1 for row in stretch)
    while wide and _is_remark(stretch[-1]):
        behind.append(next(text for text in stretch.pop() if text))
    yield from to_blocks(stretch)
    yield from (Paragraph(text) for text in reversed(behind))


def _is_remark(row: Sequence[str]) -> bool:
    """A sentence in the first column, alone or over all columns: not a row with a name and nothing else."""
    said = {text for text in row if text}
    return (
        len(said) == 1
        and bool(row[0])
        and (row[0][0] in "※*(-·•" or len(row[0]) >= _REMARK or row.count(row[0]) > 1)
    )


def shown(value: Any, form: str) -> str:
    """A cell's value as a reader of the sheet sees it, as far as its number format is an everyday one."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        plain = value.time() == time(0)
        return value.date().isoformat() if plain else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat("minutes")
    if isinstance(value, timedelta):
        minutes = int(value.total_seconds()) // 60
        return f"{minutes // 60}:{minutes % 60:02d}"
    if isinstance(value, int | float):
        return _figure(value, (form or "General")[:_LONGEST_FORM])
    return tidy_lines(str(value))


def _figure(value: int | float, form: str) -> str:
    exact = Decimal(repr(value)) if value == value and abs(value) != float("inf") else None
    if exact is None:
        return ""
    sections = form.split(";")
    section = sections[1] if exact < 0 and len(sections) > 1 and sections[1] else sections[0]
    words = "".join(a or b for a, b in _QUOTED.findall(section))
    bare = _BRACKETED.sub("", _QUOTED.sub("", section))
    if "E+" in bare.upper() or "?/" in bare:
        return _plain(exact)
    fraction = _FRACTION.search(bare)
    if "%" in bare:
        return f"{exact * 100:,.{len(fraction[1]) if fraction else 0}f}%"
    if not any(place in bare for place in "0#"):
        return _plain(exact)
    digits = len(fraction[1]) if fraction else 0
    rounded = f"{exact:,.{digits}f}" if "#,##" in bare else f"{exact:.{digits}f}"
    before = next(
        (sign for sign in ("₩", "\\", "$", "€", "¥") if sign in section.split("0")[0].split("#")[0]), ""
    )
    unit = words.strip() if len(words) <= 10 and words.strip() not in ("₩", "$", "-", "") else ""
    return f"{before}{rounded}{unit}"


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
