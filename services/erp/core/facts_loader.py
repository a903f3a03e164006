"""Reads the `facts` of the catalog: where their rows are, and the ways from them to what they can be grouped by."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Date, Table

from services.erp.core.catalog import Added, Current, Dimension, Earliest, Fact, Rollup
from services.erp.core.catalog_paths import (
    column_of,
    columns_of,
    conditions,
    expression,
    table_named,
    terms,
)
from services.erp.core.yaml_section import Section, korean
from services.erp.local_model import masters


def fact_from(
    key: str, section: Section, dimensions: Mapping[str, Dimension], before: Mapping[str, Fact]
) -> Fact:
    """A fact of the catalog; `before`: those that stand before it.

    Raises:
        CatalogError: a column or a dimension does not exist, or a path doesn't lead where it must.
    """
    name = korean(section, "name")
    table = table_named(section.text("table", key), section, "table")
    rollup = _rollup(section.section("rollup"), table) if "rollup" in section else None
    added = _added(section.section("add"), table, before) if "add" in section else None
    columns = fact_columns(table, rollup, added)
    current = _current(section.section("current"), table) if "current" in section else None
    due = expression(section, "due", columns)
    date = expression(section, "date", columns_of(table))
    if any(not isinstance(column_of(p, columns).type, Date) for p in due + (date if not rollup else ())):
        raise section.error("date와 due는 날짜 열이어야 합니다 / date and due must be dates", "date")
    named = section.section("dimensions")
    expressions = {}
    for dimension in named:
        if dimension not in dimensions:
            raise named.error(f"모르는 차원입니다: {dimension} / unknown dimension", dimension)
        expressions[dimension] = expression(named, dimension, columns)
        members = dimensions[dimension].table
        if members is not None and any(p.references != members.name for p in expressions[dimension]):
            raise named.error(
                f"표 {members.name}의 행으로 가야 합니다 / must lead to a row of {members.name}",
                dimension,
            )
    company = expression(section, "company", columns)
    if not company or any(p.references != "company" for p in company):
        raise section.error("회사로 가는 길이 필요합니다 / a fact needs a path to its company", "company")
    fact = Fact(
        key,
        name,
        table,
        rollup,
        added,
        current,
        section.flag("snapshot"),
        section.texts("semi_additive"),
        company,
        date,
        due,
        expression(section, "unit", columns),
        expression(section, "currency", columns),
        conditions(section.section("where"), columns_of(table) if rollup else columns, due),
        {**expressions, "company": company},
    )
    if fact.snapshot == bool(fact.date):
        raise section.error(
            "date나 snapshot: true 가운데 하나가 필요합니다 / a fact has either a date or snapshot: true",
            "date",
        )
    section.done()
    return fact


def _rollup(section: Section, table: Table) -> Rollup:
    by = section.texts("by")
    sums = {name: section.section("sum").text(name) for name in section.section("sum")}
    earliest = {}
    for name, inner in section.sections("earliest").items():
        equal = inner.texts("where_equal")
        if len(equal) != 2:
            raise inner.error("where_equal은 열 두 개입니다 / where_equal takes two columns", "where_equal")
        earliest[name] = Earliest(inner.text("of"), (equal[0], equal[1]))
        inner.done()
    used = {*by, *sums.values(), *(c for e in earliest.values() for c in (e.column, *e.where_equal))}
    for column in sorted(used - set(table.c.keys())):
        raise section.error(f"열 '{column}'이(가) 없습니다 / unknown column '{column}'")
    section.done()
    return Rollup(by, sums, earliest)


def _added(section: Section, table: Table, before: Mapping[str, Fact]) -> Added:
    key = section.text("fact")
    if key not in before:
        raise section.error(f"앞에 없는 사실입니다: {key} / no fact '{key}' stands before", "fact")
    fact = before[key]
    inner = section.section("by")
    by = tuple((theirs, inner.text(theirs)) for theirs in inner)
    sums = {name: section.section("sum").text(name) for name in section.section("sum")}
    for name in (*(theirs for theirs, _ in by), *sums.values()):
        if name not in fact.table.c:
            raise section.error(f"열 '{name}'이(가) 없습니다 / unknown column '{name}'")
    columns = {**columns_of(table), **{name: fact.table.c[column] for name, column in sums.items()}}
    differences = {}
    for name in section.section("difference"):
        found = terms(section.section("difference"), name)
        if [term.sign for term in found] != [1, -1] or any(term.name not in columns for term in found):
            raise section.error(
                f"'{name}'은(는) 열 - 열 꼴입니다 / '{name}' is one column less another", "difference"
            )
        differences[name] = (found[0].name, found[1].name)
    added = Added(fact, by, sums, differences, section.flag("per_company"))
    section.done()
    return added


def _current(section: Section, table: Table) -> Current:
    columns = columns_of(table)
    current = Current(
        section.texts("by"),
        section.text("start"),
        section.text("end"),
        conditions(section.section("where"), columns, ()),
    )
    for name in (*current.by, current.start, current.end):
        if name not in columns:
            raise section.error(f"열 '{name}'이(가) 없습니다 / unknown column '{name}'")
    section.done()
    return current


def fact_columns(
    table: Table, rollup: Rollup | None, added: Added | None = None
) -> Mapping[str, Column[Any]]:
    """What stands in a fact's rows: the table's columns and what is added to them, or the rollup's, each with a column
    like it.
    """
    if added is not None:
        like = {name: added.fact.table.c[column] for name, column in added.sums.items()}
        like |= columns_of(table)
        like |= {name: like[first] for name, (first, _) in added.differences.items()}
        return {**like, **({"company_id": masters.warehouse.c.company_id} if added.per_company else {})}
    if rollup is None:
        return columns_of(table)
    like = {name: table.c[name] for name in rollup.by}
    return {
        **like,
        **{name: table.c[column] for name, column in rollup.sums.items()},
        **{name: table.c[e.column] for name, e in rollup.earliest.items()},
    }
