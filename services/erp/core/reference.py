"""What every question needs to know of the data: its names, companies, calendar, and how fresh it is."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import func, select

from services.erp.core.catalog import Catalog, Dimension
from services.erp.core.document_numbers import first_numbers, prefixes
from services.erp.core.entity_index import Entity, EntityIndex
from services.erp.core.filled import Filled, filled
from services.erp.core.gaps import Gaps, gaps
from services.erp.core.joins import Joins
from services.erp.core.result import EntityKind, EntityReference
from services.erp.local_model import load_watermark, masters
from services.erp.ports import AnySelect, Fetched

WATERMARKS: Final = select(load_watermark.c.local_table, load_watermark.c.as_of)
"""How fresh each table is."""

CHANGES: Final = select(
    func.count().label("tables"),
    func.sum(load_watermark.c.rows).label("rows"),
    func.max(load_watermark.c.epoch).label("epoch"),
    func.max(load_watermark.c.loaded_at).label("loaded_at"),
)
"""One row that is another one after anything was loaded."""

LOADED: Final = select(
    load_watermark.c.local_table, load_watermark.c.columns, load_watermark.c.rows.label("loaded")
)
"""What was filled, and with how many rows."""

_GONE: Final = ("left",)
"""States of those who are nobody's choice any more."""
_CODES: Final = ("code", "number")


@dataclass(frozen=True, slots=True)
class Company:
    """Books of their own, in one base currency."""

    key: str
    name: str
    currency: str


@dataclass(frozen=True, slots=True)
class Reference:
    """Names, companies (the default first) and calendar of one state of the data."""

    index: EntityIndex
    companies: Mapping[str, Company]
    fiscal_start_month: int
    data_start: date | None
    table_rows: Mapping[str, int]
    """Local table -> how many rows were loaded into it."""
    prefixes: Mapping[EntityKind, tuple[str, ...]]
    """Of the numbers of each kind of document."""
    state: Any
    """The row of CHANGES when it was made."""
    filled: Filled
    """What of the local model this ERP's mapping fills."""
    gaps: Mapping[str, Gaps]
    """Metric -> what it therefore lacks."""
    documents: Mapping[tuple[EntityKind, str], EntityReference] = field(default_factory=dict)
    """Those that one question names, and its asker may see."""


def data_as_of(watermarks: Fetched, tables: frozenset[str]) -> datetime | None:
    """The moment up to which all of the tables are complete; None when none of them was ever loaded."""
    moments = [row.as_of for row in watermarks.rows if row.local_table in tables]
    return min(moments).replace(tzinfo=UTC) if moments else None


def statements(catalog: Catalog) -> tuple[AnySelect, ...]:
    """What `build` needs, in its order."""
    return (
        CHANGES,
        LOADED,
        select(masters.company.c.id, masters.company.c.name, masters.company.c.currency).order_by(
            masters.company.c.parent_id.is_not(None), masters.company.c.id
        ),
        select(masters.fiscal_year.c.start_date)
        .where(masters.fiscal_year.c.is_disabled.is_(False))
        .order_by(masters.fiscal_year.c.start_date.desc())
        .limit(1),
        select(masters.alias.c.entity, masters.alias.c.entity_id, masters.alias.c.alias),
        *(first_numbers(record.table) for record in catalog.records.values()),
        *(select(func.min(column)) for column in _document_dates(catalog)),
        *(_members(catalog, dimension) for dimension, _ in _named(catalog)),
        *(
            select(table.c[column]).where(table.c[column].is_not(None)).distinct()
            for dimension, _ in _valued(catalog)
            for table, column in dimension.values
        ),
    )


def filled_of(loaded: Iterable[Any]) -> Filled:
    """From the rows of `LOADED`."""
    return filled((row.local_table, row.columns) for row in loaded)


