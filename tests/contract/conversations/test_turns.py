"""Turns: begun one at a time, ended once with their events, remembered, rated."""

import asyncio
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta

import pytest

from services.chat.adapters.conversations_sql import Lease, SqlConversations, sql_conversations
from services.chat.conversation import (
    Outcome,
    Rating,
    RatingReason,
    Started,
    Thumb,
    Turn,
    TurnEvent,
    TurnState,
)
from services.chat.errors import RequestIdReused, TurnNotFound, TurnRunning
from services.chat.ports import Conversations, Page
from services.kit.metrics import Metrics
from tests.contract.conversations.conftest import Opening
from tests.contract.conversations.samples import ANSWER, NOON, PLAIN_ANSWER, completed, events_of, failed


async def _begin(store: Conversations, question: str = "지난달 매출은?") -> Turn:
    conversation = await store.create("kim", "", "c", "d", NOON)
    turn, new = await store.begin_turn("kim", conversation.id, question, "t", "d", NOON)
    assert new
    return turn


async def _another(store: Conversations, request_id: str) -> Turn:
    conversation = await store.create("kim", "", f"c-{request_id}", "d", NOON)
    return (await store.begin_turn("kim", conversation.id, "?", f"t-{request_id}", "d", NOON))[0]


async def test_a_begun_turn_runs(store: Conversations) -> None:
    turn = await _begin(store)
    assert (turn.question, turn.state, turn.create_time) == ("지난달 매출은?", TurnState.RUNNING, NOON)
    assert turn.answer is turn.complete_time is turn.rating is None
    assert await store.get_turn("kim", turn.conversation_id, turn.id) == turn
    assert await store.events("kim", turn.conversation_id, turn.id) == ()
    assert await store.list_turns("kim", turn.conversation_id, Page(10)) == ([turn], "")
    conversation = await store.get("kim", turn.conversation_id)
    assert (conversation.turn_count, conversation.update_time) == (1, NOON)


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("지난달 매출은?", "지난달 매출은?"),
        ("  지난달\n 매출은? ", "지난달 매출은?"),
        ("가" * 200, "가" * 200),
        ("가" * 2000, "가" * 199 + "…"),
    ],
)
async def test_the_first_question_becomes_the_title(store: Conversations, question: str, title: str) -> None:
    turn = await _begin(store, question)
    assert (await store.get("kim", turn.conversation_id)).title == title
    assert (await store.get_turn("kim", turn.conversation_id, turn.id)).question == question


async def test_a_title_that_is_there_stays(store: Conversations) -> None:
    named = await store.create("kim", "이름", "c", "d", NOON)
    turn, _ = await store.begin_turn("kim", named.id, "매출?", "t1", "d", NOON)
    await store.end_turn(completed(turn), [])
    assert (await store.get("kim", named.id)).title == "이름"
    await store.rename("kim", named.id, "", "", "r", "d", NOON)
    await store.begin_turn("kim", named.id, "발주?", "t2", "d", NOON)
    assert (await store.get("kim", named.id)).title == ""


async def test_one_turn_runs_at_a_time(store: Conversations) -> None:
    turn = await _begin(store)
    with pytest.raises(TurnRunning) as raised:
        await store.begin_turn("kim", turn.conversation_id, "발주?", "t2", "d", NOON)
    assert raised.value.metadata == {"turn": turn.name}
    other = await store.create("kim", "", "c2", "d", NOON)
    assert (await store.begin_turn("kim", other.id, "발주?", "t3", "d", NOON))[1]


async def test_the_same_request_finds_its_turn_running_and_ended(store: Conversations) -> None:
    turn = await _begin(store)
    again = await store.begin_turn("kim", turn.conversation_id, turn.question, "t", "d", NOON)
    assert again == (turn, False)
    await store.end_turn(completed(turn), [])
    again = await store.begin_turn("kim", turn.conversation_id, turn.question, "t", "d", NOON)
    assert again == (completed(turn), False)
    with pytest.raises(RequestIdReused):
        await store.begin_turn("kim", turn.conversation_id, "다른 질문", "t", "other", NOON)
    assert (await store.get("kim", turn.conversation_id)).turn_count == 1


async def test_the_same_request_after_the_delete_finds_nothing(store: Conversations) -> None:
    turn = await _begin(store)
    await store.end_turn(completed(turn), [])
    await store.delete("kim", turn.conversation_id, "", "x", "d")
    with pytest.raises(TurnNotFound):
        await store.begin_turn("kim", turn.conversation_id, turn.question, "t", "d", NOON)


async def test_an_ended_turn_comes_back_as_it_was_with_its_events(opening: Opening) -> None:
    async with opening() as store:
        turn = await _begin(store)
        ended = completed(turn)
        events = events_of(ended)
        await store.end_turn(ended, events)
    async with opening() as store:
        assert await store.get_turn("kim", turn.conversation_id, turn.id) == ended
        assert list(await store.events("kim", turn.conversation_id, turn.id)) == events
        assert await store.list_turns("kim", turn.conversation_id, Page(10)) == ([ended], "")
        assert (await store.get("kim", turn.conversation_id)).update_time == ended.complete_time


