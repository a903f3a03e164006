"""A turn from its question to its kept answer: with a model that obeys, fails, lies, hangs, and with askers who leave."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from services.chat.adapters.conversations_sql import sql_conversations
from services.chat.answering import Answering
from services.chat.conversation import (
    Asker,
    Clarification,
    Completed,
    Composer,
    FinishReason,
    Heartbeat,
    Intent,
    Outcome,
    Progress,
    ResultReady,
    Started,
    TextDelta,
    Turn,
    TurnEvent,
    TurnState,
)
from services.chat.convert.audit import turn_entries
from services.chat.data_answers import DataAnswers
from services.chat.errors import (
    LanguageModelRejected,
    LanguageModelUnavailable,
    QuestionTooLong,
    QuestionUnreadable,
    RequestIdReused,
    SequenceOutOfRange,
    TurnInterrupted,
    TurnNotFound,
    TurnRunning,
)
from services.chat.model_gate import ModelGate
from services.chat.ports import Conversations, Page
from services.chat.ports import FinishReason as Finish
from services.chat.routing import Router
from services.chat.telling import Teller
from services.chat.turns import Turns
from services.chat.understanding.reader import Reader
from services.kit.errors import Code, DependencyUnavailable, MaruError, RemoteError
from services.kit.metrics import Metrics
from services.kit.testing import FakeClock
from tests.fakes.company import FakeErpData
from tests.fakes.intent_model import ScriptedIntents
from tests.fakes.language_model import ScriptedModel

OWNER = "kim"
TOLD = "2026년 10월 매출은 1,000,000원입니다."
OTHER_WAY = "네, 2026년 10월의 매출은 총 1,000,000원입니다."


@dataclass
class Counted:
    """What the service counts."""

    turns: list[Turn] = field(default_factory=list)
    refusals: int = 0
    failures: list[str] = field(default_factory=list)
    intents: list[tuple[str, bool]] = field(default_factory=list)

    def turn_ended(self, turn: Turn) -> None:
        self.turns.append(turn)

    def intent_told(self, label: str, *, changed: bool) -> None:
        self.intents.append((label, changed))

    def guard_refused(self) -> None:
        self.refusals += 1

    def model_failed(self, cause: str) -> None:
        self.failures.append(cause)


@dataclass
class Desk:
    """Everything of a chat service but its wire."""

    turns: Turns
    store: Conversations
    model: ScriptedModel
    intents: ScriptedIntents
    erp: FakeErpData
    counted: Counted
    clock: FakeClock
    conversation: str
    asked: int = 0

    def stream(
        self, question: str, *, request_id: str = "", owner: str = OWNER, choice: int = 0
    ) -> AsyncIterator[TurnEvent]:
        self.asked += 1
        return self.turns.ask(
            owner, self.conversation, question, request_id or f"r{self.asked}", choice, lambda: None
        )

    async def ask(self, question: str, **more: object) -> list[TurnEvent]:
        return [event async for event in self.stream(question, **more)]  # type: ignore[arg-type]

    async def answer(self, question: str, **more: object) -> Turn:
        return completed(await self.ask(question, **more))


def completed(events: list[TurnEvent]) -> Turn:
    body = events[-1].body
    assert isinstance(body, Completed)
    return body.turn


def text_of(events: list[TurnEvent]) -> str:
    return "".join(e.body.text for e in events if isinstance(e.body, TextDelta))


@pytest.fixture
async def desk(tmp_path: Path, reader: Reader) -> AsyncIterator[Desk]:
    model, erp, counted, clock = ScriptedModel(OTHER_WAY), FakeErpData(), Counted(), FakeClock()
    intents = ScriptedIntents()
    with ThreadPoolExecutor(max_workers=1) as executor:
        async with sql_conversations(f"sqlite+aiosqlite:///{tmp_path}/chat.sqlite", Metrics()) as store:
            teller = Teller(model, ModelGate(2, 2, 0.2), counted, first_text_seconds=0.3, text_seconds=0.3)
            data = DataAnswers(erp, teller, clock, model_name="llm", stale_after=timedelta(hours=24))
            answering = Answering(reader, executor, erp, data, Router(intents, counted), clock)
            turns = Turns(
                store, answering, clock, counted, max_running=8, heartbeat_seconds=0.05, retry_seconds=0.01
            )
            made = await store.create(OWNER, "", "c1", "d", clock.now())
            yield Desk(turns, store, model, intents, erp, counted, clock, made.id)
            await turns.close(1)
    assert model.active == 0
    assert turns.running == 0
    left = {task for task in asyncio.all_tasks() if task is not asyncio.current_task()}
    assert not [task for task in left if "turns" in repr(task.get_coro())]


async def until(holds: Callable[[], bool]) -> None:
    """Let the other tasks run until something holds."""
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110  the turns have no event of their own for it
            await asyncio.sleep(0.001)


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


async def test_a_model_that_never_ends_is_left(desk: Desk) -> None:
    desk.model.hold, desk.model.hold_from = asyncio.Event(), 2
    answer = (await desk.answer("지난달 매출은?")).answer
    assert answer
    assert answer.composer is Composer.MODEL_THEN_NARRATOR
    assert answer.text.endswith("니다.")
    assert desk.counted.failures == ["slow"]


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


# --- leaving and stopping -----------------------------------------------------------------------


@pytest.mark.parametrize("after", range(8))
async def test_an_asker_who_leaves_frees_the_model_and_the_turn_is_kept(desk: Desk, after: int) -> None:
    desk.model.hold, desk.model.hold_from = asyncio.Event(), 2
    async with aclosing(desk.stream("지난달 매출은?")) as stream:
        seen = 0
        async for event in stream:
            seen += not isinstance(event.body, Heartbeat)
            if seen > after:
                break
        left = time.perf_counter()
    await until(lambda: not desk.model.active)
    assert time.perf_counter() - left < 0.2
    await until(lambda: not desk.turns.running)
    turns, _ = await desk.store.list_turns(OWNER, desk.conversation, _page())
    assert turns[0].state is TurnState.COMPLETED
    assert turns[0].answer
    assert turns[0].answer.text.endswith("니다.")


async def test_a_caller_cancelled_while_the_turn_begins_leaves_no_turn_behind(desk: Desk) -> None:
    for pause in (0.0, 0.001, 0.003, 0.01):
        made = await desk.store.create(OWNER, "", f"c{pause}", "d", desk.clock.now())
        stream = desk.turns.ask(OWNER, made.id, "지난달 매출은?", f"q{pause}", 0, lambda: None)
        first = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(pause)
        first.cancel()
        with suppress(asyncio.CancelledError, StopAsyncIteration):
            await first
        await stream.aclose()
        async with asyncio.timeout(5):  # it may still be beginning
            while _begins() or desk.turns.running or await _state(desk, made.id) is TurnState.RUNNING:  # noqa: ASYNC110
                await asyncio.sleep(0.002)


def _begins() -> bool:
    """Whether a turn is beginning, which nobody can see from outside."""
    return any("Turns._begin" in repr(task.get_coro()) for task in asyncio.all_tasks())


async def _state(desk: Desk, conversation_id: str) -> TurnState | None:
    turns, _ = await desk.store.list_turns(OWNER, conversation_id, _page())
    return turns[0].state if turns else None


def _page() -> Page:
    return Page(10)


async def test_another_who_watches_keeps_the_model(desk: Desk) -> None:
    desk.model.hold, desk.model.hold_from = asyncio.Event(), 2
    stream = desk.stream("지난달 매출은?")
    first = await anext(stream)
    assert isinstance(first.body, Started)
    turn_id = first.body.turn.rsplit("/", 1)[1]
    watched = asyncio.create_task(_collect(desk, turn_id))
    await desk.model.wrote.wait()
    await stream.aclose()  # type: ignore[attr-defined]
    desk.model.hold.set()
    answer = completed(await watched).answer
    assert answer
    assert answer.composer is Composer.MODEL


async def _collect(desk: Desk, turn_id: str, after: int = 0) -> list[TurnEvent]:
    return [event async for event in desk.turns.watch(OWNER, desk.conversation, turn_id, after)]


async def test_a_stopped_turn_keeps_what_was_said(desk: Desk) -> None:
    desk.model.hold, desk.model.hold_from = asyncio.Event(), 2
    events: list[TurnEvent] = []
    stopping: asyncio.Task[Turn] | None = None
    async for event in desk.stream("지난달 매출은?"):
        events.append(event)
        if isinstance(event.body, TextDelta) and not stopping and len(text_of(events)) == 8:
            turn_id = events[0].body.turn.rsplit("/", 1)[1]  # type: ignore[union-attr]
            started = time.perf_counter()
            stopping = asyncio.create_task(desk.turns.cancel(OWNER, desk.conversation, turn_id))
    assert stopping
    stopped = await stopping
    assert time.perf_counter() - started < 0.2
    assert stopped.answer == completed(events).answer
    assert stopped.answer
    assert stopped.answer.text == OTHER_WAY[:8]
    assert stopped.answer.finish_reason is FinishReason.STOPPED
    assert stopped.answer.table is not None
    assert await desk.turns.cancel(OWNER, desk.conversation, stopped.id) == stopped


async def test_a_turn_stopped_before_its_table_has_none(desk: Desk) -> None:
    desk.erp.delay_seconds = 30
    stream = desk.stream("지난달 매출은?")
    first = await anext(stream)
    stopped = await desk.turns.cancel(OWNER, desk.conversation, first.body.turn.rsplit("/", 1)[1])  # type: ignore[union-attr]
    assert stopped.answer
    assert stopped.answer.text == ""
    assert stopped.answer.table is None
    assert stopped.answer.finish_reason is FinishReason.STOPPED
    assert completed([event async for event in stream]) == stopped


# --- one at a time, repeated, replayed ----------------------------------------------------------


async def test_one_turn_at_a_time_in_a_conversation(desk: Desk) -> None:
    desk.erp.delay_seconds = 0.3
    stream = desk.stream("지난달 매출은?")
    first = await anext(stream)
    with pytest.raises(TurnRunning) as refused:
        await desk.ask("이번 달 매출은?")
    assert refused.value.metadata["turn"] == first.body.turn  # type: ignore[union-attr]
    assert [event async for event in stream]


async def test_the_same_request_gives_the_same_turn(desk: Desk) -> None:
    first = await desk.ask("지난달 매출은?", request_id="same")
    again = await desk.ask("지난달 매출은?", request_id="same")
    assert again == [e for e in first if not isinstance(e.body, Heartbeat)]
    assert len(desk.erp.queries) == 1
    with pytest.raises(RequestIdReused):
        await desk.ask("이번 달 매출은?", request_id="same")
    with pytest.raises(RequestIdReused):
        await desk.ask("지난달 매출은?", request_id="same", choice=2)


async def test_the_same_request_follows_the_running_turn(desk: Desk) -> None:
    desk.erp.delay_seconds = 0.1
    both = await asyncio.gather(
        desk.ask("지난달 매출은?", request_id="s"), desk.ask("지난달 매출은?", request_id="s")
    )
    assert completed(both[0]) == completed(both[1])
    assert len(desk.erp.queries) == 1


@pytest.mark.parametrize("after", [0, 1, 4])
async def test_an_ended_turn_is_replayed_from_a_sequence(desk: Desk, after: int) -> None:
    events = [e for e in await desk.ask("지난달 매출은?") if not isinstance(e.body, Heartbeat)]
    turn = completed(events)
    assert await _collect(desk, turn.id, after) == events[after:]
    with pytest.raises(SequenceOutOfRange):
        await _collect(desk, turn.id, len(events) + 1)


async def test_a_running_turn_is_replayed_and_then_followed(desk: Desk) -> None:
    desk.model.hold, desk.model.hold_from = asyncio.Event(), 2
    asking = asyncio.create_task(desk.ask("지난달 매출은?"))
    await desk.model.wrote.wait()
    turns, _ = await desk.store.list_turns(OWNER, desk.conversation, _page())
    watching = asyncio.create_task(_collect(desk, turns[0].id, 2))
    desk.model.hold.set()
    events = [e for e in await asking if not isinstance(e.body, Heartbeat)]
    watched = [e for e in await watching if not isinstance(e.body, Heartbeat)]
    assert watched == events[2:]


async def test_anothers_turn_does_not_exist(desk: Desk) -> None:
    turn = await desk.answer("지난달 매출은?")
    with pytest.raises(TurnNotFound):
        _ = [e async for e in desk.turns.watch("lee", desk.conversation, turn.id, 0)]
    with pytest.raises(TurnNotFound):
        await desk.turns.cancel("lee", desk.conversation, turn.id)
    with pytest.raises(MaruError) as refused:
        await desk.ask("지난달 매출은?", owner="lee")
    assert refused.value.reason == "CONVERSATION_NOT_FOUND"


# --- failing ------------------------------------------------------------------------------------


async def test_an_erp_that_is_away_fails_the_turn_with_its_reason(desk: Desk) -> None:
    desk.erp.failure = DependencyUnavailable(dependency="erp")
    with pytest.raises(DependencyUnavailable):
        await desk.ask("지난달 매출은?")
    turns, _ = await desk.store.list_turns(OWNER, desk.conversation, _page())
    assert turns[0].state is TurnState.FAILED
    assert turns[0].failure_reason == "DEPENDENCY_UNAVAILABLE"
    with pytest.raises(TurnInterrupted):
        await _collect(desk, turns[0].id)
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


# --- conversation -------------------------------------------------------------------------------


async def test_a_question_back_is_remembered_and_answered_by_number(desk: Desk) -> None:
    events = await desk.ask("대한 지난달 매출")
    turn = completed(events)
    assert turn.answer
    assert turn.answer.outcome is Outcome.CLARIFIED
    assert turn.answer.clarification
    assert [c.number for c in turn.answer.clarification.choices] == [1, 2, 3]
    assert [e.body for e in events if isinstance(e.body, Clarification)] == [turn.answer.clarification]
    answer = (await desk.answer("대한물산으로 해줘")).answer
    assert answer
    assert answer.query
    assert answer.query.members[0].members[0].key == "C3"
    asked = (await desk.answer("대한 지난달 매출")).answer
    assert asked
    chosen = (await desk.answer("대한상사(주) (서울)", choice=3)).answer
    assert chosen
    assert chosen.query
    assert chosen.query.members[0].members[0].key == "C1"


async def test_follow_ups_and_refusals_keep_the_thread(desk: Desk) -> None:
    await desk.answer("대한물산 지난달 매출")
    refused = (await desk.answer("12번 발주 취소해줘")).answer
    assert refused
    assert (refused.outcome, refused.refusal_reason) == (Outcome.REFUSED, "WRITE_REFUSED")
    unknown = (await desk.answer("오늘 날씨 어때?")).answer
    assert unknown
    assert unknown.refusal_reason == "QUESTION_NOT_UNDERSTOOD"
    assert "모르겠습니다" in unknown.text
    assert unknown.suggestions
    answer = (await desk.answer("그럼 9월은?")).answer
    assert answer
    assert answer.query
    assert answer.query.range
    assert answer.query.range.start.month == 9
    assert answer.query.members[0].members[0].key == "C3"


async def test_that_one_points_at_the_first_of_the_answer(desk: Desk) -> None:
    await desk.answer("지난달 매출 1위 거래처")
    answer = (await desk.answer("그 거래처 미수금은?")).answer
    assert answer
    assert answer.query
    assert answer.query.metrics == ("receivables",)
    assert answer.query.members[0].dimension == "customer"


async def test_suggestions_are_questions_that_can_be_asked(desk: Desk) -> None:
    answer = (await desk.answer("지난달 매출은?")).answer
    assert answer
    assert answer.suggestions
    for suggestion in answer.suggestions:
        await desk.answer("지난달 매출은?")
        follow = (await desk.answer(suggestion)).answer
        assert follow
        assert follow.outcome is Outcome.ANSWERED, suggestion


async def test_a_record_is_told_with_its_table(desk: Desk) -> None:
    answer = (await desk.answer("12번 발주 보여줘")).answer
    assert answer
    assert "PUR-ORD-2026-00012" in answer.text
    assert answer.table
    assert len(answer.table.rows) == 2


async def test_old_data_is_said_first_hand(desk: Desk) -> None:
    desk.clock.moment += timedelta(days=3)
    answer = (await desk.answer("지난달 매출은?")).answer
    assert answer
    assert "11월 20일 9시 기준" in answer.text


@pytest.mark.parametrize(
    "error", [DependencyUnavailable(dependency="conversations"), RuntimeError("of ours")]
)
async def test_a_turn_that_can_not_be_kept_fails_and_its_conversation_goes_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    end_turn, refusals = desk.store.end_turn, [error, error]

    async def full_for_a_while(turn: Turn, events: Sequence[TurnEvent]) -> None:
        if refusals:
            raise refusals.pop()
        await end_turn(turn, events)

    monkeypatch.setattr(desk.store, "end_turn", full_for_a_while)
    with pytest.raises(MaruError) as told:
        await desk.ask("지난달 매출은?")
    assert told.value.reason == (error.reason if isinstance(error, MaruError) else "INTERNAL")
    await until(lambda: not desk.turns.running)
    ((kept,), _) = await desk.store.list_turns(OWNER, desk.conversation, Page(10))
    assert (kept.state, kept.failure_reason) == (TurnState.FAILED, told.value.reason)
    with pytest.raises(TurnInterrupted):
        await anext(desk.turns.watch(OWNER, desk.conversation, kept.id, 5))
    assert (await desk.answer("그럼 9월은?")).state is TurnState.COMPLETED


async def test_closing_lets_running_turns_finish(desk: Desk) -> None:
    desk.model.hold, desk.model.hold_from = asyncio.Event(), 2
    asking = asyncio.create_task(desk.ask("지난달 매출은?"))
    await desk.model.wrote.wait()
    await desk.turns.close(1)
    assert completed(await asking).state is TurnState.COMPLETED


# --- several questions in one message -----------------------------------------------------------


async def test_two_questions_are_answered_in_order(desk: Desk) -> None:
    desk.model.failure = LanguageModelUnavailable()
    events = await desk.ask("지난달 매출이랑 재고금액 알려줘. 그리고 미수금 상위 3곳은?")
    answer = completed(events).answer
    assert answer
    assert [q.metrics for q in desk.erp.queries] == [("revenue",), ("stock_value",), ("receivables",)]
    assert desk.erp.queries[2].top == 3
    assert [one.question for one in (answer, *answer.further)] == [
        "지난달 매출이랑 재고금액 알려줘.",
        "지난달 매출이랑 재고금액 알려줘.",
        "미수금 상위 3곳은?",
    ]
    assert all(one.table and one.text and not one.further for one in answer.further)
    parts = [e.part for e in events[:-1]]
    assert parts == sorted(parts)
    assert set(parts) == {0, 1, 2}
    for number, one in enumerate((answer, *answer.further)):
        texts = [e.body.text for e in events if isinstance(e.body, TextDelta) and e.part == number]
        assert "".join(texts) == one.text
    kept = await desk.store.events(OWNER, desk.conversation, completed(events).id)
    assert list(kept) == [e for e in events if not isinstance(e.body, Heartbeat)]


async def test_a_greeting_beside_a_question_is_not_answered(desk: Desk) -> None:
    desk.model.failure = LanguageModelUnavailable()
    turn = await desk.answer("안녕하세요. 지난달 매출은? 고마워요!")
    assert turn.answer
    assert turn.answer.text.startswith("2026년 10월 매출")
    assert not turn.answer.further


async def test_what_comes_behind_a_question_back_waits_for_the_reply(desk: Desk) -> None:
    desk.model.failure = LanguageModelUnavailable()
    asked = await desk.answer("대한 지난달 매출은? 그리고 미수금은?")
    assert asked.answer
    assert asked.answer.outcome is Outcome.CLARIFIED
    assert not asked.answer.further
    assert not desk.erp.queries
    replied = await desk.answer("1번")
    assert replied.answer
    assert [q.metrics for q in desk.erp.queries] == [("revenue",), ("receivables",)]
    assert len(replied.answer.further) == 1


async def test_at_most_one_question_back_and_the_rest_is_answered(desk: Desk) -> None:
    desk.model.failure = LanguageModelUnavailable()
    turn = await desk.answer("미수금은? 매출은?")
    assert turn.answer
    assert turn.answer.outcome is Outcome.ANSWERED
    assert [one.outcome for one in turn.answer.further] == [Outcome.CLARIFIED]
    assert turn.answer.further[0].clarification
    await desk.answer("2번")
    assert desk.erp.queries[-1].metrics == ("revenue",)


async def test_all_of_the_choices_stand_side_by_side(desk: Desk) -> None:
    await desk.answer("대한 지난달 매출")
    await desk.answer("전부요")
    (query,) = desk.erp.queries
    assert [m.key for m in query.members[0].members] == ["C3", "C2", "C1"]
    assert [g.dimension for g in query.groupings] == ["customer"]


async def test_none_of_the_choices_is_taken_for_an_answer(desk: Desk) -> None:
    await desk.answer("대한 지난달 매출")
    turn = await desk.answer("아니")
    assert turn.answer
    assert turn.answer.text == "알겠습니다. 다시 물어봐 주세요."
    assert not desk.erp.queries


# --- other readings ------------------------------------------------------------------------------


async def test_an_assumed_comparison_can_be_changed_by_a_number(desk: Desk) -> None:
    turn = await desk.answer("지난달 매출 늘었어?")
    assert turn.answer
    assert turn.answer.assumptions
    assert [choice.label for choice in turn.answer.alternatives] == ["작년 같은 기간과 비교"]
    for reply, choice in (("작년 같은 기간과 비교", 1), ("1번", 0)):
        await desk.answer("지난달 매출 늘었어?")
        await desk.answer(reply, choice=choice)
        compared = desk.erp.queries[-1].comparison
        assert compared
        assert compared.kind == "same_period_last_year"


async def test_another_measure_of_a_ranking_offers_those_that_were_shown(desk: Desk) -> None:
    await desk.answer("지난달 거래처별 매출 상위 3개")
    turn = await desk.answer("미수금은?")
    assert turn.answer
    assert [choice.label for choice in turn.answer.alternatives] == ["앞에서 보인 3개의 미수금"]
    await desk.answer("1번")
    assert [m.key for m in desk.erp.queries[-1].members[0].members] == ["C1", "C2", "C3"]
    assert desk.erp.queries[-1].top == 0


async def test_a_period_taken_over_is_said_and_can_be_changed(desk: Desk) -> None:
    await desk.answer("지난달 매출")
    turn = await desk.answer("거래처별 수주액")
    assert turn.answer
    assert turn.answer.assumptions == ("앞 질문의 기간(2026년 10월)으로 보았습니다.",)
    assert "이번 달 (2026년 11월)" in [choice.label for choice in turn.answer.alternatives]
    await desk.answer("이번 달", choice=1)
    assert desk.erp.queries[-1].range
    assert desk.erp.queries[-1].range.start.month == 11
