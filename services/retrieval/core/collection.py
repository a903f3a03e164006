"""What may be searched now, in memory: kept up with the database, and handed out as one state a search."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from services.retrieval.access import AccessList, Asker, may_read
from services.retrieval.core.index import IndexKey, Mask, Snapshot, build, merged, snapshot, too_many
from services.retrieval.ports import IndexedVersion, SearchedDocument, SearchSource

_LOADED_AT_ONCE: Final = 200
_ASKERS: Final = 500
"""Whose masks a state remembers; they go with the state."""


@dataclass(frozen=True, slots=True)
class State:
    """One moment of the collection; never changed. `documents` by id, `folders` by path."""

    revision: int
    documents: Mapping[str, SearchedDocument]
    folders: Mapping[str, AccessList]
    index: Snapshot
    _masks: dict[Asker, list[Mask]] = field(default_factory=dict)

    def readable(self, asker: Asker) -> list[Mask]:
        """For each segment, the passages that the asker may read."""
        found = self._masks.get(asker)
        if found is None:
            found = self.index.mask(
                {
                    _key(one)
                    for one in self.documents.values()
                    if may_read(asker, one.path, one.access, self.folders)
                }
            )
            if len(self._masks) >= _ASKERS:
                self._masks.clear()
            self._masks[asker] = found
        return found

    def within(self, folder_paths: Sequence[str], document_ids: Sequence[str]) -> list[Mask]:
        """For each segment, the passages of these documents, below these folders; of all where nothing is given."""
        return self.index.mask(
            {
                _key(one)
                for one in self.documents.values()
                if (not document_ids or one.id in document_ids)
                and (not folder_paths or any(one.path.startswith(f"{path}/") for path in folder_paths))
            }
        )


class Collection:
    """The documents as search sees them; `catch_up` before every search brings in what the database has since."""

    def __init__(self, source: SearchSource, model: str, dimensions: int) -> None:
        """`model`: whose vectors are compared; what has another's is found by its words until it is embedded again."""
        self._source = source
        self._model = model
        self._dimensions = dimensions
        self._state = State(0, {}, {}, snapshot([]))
        self._changing = asyncio.Lock()

    async def catch_up(self) -> State:
        """The state after everything that was committed before this call. Raises DependencyUnavailable."""
        async with self._changing:
            changes = await self._source.changes(self._state.revision)
            if changes is None:
                return self._state
            documents = dict(self._state.documents)
            for document in changes.documents:
                documents.pop(document.id, None)
                if document.version_id:
                    usable = document.model == self._model
                    documents[document.id] = document if usable else replace(document, model="")
            segments = list(self._state.index.segments)
            held = {key for segment in segments for key in segment.keys}
            missing = [one for one in documents.values() if _key(one) not in held]
            for some in _batches(missing):
                versions = await self._source.indexed([one.version_id for one in some])
                usable_versions = [self._usable(version) for version in versions]
                segments.append(await asyncio.to_thread(build, usable_versions, self._dimensions))
                for one, version in zip(some, _found(some, usable_versions), strict=True):
                    documents[one.id] = replace(one, model=version.model if version else "")
            alive = {_key(one) for one in documents.values()}
            while small := too_many(segments):
                together = await asyncio.to_thread(merged, small, alive)
                segments = [*(one for one in segments if not any(one is other for other in small)), together]
            self._state = State(changes.revision, documents, changes.folders, snapshot(segments))
            return self._state

    def _usable(self, version: IndexedVersion) -> IndexedVersion:
        return version if version.model == self._model else replace(version, vectors=None, model="")


def _key(document: SearchedDocument) -> IndexKey:
    return document.version_id, document.model


def _found(
    documents: Sequence[SearchedDocument], versions: Sequence[IndexedVersion]
) -> Iterator[IndexedVersion | None]:
    by_id = {version.version_id: version for version in versions}
    return (by_id.get(one.version_id) for one in documents)


def _batches(documents: Sequence[SearchedDocument]) -> Iterator[Sequence[SearchedDocument]]:
    return (documents[k : k + _LOADED_AT_ONCE] for k in range(0, len(documents), _LOADED_AT_ONCE))
