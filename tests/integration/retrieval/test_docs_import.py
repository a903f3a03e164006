"""`maru docs import` against the service: what is sent, left, told."""

import json
from pathlib import Path
from typing import Any

import pytest
from maru.retrieval.v1.access_pb2 import AccessList
from rich.console import Console

from services.launcher.documents import importing
from services.launcher.documents.access_file import NOTHING, AccessFile, read_access_file
from services.launcher.documents.client import DocumentClient
from services.launcher.documents.files import scan
from services.launcher.documents.planning import Plan, plan
from services.launcher.errors import LauncherError
from tests.documents import writers
from tests.integration.retrieval.conftest import ADMIN, Service

QUIET = Console(quiet=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "사내문서"
    for path, content in {
        "규정/여비규정.docx": writers.docx(),
        "규정/연차.md": "# 연차\n\n15일".encode(),
        "공지.txt": "창립 기념일에 쉽니다.".encode("cp949"),
    }.items():
        (made / path).parent.mkdir(parents=True, exist_ok=True)
        (made / path).write_bytes(content)
    return made


class Importing:
    """The command without a terminal."""

    def __init__(self, service: Service) -> None:
        self._edge = f"http://127.0.0.1:{service.server.running.port}"
        self._token = lambda: service.server.issuer.token("admin", roles=ADMIN)

    async def plan(self, folder: Path, access: AccessFile = NOTHING, into: str = "") -> Plan:
        async with DocumentClient(self._edge, self._token) as client:
            return await plan(client, scan([folder], into), access, into, {})

    async def run(
        self, folder: Path, access: AccessFile = NOTHING, into: str = "", prune: bool = False
    ) -> dict[str, Any]:
        async with DocumentClient(self._edge, self._token) as client:
            made = await plan(client, scan([folder], into), access, into, {})
            outcome = await importing.carry_out(client, made, into, prune, QUIET)
            importing.say_plan(made, QUIET)
            importing.say_outcome(made, outcome, prune, QUIET)
            told: dict[str, Any] = json.loads(json.dumps(importing.record(made, outcome)))
            return told


@pytest.fixture
def docs(service: Service) -> Importing:
    return Importing(service)


async def test_a_folder_comes_in_and_only_changes_after_that(
    service: Service, docs: Importing, folder: Path
) -> None:
    told = await docs.run(folder)
    everything = ["공지.txt", "규정/여비규정.docx", "규정/연차.md"]
    assert told["imported"] == everything
    assert told["readable_by_nobody"] == everything
    again = await docs.run(folder)
    assert (again["imported"], again["unchanged"]) == ([], 3)

    (folder / "규정/연차.md").write_text("# 연차\n\n16일")
    (folder / "공지.txt").unlink()
    made = await docs.plan(folder)
    assert [file.path for file, _ in made.send] == ["규정/연차.md"]
    assert made.there == {"규정/연차.md"}
    changed = await docs.run(folder)
    assert (changed["imported"], changed["removed"], changed["deleted"]) == (
        ["규정/연차.md"],
        ["공지.txt"],
        0,
    )
    pruned = await docs.run(folder, prune=True)
    assert (pruned["removed"], pruned["deleted"]) == (["공지.txt"], 1)
    assert await service.paths(service.admin) == everything[1:]


async def test_what_could_not_be_read_is_told_each_time(
    service: Service, docs: Importing, folder: Path
) -> None:
    (folder / "암호.pdf").write_bytes(writers.pdf(password="비밀"))
    (folder / "빈.md").touch()
    for _ in range(2):
        told = await docs.run(folder)
        assert told["quarantined"] == [{"path": "암호.pdf", "cause": "ENCRYPTED"}]
        assert [one["path"] for one in told["not_sent"]] == ["빈.md"]
    assert len(await service.paths(service.admin)) == 4


async def test_access_is_as_the_file_says(
    service: Service, docs: Importing, folder: Path, tmp_path: Path
) -> None:
    kim, lee = service.by("kim", "sales"), service.by("lee", "stock")
    file = tmp_path / "권한.yaml"
    file.write_text('- path: 규정/\n  allow: {roles: [sales]}\n- path: "*.txt"\n  allow: everyone\n')
    told = await docs.run(folder, read_access_file(file))
    assert told["readable_by_nobody"] == []
    assert await service.paths(lee) == ["공지.txt"]
    assert await service.paths(kim) == ["공지.txt", "규정/여비규정.docx", "규정/연차.md"]
    file.write_text('- path: 규정/\n  allow: {roles: [stock]}\n- path: "*.txt"\n  allow: {users: [kim]}\n')
    told = await docs.run(folder, read_access_file(file))
    assert (told["imported"], told["unchanged"]) == ([], 3)
    assert await service.paths(kim) == ["공지.txt"]
    made = await docs.plan(folder, read_access_file(file))
    assert (made.access, made.folders) == ([], [])
    assert await docs.plan(folder) == made  # without a file, lists stay


async def test_only_what_lies_below_into_is_looked_at(
    service: Service, docs: Importing, folder: Path
) -> None:
    await service.store("다른 폴더/a.md", b"x")
    told = await docs.run(folder, into="본사/2026", prune=True)
    assert told["imported"][0] == "본사/2026/공지.txt"
    assert (told["removed"], told["deleted"]) == ([], 0)
    assert "다른 폴더/a.md" in await service.paths(service.admin)


async def test_a_refusal_of_everything_ends_it(service: Service, folder: Path) -> None:
    edge = f"http://127.0.0.1:{service.server.running.port}"
    async with DocumentClient(edge, lambda: service.server.issuer.token("kim")) as client:
        made = Plan(send=[(file, AccessList()) for file in scan([folder], "").files.values()])
        with pytest.raises(LauncherError, match="ROLE_MISSING"):
            await importing.carry_out(client, made, "", False, QUIET)
