"""Answers that a random question seldom asks for: edges of time, of currencies, of companies, of names."""

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from services.erp.core import use_cases
from services.erp.core.query import (
    AllOf,
    Comparison,
    ComparisonKind,
    DateRange,
    Grain,
    Grouping,
    Member,
    Modifier,
    Not,
    Ordering,
    Query,
    Selection,
)
from services.erp.core.result import EntityKind, EntityReference, Role, Table, UnitKind
from services.erp.core.use_cases import Erp
from services.erp.errors import MemberNotFound, QueryRefused
from tests.unit.erp.queries.asking import asker, opened, plain_rows
from tests.unit.erp.queries.small_company import TODAY, Data, random_company, write

Opening: TypeAlias = Callable[[Data], AbstractAsyncContextManager[Erp]]
EVERYBODY = asker(company=("A", "B"))
MONTH = DateRange(date(2026, 10, 1), date(2026, 10, 31))


@pytest.fixture
def opening(tmp_path: Path) -> Opening:
    @asynccontextmanager
    async def opening(data: Data) -> AsyncIterator[Erp]:
        async with opened(write(data, tmp_path / "model.sqlite")) as erp:
            yield erp

    return opening


def company(*invoices: tuple[str | None, date, str], currency: str = "KRW") -> Data:
    """A company with these sales invoices of one line: customer, day, amount."""
    data = random_company(3)
    for table in ("sales_invoice", "sales_invoice_line"):
        data[table] = []
    for number, (customer, day, amount) in enumerate(invoices):
        data["sales_invoice"].append(
            {
                "id": f"SI-{number}",
                "number": f"SI-{number}",
                "company_id": "A",
                "state": "submitted",
                "customer_id": customer,
                "posting_date": day,
                "currency": currency,
                "is_return": False,
                "is_opening": False,
                "is_internal": False,
                "updates_stock": False,
            }
        )
        data["sales_invoice_line"].append(
            {
                "id": f"L-{number}",
                "sales_invoice_id": f"SI-{number}",
                "base_net_amount": Decimal(amount) * (1300 if currency == "USD" else 1),
                "net_amount": Decimal(amount),
            }
        )
    return data


async def table(erp: Erp, query: Query) -> Table:
    result = await erp.run_query(EVERYBODY, query)
    assert result.table is not None
    return result.table


async def test_a_balances_trend_ends_today(opening: Opening):
    span = DateRange(TODAY - timedelta(days=1), TODAY + timedelta(days=3))
    async with opening(random_company(1)) as erp:
        for metric in ("stock_value", "receivables", "overdue_receivables"):
            found = await table(erp, Query((metric,), (Grouping("date", Grain.DAY),), range=span))
            assert [row[0] for row in found.rows] == [TODAY - timedelta(days=1), TODAY], metric


async def test_a_trend_has_only_so_many_steps(opening: Opening):
    days = Grouping("date", Grain.DAY)
    year = DateRange(date(2025, 11, 21), TODAY)
    async with opening(random_company(1)) as erp:
        assert len((await table(erp, Query(("stock_value",), (days,), range=year))).rows) == 365
        with pytest.raises(QueryRefused, match="60 steps"):
            await table(erp, Query(("overdue_receivables",), (days,), range=year))
        months = Query(("overdue_receivables", "receivables"), (Grouping("date", Grain.MONTH),), range=year)
        assert len((await table(erp, months)).rows) == 13
        with pytest.raises(QueryRefused, match="1500 steps"):
            await table(erp, Query(("revenue",), (days,), range=DateRange(date(2020, 1, 1), TODAY)))
        for span in (DateRange(date(1, 1, 1), TODAY), DateRange(TODAY, date(9999, 12, 31))):
            with pytest.raises(QueryRefused, match="between the years"):
                await table(erp, Query(("revenue",), (days,), range=span))


async def test_a_trend_of_nothing_is_its_empty_periods_and_a_future_one_is_nothing(opening: Opening):
    async with opening(company()) as erp:
        query = Query(
            ("revenue",), (Grouping("date", Grain.MONTH),), range=DateRange(date(2026, 9, 3), TODAY)
        )
        assert plain_rows(await table(erp, query)) == [
            {"date": date(2026, month, 1), "revenue": 0} for month in (9, 10, 11)
        ]
        later = DateRange(date(2026, 12, 1), date(2026, 12, 31))
        assert not (await table(erp, Query(("revenue",), (Grouping("date", Grain.MONTH),), range=later))).rows
        assert plain_rows(await table(erp, Query(("revenue",), range=later))) == [{"revenue": 0}]


