"""`ports.Conversations` in a database: SQLite when embedded, MariaDB in production."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import ColumnElement, Row, Select, and_, case, delete, insert, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chat.adapters import conversation_tables as tables
from services.chat.adapters.audit_anchor import AnchorFile
from services.chat.adapters.audit_log_sql import SqlAuditLog
from services.chat.adapters.conversation_json import dump_answer, dump_events, load_events
from services.chat.adapters.conversation_requests import Request
from services.chat.adapters.conversation_rows import columns_of, conversation_of, turn_of
from services.chat.adapters.conversations_database import CONVERSATIONS
from services.chat.audit_chain import NewEntry
from services.chat.conversation import Asker, Conversation, Rating, Turn, TurnEvent, TurnState
from services.chat.convert.audit import dump_asker, load_asker, turn_entries
from services.chat.errors import (
    ConversationNotFound,
    EtagMismatch,
    TurnNotFound,
    TurnRunning,
)
from services.chat.ports import Page
from services.kit.database import Engines, opened
from services.kit.metrics import Metrics
from services.kit.page_tokens import dump_token, load_token

_TITLE_LENGTH: Final = 200

_conversation: Final = tables.conversation
_turn: Final = tables.turn
_without_events: Final = [column for column in _turn.c if column is not _turn.c.events]


@asynccontextmanager
async def sql_conversations(
    url: str, metrics: Metrics, anchor: AnchorFile | None = None, lease: "Lease | None" = None
) -> AsyncIterator["SqlConversations"]:
    """The conversations at `url`, sqlite+aiosqlite:///FILE or mysql+aiomysql://…, with the audit beside them, whose
    head is kept in `anchor`. Turns begin under `lease`.

    Raises:
        SystemExit: the database can't be used; it says why and what to do.
    """
    async with opened(url, CONVERSATIONS, metrics) as engines:
        yield SqlConversations(engines, SqlAuditLog(engines, anchor), lease or Lease("chat"))


@dataclass(frozen=True, slots=True)
class Lease:
    """Who runs a turn, by a name that no other process has at the same time, and for how long one may run."""

    holder: str
    time: timedelta = timedelta(minutes=6)


class SqlConversations:
    """See `ports.Conversations`. Every method may also raise StorageFull or ConversationsUnavailable."""

    def __init__(self, engines: Engines, audit: SqlAuditLog, lease: Lease) -> None:
        self._engines = engines
        self.audit = audit
        self._lease = lease

    async def probe(self) -> None:
        """Returns when the database answers; raises as the other methods do."""
        await self._engines.read(lambda connection: connection.execute(select(_conversation.c.id).limit(1)))

    async def create(
        self, owner: str, title: str, request_id: str, digest: str, now: datetime
    ) -> Conversation:
        async def work(connection: AsyncConnection) -> Conversation:
            created = Conversation(uuid4().hex, title, now.astimezone(UTC), now.astimezone(UTC), 0, "1")
            request = Request(owner, request_id, f"create:{digest}", created.id)
            if before := await request.claim(connection):
                return conversation_of(before, title)
            await connection.execute(insert(_conversation).values(owner=owner, **columns_of(created)))
            await request.remember(connection, created)
            return created

        return await self._engines.write(work)

    async def get(self, owner: str, conversation_id: str) -> Conversation:
        return await self._engines.read(lambda connection: _owned(connection, owner, conversation_id))

    async def list(self, owner: str, page: Page) -> tuple[Sequence[Conversation], str]:
        bound = f"conversations of {owner}"
        time, key = _conversation.c.update_time, _conversation.c.id
        statement = select(_conversation).where(_conversation.c.owner == owner)
        if page.after:
            after, after_id = load_token(bound, page.after)
            moment = datetime.fromisoformat(after)
            statement = statement.where(or_(time < moment, and_(time == moment, key < after_id)))
        statement = statement.order_by(time.desc(), key.desc())
        rows, more = await self._engines.read(lambda connection: _rows(connection, statement, page))
        found = [conversation_of(row, row.title) for row in rows]
        return found, dump_token(bound, [found[-1].update_time.isoformat(), found[-1].id]) if more else ""

    async def rename(
        self,
        owner: str,
        conversation_id: str,
        title: str,
        etag: str,
        request_id: str,
        digest: str,
        now: datetime,
    ) -> Conversation:
        request = Request(owner, request_id, f"rename:{digest}", conversation_id)

        async def work(connection: AsyncConnection) -> Conversation:
            if before := await request.claim(connection):
                return conversation_of(before, title)
            held = await _locked(connection, owner, conversation_id, etag)
            renamed = await _change(connection, replace(held, title=title), now)
            await request.remember(connection, renamed)
            return renamed

        return await self._engines.write(work)

    async def delete(self, owner: str, conversation_id: str, etag: str, request_id: str, digest: str) -> None:
        request = Request(owner, request_id, f"delete:{digest}", conversation_id)

        async def work(connection: AsyncConnection) -> None:
            if await request.claim(connection):
                return
            held = await _locked(connection, owner, conversation_id, etag)
            await _refuse_while_running(connection, held)
            await connection.execute(delete(_conversation).where(_conversation.c.id == held.id))

        await self._engines.write(work)

    async def begin_turn(
        self,
        owner: str,
        conversation_id: str,
        question: str,
        request_id: str,
        digest: str,
        now: datetime,
        asker: Asker | None = None,
    ) -> tuple[Turn, bool]:
        async def work(connection: AsyncConnection) -> tuple[Turn, bool]:
            begun = Turn(uuid4().hex, conversation_id, question, TurnState.RUNNING, now.astimezone(UTC))
            request = Request(owner, request_id, f"begin_turn:{digest}", conversation_id, begun.id)
            if before := await request.claim(connection):
                return await _owned_turn(connection, owner, conversation_id, before.turn_id), False
            held = await _locked(connection, owner, conversation_id)
            await _refuse_while_running(connection, held)
            number = held.turn_count + 1
            await connection.execute(
                insert(_turn).values(
                    id=begun.id,
                    conversation_id=held.id,
                    number=number,
                    question=question,
                    state=begun.state.value,
                    create_time=begun.create_time,
                    failure_reason="",
                    memory="",
                    asker=asker and dump_asker(asker),
                    holder=self._lease.holder,
                    lease_until=now + self._lease.time,
                )
            )
            title = _title(question) if number == 1 and not held.title else held.title
            await _change(connection, replace(held, title=title, turn_count=number), now)
            return begun, True

        return await self._engines.write(work)

    async def last_memory(self, owner: str, conversation_id: str) -> str:
        statement = (
            select(_turn.c.memory)
            .where(
                _turn.c.conversation_id == conversation_id,
                _turn.c.state != TurnState.RUNNING.value,
                _turn.c.memory != "",
            )
            .order_by(_turn.c.number.desc())
            .limit(1)
        )

        async def work(connection: AsyncConnection) -> str:
            await _owned(connection, owner, conversation_id)
            return await connection.scalar(statement) or ""

        return await self._engines.read(work)

    async def end_turn(self, turn: Turn, events: Sequence[TurnEvent]) -> None:
        if turn.state is TurnState.RUNNING or turn.complete_time is None:
            raise ValueError("an ended turn has another state than running, and a complete_time")
        ended_at = turn.complete_time
        ended = {
            "state": turn.state.value,
            "complete_time": ended_at,
            "failure_reason": turn.failure_reason,
            "memory": turn.memory,
            "answer": None if turn.answer is None else dump_answer(turn.answer),
            "events": dump_events(turn, events),
        }

        async def work(connection: AsyncConnection) -> Sequence[NewEntry]:
            holder = select(_conversation).where(_conversation.c.id == turn.conversation_id)
            held = (await connection.execute(holder.with_for_update())).one_or_none()
            asker = await connection.scalar(select(_turn.c.asker).where(_turn.c.id == turn.id))
            running = and_(
                _turn.c.id == turn.id,
                _turn.c.conversation_id == turn.conversation_id,
                _turn.c.state == TurnState.RUNNING.value,
            )
            if held and (await connection.execute(update(_turn).where(running).values(ended))).rowcount:
                await _change(connection, conversation_of(held, held.title), ended_at)
            return turn_entries(turn, held.owner if held else "", load_asker(asker))

        await self.audit.transact(work)

    async def get_turn(self, owner: str, conversation_id: str, turn_id: str) -> Turn:
        return await self._engines.read(
            lambda connection: _owned_turn(connection, owner, conversation_id, turn_id)
        )

    async def events(self, owner: str, conversation_id: str, turn_id: str) -> Sequence[TurnEvent]:
        async def work(connection: AsyncConnection) -> Sequence[TurnEvent]:
            turn = await _owned_turn(connection, owner, conversation_id, turn_id)
            kept = await connection.scalar(select(_turn.c.events).where(_turn.c.id == turn_id))
            return () if kept is None else load_events(replace(turn, rating=None), kept)

        return await self._engines.read(work)

    async def list_turns(self, owner: str, conversation_id: str, page: Page) -> tuple[Sequence[Turn], str]:
        bound = f"turns of {owner} in {conversation_id}"
        statement = select(*_without_events).where(_turn.c.conversation_id == conversation_id)
        if page.after:
            (after,) = load_token(bound, page.after)
            statement = statement.where(_turn.c.number > after)
        statement = statement.order_by(_turn.c.number)

        async def work(connection: AsyncConnection) -> tuple[Sequence[Row[Any]], bool]:
            await _owned(connection, owner, conversation_id)
            return await _rows(connection, statement, page)

        rows, more = await self._engines.read(work)
        return [turn_of(row) for row in rows], dump_token(bound, [rows[-1].number]) if more else ""

    async def rate_turn(self, owner: str, conversation_id: str, turn_id: str, rating: Rating | None) -> Turn:
        rated = {
            "thumb": rating and rating.thumb.value,
            "rating_reason": rating and rating.reason.value,
            "rating_comment": rating and rating.comment,
        }

        async def work(connection: AsyncConnection) -> Turn:
            turn = await _owned_turn(connection, owner, conversation_id, turn_id)
            if turn.state is TurnState.RUNNING:
                raise TurnRunning(turn=turn.name)
            await connection.execute(update(_turn).where(_turn.c.id == turn_id).values(rated))
            return replace(turn, rating=rating)

        return await self._engines.write(work)

    async def fail_left(self, reason: str, now: datetime) -> int:
        return await self._fail(or_(_turn.c.holder == self._lease.holder, _lost(now)), reason, now)

    async def fail_lost(self, reason: str, now: datetime) -> int:
        return await self._fail(_lost(now), reason, now)

    async def _fail(self, which: ColumnElement[bool], reason: str, now: datetime) -> int:
        running = and_(_turn.c.state == TurnState.RUNNING.value, which)
        time, revision = _conversation.c.update_time, _conversation.c.revision
        failed = {"state": TurnState.FAILED.value, "failure_reason": reason, "complete_time": now}
        cut_off = (
            select(*_without_events, _conversation.c.owner)
            .join(_conversation, _conversation.c.id == _turn.c.conversation_id)
            .where(running)
            .order_by(_turn.c.create_time, _turn.c.id)
            .with_for_update()
        )
        count = 0

        async def work(connection: AsyncConnection) -> Sequence[NewEntry]:
            nonlocal count
            rows: Any = (await connection.execute(cut_off)).all()
            await connection.execute(
                update(_conversation)
                .where(_conversation.c.id.in_(select(_turn.c.conversation_id).where(running)))
                .values(
                    update_time=case((time < now, literal(now, time.type)), else_=time), revision=revision + 1
                )
            )
            count = (await connection.execute(update(_turn).where(running).values(failed))).rowcount
            return [
                entry
                for row in rows
                for entry in turn_entries(_failed(row, reason, now), row.owner, load_asker(row.asker))
            ]

        await self.audit.transact(work)
        return count

    async def forget_requests(self, before: datetime) -> int:
        old = delete(tables.request).where(tables.request.c.made_time < before)

        async def work(connection: AsyncConnection) -> int:
            return (await connection.execute(old)).rowcount

        return await self._engines.write(work)


# --- inside a transaction -----------------------------------------------------------------------


def _lost(now: datetime) -> ColumnElement[bool]:
    """Its process would have ended it by now."""
    return or_(_turn.c.lease_until.is_(None), _turn.c.lease_until < now)


async def _owned(connection: AsyncConnection, owner: str, conversation_id: str) -> Conversation:
    return await _only(connection, _owners(owner, conversation_id))


async def _locked(
    connection: AsyncConnection, owner: str, conversation_id: str, etag: str = ""
) -> Conversation:
    """The conversation, which nobody else changes until the transaction's end."""
    held = await _only(connection, _owners(owner, conversation_id).with_for_update())
    if etag not in ("", held.etag):
        raise EtagMismatch
    return held


