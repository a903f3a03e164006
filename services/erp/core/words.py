"""What was in force, in Korean words: dates, company, conditions, definitions, the asker's part."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Final

from services.erp.core.catalog import Catalog, TimeBehavior
from services.erp.core.checks import member_name
from services.erp.core.frames import FIRST_DAY, LAST_DAY, Frame, Slot
from services.erp.core.periods import year_before
from services.erp.core.plan import Plan
from services.erp.core.policy import Grant
from services.erp.core.query import (
    AllOf,
    AnyOf,
    DateRange,
    Filter,
    Grain,
    Member,
    MetricCondition,
    Not,
    Operator,
)
from services.erp.core.reference import Reference
from services.erp.core.result import AppliedFilter, EntityKind, MetricDefinition, Role, Source, UnitKind

_OPERATORS: Final = {
    Operator.GREATER_OR_EQUAL: "이상",
    Operator.GREATER: "초과",
    Operator.LESS_OR_EQUAL: "이하",
    Operator.LESS: "미만",
    Operator.EQUAL: "같음",
    Operator.NOT_EQUAL: "아님",
}
_ROLES: Final = {
    Role.COMPARISON: "비교 {name}",
    Role.CHANGE: "{name} 증감",
    Role.CHANGE_RATE: "{name} 증감률",
    Role.SHARE: "{name} 비중",
}
_AVERAGES: Final = {
    Grain.DAY: ("일평균", "일"),
    Grain.WEEK: ("주평균", "주"),
    Grain.MONTH: ("월평균", "개월"),
    Grain.QUARTER: ("분기평균", "분기"),
    Grain.HALF: ("반기평균", "반기"),
    Grain.YEAR: ("연평균", "년"),
    Grain.FISCAL_YEAR: ("회계연도 평균", "회계연도"),
}
_MISSING: Final = "미지정"


def definitions(plan: Plan) -> tuple[MetricDefinition, ...]:
    """What each metric of the question means."""
    return tuple(MetricDefinition(metric.key, metric.name, metric.definition) for metric in plan.metrics)


def applied_filters(
    plan: Plan, catalog: Catalog, grant: Grant, reference: Reference, selected: Iterable[AppliedFilter] = ()
) -> tuple[AppliedFilter, ...]:
    """The conditions in force, in the order people read them: days, company, the question's, its selections (`selected`),
    definitions', policy's.
    """
    return (
        *days(plan),
        _company(plan),
        *asked(plan, catalog, grant, reference),
        *selected,
        *_remarks(plan),
        *_policy(plan, catalog, grant, reference),
    )


def is_partial(plan: Plan) -> bool:
    """A policy narrowed the rows below what was asked for."""
    every = plan.query.all_companies or any(g.dimension == EntityKind.COMPANY for g in plan.query.groupings)
    return any(plan.restrictions.values()) or (every and not plan.all_companies)


def days(plan: Plan) -> Iterator[AppliedFilter]:
    """The days of the figures, of those compared with, and of what is due."""
    for slot, before in ((Slot.ASKED, ""), (Slot.COMPARED, "비교: ")):
        if slot in plan.frames:
            for text in _frame(plan, plan.frames[slot]):
                yield AppliedFilter(before + text, Source.QUESTION, "date")
    if plan.query.due_range:
        yield AppliedFilter(f"기한 {_range(plan.query.due_range)}", Source.QUESTION, "due_date")


def _frame(plan: Plan, frame: Frame) -> Iterator[str]:
    times = {metric.time for metric in plan.metrics}
    if TimeBehavior.FLOW in times or frame.periods:
        yield _range(frame.range)
    if plan.query.average_over and not frame.periods:
        name, step = _AVERAGES[plan.query.average_over]
        yield f"{name} ({frame.divisors[0]}{step})"
    elif plan.query.average_over:
        yield _AVERAGES[plan.query.average_over][0]
    if TimeBehavior.BALANCE in times and not frame.periods:
        yield f"{frame.as_of} 기준"
    if any(metric.turnover for metric in plan.metrics) and not frame.periods:
        opening = year_before(frame.as_of)
        first = opening + timedelta(days=1)
        yield f"{first}~{frame.as_of} 12개월, {opening}와 {frame.as_of}의 평균"


def _range(days: DateRange) -> str:
    if days.start == days.end:
        return str(days.start)
    start = "" if days.start == FIRST_DAY else days.start
    end = "" if days.end == LAST_DAY else days.end
    return f"{start}~{end}"


def _company(plan: Plan) -> AppliedFilter:
    chosen = plan.query.companies or plan.query.all_companies
    every = len(plan.companies) > 1 and plan.all_companies
    names = "전체 회사" if every else ", ".join(company.name for company in plan.companies)
    return AppliedFilter(names, Source.QUESTION if chosen else Source.DEFAULT, "company")


def asked(plan: Plan, catalog: Catalog, grant: Grant, reference: Reference) -> Iterator[AppliedFilter]:
    """The question's own conditions, its selections left out."""
    query = plan.query
    if query.filter is not None:
        parts = query.filter.filters if isinstance(query.filter, AllOf) else (query.filter,)
        for part in parts:
            dimension = part.dimension if isinstance(part, Member) else ""
            yield AppliedFilter(_words(part, catalog, grant, reference), Source.QUESTION, dimension)
    if query.currency:
        yield AppliedFilter(f"통화: {query.currency}", Source.QUESTION, "currency")
    for condition in query.metric_conditions:
        yield AppliedFilter(_condition(condition, catalog), Source.QUESTION)
    if query.without_rows:
        names = ", ".join(metric.name for metric in plan.metrics)
        yield AppliedFilter(f"{names} 없음", Source.QUESTION, plan.dimensions[0].key)


