"""Quarantined documents read again, and what an import says of files that came in in part or not at all."""

from io import StringIO
from pathlib import Path
from typing import Any, Never
from uuid import uuid4

import pytest
from maru.retrieval.v1 import retrieval_service_pb2 as pb
from maru.retrieval.v1.document_pb2 import Document, DocumentVersion
from rich.console import Console

from services.launcher.documents import importing
from services.launcher.documents.access_file import NOTHING
from services.launcher.documents.client import LARGEST_FILE, DocumentClient
from services.launcher.documents.files import scan
from services.launcher.documents.planning import plan
from services.retrieval.core import importing as reading
from services.retrieval.errors import DocumentTooLarge
from services.retrieval.reading.content import Cause, Unreadable
from services.retrieval.settings import LARGEST_DOCUMENT
from tests.documents import hostile_pdf, writers
from tests.integration.retrieval.conftest import ADMIN, Service

QUIET = Console(quiet=True)
TEXT = "# 여비\n\n한도는 오만 원이다.\n".encode()


def command(service: Service) -> DocumentClient:
    edge = f"http://127.0.0.1:{service.server.running.port}"
    return DocumentClient(edge, lambda: service.server.issuer.token("admin", roles=ADMIN))


async def retry(service: Service, *documents: Document) -> list[tuple[str, str]]:
    """Paths and the states of the versions last imported."""
    async with command(service) as client:
        read = await importing.retry(client, documents, QUIET)
    return [
        (one.path, DocumentVersion.State.Name(importing.latest(one).state).removeprefix("STATE_"))
        for one in read
    ]


async def test_what_can_be_read_now_is_current_after_it(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_slow(_: Any) -> Never:
        raise Unreadable(Cause.TIMED_OUT)

    with monkeypatch.context() as patched:
        patched.setattr(reading, "cut", too_slow)
        held = await service.read("a.md", TEXT)
    assert held.pending_version.state == DocumentVersion.STATE_QUARANTINED
    assert await retry(service, held) == [("a.md", "CURRENT")]
    found = await service.get(held.name)
    assert found.current_version.name == held.pending_version.name
    assert not found.current_version.HasField("quarantine")
    assert not found.HasField("pending_version")


async def test_what_still_cannot_be_read_is_quarantined_again_with_its_reason(service: Service) -> None:
    held = await service.read("암호.pdf", writers.pdf(password="비밀"))
    assert await retry(service, held) == [("암호.pdf", "QUARANTINED")]
    assert (await service.get(held.name)).pending_version.quarantine == held.pending_version.quarantine


async def test_any_other_document_is_left_as_it_is_and_each_try_is_in_the_audit(service: Service) -> None:
    held = await service.read("a.md", TEXT)
    request = pb.RetryDocumentRequest(name=held.name, request_id=uuid4().hex)
    answer = await service.stub.RetryDocument(request, metadata=service.admin)
    assert answer.document == held
    last = list(service.audit.entries.values())[-1]
    assert (last.method.rpartition("/")[2], last.document_change.path) == ("RetryDocument", "a.md")


async def test_pages_that_are_pictures_are_told(service: Service, tmp_path: Path) -> None:
    (tmp_path / "규정.pdf").write_bytes(hostile_pdf.partly_scanned())
    said = StringIO()
    async with command(service) as client:
        made = await plan(client, scan([tmp_path / "규정.pdf"], ""), NOTHING, "", {})
        outcome = await importing.carry_out(client, made, "", False, QUIET)
    importing.say_outcome(made, outcome, False, Console(file=said))
    assert "규정.pdf: 2, 3쪽은 그림입니다" in said.getvalue()
    assert importing.record(made, outcome)["scanned_pages"] == {"규정.pdf": [2, 3]}
    (document,) = outcome.read
    assert document.current_version.page_count == 4


def test_a_file_that_is_too_large_has_one_reason_wherever_it_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "a.txt").open("wb") as file:
        file.truncate(LARGEST_FILE + 1)
    (problem,) = scan([tmp_path], "").problems
    refused = DocumentTooLarge(size_bytes=str(LARGEST_FILE + 1), maximum_bytes=str(LARGEST_DOCUMENT))
    assert problem.korean == f"{refused.message_ko} [{refused.reason}]"
    assert problem.english == refused.message_en


async def test_a_watcher_tells_a_problem_once_until_it_was_gone(service: Service, tmp_path: Path) -> None:
    told = importing.Told()
    folder = tmp_path / "사내문서"
    folder.mkdir()

    async def look() -> tuple[list[str], ...]:
        async with command(service) as client:
            made = await plan(client, scan([folder], ""), NOTHING, "", {})
            new = told.new(await importing.carry_out(client, made, "", False, QUIET))
        return (
            [one.path for one in new.problems],
            [one.path for one in new.set_aside],
            [one.path for one in new.hidden],
            [one.path for one in new.removed],
        )

    (folder / "빈.md").touch()
    (folder / "암호.pdf").write_bytes(writers.pdf(password="비밀"))
    assert await look() == (["빈.md"], ["암호.pdf"], ["암호.pdf"], [])
    (folder / "b.md").write_bytes(TEXT)
    await service.read("없어진 파일.md", TEXT)
    assert await look() == ([], [], ["b.md"], ["없어진 파일.md"])
    (folder / "빈.md").unlink()
    assert await look() == ([], [], [], [])
    (folder / "빈.md").touch()
    (folder / "암호.pdf").write_bytes(writers.pdf(password="다른 비밀"))
    assert await look() == (["빈.md"], ["암호.pdf"], [], [])
