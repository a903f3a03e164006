"""There are enough ways to say each shape; records, charts and replies."""

import random
import re
from datetime import date
from decimal import Decimal

import pytest

from services.chat.composing.charts import chart_of
from services.chat.composing.documents import Aspect, aspects_of, shape_record
from services.chat.composing.grammar import Content
from services.chat.composing.guard import foreign_parts
from services.chat.composing.replies import examples, reply
from services.chat.composing.shapes import Framing, Shaped, shape_result
from services.chat.composing.wording import Register
from services.chat.result import Column, Table
from services.chat.semantic import (
    Comparison,
    ComparisonKind,
    DateRange,
    EntityKind,
    EntityReference,
    Grain,
    Grouping,
    MetricCondition,
    Operator,
    Ordering,
    Query,
    Role,
    Unit,
    UnitKind,
)
from tests.fakes.company import a_record, context_of, entities
from tests.unit.chat.composing.results import CATALOG, language_of

# --- enough ways to say it ----------------------------------------------------------------------


def _one(shape: str, rows: int = 3) -> Shaped:
    columns = [Column("revenue", "매출", Role.METRIC, "revenue", Unit(UnitKind.CURRENCY, "KRW"))]
    query = Query(("revenue",), range=DateRange(date(2026, 10, 1), date(2026, 10, 31)))
    row: list[object] = [Decimal(1200)]
    if shape == "comparison":
        columns += [
            Column("c", "비교", Role.COMPARISON, "revenue", Unit(UnitKind.CURRENCY, "KRW")),
            Column("d", "증감", Role.CHANGE, "revenue", Unit(UnitKind.CURRENCY, "KRW")),
            Column("e", "증감률", Role.CHANGE_RATE, "revenue", Unit(UnitKind.PERCENT), 1),
        ]
        row += [Decimal(1000), Decimal(200), Decimal(20)]
        compared = Comparison(ComparisonKind.PREVIOUS_PERIOD, DateRange(date(2026, 9, 1), date(2026, 9, 30)))
        query = Query(("revenue",), range=query.range, comparison=compared)
    table = Table(tuple(columns), (tuple(row),), 1)  # type: ignore[arg-type]
    if shape == "ranking":
        query = Query(
            ("revenue",),
            (Grouping("customer"),),
            query.range,
            orderings=(Ordering("revenue", True),),
            top=rows,
        )
        columns.insert(0, Column("customer", "거래처", Role.DIMENSION))
        members = [EntityReference(EntityKind.CUSTOMER, f"C{n}", f"가나{n}상사") for n in range(rows)]
        table = Table(tuple(columns), tuple((m, Decimal(100 - n)) for n, m in enumerate(members)), rows)
    return shape_result(query, table, context_of(()), Framing("2026년 10월", "2026년 9월"), CATALOG)


