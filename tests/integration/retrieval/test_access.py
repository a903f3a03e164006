"""Who may read what: in every method, from the next call on, and without a hint of what one may not read."""

from collections.abc import Awaitable
from typing import Any

import grpc
import pytest
from maru.retrieval.v1 import access_pb2
from maru.retrieval.v1 import retrieval_service_pb2 as pb

from tests.integration.retrieval.conftest import EVERYONE, NO_ENTRIES, Service, sales
from tests.integration.retrieval.test_documents import reason, text

NOT_THERE = (grpc.StatusCode.NOT_FOUND, "DOCUMENT_NOT_FOUND")
ADMINS = ("ImportDocument", "DeleteDocument", "UpdateDocumentAccess", "ListFolders", "UpdateFolderAccess")


async def versions(service: Service, name: str, metadata: Any) -> Any:
    return await service.stub.ListDocumentVersions(
        pb.ListDocumentVersionsRequest(parent=name), metadata=metadata
    )


async def sees(service: Service, document: Any, metadata: Any) -> bool:
    """Whether somebody sees a document, which each method answers alike."""
    listed = document.path in await service.paths(metadata)
    calls: list[Awaitable[Any]] = [
        service.get(document.name, metadata),
        versions(service, document.name, metadata),
        service.passage(document.current_version.name, 0, metadata),
    ]
    for call in calls:
        if listed:
            await call
        else:
            assert await reason(call) == NOT_THERE
    return listed


async def test_nobody_reads_a_document_until_somebody_may(service: Service) -> None:
    document = await service.read("영업/단가표.md", text("단가"))
    kim, lee = service.by("kim", "sales"), service.by("lee", "stock")
    assert not await sees(service, document, kim)
    await service.set_access(document, sales())
    assert await sees(service, document, kim)
    assert not await sees(service, document, lee)


async def test_folders_hand_down_what_they_allow_and_deny_wins(service: Service) -> None:
    document = await service.read("규정/인사/연차.md", text("연차"))
    kim = service.by("kim", "sales", department=["영업본부/국내영업팀"])
    top = await service.set_folder("", EVERYONE)
    assert await sees(service, document, kim)
    middle = await service.set_folder("규정", access_pb2.AccessList(stop_inheritance=True))
    assert not await sees(service, document, kim)
    inner = await service.set_folder(
        "규정/인사", access_pb2.AccessList(allow=access_pb2.Principals(departments=["영업본부"]))
    )
    assert await sees(service, document, kim)
    await service.set_folder("", access_pb2.AccessList(deny=access_pb2.Principals(usernames=["kim"])), top)
    assert not await sees(service, document, kim)
    assert await sees(service, document, service.by("lee", department=["영업본부"]))
    await service.set_folder("규정", NO_ENTRIES, middle)
    await service.set_folder("규정/인사", NO_ENTRIES, inner)
    assert not await sees(service, document, service.by("lee", department=["영업본부"]))


async def test_a_name_that_begins_alike_is_another_folder(service: Service) -> None:
    document = await service.read("규정집/a.md", text("하나"))
    await service.set_folder("규정", EVERYONE)
    assert not await sees(service, document, service.by("kim"))
    assert await service.paths(service.admin, folder_path="규정") == []


async def test_an_admin_sees_every_document_but_no_passage_that_is_not_theirs(service: Service) -> None:
    document = await service.read("인사/급여.md", text("급여"))
    assert (await service.get(document.name)).path == "인사/급여.md"
    assert await reason(service.passage(document.current_version.name, 0, service.admin)) == NOT_THERE
    allowed = access_pb2.AccessList(allow=access_pb2.Principals(usernames=["admin"]))
    await service.set_access(document, allowed)
    assert (await service.passage(document.current_version.name, 0, service.admin)).passage.text


