"""How content travels from the process that read a file: JSON, since what an outsider's file broke into is not believed."""

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any, Final

from services.retrieval.reading.content import (
    Block,
    Cause,
    Content,
    Heading,
    Limits,
    ListItem,
    Paragraph,
    Table,
    Unreadable,
)

_LONGEST_DETAIL: Final = 200
_ROWS_A_LINE: Final = 500


def encode(outcome: Content | Unreadable) -> bytes:
    """What reading a file came to, in lines of bounded length: what is said of the whole, then its blocks; rows that don't
    fit a table's line follow it.
    """
    if isinstance(outcome, Unreadable):
        return _line({"cause": outcome.cause, "detail": outcome.detail})
    head = {
        "media_type": outcome.media_type,
        "title": outcome.title,
        "page_count": outcome.page_count,
        "scanned_pages": outcome.scanned_pages,
    }
    return b"".join((_line(head), *(_line(said) for block in outcome.blocks for said in _block(block))))


def _line(said: Any) -> bytes:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


class Decoder:
    """Content from its lines, one at a time, so that who waits for it can do other things in between.

    ValueError for what `encode` doesn't write, Unreadable as it was raised.
    """

    def __init__(self) -> None:
        self._head: dict[str, Any] | None = None
        self._blocks: list[Block] = []
        self._rows: list[tuple[str, ...]] = []

    def feed(self, line: bytes) -> None:
        """The next line."""
        try:
            said = json.loads(line)
            if self._head is None:
                if "cause" in said:
                    raise Unreadable(Cause(said["cause"]), str(said["detail"])[:_LONGEST_DETAIL])
                self._head = dict(said)
            elif said[0] == "r":
                self._rows += _rows(said[1])
            else:
                self._end_table()
                self._blocks.append(_from(said))
                block = self._blocks[-1]
                self._rows = list(block.rows) if isinstance(block, Table) else []
        except (KeyError, TypeError, IndexError, RecursionError) as error:
            raise ValueError("not what a reader writes") from error

    def content(self) -> Content:
        """All that was told; every line has been fed."""
        self._end_table()
        try:
            head = self._head or {}
            return Content(
                media_type=str(head["media_type"]),
                blocks=tuple(self._blocks),
                title=str(head["title"]),
                page_count=int(head["page_count"]),
                scanned_pages=tuple(int(page) for page in head["scanned_pages"]),
            )
        except (KeyError, TypeError) as error:
            raise ValueError("not what a reader writes") from error

    def _end_table(self) -> None:
        table = self._blocks[-1] if self._blocks else None
        if isinstance(table, Table) and len(self._rows) > len(table.rows):
            self._blocks[-1] = replace(table, rows=tuple(self._rows))
        self._rows = []


def encode_request(name: str, limits: Limits) -> bytes:
    """What a reading process is asked; the file itself goes with it as a descriptor."""
    return json.dumps({"name": name[-255:], "limits": asdict(limits)}).encode()


def decode_request(data: bytes) -> tuple[str, Limits]:
    """Name of the file, and what it may cost."""
    said = json.loads(data)
    return said["name"], Limits(**said["limits"])


def _block(block: Block) -> Iterator[list[Any]]:
    match block:
        case Heading():
            yield ["h", block.level, block.text, block.page]
        case Paragraph():
            yield ["p", block.text, block.page]
        case ListItem():
            yield ["l", block.text, block.depth, block.page]
        case Table():
            yield ["t", block.rows[:_ROWS_A_LINE], block.header_rows, block.caption, block.page]
            for at in range(_ROWS_A_LINE, len(block.rows), _ROWS_A_LINE):
                yield ["r", block.rows[at : at + _ROWS_A_LINE]]


def _from(said: list[Any]) -> Block:
    match said:
        case ["h", int(level), str(text), int(page)]:
            return Heading(level, text, page)
        case ["p", str(text), int(page)]:
            return Paragraph(text, page)
        case ["l", str(text), int(depth), int(page)]:
            return ListItem(text, depth, page)
        case ["t", list(rows), int(header), str(caption), int(page)]:
            return Table(tuple(_rows(rows)), header, caption, page)
    raise ValueError("not a block")


def _rows(said: list[list[Any]]) -> list[tuple[str, ...]]:
    return [tuple(map(str, row)) for row in said]