def _shaped(case: str) -> Shaped:
    """A result of each shape, as small as can be."""
    won, many = Unit(UnitKind.CURRENCY, "KRW"), Unit(UnitKind.QUANTITY, "EA")
    october = DateRange(date(2026, 10, 1), date(2026, 10, 31))
    framing = Framing("2026년 10월", "2026년 9월")
    customer = Column("customer", "거래처", Role.DIMENSION)
    revenue = Column("revenue", "매출", Role.METRIC, "revenue", won)
    one, two = (EntityReference(EntityKind.CUSTOMER, f"C{n}", f"가나{n}상사") for n in range(2))
    if case in ("single", "comparison"):
        return _one(case)
    if case.startswith("ranking"):
        return _one("ranking", int(case[-1]))
    if case == "contradicted":
        shaped = _one("comparison")
        return Shaped(shaped.shape, Content(shaped.content.atoms, shaped.content.flags | {"contradicted"}))
    if case.startswith("record"):
        order = next(e for e in entities() if e.kind is EntityKind.PURCHASE_ORDER)
        return shape_record(a_record(order), (Aspect.DATES,) if case.endswith("asked") else ())
    if case in ("risen", "fallen"):
        query = Query(
            ("revenue",),
            (Grouping("customer"),),
            october,
            orderings=(Ordering("revenue", case == "risen", Role.CHANGE),),
            top=2,
            comparison=Comparison(
                ComparisonKind.PREVIOUS_PERIOD, DateRange(date(2026, 9, 1), date(2026, 9, 30))
            ),
        )
        rate = Column("rate", "증감률", Role.CHANGE_RATE, "revenue", Unit(UnitKind.PERCENT), 1)
        table = Table(
            (customer, revenue, rate), ((one, Decimal(5), Decimal(3)), (two, Decimal(4), Decimal(2))), 2
        )
        return shape_result(query, table, context_of(()), framing, CATALOG)
    query, table = {
        "split": (
            Query(("revenue",), (Grouping("customer"),), october),
            Table((customer, revenue), ((one, Decimal(5)), (two, Decimal(4))), 2),
        ),
        "limited": (
            Query(
                ("revenue",),
                (Grouping("customer"),),
                october,
                conditions=(MetricCondition("revenue", Operator.GREATER, Decimal(3)),),
            ),
            Table((customer, revenue), ((one, Decimal(5)), (two, Decimal(4))), 2),
        ),
        "trend": (
            Query(("revenue",), (Grouping("date", Grain.MONTH),), october),
            Table(
                (Column("date", "월", Role.DIMENSION), revenue),
                tuple((date(2026, month, 1), Decimal(month)) for month in range(1, 8)),
                7,
            ),
        ),
        "steps": (
            Query(("revenue",), (Grouping("date", Grain.MONTH),), october),
            Table(
                (Column("date", "월", Role.DIMENSION), revenue),
                tuple((date(2026, month, 1), Decimal(month)) for month in range(1, 4)),
                3,
            ),
        ),
        "several": (
            Query(("revenue", "orders_received"), (), october),
            Table((revenue, Column("orders_received", "수주액", Role.METRIC, "orders_received", won)),
                  ((Decimal(5), Decimal(4)),), 1),
        ),
        "table": (
            Query(("revenue",), (Grouping("customer"), Grouping("item")), october),
            Table((customer, Column("item", "품목", Role.DIMENSION), revenue), ((one, two, Decimal(5)),), 1),
        ),
        "units": (
            Query(("stock_quantity",)),
            Table(
                (
                    Column("unit", "단위", Role.DIMENSION),
                    Column("stock_quantity", "재고", Role.METRIC, "stock_quantity", many),
                ),
                (("EA", Decimal(5)), ("KG", Decimal(4))),
                2,
            ),
        ),
        "count": (
            Query(("revenue",), (Grouping("customer"),), october, count_rows=True),
            Table((Column("count", "거래처 수", Role.METRIC, "revenue", Unit(UnitKind.COUNT)),), ((7,),), 1),
        ),
        "absent": (
            Query(("revenue",), (Grouping("customer"),), october, without_rows=True),
            Table((customer,), ((one,), (two,)), 2),
        ),
    }[case]  # fmt: skip
    return shape_result(query, table, context_of(()), framing, CATALOG)


@pytest.mark.parametrize("register", list(Register))
@pytest.mark.parametrize(
    "case",
    [
        *(
            "single",
            "comparison",
            "contradicted",
            "ranking1",
            "ranking3",
            "split",
            "limited",
            "risen",
            "fallen",
        ),
        *("trend", "steps", "several", "table", "units", "count", "absent", "record", "record asked"),
    ],
)
def test_there_are_many_ways_to_say_each_shape(case: str, register: Register) -> None:
    language = language_of(_shaped(case), register)
    source = random.Random(3)
    sentences = {language.sample(source) for _ in range(4000)}
    assert len(sentences) >= 50
    assert len(language.gbnf) < 2600
    assert not any(foreign_parts(sentence, language.atoms) for sentence in sentences)


