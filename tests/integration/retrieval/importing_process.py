"""A worker that comes to a halt where it is told, to be killed there: `python -m …importing_process HOME WHERE`.

It says HERE when it has come there. WHERE "nowhere": it reads all there is, and ends.
"""

import asyncio
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Never
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import event

from services.kit.clock import SystemClock
from services.kit.metrics import Metrics
from services.retrieval.adapters.documents_sql import open_documents
from services.retrieval.adapters.import_queue_sql import Lease, SqlImportQueue
from services.retrieval.adapters.originals_folder import OriginalsFolder
from services.retrieval.core.importing import Importer
from services.retrieval.ports import Vectors
from services.retrieval.reading.apart import open_readers
from services.retrieval.reading.content import Content
from tests.fakes.embedder import FakeEmbedder


def here() -> None:
    sys.stdout.write("HERE\n")
    sys.stdout.flush()


def halt() -> Never:
    here()
    while True:
        time.sleep(60)


class Embedder(FakeEmbedder):
    halts = False

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        if self.halts and self.texts:  # some vectors are there, others aren't
            halt()
        return await super().embed_passages(texts)


async def main(home: Path, where: str) -> None:
    async with (
        open_documents(f"sqlite+aiosqlite:///{home}/documents.sqlite", Metrics()) as engines,
        open_readers() as readers,
    ):

        class Reader:
            async def read_apart(self, path: Path, name: str) -> Content:
                if where == "reading":
                    reading = asyncio.create_task(readers.read_apart(path, name))
                    await asyncio.sleep(0)
                    here()
                    await asyncio.wait({reading})
                    halt()
                return await readers.read_apart(path, name)

        def terms(text: str) -> list[str]:
            return halt() if where == "analysing" else text.split()

        def before(_c: Any, _k: Any, statement: str, *_: Any) -> None:
            if where == "committing" and "current_id=" in statement:
                halt()

        event.listen(engines.writer.sync_engine, "before_cursor_execute", before)
        embedder = Embedder()
        embedder.halts = where == "embedding"
        queue = SqlImportQueue(engines, Lease("worker"))
        originals = OriginalsFolder(home / "files")
        importer = Importer(queue, originals, Reader(), terms, embedder, SystemClock(ZoneInfo("Asia/Seoul")))
        await queue.release_left()
        while await importer.read_next() or await importer.embed_next():
            pass


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