async def test_rows_after_today_are_in_their_period(opening: Opening):
    async with opening(company(("C1", date(2026, 12, 5), "7"))) as erp:
        span = DateRange(date(2026, 11, 1), date(2026, 12, 31))
        found = await table(erp, Query(("revenue",), (Grouping("date", Grain.MONTH),), range=span))
        assert plain_rows(found) == [
            {"date": date(2026, 11, 1), "revenue": 0},
            {"date": date(2026, 12, 1), "revenue": 7},
        ]


async def test_fiscal_years_begin_where_the_erp_says(opening: Opening):
    data = company(
        ("C1", date(2026, 3, 31), "1"), ("C1", date(2026, 4, 1), "2"), ("C1", date(2026, 10, 1), "4")
    )
    data["fiscal_year"] = [
        {
            "id": "FY",
            "name": "FY",
            "start_date": date(2026, 4, 1),
            "end_date": date(2027, 3, 31),
            "is_disabled": False,
        }
    ]
    async with opening(data) as erp:
        span = DateRange(date(2026, 1, 1), date(2026, 12, 31))
        found = await table(erp, Query(("revenue",), (Grouping("date", Grain.FISCAL_YEAR),), range=span))
        assert plain_rows(found) == [
            {"date": date(2025, 4, 1), "revenue": 1},
            {"date": date(2026, 4, 1), "revenue": 6},
        ]
        assert (await erp.describe(EVERYBODY)).fiscal_start_month == 4


async def test_a_longer_trend_has_nothing_beside_its_last_steps(opening: Opening):
    data = company(("C1", date(2026, 10, 31), "5"), ("C1", date(2026, 9, 30), "3"))
    comparison = Comparison(ComparisonKind.PREVIOUS_PERIOD, DateRange(date(2026, 9, 1), date(2026, 9, 30)))
    async with opening(data) as erp:
        query = Query(("revenue",), (Grouping("date", Grain.DAY),), range=MONTH, comparison=comparison)
        *_, before, last = plain_rows(await table(erp, query))
    assert (before["revenue"], before["revenue.comparison"], before["revenue.change"]) == (0, 3, -3)
    assert (last["revenue"], last["revenue.comparison"], last["revenue.change"]) == (5, None, None)


async def test_a_change_rate_is_of_the_absolute_value_and_missing_from_zero(opening: Opening):
    day, before = MONTH.start, date(2026, 9, 1)
    data = company(("C1", day, "10"), ("C1", before, "-40"), ("C2", day, "5"), ("C3", before, "8"))
    comparison = Comparison(ComparisonKind.PREVIOUS_PERIOD, DateRange(before, date(2026, 9, 30)))
    async with opening(data) as erp:
        query = Query(("revenue",), (Grouping("customer"),), range=MONTH, comparison=comparison)
        rows = {row["customer"]: row for row in plain_rows(await table(erp, query))}
    assert rows["C1"]["revenue.change_rate"] == Decimal("125.0")
    assert rows["C2"]["revenue.change_rate"] is None
    assert rows["C3"]["revenue.change_rate"] == Decimal("-100.0")


async def test_ties_at_the_cut_are_all_shown_and_the_rest_is_one_row(opening: Opening):
    amounts = {"C0": "5", "C1": "9", "C2": "5", "C3": "5", "C4": "1", None: "1"}
    data = company(*((customer, MONTH.start, amount) for customer, amount in amounts.items()))
    modifiers = frozenset({Modifier.SHARE, Modifier.RANK})
    async with opening(data) as erp:
        query = Query(("revenue",), (Grouping("customer"),), range=MONTH, top=2, modifiers=modifiers)
        found = await table(erp, query)
        last = Query(
            ("revenue",), (Grouping("customer"),), range=MONTH, top=1, orderings=(Ordering("revenue"),)
        )
        fewest = await table(erp, last)
    assert [
        (row["customer"], row["rank"], row["revenue"], row["revenue.share"]) for row in plain_rows(found)
    ] == [
        ("C1", 1, 9, Decimal("34.6")),
        ("C0", 2, 5, Decimal("19.2")),
        ("C2", 2, 5, Decimal("19.2")),
        ("C3", 2, 5, Decimal("19.2")),
        ("기타", None, 2, Decimal("7.7")),
    ]
    assert [row["customer"] for row in plain_rows(fewest)] == ["C4", None], (
        "a missing customer is a group too"
    )


