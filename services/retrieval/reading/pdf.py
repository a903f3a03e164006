"""PDF to blocks: headings by the size of letters, paragraphs by the gaps between lines, ruled tables."""

import ctypes
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import pypdfium2.raw as pdfium

from services.retrieval.reading.content import (
    Block,
    Cause,
    Draft,
    Heading,
    Limits,
    Paragraph,
    Table,
    Unreadable,
)
from services.retrieval.reading.grid import to_blocks
from services.retrieval.reading.markers import division, number
from services.retrieval.reading.pdf_page import Line, Page
from services.retrieval.reading.pdf_tables import cells, grids, inside
from services.retrieval.reading.text import tidy

_MAX_PAGES: Final = 20_000
_TAIL: Final = 4096
_MARGIN: Final = 0.09  # share of a page's height in which running heads and page numbers stand
_LARGER: Final = 1.12  # letters so much higher than the body's make a heading
_LONGEST_HEADING: Final = 90
_DEEPEST: Final = 6
_FEW_LETTERS: Final = 20
_PICTURE: Final = 0.4
_DIGITS: Final = re.compile(r"\d+")
_SENTENCE_END: Final = re.compile(r"[다요음함됨임까][.!?。]$|[.!?]$")


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A page as read: its lines and tables in reading order."""

    number: int
    height: float
    parts: list[Line | list[list[str]]]


def read_pdf(data: bytes, _: Limits) -> Draft:
    """Blocks by page. Unreadable: ENCRYPTED, BROKEN, SCANNED (pages of pictures alone)."""
    if b"%%EOF" not in data[-_TAIL:] and b"startxref" not in data[-_TAIL:]:
        raise Unreadable(Cause.BROKEN, "cut short")
    # pdfium reads in place: the bytes have to outlive the document.
    document = pdfium.FPDF_LoadMemDocument64(data, len(data), None)
    if not document:
        locked = pdfium.FPDF_GetLastError() in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY)
        raise Unreadable(Cause.ENCRYPTED if locked else Cause.BROKEN)
    try:
        count = int(pdfium.FPDF_GetPageCount(document))
        if count > _MAX_PAGES:
            raise Unreadable(Cause.EXPANDS_TOO_FAR, f"{count} pages")
        leaves: list[_Leaf] = []
        scanned: list[int] = []
        for index in range(count):
            leaf, picture = _leaf(document, index)
            leaves.append(leaf)
            if picture:
                scanned.append(leaf.number)
        title = _title(document)
    finally:
        pdfium.FPDF_CloseDocument(document)
    blocks = list(_blocks(_without_running_heads(leaves)))
    if scanned and not blocks:
        raise Unreadable(Cause.SCANNED)
    return Draft(blocks, title, count, tuple(scanned))


def _leaf(document: Any, index: int) -> tuple[_Leaf, bool]:
    """A page, and whether it is a picture of text."""
    try:
        page = Page(document, index)
    except ValueError as error:
        raise Unreadable(Cause.BROKEN, f"page {index + 1}") from error
    try:
        lines = list(page.lines())
        drawing = page.drawing()
        few = sum(code > 0x20 for code in page.codes) < _FEW_LETTERS
        parts: list[Line | list[list[str]]] = list(lines)
        for grid in grids(drawing):
            within = [line for line in lines if inside(line.box, grid)]
            if not within:
                continue
            letters = [i for line in within for i in range(line.start, _end(page, line.start))]
            at = parts.index(within[0])
            drop = {id(line) for line in within}
            table = cells(grid, page, letters)
            parts = [*parts[:at], table, *(part for part in parts[at:] if id(part) not in drop)]
            lines = [line for line in lines if id(line) not in drop]
        return _Leaf(index + 1, page.height, parts), few and drawing.pictures >= _PICTURE
    finally:
        page.close()


def _end(page: Page, start: int) -> int:
    end = start
    while end < len(page.codes) and page.codes[end] not in (0x0A, 0x0D):
        end += 1
    return end


def _title(document: Any) -> str:
    size = pdfium.FPDF_GetMetaText(document, b"Title", None, 0)
    if not 2 < size <= 4096:
        return ""
    buffer = ctypes.create_string_buffer(size)
    pdfium.FPDF_GetMetaText(document, b"Title", buffer, size)
    return buffer.raw[: size - 2].decode("utf-16-le", errors="replace")


def _without_running_heads(leaves: Sequence[_Leaf]) -> list[_Leaf]:
    """Pages without the lines at their edges that say the same on half of them, and without page numbers."""
    said = Counter(
        key
        for leaf in leaves
        for key in {_key(part) for part in leaf.parts if isinstance(part, Line) and _at_edge(leaf, part)}
    )
    often = max(3, len(leaves) / 2)
    return [
        _Leaf(
            leaf.number,
            leaf.height,
            [
                part
                for part in leaf.parts
                if not isinstance(part, Line)
                or not _at_edge(leaf, part)
                or (said[_key(part)] < often and not _page_number(part, leaf.number))
            ],
        )
        for leaf in leaves
    ]


def _at_edge(leaf: _Leaf, line: Line) -> bool:
    middle = (line.box.top + line.box.bottom) / 2
    return not leaf.height * _MARGIN < middle < leaf.height * (1 - _MARGIN)


def _key(line: Line) -> str:
    return _DIGITS.sub("0", tidy(line.text))


def _page_number(line: Line, page: int) -> bool:
    return (
        re.fullmatch(rf"[-–—\s]*(?:{page}|\d+\s*/\s*\d+)[-–—\s]*(?:쪽|페이지)?", tidy(line.text)) is not None
    )


def _blocks(leaves: Sequence[_Leaf]) -> Iterator[Block]:
    letters: Counter[float] = Counter()
    bold = plain = 0
    ends: Counter[bool] = Counter()
    for leaf in leaves:
        for line in leaf.parts:
            if isinstance(line, Line):
                letters[_rounded(line.size)] += len(line.text)
                bold, plain = (bold + len(line.text), plain) if line.bold else (bold, plain + len(line.text))
                ends[line.spaced] += 1
    body = max(letters, key=lambda size: letters[size], default=0.0)
    levels = _levels(leaves, body)
    style = _Style(body, levels, bold < plain, ends[True] * 5 > ends[False])
    for leaf in leaves:
        yield from _page_blocks(leaf, style)


@dataclass(frozen=True, slots=True)
class _Style:
    """Of the whole document: height of the body's letters, level of each larger height, whether bold letters stand out,
    and whether blanks before the ends of lines are written, so that a line without one ends within a word."""

    body: float
    levels: dict[float, int]
    bold_stands_out: bool
    blanks_told: bool


def _rounded(size: float) -> float:
    return round(size * 2) / 2


def _levels(leaves: Sequence[_Leaf], body: float) -> dict[float, int]:
    sizes = {
        _rounded(line.size)
        for leaf in leaves
        for line in leaf.parts
        if isinstance(line, Line) and _large(line, body) and len(tidy(line.text)) <= _LONGEST_HEADING
    }
    return {size: min(_DEEPEST, level) for level, size in enumerate(sorted(sizes, reverse=True), start=1)}


def _large(line: Line, body: float) -> bool:
    return _rounded(line.size) >= body * _LARGER


def _page_blocks(leaf: _Leaf, style: _Style) -> Iterator[Block]:
    lines: list[Line] = []
    for part in (*leaf.parts, None):
        if isinstance(part, Line):
            lines.append(part)
            continue
        yield from _paragraphs(lines, leaf.number, style)
        lines = []
        if part is not None:
            blocks = to_blocks(part, page=leaf.number)
            yield from (block for block in blocks if isinstance(block, Table) or block.text)


def _paragraphs(lines: Sequence[Line], page: int, style: _Style) -> Iterator[Block]:
    gaps = sorted(a.box.bottom - b.box.bottom for a, b in pairwise(lines) if a.box.bottom > b.box.bottom)
    pitch = gaps[len(gaps) // 2] if gaps else 0.0
    right = max((line.box.right for line in lines), default=0.0)
    left = min((line.box.left for line in lines), default=0.0)
    run: list[Line] = []
    for line in lines:
        if run and _parted(run[-1], line, pitch, right - (right - left) * 0.12, style):
            yield from _block(run, page, style)
            run = []
        run.append(line)
    yield from _block(run, page, style)


def _parted(line: Line, below: Line, pitch: float, full: float, style: _Style) -> bool:
    """Whether a new paragraph begins with the line `below`."""
    if _rounded(line.size) != _rounded(below.size) or line.bold != below.bold:
        return abs(line.size - below.size) > 1 or (line.bold != below.bold and style.bold_stands_out)
    drop = line.box.bottom - below.box.bottom
    if drop < -line.size or drop > max(pitch * 1.35, line.size * 1.1):
        return True
    if _large(line, style.body):
        return False
    text = tidy(below.text)
    if division(text) is not None or number(text) is not None:
        return True
    # A line that ends well before the margin ends its paragraph.
    return line.box.right < full and (
        _SENTENCE_END.search(tidy(line.text)) is not None or line.box.right < full * 0.8
    )


def _block(run: Sequence[Line], page: int, style: _Style) -> Iterator[Block]:
    text = tidy(_run_text(run, style))
    if not text:
        return
    first = run[0]
    if (
        len(text) <= _LONGEST_HEADING
        and not _SENTENCE_END.search(text)
        and any(letter.isalnum() for letter in text)
    ):
        level = style.levels.get(_rounded(first.size))
        if level is not None:
            yield Heading(level, text, page)
            return
        if first.bold and style.bold_stands_out and len(run) == 1 and not text.endswith((":", ",")):
            yield Heading(min(_DEEPEST, len(style.levels) + 1), text, page)
            return
    yield Paragraph(text, page)


def _run_text(run: Sequence[Line], style: _Style) -> str:
    pieces: list[str] = []
    for line in run:
        pieces.append(line.text)
        if not line.hyphened and (line.spaced or not style.blanks_told):
            pieces.append(" ")
    return "".join(pieces)
