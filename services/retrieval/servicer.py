"""`maru.retrieval.v1.RetrievalService`: converts, calls the library, converts back."""

from typing import Any

import grpc
from maru.retrieval.v1 import retrieval_service_pb2 as pb
from maru.retrieval.v1.retrieval_service_pb2_grpc import RetrievalServiceServicer

from services.kit.identity import current_identity
from services.retrieval import convert
from services.retrieval.access import Asker
from services.retrieval.core.library import Library
from services.retrieval.core.search import DEFAULT_HITS, MOST_HITS, Question, Search
from services.retrieval.documents import Document

Context = grpc.aio.ServicerContext[Any, Any]


class RetrievalServicer(RetrievalServiceServicer):
    """Serves documents and what is found in them."""

    def __init__(self, library: Library, search: Search) -> None:
        self._library = library
        self._search = search

    async def Search(self, request: pb.SearchRequest, context: Context) -> pb.SearchResponse:
        question = Question(
            request.query,
            min(request.max_hits or DEFAULT_HITS, MOST_HITS),
            request.folder_paths,
            [_document(name) for name in request.documents],
        )
        found = await self._search.search(question, Asker.of(current_identity()))
        return convert.search_to_proto(found)

    async def GetPassage(self, request: pb.GetPassageRequest, context: Context) -> pb.GetPassageResponse:
        _, document_id, _, version_id, _, place = request.name.split("/")
        passage, version = await self._library.passage(current_identity(), document_id, version_id, place)
        return pb.GetPassageResponse(
            passage=convert.passage_to_proto(passage), version=convert.version_to_proto(version)
        )

    async def ImportDocument(
        self, request: pb.ImportDocumentRequest, context: Context
    ) -> pb.ImportDocumentResponse:
        imported = await self._library.import_document(
            current_identity(),
            request.path,
            request.content,
            convert.access_of(request.access) if request.HasField("access") else None,
            convert.date_of("effective_date", request.effective_date),
            request.request_id,
        )
        return pb.ImportDocumentResponse(document=_shown(imported))

    async def RetryDocument(
        self, request: pb.RetryDocumentRequest, context: Context
    ) -> pb.RetryDocumentResponse:
        queued = await self._library.retry(current_identity(), _document(request.name), request.request_id)
        return pb.RetryDocumentResponse(document=_shown(queued))

    async def GetDocument(self, request: pb.GetDocumentRequest, context: Context) -> pb.GetDocumentResponse:
        found = await self._library.get(current_identity(), _document(request.name))
        return pb.GetDocumentResponse(document=_shown(found))

    async def ListDocuments(
        self, request: pb.ListDocumentsRequest, context: Context
    ) -> pb.ListDocumentsResponse:
        found, next_page = await self._library.list(
            current_identity(),
            request.folder_path,
            [convert.state_of(state) for state in request.states],
            request.page_size,
            request.page_token,
        )
        return pb.ListDocumentsResponse(documents=[_shown(one) for one in found], next_page_token=next_page)

    async def ListDocumentVersions(
        self, request: pb.ListDocumentVersionsRequest, context: Context
    ) -> pb.ListDocumentVersionsResponse:
        found, next_page = await self._library.versions(
            current_identity(), _document(request.parent), request.page_size, request.page_token
        )
        return pb.ListDocumentVersionsResponse(
            versions=[convert.version_to_proto(one) for one in found], next_page_token=next_page
        )

    async def DeleteDocument(
        self, request: pb.DeleteDocumentRequest, context: Context
    ) -> pb.DeleteDocumentResponse:
        await self._library.delete(
            current_identity(), _document(request.name), request.etag, request.request_id
        )
        return pb.DeleteDocumentResponse()

    async def UpdateDocumentAccess(
        self, request: pb.UpdateDocumentAccessRequest, context: Context
    ) -> pb.UpdateDocumentAccessResponse:
        changed = await self._library.update_access(
            current_identity(),
            _document(request.name),
            convert.access_of(request.access),
            request.etag,
            request.request_id,
        )
        return pb.UpdateDocumentAccessResponse(document=_shown(changed))

    async def ListFolders(self, request: pb.ListFoldersRequest, context: Context) -> pb.ListFoldersResponse:
        found, next_page = await self._library.folders(request.page_size, request.page_token)
        return pb.ListFoldersResponse(
            folders=[convert.folder_to_proto(one) for one in found], next_page_token=next_page
        )

    async def UpdateFolderAccess(
        self, request: pb.UpdateFolderAccessRequest, context: Context
    ) -> pb.UpdateFolderAccessResponse:
        changed = await self._library.update_folder_access(
            current_identity(),
            request.path,
            convert.access_of(request.access),
            request.etag,
            request.request_id,
        )
        return pb.UpdateFolderAccessResponse(folder=convert.folder_to_proto(changed))


def _document(name: str) -> str:
    """The id in `documents/{document}`; the contract's rules have checked the form."""
    return name.removeprefix("documents/")


def _shown(document: Document) -> Any:
    """Who may read a document is for administrators to know."""
    return convert.document_to_proto(document, with_access="admin" in current_identity().roles)
