"""The retrieval service in process, with real readers, morphemes and database; vectors are made up."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import pytest
from maru.retrieval.v1 import access_pb2, document_pb2
from maru.retrieval.v1 import retrieval_service_pb2 as pb
from maru.retrieval.v1.retrieval_service_pb2_grpc import RetrievalServiceStub

from services.kit.server import App, Chassis
from services.kit.testing import LOOPBACK, Served, served
from services.retrieval.adapters.documents_sql import open_documents
from services.retrieval.app import retrieval
from services.retrieval.core.morphemes import Morphemes
from services.retrieval.settings import Settings
from tests.fakes.audit_log import AuditLog, audit_log
from tests.fakes.embedder import FakeEmbedder

ADMIN = {"employee", "admin"}
NOBODY = access_pb2.Principals()
EVERYONE = access_pb2.AccessList(allow=access_pb2.Principals(everyone=True), deny=NOBODY)
NO_ENTRIES = access_pb2.AccessList()
LARGEST = 40 * 2**20


def sales(**extra: Any) -> access_pb2.AccessList:
    return access_pb2.AccessList(allow=access_pb2.Principals(roles=["sales"]), **extra)


async def until(found: Callable[[], Awaitable[Any]]) -> Any:
    """What `found` returns once it is something; the test's timeout bounds it."""
    while not (result := await found()):  # noqa: ASYNC110 (what it looks at is another process's or a wire away)
        await asyncio.sleep(0.02)
    return result


@dataclass(slots=True)
class Service:
    """The service, called by people."""

    server: Served
    stub: Any
    home: Path
    embedder: FakeEmbedder
    audit: AuditLog

    def by(self, username: str, *roles: str, **claims: Any) -> Any:
        return self.server.issuer.metadata(username, roles={"employee", *roles}, **claims)

    @property
    def admin(self) -> Any:
        return self.server.issuer.metadata("admin", roles=ADMIN)

    async def store(self, path: str, content: bytes, **fields: Any) -> document_pb2.Document:
        fields.setdefault("request_id", uuid4().hex)
        request = pb.ImportDocumentRequest(path=path, content=content, **fields)
        return (await self.stub.ImportDocument(request, metadata=self.admin)).document

    async def read(self, path: str, content: bytes, **fields: Any) -> document_pb2.Document:
        """The document once its file has been read, or set aside."""
        stored = await self.store(path, content, **fields)

        async def done() -> document_pb2.Document | None:
            document = await self.get(stored.name)
            pending = document.pending_version.state
            waiting = (document_pb2.DocumentVersion.STATE_QUEUED, document_pb2.DocumentVersion.STATE_INDEXING)
            return None if pending in waiting else document

        found: document_pb2.Document = await until(done)
        return found

    async def get(self, name: str, metadata: Any = None) -> document_pb2.Document:
        request = pb.GetDocumentRequest(name=name)
        return (await self.stub.GetDocument(request, metadata=metadata or self.admin)).document

    async def paths(self, metadata: Any, **fields: Any) -> list[str]:
        """Of all pages."""
        found: list[str] = []
        request = pb.ListDocumentsRequest(**fields)
        while True:
            page = await self.stub.ListDocuments(request, metadata=metadata)
            found += [document.path for document in page.documents]
            if not page.next_page_token:
                return found
            request.page_token = page.next_page_token

    async def passage(self, version: str, place: int, metadata: Any) -> Any:
        request = pb.GetPassageRequest(name=f"{version}/passages/{place}")
        return await self.stub.GetPassage(request, metadata=metadata)

    async def search(self, query: str, metadata: Any, **fields: Any) -> pb.SearchResponse:
        response: pb.SearchResponse = await self.stub.Search(
            pb.SearchRequest(query=query, **fields), metadata=metadata
        )
        return response

    async def set_folder(self, path: str, access: access_pb2.AccessList, etag: str = "") -> str:
        request = pb.UpdateFolderAccessRequest(path=path, access=access, etag=etag, request_id=uuid4().hex)
        return str((await self.stub.UpdateFolderAccess(request, metadata=self.admin)).folder.etag)

    async def set_access(self, document: document_pb2.Document, access: access_pb2.AccessList) -> Any:
        request = pb.UpdateDocumentAccessRequest(
            name=document.name, access=access, etag=document.etag, request_id=uuid4().hex
        )
        return (await self.stub.UpdateDocumentAccess(request, metadata=self.admin)).document

    async def delete(self, document: document_pb2.Document, **fields: Any) -> None:
        fields.setdefault("request_id", uuid4().hex)
        request = pb.DeleteDocumentRequest(name=document.name, **fields)
        await self.stub.DeleteDocument(request, metadata=self.admin)

    @property
    def files(self) -> set[str]:
        """Names of the files that are kept."""
        return {file.name for file in (self.home / "data" / "documents").iterdir()}


_morphemes = cache(Morphemes)
"""Takes seconds to load."""


@asynccontextmanager
async def running(home: Path) -> AsyncIterator[Service]:
    """The service on a home folder; again, as it is after a restart."""
    embedder = FakeEmbedder()

    @asynccontextmanager
    async def app(settings: Settings, chassis: Chassis) -> AsyncIterator[App]:
        async with (
            open_documents(settings.documents_url, chassis.metrics) as engines,
            retrieval(settings, chassis, engines, _morphemes(), embedder) as parts,
        ):
            yield parts

    async with (
        audit_log() as audit,
        served(Settings(**LOOPBACK, home=home, chat_url=audit.url), app) as server,
    ):
        options = [("grpc.max_send_message_length", LARGEST), ("grpc.max_receive_message_length", LARGEST)]
        async with grpc.aio.insecure_channel(f"127.0.0.1:{server.running.port}", options) as channel:
            yield Service(server, RetrievalServiceStub(channel), home, embedder, audit)


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    async with running(tmp_path) as service:
        yield service
