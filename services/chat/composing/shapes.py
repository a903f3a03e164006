"""Which shape an answer has, and what may be said in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from services.chat.composing import rendering
from services.chat.composing.facts import FIGURES, has_dates, rendered, unit_column
from services.chat.composing.grammar import Content
from services.chat.result import ResultContext, Table, Value
from services.chat.semantic import (
    DATE_DIMENSION,
    Catalog,
    Grain,
    MemberCondition,
    Modifier,
    Operator,
    Query,
    Role,
    TimeBehavior,
    UnitKind,
)

SAID_ROWS: Final = 5
"""Rows that a text names, if those are all; the table has every one."""

SAID_OF_MANY: Final = 3
"""Rows that a text names where there are more."""

SAID_STEPS: Final = 4
"""Steps of time that a text names one by one."""

_AVERAGES: Final = {
    Grain.DAY: "일평균",
    Grain.WEEK: "주평균",
    Grain.MONTH: "월평균",
    Grain.QUARTER: "분기 평균",
    Grain.HALF: "반기 평균",
    Grain.YEAR: "연평균",
}
_CHANGES: Final = frozenset({Role.CHANGE, Role.CHANGE_RATE})

Row = tuple[Value, ...]


@dataclass(frozen=True)
class Framing:
    """What stands around a result: names of its periods, whether it is partial or old, in which unit amounts are wanted
    (`scale`, 0 = as they are), which way the asker takes a figure to have gone (`premise`), and of what another question
    chooses it is (`chosen`), or is not (`left_out`).
    """

    period: str
    base_period: str = ""
    cut: bool = False
    stale_as_of: datetime | None = None
    scale: int = 0
    premise: int = 0
    chosen: str = ""
    left_out: str = ""


@dataclass(frozen=True)
class Shaped:
    """The shape of an answer (a wording file) and its content."""

    shape: str
    content: Content


def shape_result(
    query: Query, table: Table, context: ResultContext, framing: Framing, catalog: Catalog
) -> Shaped:
    """The shape of a table's answer. A table without rows, or without a figure, has the shape "nothing"."""
    atoms, flags = _around(query, context, framing, catalog)
    if query.without_rows and table.rows and not query.count_rows:
        return _absent(query, table, atoms, flags)
    figures = [i for i, c in enumerate(table.columns) if c.role in FIGURES]
    if not any(row[i] is not None for row in table.rows for i in figures):
        return Shaped("nothing", Content(atoms, frozenset(flags | {"subjected"})))
    metrics = [i for i, c in enumerate(table.columns) if c.role is Role.METRIC]
    if query.count_rows:
        return _counted(query, table, atoms, flags, figures[0])
    if query.groupings:
        return _rows(query, table, atoms, flags, metrics, framing.scale)
    if query.comparison and len(table.rows) == 1 and len(query.metrics) == 1:
        shaped = _comparison(table, atoms, flags, framing)
        if shaped:
            return shaped
    if len(query.metrics) == 1 and len(table.rows) == 1:
        return _single(query, table, atoms, flags, metrics[0], framing.scale)
    return _several(table, atoms, flags, metrics, framing.scale)


def _around(
    query: Query, context: ResultContext, framing: Framing, catalog: Catalog
) -> tuple[dict[str, str], set[str]]:
    metrics = [catalog.metrics[key] for key in query.metrics if key in catalog.metrics]
    atoms = {"period": framing.period, "metric": ", ".join(rendering.name(m.display_name) for m in metrics)}
    if query.average_over:
        atoms["metric"] = f"{_AVERAGES.get(query.average_over, '')} {atoms['metric']}".strip()
    flags = {"flow" if any(m.time_behavior is TimeBehavior.FLOW for m in metrics) else "balance"}
    if query.range:
        flags.add("named_period")
    included = " · ".join(filter(None, (framing.chosen, _scope(query.members, False))))
    excluded = " · ".join(filter(None, (framing.left_out, _scope(query.members, True))))
    companies = [rendering.name(c.display_name) for c in catalog.companies if c.key in query.companies]
    if companies:
        included = " · ".join([*companies, *([included] if included else [])])
    if query.all_companies:
        included = " · ".join(["전체 회사", *([included] if included else [])])
    if included:
        atoms["scope"] = included
        flags.add("scoped")
    if excluded:
        atoms["excluded"] = excluded
        flags.add("excluded")
    if context.partial_view:
        flags.add("partial")
    if framing.cut:
        flags.add("cut")
    if framing.stale_as_of:
        atoms["as_of"] = rendering.moment(framing.stale_as_of)
        flags.add("stale")
    if framing.base_period:
        atoms["base_period"] = framing.base_period
    return atoms, flags


