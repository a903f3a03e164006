"""The retrieval service's documents, over the edge, as any client has them."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from types import TracebackType
from typing import Any, Final, Self

import grpc
from maru.retrieval.v1 import access_pb2, document_pb2
from maru.retrieval.v1 import retrieval_service_pb2 as pb
from maru.retrieval.v1.retrieval_service_pb2_grpc import RetrievalServiceStub

from services.launcher.chat_client import MAX_RATE_LIMIT_WAITS, UNARY_DEADLINE_S, too_busy, wait_if_limited
from services.launcher.errors import LauncherError

LARGEST_FILE: Final = 32 * 2**20
"""The contract's limit."""
_UPLOAD_DEADLINE_S: Final = 55.0
_PAGE: Final = 200
_TRY_AGAIN_S: Final = 1.0


class DocumentClient:
    """One connection to the edge, with a token for each call. Rate limits are waited out, and a service that is just being
    started again; changes carry one request id through all tries. Every method raises LauncherError.
    """

    def __init__(self, edge_url: str, token: Callable[[], str], patience_s: float = 3.0) -> None:
        """`edge_url` is `http://host:port`; `token` gives a valid access token whenever a call starts; `patience_s`: how
        long a call waits for a service that is away.
        """
        self._token = token
        self._patience_s = patience_s
        options = [
            ("grpc.max_send_message_length", LARGEST_FILE + 2**20),
            ("grpc.max_receive_message_length", 16 * 2**20),
        ]
        self._channel = grpc.aio.insecure_channel(edge_url.removeprefix("http://"), options)
        self._stub: Any = RetrievalServiceStub(self._channel)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._channel.close()

    async def documents(
        self, folder: str = "", states: Sequence[document_pb2.DocumentVersion.State.ValueType] = ()
    ) -> AsyncIterator[document_pb2.Document]:
        """By path."""
        request = pb.ListDocumentsRequest(folder_path=folder, states=states, page_size=_PAGE)
        while True:
            page = await self._call(self._stub.ListDocuments, request)
            for document in page.documents:
                yield document
            request.page_token = page.next_page_token
            if not page.next_page_token:
                return

    async def at(self, path: str) -> document_pb2.Document:
        """The document at a path. LauncherError where there is none."""
        async for document in self.documents(path.rpartition("/")[0]):
            if document.path == path:
                return document
            if document.path > path:
                break
        raise LauncherError(
            f"'{path}' 문서가 없습니다. maru docs list로 경로를 확인하세요.",
            f'There is no document "{path}". Look at maru docs list.',
        )

    async def store(
        self, path: str, content: bytes, access: access_pb2.AccessList | None
    ) -> document_pb2.Document:
        """Sends a file; the document, with its new version queued."""
        request = pb.ImportDocumentRequest(
            path=path, content=content, access=access, request_id=uuid.uuid4().hex
        )
        response = await self._call(self._stub.ImportDocument, request, _UPLOAD_DEADLINE_S)
        document: document_pb2.Document = response.document
        return document

    async def retry(self, name: str) -> document_pb2.Document:
        """Has a quarantined version read again."""
        request = pb.RetryDocumentRequest(name=name, request_id=uuid.uuid4().hex)
        document: document_pb2.Document = (await self._call(self._stub.RetryDocument, request)).document
        return document

    async def versions(self, name: str) -> Sequence[document_pb2.DocumentVersion]:
        """The last ones, the newest first."""
        request = pb.ListDocumentVersionsRequest(parent=name)
        found: Sequence[document_pb2.DocumentVersion] = (
            await self._call(self._stub.ListDocumentVersions, request)
        ).versions
        return found

    async def delete(self, name: str) -> None:
        """Deletes a document with all its versions."""
        request = pb.DeleteDocumentRequest(name=name, request_id=uuid.uuid4().hex)
        await self._call(self._stub.DeleteDocument, request)

    async def set_access(
        self, document: document_pb2.Document, access: access_pb2.AccessList
    ) -> document_pb2.Document:
        """Replaces a document's own list."""
        request = pb.UpdateDocumentAccessRequest(
            name=document.name, access=access, etag=document.etag, request_id=uuid.uuid4().hex
        )
        changed: document_pb2.Document = (await self._call(self._stub.UpdateDocumentAccess, request)).document
        return changed

    async def folders(self) -> dict[str, access_pb2.Folder]:
        """By path."""
        found: dict[str, access_pb2.Folder] = {}
        request = pb.ListFoldersRequest(page_size=_PAGE)
        while True:
            page = await self._call(self._stub.ListFolders, request)
            found |= {folder.path: folder for folder in page.folders}
            request.page_token = page.next_page_token
            if not page.next_page_token:
                return found

    async def set_folder_access(
        self, path: str, access: access_pb2.AccessList, etag: str
    ) -> access_pb2.Folder:
        """Replaces a folder's own list; "" is the top."""
        request = pb.UpdateFolderAccessRequest(
            path=path, access=access, etag=etag, request_id=uuid.uuid4().hex
        )
        folder: access_pb2.Folder = (await self._call(self._stub.UpdateFolderAccess, request)).folder
        return folder

    async def _call(self, method: Any, request: Any, deadline_s: float = UNARY_DEADLINE_S) -> Any:
        until = time.monotonic() + self._patience_s
        limited = 0
        while limited < MAX_RATE_LIMIT_WAITS:
            metadata = (("authorization", f"Bearer {self._token()}"), ("accept-language", "ko"))
            try:
                return await method(request, timeout=deadline_s, metadata=metadata)
            except grpc.aio.AioRpcError as error:
                if error.code() is grpc.StatusCode.UNAVAILABLE and time.monotonic() < until:
                    await asyncio.sleep(_TRY_AGAIN_S)
                else:
                    await wait_if_limited(error)
                    limited += 1
        raise too_busy()
