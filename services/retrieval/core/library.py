"""Documents as people have them: imported, read, listed, deleted, and who may read them. Access holds in every method:
what the asker may not read is not there.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from typing import Final

from services.kit.clock import Clock
from services.kit.identity import Identity
from services.kit.page_tokens import dump_token, load_token
from services.retrieval.access import AccessList, Asker, Principals, may_read
from services.retrieval.core.paths import document_path, folder_path
from services.retrieval.documents import Document, Folder, State, Version
from services.retrieval.errors import DocumentNotFound, DocumentTooLarge
from services.retrieval.ports import PassageKey, SearchSource, StoredPassage
from services.retrieval.recording import Change, ChangeLog, recorded
from services.retrieval.store import DocumentStore, NewVersion, Originals, Request

_PAGE: Final = (50, 200)
"""Default and largest."""
_FILTERED_AT_ONCE: Final = 500
_LOCKS: Final = 64
_ORPHAN_AFTER: Final = timedelta(hours=1)
"""By then the row of a file is written, if ever."""
_SWEPT_AT_ONCE: Final = 500
_TOKEN_PATH: Final = 100
"""A page token has no room for the longest paths."""


class Library:
    """All documents."""

    def __init__(
        self,
        store: DocumentStore,
        source: SearchSource,
        originals: Originals,
        changes: ChangeLog,
        clock: Clock,
        queued: Callable[[], None],
        max_bytes: int,
    ) -> None:
        """`queued` is called when there is something to be read."""
        self._store = store
        self._source = source
        self._originals = originals
        self._changes = changes
        self._clock = clock
        self._queued = queued
        self._max_bytes = max_bytes
        self._locks = [asyncio.Lock() for _ in range(_LOCKS)]

    # --- changes ---------------------------------------------------------------------------------

    async def import_document(
        self,
        asker: Identity,
        path: str,
        content: bytes,
        access: AccessList | None,
        stated_date: date | None,
        request_id: str,
    ) -> Document:
        """Keeps the file and queues it; the document as it then is.

        Raises:
            PathInvalid, DocumentTooLarge, RequestIdReused, StorageFull; the change log's.
        """
        path = document_path(path)
        if len(content) > self._max_bytes:
            raise DocumentTooLarge(size_bytes=str(len(content)), maximum_bytes=str(self._max_bytes))
        digest = await asyncio.to_thread(lambda: sha256(content).hexdigest())
        wanted = NewVersion(path, digest, len(content), access, stated_date)
        body = ["import", path, digest, access and _listed(access), stated_date and stated_date.isoformat()]
        held = await self._store.at_path(path)
        change = Change(
            "ImportDocument",
            path,
            f"documents/{held.id}" if held else "",
            digest,
            held.access if held else None,
            access,
        )
        async with recorded(self._changes, change), self._file(digest):
            await self._originals.put(digest, content)
            document = await self._store.import_version(wanted, self._request(asker, request_id, body))
        self._queued()
        return await self._shown(asker, document)

    async def retry(self, asker: Identity, document_id: str, request_id: str) -> Document:
        """Queues a quarantined version once more. Raises DocumentNotFound, RequestIdReused."""
        request = self._request(asker, request_id, ["retry", document_id])
        async with recorded(self._changes, await self._change("RetryDocument", document_id)):
            document = await self._store.retry(document_id, request)
        self._queued()
        return await self._shown(asker, document)

    async def delete(self, asker: Identity, document_id: str, etag: str, request_id: str) -> None:
        """Deletes a document, and the files that nothing else has. Raises DocumentNotFound, EtagMismatch."""
        request = self._request(asker, request_id, ["delete", document_id, etag])
        async with recorded(self._changes, await self._change("DeleteDocument", document_id)):
            unused = await self._store.delete(document_id, etag, request)
        for digest in unused:
            await self._remove(digest)

    async def update_access(
        self, asker: Identity, document_id: str, access: AccessList, etag: str, request_id: str
    ) -> Document:
        """Replaces a document's own list. Raises DocumentNotFound, EtagMismatch."""
        request = self._request(asker, request_id, ["access", document_id, _listed(access), etag])
        async with recorded(self._changes, await self._change("UpdateDocumentAccess", document_id, access)):
            document = await self._store.set_access(document_id, access, etag, request)
        return await self._shown(asker, document)

    async def update_folder_access(
        self, asker: Identity, path: str, access: AccessList, etag: str, request_id: str
    ) -> Folder:
        """Replaces a folder's own list. Raises PathInvalid, EtagMismatch."""
        path = folder_path(path)
        request = self._request(asker, request_id, ["folder", path, _listed(access), etag])
        held = (await self._store.folder_lists()).get(path)
        async with recorded(
            self._changes, Change("UpdateFolderAccess", path, before=held or AccessList(), after=access)
        ):
            return await self._store.set_folder_access(path, access, etag, request)

    async def _change(self, method: str, document_id: str, access: AccessList | None = None) -> Change:
        """Of a document, whether it is there or not: a repeated delete gets the answer of the first."""
        name = f"documents/{document_id}"
        try:
            held = await self._store.get(document_id)
        except DocumentNotFound:
            return Change(method, "", name, after=access)
        return Change(method, held.path, name, before=held.access, after=access)

    # --- reading ---------------------------------------------------------------------------------

    async def get(self, asker: Identity, document_id: str) -> Document:
        """One document. Raises DocumentNotFound."""
        return await self._shown(asker, await self._readable(asker, document_id))

    async def list(
        self, asker: Identity, folder: str, states: Sequence[State], page_size: int, page_token: str
    ) -> tuple[Sequence[Document], str]:
        """A page of the documents by path, and the token of the next. Raises PathInvalid, PageTokenInvalid."""
        folder = folder_path(folder)
        size = _size(page_size)
        bound = json.dumps(["documents", asker.subject, folder, sorted(states)])
        after = await self._position(bound, page_token)
        found: list[Document] = []
        async for document in self._documents(asker, folder, states, after):
            found.append(document)
            if len(found) > size:
                break
        return await self._all_shown(asker, found[:size]), _next(bound, found, size)

    async def versions(
        self, asker: Identity, document_id: str, page_size: int, page_token: str
    ) -> tuple[Sequence[Version], str]:
        """A page of a document's versions, the last first. Raises DocumentNotFound, PageTokenInvalid."""
        await self._readable(asker, document_id)
        size = _size(page_size)
        bound = f"versions of {document_id}"
        before = load_token(bound, page_token)[0] if page_token else 0
        found = await self._store.versions(document_id, before, size + 1)
        token = dump_token(bound, [found[size - 1][0]]) if found[size:] else ""
        return await self._linked(asker, [version for _, version in found[:size]]), token

    async def passage(
        self, asker: Identity, document_id: str, version_id: str, place: str
    ) -> tuple[StoredPassage, Version]:
        """A passage and its version, for who may read the document; an admin's role alone doesn't do.

        Raises:
            DocumentNotFound.
        """
        document = await self._store.get(document_id)
        if not await self._may_read(asker, document) or not place.isdecimal() or not place.isascii():
            raise DocumentNotFound
        version = await self._store.version(document_id, version_id)
        found = await self._source.passages([PassageKey(version_id, int(place))])
        if not found:
            raise DocumentNotFound
        return found[0], (await self._linked(asker, [version]))[0]

    async def folders(self, page_size: int, page_token: str) -> tuple[Sequence[Folder], str]:
        """A page of the folders by path."""
        size = _size(page_size)
        after = None
        if page_token:
            beginning, folder_id = load_token("folders", page_token)
            after = await self._store.path_of_folder(folder_id) or str(beginning)
        found = await self._store.list_folders(after, size + 1)
        return found[:size], _next("folders", found, size)

    # --- files -----------------------------------------------------------------------------------

    async def remove_orphans(self) -> int:
        """Removes files that no version has: a process ended between file and row, or between row and file."""
        old = await self._originals.older_than(self._clock.now() - _ORPHAN_AFTER)
        removed = 0
        for first in range(0, len(old), _SWEPT_AT_ONCE):
            for digest in await self._store.unreferenced(old[first : first + _SWEPT_AT_ONCE]):
                removed += await self._remove(digest)
        return removed

    async def forget_requests(self, kept: timedelta) -> int:
        """Forgets requests older than that."""
        return await self._store.forget_requests(self._clock.now() - kept)

    async def _remove(self, digest: str) -> bool:
        async with self._file(digest):  # an import may just be bringing it back
            if not await self._store.unreferenced([digest]):
                return False
            await self._originals.remove(digest)
            return True

    def _file(self, digest: str) -> asyncio.Lock:
        return self._locks[int(digest[:8], 16) % _LOCKS]

    # --- who may read what -----------------------------------------------------------------------

    async def _readable(self, asker: Identity, document_id: str) -> Document:
        document = await self._store.get(document_id)
        if not _is_admin(asker) and not await self._may_read(asker, document):
            raise DocumentNotFound
        return document

    async def _may_read(self, asker: Identity, document: Document) -> bool:
        folders = await self._store.folder_lists()
        return may_read(Asker.of(asker), document.path, document.access, folders)

    async def _documents(
        self, asker: Identity, folder: str, states: Sequence[State], after: str
    ) -> AsyncIterator[Document]:
        """Those that the asker sees, by path."""
        everything = _is_admin(asker)
        folders = {} if everything else await self._store.folder_lists()
        who = Asker.of(asker)
        limit = _PAGE[1] + 1 if everything else _FILTERED_AT_ONCE
        while some := await self._store.list(folder, states, after, limit):
            for one in some:
                if everything or may_read(who, one.path, one.access, folders):
                    yield one
            after = some[-1].path
            if len(some) < limit:
                return

    async def _position(self, bound: str, token: str) -> str:
        if not token:
            return ""
        beginning, document_id = load_token(bound, token)
        return await self._store.path_of(document_id) or str(beginning)

    async def _shown(self, asker: Identity, document: Document) -> Document:
        return (await self._all_shown(asker, [document]))[0]

    async def _all_shown(self, asker: Identity, documents: Sequence[Document]) -> Sequence[Document]:
        """With their duplicates."""
        versions = [one for document in documents for one in (document.current, document.pending) if one]
        linked = {one.id: one for one in await self._linked(asker, versions)}
        return [
            replace(
                document,
                current=document.current and linked[document.current.id],
                pending=document.pending and linked[document.pending.id],
            )
            for document in documents
        ]

    async def _linked(self, asker: Identity, versions: Sequence[Version]) -> Sequence[Version]:
        """Versions with another document's of the same content, one that the asker may read."""
        copies = await self._store.copies([version.digest for version in versions])
        if not any(
            one.document_id != version.document_id
            for version in versions
            for one in copies.get(version.digest, ())
        ):
            return versions
        folders: Mapping[str, AccessList] = await self._store.folder_lists()
        who, everything = Asker.of(asker), _is_admin(asker)

        def linked(version: Version) -> Version:
            for copy in copies.get(version.digest, ()):
                if copy.document_id != version.document_id and (
                    everything or may_read(who, copy.path, copy.access, folders)
                ):
                    name = f"documents/{copy.document_id}/versions/{copy.version_id}"
                    return replace(version, duplicate_of=name)
            return version

        return [linked(version) for version in versions]

    def _request(self, asker: Identity, request_id: str, body: Sequence[object]) -> Request:
        digest = sha256(json.dumps(body, ensure_ascii=False).encode()).hexdigest()
        return Request(asker.subject, request_id, digest, self._clock.now())


def _is_admin(asker: Identity) -> bool:
    return "admin" in asker.roles


def _size(asked: int) -> int:
    default, largest = _PAGE
    return min(asked or default, largest)


def _next(bound: str, found: Sequence[Document] | Sequence[Folder], size: int) -> str:
    """The token of the page after `size` of what was found; "" where there is no more."""
    if len(found) <= size:
        return ""
    last = found[size - 1]
    return dump_token(bound, [last.path[:_TOKEN_PATH], last.id])


def _listed(access: AccessList) -> Sequence[object]:
    """Equal for equal lists."""
    return [_of(access.allow), _of(access.deny), access.stop_inheritance]


def _of(principals: Principals) -> Sequence[object]:
    return [
        principals.everyone,
        sorted(principals.roles),
        sorted(principals.departments),
        sorted(principals.usernames),
    ]
