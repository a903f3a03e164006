"""What the mapping of an ERP doesn't fill is refused by name, never answered with 0."""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from services.erp.core.query import DateRange, Grouping, Member, Query
from services.erp.errors import QueryRefused
from services.erp.local_model import metadata
from tests.unit.erp.queries.asking import asker, catalog, opened
from tests.unit.erp.queries.small_company import random_company, write
from tests.unit.erp.queries.unconnected import disagreements

EVERYBODY = asker(company=("A", "B"))
MONTH = DateRange(date(2026, 10, 1), date(2026, 10, 31))


def model(path: Path, lacking: Mapping[str, Sequence[str] | None]) -> Path:
    """A model whose mapping lacks these tables (None) or columns of them."""
    write(random_company(3), path)
    with closing(sqlite3.connect(path)) as connection, connection:
        for table, columns in lacking.items():
            if columns is None:
                connection.execute("DELETE FROM load_watermark WHERE local_table = ?", [table])
            else:
                rest = " ".join(set(metadata.tables[table].c.keys()) - set(columns))
                connection.execute(
                    "UPDATE load_watermark SET columns = ? WHERE local_table = ?", [rest, table]
                )
    return path


async def why(path: Path, query: Query) -> str:
    async with opened(path) as erp:
        with pytest.raises(QueryRefused) as caught:
            await erp.run_query(EVERYBODY, query)
    assert caught.value.metadata["cause"] == "not_connected"
    return caught.value.message_ko


@pytest.mark.parametrize(
    ("metric", "lacking", "named"),
    [
        ("revenue", {"sales_invoice_line": None}, "매출 송장 품목(sales_invoice_line)"),
        ("revenue", {"sales_invoice": None}, "sales_invoice"),
        ("revenue", {"sales_invoice_line": ["base_net_amount"]}, "sales_invoice_line.base_net_amount"),
        ("revenue", {"sales_invoice": ["company_id"]}, "sales_invoice.company_id"),
        ("sales_returns", {"sales_invoice": ["is_return"]}, "sales_invoice.is_return"),
        ("net_revenue", {"sales_invoice": ["is_return"]}, "sales_invoice.is_return"),
        ("gross_margin", {"stock_move": None}, "stock_move"),
        ("income", {"account": ["root_type"]}, "account.root_type"),
        ("sales_quantity", {"sales_invoice_line": ["stock_quantity"]}, "stock_quantity"),
    ],
)
async def test_a_flow_that_is_not_connected(
    tmp_path: Path, metric: str, lacking: Mapping[str, Sequence[str] | None], named: str
) -> None:
    said = await why(model(tmp_path / "m.sqlite", lacking), Query((metric,), range=MONTH))
    assert named in said
    assert "연결되어 있지 않아" in said
    assert catalog().metrics[metric].name in said or metric in ("net_revenue", "gross_margin")


@pytest.mark.parametrize(
    ("metric", "lacking", "named"),
    [
        ("stock_quantity", {"stock_balance": None}, "stock_balance"),
        ("open_sales_quantity", {"sales_order_line": ["open_quantity"]}, "sales_order_line.open_quantity"),
        (
            "late_sales_quantity",
            {"sales_order_line": ["delivery_date"], "sales_order": ["delivery_date"]},
            "date",
        ),
        ("receivables", {"receivable_entry": None}, "receivable_entry"),
        ("overdue_receivables", {"receivable_entry": ["due_date"]}, "receivable_entry.due_date"),
    ],
)
async def test_a_balance_that_is_not_connected(
    tmp_path: Path, metric: str, lacking: Mapping[str, Sequence[str] | None], named: str
) -> None:
    assert named in await why(model(tmp_path / "m.sqlite", lacking), Query((metric,)))


async def test_a_dimension_that_is_not_connected(tmp_path: Path) -> None:
    path = model(tmp_path / "m.sqlite", {"customer": ["territory_id"], "item_group": None})
    by_territory = Query(("revenue",), (Grouping("territory"),), range=MONTH)
    assert "지역(customer.territory_id)" in await why(path, by_territory)
    only_seoul = Query(("revenue",), range=MONTH, filter=Member("territory", ("SEOUL",)))
    assert "customer.territory_id" in await why(path, only_seoul)
    by_group = Query(("revenue",), (Grouping("item_group"),), range=MONTH)
    assert "품목군(item_group)" in await why(path, by_group)


async def test_what_an_unfilled_flag_says_is_no(tmp_path: Path) -> None:
    """A system without returns and opening entries still has revenue, and a due date on the header is enough."""
    path = model(
        tmp_path / "m.sqlite",
        {"sales_invoice": ["is_return", "is_opening"], "sales_order_line": ["delivery_date", "project_id"]},
    )
    async with opened(path) as erp:
        assert (await erp.run_query(EVERYBODY, Query(("revenue",), range=MONTH))).table is not None
        assert (await erp.run_query(EVERYBODY, Query(("late_sales_quantity",)))).table is not None


@pytest.mark.parametrize(
    "lacking",
    [
        {
            "stock_balance": None,
            "customer": ["territory_id"],
            "item_group": None,
            "sales_order": ["order_date"],
            "sales_invoice": ["is_return", "posting_date"],
        },
        {
            "stock_move": None,
            "receivable_entry": ["due_date", "posting_date"],
            "sales_order_line": ["open_quantity"],
            "account": ["root_type"],
            "warehouse": None,
        },
    ],
)
async def test_what_is_refused_is_known_beforehand(
    tmp_path: Path, lacking: Mapping[str, Sequence[str] | None]
) -> None:
    async with opened(model(tmp_path / "m.sqlite", lacking)) as erp:
        who = asker("executive", "people", "purchasing", "production", company=("A", "B"))
        said, wrong = await disagreements(erp, who, MONTH)
    assert said
    assert wrong == []


async def test_a_metric_is_unconnected_for_who_may_see_a_part_that_cant_be_told(tmp_path: Path) -> None:
    async with opened(model(tmp_path / "m.sqlite", {"customer": ["territory_id"]})) as erp:

        async def lacks(*roles: str, **claims: tuple[str, ...]) -> tuple[str, ...]:
            told = await erp.describe(asker(*roles, company=("A", "B"), **claims))
            return next(one.unconnected for one in told.metrics if one.metric.key == "revenue")

        assert await lacks("executive") == ()
        assert await lacks("sales", territory=("SEOUL",)) == ("territory",)
