"""Random questions over random small companies have the rows that the naive evaluator finds, in its order; and
under random claims nothing of anybody else's."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.erp.core.query import Grain, Modifier, Query
from services.erp.core.use_cases import Erp
from services.erp.errors import MemberNotFound, MetricForbidden, QueryRefused, UnknownDimension
from tests.unit.erp.queries.asking import asker, catalog, opened, plain_rows
from tests.unit.erp.queries.naive import Evaluation, evaluate
from tests.unit.erp.queries.naive_figures import FORMULAS, named
from tests.unit.erp.queries.naive_policy import Claims, below, narrowed_by, visible
from tests.unit.erp.queries.small_company import TODAY, Data, random_company, write
from tests.unit.erp.queries.strategies import claims, queries

COMPANIES = 5
MANY = 40
EVERYTHING = Claims(company=("A", "B"))


class World:
    """Some companies, each with its rows and an Erp over them. No dataclass: failures would print it whole."""

    def __init__(self, runner: asyncio.Runner, companies: list[tuple[Data, Erp]]) -> None:
        self.runner = runner
        self.companies = companies

    def rows(self, number: int, query: Query, claims: Claims) -> list[dict[str, Any]]:
        _, erp = self.companies[number]
        who = asker(
            *claims.roles,
            company=claims.company,
            territory=claims.territory,
            warehouse=claims.warehouse,
            employee=claims.employee,
        )
        result = self.runner.run(erp.run_query(who, query))
        assert result.table is not None
        return plain_rows(result.table)

    def expected(self, number: int, query: Query, claims: Claims) -> list[dict[str, Any]]:
        data, _ = self.companies[number]
        names = {
            table: {row["id"]: row["name"] for row in rows}
            for table, rows in data.items()
            if rows and "name" in rows[0]
        }
        rows = evaluate(data, query, claims, names)
        words = catalog().dimensions["status"].members
        for row in rows:
            if row.get("status") is not None:
                row["status"] = words.get(row["status"], row["status"])
        return rows


@contextmanager
def opened_world(folder: Path, size: int) -> Iterator[World]:
    with asyncio.Runner() as runner:
        companies = []
        contexts = []
        for seed in range(size):
            data = random_company(seed)
            context = opened(write(data, folder / f"{seed}.sqlite"))
            contexts.append(context)
            companies.append((data, runner.run(context.__aenter__())))
        yield World(runner, companies)
        for context in contexts:
            runner.run(context.__aexit__(None, None, None))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with opened_world(tmp_path_factory.mktemp("companies"), COMPANIES) as world:
        yield world


@pytest.fixture(scope="module")
def many_companies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with opened_world(tmp_path_factory.mktemp("many"), MANY) as world:
        yield world


def refusable(query: Query, claims: Claims) -> bool:
    """The core has a reason not to answer."""
    evaluation = Evaluation({}, query, claims, {})
    no_shares = Modifier.SHARE in query.modifiers and not any(map(evaluation.has_share, query.metrics))
    uneven = any(
        len({narrowed_by(leaf, claims) for leaf in FORMULAS[metric][0]}) > 1
        for metric in query.metrics
        if metric in FORMULAS
    )
    return no_average(evaluation, query) or no_shares or uneven or too_many_steps(query) or no_parts(query)


def no_parts(query: Query) -> bool:
    """Shares of nodes of which one lies below another."""
    return Modifier.SHARE in query.modifiers and any(
        below(g.dimension, node, tuple(set(g.nodes) - {node})) for g in query.groupings for node in g.nodes
    )


def no_average(evaluation: Evaluation, query: Query) -> bool:
    """No whole step is over and several have begun, or the steps don't fit into the trend's."""
    if not query.average_over:
        return False
    spans = [query.range, query.comparison and query.comparison.range]
    none = any(
        span
        and len(evaluation.averaged(span)) > 1
        and max(evaluation.averaged(span)[0], span.start) <= TODAY
        and not all(step < TODAY and span.start <= step for step in evaluation.averaged(span))
        for span in spans
    )
    fits = {
        Grain.DAY: set(Grain) - {Grain.DAY},
        Grain.MONTH: {Grain.QUARTER, Grain.HALF, Grain.YEAR, Grain.FISCAL_YEAR},
    }
    grains = [g.grain for g in query.groupings if g.dimension == "date"]
    return none or any(grain not in fits.get(query.average_over, set()) for grain in grains)


def too_many_steps(query: Query) -> bool:
    """More than 60 days of a balance by voucher, which is computed anew for each."""
    due = query.due_range is not None or any(g.dimension == "due_date" for g in query.groupings)
    by_voucher = {"overdue_receivables", "inventory_turnover"} | (
        {"receivables", "payables"} if due else set()
    )
    spans = [query.range, query.comparison and query.comparison.range]
    return (
        any(grouping.grain is Grain.DAY and grouping.dimension == "date" for grouping in query.groupings)
        and any(span and (span.end - span.start).days >= 60 for span in spans)
        and bool(by_voucher & set(query.metrics))
    )


def hidden_member(data: Data, query: Query, claims: Claims) -> bool:
    """The question names what the asker may not know of."""
    nodes = [(grouping.dimension, node) for grouping in query.groupings for node in grouping.nodes]
    return bool(set(query.companies) - set(claims.company)) or any(
        member and not visible(data, dimension, member, claims)
        for dimension, member in [*named(query.filter), *nodes]
    )


def check(world: World, number: int, query: Query, claims: Claims) -> None:
    every = [query, *(replace(one.query, companies=query.companies) for one in query.selections)]
    asked = {g.dimension for one in every for g in one.groupings}
    asked |= {dimension for one in every for dimension, _ in named(one.filter)}
    metrics = [metric for one in every for metric in one.metrics]

    def hidden() -> bool:
        return any(hidden_member(world.companies[number][0], one, claims) for one in every)

    try:
        rows = world.rows(number, query, claims)
    except MetricForbidden:
        assert not all(map(claims.may_ask, metrics))
        return
    except UnknownDimension:
        assert not all(map(claims.may_know, asked))
        return
    except QueryRefused:
        assert any(refusable(one, claims) for one in every)
        return
    except MemberNotFound:
        assert hidden()
        return
    assert all(map(claims.may_ask, metrics))
    assert all(map(claims.may_know, asked))
    assert not any(refusable(one, claims) for one in every)
    assert not hidden()
    assert rows == world.expected(number, query, claims)


common = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.function_scoped_fixture],
    "derandomize": True,
}


@pytest.mark.timeout(300)
@settings(max_examples=500, **common)
@given(number=st.integers(0, COMPANIES - 1), query=queries())
def test_any_query_has_the_naive_rows(world: World, number: int, query: Query):
    check(world, number, query, EVERYTHING)


@pytest.mark.timeout(300)
@settings(max_examples=1500, **common)
@given(number=st.integers(0, COMPANIES - 1), query=queries(), claims=claims)
def test_claims_leave_nothing_of_others_in_any_row(world: World, number: int, query: Query, claims: Claims):
    check(world, number, query, claims)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@settings(max_examples=10_000, **common)
@given(number=st.integers(0, MANY - 1), query=queries(), claims=claims)
def test_ten_thousand_questions_leak_nothing(
    many_companies: World, number: int, query: Query, claims: Claims
):
    check(many_companies, number, query, claims)
