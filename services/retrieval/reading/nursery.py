"""The process from which each file's own process is forked: `python -m services.retrieval.reading.nursery DESCRIPTOR`.

It has the readers loaded and does nothing itself, so a file costs a fork. On the socket given as descriptor it receives
a request with three descriptors: the file, where its content goes, and a socket on which this process says how the
file's process ended; when the other end of that is closed before, the process is killed. No secrets are here: the
environment is empty, and a file's process has no descriptors but its own.
"""

import ctypes
import gc
import json
import math
import os
import resource
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, NoReturn

# openpyxl takes numpy along where there is one, and numpy starts threads, which a fork leaves behind.
sys.modules["numpy"] = None  # type: ignore[assignment]

from services.retrieval.reading.content import Cause, Content, Limits, Unreadable  # noqa: E402
from services.retrieval.reading.readers import read  # noqa: E402
from services.retrieval.reading.wire import decode_request, encode  # noqa: E402

_REQUEST_BYTES: Final = 8192
_DIE_WITH_PARENT, _NO_NEW_PRIVILEGES = 1, 38  # PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS
_STDERR_BYTES: Final = 64 * 1024
# What an allocation that fails says before the process is aborted: Rust, C++, Python.
_NO_MEMORY: Final = (
    b"memory allocation of",
    b"bad_alloc",
    b"MemoryError",
    b"Out of memory",
    b"out of memory",
)


@dataclass(slots=True, eq=False)
class _Child:
    pid: int
    process: int  # pidfd
    said: int  # what it wrote to standard error
    asker: socket.socket
    deadline: float
    memory_bytes: int
    timed_out: bool = False


def serve(control: socket.socket) -> None:
    """Forks a process for each request until the other end of `control` is closed. Then it ends, and with it those that
    are still reading.
    """
    running: dict[int, _Child] = {}
    asked: dict[int, _Child] = {}
    poll = select.poll()
    poll.register(control, select.POLLIN)
    while True:
        now = time.monotonic()
        waits = [child.deadline - now for child in running.values() if not child.timed_out]
        for descriptor, _ in poll.poll(max(0, math.ceil(min(waits) * 1000)) if waits else None):
            if descriptor == control.fileno():
                request, descriptors, _, _ = socket.recv_fds(control, _REQUEST_BYTES, 3)
                if not request:
                    return
                child = _start(request, descriptors)
                running[child.process] = asked[child.asker.fileno()] = child
                poll.register(child.process, select.POLLIN)
                poll.register(child.asker, select.POLLIN)
            elif descriptor in running:
                child = running.pop(descriptor)
                if asked.pop(child.asker.fileno(), None) is not None:
                    poll.unregister(child.asker)
                poll.unregister(descriptor)
                _finish(child)
            elif descriptor in asked:  # nobody waits for it any longer
                poll.unregister(descriptor)
                _kill(asked.pop(descriptor))
        now = time.monotonic()
        for child in running.values():
            if child.deadline <= now and not child.timed_out:
                child.timed_out = True
                _kill(child)


def _kill(child: _Child) -> None:
    signal.pidfd_send_signal(child.process, signal.SIGKILL)


def _start(request: bytes, descriptors: list[int]) -> _Child:
    name, limits = decode_request(request)
    file, output, asker = descriptors
    said = os.memfd_create("stderr")
    pid = os.fork()
    if pid == 0:
        _read_and_exit(file, output, said, name, limits)
    os.close(file)
    os.close(output)
    deadline = time.monotonic() + limits.clock_seconds
    return _Child(pid, os.pidfd_open(pid), said, socket.socket(fileno=asker), deadline, limits.memory_bytes)


def _finish(child: _Child) -> None:
    """Reaps a process that has ended and says how it did."""
    _, status, used = os.wait4(child.pid, 0)
    code = os.waitstatus_to_exitcode(status)
    last = os.pread(child.said, _STDERR_BYTES, max(0, os.fstat(child.said).st_size - _STDERR_BYTES))
    out_of_time = child.timed_out or code == -signal.SIGXCPU
    out_of_memory = (
        any(word in last for word in _NO_MEMORY) or used.ru_maxrss * 1024 > child.memory_bytes * 0.7
    )
    ended = {"code": code, "timed_out": out_of_time, "out_of_memory": code != 0 and out_of_memory}
    with suppress(OSError):  # nobody may wait for it any longer
        child.asker.send(json.dumps(ended).encode(), socket.MSG_NOSIGNAL | socket.MSG_DONTWAIT)
    child.asker.close()
    os.close(child.process)
    os.close(child.said)


def _read_and_exit(file: int, output: int, said: int, name: str, limits: Limits) -> NoReturn:
    """In the file's own process: narrows itself, reads, writes what it found."""
    try:
        _narrow(file, output, said, limits)
        with open(0, "rb", closefd=False) as opened:
            written = encode(_outcome(lambda: read(opened.read(limits.file_bytes + 1), name, limits)))
        with open(1, "wb", closefd=False) as out:
            out.write(written)
    except MemoryError:
        os.write(2, _NO_MEMORY[2])
        os._exit(1)
    except BaseException:
        os._exit(1)
    os._exit(0)


def _outcome(reading: Callable[[], Content]) -> Content | Unreadable:
    try:
        return reading()
    except Unreadable as unreadable:
        return unreadable
    except MemoryError:
        return Unreadable(Cause.OUT_OF_MEMORY)
    except Exception as error:  # whatever a library runs into, the file is what it can't read
        return Unreadable(Cause.BROKEN, type(error).__name__)


def _narrow(file: int, output: int, said: int, limits: Limits) -> None:
    os.dup2(file, 0)
    os.dup2(output, 1)
    os.dup2(said, 2)
    os.closerange(3, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    libc = ctypes.CDLL(None)
    libc.prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    with open("/proc/self/statm", "rb") as statm:
        taken = int(statm.read().split()[0]) * resource.getpagesize()
    seconds = math.ceil(limits.seconds)
    for limit, most in (
        (resource.RLIMIT_AS, taken + limits.memory_bytes),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, _STDERR_BYTES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 16),
    ):
        resource.setrlimit(limit, (most, most + (limit == resource.RLIMIT_CPU)))


def main() -> None:
    """Serves the socket whose descriptor is the first argument."""
    control = socket.socket(fileno=int(sys.argv[1]))
    control.setblocking(True)
    gc.collect()
    gc.freeze()  # so that a child that collects doesn't copy what it shares
    control.send(b"ready")
    serve(control)


if __name__ == "__main__":
    main()
