"""The folders of `store.DocumentStore`: their access lists, and how many documents lie below each."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Row, and_, delete, insert, not_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.database import Engines
from services.retrieval.access import AccessList, folders_above
from services.retrieval.adapters import document_tables as tables
from services.retrieval.adapters.document_rows import (
    dump_access,
    dump_folder,
    folder_id,
    folder_of,
    load_access,
    load_folder,
)
from services.retrieval.adapters.document_transactions import alone, answered, claim_request, next_change
from services.retrieval.documents import Folder
from services.retrieval.errors import EtagMismatch
from services.retrieval.store import Request

_NONE: Final = AccessList()

_folder: Final = tables.folder


class SqlFolders:
    def __init__(self, engines: Engines) -> None:
        self._engines = engines

    async def folder_lists(self) -> Mapping[str, AccessList]:
        statement = select(_folder.c.path, _folder.c.access).where(_folder.c.is_set)

        async def work(connection: AsyncConnection) -> Mapping[str, AccessList]:
            return {row.path: load_access(row.access) for row in await connection.execute(statement)}

        return await self._engines.read(work)

    async def list_folders(self, after_path: str | None, limit: int) -> Sequence[Folder]:
        statement = select(_folder).where(or_(_folder.c.document_count > 0, _folder.c.is_set))
        if after_path is not None:
            statement = statement.where(_folder.c.path > after_path)
        statement = statement.order_by(_folder.c.path).limit(limit)

        async def work(connection: AsyncConnection) -> Sequence[Folder]:
            return [folder_of(row) for row in await connection.execute(statement)]

        return await self._engines.read(work)

    async def path_of_folder(self, folder_id: str) -> str | None:
        statement = select(_folder.c.path).where(_folder.c.path_digest.startswith(folder_id, autoescape=True))
        return await self._engines.read(lambda connection: connection.scalar(statement))

    async def set_folder_access(self, path: str, access: AccessList, etag: str, request: Request) -> Folder:
        async def work(connection: AsyncConnection) -> Folder:
            await alone(connection)
            if before := await claim_request(connection, request):
                return load_folder(before)
            held = await _row(connection, path)
            revision = held.revision if held else 0
            if etag != (str(revision) if revision else ""):
                raise EtagMismatch(resource="folder")
            values = {"access": dump_access(access), "revision": revision + 1, "is_set": access != _NONE}
            if held:
                await connection.execute(
                    update(_folder).where(_folder.c.path_digest == held.path_digest).values(values)
                )
            else:
                await _insert(connection, path, document_count=0, **values)
            await next_change(connection)
            folder = Folder(folder_id(path_digest(path)), path, access, revision + 1)
            return await answered(connection, request, folder, dump_folder)

        return await self._engines.write(work)


def path_digest(path: str) -> str:
    return sha256(path.encode()).hexdigest()


async def add_to_folders(connection: AsyncConnection, document_path: str) -> None:
    """Counts a new document in every folder above it."""
    for path in folders_above(document_path):
        if await _row(connection, path) is None:
            await _insert(
                connection, path, document_count=0, access=dump_access(_NONE), revision=0, is_set=False
            )
    await _count(connection, document_path, 1)


async def take_from_folders(connection: AsyncConnection, document_path: str) -> None:
    """A folder that nothing was ever set on goes with its last document."""
    await _count(connection, document_path, -1)
    above = [path_digest(path) for path in folders_above(document_path)]
    empty = and_(_folder.c.document_count == 0, _folder.c.revision == 0, not_(_folder.c.is_set))
    await connection.execute(delete(_folder).where(_folder.c.path_digest.in_(above), empty))


async def _count(connection: AsyncConnection, document_path: str, more: int) -> None:
    above = [path_digest(path) for path in folders_above(document_path)]
    await connection.execute(
        update(_folder)
        .where(_folder.c.path_digest.in_(above))
        .values(document_count=_folder.c.document_count + more)
    )


async def _row(connection: AsyncConnection, path: str) -> Row[Any] | None:
    statement = select(_folder).where(_folder.c.path_digest == path_digest(path))
    return (await connection.execute(statement)).one_or_none()


async def _insert(connection: AsyncConnection, path: str, **values: Any) -> None:
    await connection.execute(insert(_folder).values(path=path, path_digest=path_digest(path), **values))
