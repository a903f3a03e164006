"""A small result with every kind of cell."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from services.erp.core.query import Grain
from services.erp.core.result import (
    AppliedFilter,
    Column,
    EntityKind,
    EntityReference,
    MetricDefinition,
    ResultContext,
    Role,
    Source,
    Table,
    Unit,
    UnitKind,
    Value,
)
from services.erp.exporting.export import Export

COLUMNS = (
    Column("customer", "거래처", Role.DIMENSION),
    Column("date", "월", Role.DIMENSION),
    Column("due_date", "납기", Role.DIMENSION),
    Column("revenue", "매출", Role.METRIC, "revenue", Unit(UnitKind.CURRENCY, "KRW")),
    Column("usd", "외화 매출", Role.METRIC, "usd", Unit(UnitKind.CURRENCY, "USD"), 2),
    Column("stock", "재고수량", Role.METRIC, "stock", Unit(UnitKind.QUANTITY, "EA")),
    Column("margin", "매출총이익률", Role.METRIC, "margin", Unit(UnitKind.PERCENT), 1),
    Column("count", "매출 건수", Role.METRIC, "count", Unit(UnitKind.COUNT)),
    Column("closed", "마감", Role.FIELD),
)
ROWS: tuple[tuple[Value, ...], ...] = (
    (
        EntityReference(EntityKind.CUSTOMER, "C-1", "=대한상사(주)"),
        date(2026, 10, 1),
        date(2026, 11, 2),
        Decimal(-1234567),
        Decimal("1234.5"),
        Decimal("1250.125"),
        Decimal("12.5"),
        3,
        True,
    ),
    (
        None,
        date(2026, 9, 1),
        None,
        Decimal(1234567890123456),
        Decimal("12345678901234.567"),
        Decimal(0),
        None,
        0,
        False,
    ),
)


@pytest.fixture
def export() -> Export:
    context = ResultContext(
        (
            AppliedFilter("2026-09-01~2026-10-31", Source.QUESTION, "date"),
            AppliedFilter("수도권 (볼 수 있는 범위)", Source.POLICY, "territory"),
        ),
        (MetricDefinition("revenue", "매출", "발행한 매출 송장의 공급가액"),),
        datetime(2026, 11, 19, 15, 30, tzinfo=UTC),
        True,
        "d" * 64,
    )
    time = datetime(2026, 11, 20, 9, 5, 7, tzinfo=ZoneInfo("Asia/Seoul"))
    return Export(Table(COLUMNS, ROWS, 2), context, {"date": Grain.MONTH}, "김민준 (kim)", time)
