"""Coming up, coming up twice, coming back, and going down."""

import json
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.e2e.mesh import MARU, STOP_LIMIT_S, Mesh, descendants, mesh_environment, start_mesh

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]

WARM_START_LIMIT_S = 60.0
"""On any machine; benchmarks/startup.py measures against the promised 15 s."""


@pytest.fixture(scope="module")
def environment(mesh: Mesh, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A second state folder that is set up already: the shared mesh's, without what is running."""
    home = tmp_path_factory.mktemp("second") / "home"
    environment = mesh_environment(home)
    for part in ("data", "models", "keys"):
        shutil.copytree(mesh.home / part, home / part)
    (home / "maru-state-folder").touch()
    return environment


@pytest.fixture
def second(environment: dict[str, str]) -> Iterator[Mesh]:
    running = start_mesh(environment)
    yield running
    if running.process.poll() is None:
        running.stop()


def test_a_warm_start_is_ready_soon_and_stops_soon_without_leftovers(second: Mesh) -> None:
    ready = next(line for line in second.output if "ready:" in line)
    assert float(ready.split("ready:")[1].split()[0]) <= WARM_START_LIMIT_S
    below = descendants(second.process.pid)
    assert len(below) >= 8
    took = second.stop()
    assert took <= STOP_LIMIT_S
    assert second.process.returncode == 0
    assert [process for process in below if process.is_running()] == []


def test_ctrl_c_twice_stops_once_and_cleanly(second: Mesh) -> None:
    below = descendants(second.process.pid)
    second.process.send_signal(signal.SIGINT)
    second.process.send_signal(signal.SIGINT)
    assert second.process.wait(STOP_LIMIT_S) == 0
    assert [process for process in below if process.is_running()] == []


def test_a_second_up_on_the_same_folder_is_told_of_the_first(mesh: Mesh) -> None:
    refused = mesh.maru("up", check=False)
    assert refused.returncode == 1
    assert f"pid {mesh.process.pid}" in refused.stderr
    assert "maru down" in refused.stderr


def test_a_second_up_on_the_same_ports_is_told_which_port(mesh: Mesh, tmp_path: Path) -> None:
    environment = mesh.environment | {"MARU_HOME": str(tmp_path / "other")}
    refused = subprocess.run(
        [str(MARU), "up"], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert refused.returncode == 1
    assert mesh.environment["MARU_PORT"] in refused.stderr
    assert "MARU_PORT=" in refused.stderr


def test_what_a_killed_launcher_leaves_is_ended(second: Mesh, environment: dict[str, str]) -> None:
    below = descendants(second.process.pid)
    second.process.kill()
    second.process.wait()
    third = start_mesh(environment)
    try:
        assert psutil.wait_procs(below, timeout=0)[1] == []
    finally:
        third.stop()


def test_state_of_every_part_is_told(mesh: Mesh) -> None:
    parts = json.loads(mesh.maru("status", "--json").stdout)["parts"]
    assert {part["part"] for part in parts} == {
        "identity",
        "triton",
        "envoy",
        "erp",
        "chat",
        "retrieval",
        "admin",
    }
    assert {part["state"] for part in parts} == {"HEALTH_STATE_SERVING"}


def test_down_stops_it_and_commands_then_say_how_to_start(second: Mesh) -> None:
    below = descendants(second.process.pid)
    began = time.monotonic()
    second.maru("down")
    assert time.monotonic() - began <= STOP_LIMIT_S
    second.process.wait(5)
    assert [process for process in below if process.is_running()] == []
    after = second.maru("ask", "지난달 매출은?", "--as", "kim.sales", check=False)
    assert after.returncode == 3
    assert "make up" in after.stderr


def test_up_check_asks_verifies_and_stops(environment: dict[str, str]) -> None:
    done = subprocess.run(
        [str(MARU), "up", "--check"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "verified" in done.stdout