async def test_events_that_tell_something_else_than_the_turn_come_back_too(store: Conversations) -> None:
    turn = await _begin(store)
    told = events_of(completed(turn))
    ended = completed(turn, replace(ANSWER, table=None, text="다른 글"))
    await store.end_turn(ended, told)
    assert list(await store.events("kim", turn.conversation_id, turn.id)) == told
    assert await store.get_turn("kim", turn.conversation_id, turn.id) == ended


async def test_what_a_rating_adds_later_is_not_in_the_events(store: Conversations) -> None:
    turn = await _begin(store)
    events = events_of(completed(turn))
    await store.end_turn(completed(turn), events)
    await store.rate_turn("kim", turn.conversation_id, turn.id, Rating(Thumb.UP))
    assert list(await store.events("kim", turn.conversation_id, turn.id)) == events


async def test_a_failed_turn_keeps_its_reason_and_events(store: Conversations) -> None:
    turn = await _begin(store)
    events = [TurnEvent(1, NOON, Started(turn.name))]
    await store.end_turn(failed(turn), events)
    assert await store.get_turn("kim", turn.conversation_id, turn.id) == failed(turn)
    assert list(await store.events("kim", turn.conversation_id, turn.id)) == events
    assert (await store.begin_turn("kim", turn.conversation_id, "다시", "t2", "d", NOON))[1]


@pytest.mark.parametrize("outcome", list(Outcome))
async def test_every_outcome_is_kept(store: Conversations, outcome: Outcome) -> None:
    turn = await _begin(store)
    ended = completed(turn, replace(PLAIN_ANSWER, outcome=outcome))
    await store.end_turn(ended, [])
    assert await store.get_turn("kim", turn.conversation_id, turn.id) == ended


async def test_a_turn_ends_once(store: Conversations) -> None:
    turn = await _begin(store)
    events = events_of(completed(turn))
    await store.end_turn(completed(turn), events)
    before = await store.get("kim", turn.conversation_id)
    await store.end_turn(failed(turn), [])
    assert await store.get_turn("kim", turn.conversation_id, turn.id) == completed(turn)
    assert list(await store.events("kim", turn.conversation_id, turn.id)) == events
    assert await store.get("kim", turn.conversation_id) == before


async def test_a_turn_of_nowhere_ends_in_silence(store: Conversations) -> None:
    turn = await _begin(store)
    await store.end_turn(replace(completed(turn), conversation_id="gone"), [])
    await store.end_turn(replace(completed(turn), id="gone"), [])
    assert await store.get_turn("kim", turn.conversation_id, turn.id) == turn


async def test_a_running_turn_is_no_end(store: Conversations) -> None:
    turn = await _begin(store)
    for unended in (turn, replace(turn, state=TurnState.COMPLETED)):
        with pytest.raises(ValueError, match="ended turn"):
            await store.end_turn(unended, [])


async def test_a_large_answer_fits(store: Conversations) -> None:
    turn = await _begin(store)
    assert ANSWER.table
    table = replace(ANSWER.table, rows=ANSWER.table.rows * 5000, total_row_count=10_000)
    ended = completed(turn, replace(ANSWER, table=table, text="글" * 20_000), memory="기억" * 50_000)
    events = events_of(ended)
    await store.end_turn(ended, events)
    assert await store.get_turn("kim", turn.conversation_id, turn.id) == ended
    assert list(await store.events("kim", turn.conversation_id, turn.id)) == events


@pytest.mark.parametrize(
    "text", ["'; DROP TABLE turn; --", "널\x00문자", "👩‍👩‍👧‍👦 𠮷", "%s %(x)s :x ?", "\\' \\"]
)
async def test_any_text_is_kept_as_it_is(store: Conversations, text: str) -> None:
    turn = await _begin(store, text)
    ended = completed(turn, replace(PLAIN_ANSWER, text=text), memory=text)
    await store.end_turn(ended, [])
    rated = await store.rate_turn("kim", turn.conversation_id, turn.id, Rating(Thumb.DOWN, comment=text))
    assert rated == await store.get_turn("kim", turn.conversation_id, turn.id)
    assert rated == replace(ended, rating=Rating(Thumb.DOWN, comment=text))


# --- memory -----------------------------------------------------------------------------------


async def test_the_memory_is_that_of_the_last_ended_turn_that_left_one(store: Conversations) -> None:
    conversation = await store.create("kim", "", "c", "d", NOON)
    seen = [await store.last_memory("kim", conversation.id)]
    for n, memory in enumerate(["하나", "", "셋"]):
        turn, _ = await store.begin_turn("kim", conversation.id, str(n), f"t{n}", "d", NOON)
        seen.append(await store.last_memory("kim", conversation.id))
        await store.end_turn(completed(turn, memory=memory), [])
        seen.append(await store.last_memory("kim", conversation.id))
    assert seen == ["", "", "하나", "하나", "하나", "하나", "셋"]


