"""What of the local model the mapping of this ERP fills, and what a figure needs of it.

A definition's `is_return: false` holds for a flag that isn't filled (there are no returns); `is_return: true`
over it does not: it would answer 0 for what is not known.
"""

from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Table

from services.erp.core.catalog import Added, Condition, Dimension, Expression, Fact, Measure, Test


@dataclass(frozen=True, slots=True)
class Filled:
    """Local table -> the columns that its mapping fills; None where that isn't known: all."""

    tables: Mapping[str, frozenset[str] | None]

    def has(self, table: str, column: str | None = None) -> bool:
        """The table was loaded, with that column."""
        if table not in self.tables:
            return False
        columns = self.tables[table]
        return column is None or columns is None or column in columns


@dataclass(frozen=True, slots=True)
class Need:
    """A table, or a column of it, without which a figure can't be told."""

    table: str
    column: str | None = None

    def __str__(self) -> str:
        return self.table if self.column is None else f"{self.table}.{self.column}"


def filled(rows: Iterable[tuple[str, str | None]]) -> Filled:
    """From (local table, its filled columns separated by spaces) of every source table that fed it."""
    tables: dict[str, frozenset[str] | None] = {}
    for table, columns in rows:
        before = tables.get(table, frozenset())
        tables[table] = None if columns is None or before is None else before | set(columns.split())
    return Filled(tables)


def measure_needs(
    measure: Measure, known: Filled, *, dated: bool = True, own_currency: bool = False
) -> Iterator[Need]:
    """What the measure needs and does not have."""
    fact = measure.fact
    name = fact.table.name
    if not known.has(name):
        yield Need(name)
        return
    if fact.rollup is None:
        terms = [*measure.sum, *(measure.document_sum if own_currency else ())]
        columns = [term.name for term in terms]
    else:
        columns = [*fact.rollup.by, *fact.rollup.sums.values()]
        columns += [
            part for each in fact.rollup.earliest.values() for part in (each.column, *each.where_equal)
        ]
    if fact.added is not None:
        columns = yield from _added_needs(fact, fact.added, columns, known)
    yield from (Need(name, column) for column in columns if not known.has(name, column))
    paths = [fact.company, *([fact.date] if dated and fact.date else [])]
    if measure.distinct is not None:
        paths.append((measure.distinct,))
    if fact.rollup is None:
        paths += [
            each.expression for each in (*fact.conditions, *measure.conditions) if _says_something(each)
        ]
    for expression in paths:
        yield from _path_needs(fact.table, _of_table(expression, fact), known)


def _added_needs(
    fact: Fact, added: Added, columns: Iterable[str], known: Filled
) -> Generator[Need, None, list[str]]:
    """What the sums beside the rows lack; returns the columns that the table itself must have."""
    other = added.fact.table.name
    if not known.has(other):
        yield Need(other)
    own = [mine for _, mine in added.by]
    for column in [*columns, *(name for pair in added.differences.values() for name in pair)]:
        if column in added.sums:
            if not known.has(other, added.sums[column]):
                yield Need(other, added.sums[column])
        elif column in fact.table.c:
            own.append(column)
    yield from _path_needs(added.fact.table, added.fact.company, known)
    return [column for column in own if column != "id"]


def _of_table(expression: Expression, fact: Fact) -> Expression:
    """Without columns that are no table's own: sums beside the rows, their differences, the company asked for."""
    return tuple(path for path in expression if path.steps or path.column in fact.table.c)


def dimension_needs(fact: Fact, dimension: Dimension, known: Filled) -> Iterator[Need]:
    """What grouping or filtering the fact by the dimension needs and does not have."""
    if dimension.table is not None and not known.has(dimension.table.name):
        yield Need(dimension.table.name)
        return
    yield from _path_needs(fact.table, _of_table(fact.expression(dimension.key), fact), known)


def _says_something(condition: Condition) -> bool:
    """Over an unfilled column the condition would be wrong: only `false` and `not …` hold for what is empty."""
    if condition.test is Test.NOT_IN:
        return False
    return not (condition.test is Test.IN and set(condition.values) == {False})


def _path_needs(table: Table, expression: Expression, known: Filled) -> Iterator[Need]:
    """What the first alternative lacks, where every alternative lacks something."""
    lacking: list[list[Need]] = []
    for path in expression:
        at, missing = table, []
        for column, target in path.steps:
            missing.append(_lack(at, column, known))
            at = target
        missing.append(_lack(at, path.column, known))
        lacking.append([need for need in missing if need is not None])
        if not lacking[-1]:
            return
    yield from lacking[0] if lacking else ()


def _lack(table: Table, column: str, known: Filled) -> Need | None:
    if not known.has(table.name):
        return Need(table.name)
    return None if column == "id" or known.has(table.name, column) else Need(table.name, column)