async def test_rates_are_rounded_half_up_and_of_sums(opening: Opening):
    data = company(("C1", MONTH.start, "1"), ("C1", MONTH.start, "2"), ("C2", MONTH.start, "4"))
    async with opening(data) as erp:
        query = Query(("average_order_value",), (Grouping("customer"),), range=MONTH)
        found = await table(erp, query)
        (whole,) = plain_rows(await table(erp, Query(("average_order_value",), range=MONTH)))
    assert {row["customer"]: row["average_order_value"] for row in plain_rows(found)} == {"C1": 2, "C2": 4}
    assert whole["average_order_value"] == 2  # 7 / 3, not (1.5 + 4) / 2
    assert not found.columns[-1].additive


async def test_dollars_are_shown_with_won_beside_them(opening: Opening):
    data = company(("C1", MONTH.start, "12.34"), currency="USD")
    async with opening(data) as erp:
        found = await table(erp, Query(("revenue", "invoice_count"), range=MONTH, currency="USD"))
        with pytest.raises(QueryRefused, match="document currencies"):
            await table(erp, Query(("cost_of_goods_sold",), range=MONTH, currency="USD"))
        assert plain_rows(await table(erp, Query(("revenue",), range=MONTH, currency="EUR"))) == [
            {"revenue": 0, "revenue.base": 0}
        ]
    assert plain_rows(found) == [
        {"revenue": Decimal("12.34"), "revenue.base": Decimal(16042), "invoice_count": 1}
    ]
    assert [(c.unit and c.unit.code, c.decimals) for c in found.columns] == [("USD", 2), ("KRW", 0), ("", 0)]


async def test_amounts_of_companies_with_other_currencies_are_not_added(opening: Opening):
    data = company(("C1", MONTH.start, "1"))
    data["company"][1]["currency"] = "JPY"
    async with opening(data) as erp:
        with pytest.raises(QueryRefused, match="other currencies"):
            await table(erp, Query(("revenue",), range=MONTH, all_companies=True))
        (one,) = plain_rows(await table(erp, Query(("invoice_count",), range=MONTH, all_companies=True)))
        assert one == {"invoice_count": 1}
        found = await table(erp, Query(("revenue",), range=MONTH, companies=("B",)))
        assert found.columns[0].unit is not None
        assert found.columns[0].unit.code == "JPY"


async def test_the_company_is_the_first_of_the_claim(opening: Opening):
    async with opening(company(("C1", MONTH.start, "1"))) as erp:
        for claim, expected in ((("A", "B"), 1), (("B", "A"), 0), ((), 1)):
            result = await erp.run_query(asker(company=claim), Query(("revenue",), range=MONTH))
            assert result.table is not None
            assert result.table.rows[0][0] == expected, claim
        with pytest.raises(MemberNotFound):
            await erp.run_query(asker(company=("GONE",)), Query(("revenue",), range=MONTH))


async def test_several_units_are_several_rows_that_repeat_what_has_no_unit(opening: Opening):
    data = company(("C1", MONTH.start, "10"), ("C1", MONTH.start, "20"), ("C1", MONTH.start, "40"))
    for line, unit in zip(data["sales_invoice_line"], ("EA", "KG", None), strict=True):
        line |= {"stock_quantity": Decimal("1.5"), "stock_unit": unit}
    async with opening(data) as erp:
        query = Query(("revenue", "sales_quantity"), (Grouping("customer"),), range=MONTH)
        found = await table(erp, query)
        cut = await table(
            erp, Query(("revenue", "sales_quantity"), (Grouping("customer"),), range=MONTH, top=1)
        )
    assert plain_rows(found) == [
        {"customer": "C1", "unit": unit, "revenue": 70, "sales_quantity": Decimal("1.5")}
        for unit in ("EA", "KG", None)
    ]
    assert cut.rows == found.rows, "one customer is one, however many units"
    revenue, quantity = found.columns[2:]
    assert not revenue.additive
    assert not quantity.additive
    assert quantity.unit is not None
    assert (quantity.unit.kind, quantity.unit.code, quantity.decimals) == (UnitKind.QUANTITY, "", 1)


