"""DOCX to blocks: styles and outline levels, printed numbers, tables, footnotes, text boxes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from services.retrieval.reading.archive import Archive
from services.retrieval.reading.content import Block, Draft, Heading, Limits, ListItem, Paragraph, Table
from services.retrieval.reading.grid import Cell, fill, to_blocks
from services.retrieval.reading.text import tidy
from services.retrieval.reading.word_numbering import Numbering, W, numbering

_HEADING_NAME: Final = re.compile(r"(?:heading|제목|개요)\s?(\d)", re.IGNORECASE)
_TITLE_NAME: Final = re.compile(r"(?:title|제목)", re.IGNORECASE)
_CONTENTS_NAME: Final = re.compile(r"(?:toc|목차)\s?\d?", re.IGNORECASE)
_DEEPEST_OUTLINE: Final = 8
# Deleted and moved text, and the second telling of what a newer Word draws.
_UNSEEN: Final = frozenset(
    {f"{W}del", f"{W}moveFrom", "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}
)


@dataclass(frozen=True, slots=True)
class _Style:
    based_on: str
    level: int | None
    title: bool
    contents: bool
    list_id: str
    list_depth: int


_PLAIN: Final = _Style("", None, False, False, "", 0)
_ON: Final = frozenset({"on", "true", "1"})
_SPACES: Final = {f"{W}tab": " ", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "-"}
_NOTES: Final = {f"{W}footnoteReference": "footnote", f"{W}endnoteReference": "endnote"}


def read_docx(data: bytes, limits: Limits) -> Draft:
    """Blocks and title, no pages: where they end is decided when it is printed."""
    with Archive(data, limits) as package:
        main = package.main()
        parts = dict(package.related(main).values())

        def part(kind: str) -> Any:
            return package.xml(parts[kind]) if kind in parts else None

        notes = {kind: _notes(part(f"{kind}s"), kind) for kind in ("footnote", "endnote")}
        reader = _Reader(_styles(part("styles")), numbering(part("numbering")), notes)
        body = package.xml(main).find(f"{W}body")
        blocks = list(reader.blocks(body)) if body is not None else []
        return Draft(_below_title(blocks), package.title())


def _below_title(blocks: list[Block]) -> list[Block]:
    """A paragraph in the style of a title was given level 0; with one, all headings go one deeper."""
    if not any(isinstance(block, Heading) and block.level == 0 for block in blocks):
        return blocks
    return [Heading(block.level + 1, block.text) if isinstance(block, Heading) else block for block in blocks]


class _Reader:
    def __init__(self, styles: dict[str, _Style], lists: Numbering, notes: dict[str, dict[str, str]]) -> None:
        self._styles = styles
        self._numbering = lists
        self._notes = notes

    def blocks(self, parent: Any) -> Iterator[Block]:
        """What stands in a body, a cell or a content control, in order."""
        for one in parent:
            if one.tag == f"{W}p":
                yield from self._paragraph(one)
            elif one.tag == f"{W}tbl":
                yield from self._table(one)
            elif isinstance(one.tag, str) and one.tag not in _UNSEEN and not one.tag.endswith("Pr"):
                yield from self.blocks(one)  # content controls, tracked insertions, custom XML

    def _paragraph(self, paragraph: Any) -> Iterator[Block]:
        properties = paragraph.find(f"{W}pPr")
        style = self._styles.get(_value(properties, "pStyle") or "", _PLAIN)
        if style.contents:
            return
        text, beside = self._text(paragraph)
        text = tidy(text)
        outline = _value(properties, "outlineLvl")
        level = int(outline) if outline is not None and outline.isdigit() else style.level
        heads = style.title or (level is not None and level <= _DEEPEST_OUTLINE)
        list_id, depth = self._list(properties, style)
        label = self._numbering.label(list_id, depth) if list_id and text else ""
        if text:
            text = f"{label} {text}" if label else text
            if heads:
                yield Heading(0 if style.title or level is None else level + 1, text)
            elif label:
                yield ListItem(text, depth + 1)
            else:
                yield Paragraph(text)
        for box in beside:
            if isinstance(box, str):
                yield Paragraph(box)
            else:
                yield from self.blocks(box)

    def _list(self, properties: Any, style: _Style) -> tuple[str, int]:
        """Number of the list that a paragraph is in, "" for none, and its depth from 0."""
        number = None if properties is None else properties.find(f"{W}numPr")
        list_id = _value(number, "numId") or style.list_id
        depth = _value(number, "ilvl")
        if depth is None or not depth.isdigit():
            return ("" if list_id == "0" else list_id), style.list_depth
        return ("" if list_id == "0" else list_id), min(8, int(depth))

    def _text(self, paragraph: Any) -> tuple[str, list[Any]]:
        """Text of a paragraph, and its notes (text) and text boxes (elements)."""
        pieces: list[str] = []
        beside: list[Any] = []
        self._gather(paragraph, pieces, beside)
        return "".join(pieces), beside

    def _gather(self, parent: Any, pieces: list[str], beside: list[Any]) -> None:
        for one in parent:
            tag = one.tag
            if tag == f"{W}t":
                pieces.append(one.text or "")
            elif tag in _SPACES:
                pieces.append(_SPACES[tag])
            elif tag == f"{W}txbxContent":
                beside.append(one)
            elif tag in _NOTES:
                note = self._notes[_NOTES[tag]].get(one.get(f"{W}id", ""), "")
                if note:
                    beside.append(note)
            elif tag == f"{W}r":
                if _value(one.find(f"{W}rPr"), "vanish", "on") not in _ON:
                    self._gather(one, pieces, beside)
            elif isinstance(tag, str) and tag not in _UNSEEN and tag != f"{W}pPr":
                self._gather(one, pieces, beside)

    def _table(self, table: Any) -> Iterator[Block]:
        rows: list[list[_Placed]] = []
        header = 0
        for row in _rows(table):
            properties = row.find(f"{W}trPr")
            if _on(properties, "del"):
                continue
            if _on(properties, "tblHeader") and header == len(rows):
                header += 1
            rows.append(self._cells(row, _value(properties, "gridBefore")))
        grid = fill([Cell("", 1, cell.span) if cell.text is None else Cell(cell.text, cell.down, cell.span)
                     for cell in row if cell.down] for row in _joined(rows))  # fmt: skip
        yield from to_blocks(grid, header or None)

    def _cells(self, row: Any, before: str | None) -> "list[_Placed]":
        cells = (
            [_Placed(0, int(before), None, False)] if before and before.isdigit() and before != "0" else []
        )
        column = cells[0].span if cells else 0
        for cell in _children(row, f"{W}tc"):
            properties = cell.find(f"{W}tcPr")
            span = _value(properties, "gridSpan") or "1"
            merge = None if properties is None else properties.find(f"{W}vMerge")
            goes_on = merge is not None and merge.get(f"{W}val", "continue") == "continue"
            wide = min(1000, int(span)) if span.isdigit() else 1
            lines = "\n".join(_lines(self.blocks(cell)))
            cells.append(_Placed(column, max(1, wide), lines, goes_on))
            column += max(1, wide)
        return cells


@dataclass(slots=True)
class _Placed:
    """A cell at its first column. `down`: rows that it covers; 0 = the one above covers it."""

    column: int
    span: int
    text: str | None
    goes_on: bool
    down: int = 1


def _joined(rows: list[list[_Placed]]) -> list[list[_Placed]]:
    """Cells that a cell above goes on in are covered by it."""
    above: dict[int, _Placed] = {}
    for row in rows:
        here: dict[int, _Placed] = {}
        for cell in row:
            upper = above.get(cell.column)
            if cell.goes_on and upper is not None and upper.span == cell.span:
                upper.down += 1
                cell.down = 0
                here[cell.column] = upper
            else:
                here[cell.column] = cell
        above = here
    return rows


def _lines(blocks: Iterator[Block]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Table):
            yield from (" ".join(dict.fromkeys(filter(None, row))) for row in block.rows)
        else:
            yield block.text


def _rows(table: Any) -> Iterator[Any]:
    return _children(table, f"{W}tr")


def _children(parent: Any, tag: str) -> Iterator[Any]:
    """Children with a tag, also inside content controls and tracked insertions."""
    for one in parent:
        if one.tag == tag:
            yield one
        elif one.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}ins", f"{W}customXml"):
            yield from _children(one, tag)


def _notes(root: Any, kind: str) -> dict[str, str]:
    """Text of each note by its id; separators have none."""
    if root is None:
        return {}
    return {
        note.get(f"{W}id", ""): tidy("\n".join("".join(p.itertext(f"{W}t")) for p in note.iter(f"{W}p")))
        for note in root.iter(f"{W}{kind}")
        if note.get(f"{W}type") not in ("separator", "continuationSeparator")
    }


def _styles(root: Any) -> dict[str, _Style]:
    """Styles of paragraphs with what they inherit."""
    if root is None:
        return {}
    stated: dict[str, _Style] = {}
    for style in root.iter(f"{W}style"):
        if style.get(f"{W}type") != "paragraph":
            continue
        name = (_value(style, "name") or "").strip()
        properties = style.find(f"{W}pPr")
        outline = _value(properties, "outlineLvl")
        named = _HEADING_NAME.fullmatch(name)
        level = int(outline) if outline is not None and outline.isdigit() else None
        number = None if properties is None else properties.find(f"{W}numPr")
        depth = _value(number, "ilvl") or "0"
        stated[style.get(f"{W}styleId", "")] = _Style(
            based_on=_value(style, "basedOn") or "",
            level=int(named[1]) - 1 if named is not None and level is None else level,
            title=_TITLE_NAME.fullmatch(name) is not None,
            contents=_CONTENTS_NAME.fullmatch(name) is not None,
            list_id=_value(number, "numId") or "",
            list_depth=min(8, int(depth)) if depth.isdigit() else 0,
        )
    return {name: _inherited(style, stated) for name, style in stated.items()}


def _inherited(style: _Style, stated: dict[str, _Style]) -> _Style:
    seen = {style.based_on}
    base = stated.get(style.based_on)
    while base is not None:
        if style.level is None and base.level is not None:
            style = replace(style, level=base.level)
        if not style.list_id and base.list_id:
            style = replace(style, list_id=base.list_id, list_depth=style.list_depth or base.list_depth)
        if base.based_on in seen:
            break
        seen.add(base.based_on)
        base = stated.get(base.based_on)
    return style


def _value(parent: Any, name: str, empty: str | None = None) -> str | None:
    """The value of a child; `empty` where the child has none."""
    found = None if parent is None else parent.find(f"{W}{name}")
    return (
        None if found is None else str(found.get(f"{W}val", empty)) if found.get(f"{W}val", empty) else None
    )


def _on(parent: Any, name: str) -> bool:
    return _value(parent, name, "on") in _ON
