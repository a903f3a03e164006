"""The audit chain in the conversations' database, so that a turn and its entry are one transaction.

Writing: one writer at a time (SQLite: the only connection that writes; MariaDB: the locked row of `audit_lock`) takes
the last entry, says in the anchor what it is about to append, appends it, commits, and says in the anchor that it did.
A process that is killed on the way leaves an anchor that allows both. There is no way to change or remove an entry.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

import structlog
from sqlalchemy import Select, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chat.adapters.audit_anchor import AnchorFile
from services.chat.adapters.conversation_tables import audit_entry as _entry
from services.chat.adapters.conversation_tables import audit_lock as _lock
from services.chat.adapters.conversations_database import anchor_failure
from services.chat.audit_chain import ANCHOR_LOST, Anchor, Head, Link, NewEntry, Range, Verification, linked
from services.kit.database import Engines

_BATCH: Final = 2000
_LOGGED: Final = 100
"""Every so many entries the head goes to the log as well, which may be kept on another machine."""

log = structlog.get_logger(__name__)


class SqlAuditLog:
    """`ports.AuditLog`, which also appends within others' transactions."""

    def __init__(self, engines: Engines, anchor: AnchorFile | None) -> None:
        """Without an anchor (tests of other things) a cut-off end is not found."""
        self._engines = engines
        self._anchor = anchor
        self._appending = asyncio.Lock()  # from what the anchor allows to what it confirms

    async def transact(
        self, work: Callable[[AsyncConnection], Awaitable[Sequence[NewEntry]]]
    ) -> Sequence[Link]:
        """Do `work` and append what it returns, in one transaction.

        Raises:
            StorageFull, ConversationsUnavailable: nothing of it was kept.
        """

        async def both(connection: AsyncConnection) -> tuple[Sequence[Link], Head]:
            return await self._append(connection, await work(connection))

        async with self._appending:
            links, head = await self._engines.write(both)
            await self._confirm(links, head)
        return links

    async def append(self, entry: NewEntry) -> Link:
        """The entry in the chain: the first one with its event id, if there is one."""

        async def work(connection: AsyncConnection) -> Sequence[NewEntry]:
            return [entry]

        links = await self.transact(work)
        if links:
            return links[-1]
        return await self._engines.read(lambda connection: _only(connection, entry.event_id))

    async def read(self, wanted: Range, limit: int) -> Sequence[Link]:
        """Entries, the last first."""
        statement = _where(select(_entry), wanted).order_by(_entry.c.sequence.desc()).limit(limit)
        return await self._engines.read(lambda connection: _links(connection, statement))

    async def verify(self, start: int, end: int, reading: NewEntry) -> Verification:
        """Verify from `start` (0: the first) to `end` (0: the last), and append that it was done."""
        found: list[tuple[Anchor | None, Head]] = []

        async def work(connection: AsyncConnection) -> Sequence[NewEntry]:
            found[:] = [(await self._read_anchor(), await _last(connection))]
            return [reading]

        await self.transact(work)
        ((anchor, last),) = found
        final = min(end, last.sequence) if end else last.sequence
        before = await self._before(start)
        verification = Verification(before, anchor if self._anchor else Anchor(last))

        async def walk(connection: AsyncConnection) -> None:
            position: int | None = None if before == Head() else before.sequence
            while verification.broken is None:
                batch = select(_entry).where(_entry.c.sequence <= final).order_by(_entry.c.sequence)
                if position is not None:
                    batch = batch.where(_entry.c.sequence > position)
                links = await _links(connection, batch.limit(_BATCH))
                if not links:
                    break
                await asyncio.to_thread(verification.feed, links)
                position = links[-1].sequence

        await self._engines.read(walk)
        verification.end(at_head=not end or end >= last.sequence, exclusive=self._engines.is_local)
        log.info("audit_verified", broken=verification.broken, sequence=verification.last.sequence)
        return verification

    async def _before(self, start: int) -> Head:
        """What an entry `start` must follow."""
        if start <= 1:
            return Head()
        links = await self.read(Range(before=start), 1)
        return Head(links[0].sequence, links[0].hash) if links else Head()

    async def _append(
        self, connection: AsyncConnection, entries: Sequence[NewEntry]
    ) -> tuple[Sequence[Link], Head]:
        known = await _known(connection, [entry.event_id for entry in entries])
        entries = [entry for entry in entries if entry.event_id not in known]
        if not entries:
            return [], Head()
        await connection.execute(select(_lock).with_for_update())
        last, anchor = await _last(connection), await self._read_anchor()
        head = trusted = last
        if self._anchor and anchor is None and last.sequence:
            log.error("audit_anchor_lost", sequence=last.sequence)
            entries = [_anchor_lost(), *entries]
        elif anchor and not anchor.allows(last) and self._is_ours(anchor, last):
            # Somebody was at the chain: go on behind the last true entry, so that the break stays to be seen.
            log.error("audit_chain_broken", sequence=last.sequence, anchored=anchor.head.sequence)
            trusted = anchor.head
            head = Head(max(last.sequence, trusted.sequence), trusted.hash)
        links: list[Link] = []
        for entry in entries:
            links.append(linked(Head(links[-1].sequence, links[-1].hash) if links else head, entry))
        newest = Head(links[-1].sequence, links[-1].hash)
        if self._anchor:
            await _on_disk(self._anchor.write, Anchor(trusted, newest), durable=True)
        await connection.execute(
            insert(_entry), [{name: getattr(link, name) for name in _COLUMNS} for link in links]
        )
        return links, newest

    def _is_ours(self, anchor: Anchor, last: Head) -> bool:
        """Nobody but this machine can have brought the chain from the anchor to where it is."""
        return self._engines.is_local or last.sequence <= anchor.head.sequence

    async def _confirm(self, links: Sequence[Link], head: Head) -> None:
        if not links:
            return
        if self._anchor:
            await _on_disk(self._anchor.write, Anchor(head), durable=False)
        if any(link.sequence % _LOGGED == 0 for link in links):
            log.info("audit_head", sequence=head.sequence, hash=head.hash)

    async def _read_anchor(self) -> Anchor | None:
        return await _on_disk(self._anchor.read) if self._anchor else None


