"""Small reference tables of the source, read once before the rows: the one thing a mapping knows beside a row.

A row names a lookup's row by key and then has its columns as `name.column`. Several rows with one key make
one: the first, or sums, counts, the least or the greatest of a column.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from services.erp.mapping.cel import Row
from services.erp.mapping.functions import EXACT
from services.erp.mapping.kinds import READERS, Kind
from services.erp.mapping.sources import FirstOf, Formula, JoinedKey, SourceColumn
from services.erp.mapping.values import RefusedValueError, read_text

MAX_ROWS: Final = 3_000_000
"""Of one lookup: a few hundred bytes each stay in memory while the mapping runs."""

LookupRows = Mapping[str, Sequence[Any]]
"""Key -> the values of the lookup's columns, in their order."""
Lookups = Mapping[str, LookupRows]


class Gather(StrEnum):
    """What a column of several rows with the same key becomes."""

    FIRST = "first"
    SUM = "sum"
    COUNT = "count"
    MIN = "min"
    MAX = "max"


@dataclass(frozen=True, slots=True)
class LookupColumn:
    value: FirstOf | Formula
    kind: Kind
    gather: Gather


@dataclass(frozen=True, slots=True)
class Lookup:
    """A source table's rows, by key."""

    name: str
    source: str
    optional: bool
    line: int
    key: JoinedKey
    joins: "tuple[Join, ...]"
    when: tuple[Formula, ...]
    columns: Mapping[str, LookupColumn]

    @property
    def gathers(self) -> bool:
        """Adds up, counts or compares the rows of a key."""
        return any(column.gather is not Gather.FIRST for column in self.columns.values())

    @property
    def needed(self) -> Sequence[SourceColumn]:
        """Every column of the source table that is read, each once."""
        looked_up = {name for join in self.joins for name in join.names}
        first: dict[str, SourceColumn] = {}
        values = [column.value for column in self.columns.values()]
        for value in (self.key, *values, *self.when, *(join.key for join in self.joins)):
            for column in value.columns:
                if column.name not in looked_up:
                    first.setdefault(column.name, column)
        return list(first.values())


@dataclass(frozen=True, slots=True)
class Join:
    """A lookup as one table uses it: `alias.column` is the column of the row that `key` names."""

    alias: str
    lookup: Lookup
    key: JoinedKey

    @property
    def names(self) -> Sequence[str]:
        return [f"{self.alias}.{column}" for column in self.lookup.columns]


def enricher(joins: Sequence[Join], lookups: Lookups) -> Callable[[Row], Row]:
    """Adds the looked-up columns to a row; empty where there is no such row."""
    if not joins:
        return lambda row: row
    steps = [
        (join.key.evaluator(read_text), lookups[join.lookup.name], list(join.names), [None] * len(join.names))
        for join in joins
    ]

    def enriched(row: Row) -> Row:
        wide = dict(row)
        for key, rows, names, nothing in steps:
            wide.update(zip(names, rows.get(key(wide), nothing), strict=True))
        return wide

    return enriched


class LookupReader:
    """Takes a lookup's rows in; `rows` is what has come of them."""

    def __init__(self, lookup: Lookup, lookups: Lookups) -> None:
        self.rows: dict[str, list[Any]] = {}
        self.read = self.unreadable = self.repeated = 0
        columns = list(lookup.columns.values())
        self._enriched = enricher(lookup.joins, lookups)
        self._when = [each.expression.evaluate for each in lookup.when]
        self._key = lookup.key.evaluator(read_text)
        self._values = [column.value.evaluator(READERS[column.kind]) for column in columns]
        self._counts = [at for at, column in enumerate(columns) if column.gather is Gather.COUNT]
        self._more = [
            (at, _GATHERERS[column.gather])
            for at, column in enumerate(columns)
            if column.gather in _GATHERERS
        ]

    def add(self, rows: Iterable[Row]) -> None:
        """More rows; one that can't be read is counted and left out."""
        for plain in rows:
            self.read += 1
            try:
                row = self._enriched(plain)
                if not all(holds(row) for holds in self._when):
                    continue
                key = self._key(row)
                values = [value(row) for value in self._values]
            except RefusedValueError:
                self.unreadable += 1
                continue
            if key is None:
                continue
            for at in self._counts:
                values[at] = Decimal(1)
            before = self.rows.setdefault(key, values)
            if before is not values:
                self.repeated += not self._more
                for at, gather in self._more:
                    before[at] = gather(before[at], values[at])


def _passing(gather: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """An empty value changes nothing."""
    return lambda one, other: other if one is None else one if other is None else gather(one, other)


_GATHERERS: Final[Mapping[Gather, Callable[[Any, Any], Any]]] = {
    Gather.SUM: _passing(EXACT.add),
    Gather.COUNT: _passing(EXACT.add),
    Gather.MIN: _passing(min),
    Gather.MAX: _passing(max),
}
