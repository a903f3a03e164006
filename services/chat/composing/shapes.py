"""Which shape an answer has, and what may be said in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from services.chat.composing import rendering
from services.chat.composing.facts import FIGURES, grain_of, has_dates, rendered, unit_column
from services.chat.composing.grammar import Content
from services.chat.conversation import ChartHint, ChartKind
from services.chat.semantic import (
    Catalog,
    Column,
    EntityKind,
    EntityReference,
    MemberCondition,
    Modifier,
    Query,
    Record,
    ResultContext,
    Role,
    Table,
    TimeBehavior,
    UnitKind,
    Value,
)

SAID_ROWS: Final = 5
"""Rows that a text names, if those are all; the table has every one."""

SAID_OF_MANY: Final = 3
"""Rows that a text names where there are more."""

SAID_STEPS: Final = 4
"""Steps of time that a text names one by one."""

SAID_FIELDS: Final = 4

_PARTIES: Final = frozenset({EntityKind.CUSTOMER, EntityKind.SUPPLIER, EntityKind.EMPLOYEE, EntityKind.ITEM})

Row = tuple[Value, ...]


@dataclass(frozen=True)
class Framing:
    """What stands around a result: names of its periods, and whether it is partial or old."""

    period: str
    base_period: str = ""
    cut: bool = False
    stale_as_of: datetime | None = None


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
    figures = [i for i, c in enumerate(table.columns) if c.role in FIGURES]
    if not any(row[i] is not None for row in table.rows for i in figures):
        return Shaped("nothing", Content(atoms, frozenset(flags | {"subjected"})))
    metrics = [i for i, c in enumerate(table.columns) if c.role is Role.METRIC]
    if query.groupings:
        return _rows(query, table, atoms, flags, metrics)
    if query.comparison and len(table.rows) == 1 and len(query.metrics) == 1:
        shaped = _comparison(table, atoms, flags)
        if shaped:
            return shaped
    if len(query.metrics) == 1 and len(table.rows) == 1:
        return _single(query, table, atoms, flags, metrics[0])
    return _several(table, atoms, flags, metrics)


def _around(
    query: Query, context: ResultContext, framing: Framing, catalog: Catalog
) -> tuple[dict[str, str], set[str]]:
    metrics = [catalog.metrics[key] for key in query.metrics if key in catalog.metrics]
    atoms = {"period": framing.period, "metric": ", ".join(rendering.name(m.display_name) for m in metrics)}
    flags = {"flow" if any(m.time_behavior is TimeBehavior.FLOW for m in metrics) else "balance"}
    if query.range:
        flags.add("named_period")
    included, excluded = _scope(query.members, False), _scope(query.members, True)
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


def _single(query: Query, table: Table, atoms: dict[str, str], flags: set[str], index: int) -> Shaped:
    row, column = table.rows[0], table.columns[index]
    atoms["value"] = rendered(column, row, index, unit_column(table))
    if column.unit.kind in (UnitKind.CURRENCY, UnitKind.QUANTITY, UnitKind.COUNT):
        flags.add("total")
    if not row[index]:
        flags.add("zero")
    if column.unit.kind is not UnitKind.QUANTITY:
        flags.discard("balance")  # "남아 있습니다" is said of quantities
    return Shaped("single", Content(atoms, frozenset(flags)))


def _comparison(table: Table, atoms: dict[str, str], flags: set[str]) -> Shaped | None:
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
        return rendered(column, (*row[:index], value, *row[index + 1 :]), index, units)

    atoms |= {"value": said(now, row[now]), "base_value": said(then, row[then])}
    atoms["change"] = said(change, abs(Decimal(difference)))
    flags.add("increased" if difference > 0 else "decreased" if difference < 0 else "unchanged")
    percent = row[rate] if rate is not None else None
    if rate is not None and isinstance(percent, Decimal | int):
        atoms["rate"] = said(rate, abs(Decimal(percent)))
    else:
        flags.add("no_rate")
    return Shaped("comparison", Content(atoms, frozenset(flags)))


def _several(table: Table, atoms: dict[str, str], flags: set[str], metrics: Sequence[int]) -> Shaped:
    """Several figures in one row, or one figure in several units."""
    units = unit_column(table)
    rows = [
        {
            "name": rendering.name(table.columns[index].display_name),
            "value": rendered(table.columns[index], row, index, units),
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
    query: Query, table: Table, atoms: dict[str, str], flags: set[str], metrics: Sequence[int]
) -> Shaped:
    units = unit_column(table)
    dimensions = [i for i, c in enumerate(table.columns) if c.role is Role.DIMENSION and i != units]
    if not dimensions or not metrics:
        return _several(table, atoms, flags, metrics)
    first = metrics[0]
    running = next((i for i, c in enumerate(table.columns) if c.role is Role.CUMULATIVE), None)
    if Modifier.CUMULATIVE in query.modifiers and running is not None:
        first = running
        atoms["metric"] = rendering.name(table.columns[running].display_name)
    named = [_named(query, table, row, dimensions, first, units) for row in table.rows]
    atoms["dimension"] = " · ".join(rendering.name(table.columns[i].display_name) for i in dimensions)
    atoms |= {"first_name": named[0]["name"], "first_value": named[0]["value"]}
    if len(dimensions) == 1 and len(metrics) == 1 and has_dates(query) and not query.orderings:
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
    cut = bool(query.orderings)
    if query.conditions:
        flags.add("limited")
    flags.add("split" if not cut else "largest" if query.orderings[0].descending else "smallest")
    return Shaped("ranking", Content(atoms, frozenset(flags), tuple(said)))


def _named(
    query: Query, table: Table, row: Row, dimensions: Sequence[int], metric: int, units: int | None
) -> Mapping[str, str]:
    """A row's name, its figure, and its share or its change where one was asked for."""
    name = " · ".join(rendered(table.columns[i], row, i, units, query) for i in dimensions)
    said = {"name": name, "value": rendered(table.columns[metric], row, metric, units)}
    place = {column.role: index for index, column in reversed(list(enumerate(table.columns)))}
    share, rate = place.get(Role.SHARE), place.get(Role.CHANGE_RATE)
    if Modifier.SHARE in query.modifiers and share is not None and row[share] is not None:
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