_COLUMNS: Final = tuple(column.name for column in _entry.c)


def _anchor_lost() -> NewEntry:
    now = datetime.now(UTC)
    return NewEntry(
        ANCHOR_LOST + uuid4().hex, int(now.timestamp() * 1_000_000), "change", "", '{"outcome":"ANCHOR_LOST"}'
    )


async def _on_disk(work: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    try:
        return await asyncio.to_thread(work, *arguments, **options)
    except OSError as error:
        raise anchor_failure(error) from None


async def _known(connection: AsyncConnection, event_ids: Sequence[str]) -> set[str]:
    statement = select(_entry.c.event_id).where(_entry.c.event_id.in_(event_ids))
    return set((await connection.scalars(statement)).all())


async def _last(connection: AsyncConnection) -> Head:
    statement = select(_entry.c.sequence, _entry.c.hash).order_by(_entry.c.sequence.desc()).limit(1)
    row = (await connection.execute(statement)).one_or_none()
    return Head(*row) if row else Head()


async def _only(connection: AsyncConnection, event_id: str) -> Link:
    (link,) = await _links(connection, select(_entry).where(_entry.c.event_id == event_id))
    return link


async def _links(connection: AsyncConnection, statement: Select[Any]) -> Sequence[Link]:
    rows: Any = (await connection.execute(statement)).all()
    return [Link(*row) for row in rows]


def _where(statement: Select[Any], wanted: Range) -> Select[Any]:
    columns = _entry.c
    if wanted.sequence is not None:
        statement = statement.where(columns.sequence == wanted.sequence)
    if wanted.before is not None:
        statement = statement.where(columns.sequence < wanted.before)
    if wanted.start_time is not None:
        statement = statement.where(columns.event_time >= wanted.start_time)
    if wanted.end_time is not None:
        statement = statement.where(columns.event_time < wanted.end_time)
    if wanted.username:
        statement = statement.where(columns.username == wanted.username)
    if wanted.actions:
        statement = statement.where(columns.action.in_(wanted.actions))
    return statement
