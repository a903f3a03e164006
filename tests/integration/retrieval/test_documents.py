"""Importing, versions, deleting: over the wire, with real readers and a real database."""

import unicodedata
from collections.abc import Awaitable
from hashlib import sha256
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2
from maru.retrieval.v1 import document_pb2
from maru.retrieval.v1 import retrieval_service_pb2 as pb

from services.retrieval.settings import LARGEST_DOCUMENT
from tests.documents import hostile_pdf, writers
from tests.integration.retrieval.conftest import EVERYONE, Service, until

State = document_pb2.DocumentVersion


def text(words: str) -> bytes:
    return f"# 여비규정\n\n{words}\n".encode()


async def reason(call: Awaitable[Any]) -> tuple[grpc.StatusCode, str]:
    """How a call failed."""
    with pytest.raises(grpc.aio.AioRpcError) as failed:
        await call
    kept = dict(failed.value.trailing_metadata() or ())["grpc-status-details-bin"]
    for detail in status_pb2.Status.FromString(kept).details:
        if detail.Is(error_details_pb2.ErrorInfo.DESCRIPTOR):
            return failed.value.code(), error_details_pb2.ErrorInfo.FromString(detail.value).reason
    return failed.value.code(), ""


async def test_a_file_becomes_a_document_with_passages(service: Service) -> None:
    content = writers.docx()
    document = await service.read("규정/인사/여비규정.docx", content, access=EVERYONE)
    assert (document.path, document.title) == ("규정/인사/여비규정.docx", writers.TITLE)
    assert not document.HasField("pending_version")
    version = document.current_version
    assert version.state == State.STATE_CURRENT
    assert version.content_digest == sha256(content).hexdigest()
    assert version.size_bytes == len(content)
    assert version.passage_count > 1
    assert document.access == EVERYONE
    passages = [
        (await service.passage(version.name, place, service.by("kim"))).passage
        for place in range(version.passage_count)
    ]
    assert any(writers.ARTICLES[0][1] in one.text for one in passages)
    assert any(writers.CHAPTER in one.heading_path for one in passages)
    assert all((one.title, one.path) == (document.title, document.path) for one in passages)
    assert await reason(service.passage(version.name, version.passage_count, service.by("kim"))) == (
        grpc.StatusCode.NOT_FOUND,
        "DOCUMENT_NOT_FOUND",
    )

    async def embedded() -> bool:
        return len(service.embedder.texts) == version.passage_count

    await until(embedded)
    assert all(one.startswith(writers.TITLE) for one in service.embedder.texts)


async def test_a_new_version_replaces_the_old_one_which_stays_readable(service: Service) -> None:
    old = await service.read(
        "a.md", text("한도는 오만 원이다."), access=EVERYONE, effective_date="2025-01-01"
    )
    new = await service.read("a.md", text("한도는 육만 원이다. 2026년 3월 1일부터 시행한다."))
    assert new.name == old.name
    assert new.access == EVERYONE
    assert new.current_version.name != old.current_version.name
    dates = (old.current_version.effective_date, new.current_version.effective_date)
    assert dates == ("2025-01-01", "2026-03-01")
    answer = await service.passage(old.current_version.name, 0, service.by("kim"))
    assert "오만" in answer.passage.text
    assert answer.version.state == State.STATE_SUPERSEDED
    listed = await service.stub.ListDocumentVersions(
        pb.ListDocumentVersionsRequest(parent=new.name, page_size=1), metadata=service.admin
    )
    assert [version.name for version in listed.versions] == [new.current_version.name]
    rest = await service.stub.ListDocumentVersions(
        pb.ListDocumentVersionsRequest(parent=new.name, page_size=1, page_token=listed.next_page_token),
        metadata=service.admin,
    )
    assert [version.name for version in rest.versions] == [old.current_version.name]
    assert not rest.next_page_token


async def test_the_latest_content_again_changes_nothing(service: Service) -> None:
    first = await service.read("a.md", text("하나"))
    assert await service.store("a.md", text("하나"), access=EVERYONE) == first
    second = await service.read("a.md", text("둘"))
    third = await service.read("a.md", text("하나"))  # back to what it was
    names = {one.current_version.name for one in (first, second, third)}
    assert len(names) == 3


async def test_a_repeated_request_has_the_answer_of_the_first(service: Service) -> None:
    first = await service.store("a.md", text("하나"), request_id="r1")
    await service.read("a.md", text("둘"))
    assert await service.store("a.md", text("하나"), request_id="r1") == first
    reused = (grpc.StatusCode.ALREADY_EXISTS, "REQUEST_ID_REUSED")
    assert await reason(service.store("a.md", text("셋"), request_id="r1")) == reused
    document = await service.get(first.name)
    await service.delete(document, request_id="d1")
    await service.delete(document, request_id="d1")
    assert await reason(service.delete(document, request_id="r1")) == reused
    assert await reason(service.delete(document)) == (grpc.StatusCode.NOT_FOUND, "DOCUMENT_NOT_FOUND")


