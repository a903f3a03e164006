"""The worker that reads what was imported, step by step."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.kit.errors import DependencyUnavailable
from services.kit.metrics import Metrics
from services.kit.testing import FakeClock
from services.retrieval.adapters.documents_sql import open_documents
from services.retrieval.adapters.originals_folder import OriginalsFolder
from services.retrieval.core.importing import Importer
from services.retrieval.documents import Document, State
from services.retrieval.reading.content import Cause, Content, Heading, Paragraph, Unreadable
from tests.contract.documents.samples import CONTENT, LEASE, NOON, Opened, request
from tests.fakes.embedder import FakeEmbedder

LATER = NOON + LEASE


class Reader:
    """Says what it is told to."""

    says: Content | BaseException = Content(
        "text/plain", (Heading(1, "여비규정"), Paragraph("한도는 오만 원이다.")), "여비규정"
    )
    read = 0

    async def read_apart(self, path: Path, name: str) -> Content:
        self.read += 1
        if isinstance(self.says, BaseException):
            raise self.says
        return self.says


class Worker(Opened):
    def __init__(self, engines: Any, folder: Path) -> None:
        super().__init__(engines)
        self.reader = Reader()
        self.embedder = FakeEmbedder()
        originals = OriginalsFolder(folder / "files")
        self.importer = Importer(self.queue, originals, self.reader, str.split, self.embedder, FakeClock())

    async def searched(self, document: Document) -> list[str]:
        """The words by which it is found."""
        held = await self.documents.get(document.id)
        versions = await self.source.indexed([held.current.id] if held.current else [])
        return [word for version in versions for terms in version.terms for word in terms]


@pytest.fixture
async def worker(tmp_path: Path) -> AsyncIterator[Worker]:
    async with open_documents(f"sqlite+aiosqlite:///{tmp_path}/documents.sqlite", Metrics()) as engines:
        yield Worker(engines, tmp_path)


@pytest.mark.parametrize("cause", Cause)
async def test_an_unreadable_version_leaves_the_one_before_searched(worker: Worker, cause: Cause) -> None:
    document = await worker.import_file("a.pdf", "1")
    assert await worker.importer.read_next()
    words = await worker.searched(document)
    assert "오만" in words
    worker.reader.says = Unreadable(cause, "detail")
    await worker.import_file("a.pdf", "2")
    assert await worker.importer.read_next()
    after = await worker.documents.get(document.id)
    assert after.pending
    assert (after.pending.state, after.pending.cause, after.pending.detail) == (
        State.QUARANTINED,
        cause,
        "detail",
    )
    assert await worker.searched(document) == words


async def test_a_file_without_passages_is_empty(worker: Worker) -> None:
    worker.reader.says = Content("text/plain", ())
    document = await worker.import_file("a.txt", "1")
    await worker.importer.read_next()
    pending = (await worker.documents.get(document.id)).pending
    assert pending
    assert pending.cause is Cause.EMPTY


async def test_a_file_that_is_gone_is_told_and_the_rest_go_on(worker: Worker) -> None:
    first = await worker.import_file("a.pdf", "1")
    second = await worker.import_file("b.pdf", "2", time=LATER)
    worker.reader.says = FileNotFoundError()
    await worker.importer.read_next()
    worker.reader.says = Reader.says
    await worker.importer.read_next()
    assert not await worker.importer.read_next()
    both = [
        await worker.documents.get(one.id) for one in (first, second)
    ]  # of one moment: either may be read first
    assert [one.pending.cause for one in both if one.pending] == [Cause.BROKEN]
    assert sum(one.current is not None for one in both) == 1


async def test_a_bug_sets_its_file_aside(worker: Worker) -> None:
    document = await worker.import_file("a.pdf", "1")
    worker.reader.says = ZeroDivisionError()
    assert await worker.importer.read_next()
    pending = (await worker.documents.get(document.id)).pending
    assert pending
    assert pending.state is State.QUARANTINED


async def test_without_the_model_words_find_it_and_vectors_follow(worker: Worker) -> None:
    document = await worker.import_file("a.pdf", "1")
    worker.embedder.away = True
    await worker.importer.read_next()
    with pytest.raises(DependencyUnavailable):
        await worker.importer.embed_next()
    assert await worker.searched(document)
    worker.embedder.away = False
    assert await worker.importer.embed_next()
    changes = await worker.source.changes(0)
    assert changes
    assert [one.model for one in changes.documents] == [worker.embedder.model]
    assert not await worker.importer.embed_next()


async def test_a_content_that_the_model_refuses_keeps_no_other_waiting(worker: Worker) -> None:
    for number in range(2):
        await worker.import_file(f"{number}.pdf", str(number))
        await worker.importer.read_next()
    worker.embedder.away = True
    with pytest.raises(DependencyUnavailable):
        await worker.importer.embed_next()
    first = await worker.queue.claim_embedding(worker.embedder.model, LATER)
    second = await worker.queue.claim_embedding(worker.embedder.model, LATER)
    assert first
    assert second
    await worker.queue.release_embedding(first, LATER)
    await worker.queue.release_embedding(second, NOON)
    assert await worker.queue.claim_embedding(worker.embedder.model, LATER) == second


async def test_equal_content_is_read_and_embedded_once(worker: Worker) -> None:
    for path in ("a.pdf", "b/c.pdf"):
        await worker.import_file(path, "1")
    while await worker.importer.read_next() or await worker.importer.embed_next():
        pass
    assert worker.reader.read == 1
    assert len(worker.embedder.texts) == 1
    await worker.import_file("a.txt", "1")  # under this extension it may be something else
    await worker.importer.read_next()
    assert worker.reader.read == 2


async def test_untitled_content_is_known_by_its_file_s_name(worker: Worker) -> None:
    worker.reader.says = Content("text/plain", (Paragraph("한도"),))
    documents = [
        await worker.import_file(path, "1") for path in ("a/단가표.txt", "b/단가표.txt", "b/요금표.txt")
    ]
    while await worker.importer.read_next():
        pass
    assert worker.reader.read == 2
    titles = [(await worker.documents.get(document.id)).title for document in documents]
    assert titles == ["단가표", "단가표", "요금표"]


async def test_what_is_interrupted_is_put_back_untried(worker: Worker) -> None:
    await worker.import_file("a.pdf", "1")
    worker.reader.says = asyncio.CancelledError()
    with pytest.raises(asyncio.CancelledError):
        await worker.importer.read_next()
    claim = await worker.queue.claim(FakeClock().now())
    assert claim
    assert claim.attempts == 1


async def test_a_document_deleted_while_it_is_read_stays_deleted(worker: Worker) -> None:
    document = await worker.import_file("a.pdf", "1")
    claim = await worker.queue.claim(FakeClock().now())
    assert claim
    await worker.documents.delete(document.id, "", request())
    assert not await worker.queue.finish(claim, CONTENT, FakeClock().now())
    changes = await worker.source.changes(0)
    assert changes
    assert changes.documents == []
