"""A state folder that is damaged, read-only or wanted by two: what heals is healed, the rest is said with its remedy."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import grpc
import psutil
import pytest
import yaml

from tests.e2e.asking import LONG, SHORT, asking, until
from tests.e2e.breaking import process_of
from tests.e2e.mesh import (
    MARU,
    READY_WORDS,
    START_LIMIT_S,
    STOP_LIMIT_S,
    Mesh,
    descendants,
    launch,
    mesh_environment,
)

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(500)]

DAMAGES = yaml.safe_load(
    (Path(__file__).parents[1] / "cases" / "e2e" / "damages.yaml").read_text(encoding="utf-8")
)
USERS = {
    "broken": "- username: kim\n  role: [sales\n",
    "no_list": "username: kim",
    "no_role": "- {username: kim, password_hash: x, name: 김}",
    "empty": "",
    "no_hash": "- {username: kim, password_hash: '1234', name: 김, role: [sales]}",
}
GARBAGE = bytes(range(256)) * 64
REFUSAL_LIMIT_S = 150


@pytest.fixture(scope="module")
def environment(mesh: Mesh, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A state folder that is set up already, with the data of a company of its own: the shared mesh's."""
    home = tmp_path_factory.mktemp("damaged") / "home"
    environment = mesh_environment(home)
    for part in ("data", "models", "keys"):
        shutil.copytree(mesh.home / part, home / part)
    for database in (home / "data").glob("*.sqlite"):
        with closing(sqlite3.connect(database)) as connection:  # takes in what the write-ahead log holds
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    (home / "maru-state-folder").touch()
    (home / "data" / "source.json").write_text('{"source": "erpnext"}')
    return environment


@pytest.fixture
def home(environment: dict[str, str]) -> Path:
    return Path(environment["MARU_HOME"])


@pytest.fixture
def up(environment: dict[str, str]) -> Iterator[Callable[..., Mesh]]:
    """Launches `maru up` on the folder, any number of times; what it left at the end is ended, and complained of."""
    launched: list[Mesh] = []

    def launch_one(*arguments: str) -> Mesh:
        launched.append(launch(environment, *arguments))
        return launched[-1]

    yield launch_one
    for mesh in launched:
        if mesh.process.poll() is None:
            mesh.stop()
    left = [process for process in psutil.process_iter() if _is_of(process, environment)]
    for process in left:
        process.kill()
    assert not left


def _is_of(process: psutil.Process, environment: dict[str, str]) -> bool:
    """Whether a process belongs to a mesh of the folder: each is given its own home."""
    try:
        return process.environ().get("MARU_HOME") == environment["MARU_HOME"]
    except psutil.Error:
        return False


def said_when_refused(mesh: Mesh) -> str:
    """What `maru up` printed before it ended with exit code 1."""
    assert mesh.process.wait(REFUSAL_LIMIT_S) == 1
    mesh.reader.join()
    said = "".join(mesh.output)
    assert "Traceback" not in said
    return said


