"""Whether a table says what the gold rows say: the same figures, exactly, next to the same things.

Columns are found by what they hold, not by their headings: each gold column must be one of the table's. What a table may
hold beside them: more of what tells rows apart, ranks, fields of a record; and around a compared figure the change and
its rate, which are checked against the two. Anything else that nobody asked for is a difference.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Final

from maru.erp.v1 import value_pb2

from services.launcher.evaluation.gold import QUOTIENT_DIGITS, Cell, Expected, Row

UNIT_COLUMN: Final = "단위"
"""A gold column of this name may also be the unit of a figure's column."""

_PLACES: Final = {
    value_pb2.Unit.KIND_PERCENT: 1,
    value_pb2.Unit.KIND_PERCENTAGE_POINTS: 1,
    value_pb2.Unit.KIND_RATIO: 2,
}
"""Digits after the point that count, by unit; other figures are exact."""
_EXACT_PLACES: Final = 4
_QUOTIENT_PLACES: Final = 6
_QUOTIENT: Final = re.compile(rf"-?\d+\.\d{{{QUOTIENT_DIGITS}}}")
_WELCOME: Final = frozenset(
    {value_pb2.Column.ROLE_DIMENSION, value_pb2.Column.ROLE_RANK, value_pb2.Column.ROLE_FIELD}
)
_DERIVED: Final = frozenset({value_pb2.Column.ROLE_CHANGE, value_pb2.Column.ROLE_CHANGE_RATE})

Reading = Callable[[value_pb2.Value], Hashable]


@dataclass(frozen=True)
class _Found:
    """A column of the table (or the unit of one, `index` None) as gold cells are compared with it."""

    index: int | None
    cells: tuple[Hashable, ...]
    gold: tuple[Hashable, ...]


def difference(table: value_pb2.Table, expected: Expected) -> str:
    """What tells the table from the expected rows, in a few words; empty when nothing does."""
    if _says_nothing(expected) and _is_nothing(table):
        return ""
    if len(table.rows) != len(expected.rows):
        return f"{len(table.rows)} rows, not {len(expected.rows)}"
    why = ""
    for assigned in _assignments(table, expected):
        why = _row_difference(table, expected, assigned)
        if not why:
            return ""
    return why or _unfound(table, expected)


def member_difference(table: value_pb2.Table, expected: Expected) -> str:
    """As `difference`, but for the set of the first gold column, with the sums of the second by it, if there is one."""
    wanted = {_text(row[0]) for row in expected.rows}
    if not wanted and not table.rows:
        return ""
    why = f"no column holds these {len(wanted)}"
    for index in range(len(table.columns)):
        for reading in (_key, _name):
            told = [reading(row.values[index]) for row in table.rows]
            if set(told) != wanted:
                if any(each in wanted for each in told):
                    missing, wrong = len(wanted - set(told)), len({*told} - wanted)
                    why = f"{missing} missing, {wrong} too many"
                continue
            if len(expected.columns) == 1 or _sums_agree(table, told, expected):
                return ""
            why = "other sums"
    return why


def figures(table: value_pb2.Table) -> set[Decimal]:
    """Every number of the table."""
    return {number for row in table.rows for value in row.values if (number := _number(value)) is not None}


# --- columns ------------------------------------------------------------------------------------


def _assignments(table: value_pb2.Table, expected: Expected) -> Iterator[list[_Found]]:
    """Ways to find every gold column in the table, each in a column of its own."""
    candidates = [_candidates(table, expected, position) for position in range(len(expected.columns))]

    def assign(position: int, taken: frozenset[int]) -> Iterator[list[_Found]]:
        if position == len(candidates):
            yield []
            return
        for found in candidates[position]:
            if found.index is None or found.index not in taken:
                more = taken if found.index is None else taken | {found.index}
                for rest in assign(position + 1, more):
                    yield [found, *rest]

    return assign(0, frozenset())


def _candidates(table: value_pb2.Table, expected: Expected, position: int) -> list[_Found]:
    gold = [row[position] for row in expected.rows]
    found = []
    for index, column in enumerate(table.columns):
        values = [row.values[index] for row in table.rows]
        pairs: list[tuple[tuple[Hashable, ...], tuple[Hashable, ...]]]
        if any(_number(value) is not None for value in values):
            places = _places(column, gold, values)
            pairs = [(tuple(_rounded(_number(v), places) for v in values),
                      tuple(_rounded(_decimal(cell), places) for cell in gold))]  # fmt: skip
        else:
            texts = tuple(_text(cell) for cell in gold)
            pairs = [(tuple(reading(v) for v in values), texts) for reading in (_key, _name)]
        same = [_Found(index, told, wanted) for told, wanted in pairs if Counter(told) == Counter(wanted)]
        found += same[:1]
    if expected.columns[position] == UNIT_COLUMN:
        units = {column.unit.code for column in table.columns if column.unit.code}
        found += [
            _Found(None, (unit,) * len(gold), (unit,) * len(gold))
            for unit in units
            if all(cell == unit for cell in gold)
        ]
    return found


def _row_difference(table: value_pb2.Table, expected: Expected, assigned: Sequence[_Found]) -> str:
    told = list(zip(*(found.cells for found in assigned), strict=True))
    wanted = list(zip(*(found.gold for found in assigned), strict=True))
    if Counter(told) != Counter(wanted):
        return "figures stand next to other things"
    if expected.ordered and told != wanted:
        # Ties may stand in either order: the figures alone, or those that sort the rows, are in the same one.
        columns = zip(zip(*told, strict=True), zip(*wanted, strict=True), strict=True)
        numbers = [pair for pair in columns if _all_numbers(pair[1])]
        if not numbers or (
            any(a != b for a, b in numbers) and not any(a == b and _sorts(b) for a, b in numbers)
        ):
            return "another order"
    return _uninvited(table, expected, assigned)


