"""A figure over what nobody filled would be a wrong 0: it is refused, and what lacks is named."""

from services.erp.core.catalog import Catalog, Dimension, Fact, Metric
from services.erp.core.filled import Filled, Need, dimension_needs, measure_needs
from services.erp.core.plan import Plan, Reading
from services.erp.core.query import DUE_DATE, members_of
from services.erp.errors import QueryRefused


def check_connected(plan: Plan, catalog: Catalog, known: Filled) -> None:
    """Every table and column that the plan reads was filled.

    Raises:
        QueryRefused: one wasn't; the words name it.
    """
    for leaf in (leaf for leaves in plan.leaves.values() for leaf in leaves):
        undated = leaf.reading is Reading.NOW
        for need in measure_needs(
            leaf.measure, known, dated=not undated, own_currency=bool(plan.query.currency)
        ):
            raise _refused(leaf.metric, need, leaf.measure.fact)
        fact = leaf.measure.fact
        restricted = {member.dimension for member in plan.restrictions.get(fact.key, ())}
        asked = (
            {dimension.key for dimension in plan.dimensions}
            | restricted
            | {member.dimension for member in members_of(plan.query.filter)}
        )
        if plan.query.due_range:
            asked.add(DUE_DATE)
        for key in sorted(asked):
            dimension = catalog.dimensions[key]
            for need in dimension_needs(fact, dimension, known):
                raise _refused(leaf.metric, need, fact, dimension)


def _refused(metric: Metric, need: Need, fact: Fact, dimension: Dimension | None = None) -> QueryRefused:
    what = str(need)
    if need.table == fact.table.name and need.column is None:
        thing = f"{fact.name}({what})"
    else:
        thing = f"{dimension.name}({what})" if dimension else f"{fact.name}의 {what}"
    by = f"을(를) {dimension.name}별로" if dimension and need.table != fact.table.name else "을(를)"
    return QueryRefused(
        metric=metric.key,
        dimension=dimension.key if dimension else "",
        cause="not_connected",
        words={
            "why_ko": f"이 ERP에는 {thing}이(가) 연결되어 있지 않아 {metric.name}{by} 알 수 없습니다. "
            "관리자에게 알려 주세요.",
            "why_en": f'"{metric.key}" can\'t be told: {what} is not connected in this ERP. '
            "Tell an administrator.",
        },
    )
