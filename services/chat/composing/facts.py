"""The figures of a result that a text may name, each a cell of the table."""

from decimal import Decimal
from typing import Final

from services.chat.composing import rendering
from services.chat.conversation import Fact
from services.chat.result import Column, Table, Value
from services.chat.semantic import DATE_DIMENSION, EntityReference, Grain, Query, Role, Unit, UnitKind

MAX_FACTS: Final = 500

FIGURES: Final = frozenset(
    {Role.METRIC, Role.COMPARISON, Role.CHANGE, Role.CHANGE_RATE, Role.SHARE, Role.CUMULATIVE}
)


_COUNTERS: Final = {
    "customer": "곳",
    "supplier": "곳",
    "warehouse": "곳",
    "territory": "곳",
    "company": "곳",
    "employee": "명",
    "item": "개",
    "item_group": "개",
    "brand": "개",
}
"""What members of a dimension are counted in; 건 where nothing is said."""


def grain_of(column: Column, query: Query | None) -> Grain | None:
    """The step of a column of dates."""
    if query is None:
        return None
    return next((g.grain for g in query.groupings if g.dimension == column.key and g.grain), None)


def unit_column(table: Table) -> int | None:
    """The place of the column that says each row's unit, where quantities of several units have rows of their own."""
    for index, column in enumerate(table.columns):
        if column.role is not Role.METRIC and column.key == "unit":
            return index
    return None


def unit_of(column: Column, row: tuple[Value, ...], units: int | None) -> Unit:
    """The unit of a cell: the column's, or the row's where the column leaves it open."""
    if (
        column.unit.kind is UnitKind.QUANTITY
        and not column.unit.code
        and units is not None
        and row[units] is not None
    ):
        return Unit(UnitKind.QUANTITY, str(row[units]))
    return column.unit


def rendered(
    column: Column,
    row: tuple[Value, ...],
    index: int,
    units: int | None,
    query: Query | None = None,
    scale: int = 0,
) -> str:
    """A cell as the text writes it; amounts in `scale` where one is wanted."""
    grain = grain_of(column, query) if column.role is Role.DIMENSION else None
    unit = unit_of(column, row, units)
    value = row[index]
    if scale and unit.kind is UnitKind.CURRENCY and isinstance(value, Decimal | int):
        return rendering.scaled(value, unit, scale)
    if query and query.count_rows and unit.kind is UnitKind.COUNT and query.groupings:
        unit = Unit(UnitKind.COUNT, _COUNTERS.get(query.groupings[0].dimension, ""))
    return rendering.cell(value, unit, column.decimal_places, grain)


def row_label(table: Table, row: tuple[Value, ...], query: Query | None) -> str:
    """What a row is of: the members of its groupings."""
    units = unit_column(table)
    parts = [
        rendered(column, row, index, units, query)
        for index, column in enumerate(table.columns)
        if column.role is Role.DIMENSION and index != units
    ]
    return " · ".join(parts)


def facts_of(table: Table, query: Query | None, total_label: str, scale: int = 0) -> tuple[Fact, ...]:
    """Every figure of the first rows; `total_label` says what a figure without a grouping is of."""
    facts: list[Fact] = []
    units = unit_column(table)
    for row_index, row in enumerate(table.rows):
        entity = next((v for v in row if isinstance(v, EntityReference)), None)
        label = row_label(table, row, query) or total_label
        for index, column in enumerate(table.columns):
            value = row[index]
            if column.role not in FIGURES or not isinstance(value, Decimal | int):
                continue
            facts.append(
                Fact(
                    value=plain(value),
                    unit=unit_of(column, row, units),
                    rendered=rendered(column, row, index, units, query, scale),
                    row_index=row_index,
                    column_key=column.key,
                    metric=column.metric,
                    label=label,
                    entity=entity,
                )
            )
            if len(facts) == MAX_FACTS:
                return tuple(facts)
    return tuple(facts)


def plain(value: Decimal | int) -> str:
    """An exact decimal in plain notation."""
    return f"{Decimal(value):f}"


def has_dates(query: Query) -> bool:
    """Whether the rows are steps of time."""
    return any(g.dimension == DATE_DIMENSION for g in query.groupings)
