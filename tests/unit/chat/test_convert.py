"""The wire forms of the chat core's data."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import protovalidate
import pytest
from google.protobuf.json_format import MessageToDict
from maru.chat.v1 import turn_event_pb2, turn_pb2
from maru.erp.v1 import catalog_pb2, erp_service_pb2, query_pb2, value_pb2

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
from services.chat.result import FilterSource
from services.chat.semantic import (
    ComparisonKind,
    EntityKind,
    Grain,
    Match,
    Modifier,
    Operator,
    Role,
    TimeBehavior,
    UnitKind,
)
from tests.contract.conversations.samples import CONTEXT, NOON, PLAIN_ANSWER, completed, events_of, failed

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
