"""How content travels from the process that read a file: JSON, since what an outsider's file broke into is not believed."""

import json
from dataclasses import asdict
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


def encode(outcome: Content | Unreadable) -> bytes:
    """What reading a file came to."""
    if isinstance(outcome, Unreadable):
        said: dict[str, Any] = {"cause": outcome.cause, "detail": outcome.detail}
    else:
        said = {
            "media_type": outcome.media_type,
            "title": outcome.title,
            "page_count": outcome.page_count,
            "scanned_pages": outcome.scanned_pages,
            "blocks": [_block(block) for block in outcome.blocks],
        }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def decode(data: bytes) -> Content:
    """The content, or Unreadable as it was raised. ValueError for what `encode` doesn't write."""
    try:
        said = json.loads(data)
        if "cause" in said:
            raise Unreadable(Cause(said["cause"]), str(said["detail"])[:_LONGEST_DETAIL])
        return Content(
            media_type=str(said["media_type"]),
            blocks=tuple(_from(block) for block in said["blocks"]),
            title=str(said["title"]),
            page_count=int(said["page_count"]),
            scanned_pages=tuple(int(page) for page in said["scanned_pages"]),
        )
    except (KeyError, TypeError, IndexError, RecursionError) as error:
        raise ValueError("not what a reader writes") from error


def encode_request(name: str, limits: Limits) -> bytes:
    """What a reading process is asked; the file itself goes with it as a descriptor."""
    return json.dumps({"name": name[-255:], "limits": asdict(limits)}).encode()


def decode_request(data: bytes) -> tuple[str, Limits]:
    """Name of the file, and what it may cost."""
    said = json.loads(data)
    return said["name"], Limits(**said["limits"])


def _block(block: Block) -> list[Any]:
    match block:
        case Heading():
            return ["h", block.level, block.text, block.page]
        case Paragraph():
            return ["p", block.text, block.page]
        case ListItem():
            return ["l", block.text, block.depth, block.page]
        case Table():
            return ["t", block.rows, block.header_rows, block.caption, block.page]


def _from(said: list[Any]) -> Block:
    match said:
        case ["h", int(level), str(text), int(page)]:
            return Heading(level, text, page)
        case ["p", str(text), int(page)]:
            return Paragraph(text, page)
        case ["l", str(text), int(depth), int(page)]:
            return ListItem(text, depth, page)
        case ["t", list(rows), int(header), str(caption), int(page)]:
            return Table(tuple(tuple(map(str, row)) for row in rows), header, caption, page)
    raise ValueError("not a block")
