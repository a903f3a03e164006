"""Search sees what was committed, and nothing that was taken back; see `SearchSource` for what the database promises."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from services.retrieval.access import AccessList, Asker, Principals
from services.retrieval.core.collection import Collection, State
from services.retrieval.core.lexical import QueryTerm
from services.retrieval.core.ranking import rank
from services.retrieval.ports import Changes, IndexedVersion, PassageKey, SearchedDocument, StoredPassage

KIM = Asker("kim", frozenset({"sales"}), frozenset())
LEE = Asker("lee", frozenset({"finance"}), frozenset())
EVERYONE = AccessList(Principals(everyone=True))
SALES = AccessList(Principals(roles=frozenset({"sales"})))


@dataclass
class Database:
    """`SearchSource` in memory."""

    documents: dict[str, SearchedDocument] = field(default_factory=dict)
    folders: dict[str, AccessList] = field(default_factory=dict)
    versions: dict[str, IndexedVersion] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)

    def put(self, document: SearchedDocument, words: str = "연차") -> None:
        if document.version_id:
            vectors = np.eye(1, 4, dtype=np.float32) if document.model else None
            self.versions[document.version_id] = IndexedVersion(
                document.version_id, [words.split()], vectors, document.model
            )
        self.documents[document.id] = document
        self.changed.append(document.id)

    def set_folder(self, path: str, access: AccessList) -> None:
        self.folders[path] = access
        self.changed.append("")

    async def changes(self, after: int) -> Changes | None:
        if after == len(self.changed):
            return None
        ids = {one for one in self.changed[after:] if one}
        return Changes(len(self.changed), [self.documents[one] for one in sorted(ids)], dict(self.folders))

    async def indexed(self, version_ids: Sequence[str]) -> Sequence[IndexedVersion]:
        self.loaded.extend(version_ids)
        return [self.versions[one] for one in version_ids if one in self.versions]

    async def passages(self, keys: Sequence[PassageKey]) -> Sequence[StoredPassage]:
        raise NotImplementedError


def document(number: int, access: AccessList = EVERYONE, **changed: str) -> SearchedDocument:
    given: Mapping[str, str] = {
        "version_id": f"v{number}",
        "model": "m/1",
        "path": f"규정/{number}.md",
    } | changed
    return SearchedDocument(f"d{number}", given["path"], access, given["version_id"], given["model"])


def found(state: State, asker: Asker, word: str = "연차") -> list[str]:
    masks = state.readable(asker)
    ranked = rank(state.index, masks, masks, [QueryTerm({word: 1.0})], np.eye(1, 4, dtype=np.float32)[0])
    return sorted(state.index.key(one.passage).version_id for one in ranked)


@pytest.fixture
def database() -> Database:
    return Database()


@pytest.fixture
def collection(database: Database) -> Collection:
    return Collection(database, "m/1", 4)


async def test_a_new_version_takes_the_place_of_the_one_before(
    database: Database, collection: Collection
) -> None:
    database.put(document(1))
    assert found(await collection.catch_up(), KIM) == ["v1"]
    database.put(document(1, version_id="v1b"))
    assert found(await collection.catch_up(), KIM) == ["v1b"]


async def test_a_deleted_document_is_gone_from_the_next_search_on(
    database: Database, collection: Collection
) -> None:
    database.put(document(1))
    database.put(document(2))
    await collection.catch_up()
    database.put(document(1, version_id=""))
    assert found(await collection.catch_up(), KIM) == ["v2"]


async def test_access_holds_from_the_next_search_on(database: Database, collection: Collection) -> None:
    database.put(document(1, SALES))
    state = await collection.catch_up()
    assert (found(state, KIM), found(state, LEE)) == (["v1"], [])
    database.set_folder("규정", AccessList(deny=Principals(usernames=frozenset({"kim"}))))
    assert found(await collection.catch_up(), KIM) == []
    database.set_folder("규정", AccessList())
    database.put(document(1, EVERYONE))
    assert found(await collection.catch_up(), LEE) == ["v1"]
    assert database.loaded == ["v1"]  # who may read it is no reason to read it again


async def test_a_state_stays_as_it_was(database: Database, collection: Collection) -> None:
    database.put(document(1))
    before = await collection.catch_up()
    database.put(document(1, version_id=""))
    await collection.catch_up()
    assert found(before, KIM) == ["v1"]


async def test_vectors_come_after_the_words(database: Database, collection: Collection) -> None:
    database.put(document(1, model=""))
    state = await collection.catch_up()
    assert found(state, KIM) == ["v1"]
    assert not state.index.segments[0].embedded.any()
    database.put(document(1))
    state = await collection.catch_up()
    assert found(state, KIM) == ["v1"]
    assert state.index.segments[-1].embedded.all()


async def test_vectors_of_another_model_are_not_compared(database: Database, collection: Collection) -> None:
    database.put(document(1, model="m/0"))
    state = await collection.catch_up()
    assert found(state, KIM) == ["v1"]
    assert not state.index.segments[0].embedded.any()


async def test_many_small_changes_stay_few_segments(database: Database, collection: Collection) -> None:
    for number in range(60):
        database.put(document(number))
        if number % 3 == 0:
            database.put(replace(document(number), version_id=""))
        state = await collection.catch_up()
    assert len(state.index.segments) <= 8
    assert found(state, KIM) == sorted(f"v{number}" for number in range(60) if number % 3)


async def test_a_version_gone_meanwhile_is_no_error(database: Database, collection: Collection) -> None:
    database.put(document(1))
    database.put(document(2))
    del database.versions["v1"]
    assert found(await collection.catch_up(), KIM) == ["v2"]


async def test_nothing_is_found_where_there_is_nothing(collection: Collection) -> None:
    assert found(await collection.catch_up(), KIM) == []
