"""Starts the parts of the mesh, keeps them up and stops them.

Starting waits for what a part needs; a part that ends by itself, or runs on with a fault, is started again with
back-off; stopping goes through the stages in order. No process outlives the launcher: each part leads a process
group of its own, is told by the kernel when the launcher dies (PR_SET_PDEATHSIG), and orphans of a part come to
the launcher (PR_SET_CHILD_SUBREAPER, see prctl(2)).
"""

import asyncio
import ctypes
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import psutil

from services.launcher.errors import LauncherError
from services.launcher.state_folder import RunningPart

_PR_SET_CHILD_SUBREAPER = 36
_LIBC = ctypes.CDLL(None, use_errno=True)
# Asks for SIGTERM at the launcher's death, then becomes the part. Not a preexec_fn: that would fork a process
# with threads, where vfork does. 1 is PR_SET_PDEATHSIG; a launcher that died has left another parent.
_DIE_WITH_LAUNCHER = (
    *(sys.executable, "-I", "-S", "-c"),
    "import ctypes, os, sys; ctypes.CDLL(None).prctl(1, 15, 0, 0, 0); "
    f"os.getppid() == {os.getpid()} and os.execvp(sys.argv[1], sys.argv[1:])",
)

BACKOFF_FIRST_S = 0.25
BACKOFF_MAX_S = 15.0
STEADY_AFTER_S = 30.0
"""A part that stayed up this long starts again from the first back-off."""
PROBE_INTERVAL_S = 0.1
FAULT_INTERVAL_S = 1.0
ORPHANS_END_WITHIN_S = 2.0
START_TRIES = 2
"""A part that ends with an error this often before it was ever ready won't get ready: the start is given up."""
LAST_WORDS = 2
"""Lines of its log that are told with a part's error."""
_LOG_END_BYTES = 16 * 1024
_NO_WORDS = "{ \t|+;"
"""How records, call stacks and tables begin."""