async def test_namesakes_are_told_apart(opening: Opening):
    data = company(("C0", MONTH.start, "1"), ("C1", MONTH.start, "2"), ("C2", MONTH.start, "3"))
    data["customer"][0] |= {"name": "대한", "territory_id": "SEOUL"}
    data["customer"][1] |= {"name": "대한", "territory_id": "JP"}
    data["customer"][2] |= {"name": "민국", "territory_id": "JP"}
    async with opening(data) as erp:
        found = await table(erp, Query(("revenue",), (Grouping("customer"),), range=MONTH))
    entities = [row[0] for row in found.rows]
    assert entities == [
        EntityReference(EntityKind.CUSTOMER, "C2", "민국", ""),
        EntityReference(EntityKind.CUSTOMER, "C1", "대한", "JP이름"),
        EntityReference(EntityKind.CUSTOMER, "C0", "대한", "SEOUL이름"),
    ]


async def test_filters_are_told_in_words(opening: Opening):
    async with opening(company()) as erp:
        result = await erp.run_query(
            asker(company=("A",), territory=("SEOUL", "JP")),
            Query(
                ("revenue",),
                range=MONTH,
                filter=AllOf(
                    (
                        Member("item_group", ("PARTS", "GOODS")),
                        Not(Member("brand", ("갑",), include_missing=True)),
                    )
                ),
            ),
        )
    assert [(f.text, f.source.value) for f in result.context.filters] == [
        ("2026-10-01~2026-10-31", "question"),
        ("회사A", "default"),
        ("품목군: PARTS이름, GOODS이름", "question"),
        ("브랜드: 갑, 미지정 제외", "question"),
        ("VAT 제외", "default"),
        ("지역: SEOUL이름, JP이름 (볼 수 있는 범위)", "policy"),
    ]
    assert result.context.partial_view


@pytest.mark.parametrize(
    ("start", "end", "told"),
    [
        ((2026, 9, 1), (2200, 12, 31), "기한 2026-09-01~"),
        ((1900, 1, 1), (2026, 9, 30), "기한 ~2026-09-30"),
        ((2026, 9, 1), (2026, 9, 30), "기한 2026-09-01~2026-09-30"),
    ],
)
async def test_an_open_end_is_not_told(
    opening: Opening, start: tuple[int, int, int], end: tuple[int, int, int], told: str
):
    due = DateRange(date(*start), date(*end))
    async with opening(company()) as erp:
        result = await erp.run_query(asker(company=("A",)), Query(("open_sales_quantity",), due_range=due))
    assert told in [f.text for f in result.context.filters]


async def test_a_cumulative_rate_is_of_the_sums_so_far(opening: Opening):
    data = company(("C1", date(2026, 9, 1), "10"), ("C1", MONTH.start, "1"), ("C2", MONTH.start, "1"))
    async with opening(data) as erp:
        query = Query(
            ("revenue", "average_order_value"),
            (Grouping("date", Grain.MONTH),),
            range=DateRange(date(2026, 9, 1), MONTH.end),
            modifiers=frozenset({Modifier.CUMULATIVE}),
        )
        found = await table(erp, query)
    rows = plain_rows(found)
    assert [row["revenue.cumulative"] for row in rows] == [10, 12]
    assert [row["average_order_value.cumulative"] for row in rows] == [10, 4]
    assert [c.role for c in found.columns][2] is Role.CUMULATIVE


async def test_tables_are_put_together_off_the_event_loop(
    opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = []
    put_together = use_cases.put_together

    def noting(*arguments: Any) -> Any:
        threads.append(threading.current_thread())
        return put_together(*arguments)

    monkeypatch.setattr(use_cases, "put_together", noting)
    chosen = Query(("revenue",), (Grouping("customer"),), range=MONTH)
    async with opening(company(("C1", MONTH.start, "10"))) as erp:
        found = await table(
            erp, Query(("revenue",), (Grouping("customer"),), range=MONTH, selections=(Selection(chosen),))
        )
    assert len(found.rows) == 1
    assert len(threads) == 2
    assert threading.main_thread() not in threads
