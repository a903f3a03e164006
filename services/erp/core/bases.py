"""Where a fact's rows come from when they are no plain table: made of a ledger's, with sums beside them, or the current
ones alone. Each is a subquery named as the fact.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Subquery, and_, case, func, literal, or_, select, true

from services.erp.core.catalog import Added, Condition, Current, Fact, Rollup
from services.erp.core.conditions import defined
from services.erp.core.joins import Joins
from services.erp.local_model import masters


def rolled_up(
    fact: Fact, rollup: Rollup, joins: Joins, conditions: Iterable[ColumnElement[bool]]
) -> Subquery:
    """The fact's rows, made of the ledger's rows (`joins`) that meet the conditions."""
    ledger = fact.table.c
    earliest = {
        name: func.min(case((ledger[one.where_equal[0]] == ledger[one.where_equal[1]], ledger[one.column])))
        for name, one in rollup.earliest.items()
    }
    return (
        select(
            *(ledger[name] for name in rollup.by),
            *(func.sum(ledger[column]).label(name) for name, column in rollup.sums.items()),
            *(value.label(name) for name, value in earliest.items()),
        )
        .select_from(joins.clause)
        .where(*conditions)
        .group_by(*(ledger[name] for name in rollup.by))
        .subquery(fact.key)
    )


def with_sums(
    fact: Fact,
    added: Added,
    joins: Joins,
    conditions: Iterable[ColumnElement[bool]],
    companies: Sequence[str],
) -> Subquery:
    """The table's rows with sums over the other fact's rows (`joins`) that meet the conditions; none = 0."""
    others = added.fact.table.c
    keys: list[ColumnElement[Any]] = [others[theirs] for theirs, _ in added.by]
    if added.per_company:
        keys.append(joins.first(added.fact.company).label("company_id"))
    summed = (
        select(*keys, *(func.sum(others[column]).label(name) for name, column in added.sums.items()))
        .select_from(joins.clause)
        .where(*conditions)
        .group_by(*keys)
        .subquery("added")
    )
    rows, company = fact.table, masters.company.alias("each_company")
    belongs = [summed.c[theirs] == rows.c[own] for theirs, own in added.by]
    clause = rows.join(company, company.c.id.in_(companies)) if added.per_company else rows
    if added.per_company:
        belongs.append(summed.c.company_id == company.c.id)
    columns: dict[str, ColumnElement[Any]] = {
        column.name: column for column in rows.c if not added.per_company or column.name != "company_id"
    }
    columns |= {name: func.coalesce(summed.c[name], 0) for name in added.sums}
    columns |= {
        name: func.coalesce(columns[first], 0) - columns[second]
        for name, (first, second) in added.differences.items()
    }
    if added.per_company:
        columns["company_id"] = company.c.id
    return (
        select(*(column.label(name) for name, column in columns.items()))
        .select_from(clause.outerjoin(summed, and_(true(), *belongs)))
        .subquery(fact.key)
    )


def current_rows(fact: Fact, current: Current, as_of: date) -> Subquery:
    """The rows that begin within the span of those that are valid at the end of the day."""
    rows, valid = fact.table, fact.table.alias("valid")
    joins = Joins(valid)
    own: list[Condition] = [one for one in fact.conditions if all(not path.steps for path in one.expression)]
    never = literal(date.max, Date)
    spans = (
        select(
            *(valid.c[name] for name in current.by),
            func.min(valid.c[current.start]).label("span_start"),
            func.max(func.coalesce(valid.c[current.end], never)).label("span_end"),
        )
        .where(
            *(defined(one, joins, as_of) for one in (*own, *current.conditions)),
            valid.c[current.start] <= as_of,
            or_(valid.c[current.end].is_(None), valid.c[current.end] >= as_of),
        )
        .group_by(*(valid.c[name] for name in current.by))
        .subquery("spans")
    )
    belongs = [
        *(rows.c[name] == spans.c[name] for name in current.by),
        rows.c[current.start] >= spans.c.span_start,
        rows.c[current.start] <= spans.c.span_end,
    ]
    return select(*rows.c).select_from(rows.join(spans, and_(*belongs))).subquery(fact.key)