@dataclass(frozen=True)
class Part:
    """One process of the mesh."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    ready: Callable[[], Awaitable[bool]]
    """Asks the part itself whether it can work; False or an exception = not yet."""
    log: Path
    needs: frozenset[str] = frozenset()
    """Parts that must be ready before this one is started."""
    stop_stage: int = 1
    """Stages are stopped in ascending order; parts of one stage together."""
    stop_timeout_s: float = 3.0
    """After this long on SIGTERM the part is killed."""
    start_timeout_s: float = 120.0
    fault: Callable[[int], str] = lambda pid: ""
    """What is wrong with the running process of this pid, "" if nothing: with a fault it is started again."""


class Observer(Protocol):
    """Hears what happens to the parts."""

    def part_ready(self, name: str, seconds: float) -> None:
        """The part can work; seconds since it was started."""

    def part_ended(self, name: str, end: "End", retry_in_s: float, log: Path) -> None:
        """The part ended by itself and will be started again."""

    def part_stopped(self, name: str, seconds: float, killed: bool) -> None:
        """The part was stopped; killed when it had to be."""


@dataclass(frozen=True)
class End:
    """How a part ended: in short, and in its own last words if it left any."""

    how: str
    words: str = ""
    by_error: bool = False


@dataclass
class _Running:
    process: asyncio.subprocess.Process
    create_time: float
    log_size: int
    """Of its log when it was started."""
    started: float = field(default_factory=time.monotonic)
    fault: str = ""


class Supervisor:
    """Runs a set of parts until told to stop."""

    def __init__(self, parts: Sequence[Part], observer: Observer, on_change: Callable[[], None]) -> None:
        """`on_change` is called whenever a process was started, so that its pid can be recorded."""
        self._parts = {part.name: part for part in parts}
        self._observer = observer
        self._on_change = on_change
        self._running: dict[str, _Running] = {}
        self._ready = {part.name: asyncio.Event() for part in parts}
        self._started: dict[str, asyncio.Future[None]] = {}
        self._keepers: list[asyncio.Task[None]] = []
        self._stopping = False
        _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    def processes(self) -> tuple[RunningPart, ...]:
        """The processes that run now."""
        return tuple(
            RunningPart(name, running.process.pid, running.create_time)
            for name, running in self._running.items()
        )

    async def start(self) -> None:
        """Starts every part in the order of its needs and returns when all are ready.

        Raises:
            LauncherError: a part ends with an error again and again, or isn't ready within its time; with its last
                words and its log.
        """
        self._started = {name: asyncio.get_running_loop().create_future() for name in self._parts}
        self._keepers = [
            asyncio.create_task(self._keep(part), name=part.name) for part in self._parts.values()
        ]
        await asyncio.gather(*(self._await_first_ready(part) for part in self._parts.values()))

    async def stop(self) -> None:
        """Stops every part, stage by stage. Safe to call at any time, also while starting."""
        self._stopping = True
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        for stage in sorted({part.stop_stage for part in self._parts.values()}):
            names = [name for name in self._running if self._parts[name].stop_stage == stage]
            await asyncio.gather(*(self._stop_part(name) for name in names))

    async def _await_first_ready(self, part: Part) -> None:
        limit = part.start_timeout_s + sum(self._parts[name].start_timeout_s for name in part.needs)
        try:
            async with asyncio.timeout(limit):
                await self._started[part.name]
        except TimeoutError as error:
            raise LauncherError(
                f"{part.name}이(가) {limit:.0f}초 안에 준비되지 않았습니다. 기록: {part.log}",
                f"{part.name} was not ready within {limit:.0f} s. Log: {part.log}",
            ) from error

    async def _keep(self, part: Part) -> None:
        for name in part.needs:
            await self._ready[name].wait()
        backoff, errors, started = BACKOFF_FIRST_S, 0, self._started[part.name]
        while True:
            began = time.monotonic()
            try:
                end = await self._run(part)
            except OSError as error:  # no process, no memory, no disk: there may be later
                end = End(str(error.strerror))
            errors += end.by_error
            if errors == START_TRIES and not started.done():
                started.set_exception(_refusal(part, end))
                return
            if time.monotonic() - began > STEADY_AFTER_S:
                backoff = BACKOFF_FIRST_S
            self._observer.part_ended(part.name, end, backoff, part.log)
            await asyncio.sleep(backoff)
            backoff = min(backoff * 2, BACKOFF_MAX_S)

    async def _run(self, part: Part) -> End:
        """Runs the part once."""
        running = await self._spawn(part)
        watching = [
            asyncio.create_task(self._probe(part, running)),
            asyncio.create_task(self._look_for_fault(part, running)),
        ]
        try:
            code = await running.process.wait()
        finally:
            for task in watching:
                task.cancel()
        self._ready[part.name].clear()
        await _end_group(running.process.pid)
        if running.fault:
            return End(running.fault)
        if code <= 0:
            return End(_describe_exit(code))
        return End(_describe_exit(code), _last_words(part.log, running.log_size), by_error=True)

    async def _spawn(self, part: Part) -> _Running:
        with part.log.open("ab") as log:
            log_size = log.tell()
            process = await asyncio.create_subprocess_exec(
                *_DIE_WITH_LAUNCHER,
                *part.argv,
                env=dict(part.env),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            create_time = psutil.Process(process.pid).create_time()
        except psutil.NoSuchProcess:
            create_time = 0.0
        running = self._running[part.name] = _Running(process, create_time, log_size)
        self._on_change()
        return running

    async def _probe(self, part: Part, running: _Running) -> None:
        while True:
            with suppress(Exception):  # a probe may fail in any way until the part answers
                if await part.ready():
                    break
            await asyncio.sleep(PROBE_INTERVAL_S)
        self._ready[part.name].set()
        if not self._started[part.name].done():
            self._started[part.name].set_result(None)
        self._observer.part_ready(part.name, time.monotonic() - running.started)

    async def _look_for_fault(self, part: Part, running: _Running) -> None:
        while not running.fault:
            await asyncio.sleep(FAULT_INTERVAL_S)
            running.fault = part.fault(running.process.pid)
        _signal_group(running.process.pid, signal.SIGKILL)

    async def _stop_part(self, name: str) -> None:
        running = self._running.pop(name)
        started = time.monotonic()
        killed = False
        if running.process.returncode is None:
            with suppress(ProcessLookupError):
                running.process.terminate()
            try:
                async with asyncio.timeout(self._parts[name].stop_timeout_s):
                    await running.process.wait()
            except TimeoutError:
                killed = True
        _signal_group(running.process.pid, signal.SIGKILL)
        await running.process.wait()
        await _end_group(running.process.pid)
        self._observer.part_stopped(name, time.monotonic() - started, killed)


def end_leftovers(parts: Sequence[RunningPart], timeout_s: float = 5.0) -> list[str]:
    """Ends processes that an earlier launcher left when it was killed; returns their names."""
    alive: list[psutil.Process] = []
    names: list[str] = []
    for part in parts:
        with suppress(psutil.Error):
            process = psutil.Process(part.pid)
            if abs(process.create_time() - part.create_time) < 0.01:
                alive += [process, *process.children(recursive=True)]
                names.append(part.name)
    for process in alive:
        with suppress(psutil.Error):
            process.terminate()
    for process in psutil.wait_procs(alive, timeout=timeout_s)[1]:
        with suppress(psutil.Error):
            process.kill()
    return names


def _signal_group(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


async def _end_group(pid: int) -> None:
    """Ends what an ended part left in its process group. The orphans are the launcher's own children now: unless it
    takes them in, they stay as zombies."""
    _signal_group(pid, signal.SIGKILL)
    deadline = time.monotonic() + ORPHANS_END_WITHIN_S
    while time.monotonic() < deadline:
        try:
            ended, _ = os.waitpid(-pid, os.WNOHANG)  # noqa: ASYNC222  it does not wait
        except ChildProcessError:
            return
        if not ended:
            await asyncio.sleep(0.02)


def _describe_exit(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _last_words(log: Path, since: int) -> str:
    """The last lines that a part wrote in plain words at the end of its log. Its records are JSON objects."""
    with suppress(OSError), log.open("rb") as file:
        file.seek(max(since, file.seek(0, os.SEEK_END) - _LOG_END_BYTES))
        lines = file.read().decode(errors="replace").splitlines()
        return "\n".join([line for line in lines if line and line[0] not in _NO_WORDS][-LAST_WORDS:])
    return ""


def _refusal(part: Part, end: End) -> LauncherError:
    words = f"\n{end.words}" if end.words else ""
    return LauncherError(
        f"{part.name}을(를) 시작할 수 없습니다 ({end.how}). 기록: {part.log}{words}",
        f"{part.name} can't be started ({end.how}). Log: {part.log}",
    )