def _scope(members: Sequence[MemberCondition], excluded: bool) -> str:
    """The names that were filtered by, at most three of each dimension."""
    parts = []
    for condition in members:
        if condition.excluded is not excluded:
            continue
        names = [rendering.name(name) for name in condition.names]
        shown = ", ".join(names[:3])
        parts.append(f"{shown} 외 {len(names) - 3}곳" if len(names) > 3 else shown)
    return " · ".join(parts)


def _counted(query: Query, table: Table, atoms: dict[str, str], flags: set[str], index: int) -> Shaped:
    """How many rows there are: of what, and with which figure."""
    column = table.columns[index]
    atoms["counted"] = rendering.name(column.display_name)
    atoms["value"] = rendered(column, table.rows[0], index, None, query)
    is_present = all(c.operator is Operator.GREATER and not c.value for c in query.conditions)
    flags.add("without" if query.without_rows else "present" if is_present else "limited")
    return Shaped("count", Content(atoms, frozenset(flags)))


def _absent(query: Query, table: Table, atoms: dict[str, str], flags: set[str]) -> Shaped:
    """Things that have none: their names, which are all there is to say."""
    rows = [{"name": rendered(table.columns[0], row, 0, None, query)} for row in table.rows]
    atoms["dimension"] = rendering.name(table.columns[0].display_name)
    said = rows if len(rows) <= SAID_ROWS else rows[:SAID_OF_MANY]
    if len(rows) > len(said) or table.truncated:
        flags.add("more")
    return Shaped("absent", Content(atoms, frozenset(flags), tuple(said)))


def _single(
    query: Query, table: Table, atoms: dict[str, str], flags: set[str], index: int, scale: int
) -> Shaped:
    row, column = table.rows[0], table.columns[index]
    atoms["value"] = rendered(column, row, index, unit_column(table), scale=scale)
    if column.unit.kind in (UnitKind.CURRENCY, UnitKind.QUANTITY, UnitKind.COUNT):
        flags.add("total")
    if not row[index]:
        flags.add("zero")
    if column.unit.kind is not UnitKind.QUANTITY:
        flags.discard("balance")  # "남아 있습니다" is said of quantities
    return Shaped("single", Content(atoms, frozenset(flags)))


def _comparison(table: Table, atoms: dict[str, str], flags: set[str], framing: Framing) -> Shaped | None:
    """None where one of the two periods has no figure: then only the asked one is said."""
    row, units = table.rows[0], unit_column(table)
    place = {column.role: index for index, column in enumerate(table.columns)}
    now, then = place.get(Role.METRIC), place.get(Role.COMPARISON)
    change, rate = place.get(Role.CHANGE), place.get(Role.CHANGE_RATE)
    if now is None or then is None or change is None or row[now] is None or row[then] is None:
        return None
    difference = row[change]
    if not isinstance(difference, Decimal | int):
        return None

    def said(index: int, value: Value) -> str:
        column = table.columns[index]
        cells = (*row[:index], value, *row[index + 1 :])
        return rendered(column, cells, index, units, scale=framing.scale)

    atoms |= {"value": said(now, row[now]), "base_value": said(then, row[then])}
    atoms["change"] = said(change, abs(Decimal(difference)))
    flags.add("increased" if difference > 0 else "decreased" if difference < 0 else "unchanged")
    if framing.premise and difference * framing.premise <= 0:
        flags.add("contradicted")
    percent = row[rate] if rate is not None else None
    if rate is not None and isinstance(percent, Decimal | int):
        atoms["rate"] = said(rate, abs(Decimal(percent)))
    else:
        flags.add("no_rate")
    return Shaped("comparison", Content(atoms, frozenset(flags)))


def _several(
    table: Table, atoms: dict[str, str], flags: set[str], metrics: Sequence[int], scale: int
) -> Shaped:
    """Several figures in one row, or one figure in several units."""
    units = unit_column(table)
    rows = [
        {
            "name": rendering.name(table.columns[index].display_name),
            "value": rendered(table.columns[index], row, index, units, scale=scale),
        }
        for row in table.rows[:SAID_ROWS]
        for index in metrics
        if row[index] is not None
    ]
    if len(table.rows) > SAID_ROWS or len(rows) > 2 * SAID_ROWS:
        flags.add("more")
    shape = "units" if len(metrics) == 1 else "several"
    return Shaped(shape, Content(atoms, frozenset(flags), tuple(rows[: 2 * SAID_ROWS])))


