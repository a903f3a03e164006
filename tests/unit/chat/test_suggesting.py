"""What is suggested after an answer can be asked: it is read as a query, by this asker."""

from dataclasses import replace

import pytest

from services.chat.composing.replies import examples
from services.chat.data_answers import memory_of
from services.chat.semantic import Catalog
from services.chat.suggesting import suggestions
from services.chat.understanding.frame import QueryReading
from services.chat.understanding.reader import Reader
from tests.fakes.company import catalog as company_catalog
from tests.fakes.company import table_of
from tests.unit.chat.readings import described, read


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return company_catalog()


@pytest.mark.parametrize(
    "question",
    [
        *(
            "지난달 매출",
            "올해 수주액",
            "지난달 거래처별 매출",
            "지난달 매출 1위 거래처",
            "대한물산 지난달 매출",
        ),
        *(
            "미수금",
            "재고금액",
            "올해 월별 매출",
            "지난달 매출과 수주액",
            "지난달 매출 전월 대비",
            "올해 발주액",
        ),
    ],
)
def test_every_suggestion_is_read_as_a_query(reader: Reader, catalog: Catalog, question: str) -> None:
    reading = read(reader, catalog, question)
    assert isinstance(reading, QueryReading)
    table = table_of(reading.query, catalog).table
    for suggestion in suggestions(reading, table, catalog):
        following = read(reader, catalog, suggestion, memory_of(reading, table))
        assert isinstance(following, QueryReading), (suggestion, described(following))
        assert following.query != reading.query


def test_every_example_is_read_as_a_query(reader: Reader, catalog: Catalog) -> None:
    for example in examples(catalog, 20):
        assert isinstance(read(reader, catalog, example), QueryReading), example


def test_nothing_is_suggested_that_the_erp_leaves_out(reader: Reader, catalog: Catalog) -> None:
    revenue, orders = read(reader, catalog, "올해 매출"), read(reader, catalog, "지난달 매출 1위 거래처")
    assert isinstance(revenue, QueryReading)
    assert isinstance(orders, QueryReading)
    whole = suggestions(revenue, table_of(revenue.query, catalog).table, catalog)
    about = suggestions(orders, table_of(orders.query, catalog).table, catalog)
    assert "거래처별로" in whole
    assert any("수주잔량" in one for one in about)
    assert any("매출" in one for one in examples(catalog, 20))
    metrics = {
        key: replace(
            metric,
            connected=key not in ("open_sales_quantity", "revenue"),
            unconnected_dimensions=frozenset({"customer"}) if key == "revenue" else frozenset(),
        )
        for key, metric in catalog.metrics.items()
    }
    poorer = replace(catalog, metrics=metrics)
    assert "거래처별로" not in suggestions(revenue, table_of(revenue.query, catalog).table, poorer)
    assert not any(
        "미수금" in one for one in suggestions(orders, table_of(orders.query, catalog).table, poorer)
    )
    assert not any("지난달 매출은" in one for one in examples(poorer, 20))
