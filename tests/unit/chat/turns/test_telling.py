"""A turn from its question to its kept answer: with a model that obeys, fails, lies, hangs."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from services.chat.conversation import (
    Composer,
    FinishReason,
    Heartbeat,
    Outcome,
    Progress,
    ResultReady,
    Started,
    Turn,
    TurnEvent,
)
from services.chat.errors import (
    LanguageModelRejected,
    LanguageModelUnavailable,
)
from services.chat.ports import FinishReason as Finish
from tests.unit.chat.turns.desk import (
    OTHER_WAY,
    OWNER,
    TOLD,
    Desk,
    completed,
    text_of,
)

# --- the order of things ------------------------------------------------------------------------


async def test_the_table_comes_before_the_model_and_the_end_holds_all(desk: Desk) -> None:
    desk.model.hold, desk.model.hold_from = asyncio.Event(), 0
    events: list[TurnEvent] = []
    async for event in desk.stream("지난달 매출은?"):
        if isinstance(event.body, ResultReady):
            assert not desk.model.wrote.is_set()
            desk.model.hold.set()
        events.append(event)
    kept = [e for e in events if not isinstance(e.body, Heartbeat)]
    assert [e.sequence for e in kept] == list(range(1, len(kept) + 1))
    assert isinstance(kept[0].body, Started)
    kinds = [type(e.body).__name__ for e in kept]
    assert kinds.index("ResultReady") < kinds.index("TextDelta")
    turn = completed(events)
    assert turn.answer
    assert turn.answer.text == text_of(events) == OTHER_WAY
    assert turn.answer.composer is Composer.MODEL
    assert turn.answer.outcome is Outcome.ANSWERED
    assert turn.answer.finish_reason is FinishReason.COMPLETE
    assert turn.answer.usage.completion_tokens > 0
    assert turn.answer.usage.time_to_table is not None
    assert turn.answer.facts[0].rendered == "1,000,000원"
    assert desk.model.requests[0].grammar
    assert "지난달 매출은?" in desk.model.requests[0].prompt
    assert (await desk.store.get_turn(OWNER, desk.conversation, turn.id)).answer == turn.answer


async def test_progress_says_what_is_asked(desk: Desk) -> None:
    events = await desk.ask("지난달 거래처별 매출 상위 3곳")
    texts = [e.body.text for e in events if isinstance(e.body, Progress)]
    assert "2026년 10월 매출 값을 거래처별로 조회합니다." in texts


async def test_silence_is_filled_with_heartbeats_that_are_not_kept(desk: Desk) -> None:
    desk.erp.delay_seconds = 0.2
    events = await desk.ask("지난달 매출은?")
    beats = [e for e in events if isinstance(e.body, Heartbeat)]
    assert beats
    assert all(beat.sequence in {e.sequence for e in events if e is not beat} for beat in beats)
    turn = completed(events)
    replayed = [e async for e in desk.turns.watch(OWNER, desk.conversation, turn.id, 0)]
    assert replayed == [e for e in events if not isinstance(e.body, Heartbeat)]


# --- the model ----------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [LanguageModelUnavailable("away"), LanguageModelRejected("bad")])
async def test_without_the_model_the_narrator_tells_all(desk: Desk, error: Exception) -> None:
    desk.model.failure = error
    answer = (await desk.answer("지난달 매출은?")).answer
    assert answer
    assert answer.text == TOLD
    assert answer.composer is Composer.NARRATOR
    assert answer.usage.model == ""
    assert len(desk.counted.failures) == 1


@pytest.mark.parametrize("pieces", range(1, 9))
async def test_a_model_that_dies_is_finished_from_where_it_was(desk: Desk, pieces: int) -> None:
    desk.model.failure, desk.model.fail_from = LanguageModelUnavailable("died"), pieces
    events = await desk.ask("지난달 매출은?")
    answer = completed(events).answer
    assert answer
    assert answer.text == text_of(events)
    assert answer.text.startswith(OTHER_WAY[: pieces * desk.model.piece])
    assert answer.text.endswith(("니다.",))
    whole = pieces * desk.model.piece >= len(OTHER_WAY)
    assert answer.composer is (Composer.MODEL if whole else Composer.MODEL_THEN_NARRATOR)
    assert "1,000,000원" in answer.text


async def test_what_is_not_legal_is_never_sent(desk: Desk) -> None:
    desk.model.text = "네, 2026년 10월 매출은 9,999,999원입니다."
    events = await desk.ask("지난달 매출은?")
    assert "9,999" not in text_of(events)
    assert text_of(events).startswith("네, 2026년 10월 매출은 ")
    assert "1,000,000원" in text_of(events)
    assert desk.counted.refusals == 1
    answer = completed(events).answer
    assert answer
    assert answer.composer is Composer.MODEL_THEN_NARRATOR


async def test_what_is_fixed_at_the_end_is_added_to_the_models_text(desk: Desk) -> None:
    desk.clock.moment += timedelta(days=3)  # old data: a remark follows
    answer = (await desk.answer("지난달 매출은?")).answer
    assert answer
    assert answer.text == f"{OTHER_WAY} 자료는 11월 20일 9시 기준입니다."
    assert answer.composer is Composer.MODEL
    assert "기준입니다" not in (desk.model.requests[0].grammar or "")


async def test_the_token_limit_is_said(desk: Desk) -> None:
    desk.model.text, desk.model.finish = OTHER_WAY[:10], Finish.LENGTH
    answer = (await desk.answer("지난달 매출은?")).answer
    assert answer
    assert answer.finish_reason is FinishReason.MAX_TOKENS
    assert answer.text.endswith("니다.")


@pytest.mark.parametrize("patience", [0.3])
async def test_a_model_that_never_ends_is_left(desk: Desk) -> None:
    desk.model.hold, desk.model.hold_from = asyncio.Event(), 2
    answer = (await desk.answer("지난달 매출은?")).answer
    assert answer
    assert answer.composer is Composer.MODEL_THEN_NARRATOR
    assert answer.text.endswith("니다.")
    assert desk.counted.failures == ["slow"]


@pytest.mark.parametrize("patience", [0.3])
async def test_the_model_serves_a_few_at_once_and_the_narrator_the_rest(desk: Desk) -> None:
    desk.model.hold, desk.model.hold_from = asyncio.Event(), 0
    others = [await desk.store.create(OWNER, "", f"x{n}", "d", desk.clock.now()) for n in range(5)]
    streams = [
        desk.turns.ask(OWNER, c.id, "지난달 매출은?", f"q{n}", 0, lambda: None) for n, c in enumerate(others)
    ]

    async def run(stream: AsyncIterator[TurnEvent]) -> Turn:
        return completed([event async for event in stream])

    turns = await asyncio.gather(*map(run, streams))
    assert desk.model.most_active == 2
    assert {t.answer.text for t in turns if t.answer} == {TOLD}
    assert "busy" in desk.counted.failures