def _rows(
    query: Query, table: Table, atoms: dict[str, str], flags: set[str], metrics: Sequence[int], scale: int
) -> Shaped:
    units = unit_column(table)
    dimensions = [i for i, c in enumerate(table.columns) if c.role is Role.DIMENSION and i != units]
    if not dimensions or not metrics:
        return _several(table, atoms, flags, metrics, scale)
    first = metrics[0]
    running = next((i for i, c in enumerate(table.columns) if c.role is Role.CUMULATIVE), None)
    if Modifier.CUMULATIVE in query.modifiers and running is not None:
        first = running
        atoms["metric"] = rendering.name(table.columns[running].display_name)
    named = [_named(query, table, row, dimensions, first, units, scale) for row in table.rows]
    if len(named) == 1 and len(metrics) == 1 and atoms.get("scope") == named[0]["name"]:
        return _single(query, table, atoms, flags, first, scale)  # asked of this one alone
    atoms["dimension"] = " · ".join(rendering.name(table.columns[i].display_name) for i in dimensions)
    atoms |= {"first_name": named[0]["name"], "first_value": named[0]["value"]}
    if (
        len(dimensions) == 1
        and len(metrics) == 1
        and has_dates(query)
        and not (query.orderings or query.conditions)
    ):
        return _trend(table, atoms, flags, named, first)
    if len(metrics) > 1 or len(dimensions) > 1:
        if len(named) > 1:
            flags.add("more")
        return Shaped("table", Content(atoms, frozenset(flags)))
    said = named if len(named) <= SAID_ROWS else named[:SAID_OF_MANY]
    if len(named) > len(said) or table.truncated:
        flags.add("more")
    if all("aside" in row for row in said):
        flags.add("aside")
    flags.add("one" if len(said) == 1 else "many")
    placed = Modifier.RANK in query.modifiers and not query.top  # the place of one among all
    cut = bool(query.orderings) and not placed
    by_change = cut and query.orderings[0].role in _CHANGES
    if (query.conditions and not by_change) or query.rank_from:
        flags.add("limited")
    if cut and query.orderings[0].key == DATE_DIMENSION:
        flags.add("latest" if query.orderings[0].descending else "earliest")
    elif by_change:
        flags.add("risen" if query.orderings[0].descending else "fallen")
    else:
        flags.add("split" if not cut else "largest" if query.orderings[0].descending else "smallest")
    return Shaped("ranking", Content(atoms, frozenset(flags), tuple(said)))


def _named(
    query: Query,
    table: Table,
    row: Row,
    dimensions: Sequence[int],
    metric: int,
    units: int | None,
    scale: int,
) -> Mapping[str, str]:
    """A row's name, its figure, and its share or its change where one was asked for."""
    name = " · ".join(rendered(table.columns[i], row, i, units, query) for i in dimensions)
    said = {"name": name, "value": rendered(table.columns[metric], row, metric, units, scale=scale)}
    place = {column.role: index for index, column in reversed(list(enumerate(table.columns)))}
    share, rate, rank = place.get(Role.SHARE), place.get(Role.CHANGE_RATE), place.get(Role.RANK)
    if rank is not None and not query.top and row[rank] is not None:
        said["aside"] = f"{row[rank]}위"
    elif Modifier.SHARE in query.modifiers and share is not None and row[share] is not None:
        said["aside"] = rendered(table.columns[share], row, share, units)
    elif query.comparison and rate is not None and isinstance(change := row[rate], Decimal | int):
        size = rendering.figure(
            abs(Decimal(change)), table.columns[rate].unit, table.columns[rate].decimal_places
        )
        said["aside"] = f"{size} 증가" if change > 0 else f"{size} 감소" if change < 0 else "변동 없음"
    return said


def _trend(
    table: Table, atoms: dict[str, str], flags: set[str], named: Sequence[Mapping[str, str]], metric: int
) -> Shaped:
    known = [(row[metric], said) for row, said in zip(table.rows, named, strict=True)]
    figures = [(value, said) for value, said in known if isinstance(value, Decimal | int)]
    high = max(figures, key=lambda pair: pair[0])
    low = min(figures, key=lambda pair: pair[0])
    atoms |= {"last_name": named[-1]["name"], "last_value": named[-1]["value"]}
    atoms |= {"high_name": high[1]["name"], "high_value": high[1]["value"]}
    atoms |= {"low_name": low[1]["name"], "low_value": low[1]["value"]}
    many = len(named) > SAID_STEPS
    flags.add("many" if many else "few")
    if many and high[0] != low[0]:
        flags.add("varied")
    if many:
        flags.add("more")
    return Shaped("trend", Content(atoms, frozenset(flags), tuple(named) if not many else ()))
