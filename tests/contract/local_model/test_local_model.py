"""What every adapter of `ports.LocalModel` promises."""

import asyncio
import time
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Integer, column, func, insert, literal_column, select, table, text

from services.erp.errors import StatementTimeout
from services.erp.local_model import masters, sales
from services.erp.ports import LocalModel
from tests.contract.local_model.conftest import Opening
from tests.unit.erp.queries.small_company import Data

COUNT = select(func.count().label("n")).select_from(sales.sales_invoice)


def endless() -> Any:
    """A statement that takes minutes: every line with every other, ten times over."""
    lines = [sales.sales_invoice_line.alias() for _ in range(10)]
    joined: Any = lines[0]
    for line in lines[1:]:
        joined = joined.join(line, line.c.id != lines[0].c.id)
    return select(func.count()).select_from(joined)


async def test_rows_have_the_columns_types(local_model: LocalModel, data: Data):
    invoice = data["sales_invoice"][0]
    statement = select(
        sales.sales_invoice.c.id,
        sales.sales_invoice.c.posting_date,
        sales.sales_invoice.c.base_grand_total,
        sales.sales_invoice.c.is_return,
    ).where(sales.sales_invoice.c.id == invoice["id"])
    (found,) = await local_model.read(statement)
    (row,) = found.rows
    assert tuple(row) == (
        invoice["id"],
        invoice["posting_date"],
        invoice["base_grand_total"],
        invoice["is_return"],
    )
    assert isinstance(row.base_grand_total, Decimal)
    assert isinstance(row.posting_date, date)
    assert row.is_return in (True, False)


async def test_results_come_in_the_statements_order_with_what_was_sent(local_model: LocalModel):
    one, two = await local_model.read(COUNT, select(masters.company.c.id).where(masters.company.c.id == "A"))
    assert one.rows[0].n == 20
    assert [row.id for row in two.rows] == ["A"]
    assert "count(" in one.statement.lower()
    assert "A" in two.parameters
    assert "'A'" not in two.statement


async def test_sums_are_exact(local_model: LocalModel, data: Data):
    (found,) = await local_model.read(select(func.sum(sales.sales_invoice_line.c.base_net_amount).label("s")))
    assert found.rows[0].s == sum(row["base_net_amount"] for row in data["sales_invoice_line"])


async def test_a_statement_that_takes_too_long_is_stopped(opening: Opening):
    async with opening(timeout_seconds=0.3) as local_model:
        started = time.monotonic()
        with pytest.raises(StatementTimeout) as raised:
            await local_model.read(endless())
        assert time.monotonic() - started < 3
        assert raised.value.metadata == {"limit_ms": "300"}
        (found,) = await local_model.read(COUNT)  # and the next one is served
        assert found.rows[0].n == 20


async def test_a_cancelled_read_frees_its_place(opening: Opening):
    async with opening(timeout_seconds=600) as local_model:
        readings = [
            asyncio.create_task(local_model.read(endless())) for _ in range(8)
        ]  # more than there are places
        await asyncio.wait(readings, timeout=0.3)
        for reading in readings:
            reading.cancel()
        await asyncio.gather(*readings, return_exceptions=True)
        async with asyncio.timeout(10):
            (found,) = await local_model.read(COUNT)
        assert found.rows[0].n == 20


async def test_nothing_can_be_written(local_model: LocalModel):
    writing: Any = insert(masters.company).values(id="X", name="X")
    with pytest.raises(Exception, match=r"(?i)readonly|read-only|can't be read"):
        await local_model.read(writing)


async def test_a_statement_it_does_not_understand_is_no_answer(local_model: LocalModel):
    missing = select(literal_column("1", Integer)).select_from(table("nowhere", column("x")))
    with pytest.raises(Exception, match="can't be read"):
        await local_model.read(missing)
    with pytest.raises(Exception, match="can't be read"):
        await local_model.read(select(text("no such column")))
