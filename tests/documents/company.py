"""The demo company's documents as they are written: Markdown with a few lines about the file above it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import yaml

from services.retrieval.reading.content import Heading, ListItem, Paragraph

DEMO: Final = Path(__file__).parents[2] / "services" / "retrieval" / "demo_company"
SOURCES: Final = DEMO / "sources"
FILES: Final = DEMO / "files"
FORMATS: Final = frozenset(["hwp", "hwpx", "pdf", "docx", "xlsx", "pptx", "html", "md", "txt", "csv", "eml"])
LEFT: Final = "<"
ABOVE: Final = "^"

_ITEM: Final = re.compile(r"(?:-|\d+[.)]|[가-하][.)]|[①-⑮]|[□○※·]) ")


@dataclass(frozen=True, slots=True)
class Grid:
    """A table's cells as they are written: `LEFT` joins one to the cell at its left, `ABOVE` to the one above."""

    rows: tuple[tuple[str, ...], ...]

    @property
    def header_rows(self) -> int:
        """The first row, and those that a merged cell of it reaches into."""
        rows = 1
        while rows < len(self.rows) and ABOVE in self.rows[rows] and LEFT in self.rows[0]:
            rows += 1
        return rows

    def expanded(self) -> tuple[tuple[str, ...], ...]:
        """With what a merged cell says in each cell that it covers."""
        filled: list[list[str]] = []
        for row in self.rows:
            cells: list[str] = []
            for place, text in enumerate(row):
                cells.append(
                    {LEFT: cells[-1:], ABOVE: [filled[-1][place]] if filled else []}.get(text, [text])[0]
                )
            filled.append(cells)
        return tuple(map(tuple, filled))

    def merged(self) -> Iterator[tuple[int, int, int, int]]:
        """First row and column, last row and column of each merged cell."""
        for top, row in enumerate(self.rows):
            for left, text in enumerate(row):
                if text in (LEFT, ABOVE):
                    continue
                right, bottom = left, top
                while right + 1 < len(row) and row[right + 1] == LEFT:
                    right += 1
                while bottom + 1 < len(self.rows) and self.rows[bottom + 1][left] == ABOVE:
                    bottom += 1
                if (right, bottom) != (left, top):
                    yield top, left, bottom, right


Block = Heading | Paragraph | ListItem | Grid


@dataclass(frozen=True, slots=True)
class Source:
    """A document to be written. `path`: below the files' folder; `about`: what its format asks for besides
    (encoding; subject, from, to, date of a mail).
    """

    path: str
    format: str
    effective: date | None
    about: dict[str, Any]
    blocks: tuple[Block, ...]


def sources() -> list[Source]:
    """All of them, by path."""
    return sorted(map(_source, SOURCES.rglob("*.md")), key=lambda source: source.path)


def _source(file: Path) -> Source:
    _, head, text = file.read_text("utf-8").split("---\n", 2)
    about = yaml.safe_load(head)
    extension = about.pop("format")
    if extension not in FORMATS:
        raise ValueError(f"{file}: {extension}")
    path = file.relative_to(SOURCES).with_suffix("").as_posix() + f".{extension}"
    return Source(path, extension, about.pop("effective", None), about, tuple(_blocks(text.splitlines())))


def _blocks(lines: Sequence[str]) -> Iterator[Block]:
    rows: list[tuple[str, ...]] = []
    for line in [*lines, ""]:
        if line.startswith("|"):
            rows.append(tuple(cell.strip() for cell in line.strip().strip("|").split("|")))
            continue
        if rows:
            if len({len(row) for row in rows}) != 1:
                raise ValueError(f"rows of unequal length: {rows[0]}")
            yield Grid(tuple(rows))
            rows = []
        if found := re.match(r"(#+) (.+)", line):
            yield Heading(len(found[1]), found[2].strip())
        elif _ITEM.match(line.strip()):
            yield ListItem(line.strip(), 1 + (len(line) - len(line.lstrip())) // 2)
        elif line.strip():
            yield Paragraph(line.strip())
