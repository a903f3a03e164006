"""kill -9 in the middle of an import: the version before is searched until the new one is whole, and nothing is twice."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
import pytest
from sqlalchemy import func, select

from services.kit.metrics import Metrics
from services.retrieval.adapters import document_tables as tables
from services.retrieval.adapters.documents_sql import SqlDocuments, open_documents
from services.retrieval.adapters.originals_folder import OriginalsFolder
from services.retrieval.adapters.search_source_sql import SqlSearchSource
from services.retrieval.documents import Document, State
from services.retrieval.store import NewVersion, Request

pytestmark = pytest.mark.timeout(240)  # each starts several processes that load all readers

OLD = "# 여비규정\n\n한도는 오만 원이다.\n".encode()
NEW = "".join(f"# 제{n}장\n\n{'한도는 육만 원이다. ' * 30}\n\n" for n in range(20)).encode()


class Home:
    def __init__(self, folder: Path, documents: SqlDocuments, source: SqlSearchSource, engines: Any) -> None:
        self.folder = folder
        self.documents = documents
        self.source = source
        self._engines = engines
        self._workers: list[Any] = []

    async def store(self, path: str, content: bytes) -> Document:
        digest = sha256(content).hexdigest()
        await OriginalsFolder(self.folder / "files").put(digest, content)
        request = Request("kim", uuid4().hex, digest, datetime.now(UTC))
        return await self.documents.import_version(NewVersion(path, digest, len(content)), request)

    async def work(self, where: str) -> Any:
        """A worker that halts there; it leads a group of its own, in which its readers are too."""
        worker = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.integration.retrieval.importing_process", str(self.folder), where),
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        self._workers.append(worker)
        return worker

    async def end_workers(self) -> None:
        """However the test went."""
        for worker in self._workers:
            if worker.returncode is None:
                os.killpg(worker.pid, signal.SIGKILL)
            await worker.communicate()

    async def finish(self) -> None:
        """Lets a worker read all there is."""
        worker = await self.work("nowhere")
        await worker.communicate()
        assert worker.returncode == 0

    async def count(self, table: Any, *where: Any) -> int:
        async with self._engines.reader.connect() as connection:
            return int(await connection.scalar(select(func.count()).select_from(table).where(*where)) or 0)


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Home]:
    async with open_documents(f"sqlite+aiosqlite:///{folder}/documents.sqlite", Metrics()) as engines:
        home = Home(folder, SqlDocuments(engines), SqlSearchSource(engines), engines)
        try:
            yield home
        finally:
            await home.end_workers()


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    async with opened(tmp_path) as home:
        yield home


@pytest.mark.parametrize("where", ["reading", "analysing", "committing", "embedding"])
async def test_a_killed_import_goes_on_and_is_done_once(home: Home, where: str) -> None:
    old = await home.store("a.md", OLD)
    await home.finish()
    await home.store("a.md", NEW)
    worker = await home.work(where)
    assert await worker.stdout.readline() == b"HERE\n"
    os.kill(worker.pid, signal.SIGKILL)
    await worker.wait()

    held = await home.documents.get(old.id)
    assert held.current
    assert (held.pending is None) == (where == "embedding")
    if held.pending:
        assert held.current.digest == old.pending.digest if old.pending else False
        assert held.pending.state is State.INDEXING
        assert len(await home.source.indexed([held.current.id])) == 1
    await home.finish()

    done = await home.documents.get(old.id)
    assert done.pending is None
    assert done.current
    assert done.current.digest == sha256(NEW).hexdigest()
    states = sorted(version.state for _, version in await home.documents.versions(old.id, 0, 10))
    assert states == [State.CURRENT, State.SUPERSEDED]
    assert await home.count(tables.content) == 2
    assert await home.count(tables.passage, tables.passage.c.vector.is_(None)) == 0
    (indexed,) = await home.source.indexed([done.current.id])
    assert indexed.vectors is not None
    assert len(indexed.vectors) == len(indexed.terms) == done.current.passage_count > 8


async def test_a_file_that_ends_the_service_each_time_is_set_aside(home: Home) -> None:
    await home.store("a.md", OLD)
    await home.store("b.md", NEW)
    for _ in range(3):
        worker = await home.work("analysing")
        assert await worker.stdout.readline() == b"HERE\n"
        os.kill(worker.pid, signal.SIGKILL)
        await worker.wait()
    await home.finish()
    quarantined = await home.documents.list("", [State.QUARANTINED], "", 10)
    assert [document.path for document in quarantined] == ["a.md"]
    (other,) = await home.documents.list("", [State.CURRENT], "", 10)
    assert other.path == "b.md"


class _FailedError(Exception):
    pass


@pytest.mark.parametrize("where", ["reading", "analysing"])
async def test_a_test_that_fails_leaves_no_worker(tmp_path: Path, where: str) -> None:
    with suppress(_FailedError):
        async with opened(tmp_path) as home:
            await home.store("a.md", OLD)
            worker = await home.work(where)
            assert await worker.stdout.readline() == b"HERE\n"
            group = psutil.Process(worker.pid).children(recursive=True)
            assert group
            raise _FailedError
    assert worker.returncode == -signal.SIGKILL
    _, alive = await asyncio.to_thread(psutil.wait_procs, group, timeout=10)
    assert not [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]
