"""Calls that meet: from one process, from two, and such as are given up on the way."""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any

import pytest

from services.chat.conversation import Turn
from services.chat.errors import EtagMismatch, TurnRunning
from services.chat.ports import Conversations, Page
from tests.contract.conversations.conftest import Opening
from tests.contract.conversations.samples import NOON, completed, events_of


@pytest.fixture(params=["one process", "two processes"])
async def stores(request: pytest.FixtureRequest, opening: Opening) -> Any:
    """Two to call by turns: the same twice, or each with connections of its own."""
    async with opening() as one:
        if request.param == "one process":
            yield one, one
        else:
            async with opening() as other:
                yield one, other


async def _outcomes(calls: Sequence[Awaitable[Any]]) -> list[Any]:
    return list(await asyncio.gather(*calls, return_exceptions=True))


async def test_of_two_questions_at_once_one_runs(stores: tuple[Conversations, Conversations]) -> None:
    for round_ in range(5):
        conversation = await stores[0].create("kim", "", f"c{round_}", "d", NOON)
        calls = [
            stores[n % 2].begin_turn("kim", conversation.id, f"질문 {n}", f"t{round_}-{n}", "d", NOON)
            for n in range(6)
        ]
        outcomes = await _outcomes(calls)
        begun = [outcome[0] for outcome in outcomes if isinstance(outcome, tuple)]
        refused = [outcome for outcome in outcomes if isinstance(outcome, TurnRunning)]
        assert (len(begun), len(refused)) == (1, 5), outcomes
        assert {error.metadata["turn"] for error in refused} == {begun[0].name}
        assert await stores[1].list_turns("kim", conversation.id, Page(10)) == (begun, "")
        assert (await stores[1].get("kim", conversation.id)).turn_count == 1


async def test_the_same_question_at_once_is_one_turn(stores: tuple[Conversations, Conversations]) -> None:
    conversation = await stores[0].create("kim", "", "c", "d", NOON)
    outcomes = await _outcomes(
        [stores[n % 2].begin_turn("kim", conversation.id, "매출?", "t", "d", NOON) for n in range(6)]
    )
    turns = {outcome[0].id for outcome in outcomes}
    assert len(turns) == 1
    assert sorted(new for _, new in outcomes) == [False] * 5 + [True]


async def test_the_same_create_at_once_makes_one(stores: tuple[Conversations, Conversations]) -> None:
    outcomes = await _outcomes([stores[n % 2].create("kim", "하나", "c", "d", NOON) for n in range(6)])
    assert all(outcome == outcomes[0] for outcome in outcomes), outcomes
    assert await stores[0].list("kim", Page(10)) == ([outcomes[0]], "")


async def test_the_same_rename_at_once_has_one_answer(stores: tuple[Conversations, Conversations]) -> None:
    created = await stores[0].create("kim", "", "c", "d", NOON)
    outcomes = await _outcomes(
        [stores[n % 2].rename("kim", created.id, "하나", created.etag, "r", "d", NOON) for n in range(6)]
    )
    assert all(outcome == outcomes[0] for outcome in outcomes), outcomes
    assert await stores[0].get("kim", created.id) == outcomes[0]


async def test_the_same_delete_at_once_succeeds(stores: tuple[Conversations, Conversations]) -> None:
    created = await stores[0].create("kim", "", "c", "d", NOON)
    calls = [stores[n % 2].delete("kim", created.id, created.etag, "r", "d") for n in range(6)]
    assert await _outcomes(calls) == [None] * 6


async def test_of_two_renames_with_one_etag_one_wins(stores: tuple[Conversations, Conversations]) -> None:
    created = await stores[0].create("kim", "", "c", "d", NOON)
    outcomes = await _outcomes(
        [stores[n % 2].rename("kim", created.id, f"{n}", created.etag, f"r{n}", "d", NOON) for n in range(6)]
    )
    (won,) = (outcome for outcome in outcomes if not isinstance(outcome, Exception))
    assert sum(isinstance(outcome, EtagMismatch) for outcome in outcomes) == 5, outcomes
    assert await stores[0].get("kim", created.id) == won


async def test_a_turn_that_is_ended_twice_at_once_ends_once(
    stores: tuple[Conversations, Conversations],
) -> None:
    conversation = await stores[0].create("kim", "", "c", "d", NOON)
    turn, _ = await stores[0].begin_turn("kim", conversation.id, "매출?", "t", "d", NOON)
    before = await stores[0].get("kim", conversation.id)
    await asyncio.gather(
        *(stores[n % 2].end_turn(completed(turn), events_of(completed(turn))) for n in range(4))
    )
    await stores[0].end_turn(completed(turn), [])
    changes = {before.etag, (await stores[1].get("kim", conversation.id)).etag}
    await stores[1].end_turn(completed(turn), [])
    assert {before.etag, (await stores[1].get("kim", conversation.id)).etag} == changes
    assert len(await stores[1].events("kim", conversation.id, turn.id)) == len(events_of(completed(turn)))


async def test_many_people_at_once(stores: tuple[Conversations, Conversations]) -> None:
    async def ask(n: int) -> Turn:
        store, owner = stores[n % 2], f"user{n}"
        conversation = await store.create(owner, "", "c", "d", NOON)
        turn, _ = await store.begin_turn(owner, conversation.id, "매출?", "t", "d", NOON)
        await store.end_turn(completed(turn), events_of(completed(turn)))
        return await store.get_turn(owner, conversation.id, turn.id)

    turns = await asyncio.gather(*(ask(n) for n in range(20)))
    assert all(turn == completed(turn) for turn in turns)
    assert len({turn.id for turn in turns}) == 20


async def test_calls_given_up_on_the_way_leave_nothing_half_done(store: Conversations) -> None:
    conversations = [await store.create("kim", "", f"c{n}", "d", NOON) for n in range(30)]
    tasks = [
        asyncio.create_task(store.begin_turn("kim", conversation.id, "매출?", f"t{n}", "d", NOON))
        for n, conversation in enumerate(conversations)
    ]
    for task in tasks:  # each a little later than the one before
        for _ in range(3):
            await asyncio.sleep(0)
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for n, conversation in enumerate(conversations):
        held = await store.get("kim", conversation.id)
        turns, _ = await store.list_turns("kim", conversation.id, Page(10))
        assert held.turn_count == len(turns)
        assert held.title == ("매출?" if turns else "")
        turn, new = await store.begin_turn("kim", conversation.id, "매출?", f"t{n}", "d", NOON)
        assert new != bool(turns)
        await store.end_turn(completed(turn), [])
