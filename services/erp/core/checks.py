"""What is asked for, checked: metrics, dimensions, filters, companies exist, and the asker may know of them."""

from collections.abc import Iterable
from dataclasses import replace

from services.erp.core.catalog import Catalog, Dimension, Metric
from services.erp.core.policy import OWN, Grant
from services.erp.core.query import DATE, AllOf, AnyOf, Filter, Member, Modifier, Not, Query
from services.erp.core.reference import Company, Reference
from services.erp.core.result import EntityKind, UnitKind
from services.erp.errors import (
    MemberNotFound,
    MetricForbidden,
    QueryRefused,
    UnknownDimension,
    UnknownMetric,
)

MAX_FILTER_DEPTH = 6


def refused(
    ko: str, en: str, *, metric: str = "", dimension: str = "", cause: str = "unsupported"
) -> QueryRefused:
    """Why the query has no right answer; `cause`: fan_out, not_additive or unsupported."""
    return QueryRefused(metric=metric, dimension=dimension, cause=cause, words={"why_ko": ko, "why_en": en})


def permitted_metric(key: str, catalog: Catalog, grant: Grant) -> Metric:
    """A metric of the catalog that the asker may see."""
    if key not in catalog.metrics:
        raise UnknownMetric(metric=key)
    metric = catalog.metrics[key]
    if key not in grant.metrics:
        raise MetricForbidden(metric=key, words={"name": metric.name})
    return metric


def known_dimension(key: str, catalog: Catalog, grant: Grant) -> Dimension:
    """A dimension of the catalog; one whose members the asker may not know is none."""
    if key not in catalog.dimensions or not grant.knows(catalog.dimensions[key]):
        raise UnknownDimension(
            dimension=key,
            words={
                "why_ko": f"'{key}'(이)라는 분류 기준은 없습니다. 카탈로그에서 확인해 주세요.",
                "why_en": f'There is no dimension "{key}". The catalog lists those there are.',
            },
        )
    return catalog.dimensions[key]


def check_groupings(query: Query, dimensions: Iterable[Dimension]) -> None:
    """Each grouping once, with what its kind needs; orderings and conditions name what is asked for."""
    keys = [grouping.dimension for grouping in query.groupings]
    for grouping, dimension in zip(query.groupings, dimensions, strict=True):
        name = dimension.name
        if keys.count(dimension.key) > 1:
            raise refused(f"{name}(으)로 두 번 나눌 수 없습니다.", f"{dimension.key} is there twice.")
        if dimension.is_date != (grouping.grain is not None):
            raise refused(
                f"{name}에는 날짜 단위를 {'정해야 합니다' if dimension.is_date else '쓸 수 없습니다'}.",
                f"{dimension.key} {'needs' if dimension.is_date else 'has no'} grain.",
                dimension=dimension.key,
            )
        if (grouping.level or grouping.nodes) and not dimension.is_tree:
            raise refused(
                f"{name}에는 단계가 없습니다.", f"{dimension.key} is no tree.", dimension=dimension.key
            )
        if grouping.level and grouping.nodes:
            raise refused(
                f"{name}의 단계와 이름으로 한꺼번에 묶을 수 없습니다.",
                f"{dimension.key} is rolled up to a level or to nodes, not both.",
                dimension=dimension.key,
            )
    figures = {*query.metrics, *keys}
    named = [condition.metric for condition in query.metric_conditions]
    for key in [ordering.key for ordering in query.orderings] + named:
        if key not in figures or (key in named and key not in query.metrics):
            raise refused(
                f"'{key}'은(는) 질문의 지표나 분류 기준이 아닙니다.", f'"{key}" is no column of the query.'
            )
    if Modifier.CUMULATIVE in query.modifiers and DATE not in keys:
        raise refused("누계에는 날짜 단위가 필요합니다.", "A running total needs the date as a grouping.")