def damage(path: Path, how: str) -> None:
    content = path.read_bytes()
    path.write_bytes(GARBAGE if how == "garbage" else content[: len(content) // 2])


# --- what is refused -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", DAMAGES, ids=[case["id"] for case in DAMAGES])
def test_what_only_a_person_can_mend_is_said(
    home: Path, up: Callable[..., Mesh], case: dict[str, Any]
) -> None:
    path = home / case["file"]
    whole = path.read_bytes()
    damage(path, case["how"])
    damaged = path.read_bytes()
    try:
        said = said_when_refused(up())
        assert path.read_bytes() == damaged  # nothing is thrown away unasked
    finally:
        path.write_bytes(whole)
    for word in case["says"]:
        assert word in said


@pytest.mark.parametrize("users", USERS)
def test_a_users_file_that_can_not_be_used_is_said(
    up: Callable[..., Mesh], tmp_path: Path, users: str
) -> None:
    file = tmp_path / "users.yaml"
    file.write_text(USERS[users], encoding="utf-8")
    said = said_when_refused(up("--users", str(file)))
    assert "users.yaml" in said
    assert "password_hash" in said or "비어" in said


def test_a_read_only_folder_is_said(environment: dict[str, str], home: Path) -> None:
    command = [str(MARU), "up"]
    if os.getuid() == 0:  # whom rights don't stop: a mount of its own
        script = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
        command = ["unshare", "--mount", "bash", "-c", script, str(home), *command]
        probe = ["unshare", "--mount", "true"]
        if not shutil.which("unshare") or subprocess.run(probe, check=False).returncode:
            pytest.skip("this machine's root may not mount: nothing here is read-only to it")
    else:
        home.chmod(0o500)
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
    finally:
        home.chmod(0o700)
    assert done.returncode == 1
    assert str(home) in done.stderr
    assert "MARU_HOME" in done.stderr
    assert "Traceback" not in done.stderr


# --- what heals ----------------------------------------------------------------------------------------------------


def test_what_can_be_made_again_is(home: Path, up: Callable[..., Mesh]) -> None:
    (home / "run").mkdir(exist_ok=True)
    (home / "run" / "up.json").write_bytes(GARBAGE)
    damage(next((home / "models").iterdir()), "half")
    (home / "keys" / "operator.pem").unlink()
    (home / "keys" / "workload" / "erp.pem").unlink()
    (home / "keys" / "workload" / "chat.pem").write_bytes(GARBAGE)
    (home / "keys" / "workload.jwks.json").write_bytes(GARBAGE)
    damage(home / "data" / "model.sqlite", "half")
    (home / "data" / "source.json").write_text('{"source": "demo"}')  # half of a demo can be made again
    for folder in ("envoy", "triton", "logs"):
        shutil.rmtree(home / folder, ignore_errors=True)
    (home / "envoy").mkdir()
    (home / "envoy" / "envoy.json").write_bytes(GARBAGE)
    mesh = up("--check")
    assert mesh.process.wait(START_LIMIT_S) == 0, "".join(mesh.output)
    mesh.reader.join()
    assert "verified" in "".join(mesh.output)


# --- two at once, and ends at bad moments --------------------------------------------------------------------------


def test_of_two_starts_at_once_one_goes_on_and_a_killed_one_leaves_nothing(
    environment: dict[str, str], home: Path, up: Callable[..., Mesh], tmp_path: Path
) -> None:
    users = tmp_path / "users.yaml"
    demo_users = Path(__file__).parents[2] / "services" / "identity" / "demo_users.yaml"
    shutil.copy(demo_users, users)
    both = [up("--users", str(users)) for _ in range(2)]
    loser = until(lambda: next((mesh for mesh in both if mesh.process.poll() is not None), None), 60)
    said = said_when_refused(loser)
    assert "이미 실행 중" in said
    assert "maru down" in said
    (winner,) = (mesh for mesh in both if mesh is not loser)
    winner.wait_for(lambda line: READY_WORDS in line, limit_s=START_LIMIT_S)

    users.write_text(USERS["broken"], encoding="utf-8")  # an edit that went wrong while it runs
    assert winner.token("kim.sales")

    (home / "keys" / "workload" / "retrieval.pem").rename(tmp_path / "retrieval.pem")
    since = len(winner.output)
    process_of(winner, "retrieval").kill()
    winner.wait_for(lambda line: "✗ retrieval" in line and "exit code 1" in line, since=since)
    winner.wait_for(lambda line: "retrieval.pem" in line and "maru up" in line, since=since)
    (tmp_path / "retrieval.pem").rename(home / "keys" / "workload" / "retrieval.pem")
    winner.wait_for(lambda line: "✓ retrieval" in line, since=since)

    below = descendants(winner.process.pid)
    with asking(winner, "kim.sales") as asker:
        heard = asker.ask(LONG, at="text_delta", then=winner.process.kill)
    winner.process.wait()
    assert heard.failure is None or heard.failure.code in (
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.INTERNAL,
    )
    assert psutil.wait_procs(below, timeout=STOP_LIMIT_S)[1] == []
    after = winner.maru("ask", SHORT, "--as", "kim.sales", check=False)
    assert after.returncode == 3
    assert "make up" in after.stderr


@pytest.mark.parametrize("moment", ["서비스 시작", "✓", "준비 완료"])
def test_a_start_that_is_broken_off_leaves_nothing(up: Callable[..., Mesh], moment: str) -> None:
    mesh = up()
    mesh.wait_for(lambda line: moment in line, limit_s=START_LIMIT_S)
    below = descendants(mesh.process.pid)
    assert mesh.stop() <= STOP_LIMIT_S
    assert mesh.process.returncode == 0
    assert not [process for process in below if process.is_running()]
