"""`ports.SearchSource` in the documents' database."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.database import Engines
from services.retrieval.access import AccessList
from services.retrieval.adapters import document_tables as tables
from services.retrieval.adapters.document_rows import effective_date_of, load_access, passage_of
from services.retrieval.ports import Changes, IndexedVersion, PassageKey, SearchedDocument, StoredPassage

_DELETED: Final = AccessList()

_content: Final = tables.content
_deletion: Final = tables.deletion
_document: Final = tables.document
_folder: Final = tables.folder
_passage: Final = tables.passage
_version: Final = tables.version


class SqlSearchSource:
    """See `ports.SearchSource`."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines

    async def changes(self, after: int) -> Changes | None:
        documents = (
            select(
                _document.c.id,
                _document.c.path,
                _document.c.access,
                _document.c.current_id,
                _content.c.model,
                _content.c.is_embedded,
            )
            .select_from(
                _document.outerjoin(_version, _version.c.id == _document.c.current_id).outerjoin(
                    _content, _content.c.id == _version.c.content_id
                )
            )
            .where(_document.c.change_number > after)
        )
        deleted = select(_deletion.c.document_id).where(_deletion.c.change_number > after)
        folders = select(_folder.c.path, _folder.c.access).where(_folder.c.is_set)

        async def work(connection: AsyncConnection) -> Changes | None:
            # First: what is changed while this reads is read again next time, and never missed.
            number = await connection.scalar(select(tables.change_counter.c.last_number)) or 0
            if number <= after:
                return None
            found = [_searched(row) for row in await connection.execute(documents)]
            if after:
                found += [
                    SearchedDocument(document_id, "", _DELETED, "", "")
                    for document_id in await connection.scalars(deleted)
                ]
            lists = {row.path: load_access(row.access) for row in await connection.execute(folders)}
            return Changes(number, found, lists)

        return await self._engines.read(work)

    async def indexed(self, version_ids: Sequence[str]) -> Sequence[IndexedVersion]:
        statement = (
            select(
                _version.c.id,
                _content.c.is_embedded,
                _content.c.model,
                _passage.c.terms,
                _passage.c.vector,
            )
            .select_from(
                _version.join(_content, _content.c.id == _version.c.content_id).join(
                    _passage, _passage.c.content_id == _content.c.id
                )
            )
            .where(_version.c.id.in_(version_ids))
            .order_by(_version.c.id, _passage.c.place)
        )

        async def work(connection: AsyncConnection) -> Sequence[IndexedVersion]:
            rows: dict[str, list[Any]] = {}
            for row in await connection.execute(statement):
                rows.setdefault(row.id, []).append(row)
            return [
                _indexed(version_id, rows[version_id]) for version_id in version_ids if version_id in rows
            ]

        return await self._engines.read(work)

    async def passages(self, keys: Sequence[PassageKey]) -> Sequence[StoredPassage]:
        statement = (
            select(
                _version.c.id,
                _version.c.document_id,
                _document.c.path,
                _version.c.stated_date,
                _content.c.effective_date,
                _content.c.title,
                _passage,
            )
            .select_from(
                _version.join(_document, _document.c.id == _version.c.document_id)
                .join(_content, _content.c.id == _version.c.content_id)
                .join(_passage, _passage.c.content_id == _content.c.id)
            )
            .where(
                _version.c.id.in_({key.version_id for key in keys}),
                _passage.c.place.in_({key.place for key in keys}),
            )
        )

        async def work(connection: AsyncConnection) -> Sequence[StoredPassage]:
            found = {PassageKey(row.id, row.place): row for row in await connection.execute(statement)}
            return [_stored(key, found[key]) for key in keys if key in found]

        return await self._engines.read(work)


def _searched(row: Any) -> SearchedDocument:
    model = row.model if row.is_embedded else ""
    return SearchedDocument(row.id, row.path, load_access(row.access), row.current_id or "", model)


def _indexed(version_id: str, rows: Sequence[Any]) -> IndexedVersion:
    terms = [row.terms.split("\n") if row.terms else [] for row in rows]
    if not rows[0].is_embedded:
        return IndexedVersion(version_id, terms, None, "")
    vectors = np.frombuffer(b"".join(row.vector for row in rows), "<f4").reshape(len(rows), -1)
    return IndexedVersion(version_id, terms, vectors, rows[0].model)


def _stored(key: PassageKey, row: Any) -> StoredPassage:
    return StoredPassage(key, row.document_id, row.path, row.title, effective_date_of(row), passage_of(row))
