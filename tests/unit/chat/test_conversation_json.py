"""How answers and events are kept: without loss, readable by later versions, a table only once."""

import json
import zlib
from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from services.chat.adapters.conversation_json import dump_answer, dump_events, load_answer, load_events
from services.chat.conversation import Completed, Turn, TurnEvent, TurnState
from services.chat.result import Table
from tests.contract.conversations.samples import ANSWER, CONTEXT, NOON, PLAIN_ANSWER, completed, events_of
from tests.unit.chat.wire_values import tables

CASES = Path(__file__).parents[2] / "cases" / "conversations"
KEPT = json.loads((CASES / "kept.json").read_text("utf-8"))
"""As the first version kept it. It is never changed: databases hold such."""

TURN = completed(Turn("t1", "c1", "지난달 매출은?", TurnState.RUNNING, NOON))


def _bytes(data: Any) -> bytes:
    return zlib.compress(json.dumps(data).encode())


def test_what_the_first_version_kept_is_read() -> None:
    assert load_answer(_bytes(KEPT["answer"])) == ANSWER
    assert list(load_events(TURN, _bytes(KEPT["events"]))) == events_of(TURN)


def test_fields_of_another_version_are_skipped_and_missing_ones_have_their_default() -> None:
    other = {
        "text": "글",
        "outcome": "answered",
        "new": {"of": "later"},
        "usage": {"gone": 1, "model": "llm"},
    }
    answer = load_answer(_bytes(other))
    assert answer == replace(PLAIN_ANSWER, text="글", usage=replace(PLAIN_ANSWER.usage, model="llm"))


@settings(deadline=None)
@given(table=tables())
def test_every_table_comes_back_with_the_types_of_its_cells(table: Table) -> None:
    answer = load_answer(dump_answer(replace(PLAIN_ANSWER, table=table)))
    assert answer.table == table
    for kept, cell in zip(_cells(answer.table), _cells(table), strict=True):
        assert type(kept) is type(cell)
        assert str(kept) == str(cell)  # 1.50 stays 1.50


def _cells(table: Table) -> list[object]:
    return [cell for row in table.rows for cell in row]


def test_times_are_kept_in_utc() -> None:
    seoul = NOON.astimezone(timezone(timedelta(hours=9)))
    answer = load_answer(dump_answer(replace(ANSWER, context=replace(CONTEXT, data_as_of=seoul))))
    assert answer.context
    assert answer.context.data_as_of
    assert answer.context.data_as_of.isoformat() == "2026-11-20T12:00:00.123456+00:00"


def test_a_table_is_kept_once() -> None:
    assert ANSWER.table
    table = replace(ANSWER.table, rows=ANSWER.table.rows * 500)
    ended = completed(TURN, replace(ANSWER, table=table))
    events = [
        replace(e, body=replace(e.body, table=table)) if hasattr(e.body, "facts") else e
        for e in events_of(ended)
    ]
    assert load_events(ended, dump_events(ended, events)) == tuple(events)
    assert len(dump_events(ended, events)) < 1000


@pytest.mark.parametrize(
    "other", [replace(TURN, answer=PLAIN_ANSWER), replace(TURN, answer=None), replace(TURN, memory="")]
)
def test_an_end_that_tells_another_turn_is_kept_whole(other: Turn) -> None:
    events = (TurnEvent(1, NOON, Completed(other)),)
    assert load_events(TURN, dump_events(TURN, events)) == events