def build(catalog: Catalog, fetched: Sequence[Fetched]) -> Reference:
    """The reference from the results of `statements`."""
    results = iter(fetched)
    state = next(results).rows[0]
    loaded = next(results).rows
    known = filled_of(loaded)
    table_rows: Counter[str] = Counter()
    for row in loaded:
        table_rows[row.local_table] += row.loaded
    companies = {row.id: Company(row.id, row.name, row.currency or "") for row in next(results).rows}
    fiscal = next(results).rows
    aliases: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in next(results).rows:
        parts = row.alias.replace("|", ",").replace(";", ",").split(",")
        aliases[row.entity, row.entity_id] += [part.strip() for part in parts if part.strip()]
    numbers = {kind: prefixes(row[0] for row in next(results).rows) for kind in catalog.records}
    starts = [next(results).rows[0][0] for _ in _document_dates(catalog)]
    trees: dict[str, dict[str, str | None]] = {}
    entities: list[Entity] = []
    for dimension, kind in _named(catalog):
        rows = next(results).rows
        if dimension.is_tree:
            trees[dimension.key] = {row.id: row.parent_id for row in rows}
        places = _places(catalog, dimension)
        entities += [_entity(dimension, kind, row, places, aliases) for row in rows]
    for dimension, kind in _valued(catalog):
        values = sorted({row[0] for _ in dimension.values for row in next(results).rows if row[0]})
        entities += [Entity(kind, value, value, aliases=dimension.also_called(value)) for value in values]
    return Reference(
        EntityIndex(entities, trees),
        companies,
        fiscal[0].start_date.month if fiscal else 1,
        min((start for start in starts if start is not None), default=None),
        table_rows,
        numbers,
        state,
        known,
        {metric.key: gaps(catalog, metric, known) for metric in catalog.metrics.values()},
    )


def _document_dates(catalog: Catalog) -> list[Any]:
    """The dates of all documents."""
    found = {
        fact.table.name: fact.table.c[fact.date[0].column]
        for fact in catalog.facts.values()
        if "number" in fact.table.c and fact.date and not fact.date[0].steps
    }
    return list(found.values())


def _named(catalog: Catalog) -> Iterator[tuple[Dimension, EntityKind]]:
    """Dimensions whose members are rows of a table."""
    return (
        (d, d.kind)
        for d in catalog.dimensions.values()
        if d.kind is not None and d.table is not None and not d.is_document
    )


def _valued(catalog: Catalog) -> Iterator[tuple[Dimension, EntityKind]]:
    """Dimensions whose members are values of columns."""
    return ((d, d.kind) for d in catalog.dimensions.values() if d.kind is not None and d.table is None)


def _places(catalog: Catalog, dimension: Dimension) -> Mapping[str, str]:
    """Dimension -> the column by which a member of `dimension` belongs to it, or that says what it is of it."""
    tables = {d.rows.name: d.key for d, _ in _named(catalog)}
    found = {
        tables[column.info["references"]]: column.name
        for column in dimension.rows.c
        if column.info.get("references") in tables and column.name != "parent_id"
    }
    said = {
        d.key: column for d, _ in _valued(catalog) for table, column in d.values if table is dimension.table
    }
    return {**found, **said, dimension.key: "id"}


def _members(catalog: Catalog, dimension: Dimension) -> AnySelect:
    joins = Joins(dimension.rows)
    columns = dict(dimension.rows.c)
    wanted = {"id", "parent_id", "is_disabled", "status", *_CODES, *_places(catalog, dimension).values()}
    detail = [] if dimension.detail is None else [joins.column(dimension.detail).label("member_detail")]
    return select(
        *(columns[name] for name in columns if name in wanted),
        columns[dimension.label].label("member_name"),
        *detail,
    ).select_from(joins.clause)


def _entity(
    dimension: Dimension,
    kind: EntityKind,
    row: Any,
    places: Mapping[str, str],
    aliases: Mapping[tuple[str, str], Sequence[str]],
) -> Entity:
    values = row._mapping  # noqa: SLF001  # public, for all its name
    return Entity(
        kind,
        row.id,
        row.member_name,
        values.get("member_detail") or "",
        tuple(values[code] for code in _CODES if values.get(code)),
        tuple(aliases.get((kind.value, row.id), ())) + dimension.also_called(row.member_name),
        bool(values.get("is_disabled", False)) or values.get("status") in _GONE,
        {place: values[column] or None for place, column in places.items()},
    )
