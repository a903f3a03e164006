"""HWP (5 and 3) and HWPX to blocks, through unhwp: outline styles, printed numbers, tables, footnotes."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

import olefile
import unhwp

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
from services.retrieval.reading.hangul_packages import for_reading, running_heads
from services.retrieval.reading.text import tidy

_LOCKED: Final = frozenset({unhwp.ErrorKind.ENCRYPTED, unhwp.ErrorKind.DISTRIBUTION_RESTRICTED})


def read_hwp(data: bytes, limits: Limits) -> Draft:
    """Blocks and title, no pages: where they end is decided when it is printed. Unreadable: ENCRYPTED too."""
    if not data.startswith(olefile.MAGIC):
        return _read(data)
    return _read(data, running_heads(data, limits))


def read_hwpx(data: bytes, limits: Limits) -> Draft:
    """As `read_hwp`, of a package of XML."""
    return _read(for_reading(data, limits))


def _read(data: bytes, heads: Sequence[str] = ()) -> Draft:
    """`heads`: paragraphs that stand at the edges of pages; they are told among the others and left out once."""
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
    left_out = Counter(heads)
    blocks: list[Block] = []
    for section in document["sections"]:
        for block in _section(section["content"]):
            if isinstance(block, Paragraph) and left_out[block.text] > 0:
                left_out[block.text] -= 1
            else:
                blocks.append(block)
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
