"""Hundreds of damaged and malicious files: each is set aside with its cause or read, and none stops what reads them."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from services.retrieval.reading.apart import Readers, open_readers
from services.retrieval.reading.content import Content, Limits, Unreadable
from tests.documents import writers
from tests.documents.hostile import Hostile, all_hostile

_HOSTILE = all_hostile()
_LIMITS = Limits(expanded_bytes=32 * 2**20, characters=1_000_000, memory_bytes=512 * 2**20, seconds=4.0)

_in_one_loop = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def readers() -> AsyncIterator[Readers]:
    async with open_readers() as opened:
        yield opened


async def _outcome(readers: Readers, path: Path, name: str, limits: Limits) -> Content | Unreadable:
    try:
        return await readers.read_apart(path, name, limits)
    except Unreadable as unreadable:
        return unreadable


@_in_one_loop
@pytest.mark.parametrize("hostile", _HOSTILE, ids=lambda hostile: hostile.name)
async def test_it_is_set_aside_with_its_cause(readers: Readers, hostile: Hostile, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(hostile.write())
    outcome = await _outcome(readers, path, hostile.name, _LIMITS)
    if isinstance(outcome, Unreadable):
        assert outcome.cause in hostile.causes, outcome
    else:
        assert hostile.harmless, outcome.blocks[:3]


@_in_one_loop
async def test_good_files_are_read_between_them(readers: Readers, tmp_path: Path) -> None:
    """Side by side with files that run out of time and memory."""
    good = tmp_path / "good"
    good.write_bytes(writers.docx())
    bad = []
    for number, hostile in enumerate(one for one in _HOSTILE if "bomb" in one.name or "loop" in one.name):
        path = tmp_path / str(number)
        path.write_bytes(hostile.write())
        bad.append(_outcome(readers, path, hostile.name, _LIMITS))
    outcomes = await asyncio.gather(*bad, *(_outcome(readers, good, "규정.docx", Limits()) for _ in range(5)))
    assert all(isinstance(outcome, Content) for outcome in outcomes[-5:])
    assert {outcome.title for outcome in outcomes[-5:] if isinstance(outcome, Content)} == {writers.TITLE}


def test_there_are_hundreds() -> None:
    assert len(_HOSTILE) >= 200
    assert len({hostile.name for hostile in _HOSTILE}) == len(_HOSTILE)
