"""The wire forms of the chat core's data, and what is read from the ERP service's."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import protovalidate
import pytest
from google.protobuf.json_format import MessageToDict, ParseDict
from hypothesis import given, settings
from maru.chat.v1 import turn_event_pb2, turn_pb2
from maru.erp.v1 import catalog_pb2, erp_service_pb2, query_pb2, record_pb2, value_pb2

from services.chat.conversation import (
    ChartHint,
    ChartKind,
    Composer,
    Conversation,
    FinishReason,
    Heartbeat,
    Outcome,
    Progress,
    Rating,
    RatingReason,
    Step,
    Thumb,
    Turn,
    TurnEvent,
    TurnState,
)
from services.chat.convert import chat as convert
from services.chat.convert import erp as convert_erp
from services.chat.semantic import (
    AppliedFilter,
    Candidate,
    Catalog,
    Column,
    Comparison,
    ComparisonKind,
    DateRange,
    Dimension,
    DimensionMember,
    EntityKind,
    EntityReference,
    FilterSource,
    Grain,
    Grouping,
    Match,
    MemberCondition,
    Metric,
    MetricCondition,
    Modifier,
    Operator,
    Ordering,
    Query,
    Record,
    RecordLink,
    Resolution,
    ResultContext,
    Role,
    Table,
    TimeBehavior,
    Unit,
    UnitKind,
)
from tests.contract.conversations.samples import CONTEXT, NOON, PLAIN_ANSWER, completed, events_of, failed
from tests.unit.chat.wire_values import tables

CASES = Path(__file__).parents[2] / "cases" / "conversations"
WIRE = json.loads((CASES / "wire.json").read_text("utf-8"))
BEGUN = Turn("t1", "c1", "지난달 매출은?", TurnState.RUNNING, NOON)


def test_a_turn_with_everything_in_it() -> None:
    rated = replace(completed(BEGUN), rating=Rating(Thumb.DOWN, RatingReason.WRONG_NUMBER, "틀려요"))
    message = convert.turn_to_proto(rated)
    assert MessageToDict(message) == WIRE["turn"]
    protovalidate.validate(message)


def test_events_of_every_kind() -> None:
    messages = [convert.event_to_proto(event) for event in events_of(completed(BEGUN))]
    expected = json.loads(json.dumps(WIRE["events"]))
    answer = WIRE["turn"]["answer"]
    expected[2]["result"] = {
        key: answer[key] for key in ("table", "facts", "context", "query", "assumptions")
    }
    expected[-1]["completed"] = {"turn": {k: v for k, v in WIRE["turn"].items() if k != "rating"}}
    assert [MessageToDict(message) for message in messages] == expected
    for message in messages:
        protovalidate.validate(message)


def test_a_heartbeat() -> None:
    message = convert.event_to_proto(TurnEvent(7, NOON, Heartbeat()))
    assert (message.sequence, message.WhichOneof("event")) == (7, "heartbeat")


def test_a_turn_that_runs_or_failed_has_no_answer() -> None:
    running = MessageToDict(convert.turn_to_proto(BEGUN))
    assert running == {
        "name": "conversations/c1/turns/t1",
        "question": "지난달 매출은?",
        "state": "STATE_RUNNING",
        "createTime": "2026-11-20T12:00:00.123456Z",
    }
    assert MessageToDict(convert.turn_to_proto(failed(BEGUN))) == {
        **running,
        "state": "STATE_FAILED",
        "failureReason": "DEPENDENCY_UNAVAILABLE",
        "completeTime": "2026-11-20T12:00:01.123456Z",
    }


def test_a_plain_answer_has_no_empty_parts() -> None:
    message = convert.answer_to_proto(PLAIN_ANSWER)
    for part in ("table", "context", "query", "clarification", "chart"):
        assert not message.HasField(part)


def test_a_conversation_in_utc_whatever_its_zone() -> None:
    seoul = timezone(timedelta(hours=9))
    conversation = Conversation("c1", "이름", NOON.astimezone(seoul), NOON.astimezone(seoul), 3, "7")
    assert MessageToDict(convert.conversation_to_proto(conversation)) == {
        "name": "conversations/c1",
        "title": "이름",
        "createTime": "2026-11-20T12:00:00.123456Z",
        "updateTime": "2026-11-20T12:00:00.123456Z",
        "turnCount": 3,
        "etag": "7",
    }
    context = convert_erp.context_to_proto(
        replace(CONTEXT, data_as_of=datetime(2026, 11, 20, 9, tzinfo=seoul))
    )
    assert context.data_as_of.ToDatetime(UTC) == datetime(2026, 11, 20, tzinfo=UTC)


@pytest.mark.parametrize("thumb", list(Thumb))
@pytest.mark.parametrize("reason", list(RatingReason))
def test_ratings_both_ways(thumb: Thumb, reason: RatingReason) -> None:
    rating = Rating(thumb, reason, "말")
    assert convert.rating(convert.rating_to_proto(rating)) == rating


# --- words of the contract ----------------------------------------------------------------------


def _names(enum: Any, prefix: str) -> set[str]:
    return {name.removeprefix(prefix) for name in enum.DESCRIPTOR.values_by_name}


@pytest.mark.parametrize(
    ("words", "enum", "prefix"),
    [
        (TurnState, turn_pb2.Turn.State, "STATE_"),
        (Outcome, turn_pb2.Outcome, "OUTCOME_"),
        (FinishReason, turn_pb2.FinishReason, "FINISH_REASON_"),
        (Composer, turn_pb2.Composer, "COMPOSER_"),
        (ChartKind, turn_pb2.ChartHint.Kind, "KIND_"),
        (Thumb, turn_pb2.Rating.Thumb, "THUMB_"),
        (RatingReason, turn_pb2.Rating.Reason, "REASON_"),
        (EntityKind, value_pb2.EntityKind, "ENTITY_KIND_"),
        (UnitKind, value_pb2.Unit.Kind, "KIND_"),
        (Role, value_pb2.Column.Role, "ROLE_"),
        (Grain, query_pb2.Grouping.Grain, "GRAIN_"),
        (ComparisonKind, query_pb2.Comparison.Kind, "KIND_"),
        (Modifier, query_pb2.Modifier, "MODIFIER_"),
        (FilterSource, query_pb2.AppliedFilter.Source, "SOURCE_"),
        (Match, erp_service_pb2.EntityCandidate.Match, "MATCH_"),
        (TimeBehavior, catalog_pb2.Metric.TimeBehavior, "TIME_BEHAVIOR_"),
        (Operator, query_pb2.MetricCondition.Operator, "OPERATOR_"),
    ],
)
def test_core_and_contract_have_the_same_words(words: Any, enum: Any, prefix: str) -> None:
    assert {word.value.upper() for word in words} | {"UNSPECIFIED"} == _names(enum, prefix)


@pytest.mark.parametrize(
    ("words", "enum", "prefix"),
    [
        (Step, turn_event_pb2.TurnProgress.Step, "STEP_"),
    ],
)
def test_the_core_says_only_words_of_the_contract(words: Any, enum: Any, prefix: str) -> None:
    assert {word.value.upper() for word in words} <= _names(enum, prefix)


@pytest.mark.parametrize("step", list(Step))
def test_every_step_is_told(step: Step) -> None:
    message = convert.event_to_proto(TurnEvent(1, NOON, Progress(step, "말")))
    assert turn_event_pb2.TurnProgress.Step.Name(message.progress.step) == f"STEP_{step.name}"


@pytest.mark.parametrize("kind", list(ChartKind))
def test_every_chart_is_told(kind: ChartKind) -> None:
    message = convert.event_to_proto(TurnEvent(1, NOON, ChartHint(kind, "a", ("b",))))
    assert turn_pb2.ChartHint.Kind.Name(message.chart.kind) == f"KIND_{kind.name}"


# --- tables ---------------------------------------------------------------------------------------


@settings(deadline=None)
@given(table=tables())
def test_tables_both_ways(table: Table) -> None:
    back = convert_erp.table(convert_erp.table_to_proto(table))
    assert back == table
    for row, there in zip(table.rows, back.rows, strict=True):
        assert [type(cell) for cell in row] == [type(cell) for cell in there]


def test_a_result_context_both_ways() -> None:
    for context in (
        CONTEXT,
        ResultContext(),
        replace(CONTEXT, filters=(AppliedFilter("x", "", FilterSource.POLICY),)),
    ):
        assert convert_erp.context(convert_erp.context_to_proto(context)) == context


@pytest.mark.parametrize(
    ("figure", "written"),
    [("1E+3", "1000"), ("1E-9", "0.000000001"), ("-0.10", "-0.10"), ("1" * 28, "1" * 28), ("0E+2", "0")],
)
def test_figures_are_written_plainly(figure: str, written: str) -> None:
    table = Table((Column("a", "가", Role.METRIC),), ((Decimal(figure),),))
    (row,) = convert_erp.table_to_proto(table).rows
    assert row.values[0].decimal == written
    protovalidate.validate(row)


# --- queries ----------------------------------------------------------------------------------------

_KIM = EntityReference(EntityKind.CUSTOMER, "C-1", "김상회")
_LEE = EntityReference(EntityKind.CUSTOMER, "C-2", "이상회")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Query(("stock",), as_of=date(2026, 11, 20)), {"metrics": ["stock"], "asOfDate": "2026-11-20"}),
        (
            Query(("revenue",), (Grouping("date", Grain.FISCAL_YEAR),), all_companies=True),
            {
                "metrics": ["revenue"],
                "groupings": [{"dimension": "date", "grain": "GRAIN_FISCAL_YEAR"}],
                "allCompanies": True,
            },
        ),
        (
            Query(("revenue",), members=(MemberCondition("customer", (_KIM, _LEE)),)),
            {
                "metrics": ["revenue"],
                "filter": {"member": {"dimension": "customer", "members": ["C-1", "C-2"]}},
            },
        ),
        (
            Query(
                ("revenue",),
                members=(
                    MemberCondition("customer", (_KIM,)),
                    MemberCondition("item", (replace(_LEE, kind=EntityKind.ITEM),), excluded=True),
                ),
            ),
            {
                "metrics": ["revenue"],
                "filter": {
                    "allOf": {
                        "filters": [
                            {"member": {"dimension": "customer", "members": ["C-1"]}},
                            {"not": {"member": {"dimension": "item", "members": ["C-2"]}}},
                        ]
                    }
                },
            },
        ),
        (
            Query(
                ("receivable",),
                comparison=Comparison(ComparisonKind.SAME_PERIOD_LAST_YEAR, as_of=date(2025, 11, 20)),
                conditions=(MetricCondition("receivable", Operator.LESS, Decimal("1E+6")),),
            ),
            {
                "metrics": ["receivable"],
                "comparison": {"kind": "KIND_SAME_PERIOD_LAST_YEAR", "asOfDate": "2025-11-20"},
                "metricConditions": [
                    {"metric": "receivable", "operator": "OPERATOR_LESS", "value": "1000000"}
                ],
            },
        ),
        (
            Query(
                ("revenue",),
                (Grouping("item_group", level=2), Grouping("item")),
                range=DateRange(date(2026, 10, 1), date(2026, 10, 31)),
                conditions=(
                    MetricCondition("revenue", Operator.NOT_EQUAL, Decimal("-10.5"), Role.CHANGE_RATE),
                ),
                orderings=(Ordering("revenue", False, Role.CHANGE),),
                top=3,
                top_within=1,
            ),
            {
                "metrics": ["revenue"],
                "groupings": [{"dimension": "item_group", "level": 2}, {"dimension": "item"}],
                "range": {"startDate": "2026-10-01", "endDate": "2026-10-31"},
                "metricConditions": [
                    {
                        "metric": "revenue",
                        "operator": "OPERATOR_NOT_EQUAL",
                        "value": "-10.5",
                        "role": "ROLE_CHANGE_RATE",
                    }
                ],
                "orderings": [{"key": "revenue", "role": "ROLE_CHANGE"}],
                "top": 3,
                "topWithin": 1,
            },
        ),
        (
            Query(
                ("open_sales_quantity",),
                (Grouping("sales_order"),),
                due_range=DateRange(date(2026, 11, 16), date(2026, 11, 22)),
                average_over=Grain.MONTH,
                without_rows=True,
                count_rows=True,
                members=(
                    MemberCondition("department", own=True),
                    MemberCondition("status", values=(DimensionMember("on_hold", "보류"),)),
                ),
                alternatives=(
                    (
                        MemberCondition("customer", (_KIM,), include_missing=True),
                        MemberCondition("item", (replace(_LEE, kind=EntityKind.ITEM),), excluded=True),
                    ),
                ),
            ),
            {
                "metrics": ["open_sales_quantity"],
                "groupings": [{"dimension": "sales_order"}],
                "dueRange": {"startDate": "2026-11-16", "endDate": "2026-11-22"},
                "averageOver": "GRAIN_MONTH",
                "withoutRows": True,
                "countRows": True,
                "filter": {
                    "allOf": {
                        "filters": [
                            {"member": {"dimension": "department", "own": True}},
                            {"member": {"dimension": "status", "members": ["on_hold"]}},
                            {
                                "anyOf": {
                                    "filters": [
                                        {
                                            "member": {
                                                "dimension": "customer",
                                                "members": ["C-1"],
                                                "includeMissing": True,
                                            }
                                        },
                                        {"not": {"member": {"dimension": "item", "members": ["C-2"]}}},
                                    ]
                                }
                            },
                        ]
                    }
                },
            },
        ),
    ],
)
def test_queries(query: Query, expected: dict[str, Any]) -> None:
    message = convert_erp.query_to_proto(query)
    assert MessageToDict(message) == expected
    protovalidate.validate(message)


# --- what the ERP service answers -----------------------------------------------------------------------


def _read(message: Any, data: dict[str, Any]) -> Any:
    return ParseDict(data, message)


def test_a_catalog() -> None:
    response = _read(
        erp_service_pb2.DescribeCatalogResponse(),
        {
            "metrics": [
                {
                    "key": "revenue",
                    "displayName": "매출",
                    "synonyms": ["판매액"],
                    "timeBehavior": "TIME_BEHAVIOR_FLOW",
                    "unit": {"kind": "KIND_CURRENCY"},
                    "dimensions": ["customer", "date"],
                    "permitted": True,
                    "party": "ENTITY_KIND_CUSTOMER",
                },
                {"key": "stock", "displayName": "재고", "timeBehavior": "TIME_BEHAVIOR_BALANCE"},
            ],
            "dimensions": [
                {"key": "customer", "displayName": "거래처", "entityKind": "ENTITY_KIND_CUSTOMER"},
                {"key": "date", "displayName": "날짜", "synonyms": ["일자"]},
                {
                    "key": "item_group",
                    "displayName": "품목군",
                    "entityKind": "ENTITY_KIND_ITEM_GROUP",
                    "hierarchical": True,
                },
                {
                    "key": "status",
                    "displayName": "상태",
                    "members": [{"key": "on_hold", "displayName": "보류"}],
                },
            ],
            "settings": {
                "fiscalYearStartMonth": 4,
                "dataStartDate": "2023-11-01",
                "companies": [{"kind": "ENTITY_KIND_COMPANY", "key": "본사", "displayName": "본사법인"}],
            },
            "etag": "e1",
        },
    )
    assert convert_erp.catalog(response) == Catalog(
        metrics={
            "revenue": Metric(
                "revenue",
                "매출",
                ("판매액",),
                TimeBehavior.FLOW,
                Unit(UnitKind.CURRENCY),
                frozenset({"customer", "date"}),
                permitted=True,
                party=EntityKind.CUSTOMER,
            ),
            "stock": Metric("stock", "재고", (), TimeBehavior.BALANCE, permitted=False),
        },
        dimensions={
            "customer": Dimension("customer", "거래처", (), EntityKind.CUSTOMER),
            "date": Dimension("date", "날짜", ("일자",), None),
            "item_group": Dimension("item_group", "품목군", (), EntityKind.ITEM_GROUP, hierarchical=True),
            "status": Dimension("status", "상태", members=(DimensionMember("on_hold", "보류"),)),
        },
        fiscal_year_start_month=4,
        data_start=date(2023, 11, 1),
        companies=(EntityReference(EntityKind.COMPANY, "본사", "본사법인"),),
        etag="e1",
    )


def test_resolutions() -> None:
    response = _read(
        erp_service_pb2.ResolveEntitiesResponse(),
        {
            "resolutions": [
                {
                    "mention": "김",
                    "totalCount": 12,
                    "candidates": [
                        {
                            "entity": {"kind": "ENTITY_KIND_CUSTOMER", "key": "C-1", "displayName": "김상회"},
                            "match": "MATCH_PREFIX",
                        },
                        {
                            "entity": {
                                "kind": "ENTITY_KIND_EMPLOYEE",
                                "key": "E-1",
                                "displayName": "김",
                                "detail": "영업",
                            },
                            "match": "MATCH_FULL",
                        },
                    ],
                },
                {"mention": "없음"},
            ]
        },
    )
    assert convert_erp.resolutions(response.resolutions) == [
        Resolution(
            "김",
            (
                Candidate(_KIM, Match.PREFIX),
                Candidate(EntityReference(EntityKind.EMPLOYEE, "E-1", "김", "영업"), Match.FULL),
            ),
            12,
        ),
        Resolution("없음"),
    ]


def test_a_record() -> None:
    head = {
        "columns": [{"key": "a", "displayName": "가", "role": "ROLE_FIELD"}],
        "rows": [{"values": [{"text": "x"}]}],
    }
    order = {"kind": "ENTITY_KIND_SALES_ORDER", "key": "SO-1", "displayName": "SO-1"}
    data = {"name": "records/sales_order/SO-1", "reference": order, "status": "취소됨", "fields": head}
    fields = Table((Column("a", "가", Role.FIELD),), (("x",),))
    reference = EntityReference(EntityKind.SALES_ORDER, "SO-1", "SO-1")
    bare = Record("records/sales_order/SO-1", reference, "취소됨", fields)
    assert convert_erp.record(_read(record_pb2.Record(), data)) == bare
    data |= {
        "lines": head,
        "links": [{"relation": "출하", "reference": {**order, "kind": "ENTITY_KIND_DELIVERY"}}],
        "supersededBy": order,
        "context": {"partialView": True},
    }
    assert convert_erp.record(_read(record_pb2.Record(), data)) == replace(
        bare,
        lines=fields,
        links=(RecordLink("출하", replace(reference, kind=EntityKind.DELIVERY)),),
        superseded_by=reference,
        context=ResultContext(partial_view=True),
    )
