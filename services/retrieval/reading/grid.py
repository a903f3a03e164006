"""Cells that cover several rows or columns, to rows of equally many cells."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from services.retrieval.reading.content import Block, Cause, Paragraph, Table, Unreadable
from services.retrieval.reading.text import tidy_lines

_MAX_COLUMNS: Final = 1_000
_MAX_CELLS: Final = 1_000_000
_MAX_CHARACTERS: Final = 10_000_000
_FIGURE: Final = re.compile(r"[-+△▲(]?[₩$€¥]?\d[\d,.:/~%\-\s]*\D{0,4}")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as the file states it; its spans as stated, 1 or more."""

    text: str
    row_span: int = 1
    column_span: int = 1


def fill(rows: Iterable[Iterable[Cell]]) -> list[list[str]]:
    """The rows of a grid into which cells flow from the left, as in HTML. Unreadable where it grows beyond all tables."""
    grid: list[list[str]] = []
    hanging: dict[int, tuple[int, str]] = {}  # column -> rows that it still covers, text
    cells = characters = 0
    for row in rows:
        line: list[str] = []
        flowing = iter(row)
        while True:
            column = len(line)
            if column in hanging:
                left, text = hanging.pop(column)
                if left > 1:
                    hanging[column] = (left - 1, text)
                line.append(text)
                characters += len(text)
                continue
            cell = next(flowing, None)
            if cell is None:
                if not any(place > column for place in hanging):
                    break
                line.append("")
                continue
            text = tidy_lines(cell.text)
            for place in range(column, min(column + max(1, cell.column_span), _MAX_COLUMNS)):
                if place in hanging:
                    break
                line.append(text)
                characters += len(text)
                if cell.row_span > 1:
                    hanging[place] = (cell.row_span - 1, text)
            if column >= _MAX_COLUMNS:
                raise Unreadable(Cause.EXPANDS_TOO_FAR, f"more than {_MAX_COLUMNS} columns")
        cells += len(line)
        if cells > _MAX_CELLS or characters > _MAX_CHARACTERS:
            raise Unreadable(Cause.EXPANDS_TOO_FAR, "a table")
        grid.append(line)
    return grid


def to_blocks(
    grid: Sequence[Sequence[str]], header_rows: int | None = None, caption: str = "", page: int = 0
) -> list[Block]:
    """A table without its empty rows and columns; a single cell is no table but text.

    `header_rows` None: told from the cells. A table whose text is repeated too often is Unreadable, as in `fill`.
    """
    width = max((len(row) for row in grid), default=0)
    if width * len(grid) > _MAX_CELLS:
        raise Unreadable(Cause.EXPANDS_TOO_FAR, "a table")
    padded = [(*row, *[""] * (width - len(row))) for row in grid]
    columns = [c for c in range(width) if any(row[c] for row in padded)]
    kept = [i for i, row in enumerate(padded) if any(row)]
    rows = tuple(tuple(padded[i][c] for c in columns) for i in kept)
    if header_rows is not None:
        header_rows = sum(i < header_rows for i in kept)
    if not rows:
        return []
    if len(rows) == 1 and len(columns) == 1:
        return [Paragraph(line, page) for line in rows[0][0].split("\n")]
    if header_rows is None or header_rows >= len(rows):
        header_rows = _header_rows(rows)
    elif (
        header_rows == 1
    ):  # programs mark one row where a cell over several columns leaves their names to a second
        header_rows = max(1, _header_rows(rows))
    return [Table(rows, header_rows, tidy_lines(caption), page)]


def _header_rows(rows: Sequence[Sequence[str]]) -> int:
    """Rows at the top that name columns: no figures in them, some below or at least as many names as columns."""
    if len(rows) < 2 or len(rows[0]) < 2 or not _names(rows[0]):
        return 0
    # A cell over several columns of the first row leaves their own names to the row below it.
    header = 1
    while header < len(rows) - 1 and header < 3 and _joined(rows[header - 1]) and _names(rows[header]):
        header += 1
    return header


def _names(row: Sequence[str]) -> bool:
    filled = [text for text in row if text]
    return len(filled) * 2 > len(row) and all(
        len(text) <= 40 and not _FIGURE.fullmatch(text) for text in filled
    )


def _joined(row: Sequence[str]) -> bool:
    return any(a and a == b for a, b in pairwise(row))
