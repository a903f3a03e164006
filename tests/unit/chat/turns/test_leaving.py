"""Askers who leave, and turns that are stopped."""

import asyncio
from contextlib import aclosing, suppress

import pytest

from services.chat.conversation import (
    Composer,
    FinishReason,
    Heartbeat,
    Started,
    TextDelta,
    Turn,
    TurnEvent,
    TurnState,
)
from tests.unit.chat.turns.desk import (
    OTHER_WAY,
    OWNER,
    Desk,
    collect,
    completed,
    page,
    state_of,
    text_of,
    until,
)


@pytest.mark.parametrize("after", range(8))
async def test_an_asker_who_leaves_frees_the_model_and_the_turn_is_kept(desk: Desk, after: int) -> None:
    desk.model.hold, desk.model.hold_from = asyncio.Event(), 2
    async with aclosing(desk.stream("지난달 매출은?")) as stream:
        seen = 0
        async for event in stream:
            seen += not isinstance(event.body, Heartbeat)
            if seen > after:
                break
    await until(lambda: not desk.model.active)
    await until(lambda: not desk.turns.running)
    turns, _ = await desk.store.list_turns(OWNER, desk.conversation, page())
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
            while _begins() or desk.turns.running or await state_of(desk, made.id) is TurnState.RUNNING:  # noqa: ASYNC110
                await asyncio.sleep(0.002)


def _begins() -> bool:
    """Whether a turn is beginning, which nobody can see from outside."""
    return any("Turns._begin" in repr(task.get_coro()) for task in asyncio.all_tasks())


async def test_another_who_watches_keeps_the_model(desk: Desk) -> None:
    desk.model.hold, desk.model.hold_from = asyncio.Event(), 2
    stream = desk.stream("지난달 매출은?")
    first = await anext(stream)
    assert isinstance(first.body, Started)
    turn_id = first.body.turn.rsplit("/", 1)[1]
    watched = asyncio.create_task(collect(desk, turn_id))
    await desk.model.wrote.wait()
    await stream.aclose()  # type: ignore[attr-defined]
    desk.model.hold.set()
    answer = completed(await watched).answer
    assert answer
    assert answer.composer is Composer.MODEL


async def test_a_stopped_turn_keeps_what_was_said(desk: Desk) -> None:
    desk.model.hold, desk.model.hold_from = asyncio.Event(), 2
    events: list[TurnEvent] = []
    stopping: asyncio.Task[Turn] | None = None
    async for event in desk.stream("지난달 매출은?"):
        events.append(event)
        if isinstance(event.body, TextDelta) and not stopping and len(text_of(events)) == 8:
            turn_id = events[0].body.turn.rsplit("/", 1)[1]  # type: ignore[union-attr]
            stopping = asyncio.create_task(desk.turns.cancel(OWNER, desk.conversation, turn_id))
    assert stopping
    stopped = await stopping
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
