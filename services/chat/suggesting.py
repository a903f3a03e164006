"""Further questions that suit an answer, as the asker would type them."""

from typing import Final

from services.chat.semantic import DATE_DIMENSION, Catalog, Grain, Table
from services.chat.understanding.frame import QueryReading

MAX_SUGGESTIONS: Final = 3


def suggestions(reading: QueryReading, table: Table, catalog: Catalog) -> tuple[str, ...]:
    """Follow-ups that the reader understands after this reading."""
    query = reading.query
    metrics = [catalog.metrics[key] for key in query.metrics]
    allowed = set.intersection(*(set(metric.dimensions) for metric in metrics))
    grouped = {grouping.dimension for grouping in query.groupings}
    filtered = {condition.dimension for condition in query.members}
    found: list[str] = []
    period = reading.frame.period
    whole = period is not None and period.unit in (Grain.MONTH, Grain.QUARTER, Grain.YEAR)
    if query.range and whole and not query.comparison and not query.groupings:
        found.append("작년 같은 기간 대비는?")
    for key in allowed - grouped - filtered - {DATE_DIMENSION}:
        dimension = catalog.dimensions.get(key)
        if dimension and dimension.entity_kind in {metric.party for metric in metrics if metric.party}:
            found.append(f"{dimension.display_name}별로")
    if query.groupings and DATE_DIMENSION not in grouped and not query.top:
        found.append("상위 5개만")
    if query.range and not query.groupings and DATE_DIMENSION in allowed and period and period.days > 31:
        found.append("월별로")
    return tuple(found[:MAX_SUGGESTIONS])
