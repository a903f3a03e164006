"""TXT and CSV to blocks."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from statistics import median
from typing import Final

from services.retrieval.reading.content import Block, Cause, Draft, Limits, Paragraph, Unreadable
from services.retrieval.reading.grid import Cell, fill, to_blocks
from services.retrieval.reading.markers import division, number
from services.retrieval.reading.text import decode, tidy

_DELIMITERS: Final = (",", "\t", ";", "|")
_SAMPLE: Final = 50
_MAX_FIELD: Final = 2**20
_FULL: Final = 0.85  # share of the longest line that a line fills which only the margin broke
_WRAPPED: Final = 40  # columns; text in shorter lines is broken on purpose
_ENDS: Final = re.compile(r"[.!?:。]$")
_RULE: Final = re.compile(r"[\s\-=_*#~─━]{3,}")


def read_text(data: bytes, _: Limits) -> Draft:
    """Paragraphs; lines that only a margin broke are joined, rows of tabbed fields are a table; form feeds end pages."""
    text = _decoded(data).replace("\r\n", "\n").replace("\r", "\n")
    sheets = text.split("\f")
    while len(sheets) > 1 and not sheets[-1].strip():
        sheets.pop()
    paged = len(sheets) > 1
    blocks = [
        block
        for page, sheet in enumerate(sheets, start=1)
        for block in text_blocks(sheet, page if paged else 0)
    ]
    return Draft(blocks, page_count=len(sheets) if paged else 0)


def read_csv(data: bytes, _: Limits) -> Draft:
    """One table, whatever parts its fields."""
    text = _decoded(data).replace("\0", "")
    lines = text.splitlines()[:_SAMPLE]
    delimiter = max(_DELIMITERS, key=lambda one: median(line.count(one) for line in lines) if lines else 0)
    csv.field_size_limit(_MAX_FIELD)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise Unreadable(Cause.BROKEN, "csv") from error
    return Draft(to_blocks(fill([Cell(field) for field in row] for row in rows)))


def text_blocks(text: str, page: int = 0) -> Iterator[Block]:
    """Blocks of a text without a format."""
    for group in re.split(r"\n[ \t\u3000]*\n", text):
        lines = [line for line in group.split("\n") if line.strip() and not _RULE.fullmatch(line)]
        fields = [line.rstrip().split("\t") for line in lines]
        if len(lines) > 1 and all(len(row) == len(fields[0]) > 1 for row in fields):
            yield from to_blocks(fill([Cell(field) for field in row] for row in fields), page=page)
            continue
        for paragraph in _joined(lines):
            if said := tidy(paragraph):
                yield Paragraph(said, page)


def _joined(lines: Sequence[str]) -> Iterator[str]:
    widest = max((_columns(line) for line in lines), default=0)
    run = ""
    before = ""
    for line in lines:
        said = line.strip()
        goes_on = (
            run
            and widest >= _WRAPPED
            and _columns(before) >= widest * _FULL
            and not _ENDS.search(before.rstrip())
            and division(said) is None
            and number(said) is None
        )
        if goes_on:
            run = f"{run} {said}"
        else:
            if run:
                yield run
            run = said
        before = line
    if run:
        yield run


def _columns(line: str) -> int:
    """Width of a line where a Hangul syllable takes two columns."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in line.rstrip())


def _decoded(data: bytes) -> str:
    text = decode(data)
    if text is None:
        raise Unreadable(Cause.BROKEN, "encoding")
    return text
