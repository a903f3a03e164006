"""`store.ImportQueue` in the documents' database: claims are columns of what is claimed."""

import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, exists, insert, not_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.database import Engines
from services.retrieval.adapters import document_tables as tables
from services.retrieval.adapters.document_rows import passage_columns
from services.retrieval.adapters.document_transactions import alone, next_change
from services.retrieval.adapters.embedding_queue_sql import SqlEmbeddingQueue
from services.retrieval.documents import State
from services.retrieval.reading.content import Cause
from services.retrieval.store import Claim, ReadContent

_ROWS_AT_ONCE: Final = 200
"""A statement stays far below what MariaDB takes in one packet (16 MiB)."""

_content: Final = tables.content
_document: Final = tables.document
_passage: Final = tables.passage
_version: Final = tables.version


@dataclass(frozen=True, slots=True)
class Lease:
    """Whose claims these are, by a name that no other process has at the same time, and how long one holds."""

    holder: str
    time: timedelta = timedelta(minutes=5)


class SqlImportQueue(SqlEmbeddingQueue):
    """See `store.ImportQueue`."""

    def __init__(self, engines: Engines, lease: Lease) -> None:
        super().__init__(engines, lease.holder, lease.time)
        self._engines = engines
        self._lease = lease

    async def claim(self, now: datetime) -> Claim | None:
        earlier, same = _version.alias(), _version.alias()
        waiting = (
            select(_version, _document.c.path)
            .join(_document, _document.c.id == _version.c.document_id)
            .where(
                or_(
                    _version.c.state == State.QUEUED.value,
                    and_(_version.c.state == State.INDEXING.value, _version.c.lease_until < now),
                ),
                not_(
                    exists().where(
                        earlier.c.document_id == _version.c.document_id,
                        earlier.c.number < _version.c.number,
                        earlier.c.state.in_([State.QUEUED.value, State.INDEXING.value]),
                    )
                ),
                not_(
                    exists().where(
                        same.c.digest == _version.c.digest,
                        same.c.id != _version.c.id,
                        same.c.state == State.INDEXING.value,
                        same.c.lease_until >= now,
                    )
                ),
            )
            .order_by(_version.c.import_time, _version.c.id)
            .limit(1)
        )

        async def look(connection: AsyncConnection) -> Row[Any] | None:
            return (await connection.execute(waiting)).one_or_none()

        async def work(connection: AsyncConnection) -> Claim | None:
            await alone(connection)
            row = await look(connection)
            if row is None:
                return None
            await connection.execute(
                update(_version)
                .where(_version.c.id == row.id)
                .values(
                    state=State.INDEXING.value,
                    holder=self._lease.holder,
                    lease_until=now + self._lease.time,
                    attempts=row.attempts + 1,
                )
            )
            return Claim(row.id, row.document_id, row.path, row.digest, row.attempts + 1)

        if await self._engines.read(look) is None:
            return None  # mostly, and without keeping those waiting who write
        return await self._engines.write(work)

    async def renew(self, claim: Claim, now: datetime) -> bool:
        return await self._update(claim, lease_until=now + self._lease.time)

    async def finish_as_known(self, claim: Claim, title: str, now: datetime) -> bool:
        extension = _extension(claim.path)
        known = select(_content).where(
            _content.c.digest == claim.digest,
            _content.c.extension == extension,
            or_(_content.c.has_own_title, _content.c.id == _content_id(claim.digest, extension, title)),
        )

        async def work(connection: AsyncConnection) -> bool:
            await alone(connection)
            content = (await connection.execute(known.limit(1))).one_or_none()
            return content is not None and await self._make_current(connection, claim, content)

        if await self._engines.read(lambda c: c.scalar(known.limit(1))) is None:
            return False
        return await self._engines.write(work)

    async def finish(self, claim: Claim, content: ReadContent, now: datetime) -> bool:
        extension = _extension(claim.path)
        columns = {
            "id": _content_id(claim.digest, extension, content.title),
            "digest": claim.digest,
            "extension": extension,
            "title": content.title,
            "has_own_title": content.has_own_title,
            "effective_date": content.effective_date,
            "media_type": content.media_type,
            "page_count": content.page_count,
            "scanned_pages": ",".join(map(str, content.scanned_pages)) or None,
            "plain": zlib.compress(content.plain.encode(), 6),
            "read_time": now,
            "model": "",
            "is_embedded": False,
        }
        passages = [
            {
                "content_id": columns["id"],
                "place": place,
                "terms": "\n".join(terms),
                **passage_columns(passage),
            }
            for place, (passage, terms) in enumerate(zip(content.passages, content.terms, strict=True))
        ]
        there = select(_content).where(_content.c.id == columns["id"])

        async def work(connection: AsyncConnection) -> bool:
            await alone(connection)
            if not await self._holds(connection, claim):
                return False
            if (await connection.execute(there)).one_or_none() is None:
                await connection.execute(insert(_content).values(columns))
                for first in range(0, len(passages), _ROWS_AT_ONCE):
                    await connection.execute(insert(_passage), passages[first : first + _ROWS_AT_ONCE])
            return await self._make_current(connection, claim, (await connection.execute(there)).one())

        return await self._engines.write(work)

    async def quarantine(self, claim: Claim, cause: Cause, detail: str, now: datetime) -> bool:
        return await self._update(
            claim,
            state=State.QUARANTINED.value,
            cause=cause.value,
            detail=detail[:300],
            holder=None,
            lease_until=None,
        )

    async def release(self, claim: Claim) -> None:
        await self._update(
            claim,
            state=State.QUEUED.value,
            holder=None,
            lease_until=None,
            attempts=_version.c.attempts - 1,
        )

    async def release_left(self) -> None:
        left = and_(_version.c.state == State.INDEXING.value, _version.c.holder == self._lease.holder)

        async def work(connection: AsyncConnection) -> None:
            await alone(connection)
            await connection.execute(
                update(_version).where(left).values(state=State.QUEUED.value, holder=None, lease_until=None)
            )
            await self.release_left_embeddings(connection)

        await self._engines.write(work)

    def _mine(self, claim: Claim) -> ColumnElement[bool]:
        return and_(
            _version.c.id == claim.version_id,
            _version.c.state == State.INDEXING.value,
            _version.c.holder == self._lease.holder,
            _version.c.attempts == claim.attempts,
        )

    async def _holds(self, connection: AsyncConnection, claim: Claim) -> bool:
        return await connection.scalar(select(_version.c.id).where(self._mine(claim))) is not None

    async def _update(self, claim: Claim, **values: Any) -> bool:
        async def work(connection: AsyncConnection) -> bool:
            await alone(connection)
            done = await connection.execute(update(_version).where(self._mine(claim)).values(values))
            return bool(done.rowcount)

        return await self._engines.write(work)

    async def _make_current(self, connection: AsyncConnection, claim: Claim, content: Row[Any]) -> bool:
        """Within its transaction: a reader sees the version before or this one, never none."""
        if not await self._holds(connection, claim):
            return False
        held = (await connection.execute(select(_document).where(_document.c.id == claim.document_id))).one()
        counted = select(_passage.c.place).where(_passage.c.content_id == content.id)
        passage_count = len((await connection.scalars(counted)).all())
        await connection.execute(
            update(_version).where(_version.c.id == held.current_id).values(state=State.SUPERSEDED.value)
        )
        await connection.execute(
            update(_version)
            .where(_version.c.id == claim.version_id)
            .values(
                state=State.CURRENT.value,
                content_id=content.id,
                passage_count=passage_count,
                holder=None,
                lease_until=None,
            )
        )
        await connection.execute(
            update(_document)
            .where(_document.c.id == held.id)
            .values(
                current_id=claim.version_id,
                title=content.title,
                change_number=await next_change(connection),
            )
        )
        return True


def _extension(path: str) -> str:
    return PurePosixPath(path).suffix.lower()[:20]


def _content_id(digest: str, extension: str, title: str) -> str:
    return sha256("\n".join((digest, extension, title)).encode()).hexdigest()
