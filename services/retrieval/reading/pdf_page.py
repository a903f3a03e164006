"""A page of a PDF as pdfium sees it: lines of text with their places, ruled lines, how much of it is pictures."""

import ctypes
import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import pypdfium2.raw as pdfium

_THIN: Final = 3.0  # points; a filled rectangle no wider is a line
_MAX_OBJECTS: Final = 50_000
_MAX_SEGMENTS: Final = 200  # a path of more is a drawing
_MAX_RULES: Final = 4_000
_DEEPEST_FORM: Final = 4
_LINE_BREAKS: Final = frozenset((0x0A, 0x0D))
# How pdfium marks a hyphen at the end of a line whose word goes on in the next.
_HYPHENS: Final = frozenset((0x02, 0xFFFE))
_BOLD: Final = 600


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in points; y grows upwards."""

    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text. `size`: height of its letters in points; `spaced`: a blank stood before the line's end."""

    text: str
    box: Box
    size: float
    bold: bool
    start: int
    spaced: bool
    hyphened: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line, level or upright: its place on the other axis, and from where to where it goes."""

    at: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is on a page beside text: level and upright lines, and the share of the page that pictures cover."""

    level: list[Rule]
    upright: list[Rule]
    pictures: float


class Page:
    """One page, open while it is looked at. `codes` are its letters as code points, line breaks included."""

    def __init__(self, document: Any, index: int) -> None:
        self._page = pdfium.FPDF_LoadPage(document, index)
        if not self._page:
            raise ValueError("a page can't be loaded")
        self._text = pdfium.FPDFText_LoadPage(self._page)
        self._rectangle = pdfium.FS_RECTF()
        self._matrix = pdfium.FS_MATRIX()
        self._name = ctypes.create_string_buffer(128)
        self.width = float(pdfium.FPDF_GetPageWidthF(self._page))
        self.height = float(pdfium.FPDF_GetPageHeightF(self._page))
        count = pdfium.FPDFText_CountChars(self._text) if self._text else 0
        unicode = pdfium.FPDFText_GetUnicode
        self.codes: list[int] = [unicode(self._text, i) for i in range(count)]

    def close(self) -> None:
        """Gives back what pdfium holds of the page."""
        if self._text:
            pdfium.FPDFText_ClosePage(self._text)
        pdfium.FPDF_ClosePage(self._page)

    def box(self, index: int) -> Box | None:
        """Where a letter stands, as high as its font; None for letters that pdfium added."""
        rectangle = self._rectangle
        if not pdfium.FPDFText_GetLooseCharBox(self._text, index, ctypes.byref(rectangle)):
            return None
        if rectangle.right <= rectangle.left and rectangle.top <= rectangle.bottom:
            return None
        return Box(rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)

    def lines(self) -> Iterator[Line]:
        """Lines in the order in which they were written."""
        start = 0
        for end in (*(i for i, code in enumerate(self.codes) if code in _LINE_BREAKS), len(self.codes)):
            if end > start:
                line = self._line(start, end)
                if line is not None:
                    yield line
            start = end + 1

    def _line(self, start: int, end: int) -> Line | None:
        codes = self.codes[start:end]
        shown = [start + i for i, code in enumerate(codes) if code > 0x20 and code not in _HYPHENS]
        if not shown:
            return None
        sample = {shown[0], shown[len(shown) // 3], shown[2 * len(shown) // 3], shown[-1]}
        boxes = [box for i in sorted(sample) if (box := self.box(i)) is not None]
        if not boxes:
            return None
        sizes = sorted(self._size(i) for i in sample)
        hyphened = codes[-1] in _HYPHENS
        return Line(
            "".join(chr(code) for code in codes if code not in _HYPHENS and 0 < code < 0x110000),
            Box(
                min(box.left for box in boxes),
                min(box.bottom for box in boxes),
                max(box.right for box in boxes),
                max(box.top for box in boxes),
            ),
            sizes[len(sizes) // 2],
            all(self._bold(i) for i in sample),
            start,
            codes[-1] == 0x20,
            hyphened,
        )

    def _size(self, index: int) -> float:
        """Height of a letter's font as it is drawn."""
        pdfium.FPDFText_GetMatrix(self._text, index, ctypes.byref(self._matrix))
        scale = math.hypot(self._matrix.c, self._matrix.d)
        return float(pdfium.FPDFText_GetFontSize(self._text, index)) * (scale or 1.0)

    def _bold(self, index: int) -> bool:
        if pdfium.FPDFText_GetFontWeight(self._text, index) >= _BOLD:
            return True
        flags = ctypes.c_int()
        length = pdfium.FPDFText_GetFontInfo(
            self._text, index, self._name, len(self._name), ctypes.byref(flags)
        )
        return 1 < length <= len(self._name) and b"bold" in self._name.raw[: length - 1].lower()

    def drawing(self) -> Drawing:
        """Ruled lines and pictures, those inside forms too."""
        found = Drawing([], [], 0.0)
        area = 0.0
        for thing in self._objects():
            kind = pdfium.FPDFPageObj_GetType(thing)
            if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
                box = _bounds(thing)
                area += (
                    max(0.0, box.right - box.left) * max(0.0, box.top - box.bottom)
                    if box is not None
                    else 0.0
                )
            elif kind == pdfium.FPDF_PAGEOBJ_PATH and len(found.level) + len(found.upright) < _MAX_RULES:
                _add_rules(thing, found)
        return Drawing(found.level, found.upright, min(1.0, area / max(1.0, self.width * self.height)))

    def _objects(self) -> Iterator[Any]:
        left = _MAX_OBJECTS
        opened = [(pdfium.FPDFPage_GetObject, self._page, pdfium.FPDFPage_CountObjects(self._page), 0)]
        while opened:
            get, parent, count, depth = opened.pop()
            for i in range(count):
                left -= 1
                if left < 0:
                    return
                thing = get(parent, i)
                if not thing:
                    continue
                if pdfium.FPDFPageObj_GetType(thing) != pdfium.FPDF_PAGEOBJ_FORM:
                    yield thing
                elif depth < _DEEPEST_FORM:
                    inside = pdfium.FPDFFormObj_CountObjects(thing)
                    opened.append((pdfium.FPDFFormObj_GetObject, thing, inside, depth + 1))


def _bounds(thing: Any) -> Box | None:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    places = (ctypes.byref(place) for place in (left, bottom, right, top))
    if not pdfium.FPDFPageObj_GetBounds(thing, *places):
        return None
    return Box(left.value, bottom.value, right.value, top.value)


def _add_rules(path: Any, drawing: Drawing) -> None:
    box = _bounds(path)
    if box is None:
        return
    if box.right - box.left <= _THIN or box.top - box.bottom <= _THIN:
        _add_bar(box, drawing)
        return
    count = pdfium.FPDFPath_CountSegments(path)
    if not 2 <= count <= _MAX_SEGMENTS:
        return
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFPageObj_GetMatrix(path, ctypes.byref(matrix))
    filling, stroked = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(path, ctypes.byref(filling), ctypes.byref(stroked))
    x, y = ctypes.c_float(), ctypes.c_float()
    points: list[tuple[float, float]] = []
    for i in range(count):
        segment = pdfium.FPDFPath_GetPathSegment(path, i)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        pdfium.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
        point = (
            matrix.a * x.value + matrix.c * y.value + matrix.e,
            matrix.b * x.value + matrix.d * y.value + matrix.f,
        )
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            _add_figure(points, bool(stroked.value), drawing)
            points = []
        elif kind == pdfium.FPDF_SEGMENT_BEZIERTO:
            return
        points.append(point)
        if pdfium.FPDFPathSegment_GetClose(segment):
            points.append(points[0])
    _add_figure(points, bool(stroked.value), drawing)


def _add_figure(points: list[tuple[float, float]], stroked: bool, drawing: Drawing) -> None:
    """One run of a path: if filled, a bar where it is thin; if stroked, each of its straight sides."""
    if len(points) < 2:
        return
    if not stroked:
        xs, ys = [x for x, _ in points], [y for _, y in points]
        box = Box(min(xs), min(ys), max(xs), max(ys))
        if box.right - box.left <= _THIN or box.top - box.bottom <= _THIN:
            _add_bar(box, drawing)
        return
    for (x, y), (to_x, to_y) in pairwise(points):
        if abs(x - to_x) <= _THIN / 2 or abs(y - to_y) <= _THIN / 2:
            _add_bar(Box(min(x, to_x), min(y, to_y), max(x, to_x), max(y, to_y)), drawing)


def _add_bar(box: Box, drawing: Drawing) -> None:
    wide, high = box.right - box.left, box.top - box.bottom
    if wide <= _THIN and high > _THIN:
        drawing.upright.append(Rule((box.left + box.right) / 2, box.bottom, box.top))
    elif high <= _THIN and wide > _THIN:
        drawing.level.append(Rule((box.bottom + box.top) / 2, box.left, box.right))
