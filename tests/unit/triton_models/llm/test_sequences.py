import threading
from collections.abc import Iterator

import pytest
from sequences import DuplicateId, Sequences, TooManyWaiting

WAIT_S = 10


class Held:
    """A sequence that decodes until it is let go or stopped."""

    def __init__(self, request_id: str) -> None:
        self.request_id = request_id
        self.stopped = threading.Event()
        self.running = threading.Event()

    def run(self) -> None:
        self.running.set()
        self.stopped.wait(WAIT_S)

    def stop(self) -> None:
        self.stopped.set()


class Counts:
    """The last counts told, and a way to wait for some."""

    def __init__(self) -> None:
        self.now = (0, 0)
        self._condition = threading.Condition()

    def changed(self, decoding: int, waiting: int) -> None:
        with self._condition:
            self.now = (decoding, waiting)
            self._condition.notify_all()

    def become(self, decoding: int, waiting: int) -> bool:
        with self._condition:
            return self._condition.wait_for(lambda: self.now == (decoding, waiting), WAIT_S)


@pytest.fixture
def counts() -> Counts:
    return Counts()


@pytest.fixture
def sequences(counts: Counts) -> Iterator[Sequences]:
    sequences = Sequences(slots=2, max_waiting=1, changed=counts.changed)
    yield sequences
    sequences.close()


def test_one_runs_on_each_slot_and_the_line_is_bounded(sequences: Sequences, counts: Counts) -> None:
    first, second, waiting = (Held(name) for name in ("a", "b", "c"))
    for each in (first, second, waiting):
        sequences.start(each)
    assert first.running.wait(WAIT_S)
    assert second.running.wait(WAIT_S)
    assert counts.now == (2, 1)
    with pytest.raises(TooManyWaiting):
        sequences.start(Held("d"))
    assert not waiting.running.is_set()
    sequences.stop("a")
    assert waiting.running.wait(WAIT_S)
    assert counts.become(2, 0)


def test_a_waiting_one_leaves_the_line_at_once(sequences: Sequences, counts: Counts) -> None:
    for name in ("a", "b"):
        sequences.start(Held(name))
    waiting = Held("c")
    sequences.start(waiting)
    sequences.stop("c")
    assert waiting.stopped.is_set()
    assert not waiting.running.is_set()
    assert counts.now == (2, 0)
    sequences.start(Held("c"))  # its id is free again


def test_an_id_is_under_way_once(sequences: Sequences, counts: Counts) -> None:
    sequences.start(Held("a"))
    with pytest.raises(DuplicateId):
        sequences.start(Held("a"))
    assert counts.now == (1, 0)


def test_without_an_id_there_is_no_duplicate(sequences: Sequences, counts: Counts) -> None:
    nameless = Held(""), Held("")
    for each in nameless:
        sequences.start(each)
    assert counts.now == (2, 0)
    for each in nameless:
        each.stop()
    assert counts.become(0, 0)


def test_an_unknown_id_stops_nothing(sequences: Sequences) -> None:
    running = Held("a")
    sequences.start(running)
    sequences.stop("b")
    assert not running.stopped.is_set()


def test_one_that_fails_is_forgotten(sequences: Sequences, counts: Counts) -> None:
    class Failing(Held):
        def run(self) -> None:
            raise RuntimeError("broken")

    sequences.start(Failing("a"))
    assert counts.become(0, 0)


def test_closing_stops_all(counts: Counts) -> None:
    sequences = Sequences(slots=1, max_waiting=1, changed=counts.changed)
    running, waiting = Held("a"), Held("b")
    sequences.start(running)
    sequences.start(waiting)
    sequences.close()
    assert running.stopped.is_set()
    assert waiting.stopped.is_set()
    assert counts.now == (0, 0)
