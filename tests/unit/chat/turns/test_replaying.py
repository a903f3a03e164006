"""One turn at a time, the same request again, a turn watched from a sequence on."""

import asyncio

import pytest

from services.chat.conversation import (
    Heartbeat,
)
from services.chat.errors import (
    RequestIdReused,
    SequenceOutOfRange,
    TurnNotFound,
    TurnRunning,
)
from services.kit.errors import MaruError
from tests.unit.chat.turns.desk import (
    OWNER,
    Desk,
    collect,
    completed,
    page,
)


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
    assert await collect(desk, turn.id, after) == events[after:]
    with pytest.raises(SequenceOutOfRange):
        await collect(desk, turn.id, len(events) + 1)


async def test_a_running_turn_is_replayed_and_then_followed(desk: Desk) -> None:
    desk.model.hold, desk.model.hold_from = asyncio.Event(), 2
    asking = asyncio.create_task(desk.ask("지난달 매출은?"))
    await desk.model.wrote.wait()
    turns, _ = await desk.store.list_turns(OWNER, desk.conversation, page())
    watching = asyncio.create_task(collect(desk, turns[0].id, 2))
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
