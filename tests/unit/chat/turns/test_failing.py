"""Turns that fail or are refused, and what is told of it."""

import json
from decimal import Decimal

import pytest

from services.chat.conversation import (
    Asker,
    Intent,
    Outcome,
    TurnState,
)
from services.chat.convert.audit import turn_entries
from services.chat.errors import (
    QuestionTooLong,
    QuestionUnreadable,
    TurnInterrupted,
)
from services.kit.errors import Code, DependencyUnavailable, MaruError, RemoteError
from tests.unit.chat.turns.desk import OWNER, Desk, collect, page


async def test_an_erp_that_is_away_fails_the_turn_with_its_reason(desk: Desk) -> None:
    desk.erp.failure = DependencyUnavailable(dependency="erp")
    with pytest.raises(DependencyUnavailable):
        await desk.ask("지난달 매출은?")
    turns, _ = await desk.store.list_turns(OWNER, desk.conversation, page())
    assert turns[0].state is TurnState.FAILED
    assert turns[0].failure_reason == "DEPENDENCY_UNAVAILABLE"
    with pytest.raises(TurnInterrupted):
        await collect(desk, turns[0].id)
    desk.erp.failure = None
    assert (await desk.answer("지난달 매출은?")).state is TurnState.COMPLETED


async def test_a_fault_tells_nothing_of_itself(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.erp.failure = ValueError("secret dsn=…")
    with pytest.raises(MaruError) as failed:
        await desk.ask("지난달 매출은?")
    assert failed.value.reason == "INTERNAL"
    assert "secret" not in str(failed.value)


@pytest.mark.parametrize(
    ("code", "reason", "words"),
    [
        (Code.PERMISSION_DENIED, "METRIC_FORBIDDEN", "매출을 볼 권한이 없습니다."),
        (Code.FAILED_PRECONDITION, "DATA_TOO_STALE", "데이터가 2026-08-01 09:00 기준이라 답할 수 없습니다."),
    ],
)
@pytest.mark.parametrize("question", ["지난달 매출은?", "12번 발주 보여줘"])
async def test_what_the_erp_refuses_is_an_answer(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, question: str, code: Code, reason: str, words: str
) -> None:
    async def refuse(asked: object) -> None:
        raise RemoteError(code, reason, words={"ko": words, "en": "refused"}, metadata={})

    monkeypatch.setattr(desk.erp, "run", refuse)
    monkeypatch.setattr(desk.erp, "record", refuse)
    answer = (await desk.answer(question)).answer
    assert answer
    assert (answer.outcome, answer.refusal_reason, answer.text) == (Outcome.REFUSED, reason, words)
    assert answer.table is None
    assert not desk.model.requests, "nothing is told that was not read"


async def test_what_the_intent_model_says_is_kept_with_the_turn(desk: Desk) -> None:
    desk.intents.labels = {"오늘 날씨 어때?": "other", "오늘 점심은?": "unsure"}
    turn = await desk.answer("오늘 날씨 어때?")
    assert turn.answer
    assert turn.answer.refusal_reason == "QUESTION_OUT_OF_SCOPE"
    assert "회사의 ERP에 있는 것만" in turn.answer.text
    assert turn.answer.suggestions
    kept = await desk.store.get_turn(OWNER, desk.conversation, turn.id)
    assert kept.answer
    assert kept.answer.usage.intent == Intent("other", Decimal("0.99"), "intent/1")
    (entry,) = turn_entries(kept, OWNER, Asker("kim"))
    assert json.loads(entry.content)["model_versions"] == ["intent/1"]
    assert desk.counted.intents == [("other", True)]


async def test_a_request_without_a_word_for_it_is_refused_all_the_same(desk: Desk) -> None:
    desk.intents.labels = {"대통령이 누구야": "write"}
    answer = (await desk.answer("대통령이 누구야")).answer
    assert answer
    assert answer.refusal_reason == "WRITE_REFUSED"
    assert "‘" not in answer.text


@pytest.mark.parametrize("question", ["가" * 2001, "매출\x00", "매출\u202e", "?!", "   "])
async def test_what_can_not_be_read_is_refused_before_a_turn_begins(desk: Desk, question: str) -> None:
    with pytest.raises((QuestionTooLong, QuestionUnreadable)):
        await desk.ask(question)
    assert (await desk.store.get(OWNER, desk.conversation)).turn_count == 0