def _sorts(cells: Sequence[Hashable]) -> bool:
    """Whether the rows can have been put in order by these figures."""
    known = [cell for cell in cells if isinstance(cell, Decimal)]
    return len(known) == len(cells) and known in (sorted(known), sorted(known, reverse=True))


def _all_numbers(cells: Sequence[Hashable]) -> bool:
    return all(cell is None or isinstance(cell, Decimal) for cell in cells)


def _uninvited(table: value_pb2.Table, expected: Expected, assigned: Sequence[_Found]) -> str:
    """What the table holds that nobody asked for."""
    place = {found.index: position for position, found in enumerate(assigned) if found.index is not None}
    gold = _gold_by_row(expected, assigned)
    for index, column in enumerate(table.columns):
        if index in place or column.role in _WELCOME:
            continue
        beside = {
            other.role: place.get(at)
            for at, other in enumerate(table.columns)
            if other.metric == column.metric
        }
        now, before = (
            beside.get(role) for role in (value_pb2.Column.ROLE_METRIC, value_pb2.Column.ROLE_COMPARISON)
        )
        if column.role not in _DERIVED or now is None or before is None:
            return f"uninvited column {column.display_name}"
        told = [_number(row.values[index]) for row in table.rows]
        rate = column.role == value_pb2.Column.ROLE_CHANGE_RATE
        right = [_change(_decimal(cells[now]), _decimal(cells[before]), rate=rate) for cells in gold]
        places = _PLACES.get(column.unit.kind, max([0, *(_digits(number) for number in told)]))
        if [_rounded(each, places) for each in told] != [_rounded(each, places) for each in right]:
            return f"{column.display_name} does not follow"
    return ""


def _gold_by_row(expected: Expected, assigned: Sequence[_Found]) -> list[Row]:
    """The gold rows in the order of the table's."""
    waiting = defaultdict(list)
    for cells, row in zip(zip(*(found.gold for found in assigned), strict=True), expected.rows, strict=True):
        waiting[cells].append(row)
    return [waiting[cells].pop() for cells in zip(*(found.cells for found in assigned), strict=True)]


def _change(now: Decimal | None, before: Decimal | None, *, rate: bool) -> Decimal | None:
    """The change, or its rate in percent; None where there is nothing to compare with."""
    if now is None or before is None or (rate and not before):
        return None
    return (now - before) / abs(before) * 100 if rate else now - before


def _unfound(table: value_pb2.Table, expected: Expected) -> str:
    for position, column in enumerate(expected.columns):
        if not _candidates(table, expected, position):
            return f"no column holds {column}"
    return "columns don't agree"


def _sums_agree(table: value_pb2.Table, told: Sequence[Hashable], expected: Expected) -> bool:
    wanted: dict[Hashable, Decimal] = defaultdict(Decimal)
    for cells in expected.rows:
        wanted[_text(cells[0])] += _decimal(cells[1]) or 0
    for index in range(len(table.columns)):
        sums: dict[Hashable, Decimal] = defaultdict(Decimal)
        for key, row in zip(told, table.rows, strict=True):
            sums[key] += _number(row.values[index]) or 0
        if {k: _rounded(v, 4) for k, v in sums.items()} == {k: _rounded(v, 4) for k, v in wanted.items()}:
            return True
    return False


# --- cells --------------------------------------------------------------------------------------


def _says_nothing(expected: Expected) -> bool:
    return all(cell in (None, 0, "0") for row in expected.rows for cell in row)


def _is_nothing(table: value_pb2.Table) -> bool:
    return not any(figures(table))


def _places(column: value_pb2.Column, gold: Sequence[Cell], values: Sequence[value_pb2.Value]) -> int:
    """Digits that count: those of the unit; of a quotient (객단가, 월평균) those that the table shows; else all."""
    if column.unit.kind in _PLACES:
        return _PLACES[column.unit.kind]
    if not any(isinstance(cell, str) and _QUOTIENT.fullmatch(cell) for cell in gold):
        return _EXACT_PLACES
    shown = [_digits(number) for value in values if (number := _number(value)) is not None]
    return min(_QUOTIENT_PLACES, max([0, *shown]))


def _digits(number: Decimal | None) -> int:
    """Digits after the point."""
    return 0 if number is None else max(0, -int(number.as_tuple().exponent))


def _rounded(number: Decimal | None, places: int) -> Decimal | None:
    if number is None:
        return None
    return (number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP) + 0).normalize()


def _decimal(cell: Cell) -> Decimal | None:
    try:
        return None if cell is None else Decimal(str(cell))
    except InvalidOperation:
        return None


def _number(value: value_pb2.Value) -> Decimal | None:
    match value.WhichOneof("kind"):
        case "decimal":
            return Decimal(value.decimal)
        case "integer":
            return Decimal(value.integer)
        case _:
            return None


def _text(cell: Cell) -> str | None:
    return None if cell is None else str(cell)


def _key(value: value_pb2.Value) -> str | None:
    kind = value.WhichOneof("kind")
    if kind is None:
        return None
    return value.entity.key if kind == "entity" else str(getattr(value, kind))


def _name(value: value_pb2.Value) -> str | None:
    return value.entity.display_name if value.WhichOneof("kind") == "entity" else _key(value)
