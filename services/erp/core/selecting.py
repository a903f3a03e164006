"""Selections: what other questions show, as conditions on the rows of the question itself."""

from dataclasses import dataclass, replace

from services.erp.core.catalog import Catalog
from services.erp.core.checks import refused
from services.erp.core.plan import Plan
from services.erp.core.policy import Grant
from services.erp.core.query import Filter, Member, Not, Query, Selection
from services.erp.core.reference import Reference
from services.erp.core.result import AppliedFilter, EntityKind, EntityReference, Source, Table
from services.erp.core.words import asked, days


@dataclass(frozen=True, slots=True)
class Selected:
    """What a selection came to, and how it is said."""

    filter: Filter
    words: AppliedFilter


def selecting_query(selection: Selection, question: Query, catalog: Catalog) -> Query:
    """The query that shows the members: of the question's companies, with one grouping, each member once.

    Raises:
        QueryRefused: it shows something else.
    """
    query = selection.query
    dimensions = [catalog.dimensions.get(grouping.dimension) for grouping in query.groupings]
    (dimension,) = dimensions if len(dimensions) == 1 else (None,)
    if dimension is None or dimension.kind is None or query.selections or query.modifiers or query.count_rows:
        raise refused(
            "대상을 고르는 조건은 거래처나 품목처럼 한 가지 기준으로만 낼 수 있습니다.",
            "A selection's query has one grouping with named members, and no modifiers or selections of its own.",
        )
    every = question.all_companies or any(g.dimension == EntityKind.COMPANY for g in question.groupings)
    return replace(query, companies=question.companies, all_companies=every and not question.companies)


def selected(
    selection: Selection, plan: Plan, table: Table, catalog: Catalog, grant: Grant, reference: Reference
) -> Selected:
    """The condition that the table of the selection's query, planned as `plan`, comes to."""
    cells = [row[0] for row in table.rows]
    keys = sorted({cell.key for cell in cells if isinstance(cell, EntityReference)})
    member = Member(plan.dimensions[0].key, tuple(keys), include_missing=None in cells)
    text = _words(plan, catalog, grant, reference) + (" 제외" if selection.excluded else "")
    return Selected(
        Not(member) if selection.excluded else member,
        AppliedFilter(text, Source.QUESTION, member.dimension),
    )


def _words(plan: Plan, catalog: Catalog, grant: Grant, reference: Reference) -> str:
    """What the members were chosen by: "거래처: 매출 상위 10, 2026-01-01~2026-11-20"."""
    query = plan.query
    names = ", ".join(metric.name for metric in plan.metrics)
    if query.top:
        last = query.top if query.rank_from <= 1 else f"{query.top}위"
        first = f"{query.rank_from}~" if 1 < query.rank_from < query.top else ""
        descending = not query.orderings or query.orderings[0].descending
        names = f"{names} {'상위' if descending else '하위'} {first}{last}"
    more = (one.text for one in (*days(plan), *asked(plan, catalog, grant, reference)))
    return f"{plan.dimensions[0].name}: {', '.join([names, *more])}"
