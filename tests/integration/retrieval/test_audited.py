"""Every change of a document or a folder is in the audit before it is done."""

from typing import Any
from uuid import uuid4

import grpc
import pytest
from maru.admin.v1.audit_service_pb2 import AuditEntry
from maru.retrieval.v1 import retrieval_service_pb2 as pb
from maru.retrieval.v1.access_pb2 import AccessList

from services.launcher.documents.access_file import same
from tests.integration.retrieval.conftest import EVERYONE, NO_ENTRIES, Service, sales

PATH = "규정/여비.md"
TEXT = "# 여비\n\n한도는 오만 원이다.\n".encode()


def told(service: Service) -> list[tuple[str, str, str, str]]:
    return [
        (entry.method.rpartition("/")[2], entry.document_change.path, entry.resource, entry.outcome)
        for entry in service.audit.entries.values()
    ]


def access(entry: AuditEntry) -> list[AccessList | None]:
    change = entry.document_change
    return [
        getattr(change, field) if change.HasField(field) else None
        for field in ("access_before", "access_after")
    ]


def equal(found: list[AccessList | None], wanted: list[AccessList | None]) -> bool:
    return all(
        one is other if one is None or other is None else same(one, other)
        for one, other in zip(found, wanted, strict=True)
    )


async def test_imports_access_changes_and_deletes_are_told_with_who_could_and_can_read(
    service: Service,
) -> None:
    document = await service.read(PATH, TEXT)
    document = await service.read(PATH, TEXT + b"\n", access=sales())
    document = await service.set_access(document, EVERYONE)
    etag = await service.set_folder("규정", sales())
    await service.set_folder("규정", EVERYONE, etag)
    await service.delete(document)

    done = "OUTCOME_ANSWERED"
    assert told(service) == [
        ("ImportDocument", PATH, "", done),
        ("ImportDocument", PATH, document.name, done),
        ("UpdateDocumentAccess", PATH, document.name, done),
        ("UpdateFolderAccess", "규정", "", done),
        ("UpdateFolderAccess", "규정", "", done),
        ("DeleteDocument", PATH, document.name, done),
    ]
    entries = list(service.audit.entries.values())
    assert {entry.action for entry in entries} == {AuditEntry.ACTION_CHANGE}
    digests = [entry.document_change.content_digest for entry in entries]
    assert digests[1] == document.current_version.content_digest != digests[0] != ""
    assert not any(digests[2:])
    expected: list[list[AccessList | None]] = [
        [None, None],
        [NO_ENTRIES, sales()],
        [sales(), EVERYONE],
        [NO_ENTRIES, sales()],
        [sales(), EVERYONE],
        [EVERYONE, None],
    ]
    for entry, wanted in zip(entries, expected, strict=True):
        assert equal(access(entry), wanted), entry


async def test_what_cannot_be_recorded_is_not_done(service: Service) -> None:
    document = await service.read(PATH, TEXT, access=sales())
    service.audit.away = True
    changes: list[Any] = [
        service.store("공지.md", TEXT),
        service.set_access(document, EVERYONE),
        service.set_folder("규정", EVERYONE),
        service.delete(document),
    ]
    for change in changes:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await change
        assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
    assert await service.paths(service.admin) == [PATH]
    assert await service.get(document.name) == document
    folders = await service.stub.ListFolders(pb.ListFoldersRequest(), metadata=service.admin)
    assert not any(folder.access.allow.everyone for folder in folders.folders)


async def test_a_refusal_has_an_entry_with_its_reason(service: Service) -> None:
    document = await service.read(PATH, TEXT)
    with pytest.raises(grpc.aio.AioRpcError):
        await service.delete(document, etag="other")
    assert [outcome for *_, outcome in told(service)[1:]] == ["OUTCOME_ANSWERED", "ETAG_MISMATCH"]


async def test_a_repeated_delete_is_answered_as_the_first(service: Service) -> None:
    document = await service.read(PATH, TEXT)
    request = uuid4().hex
    await service.delete(document, request_id=request)
    await service.delete(document, request_id=request)
    assert told(service)[2] == ("DeleteDocument", "", document.name, "OUTCOME_ANSWERED")
