"""PPTX to blocks: a slide is a page; its title a heading, its outline a list, then tables and notes."""

from collections.abc import Iterator
from typing import Any, Final

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

_A: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P: Final = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_R: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_TITLES: Final = frozenset({"title", "ctrTitle"})
# Date, footer, number of the slide: on every slide the same.
_FURNITURE: Final = frozenset({"dt", "ftr", "sldNum", "hdr", "sldImg"})


def read_pptx(data: bytes, limits: Limits) -> Draft:
    """Blocks, title and number of slides; hidden slides are left out but counted."""
    with Archive(data, limits) as package:
        main = package.main()
        related = package.related(main)
        order = [one.get(f"{_R}id", "") for one in package.xml(main).iter(f"{_P}sldId")]
        blocks: list[Block] = []
        for page, one in enumerate(order, start=1):
            if one not in related:
                raise Unreadable(Cause.BROKEN, "a slide is missing")
            name = related[one][1]
            slide = package.xml(name)
            if slide.get("show") in ("0", "false"):
                continue
            blocks.extend(_slide(slide, page))
            for kind, notes in package.related(name).values():
                if kind == "notesSlide":
                    blocks.extend(_notes(package.xml(notes), page))
        return Draft(blocks, package.title(), len(order))


def _slide(slide: Any, page: int) -> Iterator[Block]:
    tree = slide.find(f"{_P}cSld/{_P}spTree")
    shapes = list(_shapes(tree)) if tree is not None else []
    titles = [shape for shape in shapes if _kind(shape) in _TITLES]
    for shape in titles:
        text = tidy(" ".join(text for text, _, _ in _lines(shape)))
        if text:
            yield Heading(1, text, page)
    for shape in shapes:
        if shape in titles or _kind(shape) in _FURNITURE:
            continue
        table = shape.find(f".//{_A}tbl")
        if table is not None:
            yield from _table(table, page)
            continue
        outline = _kind(shape) in ("body", "obj", "")
        for text, depth, bullet in _lines(shape):
            listed = bullet if bullet is not None else (outline and _kind(shape) is not None)
            yield ListItem(text, depth, page) if listed else Paragraph(text, page)


def _shapes(parent: Any) -> Iterator[Any]:
    for one in parent:
        if one.tag == f"{_P}grpSp":
            yield from _shapes(one)
        elif one.tag in (f"{_P}sp", f"{_P}graphicFrame"):
            yield one


def _kind(shape: Any) -> str | None:
    """Kind of a placeholder, "" for an unnamed one, None for a shape that is none."""
    place = shape.find(f"*/{_P}nvPr/{_P}ph")
    return None if place is None else str(place.get("type", ""))


def _lines(shape: Any) -> Iterator[tuple[str, int, bool | None]]:
    """Text of each paragraph, its depth from 1, and whether it has a bullet of its own."""
    for paragraph in shape.iter(f"{_A}p"):
        text = tidy(_text(paragraph))
        if not text:
            continue
        properties = paragraph.find(f"{_A}pPr")
        level = "0" if properties is None else properties.get("lvl", "0")
        bullet = None
        if properties is not None:
            if properties.find(f"{_A}buNone") is not None:
                bullet = False
            elif properties.find(f"{_A}buChar") is not None or properties.find(f"{_A}buAutoNum") is not None:
                bullet = True
        yield text, min(9, int(level) + 1) if level.isdigit() else 1, bullet


def _text(paragraph: Any) -> str:
    pieces = paragraph.iter(f"{_A}t", f"{_A}br")
    return "".join("\n" if one.tag == f"{_A}br" else one.text or "" for one in pieces)


def _table(table: Any, page: int) -> list[Block]:
    properties = table.find(f"{_A}tblPr")
    header = 1 if properties is not None and properties.get("firstRow") in ("1", "true") else None
    rows = []
    for row in table.iter(f"{_A}tr"):
        cells = []
        for cell in row.iter(f"{_A}tc"):
            if cell.get("hMerge") in ("1", "true") or cell.get("vMerge") in ("1", "true"):
                continue
            text = "\n".join(_text(paragraph) for paragraph in cell.iter(f"{_A}p"))
            cells.append(Cell(text, _span(cell.get("rowSpan")), _span(cell.get("gridSpan"))))
        rows.append(cells)
    return to_blocks(fill(rows), header, page=page)


def _span(text: str | None) -> int:
    return min(1000, max(1, int(text))) if text is not None and text.isdigit() else 1


def _notes(notes: Any, page: int) -> Iterator[Block]:
    for shape in notes.iter(f"{_P}sp"):
        if _kind(shape) == "body":
            yield from (Paragraph(text, page) for text, _, _ in _lines(shape))
