"""Ruled tables of a PDF page: lines that cross make a grid; letters go to the cell in which they stand."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from services.retrieval.reading.grid import Cell, fill
from services.retrieval.reading.pdf_page import Box, Drawing, Page, Rule

_NEAR: Final = 3.0  # points by which lines that should meet may miss each other
_OPEN: Final = (
    12.0  # points by which lines go beyond the outermost line that they cross where a side is left open
)
_MAX_CELLS: Final = 5_000


@dataclass(frozen=True, slots=True)
class Grid:
    """A ruled table: the places of its lines, from left to right and from the top down, and which of them are drawn."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    level: tuple[Rule, ...]
    upright: tuple[Rule, ...]

    @property
    def box(self) -> Box:
        """The table's outline."""
        return Box(self.xs[0], self.ys[-1], self.xs[-1], self.ys[0])


def grids(drawing: Drawing) -> list[Grid]:
    """Tables of at least two cells, from the top of the page down."""
    level, upright = _joined(drawing.level), _joined(drawing.upright)
    found = []
    for rows, columns in _crossing(level, upright):
        xs = _with_sides([rule.at for rule in columns], rows)
        ys = _with_sides([rule.at for rule in rows], columns)
        if len(xs) >= 2 and len(ys) >= 2 and 2 <= (len(xs) - 1) * (len(ys) - 1) <= _MAX_CELLS:
            found.append(Grid(tuple(xs), tuple(reversed(ys)), tuple(rows), tuple(columns)))
    return sorted(found, key=lambda grid: -grid.box.top)


def cells(grid: Grid, page: Page, letters: Iterable[int]) -> list[list[str]]:
    """The table's rows with merged cells filled; `letters`: indices of the letters that may stand in it."""
    owner = _owners(grid)
    texts: dict[tuple[int, int], list[str]] = {}
    last: dict[tuple[int, int], Box] = {}
    before: tuple[int, int] | None = None
    pending = False
    for index in letters:
        code = page.codes[index]
        box = page.box(index) if code > 0x20 else None
        if box is None:
            pending = True
            continue
        place = _place(grid, (box.left + box.right) / 2, (box.bottom + box.top) / 2)
        if place is None:
            continue
        place = owner[place]
        written = texts.setdefault(place, [])
        if place in last:
            if last[place].bottom - box.bottom > (box.top - box.bottom) / 2:
                written.append("\n")
            elif pending and (before == place):
                written.append(" ")
        written.append(chr(code) if code < 0x110000 else "")
        last[place], before, pending = box, place, False
    spans: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for place, first in owner.items():
        spans.setdefault(first, []).append(place)
    return fill(
        [
            Cell(
                "".join(texts.get((row, column), [])),
                1 + max(r for r, _ in spans[row, column]) - row,
                1 + max(c for _, c in spans[row, column]) - column,
            )
            for column in range(len(grid.xs) - 1)
            if owner[row, column] == (row, column)
        ]
        for row in range(len(grid.ys) - 1)
    )


def inside(box: Box, grid: Grid) -> bool:
    """Whether the middle of a line of text stands in the table."""
    x, y = (box.left + box.right) / 2, (box.bottom + box.top) / 2
    outline = grid.box
    return outline.left <= x <= outline.right and outline.bottom <= y <= outline.top


def _joined(rules: Sequence[Rule]) -> list[Rule]:
    """Pieces of one line, drawn cell by cell, to the line."""
    joined: list[Rule] = []
    for rule in sorted(rules, key=lambda rule: (round(rule.at), rule.start)):
        upper = joined[-1] if joined else None
        if upper is not None and abs(upper.at - rule.at) <= 1.5 and rule.start <= upper.end + _NEAR:
            joined[-1] = Rule(upper.at, upper.start, max(upper.end, rule.end))
        else:
            joined.append(rule)
    return joined


def _crossing(level: list[Rule], upright: list[Rule]) -> list[tuple[list[Rule], list[Rule]]]:
    """Groups of lines that hang together."""
    parent = list(range(len(level) + len(upright)))

    def top(one: int) -> int:
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    by_place = sorted(range(len(upright)), key=lambda i: upright[i].at)
    places = [upright[i].at for i in by_place]
    for i, row in enumerate(level):
        for at in range(bisect_left(places, row.start - _NEAR), len(places)):
            if places[at] > row.end + _NEAR:
                break
            column = upright[by_place[at]]
            if column.start - _NEAR <= row.at <= column.end + _NEAR:
                parent[top(len(level) + by_place[at])] = top(i)
    groups: dict[int, tuple[list[Rule], list[Rule]]] = {}
    for i in range(len(parent)):
        rows, columns = groups.setdefault(top(i), ([], []))
        if i < len(level):
            rows.append(level[i])
        else:
            columns.append(upright[i - len(level)])
    return [group for group in groups.values() if len(group[0]) >= 2 and group[1]]


def _with_sides(drawn: list[float], across: Sequence[Rule]) -> list[float]:
    """The places of lines; a table whose sides are left open, as is usual in Korean papers, ends where most of the lines
    across it end.
    """
    starts, ends = sorted(rule.start for rule in across), sorted(rule.end for rule in across)
    start, end = starts[len(starts) // 2], ends[len(ends) // 2]
    open_sides = [side for side in (start, end) if side < min(drawn) - _OPEN or side > max(drawn) + _OPEN]
    return _places([*drawn, *open_sides])


def _places(values: Iterable[float]) -> list[float]:
    places: list[float] = []
    for value in sorted(values):
        if not places or value - places[-1] > _NEAR:
            places.append(value)
    return places


def _owners(grid: Grid) -> dict[tuple[int, int], tuple[int, int]]:
    """For each square of the grid the first square of the cell that it belongs to: no line is drawn between them."""
    rows, columns = len(grid.ys) - 1, len(grid.xs) - 1
    owner: dict[tuple[int, int], tuple[int, int]] = {}
    for row in range(rows):
        for column in range(columns):
            if (row, column) in owner:
                continue
            wide = high = 1
            while column + wide < columns and (row, column + wide) not in owner:
                if _drawn(grid.upright, grid.xs[column + wide], _middle(grid.ys, row)):
                    break
                wide += 1
            while row + high < rows and not _drawn(grid.level, grid.ys[row + high], _middle(grid.xs, column)):
                high += 1
            for r in range(row, row + high):
                for c in range(column, column + wide):
                    owner.setdefault((r, c), (row, column))
    return owner


def _middle(places: Sequence[float], index: int) -> float:
    return (places[index] + places[index + 1]) / 2


def _drawn(rules: Iterable[Rule], at: float, through: float) -> bool:
    return any(abs(rule.at - at) <= _NEAR and rule.start <= through <= rule.end for rule in rules)


def _place(grid: Grid, x: float, y: float) -> tuple[int, int] | None:
    row = _between(grid.ys, lambda upper, lower: lower <= y <= upper)
    column = _between(grid.xs, lambda left, right: left <= x <= right)
    return None if row is None or column is None else (row, column)


def _between(places: Sequence[float], holds: Callable[[float, float], bool]) -> int | None:
    for index, (one, next_one) in enumerate(pairwise(places)):
        if holds(one, next_one):
            return index
    return None
