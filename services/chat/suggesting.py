"""Further questions that suit an answer, as the asker would type them."""

from typing import Final

from services.chat.composing.particles import particle
from services.chat.result import Table
from services.chat.semantic import DATE_DIMENSION, Catalog, EntityReference, Grain, TimeBehavior
from services.chat.understanding.frame import QueryReading

MAX_SUGGESTIONS: Final = 3
_MANY_ROWS: Final = 5
_MONTH: Final = 31


def suggestions(reading: QueryReading, table: Table, catalog: Catalog) -> tuple[str, ...]:
    """Follow-ups that the reader understands after this answer, and that this asker may have answered."""
    query = reading.query
    if query.count_rows or query.without_rows or not table.rows:
        return ()
    metrics = [catalog.metrics[key] for key in query.metrics]
    allowed = frozenset.intersection(*(metric.answerable_by for metric in metrics))
    grouped = {grouping.dimension for grouping in query.groupings}
    filtered = {condition.dimension for condition in query.members}
    parties = {metric.party for metric in metrics if metric.party}
    period = reading.frame.period
    whole = period is not None and period.unit in (Grain.MONTH, Grain.QUARTER, Grain.YEAR)
    found: list[str] = []
    if query.range and whole and not query.comparison and not query.groupings:
        found.append("작년 같은 기간 대비는?")
    for key, dimension in catalog.dimensions.items():
        if key in allowed - grouped - filtered and dimension.entity_kind in parties:
            found.append(f"{dimension.display_name}별로")
    if query.top == 1 and (about := _of_the_first(reading, table, catalog)):
        found.append(about)
    by_one = len(grouped) == 1 and DATE_DIMENSION not in grouped
    if by_one and not query.top and len(table.rows) > _MANY_ROWS:
        found.append("상위 5개만")
    if query.range and not query.groupings and DATE_DIMENSION in allowed and period and period.days > _MONTH:
        found.append("월별로")
    return tuple(found[:MAX_SUGGESTIONS])


def _of_the_first(reading: QueryReading, table: Table, catalog: Catalog) -> str:
    """Another figure of the one thing that was found, one that stands at a moment and needs no period."""
    thing = next((value for value in table.rows[0] if isinstance(value, EntityReference)), None)
    dimension = catalog.dimension_of(thing.kind) if thing else None
    for metric in catalog.metrics.values() if dimension else ():
        fits = metric.answerable and metric.time_behavior is TimeBehavior.BALANCE
        if (
            dimension
            and fits
            and dimension.key in metric.answerable_by
            and metric.key not in reading.query.metrics
        ):
            return (
                f"그 {dimension.display_name} {metric.display_name}{particle(metric.display_name, '은/는')}?"
            )
    return ""