async def test_the_list_itself_is_for_admins(service: Service) -> None:
    document = await service.read("a.md", text("하나"), access=EVERYONE)
    assert document.HasField("access")
    assert not (await service.get(document.name, service.by("kim"))).HasField("access")
    page = await service.stub.ListDocuments(pb.ListDocumentsRequest(), metadata=service.by("kim"))
    assert not page.documents[0].HasField("access")


async def test_pages_are_as_long_as_they_can_be_and_hide_how_many_are_hidden(service: Service) -> None:
    for number in range(12):
        access = sales() if number % 3 else EVERYONE
        await service.store(f"문서/{number:02}.md", text(str(number)), access=access)
    kim = service.by("kim")
    expected = [f"문서/{number:02}.md" for number in (0, 3, 6, 9)]
    assert await service.paths(kim, page_size=2) == expected
    first = await service.stub.ListDocuments(pb.ListDocumentsRequest(page_size=3), metadata=kim)
    assert len(first.documents) == 3
    assert first.next_page_token
    last = await service.stub.ListDocuments(
        pb.ListDocumentsRequest(page_size=3, page_token=first.next_page_token), metadata=kim
    )
    assert [one.path for one in last.documents] == expected[3:]
    assert not last.next_page_token
    token = pb.ListDocumentsRequest(page_size=3, page_token=first.next_page_token)
    invalid = (grpc.StatusCode.INVALID_ARGUMENT, "PAGE_TOKEN_INVALID")
    assert await reason(service.stub.ListDocuments(token, metadata=service.by("lee"))) == invalid
    token.folder_path = "문서"
    assert await reason(service.stub.ListDocuments(token, metadata=kim)) == invalid


async def test_a_list_goes_on_where_it_was_when_its_last_document_is_gone(service: Service) -> None:
    long = "가" * 150
    stored = [
        await service.store(path, text(path))
        for path in ("a.md", "b.md", "c.md", f"{long}/1.md", f"{long}/2.md")
    ]
    first = await service.stub.ListDocuments(pb.ListDocumentsRequest(page_size=2), metadata=service.admin)
    await service.delete(stored[1])
    rest = await service.paths(service.admin, page_size=2, page_token=first.next_page_token)
    assert rest == ["c.md", f"{long}/1.md", f"{long}/2.md"]


async def test_folders_are_listed_while_something_is_in_or_on_them(service: Service) -> None:
    async def folders() -> list[str]:
        page = await service.stub.ListFolders(pb.ListFoldersRequest(page_size=2), metadata=service.admin)
        found = [one.path for one in page.folders]
        while page.next_page_token:
            again = pb.ListFoldersRequest(page_size=2, page_token=page.next_page_token)
            page = await service.stub.ListFolders(again, metadata=service.admin)
            found += [one.path for one in page.folders]
        return found

    assert await folders() == []
    document = await service.store("규정/인사/a.md", text("하나"))
    etag = await service.set_folder("양식", EVERYONE)
    assert await folders() == ["", "규정", "규정/인사", "양식"]
    await service.delete(document)
    assert await folders() == ["양식"]
    await service.set_folder("양식", NO_ENTRIES, etag)
    assert await folders() == []


@pytest.mark.parametrize("method", ADMINS)
async def test_changes_are_for_admins(service: Service, method: str) -> None:
    requests = {
        "ImportDocument": pb.ImportDocumentRequest(path="a.md", content=b"x", request_id="r"),
        "DeleteDocument": pb.DeleteDocumentRequest(name="documents/d", request_id="r"),
        "UpdateDocumentAccess": pb.UpdateDocumentAccessRequest(
            name="documents/d", access=EVERYONE, etag="1", request_id="r"
        ),
        "ListFolders": pb.ListFoldersRequest(),
        "UpdateFolderAccess": pb.UpdateFolderAccessRequest(path="a", access=EVERYONE, request_id="r"),
    }
    call = getattr(service.stub, method)(requests[method], metadata=service.by("kim", "sales", "executive"))
    assert await reason(call) == (grpc.StatusCode.PERMISSION_DENIED, "ROLE_MISSING")
