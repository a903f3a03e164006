"""Composition root of the retrieval service: picks the adapters, closes them in reverse."""

import asyncio
import socket
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta
from typing import Final

import structlog
from maru.retrieval.v1.retrieval_service_pb2_grpc import add_RetrievalServiceServicer_to_server

from services.kit.audit import AuditChain
from services.kit.clients import service_channel, triton_channel
from services.kit.database import Engines
from services.kit.errors import MaruError
from services.kit.health import Dependency
from services.kit.server import App, Chassis, Mounted
from services.retrieval.adapters.change_log_grpc import GrpcChangeLog
from services.retrieval.adapters.documents_sql import SqlDocuments, open_documents
from services.retrieval.adapters.embedder_triton import TritonEmbedder
from services.retrieval.adapters.import_queue_sql import Lease, SqlImportQueue
from services.retrieval.adapters.originals_folder import OriginalsFolder
from services.retrieval.adapters.search_source_sql import SqlSearchSource
from services.retrieval.core.collection import Collection
from services.retrieval.core.importing import Importer
from services.retrieval.core.library import Library
from services.retrieval.core.morphemes import Morphemes
from services.retrieval.core.search import Search
from services.retrieval.ports import Embedder
from services.retrieval.reading.apart import open_readers
from services.retrieval.servicer import RetrievalServicer
from services.retrieval.settings import LARGEST_DOCUMENT, Settings

_DAY_SECONDS: Final = 86_400
_HOUR_SECONDS: Final = 3_600
_BESIDE_A_FILE: Final = 2**20
"""Room in a message for all but the file."""

_SEARCHES_AT_ONCE: Final = 2

log = structlog.get_logger(__name__)


@asynccontextmanager
async def app(settings: Settings, chassis: Chassis) -> AsyncIterator[App]:
    """The retrieval service on its database, its folder of files, and Triton behind the mesh listener."""
    async with AsyncExitStack() as stack:
        channel = triton_channel(settings.triton_url, chassis.signer)
        stack.push_async_callback(channel.close)
        embedder = TritonEmbedder(
            channel,
            settings.embedder_model,
            settings.embedder_version,
            settings.embedder_dimensions,
            settings.embedder_seconds,
            chassis.metrics,
        )
        stack.push_async_callback(embedder.close)
        engines = await stack.enter_async_context(open_documents(settings.documents_url, chassis.metrics))
        morphemes = await asyncio.to_thread(Morphemes)
        yield await stack.enter_async_context(retrieval(settings, chassis, engines, morphemes, embedder))


@asynccontextmanager
async def retrieval(
    settings: Settings,
    chassis: Chassis,
    engines: Engines,
    morphemes: Morphemes,
    embedder: Embedder,
) -> AsyncIterator[App]:
    """The core between its ports, with the worker that reads what is imported."""
    documents = SqlDocuments(engines)
    source = SqlSearchSource(engines)
    originals = OriginalsFolder(settings.originals_dir)
    # Host and port: one process at a time, and the same after it is started again.
    queue = SqlImportQueue(engines, Lease(f"{socket.gethostname()[:120]}/{settings.grpc_address}"))
    collection = Collection(source, embedder.model, embedder.dimensions)
    async with AsyncExitStack() as stack:
        readers = await stack.enter_async_context(open_readers(settings.files_at_once))
        chat = await stack.enter_async_context(service_channel(settings.chat_url, "chat", chassis.signer))
        executor = stack.enter_context(ThreadPoolExecutor(_SEARCHES_AT_ONCE, thread_name_prefix="search"))
        search = Search(collection, source, embedder, morphemes, executor)
        importer = Importer(queue, originals, readers, morphemes.terms, embedder, chassis.clock)
        library = Library(
            documents,
            source,
            originals,
            GrpcChangeLog(AuditChain(chat)),
            chassis.clock,
            importer.wake,
            settings.max_document_bytes,
        )
        chores = [
            asyncio.create_task(importer.run(settings.files_at_once)),
            asyncio.create_task(_load(collection)),
            asyncio.create_task(_remove_orphans(library)),
            asyncio.create_task(_forget_requests(library, timedelta(days=settings.requests_kept_days))),
        ]
        try:
            yield App(
                servicers=[
                    Mounted(add_RetrievalServiceServicer_to_server, RetrievalServicer(library, search))
                ],
                dependencies=[Dependency("documents", documents.probe)],
                max_receive_bytes=LARGEST_DOCUMENT + _BESIDE_A_FILE,
            )
        finally:
            for chore in chores:
                chore.cancel()
            await asyncio.gather(*chores, return_exceptions=True)


async def _load(collection: Collection) -> None:
    """Read the index before somebody asks; who comes first waits for the rest of it."""
    with suppress(MaruError):  # the first search says what is wrong
        await collection.catch_up()


async def _remove_orphans(library: Library) -> None:
    """Remove files without a document now and every hour."""
    while True:
        try:
            count = await library.remove_orphans()
            log.info("orphaned_files_removed", count=count)
        except MaruError as error:
            log.warning("orphaned_files_not_removed", reason=error.reason)  # in an hour, then
        await asyncio.sleep(_HOUR_SECONDS)


async def _forget_requests(library: Library, kept: timedelta) -> None:
    """Forget old requests now and once a day."""
    while True:
        try:
            count = await library.forget_requests(kept)
            log.info("requests_forgotten", count=count)
        except MaruError as error:
            log.warning("requests_not_forgotten", reason=error.reason)  # tomorrow, then
        await asyncio.sleep(_DAY_SECONDS)
