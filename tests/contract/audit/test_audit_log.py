"""What the audit promises: every end of a turn is in it, once; whatever is done to its rows is found."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.chat.adapters.audit_anchor import AnchorFile
from services.chat.adapters.conversations_sql import SqlConversations
from services.chat.audit_chain import Break, NewEntry, Range, Verification, digest
from services.chat.conversation import Asker, FinishReason, Outcome
from services.chat.ports import Conversations
from services.kit.errors import StorageFull
from tests.contract.conversations.samples import NOON, completed, events_of

KIM = Asker("kim", "maru-operator", "0af7651916cd43dd8448eb211c80319c")


def entry(event_id: str, username: str = "kim", when: int = 0) -> NewEntry:
    return NewEntry(
        event_id, 1_790_000_000_000_000 + when, "export", username, '{"outcome":"OUTCOME_ANSWERED"}'
    )


async def fill(store: SqlConversations, count: int = 8) -> None:
    for number in range(count):
        await store.audit.append(entry(f"e{number}", when=number))


async def verified(store: SqlConversations, start: int = 0, end: int = 0) -> Verification:
    return await store.audit.verify(start, end, entry(f"verify-{asyncio.get_running_loop().time()}"))


async def tamper(store: SqlConversations, *statements: str) -> None:
    """As somebody who has the database: on SQLite the triggers are no hindrance to them."""
    async with store._engines.writer.begin() as connection:
        if store._engines.is_local:
            await connection.execute(text("DROP TRIGGER IF EXISTS audit_entry_no_update"))
            await connection.execute(text("DROP TRIGGER IF EXISTS audit_entry_no_delete"))
        for statement in statements:
            await connection.execute(text(statement))


async def ask(store: Conversations, request_id: str = "t", asker: Asker | None = KIM) -> Any:
    conversation = await store.create("sub-kim", "", f"c-{request_id}", "d", NOON)
    turn, _ = await store.begin_turn(
        "sub-kim", conversation.id, "지난달 매출은?", request_id, "d", NOON, asker
    )
    return turn


async def test_the_end_of_a_turn_is_an_entry(store: SqlConversations) -> None:
    turn = completed(await ask(store))
    await store.end_turn(turn, events_of(turn))
    (link,) = await store.audit.read(Range(), 10)
    content = json.loads(link.content)
    assert (link.sequence, link.username, link.action) == (1, "kim", "turn")
    assert content["question"] == "지난달 매출은?"
    assert content["subject"] == "sub-kim"
    assert content["actor"] == "maru-operator"
    assert content["trace_id"] == KIM.trace_id
    assert content["resource"] == turn.name
    assert content["outcome"] == "OUTCOME_ANSWERED"
    assert turn.answer
    assert turn.answer.context
    assert content["context"]["statement_digest"] == turn.answer.context.statement_digest
    assert "answer" not in content


async def test_each_question_of_a_message_is_an_entry(store: SqlConversations) -> None:
    turn = completed(await ask(store))
    assert turn.answer
    further = (
        replace(
            turn.answer,
            question="이번 달 발주는?",
            outcome=Outcome.REFUSED,
            refusal_reason="METRIC_FORBIDDEN",
        ),
        replace(turn.answer, question="재고는?", finish_reason=FinishReason.STOPPED),
    )
    answer = replace(turn.answer, question="지난달 매출은?", further=further)
    await store.end_turn(replace(turn, answer=answer), [])
    contents = [json.loads(link.content) for link in reversed(await store.audit.read(Range(), 10))]
    assert [(one["question"], one["outcome"]) for one in contents] == [
        ("지난달 매출은?", "OUTCOME_ANSWERED"),
        ("이번 달 발주는?", "METRIC_FORBIDDEN"),
        ("재고는?", "FINISH_REASON_STOPPED"),
    ]
    assert {one["resource"] for one in contents} == {turn.name}


async def test_a_turn_that_is_ended_twice_is_one_entry(store: SqlConversations) -> None:
    turn = completed(await ask(store))
    await asyncio.gather(*(store.end_turn(turn, []) for _ in range(4)))
    assert len(await store.audit.read(Range(), 10)) == 1


async def test_a_turn_cut_off_by_a_crash_is_an_entry(store: SqlConversations) -> None:
    turn = await ask(store)
    assert await store.fail_left("TURN_INTERRUPTED", NOON) == 1
    (link,) = await store.audit.read(Range(), 10)
    content = json.loads(link.content)
    assert (content["username"], content["outcome"], content["resource"]) == (
        "kim", "TURN_INTERRUPTED", turn.name,
    )  # fmt: skip
    assert content["question"] == "지난달 매출은?"


async def test_without_its_entry_a_turn_does_not_end(
    store: SqlConversations, anchor: AnchorFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = completed(await ask(store))

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "no space")

    with monkeypatch.context() as patch:
        patch.setattr(anchor, "write", full)
        with pytest.raises(StorageFull):
            await store.end_turn(turn, events_of(turn))
    assert (await store.get_turn("sub-kim", turn.conversation_id, turn.id)).state == "running"
    assert await store.audit.read(Range(), 10) == []
    await store.end_turn(turn, events_of(turn))
    assert (await verified(store)).broken is None


async def test_many_at_once_make_one_chain(store: SqlConversations) -> None:
    await asyncio.gather(*(store.audit.append(entry(f"e{number}")) for number in range(40)))
    found = await verified(store)
    assert (found.broken, found.verified, found.last.sequence) == (None, 40, 40)


async def test_the_same_event_is_one_entry(store: SqlConversations) -> None:
    links = await asyncio.gather(*(store.audit.append(entry("e", when=number)) for number in range(5)))
    assert len(set(links)) == 1
    assert (await verified(store)).verified == 1


async def test_reading_goes_back_page_by_page_under_its_conditions(store: SqlConversations) -> None:
    for number in range(7):
        await store.audit.append(entry(f"e{number}", "kim" if number % 2 else "lee", when=number))
    assert [link.sequence for link in await store.audit.read(Range(), 3)] == [7, 6, 5]
    assert [link.sequence for link in await store.audit.read(Range(before=5), 3)] == [4, 3, 2]
    assert [link.sequence for link in await store.audit.read(Range(username="lee"), 9)] == [7, 5, 3, 1]
    first = entry("", when=2).event_time
    wanted = Range(start_time=first, end_time=first + 3, actions=("export",))
    assert [link.sequence for link in await store.audit.read(wanted, 9)] == [5, 4, 3]
    assert await store.audit.read(Range(actions=("turn",)), 9) == []


async def test_a_range_is_verified_alone(store: SqlConversations) -> None:
    await fill(store)
    await tamper(store, "UPDATE audit_entry SET username = 'lee' WHERE sequence = 3")
    assert (await verified(store, 4, 7)).verified == 4
    assert (await verified(store, 1, 2)).broken is None
    found = await verified(store, 2, 6)
    assert (found.broken, found.sequence) == (Break.EDITED, 3)


SHIFT = "UPDATE audit_entry SET sequence = sequence + 1 WHERE sequence = {}"
BACK = "UPDATE audit_entry SET sequence = sequence - 1 WHERE sequence = {}"
FORGED = (
    "INSERT INTO audit_entry (sequence, version, previous_hash, event_id, event_time, action, username, content, hash) "
    "SELECT {}, version, {}, 'forged', event_time, action, username, content, {} FROM audit_entry WHERE sequence = 2"
)


@pytest.mark.parametrize(
    ("statements", "kind", "sequence"),
    [
        pytest.param(["UPDATE audit_entry SET content = '{}' WHERE sequence = 4"], Break.EDITED, 4, id="content"),
        pytest.param(["UPDATE audit_entry SET username = 'lee' WHERE sequence = 1"], Break.EDITED, 1, id="user"),
        pytest.param(["UPDATE audit_entry SET event_time = 5 WHERE sequence = 8"], Break.EDITED, 8, id="time of the last"),
        pytest.param(["UPDATE audit_entry SET action = 'turn' WHERE sequence = 2"], Break.EDITED, 2, id="action"),
        pytest.param(["UPDATE audit_entry SET version = 2 WHERE sequence = 5"], Break.EDITED, 5, id="version"),
        pytest.param(["DELETE FROM audit_entry WHERE sequence = 5"], Break.REMOVED, 5, id="removed"),
        pytest.param(["DELETE FROM audit_entry WHERE sequence = 1"], Break.REMOVED, 1, id="first removed"),
        pytest.param(["DELETE FROM audit_entry WHERE sequence < 4"], Break.REMOVED, 1, id="beginning removed"),
        pytest.param(
            ["DELETE FROM audit_entry WHERE sequence = 5", *(BACK.format(n) for n in (6, 7, 8))],
            Break.REMOVED, 5, id="removed and renumbered",
        ),
        pytest.param(["DELETE FROM audit_entry WHERE sequence = 8"], Break.CUT_OFF, 8, id="last cut off"),
        pytest.param(["DELETE FROM audit_entry WHERE sequence > 3"], Break.CUT_OFF, 4, id="end cut off"),
        pytest.param(["DELETE FROM audit_entry"], Break.CUT_OFF, 1, id="all cut off"),
        pytest.param(
            [*(SHIFT.format(n) for n in (8, 7, 6, 5)), FORGED.format(5, "'x'", "'y'")],
            Break.INSERTED, 5, id="inserted and renumbered",
        ),
        pytest.param([FORGED.format(9, "'x'", "'y'")], Break.INSERTED, 9, id="put at the end"),
        pytest.param([FORGED.format(0, "'x'", "'y'")], Break.INSERTED, 0, id="put before the first"),
    ],
)  # fmt: skip
async def test_tampering_is_found(
    store: SqlConversations, statements: list[str], kind: Break, sequence: int
) -> None:
    await fill(store)
    await tamper(store, *statements)
    found = await verified(store)
    shared_end = sequence == 9 and not store._engines.is_local  # another machine may append there
    assert (found.broken, found.sequence) == (found.broken if shared_end else kind, sequence)
    assert found.broken
    await store.audit.append(entry("later"))  # it goes on, and heals nothing
    again = await verified(store)
    assert again.broken
    assert again.sequence == sequence


async def test_rows_put_in_with_right_hashes_are_found(store: SqlConversations, anchor: AnchorFile) -> None:
    await fill(store, 4)
    kept = anchor.read()
    assert kept
    await store.audit.append(entry("forged"))
    anchor.write(kept, durable=False)  # the forger has the database, not the key of the anchor
    found = await verified(store)
    assert (found.broken, found.sequence) == (Break.INSERTED, 5) if store._engines.is_local else (None, 0)
    again = await verified(store)
    assert (again.broken, again.sequence) == (found.broken, found.sequence)


async def test_an_edit_with_its_hash_made_anew_is_found_at_the_entry(store: SqlConversations) -> None:
    await fill(store)
    (link,) = await store.audit.read(Range(sequence=4), 1)
    forged = digest(replace(link, username="lee"))
    await tamper(store, f"UPDATE audit_entry SET username = 'lee', hash = '{forged}' WHERE sequence = 4")  # noqa: S608
    found = await verified(store)
    assert (found.broken, found.sequence) == (Break.EDITED, 4)


@pytest.mark.parametrize("damage", ["remove", "other key", "garbage"])
async def test_a_lost_anchor_is_found_now_and_later(
    store: SqlConversations, tmp_path: Path, damage: str
) -> None:
    await fill(store, 3)
    file = tmp_path / "audit" / "head.jws"
    if damage == "remove":
        file.unlink()
    else:
        signed = file.read_text()
        file.write_text("x" if damage == "garbage" else f"{signed[:-6]}AAAAAA")
    found = await verified(store)
    assert (found.broken, found.sequence) == (Break.ANCHOR_LOST, 3)
    await store.audit.append(entry("later"))
    again = await verified(store)
    assert (again.broken, again.sequence) == (Break.ANCHOR_LOST, 4)  # the entry that says so
    assert (await verified(store, 5)).broken is None


async def test_a_process_killed_between_anchor_and_commit_breaks_nothing(
    store: SqlConversations, anchor: AnchorFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(store, 2)
    real = anchor.write

    class Killed(BaseException):
        pass

    def killed(*arguments: Any, durable: bool) -> None:
        real(*arguments, durable=durable)
        raise Killed

    def killed_late(*arguments: Any, durable: bool) -> None:
        if not durable:
            raise Killed
        real(*arguments, durable=durable)

    for number, killing in enumerate((killed, killed_late)):
        with monkeypatch.context() as patch:
            patch.setattr(anchor, "write", killing)
            with pytest.raises(Killed):
                await store.audit.append(entry(f"cut-{number}"))
        assert (await verified(store)).broken is None
    assert [link.event_id for link in await store.audit.read(Range(), 9) if "cut" in link.event_id] == [
        "cut-1"
    ]


async def test_nothing_changes_or_removes_a_row(store: SqlConversations) -> None:
    if not store._engines.is_local:
        pytest.skip("on MariaDB the account's rights refuse it: docs/audit.md")
    await fill(store, 2)
    for statement in ("UPDATE audit_entry SET username = 'lee'", "DELETE FROM audit_entry"):
        with pytest.raises(DBAPIError, match="append-only"):
            async with store._engines.writer.begin() as connection:
                await connection.execute(text(statement))
    assert (await verified(store)).verified == 2