# --- ratings ----------------------------------------------------------------------------------


async def test_a_rating_is_kept_changed_and_taken_back(store: Conversations) -> None:
    turn = await _begin(store)
    ended = completed(turn)
    await store.end_turn(ended, [])
    before = await store.get("kim", turn.conversation_id)
    for rating in (Rating(Thumb.DOWN, RatingReason.WRONG_NUMBER, "틀려요"), Rating(Thumb.UP), None):
        rated = await store.rate_turn("kim", turn.conversation_id, turn.id, rating)
        assert rated == replace(ended, rating=rating)
        assert await store.get_turn("kim", turn.conversation_id, turn.id) == rated
        assert await store.list_turns("kim", turn.conversation_id, Page(10)) == ([rated], "")
    assert await store.get("kim", turn.conversation_id) == before


async def test_a_running_turn_has_no_rating(store: Conversations) -> None:
    turn = await _begin(store)
    with pytest.raises(TurnRunning) as raised:
        await store.rate_turn("kim", turn.conversation_id, turn.id, Rating(Thumb.UP))
    assert raised.value.metadata == {"turn": turn.name}
    assert await store.get_turn("kim", turn.conversation_id, turn.id) == turn


# --- start ------------------------------------------------------------------------------------


async def test_what_an_earlier_process_left_running_fails(opening: Opening) -> None:
    async with opening() as store:
        first = await _begin(store)
        ended = completed(first)
        await store.end_turn(ended, [])
        left = []
        for owner in ("kim", "lee"):
            conversation = await store.create(owner, "", "left", "d", NOON)
            left.append((owner, (await store.begin_turn(owner, conversation.id, "?", "t9", "d", NOON))[0]))
    later = NOON + timedelta(hours=1)
    async with opening() as store:
        assert await store.fail_left("TURN_INTERRUPTED", later) == 2
        assert await store.fail_left("TURN_INTERRUPTED", later) == 0
        for owner, turn in left:
            assert await store.get_turn(owner, turn.conversation_id, turn.id) == replace(
                turn, state=TurnState.FAILED, failure_reason="TURN_INTERRUPTED", complete_time=later
            )
            assert await store.events(owner, turn.conversation_id, turn.id) == ()
            conversation = await store.get(owner, turn.conversation_id)
            assert conversation.update_time == later
            assert (await store.begin_turn(owner, conversation.id, "다시", "t10", "d", later))[1]
        assert await store.get_turn("kim", first.conversation_id, first.id) == ended


async def test_what_another_process_runs_is_left_to_it_until_its_lease_is_over(url: str) -> None:
    minute = timedelta(minutes=1)

    def process(name: str) -> AbstractAsyncContextManager[SqlConversations]:
        return sql_conversations(url, Metrics(), lease=Lease(name, 5 * minute))

    async with process("a") as first, process("b") as second:
        theirs, ours = await _begin(first), await _another(second, "b")
        assert await second.fail_lost("TURN_INTERRUPTED", NOON + 4 * minute) == 0
        assert await second.fail_left("TURN_INTERRUPTED", NOON + 4 * minute) == 1, "its own, of before"
        states = [
            (await second.get_turn("kim", turn.conversation_id, turn.id)).state for turn in (theirs, ours)
        ]
        assert states == [TurnState.RUNNING, TurnState.FAILED]
        await first.end_turn(completed(theirs), [])
        left = await _another(first, "c")
        both = await asyncio.gather(
            *(each.fail_lost("TURN_INTERRUPTED", NOON + 6 * minute) for each in (first, second))
        )
        assert sorted(both) == [0, 1], "by one of them, once"
        lost = await first.get_turn("kim", left.conversation_id, left.id)
        assert (lost.state, lost.failure_reason) == (TurnState.FAILED, "TURN_INTERRUPTED")
        assert (await first.get_turn("kim", theirs.conversation_id, theirs.id)).state is TurnState.COMPLETED


# --- pages ------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 4, 5, 6])
async def test_pages_hold_every_turn_once_the_oldest_first_whatever_is_added(
    store: Conversations, size: int
) -> None:
    conversation = await store.create("kim", "", "c", "d", NOON)
    made, found, after = [], [], ""
    for n in range(5):  # their times don't tell their order
        turn, _ = await store.begin_turn(
            "kim", conversation.id, str(n), f"t{n}", "d", NOON - timedelta(hours=n)
        )
        await store.end_turn(completed(turn), [])
        made.append(completed(turn))
    while True:
        page, after = await store.list_turns("kim", conversation.id, Page(size, after))
        found += page
        if not after:
            break
        assert len(page) == size
        if len(made) < 8:
            turn, _ = await store.begin_turn("kim", conversation.id, "새", f"n{len(made)}", "d", NOON)
            await store.end_turn(completed(turn), [])
            made.append(completed(turn))
    assert found == made
