"""Each file read in a process of its own, which may break, hang or grow as it likes: only its file is set aside."""

import asyncio
import json
import os
import signal
import socket
import stat
import sys
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

from services.retrieval.reading import wire
from services.retrieval.reading.content import Cause, Content, Limits, Unreadable

_NURSERY = "services.retrieval.reading.nursery"
_START_SECONDS: Final = 60.0
_GRACE_SECONDS: Final = 5.0
_CHUNK: Final = 2**18
_AT_A_TIME: Final = 2**16  # bytes; less than a millisecond of decoding
# A syllable takes three bytes, a block's place and brackets some more.
_BYTES_FOR_CHARACTER: Final = 4
_BYTES_AT_LEAST: Final = 64 * 2**20


class Readers:
    """Reads files apart, so many at once as it is told; made by `open_readers`."""

    def __init__(self, at_once: int) -> None:
        self._slots = asyncio.Semaphore(at_once)
        self._starting = asyncio.Lock()
        self._nursery: tuple[asyncio.subprocess.Process, socket.socket] | None = None

    async def read_apart(self, path: Path, name: str, limits: Limits | None = None) -> Content:
        """What the file at `path` says; `name` is the file name that it came with. Can be repeated; cancelling it ends
        the file's process. Raises Unreadable with each of the causes, OSError for a file that can't be opened.
        """
        async with self._slots:
            for _ in range(2):
                with suppress(_NurseryEnded):
                    return await self._once(path, name, limits or Limits())
        raise Unreadable(Cause.BROKEN, "what reads files ended")

    async def _once(self, path: Path, name: str, limits: Limits) -> Content:
        control = await self._started()
        most = limits.characters * _BYTES_FOR_CHARACTER + _BYTES_AT_LEAST
        with ExitStack() as held:
            output, status = self._ask(control, path, name, limits, held)
            try:
                async with asyncio.timeout(limits.clock_seconds + _GRACE_SECONDS):
                    written = await _receive(output, most)
                    ended = await _receive(status, _CHUNK)
            except TimeoutError:  # the nursery keeps the time itself; it must be stuck
                await self.close()
                raise Unreadable(Cause.TIMED_OUT) from None
        if not ended:
            await self.close()
            raise _NurseryEnded
        return await _content(written, json.loads(ended))

    def _ask(
        self, control: socket.socket, path: Path, name: str, limits: Limits, held: ExitStack
    ) -> tuple[socket.socket, socket.socket]:
        """Sends the file to the nursery. What the file's process writes comes from the first socket, how it ended from the
        second; when they are closed, it is killed.
        """
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
        with ExitStack() as given:
            given.callback(os.close, file)
            found = os.fstat(file)
            if not stat.S_ISREG(found.st_mode):
                raise Unreadable(Cause.UNKNOWN_FORMAT, "not a file")
            if found.st_size > limits.file_bytes:
                raise Unreadable(Cause.EXPANDS_TOO_FAR, f"{found.st_size} bytes")
            ends = [socket.socketpair() for _ in range(2)]
            for ours, theirs in ends:
                held.enter_context(ours)
                given.enter_context(theirs)
                ours.setblocking(False)
            descriptors = [file, *(theirs.fileno() for _, theirs in ends)]
            try:
                socket.send_fds(control, [wire.encode_request(name, limits)], descriptors)
            except OSError as error:
                raise _NurseryEnded from error
        return ends[0][0], ends[1][0]

    async def _started(self) -> socket.socket:
        """The socket of the nursery, which is started when there is none."""
        async with self._starting:
            if self._nursery is not None and self._nursery[0].returncode is None:
                return self._nursery[1]
            if self._nursery is not None:
                self._nursery[1].close()
            control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            control.setblocking(False)
            with theirs:
                nursery = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-I", "-X", "utf8", "-m", _NURSERY),
                    str(theirs.fileno()),
                    pass_fds=[theirs.fileno()],
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=asyncio.subprocess.DEVNULL,
                    env={},  # what reads files from outside knows no secrets
                    start_new_session=True,
                )
            self._nursery = nursery, control
            async with asyncio.timeout(_START_SECONDS):
                if not await asyncio.get_running_loop().sock_recv(control, 16):
                    raise RuntimeError("the process that reads files doesn't start")
            return control

    async def close(self) -> None:
        """Ends the nursery and with it what it is reading."""
        if self._nursery is None:
            return
        (nursery, control), self._nursery = self._nursery, None
        control.close()
        with suppress(ProcessLookupError):
            os.killpg(nursery.pid, signal.SIGKILL)
        await nursery.wait()


class _NurseryEnded(Exception):
    """No word of how the file's process ended: it isn't the file's fault."""


@asynccontextmanager
async def open_readers(at_once: int = 2) -> AsyncIterator[Readers]:
    """Readers for as long as they are needed. The first file waits a second or two for the readers to be loaded."""
    readers = Readers(at_once)
    try:
        yield readers
    finally:
        await readers.close()


async def _receive(end: socket.socket, most: int) -> bytes:
    """All that is written to the other end until it is closed."""
    loop = asyncio.get_running_loop()
    received = bytearray()
    while chunk := await loop.sock_recv(end, _CHUNK):
        received += chunk
        if len(received) > most:
            raise Unreadable(Cause.EXPANDS_TOO_FAR, "text")
    return bytes(received)


async def _content(written: bytes, ended: dict[str, Any]) -> Content:
    if ended["timed_out"]:
        raise Unreadable(Cause.TIMED_OUT)
    if ended["out_of_memory"]:
        raise Unreadable(Cause.OUT_OF_MEMORY)
    if ended["code"] != 0:
        raise Unreadable(Cause.BROKEN, f"ended with {ended['code']}")
    decoder = wire.Decoder()
    pause = _AT_A_TIME
    try:
        for line in written.splitlines():
            decoder.feed(line)
            pause -= len(line)
            if pause < 0:
                await asyncio.sleep(0)  # the loop has others to serve
                pause = _AT_A_TIME
        return decoder.content()
    except ValueError as error:
        raise Unreadable(Cause.BROKEN, "not what a reader writes") from error
