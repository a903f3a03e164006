"""Conversations: made, read, listed, renamed, deleted, by their owner alone."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.chat.conversation import Rating, Thumb
from services.chat.errors import (
    ConversationNotFound,
    EtagMismatch,
    RequestIdReused,
    TurnNotFound,
    TurnRunning,
)
from services.chat.ports import Conversations, Page
from services.kit.errors import PageTokenInvalid
from tests.contract.conversations.conftest import Opening
from tests.contract.conversations.samples import NOON, completed, events_of


async def test_a_new_conversation_is_empty_and_the_same_when_read(store: Conversations) -> None:
    created = await store.create("kim", "10월 매출 🧾", "r1", "d", NOON)
    assert (created.title, created.turn_count) == ("10월 매출 🧾", 0)
    assert created.create_time == created.update_time == NOON
    assert created.id
    assert created.etag
    assert await store.get("kim", created.id) == created
    assert await store.list("kim", Page(10)) == ([created], "")


async def test_it_outlives_the_process(opening: Opening) -> None:
    async with opening() as store:
        created = await store.create("kim", "", "r1", "d", NOON)
    async with opening() as store:
        assert await store.get("kim", created.id) == created


async def test_times_come_back_in_utc(store: Conversations) -> None:
    seoul = datetime(2026, 11, 20, 21, 0, 0, 123456, tzinfo=ZoneInfo("Asia/Seoul"))
    created = await store.create("kim", "", "r1", "d", seoul)
    read = await store.get("kim", created.id)
    assert read.create_time == created.create_time == seoul
    assert read.create_time.utcoffset() == created.create_time.utcoffset() == timedelta(0)


async def test_renaming_changes_title_time_and_etag(store: Conversations) -> None:
    created = await store.create("kim", "", "r1", "d", NOON)
    later = NOON + timedelta(minutes=5)
    renamed = await store.rename("kim", created.id, "새 이름", created.etag, "r2", "d", later)
    assert (renamed.id, renamed.title, renamed.update_time) == (created.id, "새 이름", later)
    assert renamed.etag != created.etag
    assert await store.get("kim", created.id) == renamed


async def test_an_old_etag_changes_nothing(store: Conversations) -> None:
    created = await store.create("kim", "", "r1", "d", NOON)
    renamed = await store.rename("kim", created.id, "하나", created.etag, "r2", "d", NOON)
    with pytest.raises(EtagMismatch):
        await store.rename("kim", created.id, "둘", created.etag, "r3", "d", NOON)
    with pytest.raises(EtagMismatch):
        await store.delete("kim", created.id, created.etag, "r4", "d")
    assert await store.get("kim", created.id) == renamed


async def test_no_etag_changes_whatever_is_there(store: Conversations) -> None:
    created = await store.create("kim", "", "r1", "d", NOON)
    assert (await store.rename("kim", created.id, "하나", "", "r2", "d", NOON)).title == "하나"
    await store.delete("kim", created.id, "", "r3", "d")


async def test_a_turn_changes_the_etag_twice(store: Conversations) -> None:
    created = await store.create("kim", "", "r1", "d", NOON)
    turn, _ = await store.begin_turn("kim", created.id, "매출?", "r2", "d", NOON)
    running = await store.get("kim", created.id)
    await store.end_turn(completed(turn), [])
    ended = await store.get("kim", created.id)
    assert len({created.etag, running.etag, ended.etag}) == 3


async def test_deleting_takes_its_turns_along(store: Conversations) -> None:
    kept = await store.create("kim", "", "r1", "d", NOON)
    created = await store.create("kim", "", "r2", "d", NOON)
    turn, _ = await store.begin_turn("kim", created.id, "매출?", "r3", "d", NOON)
    await store.end_turn(completed(turn), events_of(completed(turn)))
    await store.delete("kim", created.id, "", "r4", "d")
    with pytest.raises(ConversationNotFound):
        await store.get("kim", created.id)
    with pytest.raises(TurnNotFound):
        await store.get_turn("kim", created.id, turn.id)
    assert await store.list("kim", Page(10)) == ([kept], "")


async def test_one_with_a_running_turn_stays(store: Conversations) -> None:
    created = await store.create("kim", "", "r1", "d", NOON)
    turn, _ = await store.begin_turn("kim", created.id, "매출?", "r2", "d", NOON)
    with pytest.raises(TurnRunning) as raised:
        await store.delete("kim", created.id, "", "r3", "d")
    assert raised.value.metadata == {"turn": turn.name}
    assert (await store.get("kim", created.id)).turn_count == 1


Call = Callable[[Conversations, str, str, str], Awaitable[object]]


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda s, o, c, t: s.get(o, c), ConversationNotFound),
        (lambda s, o, c, t: s.rename(o, c, "훔친 것", "", "q", "d", NOON), ConversationNotFound),
        (lambda s, o, c, t: s.delete(o, c, "", "q", "d"), ConversationNotFound),
        (lambda s, o, c, t: s.begin_turn(o, c, "?", "q", "d", NOON), ConversationNotFound),
        (lambda s, o, c, t: s.last_memory(o, c), ConversationNotFound),
        (lambda s, o, c, t: s.list_turns(o, c, Page(10)), ConversationNotFound),
        (lambda s, o, c, t: s.get_turn(o, c, t), TurnNotFound),
        (lambda s, o, c, t: s.events(o, c, t), TurnNotFound),
        (lambda s, o, c, t: s.rate_turn(o, c, t, Rating(Thumb.DOWN)), TurnNotFound),
    ],
    ids=["get", "rename", "delete", "begin", "memory", "list_turns", "get_turn", "events", "rate"],
)
@pytest.mark.parametrize("stranger", ["lee", "Kim", "kim ", ""])
async def test_what_is_anothers_does_not_exist(
    store: Conversations, call: Call, error: type[Exception], stranger: str
) -> None:
    created = await store.create("kim", "", "r1", "d", NOON)
    turn, _ = await store.begin_turn("kim", created.id, "매출?", "r2", "d", NOON)
    await store.end_turn(completed(turn), [])
    before = await store.get("kim", created.id), await store.get_turn("kim", created.id, turn.id)
    with pytest.raises(error):
        await call(store, stranger, created.id, turn.id)
    assert await store.list(stranger, Page(10)) == ([], "")
    assert (await store.get("kim", created.id), await store.get_turn("kim", created.id, turn.id)) == before


async def test_a_turn_belongs_to_its_conversation(store: Conversations) -> None:
    one = await store.create("kim", "", "r1", "d", NOON)
    other = await store.create("kim", "", "r2", "d", NOON)
    turn, _ = await store.begin_turn("kim", one.id, "매출?", "r3", "d", NOON)
    with pytest.raises(TurnNotFound):
        await store.get_turn("kim", other.id, turn.id)


# --- requests ---------------------------------------------------------------------------------


async def test_a_repeated_create_is_the_first(store: Conversations) -> None:
    created = await store.create("kim", "하나", "r1", "d", NOON)
    await store.rename("kim", created.id, "둘", "", "r2", "d", NOON)
    assert await store.create("kim", "하나", "r1", "d", NOON + timedelta(days=1)) == created
    assert len((await store.list("kim", Page(10)))[0]) == 1


async def test_a_repeated_rename_answers_as_the_first_and_changes_nothing(store: Conversations) -> None:
    created = await store.create("kim", "", "r1", "d", NOON)
    first = await store.rename("kim", created.id, "하나", created.etag, "r2", "d", NOON)
    last = await store.rename("kim", created.id, "둘", first.etag, "r3", "d", NOON)
    assert await store.rename("kim", created.id, "하나", created.etag, "r2", "d", NOON) == first
    assert await store.get("kim", created.id) == last


async def test_a_repeated_delete_succeeds(store: Conversations) -> None:
    created = await store.create("kim", "", "r1", "d", NOON)
    await store.delete("kim", created.id, created.etag, "r2", "d")
    await store.delete("kim", created.id, created.etag, "r2", "d")
    with pytest.raises(ConversationNotFound):
        await store.delete("kim", created.id, created.etag, "r3", "d")


async def test_a_create_repeated_after_the_delete_makes_none_again(store: Conversations) -> None:
    created = await store.create("kim", "하나", "r1", "d", NOON)
    await store.delete("kim", created.id, "", "r2", "d")
    assert await store.create("kim", "하나", "r1", "d", NOON) == created
    assert await store.list("kim", Page(10)) == ([], "")


async def test_an_id_with_another_body_is_refused(store: Conversations) -> None:
    created = await store.create("kim", "", "r1", "d", NOON)
    for call in (
        store.create("kim", "", "r1", "other", NOON),
        store.rename("kim", created.id, "이름", "", "r1", "d", NOON),
        store.begin_turn("kim", created.id, "매출?", "r1", "d", NOON),
        store.delete("kim", created.id, "", "r1", "d"),
    ):
        with pytest.raises(RequestIdReused) as raised:
            await call
        assert raised.value.metadata == {"request_id": "r1"}
    assert await store.list("kim", Page(10)) == ([created], "")


async def test_ids_are_remembered_for_each_owner(store: Conversations) -> None:
    mine = await store.create("kim", "", "r1", "d", NOON)
    theirs = await store.create("lee", "", "r1", "other", NOON)
    assert mine.id != theirs.id
    again = [await store.create("kim", "", id_, "d", NOON) for id_ in ("r1 ", "R1")]
    assert len({mine.id, *(conversation.id for conversation in again)}) == 3


async def test_ids_are_remembered_by_the_next_process(opening: Opening) -> None:
    async with opening() as store:
        created = await store.create("kim", "", "r1", "d", NOON)
    async with opening() as store:
        assert await store.create("kim", "", "r1", "d", NOON) == created


async def test_what_was_refused_can_be_asked_again_with_its_id(store: Conversations) -> None:
    created = await store.create("kim", "", "r1", "d", NOON)
    turn, _ = await store.begin_turn("kim", created.id, "하나", "r2", "d", NOON)
    with pytest.raises(TurnRunning):
        await store.begin_turn("kim", created.id, "둘", "r3", "d", NOON)
    await store.end_turn(completed(turn), [])
    second, new = await store.begin_turn("kim", created.id, "둘", "r3", "d", NOON)
    assert new
    assert second.question == "둘"


# --- pages ------------------------------------------------------------------------------------


async def _made(store: Conversations, count: int) -> list[str]:
    return [
        (await store.create("kim", str(n), f"c{n}", "d", NOON + timedelta(seconds=n // 2))).id
        for n in range(count)
    ]


async def _walked(store: Conversations, size: int, after: str = "") -> list[str]:
    found = []
    while True:
        page, after = await store.list("kim", Page(size, after))
        assert len(page) <= size
        found += [conversation.id for conversation in page]
        if not after:
            return found


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
async def test_pages_hold_every_conversation_once_the_last_changed_first(
    store: Conversations, size: int
) -> None:
    made = await _made(store, 7)
    found = await _walked(store, size)
    assert sorted(found) == sorted(made)
    times = [(await store.get("kim", id_)).update_time for id_ in found]
    assert times == sorted(times, reverse=True)


async def test_an_ended_turn_moves_its_conversation_to_the_top(store: Conversations) -> None:
    made = await _made(store, 3)
    turn, _ = await store.begin_turn("kim", made[0], "매출?", "t", "d", NOON)
    ended = completed(turn)
    await store.end_turn(ended, [])
    (first, *_), _ = await store.list("kim", Page(10))
    assert (first.id, first.update_time) == (made[0], ended.complete_time)


@pytest.mark.parametrize("clock", [timedelta(hours=1), timedelta(0), timedelta(hours=-1)])
async def test_what_a_page_held_comes_on_no_later_one_whatever_changes(
    store: Conversations, clock: timedelta
) -> None:
    made = await _made(store, 6)
    page, after = await store.list("kim", Page(3))
    seen = [conversation.id for conversation in page]
    for id_ in seen:
        await store.rename("kim", id_, "바뀜", "", f"n-{id_}", "d", NOON + clock)
    await store.create("kim", "새것", "new", "d", NOON + timedelta(hours=2))
    await store.delete("kim", made[1], "", "gone", "d")
    rest = await _walked(store, 2, after)
    assert not set(rest) & set(seen)
    assert sorted(rest) == sorted(set(made) - set(seen) - {made[1]})


async def test_a_page_token_of_another_list_is_refused(store: Conversations) -> None:
    (made, *_) = await _made(store, 3)
    _, after = await store.list("kim", Page(2))
    for n in range(2):
        turn, _ = await store.begin_turn("kim", made, str(n), f"t{n}", "d", NOON)
        await store.end_turn(completed(turn), [])
    _, after_turn = await store.list_turns("kim", made, Page(1))
    other = await store.create("kim", "", "o", "d", NOON)
    for call in (
        store.list("lee", Page(2, after)),
        store.list("kim", Page(2, after_turn)),
        store.list_turns("kim", made, Page(2, after)),
        store.list_turns("kim", other.id, Page(2, after_turn)),
    ):
        with pytest.raises(PageTokenInvalid):
            await call


@pytest.mark.parametrize("token", ["x", "가", "AAAA", "' OR 1=1 --", "A" * 900, "====", "\x00"])
async def test_a_made_up_page_token_is_refused(store: Conversations, token: str) -> None:
    created = await store.create("kim", "", "r1", "d", NOON)
    with pytest.raises(PageTokenInvalid):
        await store.list("kim", Page(2, token))
    with pytest.raises(PageTokenInvalid):
        await store.list_turns("kim", created.id, Page(2, token))


async def test_a_changed_page_token_is_refused(store: Conversations) -> None:
    await _made(store, 3)
    _, after = await store.list("kim", Page(2))
    for place in range(0, len(after.rstrip("=")) - 1, 5):
        changed = after[:place] + ("A" if after[place] != "A" else "B") + after[place + 1 :]
        with pytest.raises(PageTokenInvalid):
            await store.list("kim", Page(2, changed))


async def test_a_page_token_fits_its_field_and_lasts_over_a_restart(opening: Opening) -> None:
    async with opening() as store:
        await _made(store, 3)
        _, after = await store.list("kim", Page(2))
        assert len(after) <= 1000
    async with opening() as store:
        page, end = await store.list("kim", Page(2, after))
    assert (len(page), end) == (1, "")


async def test_old_requests_are_forgotten_and_what_they_made_stays(store: Conversations) -> None:
    made = await store.create("kim", "하나", "c", "d", NOON)
    turn, _ = await store.begin_turn("kim", made.id, "매출?", "t", "d", NOON)
    now = datetime.now(UTC)
    assert await store.forget_requests(now - timedelta(hours=1)) == 0
    assert (await store.create("kim", "하나", "c", "d", NOON)).id == made.id
    assert await store.forget_requests(now + timedelta(hours=1)) == 2
    assert (await store.create("kim", "하나", "c", "d", NOON)).id != made.id
    assert (await store.get_turn("kim", made.id, turn.id)).id == turn.id