def check_nodes(query: Query, dimensions: Iterable[Dimension], grant: Grant, reference: Reference) -> None:
    """The asker may see the nodes that rows are counted under, and they are parts of a whole where shares are asked."""
    for grouping, dimension in zip(query.groupings, dimensions, strict=True):
        for node in grouping.nodes:
            if not member_name(node, dimension, grant, reference):
                raise MemberNotFound(dimension=dimension.key, words={"name": dimension.name})
        below = reference.index.lies_below
        overlap = any(
            below(dimension.key, node, [n for n in grouping.nodes if n != node]) for node in grouping.nodes
        )
        if overlap and Modifier.SHARE in query.modifiers:
            raise refused(
                f"{dimension.name} 하나가 다른 하나에 들어 있어 비중을 낼 수 없습니다.",
                f"One {dimension.key} lies below another: they are no parts of a whole.",
                dimension=dimension.key,
            )


def owned(node: Filter, grant: Grant) -> Filter:
    """The filter with the asker's own members filled in."""
    match node:
        case AllOf(filters):
            return AllOf(tuple(owned(one, grant) for one in filters))
        case AnyOf(filters):
            return AnyOf(tuple(owned(one, grant) for one in filters))
        case Not(inner):
            return Not(owned(inner, grant))
        case Member() if not node.own:
            return node
        case Member(key, members, include_missing):
            if members or include_missing or key not in OWN:
                raise refused(
                    "'내' 조건은 직원, 부서, 지역, 창고에만 쓸 수 있고 다른 값과 섞을 수 없습니다.",
                    f"One's own members stand alone, and only for {', '.join(sorted(OWN))}.",
                    dimension=key,
                )
            return replace(node, members=grant.own.get(key, ()))


def check_filter(
    node: Filter, catalog: Catalog, grant: Grant, reference: Reference, depth: int
) -> frozenset[str]:
    """The dimensions that the filter names, all of whose members the asker may see."""
    if depth > MAX_FILTER_DEPTH:
        raise refused("조건이 너무 깊습니다.", f"The filter is more than {MAX_FILTER_DEPTH} deep.")
    match node:
        case AllOf(filters) | AnyOf(filters):
            below = [check_filter(one, catalog, grant, reference, depth + 1) for one in filters]
            return frozenset[str]().union(*below)
        case Not(inner):
            return check_filter(inner, catalog, grant, reference, depth + 1)
        case Member(key, members):
            dimension = known_dimension(key, catalog, grant)
            if dimension.is_date:
                raise refused(f"{dimension.name}은(는) 기간으로 거릅니다.", f"{key} is filtered by a range.")
            for member in () if node.own else members:
                if not member_name(member, dimension, grant, reference):
                    raise MemberNotFound(dimension=key, words={"name": dimension.name})
            return frozenset({key})


def member_name(member: str, dimension: Dimension, grant: Grant, reference: Reference) -> str | None:
    """The name of a member that the asker may see."""
    if dimension.kind is None:
        return dimension.members.get(member)
    if dimension.is_document:
        document = reference.documents.get((dimension.kind, member))
        return document.name if document else None
    found = reference.index.find(dimension.kind, member, grant)
    return found.name if found else None


def chosen_companies(
    query: Query, grant: Grant, reference: Reference, filtered: frozenset[str]
) -> tuple[Company, ...]:
    """The companies whose books count: those named, else all where they are compared, else the default."""
    visible = [c for key, c in reference.companies.items() if not grant.companies or key in grant.companies]
    keys = {company.key for company in visible}
    every = query.all_companies or any(g.dimension == EntityKind.COMPANY for g in query.groupings)
    if query.companies:
        wanted = query.companies
    elif every or EntityKind.COMPANY in filtered:
        wanted = tuple(company.key for company in visible)
    else:
        wanted = grant.companies[:1] or tuple(reference.companies)[:1]
    if not wanted or not keys.issuperset(wanted):
        raise MemberNotFound(dimension="company", words={"name": "회사"})
    return tuple(reference.companies[key] for key in dict.fromkeys(wanted))


def base_currency(metrics: Iterable[Metric], companies: Iterable[Company]) -> str:
    """Of all the companies; empty where they have several and no amount is asked for."""
    currencies = {company.currency for company in companies}
    if len(currencies) > 1:
        for metric in metrics:
            if metric.unit is UnitKind.CURRENCY:
                raise refused(
                    "통화가 다른 회사의 금액은 더할 수 없습니다. 회사를 하나씩 물어봐 주세요.",
                    "Amounts of companies with other currencies don't add up. Ask for one company at a time.",
                    metric=metric.key,
                    dimension="company",
                    cause="not_additive",
                )
        return ""
    return next(iter(currencies))