def test_a_false_premise_is_denied_first() -> None:
    october = DateRange(date(2026, 10, 1), date(2026, 10, 31))
    compared = Comparison(ComparisonKind.PREVIOUS_PERIOD, DateRange(date(2026, 9, 1), date(2026, 9, 30)))
    won = Unit(UnitKind.CURRENCY, "KRW")
    columns = (
        Column("revenue", "매출", Role.METRIC, "revenue", won),
        Column("c", "비교", Role.COMPARISON, "revenue", won),
        Column("d", "증감", Role.CHANGE, "revenue", won),
    )
    table = Table(columns, ((Decimal(1200), Decimal(1000), Decimal(200)),), 1)
    query = Query(("revenue",), range=october, comparison=compared)

    def told(premise: int) -> str:
        framing = Framing("2026년 10월", "2026년 9월", premise=premise)
        return language_of(shape_result(query, table, context_of(()), framing, CATALOG)).first

    assert told(-1).startswith("아닙니다. 2026년 10월 매출은 1,200원")
    assert told(1) == told(0) == told(-1).removeprefix("아닙니다. ")


@pytest.mark.parametrize(
    ("question", "aspects", "first"),
    [
        ("12번 발주 언제 들어와?", (Aspect.DATES,), "PUR-ORD-2026-00012의 일자는 2026년 10월 5일입니다."),
        ("12번 발주 얼마야?", (Aspect.AMOUNT,), "PUR-ORD-2026-00012의 금액은 3,300,000원입니다."),
        ("12번 발주 누가 주문했어?", (Aspect.PARTY,), "PUR-ORD-2026-00012의 거래처는 동양철강(주)입니다."),
        ("12번 발주 보여줘", (), "PUR-ORD-2026-00012는 입고 대기 상태입니다. 거래처는 동양철강(주)"),
    ],
)
def test_what_was_asked_of_a_document_is_said_first(
    question: str, aspects: tuple[Aspect, ...], first: str
) -> None:
    order = next(e for e in entities() if e.kind is EntityKind.PURCHASE_ORDER)
    assert aspects_of(question) == aspects
    assert language_of(shape_record(a_record(order), aspects)).first.startswith(first)


def test_zero_is_an_answer() -> None:
    shaped = _one("single")
    zero = Shaped(
        "single", Content({**shaped.content.atoms, "value": "0원"}, shaped.content.flags | {"zero"})
    )
    assert "0원" in language_of(zero).first


# --- records, charts, replies -------------------------------------------------------------------


@pytest.mark.parametrize("register", list(Register))
def test_a_record_is_told_by_its_own_fields(register: Register) -> None:
    order = next(e for e in entities() if e.kind is EntityKind.PURCHASE_ORDER)
    language = language_of(shape_record(a_record(order)), register)
    assert "PUR-ORD-2026-00012" in language.first
    assert "동양철강(주)" in language.first
    assert "3,300,000원" in language.first
    assert foreign_parts(language.first, language.atoms) == ()


def test_a_ranking_is_drawn_and_one_figure_is_not() -> None:
    ranking, single = _one("ranking"), _one("single")
    assert ranking.shape == "ranking"
    assert single.shape == "single"
    query = Query(("revenue",), (Grouping("customer"),))
    columns = (
        Column("customer", "거래처", Role.DIMENSION),
        Column("revenue", "매출", Role.METRIC, "revenue"),
    )
    assert chart_of(query, Table(columns, ((None, Decimal(1)), (None, Decimal(2))), 2))
    assert chart_of(query, Table(columns, ((None, Decimal(1)),), 1)) is None


def test_examples_come_from_what_the_asker_may_see() -> None:
    said = examples(CATALOG)
    assert said
    assert not any("미지급금" in example or "매출총이익" in example for example in said)


@pytest.mark.parametrize("register", list(Register))
@pytest.mark.parametrize(
    "rule",
    [
        "refuse_write",
        "refuse_unknown",
        "refuse_injection",
        "refuse_forbidden",
        "greeting",
        "thanks",
        "help",
        "not_found",
        "ask_metric",
        "ask_period",
        "ask_name",
        "ask_document",
        "ask_group_by",
        "ask_dimension",
        "ask_which_year",
        "ask_periods",
        "ask_unit",
        "ask_comparison",
        "ask_words",
        "future",
    ],
)
def test_every_reply_can_be_said(rule: str, register: Register) -> None:
    content = Content({"about": "매출", "words": "‘왜’", "total": "12", "period": "2027년", "metric": "매출"})
    text = reply(rule, register, content)
    assert re.search(r"[가-힣]", text)
    assert "{" not in text
