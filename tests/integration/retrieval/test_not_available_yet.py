"""Every method of the contract is there, guarded as it will be, and says what will come."""

import grpc
import pytest
from google.protobuf.message_factory import GetMessageClass
from google.rpc import error_details_pb2, status_pb2
from maru.retrieval.v1 import retrieval_service_pb2 as wire

from services.kit.testing import LOOPBACK, served
from services.retrieval.app import app
from services.retrieval.settings import Settings

SERVICE = wire.DESCRIPTOR.services_by_name["RetrievalService"]
VALID = {
    "Search": wire.SearchRequest(query="출장비 한도"),
    "GetPassage": wire.GetPassageRequest(name="documents/d/versions/v/passages/p"),
    "ImportDocument": wire.ImportDocumentRequest(path="규정/여비규정.hwp", content=b"x", request_id="r"),
    "GetDocument": wire.GetDocumentRequest(name="documents/d"),
    "ListDocuments": wire.ListDocumentsRequest(),
    "ListDocumentVersions": wire.ListDocumentVersionsRequest(parent="documents/d"),
    "DeleteDocument": wire.DeleteDocumentRequest(name="documents/d", request_id="r"),
    "UpdateDocumentAccess": wire.UpdateDocumentAccessRequest(
        name="documents/d", access={}, etag="e", request_id="r"
    ),
    "ListFolders": wire.ListFoldersRequest(),
    "UpdateFolderAccess": wire.UpdateFolderAccessRequest(access={}, request_id="r"),
}


async def call(method: str, request: object, roles: set[str]) -> grpc.aio.AioRpcError:
    descriptor = SERVICE.methods_by_name[method]
    async with served(Settings(**LOOPBACK), app) as server:
        rpc = server.channel.unary_unary(
            f"/{SERVICE.full_name}/{method}",
            request_serializer=GetMessageClass(descriptor.input_type).SerializeToString,
            response_deserializer=GetMessageClass(descriptor.output_type).FromString,
        )
        with pytest.raises(grpc.aio.AioRpcError) as failed:
            await rpc(request, metadata=server.issuer.metadata("kim", roles=roles))
    return failed.value


def details(error: grpc.aio.AioRpcError) -> dict[str, object]:
    status = status_pb2.Status.FromString(dict(error.trailing_metadata() or ())["grpc-status-details-bin"])
    found: dict[str, object] = {}
    for detail in status.details:
        if detail.Is(error_details_pb2.ErrorInfo.DESCRIPTOR):
            found["info"] = error_details_pb2.ErrorInfo.FromString(detail.value)
        elif detail.Is(error_details_pb2.LocalizedMessage.DESCRIPTOR):
            words = error_details_pb2.LocalizedMessage.FromString(detail.value)
            found[words.locale] = words.message
    return found


@pytest.mark.parametrize("method", [method.name for method in SERVICE.methods])
async def test_a_method_says_what_will_come(method: str) -> None:
    error = await call(method, VALID[method], {"employee", "admin"})
    assert error.code() == grpc.StatusCode.UNIMPLEMENTED
    said = details(error)
    assert said["info"] == error_details_pb2.ErrorInfo(
        reason="NOT_AVAILABLE_YET", domain="maru", metadata={"method": f"{SERVICE.full_name}/{method}"}
    )
    assert "문서" in str(said["ko"])
    assert "document" in str(said["en"])


async def test_the_guards_stand_before_it() -> None:
    assert (await call("ListFolders", VALID["ListFolders"], {"employee"})).code() == (
        grpc.StatusCode.PERMISSION_DENIED
    )
    assert (await call("Search", wire.SearchRequest(), {"employee"})).code() == (
        grpc.StatusCode.INVALID_ARGUMENT
    )
