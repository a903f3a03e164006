"""Averages, tops within groups, members without rows, counts, own members: refused where they make no sense."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from services.erp.core.policy import Policy
from services.erp.core.policy import Role as PolicyRole
from services.erp.core.query import (
    Comparison,
    ComparisonKind,
    DateRange,
    Grain,
    Grouping,
    Member,
    MetricCondition,
    Modifier,
    Operator,
    Ordering,
    Query,
)
from services.erp.core.result import Role
from services.erp.core.use_cases import Erp
from services.erp.errors import QueryRefused
from tests.unit.erp.queries import asking
from tests.unit.erp.queries.asking import asker, opened, plain_rows
from tests.unit.erp.queries.small_company import random_company, write

MONTH = DateRange(date(2026, 10, 1), date(2026, 10, 31))
REVENUE = Query(("revenue",), range=MONTH)
BY_CUSTOMER = replace(REVENUE, groupings=(Grouping("customer"),))
BEFORE = Comparison(ComparisonKind.PREVIOUS_PERIOD, DateRange(date(2026, 9, 1), date(2026, 9, 30)))
MONTHS, DAYS = Grouping("date", Grain.MONTH), Grouping("date", Grain.DAY)
SHARES = frozenset({Modifier.SHARE})


def condition(role: Role, metric: str = "revenue") -> tuple[MetricCondition, ...]:
    return (MetricCondition(metric, Operator.GREATER, Decimal(0), role),)


@pytest.fixture
async def erp(tmp_path: Path) -> AsyncIterator[Erp]:
    async with opened(write(random_company(5), tmp_path / "model.sqlite")) as erp:
        yield erp


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (replace(REVENUE, metrics=("gross_margin",), average_over=Grain.MONTH), "does not add up over time"),
        (Query(("receivables",), average_over=Grain.MONTH), "does not add up over time"),
        (replace(REVENUE, groupings=(DAYS,), average_over=Grain.MONTH), "don't fit"),
        (replace(REVENUE, groupings=(MONTHS,), average_over=Grain.WEEK), "don't fit"),
        (replace(BY_CUSTOMER, modifiers=SHARES, average_over=Grain.WEEK), "no shares"),
        (
            replace(
                REVENUE,
                range=DateRange(date(2026, 10, 5), date(2026, 11, 20)),
                average_over=Grain.MONTH,
            ),
            "No whole month",
        ),
        (replace(BY_CUSTOMER, top_within=1, top=3), "further grouping"),
        (replace(BY_CUSTOMER, groupings=(Grouping("customer"), Grouping("item")), top_within=1), "`top`"),
        (replace(REVENUE, without_rows=True), "one grouping"),
        (replace(REVENUE, groupings=(MONTHS,), without_rows=True), "one grouping"),
        (replace(REVENUE, groupings=(Grouping("status"),), without_rows=True), "one grouping"),
        (replace(BY_CUSTOMER, comparison=BEFORE, without_rows=True), "no figures"),
        (replace(BY_CUSTOMER, metric_conditions=condition(Role.METRIC), without_rows=True), "no figures"),
        (replace(BY_CUSTOMER, orderings=(Ordering("customer"),), without_rows=True), "no figures"),
        (replace(REVENUE, count_rows=True), "needs a grouping"),
        (replace(BY_CUSTOMER, top=3, count_rows=True), "no top"),
        (replace(BY_CUSTOMER, modifiers=SHARES, count_rows=True), "no modifiers"),
        (replace(BY_CUSTOMER, metric_conditions=condition(Role.CHANGE)), "needs a comparison"),
        (replace(BY_CUSTOMER, orderings=(Ordering("revenue", role=Role.COMPARISON),)), "needs a comparison"),
        (replace(BY_CUSTOMER, orderings=(Ordering("customer", role=Role.CHANGE),)), "No order"),
        (replace(BY_CUSTOMER, metric_conditions=condition(Role.RANK)), "No order"),
        (replace(BY_CUSTOMER, metric_conditions=condition(Role.SHARE)), "needs the shares"),
        (
            replace(
                BY_CUSTOMER,
                metrics=("gross_margin",),
                comparison=BEFORE,
                metric_conditions=condition(Role.CHANGE_RATE, "gross_margin"),
            ),
            "in points",
        ),
        (replace(REVENUE, filter=Member("customer", own=True)), "own members"),
        (replace(REVENUE, filter=Member("territory", ("KR",), own=True)), "own members"),
    ],
)
async def test_what_has_no_meaning_is_refused(erp: Erp, query: Query, words: str):
    with pytest.raises(QueryRefused, match=words):
        await erp.run_query(asker(company=("A",)), query)


async def rows_of(erp: Erp, query: Query, **claims: Any) -> list[dict[str, Any]]:
    result = await erp.run_query(asker(company=("A",), **claims), query)
    assert result.table is not None
    return plain_rows(result.table)


async def test_figures_beside_another_do_not_tell_a_hidden_one(tmp_path: Path):
    stock = asking.policy().roles["stock"]
    hiding = PolicyRole(stock.domains, stock.hidden_metrics | {"stock_quantity"}, frozenset())
    narrow = Policy(asking.policy().domains, {"stock": hiding}, asking.policy().rows, "")
    query = Query(("below_safety_stock",), (Grouping("item"),))
    path = write(random_company(5), tmp_path / "model.sqlite")
    async with opened(path, policy=narrow) as erp:
        result = await erp.run_query(asker("stock", company=("A",)), query)
    assert result.table is not None
    assert [column.key for column in result.table.columns] == [
        *("item", "unit", "below_safety_stock", "below_safety_stock.safety"),
    ]


async def test_the_first_members_without_rows_are_among_all_of_them(erp: Erp):
    span = DateRange(date(2026, 10, 1), date(2026, 10, 8))
    absent = replace(BY_CUSTOMER, range=span, without_rows=True)
    every = await rows_of(erp, absent)
    assert len(every) > 1
    assert await rows_of(erp, replace(absent, top=1)) == every[:1]


async def test_own_members_are_the_claims(erp: Erp):
    mine = replace(REVENUE, filter=Member("warehouse", own=True))
    named = replace(REVENUE, filter=Member("warehouse", ("W1",)))
    assert await rows_of(erp, mine, warehouse=("W1",)) == await rows_of(erp, named)
    assert await rows_of(erp, named) != await rows_of(erp, REVENUE)
    assert await rows_of(erp, mine) == [{"revenue": 0}], "without the claim there are no rows"


async def test_the_shape_is_told_in_words(erp: Erp):
    async def words(query: Query, **claims: Any) -> list[str]:
        context = (await erp.run_query(asker(company=("A",), **claims), query)).context
        return [one.text for one in context.filters if one.source == "question"]

    year = DateRange(date(2026, 1, 1), date(2026, 12, 31))
    assert await words(replace(REVENUE, range=year, average_over=Grain.MONTH)) == [
        "2026-01-01~2026-10-31",
        "월평균 (10개월)",
    ]
    assert (await words(replace(BY_CUSTOMER, without_rows=True)))[-1] == "매출 없음"
    falling = replace(BY_CUSTOMER, comparison=BEFORE, metric_conditions=condition(Role.CHANGE_RATE))
    assert (await words(falling))[-1] == "매출 증감률 0% 초과"
    mine = replace(REVENUE, filter=Member("warehouse", own=True))
    assert (await words(mine, warehouse=("W1",)))[-1] == "창고: W1이름 (내 소속)"
