"""PDF to blocks: headings by the size of letters, paragraphs by the gaps between lines, ruled tables."""

import ctypes
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
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
from services.retrieval.reading.pdf_joints import Joints
from services.retrieval.reading.pdf_page import Line, Page
from services.retrieval.reading.pdf_tables import cells, grids, inside
from services.retrieval.reading.text import tidy

_MAX_PAGES: Final = 20_000
_TAIL: Final = 4096
_MARGIN: Final = 0.09  # share of a page's height in which running heads and page numbers stand
_SAME: Final = 0.94
_LARGER: Final = 1.12  # letters so much higher than the body's make a heading
_LONGEST_HEADING: Final = 90
_DEEPEST: Final = 6
_FEW_LETTERS: Final = 20
_PICTURE: Final = 0.4
_LONGEST_RUNNING_HEAD: Final = 60
_ALIGNED: Final = 3.0  # points
_MOST_HEADER_ROWS: Final = 3
_DIGITS: Final = re.compile(r"\d+")
_SENTENCE_END: Final = re.compile(r"[다요음함됨임까][.!?。]$|[.!?]$")


@dataclass(frozen=True, slots=True)
class _Ruled:
    """A table with the places of its upright lines."""

    rows: list[list[str]]
    xs: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A page as read: its lines and tables in reading order."""

    number: int
    height: float
    parts: list[Line | _Ruled]


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
        parts: list[Line | _Ruled] = list(lines)
        for grid in grids(drawing):
            within = [line for line in lines if inside(line.box, grid)]
            if not within:
                continue
            letters = [i for line in within for i in range(line.start, _end(page, line.start))]
            at = parts.index(within[0])
            drop = {id(line) for line in within}
            table = _Ruled(cells(grid, page, letters), grid.xs)
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
    often = max(2, len(leaves) / 2)
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
    at_edge = not leaf.height * _MARGIN < middle < leaf.height * (1 - _MARGIN)
    return at_edge and len(line.text) <= _LONGEST_RUNNING_HEAD


def _key(line: Line) -> tuple[int, str]:
    return round(line.box.bottom / 3), _DIGITS.sub("0", tidy(line.text))


def _page_number(line: Line, page: int) -> bool:
    return (
        re.fullmatch(rf"[-–—\s]*(?:{page}|\d+\s*/\s*\d+)[-–—\s]*(?:쪽|페이지)?", tidy(line.text)) is not None
    )


def _blocks(leaves: Sequence[_Leaf]) -> Iterator[Block]:
    lines = [part for leaf in leaves for part in leaf.parts if isinstance(part, Line)]
    letters: Counter[float] = Counter()
    weights: Counter[bool] = Counter()
    for line in lines:
        letters[_rounded(line.size)] += len(line.text)
        weights[line.bold] += len(line.text)
    body = max(letters, key=lambda size: letters[size], default=0.0)
    style = _Style(body, _levels(lines, body), weights[True] < weights[False], _leading(lines))
    runs = [(leaf.number, run) for leaf in leaves for run in _runs(leaf, style)]
    joints = Joints((line.text for line in lines), _breaks(runs))
    place = 0
    while place < len(runs):
        first, page = place, runs[place][0]
        while place + 1 < len(runs) and runs[place + 1][0] != runs[place][0]:
            if not _continues(runs[place][1], runs[place + 1][1], style):
                break
            place += 1
        parts = [run for _, run in runs[first : place + 1]]
        place += 1
        rows = _rows([part for part in parts if isinstance(part, _Ruled)])
        yield from (block for block in to_blocks(rows, page=page) if isinstance(block, Table) or block.text)
        yield from _block(
            [line for part in parts if isinstance(part, _Run) for line in part.lines], page, style, joints
        )


@dataclass(frozen=True, slots=True)
class _Style:
    """Of the whole document: height of the body's letters, level of each larger height, whether bold letters stand out,
    and the usual distance of lines as a multiple of their height.
    """

    body: float
    levels: dict[float, int]
    bold_stands_out: bool
    leading: float


@dataclass(frozen=True, slots=True)
class _Run:
    """Lines of one paragraph. `full`: its last line goes to the margin."""

    lines: list[Line]
    full: bool


def _rounded(size: float) -> float:
    return round(size * 2) / 2


def _levels(lines: Iterable[Line], body: float) -> dict[float, int]:
    sizes = {
        _rounded(line.size)
        for line in lines
        if _large(line, body) and len(tidy(line.text)) <= _LONGEST_HEADING
    }
    levels: dict[float, int] = {}
    level, largest = 0, 0.0
    for size in sorted(sizes, reverse=True):
        if size < largest * _SAME or not level:  # sizes that differ by a hair are one
            level, largest = level + 1, size
        levels[size] = min(_DEEPEST, level)
    return levels


def _large(line: Line, body: float) -> bool:
    return _rounded(line.size) >= body * _LARGER


def _leading(lines: Sequence[Line]) -> float:
    drops = Counter(
        round((line.box.bottom - below.box.bottom) / line.size, 1)
        for line, below in pairwise(lines)
        if line.size and 0.8 * line.size < line.box.bottom - below.box.bottom < 3 * line.size
    )
    return max(drops, key=lambda drop: (drops[drop], -drop), default=1.5)


def _runs(leaf: _Leaf, style: _Style) -> Iterator[_Run | _Ruled]:
    """A page's paragraphs and tables."""
    lines: list[Line] = []
    for part in (*leaf.parts, None):
        if isinstance(part, Line):
            lines.append(part)
            continue
        yield from _paragraphs(lines, style)
        lines = []
        if part is not None:
            yield part