async def test_what_changed_meanwhile_is_not_overwritten(service: Service) -> None:
    document = await service.read("a.md", text("하나"))
    changed = await service.set_access(document, EVERYONE)
    assert changed.etag != document.etag
    aborted = (grpc.StatusCode.ABORTED, "ETAG_MISMATCH")
    assert await reason(service.set_access(document, EVERYONE)) == aborted
    assert await reason(service.delete(document, etag=document.etag)) == aborted
    etag = await service.set_folder("규정", EVERYONE)
    assert await reason(service.set_folder("규정", EVERYONE)) == aborted
    assert await service.set_folder("규정", EVERYONE, etag) != etag


async def test_deleting_removes_all_that_nothing_else_has(service: Service) -> None:
    first = await service.read("a.md", text("같은 글"), access=EVERYONE)
    second = await service.read("b.md", text("같은 글"), access=EVERYONE)
    assert len(service.files) == 1
    await service.delete(first)
    assert len(service.files) == 1
    assert "같은" in (await service.passage(second.current_version.name, 0, service.by("kim"))).passage.text
    gone = (grpc.StatusCode.NOT_FOUND, "DOCUMENT_NOT_FOUND")
    assert await reason(service.passage(first.current_version.name, 0, service.by("kim"))) == gone
    assert await reason(service.get(first.name)) == gone
    await service.delete(second)
    assert service.files == set()
    again = await service.read("a.md", text("같은 글"))
    assert again.name != first.name


async def test_duplicates_are_told_to_who_may_read_the_other(service: Service) -> None:
    first = await service.read("인사/a.md", text("같은 글"))
    second = await service.read("b.md", text("같은 글"), access=EVERYONE)
    assert second.current_version.duplicate_of == first.current_version.name
    assert len(service.embedder.texts) <= first.current_version.passage_count
    seen = await service.get(second.name, service.by("kim"))
    assert seen.current_version.duplicate_of == ""
    await service.set_access(first, EVERYONE)
    seen = await service.get(second.name, service.by("kim"))
    assert seen.current_version.duplicate_of == first.current_version.name


@pytest.mark.parametrize(
    ("name", "content", "cause"),
    [
        ("a.pdf", writers.pdf(password="비밀"), "ENCRYPTED"),
        ("a.pdf", writers.pdf()[:3000], "BROKEN"),
        ("a.docx", writers.pdf(), "WRONG_EXTENSION"),
        ("a.pdf", hostile_pdf.scanned(), "SCANNED"),
        ("a.md", b"  \n", "EMPTY"),
        ("a.bin", bytes(range(256)), "UNKNOWN_FORMAT"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_cannot_be_read_is_set_aside_with_its_reason(
    service: Service, name: str, content: bytes, cause: str
) -> None:
    document = await service.read(name, content)
    assert not document.HasField("current_version")
    pending = document.pending_version
    assert pending.state == State.STATE_QUARANTINED
    assert document_pb2.Quarantine.Cause.Name(pending.quarantine.cause) == f"CAUSE_{cause}"
    assert "주세요" in pending.quarantine.message
    after = await service.read("b.md", text("그다음"))
    assert after.HasField("current_version")
    states = [State.STATE_QUARANTINED]
    assert await service.paths(service.admin, states=states) == [name]


@pytest.mark.parametrize(
    "path",
    ["", "/a.md", "a//b.md", "../a.md", "a/../b.md", "./a.md", "a/", "a\0.md", "a\n.md", "\u202efdp.md"],
)
async def test_paths_that_name_no_place_are_refused(service: Service, path: str) -> None:
    refused = (grpc.StatusCode.INVALID_ARGUMENT, "FIELD_INVALID")
    assert await reason(service.store(path, b"x")) == refused
    assert service.files == set()


async def test_names_are_as_korean_is_typed(service: Service) -> None:
    taken_apart = unicodedata.normalize("NFD", "규정/여비규정.md")
    first = await service.read(taken_apart, text("하나"))
    assert first.path == "규정/여비규정.md"
    assert (await service.store("규정/여비규정.md", text("둘"))).name == first.name
    assert await service.paths(service.admin, folder_path=unicodedata.normalize("NFD", "규정")) == [
        first.path
    ]


@pytest.mark.parametrize("day", ["2026-02-30", "2026-13-01"])
async def test_a_day_that_is_none_is_refused(service: Service, day: str) -> None:
    refused = (grpc.StatusCode.INVALID_ARGUMENT, "FIELD_INVALID")
    assert await reason(service.store("a.md", b"x", effective_date=day)) == refused


async def test_the_largest_file_is_taken_and_none_larger(service: Service) -> None:
    stored = await service.store("a.txt", b"\n" * LARGEST_DOCUMENT)
    assert stored.pending_version.size_bytes == LARGEST_DOCUMENT
    refused = await reason(service.store("b.txt", b"\n" * (LARGEST_DOCUMENT + 1)))
    assert refused == (grpc.StatusCode.INVALID_ARGUMENT, "DOCUMENT_TOO_LARGE")
