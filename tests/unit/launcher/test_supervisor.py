"""The supervisor, over real processes."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from services.launcher.errors import LauncherError
from services.launcher.state_folder import RunningPart
from services.launcher.supervisor import End, Part, Supervisor, end_leftovers

SLEEPER = "import time; time.sleep(600)"
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
time.sleep(600)
"""
REFUSAL = "손상된 파일입니다. / The file is damaged."
REFUSING = f"""
import sys
print('{{"event": "a record"}}')
sys.exit({REFUSAL!r})
"""
PARENT = """
import subprocess, sys, time
print(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]).pid, flush=True)
time.sleep(600)
"""


class Journal:
    """Notes what the supervisor reports."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.changed = asyncio.Event()

    def part_ready(self, name: str, seconds: float) -> None:
        self._note(f"ready {name}")

    def part_ended(self, name: str, end: End, retry_in_s: float, log: Path) -> None:
        self._note(f"ended {name}: {': '.join(filter(None, (end.how, end.words)))}, again in {retry_in_s:g}")

    def part_stopped(self, name: str, seconds: float, killed: bool) -> None:
        self._note(f"stopped {name}" + (" (killed)" if killed else ""))

    def _note(self, line: str) -> None:
        self.lines.append(line)
        self.changed.set()

    async def until(self, line: str, times: int = 1) -> None:
        while self.lines.count(line) < times:
            self.changed.clear()
            await asyncio.wait_for(self.changed.wait(), 10)


async def at_once() -> bool:
    return True


def part(
    tmp_path: Path,
    name: str,
    code: str = SLEEPER,
    ready: Callable[[], Awaitable[bool]] = at_once,
    needs: frozenset[str] = frozenset(),
    stop_stage: int = 1,
    start_timeout_s: float = 10.0,
) -> Part:
    return Part(
        name=name,
        argv=(sys.executable, "-c", code),
        env=dict(os.environ),
        ready=ready,
        log=tmp_path / f"{name}.log",
        needs=needs,
        stop_stage=stop_stage,
        stop_timeout_s=0.5,
        start_timeout_s=start_timeout_s,
    )


def pid_of(supervisor: Supervisor, name: str) -> int:
    return next(running.pid for running in supervisor.processes() if running.name == name)


async def test_a_part_starts_only_when_what_it_needs_is_ready(tmp_path: Path) -> None:
    journal, gate, spawned = Journal(), asyncio.Event(), asyncio.Event()

    async def when_open() -> bool:
        return gate.is_set()

    supervisor = Supervisor(
        [part(tmp_path, "edge", needs=frozenset({"issuer"})), part(tmp_path, "issuer", ready=when_open)],
        journal,
        spawned.set,
    )
    starting = asyncio.create_task(supervisor.start())
    await spawned.wait()
    assert [running.name for running in supervisor.processes()] == ["issuer"]
    gate.set()
    await starting
    assert journal.lines == ["ready issuer", "ready edge"]
    await supervisor.stop()


async def test_stages_stop_in_order_and_nothing_stays(tmp_path: Path) -> None:
    journal = Journal()
    supervisor = Supervisor(
        [
            part(tmp_path, "last", stop_stage=3),
            part(tmp_path, "first"),
            part(tmp_path, "second", stop_stage=2),
        ],
        journal,
        lambda: None,
    )
    await supervisor.start()
    pids = [running.pid for running in supervisor.processes()]
    await supervisor.stop()
    assert [line for line in journal.lines if line.startswith("stopped")] == [
        "stopped first",
        "stopped second",
        "stopped last",
    ]
    assert not any(psutil.pid_exists(pid) for pid in pids)


async def test_a_killed_part_comes_back_with_growing_back_off(tmp_path: Path) -> None:
    journal = Journal()
    supervisor = Supervisor([part(tmp_path, "chat")], journal, lambda: None)
    await supervisor.start()
    for time, wait in ((1, "0.25"), (2, "0.5")):
        os.kill(pid_of(supervisor, "chat"), signal.SIGKILL)
        await journal.until("ready chat", times=time + 1)
        assert f"ended chat: signal SIGKILL, again in {wait}" in journal.lines
    await supervisor.stop()


async def test_a_part_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    journal = Journal()
    stubborn = part(tmp_path, "stubborn", STUBBORN)

    async def up() -> bool:
        return stubborn.log.read_bytes() == b"up\n"

    supervisor = Supervisor([part(tmp_path, "stubborn", STUBBORN, ready=up)], journal, lambda: None)
    await supervisor.start()
    await supervisor.stop()
    assert journal.lines == ["ready stubborn", "stopped stubborn (killed)"]


async def test_children_of_a_killed_part_die_with_it(tmp_path: Path) -> None:
    journal, log = Journal(), tmp_path / "triton.log"

    async def child_started() -> bool:
        return bool(log.read_bytes().strip())

    supervisor = Supervisor([part(tmp_path, "triton", PARENT, ready=child_started)], journal, lambda: None)
    await supervisor.start()
    child = psutil.Process(int(log.read_text().split()[0]))
    os.kill(pid_of(supervisor, "triton"), signal.SIGKILL)
    await journal.until("ready triton", times=2)
    assert not child.is_running()
    await supervisor.stop()


async def test_a_part_that_runs_on_with_a_fault_is_started_again(tmp_path: Path) -> None:
    journal, faulty = Journal(), set[int]()
    supervisor = Supervisor(
        [replace(part(tmp_path, "triton"), fault=lambda pid: "its stub died" if pid in faulty else "")],
        journal,
        lambda: None,
    )
    await supervisor.start()
    faulty.add(pid_of(supervisor, "triton"))
    await journal.until("ready triton", times=2)
    assert journal.lines[1] == "ended triton: its stub died, again in 0.25"
    await supervisor.stop()


async def test_a_part_that_refuses_to_start_ends_the_start_with_its_last_words(tmp_path: Path) -> None:
    refusing = part(tmp_path, "chat", REFUSING)

    async def never() -> bool:
        return False

    supervisor = Supervisor([replace(refusing, ready=never)], journal := Journal(), lambda: None)
    with pytest.raises(LauncherError) as told:
        await supervisor.start()
    await supervisor.stop()
    assert [line for line in journal.lines if "ended" in line] == [
        f"ended chat: exit code 1: {REFUSAL}, again in 0.25"
    ]
    assert REFUSAL in told.value.korean
    assert "chat.log" in str(told.value)


async def test_a_part_that_can_not_be_spawned_is_tried_again(tmp_path: Path) -> None:
    journal, log = Journal(), tmp_path / "later" / "chat.log"
    supervisor = Supervisor([replace(part(tmp_path, "chat"), log=log)], journal, lambda: None)
    starting = asyncio.create_task(supervisor.start())
    await journal.until("ended chat: No such file or directory, again in 0.25")
    log.parent.mkdir()
    await starting
    await supervisor.stop()


async def test_a_part_that_never_gets_ready_is_said_with_its_log(tmp_path: Path) -> None:
    async def never() -> bool:
        return False

    supervisor = Supervisor(
        [part(tmp_path, "erp", ready=never, start_timeout_s=0.3)], Journal(), lambda: None
    )
    with pytest.raises(LauncherError, match=r"erp was not ready.*erp\.log"):
        await supervisor.start()
    await supervisor.stop()
    assert supervisor.processes() == ()


def test_leftovers_of_a_killed_launcher_are_ended_and_others_spared(tmp_path: Path) -> None:
    left, other = (subprocess.Popen([sys.executable, "-c", SLEEPER]) for _ in range(2))
    try:
        ended = end_leftovers(
            [
                RunningPart("erp", left.pid, psutil.Process(left.pid).create_time()),
                RunningPart("chat", other.pid, 12345.0),  # its pid now belongs to another process
            ]
        )
        assert ended == ["erp"]
        assert not psutil.pid_exists(left.pid)
        assert other.poll() is None
    finally:
        other.kill()
        for process in (left, other):
            process.wait()
