"""Ways to break a running mesh."""

import resource
import signal
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import psutil

from tests.e2e.mesh import Mesh

UNLIMITED = resource.RLIM_INFINITY


def process_of(mesh: Mesh, part: str) -> psutil.Process:
    """The process of a part; `model` is the one that runs the language model under Triton."""
    if part != "model":
        return psutil.Process(mesh.part_pid(part))
    children = psutil.Process(mesh.part_pid("triton")).children()
    (child,) = (p for p in children if "/llm/" in " ".join(p.cmdline()))
    return child


def part_of(part: str) -> str:
    """The part that the launcher starts again when this one dies."""
    return "triton" if part == "model" else part


@contextmanager
def suspended(*processes: psutil.Process) -> Iterator[None]:
    """The processes hang for as long as the block lasts."""
    for process in processes:
        process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            process.send_signal(signal.SIGCONT)


def suspend_for(seconds: float, *processes: psutil.Process) -> None:
    """Lets the processes hang for some seconds, and returns at once."""
    hanging = suspended(*processes)
    hanging.__enter__()
    threading.Timer(seconds, hanging.__exit__, (None, None, None)).start()


@contextmanager
def full_disk(processes: Iterable[psutil.Process]) -> Iterator[None]:
    """To these processes, and to those that they start, the disk is full: no file of theirs can grow."""
    parents = list(processes)
    for process in parents:
        process.rlimit(resource.RLIMIT_FSIZE, (0, UNLIMITED))
    try:
        yield
    finally:
        for parent in parents:
            for process in (parent, *parent.children(recursive=True)):
                process.rlimit(resource.RLIMIT_FSIZE, (UNLIMITED, UNLIMITED))


@contextmanager
def foreign_listener(port: int) -> Iterator[None]:
    """A program that holds the port and hangs up on everybody."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen()

        def hang_up() -> None:
            try:
                while True:
                    listener.accept()[0].close()
            except OSError:
                return  # closed: the block has ended

        answering = threading.Thread(target=hang_up)
        answering.start()
        try:
            yield
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            answering.join()
