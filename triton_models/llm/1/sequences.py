"""Which requests are decoded, which wait, and how one is stopped by its id."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol


class TooManyWaiting(Exception):
    """All slots are taken and as many as allowed wait."""


class DuplicateId(Exception):
    """A request with this id is under way."""


class Sequence(Protocol):
    """One request on its way through the model. An empty id is never a duplicate, and can't be stopped."""

    request_id: str

    def run(self) -> None:
        """Decode, in a slot's own thread, until the text ends or `stop` was called."""

    def stop(self) -> None:
        """Called from another thread: tell the client the end at once, and have `run` return soon."""


class Sequences:
    """Runs each sequence on a slot of its own, in order of arrival, with a bounded line before them.

    `changed(decoding, waiting)` is told the counts, in any thread, whenever they change.
    """

    def __init__(self, slots: int, max_waiting: int, changed: Callable[[int, int], None]) -> None:
        self._slots = slots
        self._changed = changed
        self._limit = slots + max_waiting
        self._pool = ThreadPoolExecutor(slots, thread_name_prefix="sequence")
        self._lock = threading.Lock()
        self._live: dict[Sequence, Future[None]] = {}
        self._by_id: dict[str, Sequence] = {}

    def start(self, sequence: Sequence) -> None:
        """Run it as soon as a slot is free.

        Raises:
            TooManyWaiting: the line is full.
            DuplicateId: its id is taken by one under way.
        """
        with self._lock:
            if len(self._live) >= self._limit:
                raise TooManyWaiting
            if sequence.request_id in self._by_id:
                raise DuplicateId
            if sequence.request_id:
                self._by_id[sequence.request_id] = sequence
            self._live[sequence] = self._pool.submit(self._run, sequence)
            self._tell()

    def stop(self, request_id: str) -> None:
        """Ask a sequence to end. An unknown id is no error: that sequence may just have ended."""
        with self._lock:
            sequence = self._by_id.get(request_id)
            if sequence is None:
                return
            if self._live[sequence].cancel():  # it was still waiting
                self._forget(sequence)
        sequence.stop()

    def close(self) -> None:
        """Stop all and wait until they have ended."""
        with self._lock:
            live = list(self._live)
        for sequence in live:
            sequence.stop()
        self._pool.shutdown()

    def _run(self, sequence: Sequence) -> None:
        try:
            sequence.run()
        finally:
            with self._lock:
                self._forget(sequence)

    def _forget(self, sequence: Sequence) -> None:
        del self._live[sequence]
        self._by_id.pop(sequence.request_id, None)
        self._tell()

    def _tell(self) -> None:
        live = len(self._live)
        self._changed(min(live, self._slots), max(live - self._slots, 0))