def _owners(owner: str, conversation_id: str) -> Select[Any]:
    return select(_conversation).where(_conversation.c.id == conversation_id, _conversation.c.owner == owner)


async def _only(connection: AsyncConnection, statement: Select[Any]) -> Conversation:
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise ConversationNotFound
    return conversation_of(row, row.title)


async def _owned_turn(connection: AsyncConnection, owner: str, conversation_id: str, turn_id: str) -> Turn:
    statement = (
        select(*_without_events)
        .join(_conversation, _conversation.c.id == _turn.c.conversation_id)
        .where(_turn.c.id == turn_id, _conversation.c.id == conversation_id, _conversation.c.owner == owner)
    )
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise TurnNotFound
    return turn_of(row)


async def _refuse_while_running(connection: AsyncConnection, held: Conversation) -> None:
    running = await connection.scalar(
        select(_turn.c.id).where(_turn.c.conversation_id == held.id, _turn.c.state == TurnState.RUNNING.value)
    )
    if running is not None:
        raise TurnRunning(turn=f"{held.name}/turns/{running}")


async def _change(connection: AsyncConnection, changed: Conversation, now: datetime) -> Conversation:
    """Keeps the changed conversation under its next etag.

    Its time never goes back, not even with the clock: what one page of the list held is on no later one.
    """
    changed = replace(
        changed,
        update_time=max(changed.update_time, now.astimezone(UTC)),
        etag=str(int(changed.etag) + 1),
    )
    await connection.execute(
        update(_conversation).where(_conversation.c.id == changed.id).values(columns_of(changed))
    )
    return changed


async def _rows(
    connection: AsyncConnection, statement: Select[Any], page: Page
) -> tuple[Sequence[Row[Any]], bool]:
    """The page's rows, and whether there are more."""
    rows = (await connection.execute(statement.limit(page.size + 1))).all()
    return rows[: page.size], len(rows) > page.size


def _failed(row: Row[Any], reason: str, now: datetime) -> Turn:
    return replace(turn_of(row), state=TurnState.FAILED, failure_reason=reason, complete_time=now)


def _title(question: str) -> str:
    words = " ".join(question.split())
    return words if len(words) <= _TITLE_LENGTH else words[: _TITLE_LENGTH - 1] + "…"
