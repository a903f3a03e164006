"""`store.DocumentStore` in a database: SQLite when embedded, MariaDB in production."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import Row, Select, delete, exists, insert, not_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.database import Engines, opened
from services.kit.metrics import Metrics
from services.retrieval.access import AccessList
from services.retrieval.adapters import document_tables as tables
from services.retrieval.adapters.document_rows import (
    VERSIONS,
    dump_access,
    dump_document,
    load_access,
    load_document,
    version_of,
)
from services.retrieval.adapters.document_transactions import alone, answered, claim_request, next_change
from services.retrieval.adapters.documents_database import DOCUMENTS
from services.retrieval.adapters.folders_sql import SqlFolders, add_to_folders, path_digest, take_from_folders
from services.retrieval.documents import Document, State, Version
from services.retrieval.errors import DocumentNotFound, EtagMismatch
from services.retrieval.store import Copy, NewVersion, Request

_READABLE: Final = (State.CURRENT, State.SUPERSEDED)

_content: Final = tables.content
_document: Final = tables.document
_version: Final = tables.version


@asynccontextmanager
async def open_documents(url: str, metrics: Metrics) -> AsyncIterator[Engines]:
    """The documents' database at `url`, sqlite+aiosqlite:///FILE or mysql+aiomysql://…, for the adapters on it.

    Raises:
        SystemExit: it can't be used; says why and what to do.
    """
    async with opened(url, DOCUMENTS, metrics) as engines:
        yield engines


class SqlDocuments(SqlFolders):
    """See `store.DocumentStore`."""

    def __init__(self, engines: Engines) -> None:
        super().__init__(engines)
        self._engines = engines

    async def probe(self) -> None:
        """Returns when the database answers; raises as the other methods do."""
        await self._engines.read(lambda connection: connection.execute(select(tables.change_counter.c.id)))

    async def import_version(self, wanted: NewVersion, request: Request) -> Document:
        async def work(connection: AsyncConnection) -> Document:
            await alone(connection)
            if (before := await claim_request(connection, request)) is not None:
                return load_document(before)
            statement = select(_document).where(_document.c.path_digest == path_digest(wanted.path))
            held = (await connection.execute(statement)).one_or_none()
            if held is None:
                document_id = await _create(connection, wanted, request.time)
            else:
                document_id = held.id
                latest = await _version_row(connection, held.latest_id)
                if latest.digest != wanted.digest:
                    await _add_version(connection, held, latest.number, wanted, request.time)
            (document,) = await _documents(connection, [await _row(connection, document_id)])
            return await answered(connection, request, document, dump_document)

        return await self._engines.write(work)

    async def retry(self, document_id: str, request: Request) -> Document:
        async def work(connection: AsyncConnection) -> Document:
            await alone(connection)
            if (before := await claim_request(connection, request)) is not None:
                return load_document(before)
            held = await _row(connection, document_id)
            await connection.execute(
                update(_version)
                .where(_version.c.id == held.latest_id, _version.c.state == State.QUARANTINED.value)
                .values(state=State.QUEUED.value, cause=None, detail="", attempts=0)
            )
            (document,) = await _documents(connection, [held])
            return await answered(connection, request, document, dump_document)

        return await self._engines.write(work)

    async def get(self, document_id: str) -> Document:
        async def work(connection: AsyncConnection) -> Document:
            (document,) = await _documents(connection, [await _row(connection, document_id)])
            return document

        return await self._engines.read(work)

    async def at_path(self, path: str) -> Document | None:
        statement = select(_document).where(_document.c.path_digest == path_digest(path))

        async def work(connection: AsyncConnection) -> Document | None:
            found = await _documents(connection, (await connection.execute(statement)).all())
            return found[0] if found else None

        return await self._engines.read(work)

    async def list(
        self, folder_path: str, states: Sequence[State], after_path: str, limit: int
    ) -> Sequence[Document]:
        statement = select(_document).where(_document.c.path > after_path).order_by(_document.c.path)
        if folder_path:
            # "0" is the sign after "/": all paths that begin with the folder's and a slash.
            statement = statement.where(
                _document.c.path > f"{folder_path}/", _document.c.path < f"{folder_path}0"
            )
        if states:
            statement = statement.where(
                exists().where(
                    _version.c.document_id == _document.c.id,
                    _version.c.state.in_([state.value for state in states]),
                )
            )

        async def work(connection: AsyncConnection) -> Sequence[Document]:
            return await _documents(connection, (await connection.execute(statement.limit(limit))).all())

        return await self._engines.read(work)

    async def path_of(self, document_id: str) -> str | None:
        statement = select(_document.c.path).where(_document.c.id == document_id)
        return await self._engines.read(lambda connection: connection.scalar(statement))

    async def versions(self, document_id: str, before: int, limit: int) -> Sequence[tuple[int, Version]]:
        statement = VERSIONS.where(_version.c.document_id == document_id)
        if before:
            statement = statement.where(_version.c.number < before)
        statement = statement.order_by(_version.c.number.desc()).limit(limit)

        async def work(connection: AsyncConnection) -> Sequence[tuple[int, Version]]:
            return [(row.number, version_of(row)) for row in await connection.execute(statement)]

        return await self._engines.read(work)

    async def version(self, document_id: str, version_id: str) -> Version:
        statement = VERSIONS.where(_version.c.id == version_id, _version.c.document_id == document_id)

        async def work(connection: AsyncConnection) -> Version:
            row = (await connection.execute(statement)).one_or_none()
            if row is None:
                raise DocumentNotFound
            return version_of(row)

        return await self._engines.read(work)

    async def copies(self, digests: Sequence[str]) -> Mapping[str, Sequence[Copy]]:
        statement = (
            select(_version.c.digest, _version.c.id, _document.c.id, _document.c.path, _document.c.access)
            .select_from(_version.join(_document, _document.c.id == _version.c.document_id))
            .where(
                _version.c.digest.in_(set(digests)),
                _version.c.state.in_([state.value for state in _READABLE]),
            )
            .order_by(_version.c.import_time, _version.c.id)
        )

        async def work(connection: AsyncConnection) -> Mapping[str, Sequence[Copy]]:
            found: dict[str, list[Copy]] = {}
            for digest, version_id, document_id, path, access in await connection.execute(statement):
                found.setdefault(digest, []).append(Copy(version_id, document_id, path, load_access(access)))
            return found

        return await self._engines.read(work)

    async def delete(self, document_id: str, etag: str, request: Request) -> Sequence[str]:
        async def work(connection: AsyncConnection) -> Sequence[str]:
            await alone(connection)
            if await claim_request(connection, request) is not None:
                return ()
            held = _matching(await _row(connection, document_id), etag)
            gone = (
                await connection.execute(select(_version).where(_version.c.document_id == document_id))
            ).all()
            await connection.execute(delete(_document).where(_document.c.id == document_id))
            contents = {row.content_id for row in gone if row.content_id}
            in_use = exists().where(_version.c.content_id == _content.c.id)
            await connection.execute(delete(_content).where(_content.c.id.in_(contents), not_(in_use)))
            await take_from_folders(connection, held.path)
            await connection.execute(
                insert(tables.deletion).values(
                    document_id=document_id, change_number=await next_change(connection)
                )
            )
            await answered(connection, request, "", str)
            return await _unreferenced(connection, [row.digest for row in gone])

        return await self._engines.write(work)

    async def set_access(self, document_id: str, access: AccessList, etag: str, request: Request) -> Document:
        async def work(connection: AsyncConnection) -> Document:
            await alone(connection)
            if (before := await claim_request(connection, request)) is not None:
                return load_document(before)
            held = _matching(await _row(connection, document_id), etag)
            await _change(connection, held, request.time, access=dump_access(access))
            (document,) = await _documents(connection, [await _row(connection, document_id)])
            return await answered(connection, request, document, dump_document)

        return await self._engines.write(work)

    async def unreferenced(self, digests: Sequence[str]) -> Sequence[str]:
        return await self._engines.read(lambda connection: _unreferenced(connection, digests))

    async def forget_requests(self, before: datetime) -> int:
        old = delete(tables.request).where(tables.request.c.made_time < before)

        async def work(connection: AsyncConnection) -> int:
            return (await connection.execute(old)).rowcount

        return await self._engines.write(work)


# --- inside a transaction -----------------------------------------------------------------------


async def _create(connection: AsyncConnection, wanted: NewVersion, now: datetime) -> str:
    document_id, version_id = uuid4().hex, uuid4().hex
    name = wanted.path.rpartition("/")[2]
    await connection.execute(
        insert(_document).values(
            id=document_id,
            path=wanted.path,
            path_digest=path_digest(wanted.path),
            title=(name.rpartition(".")[0] or name)[:300],
            access=dump_access(wanted.access or AccessList()),
            create_time=now,
            update_time=now,
            revision=1,
            change_number=await next_change(connection),
            latest_id=version_id,
        )
    )
    await _insert_version(connection, version_id, document_id, 1, wanted, now)
    await add_to_folders(connection, wanted.path)
    return document_id


async def _add_version(
    connection: AsyncConnection, held: Row[Any], latest: int, wanted: NewVersion, now: datetime
) -> None:
    version_id = uuid4().hex
    await _insert_version(connection, version_id, held.id, latest + 1, wanted, now)
    access = held.access if wanted.access is None else dump_access(wanted.access)
    await _change(connection, held, now, latest_id=version_id, access=access)


async def _insert_version(
    connection: AsyncConnection,
    version_id: str,
    document_id: str,
    number: int,
    wanted: NewVersion,
    now: datetime,
) -> None:
    await connection.execute(
        insert(_version).values(
            id=version_id,
            document_id=document_id,
            number=number,
            state=State.QUEUED.value,
            digest=wanted.digest,
            size_bytes=wanted.size_bytes,
            import_time=now,
            stated_date=wanted.stated_date,
            passage_count=0,
            detail="",
            attempts=0,
        )
    )


async def _change(connection: AsyncConnection, held: Row[Any], now: datetime, **values: Any) -> None:
    """Something that a person did. Its time never goes back, not even with the clock."""
    changed = {
        "revision": held.revision + 1,
        "change_number": await next_change(connection),
        "update_time": max(held.update_time, now.astimezone(UTC)),
    }
    await connection.execute(update(_document).where(_document.c.id == held.id).values(**changed, **values))


async def _row(connection: AsyncConnection, document_id: str) -> Row[Any]:
    row = (await connection.execute(select(_document).where(_document.c.id == document_id))).one_or_none()
    if row is None:
        raise DocumentNotFound
    return row


async def _version_row(connection: AsyncConnection, version_id: str) -> Row[Any]:
    return (await connection.execute(select(_version).where(_version.c.id == version_id))).one()


def _matching(held: Row[Any], etag: str) -> Row[Any]:
    if etag not in ("", str(held.revision)):
        raise EtagMismatch(resource="document")
    return held


async def _documents(connection: AsyncConnection, rows: Sequence[Row[Any]]) -> Sequence[Document]:
    """The rows with their current and their latest versions."""
    ids = {found for row in rows for found in (row.current_id, row.latest_id) if found}
    statement: Select[Any] = VERSIONS.where(_version.c.id.in_(ids))
    versions = {row.id: version_of(row) for row in await connection.execute(statement)}
    return [
        Document(
            id=row.id,
            path=row.path,
            title=row.title,
            access=load_access(row.access),
            create_time=row.create_time,
            update_time=row.update_time,
            revision=row.revision,
            current=versions.get(row.current_id),
            pending=None if row.latest_id == row.current_id else versions.get(row.latest_id),
        )
        for row in rows
    ]


async def _unreferenced(connection: AsyncConnection, digests: Sequence[str]) -> Sequence[str]:
    asked = set(digests)
    statement = select(_version.c.digest).where(_version.c.digest.in_(asked)).distinct()
    return sorted(asked - set(await connection.scalars(statement)))
