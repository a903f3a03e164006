"""A file's process may do what it likes: its file is set aside, and nothing is left of it."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import pytest_asyncio

from services.retrieval.reading import apart
from services.retrieval.reading.apart import Readers, open_readers
from services.retrieval.reading.content import Cause, Limits, Paragraph, Unreadable

_LIMITS = Limits(characters=1_000_000, memory_bytes=256 * 2**20, seconds=20.0)
_SHORT = Limits(seconds=0.5)
_LEAVES_SECONDS = 20.0

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def readers() -> AsyncIterator[Readers]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(apart, "_NURSERY", "tests.documents.breaking_nursery")
        patch.setenv("MARU_SECRET", "비밀")
        async with open_readers(at_once=4) as opened:
            yield opened


@pytest.fixture
def told(tmp_path: Path) -> Any:
    def write(what: str) -> Path:
        path = tmp_path / what.replace(" ", "-")
        path.write_text(what)
        return path

    return write


def _nursery(readers: Readers) -> psutil.Process:
    assert readers._nursery is not None
    return psutil.Process(readers._nursery[0].pid)


async def _started(nursery: psutil.Process) -> list[psutil.Process]:
    """The process of a file that has been asked for."""
    while not (children := nursery.children()):  # noqa: ASYNC110  nothing else tells that it has started
        await asyncio.sleep(0)
    return children


async def _left(process: psutil.Process) -> list[psutil.Process]:
    """Processes below one that don't end by themselves soon."""
    _, alive = await asyncio.to_thread(psutil.wait_procs, process.children(), _LEAVES_SECONDS)
    return [one for one in alive if one.status() != psutil.STATUS_ZOMBIE]


@pytest.mark.parametrize(
    ("what", "cause", "limits"),
    [
        ("segfault", Cause.BROKEN, _LIMITS),
        ("abort", Cause.BROKEN, _LIMITS),
        ("exit", Cause.BROKEN, _LIMITS),
        ("recurse", Cause.BROKEN, _LIMITS),
        ("write what is no content", Cause.BROKEN, _LIMITS),
        ("sleep", Cause.TIMED_OUT, _SHORT),
        ("spin", Cause.TIMED_OUT, _SHORT),
        ("grow", Cause.OUT_OF_MEMORY, _LIMITS),
        ("grow in Rust", Cause.OUT_OF_MEMORY, _LIMITS),
        ("write too much", Cause.EXPANDS_TOO_FAR, _LIMITS),
    ],
)
async def test_what_a_process_does_is_its_files_cause(
    readers: Readers, told: Any, what: str, cause: Cause, limits: Limits
) -> None:
    with pytest.raises(Unreadable) as raised:
        await readers.read_apart(told(what), "a", limits)
    assert raised.value.cause is cause
    assert await _left(_nursery(readers)) == []
    assert (await readers.read_apart(told("fine"), "다음.txt", _LIMITS)).blocks == (Paragraph("다음.txt"),)


async def test_what_a_library_writes_is_not_taken_for_content(readers: Readers, told: Any) -> None:
    assert (await readers.read_apart(told("speak"), "a", _LIMITS)).blocks == (Paragraph("말했다"),)


async def test_a_files_process_knows_no_secrets_and_no_descriptors(readers: Readers, told: Any) -> None:
    content = await readers.read_apart(told("look around"), "a", _LIMITS)
    assert content.blocks == (Paragraph("['LC_CTYPE'] []"),)


async def test_cancelling_ends_the_process(readers: Readers, told: Any) -> None:
    await readers.read_apart(told("fine"), "a", _LIMITS)
    reading = asyncio.create_task(readers.read_apart(told("sleep"), "a", Limits(seconds=1_000)))
    nursery = _nursery(readers)
    await _started(nursery)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert await _left(nursery) == []


async def test_the_loop_goes_on_while_files_are_read_side_by_side(readers: Readers, told: Any) -> None:
    outcomes = await asyncio.gather(
        *(readers.read_apart(told("sleep"), "a", _SHORT) for _ in range(3)),
        *(readers.read_apart(told("fine"), f"{number}", _LIMITS) for number in range(20)),
        return_exceptions=True,
    )
    assert [outcome.cause for outcome in outcomes[:3] if isinstance(outcome, Unreadable)] == [
        Cause.TIMED_OUT
    ] * 3
    assert [outcome.blocks[0].text for outcome in outcomes[3:]] == [f"{number}" for number in range(20)]  # type: ignore[union-attr]


async def test_when_the_nursery_ends_another_is_started(readers: Readers, told: Any) -> None:
    await readers.read_apart(told("fine"), "a", _LIMITS)
    before = _nursery(readers)
    before.kill()
    assert (await readers.read_apart(told("fine"), "a", _LIMITS)).blocks == (Paragraph("a"),)
    assert _nursery(readers) != before
    with pytest.raises(Unreadable) as raised:
        await readers.read_apart(told("kill the nursery"), "a", _LIMITS)
    assert raised.value.cause is Cause.BROKEN
    assert (await readers.read_apart(told("fine"), "a", _LIMITS)).blocks == (Paragraph("a"),)


async def test_only_files_of_a_bearable_size_are_opened(readers: Readers, told: Any, tmp_path: Path) -> None:
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(10 * 2**30)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path, cause in (
        (large, Cause.EXPANDS_TOO_FAR),
        (pipe, Cause.UNKNOWN_FORMAT),
        (tmp_path, Cause.UNKNOWN_FORMAT),
    ):
        with pytest.raises(Unreadable) as raised:
            await readers.read_apart(path, "a", _LIMITS)
        assert raised.value.cause is cause
    with pytest.raises(FileNotFoundError):
        await readers.read_apart(tmp_path / "none", "a", _LIMITS)


async def test_closing_ends_what_is_being_read(told: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "_NURSERY", "tests.documents.breaking_nursery")
    async with open_readers() as readers:
        await readers.read_apart(told("fine"), "a", _LIMITS)
        reading = asyncio.create_task(readers.read_apart(told("sleep"), "a", Limits(seconds=1_000)))
        nursery = _nursery(readers)
        below = await _started(nursery)
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
    assert not nursery.is_running()
    assert await asyncio.to_thread(psutil.wait_procs, below, _LEAVES_SECONDS) == (below, [])