def _paragraphs(lines: Sequence[Line], style: _Style) -> Iterator[_Run]:
    right = max((line.box.right for line in lines), default=0.0)
    left = min((line.box.left for line in lines), default=0.0)
    full = right - (right - left) * 0.12
    run: list[Line] = []
    for line in lines:
        if run and _parted(run[-1], line, full, style):
            yield _Run(run, run[-1].box.right >= full)
            run = []
        run.append(line)
    if run:
        yield _Run(run, run[-1].box.right >= full)


def _parted(line: Line, below: Line, full: float, style: _Style) -> bool:
    """Whether a new paragraph begins with the line `below`."""
    if abs(line.size - below.size) > 1 or (line.bold != below.bold and style.bold_stands_out):
        return True
    drop = line.box.bottom - below.box.bottom
    if drop < -line.size or drop > line.size * (style.leading + 0.35):
        return True
    if _large(line, style.body):
        return False
    if _opens(below):
        return True
    # A line that ends well before the margin ends its paragraph.
    return line.box.right < full and (
        _SENTENCE_END.search(tidy(line.text)) is not None or line.box.right < full * 0.8
    )


def _opens(line: Line) -> bool:
    text = tidy(line.text)
    return division(text) is not None or number(text) is not None


def _continues(part: _Run | _Ruled, following: _Run | _Ruled, style: _Style) -> bool:
    """Whether a page's last paragraph or table goes on on the next page."""
    if isinstance(part, _Ruled) and isinstance(following, _Ruled):
        return len(part.xs) == len(following.xs) and all(
            abs(a - b) <= _ALIGNED for a, b in zip(part.xs, following.xs, strict=True)
        )
    if not isinstance(part, _Run) or not isinstance(following, _Run) or not part.full:
        return False
    last, first = part.lines[-1], following.lines[0]
    return (
        not _SENTENCE_END.search(tidy(last.text))
        and abs(last.size - first.size) <= 1
        and not _large(first, style.body)
        and not _opens(first)
    )


def _rows(tables: Sequence[_Ruled]) -> list[list[str]]:
    """One table's rows from several pages; its first rows may stand on each page again."""
    rows: list[list[str]] = []
    for table in tables:
        repeated = 0
        while (
            rows
            and repeated < min(_MOST_HEADER_ROWS, len(table.rows))
            and table.rows[repeated] == rows[repeated]
        ):
            repeated += 1
        rows += table.rows[repeated:]
    return rows


def _breaks(runs: Iterable[tuple[int, _Run | _Ruled]]) -> list[tuple[str, str]]:
    return [
        (line.text, below.text)
        for _, run in runs
        if isinstance(run, _Run)
        for line, below in pairwise(run.lines)
        if not line.hyphened
    ]


def _block(run: Sequence[Line], page: int, style: _Style, joints: Joints) -> Iterator[Block]:
    text = tidy(_text(run, joints)) if run else ""
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
            yield Heading(min(_DEEPEST, len(set(style.levels.values())) + 1), text, page)
            return
    yield Paragraph(text, page)


def _text(run: Sequence[Line], joints: Joints) -> str:
    pieces = [run[0].text]
    for line, below in pairwise(run):
        if not line.hyphened:
            pieces.append(" " if line.spaced else joints.between(line.text, below.text))
        pieces.append(below.text)
    return "".join(pieces)