def _condition(condition: MetricCondition, catalog: Catalog) -> str:
    metric = catalog.metrics[condition.metric]
    percent = metric.unit is UnitKind.PERCENT
    sign = "%" if percent or condition.role in (Role.CHANGE_RATE, Role.SHARE) else ""
    if percent and condition.role is Role.CHANGE:
        sign = "%p"
    name = _ROLES.get(condition.role, "{name}").format(name=metric.name)
    return f"{name} {condition.value:,f}{sign} {_OPERATORS[condition.operator]}"


def _words(node: Filter, catalog: Catalog, grant: Grant, reference: Reference) -> str:
    def joined(filters: Iterable[Filter], word: str) -> str:
        return word.join(_inner(one, catalog, grant, reference) for one in filters)

    match node:
        case AllOf(filters):
            return joined(filters, " 그리고 ")
        case AnyOf(filters):
            return joined(filters, " 또는 ")
        case Not(inner):
            return f"{_inner(inner, catalog, grant, reference)} 제외"
        case Member(key, members, include_missing, own):
            dimension = catalog.dimensions[key]
            names = [member_name(member, dimension, grant, reference) or member for member in members]
            names += [_MISSING] if include_missing else []
            mine = " (본인)" if key == EntityKind.EMPLOYEE else " (내 소속)"
            return f"{dimension.name}: {', '.join(names) or '없음'}{mine if own else ''}"


def _inner(node: Filter, catalog: Catalog, grant: Grant, reference: Reference) -> str:
    text = _words(node, catalog, grant, reference)
    return f"({text})" if isinstance(node, (AllOf, AnyOf)) else text


def _remarks(plan: Plan) -> Iterator[AppliedFilter]:
    remarks = {metric.name: metric.remark for metric in plan.metrics if metric.remark}
    same = len(set(remarks.values())) == 1 and len(remarks) == len(plan.metrics)
    for text in dict.fromkeys(remark if same else f"{name}: {remark}" for name, remark in remarks.items()):
        yield AppliedFilter(text, Source.DEFAULT)


def _policy(plan: Plan, catalog: Catalog, grant: Grant, reference: Reference) -> Iterator[AppliedFilter]:
    for member in dict.fromkeys(member for members in plan.restrictions.values() for member in members):
        text = _words(member, catalog, grant, reference)
        yield AppliedFilter(f"{text} (볼 수 있는 범위)", Source.POLICY, member.dimension)
