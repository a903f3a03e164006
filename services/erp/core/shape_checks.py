"""What is asked of the result's rows and columns, checked: each question for them has a meaning, or is refused."""

from collections.abc import Iterable

from services.erp.core.catalog import Dimension, Metric, TimeBehavior
from services.erp.core.checks import refused
from services.erp.core.query import DATE, Grain, Modifier, Query
from services.erp.core.result import Role, UnitKind

_COMPARED = frozenset({Role.COMPARISON, Role.CHANGE, Role.CHANGE_RATE})
_ASKABLE = _COMPARED | {Role.METRIC, Role.SHARE}
_WITHIN = {
    Grain.WEEK: {Grain.DAY},
    Grain.MONTH: {Grain.DAY},
    Grain.QUARTER: {Grain.DAY, Grain.MONTH},
    Grain.HALF: {Grain.DAY, Grain.MONTH, Grain.QUARTER},
    Grain.YEAR: {Grain.DAY, Grain.MONTH, Grain.QUARTER, Grain.HALF},
    Grain.FISCAL_YEAR: {Grain.DAY, Grain.MONTH},
}
"""The steps that a step is made of."""


def check_shape(query: Query, metrics: Iterable[Metric], dimensions: Iterable[Dimension]) -> None:
    """Figures that are ordered or filtered by exist; averages, tops within groups, members without rows and counts
    have a meaning.

    Raises:
        QueryRefused: one hasn't.
    """
    by_key = {metric.key: metric for metric in metrics}
    for key, role in [(o.key, o.role) for o in query.orderings] + [
        (c.metric, c.role) for c in query.metric_conditions
    ]:
        _check_role(query, by_key.get(key), role)
    if query.average_over:
        for metric in by_key.values():
            _check_average(query, query.average_over, metric)
    if query.top_within and not (query.top and query.top_within < len(query.groupings)):
        raise refused(
            "묶음별 상위는 몇 개까지인지와, 묶음 안에서 나눌 기준이 더 필요합니다.",
            "A top within groups needs `top`, and a further grouping inside the groups.",
        )
    if query.rank_from > query.top:
        raise refused(
            "몇 위부터인지는 몇 위까지인지와 함께 정해야 합니다.",
            "`rank_from` needs a `top` that is not before it.",
        )
    if query.without_rows:
        _check_without_rows(query, tuple(dimensions))
    if query.count_rows and (not query.groupings or query.top or query.modifiers):
        raise refused(
            "무엇의 수를 셀지 기준이 하나 이상 필요하고, 상위나 비중과 함께 쓸 수 없습니다.",
            "A number of rows needs a grouping, and has no top and no modifiers.",
        )


def _check_role(query: Query, metric: Metric | None, role: Role) -> None:
    if role is Role.METRIC:
        return
    if metric is None or role not in _ASKABLE:
        raise refused("그 값으로는 정렬하거나 거를 수 없습니다.", f"No order or condition by {role.value}.")
    if role in _COMPARED and query.comparison is None:
        raise refused(
            f"{metric.name}의 증감을 보려면 비교할 기간이 필요합니다.",
            f'The {role.value} of "{metric.key}" needs a comparison.',
            metric=metric.key,
        )
    if role is Role.CHANGE_RATE and metric.unit is UnitKind.PERCENT:
        raise refused(
            f"{metric.name}은(는) 비율이라서 증감률 대신 증감(%p)으로 봅니다.",
            f'"{metric.key}" is a rate: its change is in points.',
            metric=metric.key,
        )
    if role is Role.SHARE and (Modifier.SHARE not in query.modifiers or metric.sides):
        raise refused(
            "비중으로 거르려면 비중을 함께 물어야 합니다.", "A condition on shares needs the shares."
        )


def _check_average(query: Query, over: Grain, metric: Metric) -> None:
    if metric.time is not TimeBehavior.FLOW or metric.sides:
        raise refused(
            f"{metric.name}은(는) 기간마다 더해지는 값이 아니라서 평균을 내지 않습니다.",
            f'"{metric.key}" does not add up over time: it has no average over periods.',
            metric=metric.key,
            cause="not_additive",
        )
    grain = next((g.grain for g in query.groupings if g.dimension == DATE), None)
    if grain is not None and over not in _WITHIN.get(grain, ()):
        raise refused(
            "나눈 기간보다 작고 그 안에 꼭 맞는 단위로만 평균을 낼 수 있습니다. 예: 월별 일평균.",
            f"Averages over a {over.value} don't fit into each {grain.value}.",
            metric=metric.key,
            dimension=DATE,
        )
    if query.modifiers & {Modifier.SHARE, Modifier.CUMULATIVE}:
        raise refused(
            "평균에는 비중이나 누계를 내지 않습니다.", "Averages have no shares and no running total."
        )


def _check_without_rows(query: Query, dimensions: tuple[Dimension, ...]) -> None:
    if len(dimensions) != 1 or dimensions[0].kind is None or dimensions[0].is_document:
        raise refused(
            "실적이 없는 대상은 거래처나 품목처럼 한 가지 기준으로만 찾을 수 있습니다.",
            "Members without rows are those of one grouping that has names.",
        )
    extras = query.comparison or query.metric_conditions or query.modifiers or query.orderings
    if extras or query.groupings[0].level or query.groupings[0].nodes or query.average_over:
        raise refused(
            "실적이 없는 대상에는 비교, 조건, 비중, 정렬, 평균을 함께 쓸 수 없습니다.",
            "Members without rows have no figures to compare, to filter or to order by.",
        )
