"""How to draw a table."""

from services.chat.composing.facts import grain_of, unit_column
from services.chat.conversation import ChartHint, ChartKind
from services.chat.result import Table
from services.chat.semantic import Modifier, Query, Role


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
