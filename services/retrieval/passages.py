"""Content to plain text and passages: cut along its structure, small enough for the embedder, with their places."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Final

from services.retrieval.reading.content import Block, Content, Heading, ListItem, Table

MAX_CHARACTERS: Final = 500
"""Of a passage's text. The embedder reads about 1,000 Korean characters at once, title and headings among them."""

_SENTENCE: Final = re.compile(r"[^.!?。\n]*(?:[.!?。](?!\s)[^.!?。\n]*)*[.!?。\n]?\s*")


class Kind(StrEnum):
    """What a passage is made of; the names of the contract's `Passage.Kind`."""

    TEXT = "text"
    LIST = "list"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Passage:
    """A part that stands by itself. `start` and `end`: where it lies in the plain text, in code points; a table's later
    parts repeat its header in `text` before what lies there. Pages from 1, 0 without pages.
    """

    kind: Kind
    heading_path: tuple[str, ...]
    text: str
    start: int
    end: int
    page: int = 0
    end_page: int = 0


@dataclass(frozen=True, slots=True)
class CutContent:
    """`plain`: all of the text; blocks stand on lines of their own, a table's cells are parted by tabs."""

    plain: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of the plain text that is never cut. What one passage may hold together has one `section`."""

    section: int
    kind: Kind
    heading_path: tuple[str, ...]
    start: int
    end: int
    page: int
    header: str = ""
    """A table's, for the parts that don't begin with it."""


def indexed_text(title: str, passage: Passage) -> str:
    """What is analysed and embedded of a passage: where it stands, then what it says."""
    return "\n".join((title, " > ".join(passage.heading_path), passage.text))


def cut(content: Content) -> CutContent:
    """The content's plain text and its passages, in reading order."""
    lines: list[str] = []
    pieces = list(_pieces(content.blocks, lines))
    plain = "".join(lines)
    sections = (list(group) for _, group in groupby(pieces, key=lambda piece: piece.section))
    return CutContent(plain, tuple(p for section in sections for p in _passages(section, plain)))


def _passages(section: Sequence[_Piece], plain: str) -> Iterator[Passage]:
    """As few as hold the section without one being too long."""
    open_: list[_Piece] = []
    for piece in section:
        if open_ and piece.end - open_[0].start + len(piece.header) > MAX_CHARACTERS:
            yield _joined(open_, plain)
            open_ = []
        open_.append(piece)
    yield _joined(open_, plain)


def _joined(pieces: Sequence[_Piece], plain: str) -> Passage:
    first, last = pieces[0], pieces[-1]
    kind = first.kind if all(piece.kind is first.kind for piece in pieces) else Kind.TEXT
    text = plain[first.start : last.end]
    end = last.end - (len(text) - len(text.rstrip()))
    return Passage(
        kind, first.heading_path, first.header + text.rstrip(), first.start, end, first.page, last.page
    )


def _pieces(blocks: Sequence[Block], lines: list[str]) -> Iterator[_Piece]:
    """The blocks' pieces; their text goes to `lines`."""
    headings: list[Heading] = []
    position = section = 0
    for index, block in enumerate(blocks):
        path = tuple(heading.text for heading in headings)
        match block:
            case Heading():
                above = [one for one in headings if one.level < block.level]
                headings = [*above, block]
                section += 1
                if _is_bare(block, blocks[index + 1] if index + 1 < len(blocks) else None):
                    end = position + len(block.text)
                    path = tuple(heading.text for heading in above)
                    yield _Piece(section, Kind.TEXT, path, position, end, block.page)
                text = f"{block.text}\n"
            case Table():
                section += 1
                rows = ["\t".join(_flat(cell) for cell in row) + "\n" for row in block.rows]
                caption = f"{block.caption}\n" if block.caption else ""
                text = caption + "".join(rows)
                yield from _table_pieces(block, caption, rows, section, path, position)
                section += 1
            case _:
                text = f"{block.text}\n"
                kind = Kind.LIST if isinstance(block, ListItem) else Kind.TEXT
                for start, end in sentences(text):
                    yield _Piece(section, kind, path, position + start, position + end, block.page)
        lines.append(text)
        position += len(text)


def _is_bare(heading: Heading, after: Block | None) -> bool:
    """Nothing stands below it: what it says is said nowhere else."""
    return after is None or (isinstance(after, Heading) and after.level <= heading.level)


def _table_pieces(
    table: Table, caption: str, rows: Sequence[str], section: int, path: tuple[str, ...], position: int
) -> Iterator[_Piece]:
    """Caption and header with the first row, then row by row."""
    header = caption + "".join(rows[: table.header_rows])
    if len(header) > MAX_CHARACTERS // 2:
        header = ""  # said again with every part, it would leave no room
    start = position
    end = position + len(caption)
    for index, row in enumerate(rows):
        end += len(row)
        if index < table.header_rows and index + 1 < len(rows):
            continue
        yield _Piece(section, Kind.TABLE, path, start, end, table.page, header if start > position else "")
        start = end


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Places of sentences; one that is too long is cut at spaces, at worst anywhere."""
    for found in _SENTENCE.finditer(text):
        start, end = found.span()
        while end - start > MAX_CHARACTERS:
            space = text.rfind(" ", start + MAX_CHARACTERS // 2, start + MAX_CHARACTERS)
            middle = space + 1 if space > 0 else start + MAX_CHARACTERS
            yield start, middle
            start = middle
        if text[start:end].strip():
            yield start, end


def _flat(cell: str) -> str:
    """A cell without the signs that part cells and rows."""
    return " ".join(cell.split())
