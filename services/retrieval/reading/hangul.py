"""HWP (5 and 3) and HWPX to blocks, through unhwp: outline styles, printed numbers, tables, footnotes."""

import io
import json
import zlib
from collections.abc import Iterator
from typing import Any, Final

import olefile
import unhwp

from services.retrieval.reading.archive import Archive
from services.retrieval.reading.content import (
    Block,
    Cause,
    Draft,
    Heading,
    Limits,
    ListItem,
    Paragraph,
    Unreadable,
)
from services.retrieval.reading.grid import Cell, fill, to_blocks
from services.retrieval.reading.text import tidy

_COMPRESSED, _PASSWORD, _DISTRIBUTED = 1, 2, 4
_FLAGS_AT: Final = 36
_CHUNK: Final = 2**18
_LOCKED: Final = frozenset({unhwp.ErrorKind.ENCRYPTED, unhwp.ErrorKind.DISTRIBUTION_RESTRICTED})


def read_hwp(data: bytes, limits: Limits) -> Draft:
    """Blocks and title, no pages: where they end is decided when it is printed. Unreadable: ENCRYPTED too."""
    if data.startswith(olefile.MAGIC):
        _unpack(data, limits)
    return _read(data)


def read_hwpx(data: bytes, limits: Limits) -> Draft:
    """As `read_hwp`, of a package of XML."""
    with Archive(data, limits) as package:
        # Each part is unpacked here first, where a part that grows beyond what it declares is stopped.
        for name in package.names():
            if name.endswith((".xml", ".hpf")):
                part = package.read(name)
                if name == "META-INF/manifest.xml" and b"encryption-data" in part:
                    raise Unreadable(Cause.ENCRYPTED)
    return _read(data)


def _unpack(data: bytes, limits: Limits) -> None:
    """Looks at the flags of an HWP 5 file and unpacks its text once within bounds."""
    left = limits.expanded_bytes
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as compound:
            header = compound.openstream("FileHeader").read(_FLAGS_AT + 4)
            flags = int.from_bytes(header[_FLAGS_AT:], "little")
            if flags & _PASSWORD:
                raise Unreadable(Cause.ENCRYPTED)
            if not flags & _COMPRESSED or flags & _DISTRIBUTED:
                return
            for parts in compound.listdir():
                if parts[0] in ("BodyText", "DocInfo"):
                    stream = compound.openstream(parts)
                    left = _inflate(stream.read(), left)
    except Unreadable:
        raise
    except Exception as error:  # olefile raises what its reading of broken tables runs into
        raise Unreadable(Cause.BROKEN, "compound file") from error


def _inflate(packed: bytes, left: int) -> int:
    stream = zlib.decompressobj(-15)
    while packed and not stream.eof:
        left -= len(stream.decompress(packed, _CHUNK))
        if left < 0:
            raise Unreadable(Cause.EXPANDS_TOO_FAR)
        packed = stream.unconsumed_tail
    return left


def _read(data: bytes) -> Draft:
    try:
        with unhwp.parse_bytes(data) as parsed:
            document = json.loads(parsed.json)
    except unhwp.UnhwpError as error:
        kind = error.kind
        raise Unreadable(
            Cause.ENCRYPTED if kind in _LOCKED else Cause.BROKEN, f"unhwp {int(kind)}"
        ) from error
    if document.get("skipped_sections"):
        raise Unreadable(Cause.BROKEN, "a section")
    blocks = [block for section in document["sections"] for block in _section(section["content"])]
    return Draft(blocks, str(document["metadata"].get("title") or ""))


def _section(content: list[dict[str, Any]]) -> Iterator[Block]:
    for entry in content:
        for kind, block in entry.items():
            if kind == "Table":
                yield from _table(block)
            elif kind == "Paragraph":
                yield from _paragraph(block)


def _paragraph(paragraph: dict[str, Any]) -> Iterator[Block]:
    text, notes = _text(paragraph)
    text = tidy(text)
    style = paragraph.get("style") or {}
    head = style.get("head") or {}
    if text:
        if head.get("kind") == "Outline":
            yield Heading(int(head.get("level") or 0) + 1, text)
        elif style.get("heading_level"):
            yield Heading(int(style["heading_level"]), text)
        elif head.get("kind") or style.get("list_style"):
            yield ListItem(text, int(head.get("level") or style.get("indent_level") or 0) + 1)
        else:
            yield Paragraph(text)
    yield from (Paragraph(note) for note in notes)


def _text(paragraph: dict[str, Any]) -> tuple[str, list[str]]:
    """Text of a paragraph, and its notes."""
    pieces: list[str] = []
    notes: list[str] = []
    for inline in paragraph.get("content", ()):
        if inline == "LineBreak":
            pieces.append("\n")
            continue
        for kind, value in inline.items() if isinstance(inline, dict) else ():
            if kind in ("Text", "Link"):
                pieces.append(value["text"])
            elif kind == "Equation":
                pieces.append(value.get("script") or "")
            elif kind == "Footnote" and tidy(value):
                notes.append(tidy(value))
    return "".join(pieces), notes


def _table(table: dict[str, Any]) -> list[Block]:
    rows = table["rows"]
    header = 0
    while header < len(rows) and rows[header].get("is_header"):
        header += 1
    cells = (
        [Cell(_cell(cell), cell.get("rowspan", 1), cell.get("colspan", 1)) for cell in row["cells"]]
        for row in rows
    )
    # A table's property to repeat its first row is on by default; a first row of figures names nothing all the same.
    return to_blocks(fill(cells), header if header > 1 else None, str(table.get("caption") or ""))


def _cell(cell: dict[str, Any]) -> str:
    lines: list[str] = []
    for paragraph in cell["content"]:
        text, notes = _text(paragraph)
        lines += [text, *notes]
    for table in cell.get("nested_tables") or ():
        lines += (" ".join(_cell(inner) for inner in row["cells"]) for row in table["rows"])
    return "\n".join(lines)
