"""The second half of `store.ImportQueue`: contents that wait for their vectors."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from sqlalchemy import ColumnElement, and_, bindparam, exists, not_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.database import Engines
from services.retrieval.adapters import document_tables as tables
from services.retrieval.adapters.document_rows import passage_of
from services.retrieval.adapters.document_transactions import alone, next_change
from services.retrieval.documents import State
from services.retrieval.passages import Passage
from services.retrieval.ports import Vectors
from services.retrieval.store import EmbeddingClaim

_content: Final = tables.content
_document: Final = tables.document
_passage: Final = tables.passage
_version: Final = tables.version


class SqlEmbeddingQueue:
    def __init__(self, engines: Engines, holder: str, time: timedelta) -> None:
        self._engines = engines
        self._holder = holder
        self._time = time

    async def claim_embedding(self, model: str, now: datetime) -> EmbeddingClaim | None:
        searched = exists().where(
            _version.c.content_id == _content.c.id, _version.c.state == State.CURRENT.value
        )
        waiting = (
            select(_content.c.id, _content.c.title, _content.c.model, _content.c.is_embedded)
            .where(
                or_(not_(_content.c.is_embedded), _content.c.model != model),
                or_(_content.c.holder.is_(None), _content.c.lease_until < now),
                searched,
            )
            .order_by(_content.c.read_time, _content.c.id)
            .limit(1)
        )

        async def look(connection: AsyncConnection) -> Any:
            return (await connection.execute(waiting)).one_or_none()

        async def work(connection: AsyncConnection) -> EmbeddingClaim | None:
            await alone(connection)
            row = await look(connection)
            if row is None:
                return None
            if row.model != model:  # vectors of two models are never compared
                await connection.execute(
                    update(_passage).where(_passage.c.content_id == row.id).values(vector=None)
                )
            if row.is_embedded:
                await _tell_search(connection, row.id)
            await connection.execute(
                update(_content)
                .where(_content.c.id == row.id)
                .values(model=model, is_embedded=False, holder=self._holder, lease_until=now + self._time)
            )
            return EmbeddingClaim(row.id, row.title)

        if await self._engines.read(look) is None:
            return None
        return await self._engines.write(work)

    async def without_vector(self, claim: EmbeddingClaim, limit: int) -> Sequence[tuple[int, Passage]]:
        statement = (
            select(_passage)
            .where(_passage.c.content_id == claim.content_id, _passage.c.vector.is_(None))
            .order_by(_passage.c.place)
            .limit(limit)
        )

        async def work(connection: AsyncConnection) -> Sequence[tuple[int, Passage]]:
            return [(row.place, passage_of(row)) for row in await connection.execute(statement)]

        return await self._engines.read(work)

    async def add_vectors(
        self, claim: EmbeddingClaim, places: Sequence[int], vectors: Vectors, now: datetime
    ) -> bool:
        rows = [
            {"at": place, "made": np.asarray(vector, "<f4").tobytes()}
            for place, vector in zip(places, vectors, strict=True)
        ]
        statement = (
            update(_passage)
            .where(_passage.c.content_id == claim.content_id, _passage.c.place == bindparam("at"))
            .values(vector=bindparam("made"))
        )

        async def work(connection: AsyncConnection) -> bool:
            await alone(connection)
            renewed = await connection.execute(
                update(_content).where(self._claimed(claim)).values(lease_until=now + self._time)
            )
            if not renewed.rowcount:
                return False
            await connection.execute(statement, rows)
            return True

        return await self._engines.write(work)

    async def finish_embedding(self, claim: EmbeddingClaim) -> bool:
        async def work(connection: AsyncConnection) -> bool:
            await alone(connection)
            done = await connection.execute(
                update(_content)
                .where(self._claimed(claim))
                .values(is_embedded=True, holder=None, lease_until=None)
            )
            if not done.rowcount:
                return False
            await _tell_search(connection, claim.content_id)
            return True

        return await self._engines.write(work)

    async def release_embedding(self, claim: EmbeddingClaim, now: datetime) -> None:
        async def work(connection: AsyncConnection) -> None:
            await alone(connection)
            await connection.execute(
                update(_content)
                .where(self._claimed(claim))
                .values(holder=None, lease_until=None, read_time=now)
            )

        await self._engines.write(work)

    async def release_left_embeddings(self, connection: AsyncConnection) -> None:
        """Within `release_left`."""
        await connection.execute(
            update(_content).where(_content.c.holder == self._holder).values(holder=None, lease_until=None)
        )

    def _claimed(self, claim: EmbeddingClaim) -> ColumnElement[bool]:
        return and_(_content.c.id == claim.content_id, _content.c.holder == self._holder)


async def _tell_search(connection: AsyncConnection, content_id: str) -> None:
    """All documents that are searched by this content have changed."""
    versions = select(_version.c.id).where(
        _version.c.content_id == content_id, _version.c.state == State.CURRENT.value
    )
    await connection.execute(
        update(_document)
        .where(_document.c.current_id.in_(versions))
        .values(change_number=await next_change(connection))
    )