# --- a document ---------------------------------------------------------------------------------


def shape_record(record: Record) -> Shaped:
    """The shape of a document's answer."""
    atoms = {
        "number": rendering.name(record.reference.display_name),
        "status": rendering.name(record.status) or "-",
    }
    flags: set[str] = set()
    rows = [
        {"name": rendering.name(column.display_name), "value": _field(column, value)}
        for column, value in _telling_fields(record)
    ]
    if rows:
        flags.add("fields")
    if record.lines and record.lines.rows:
        flags.add("more")
    if record.superseded_by:
        flags.add("superseded")
        atoms["replacement"] = rendering.name(record.superseded_by.display_name)
    return Shaped("record", Content(atoms, frozenset(flags), tuple(rows)))


def _telling_fields(record: Record) -> list[tuple[Column, Value]]:
    """The fields that a person asks for first: whose it is, its dates, its largest amount."""
    if not record.fields.rows:
        return []
    fields = list(zip(record.fields.columns, record.fields.rows[0], strict=True))
    parties = [f for f in fields if isinstance(f[1], EntityReference) and f[1].kind in _PARTIES][:1]
    dates = [f for f in fields if isinstance(f[1], date)][:2]
    amounts = [f for f in fields if isinstance(f[1], Decimal) and f[0].unit.kind is UnitKind.CURRENCY]
    largest = sorted(amounts, key=lambda f: abs(f[1]) if isinstance(f[1], Decimal) else 0, reverse=True)[:1]
    told = [*parties, *dates, *largest]
    return told or [f for f in fields if f[1] is not None and f[0].key != "status"][:SAID_FIELDS]


def _field(column: Column, value: Value) -> str:
    return rendering.cell(value, column.unit, column.decimal_places)


# --- charts -------------------------------------------------------------------------------------


def chart_of(query: Query, table: Table) -> ChartHint | None:
    """How to draw the table; None for one row or for several groupings."""
    dimensions = [c for c in table.columns if c.role is Role.DIMENSION and c.key != "unit"]
    values = tuple(c.key for c in table.columns if c.role in (Role.METRIC, Role.COMPARISON))[:8]
    if len(dimensions) != 1 or len(table.rows) < 2 or not values or unit_column(table) is not None:
        return None
    if grain_of(dimensions[0], query):
        return ChartHint(ChartKind.LINE, dimensions[0].key, values)
    if Modifier.SHARE in query.modifiers:
        return ChartHint(ChartKind.SHARE, dimensions[0].key, values[:1])
    return ChartHint(ChartKind.BAR, dimensions[0].key, values)
