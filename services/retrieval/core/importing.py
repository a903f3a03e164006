"""Reads what was imported, in the background: files to passages with their words, then to vectors.

A document is found by its words as soon as it is read; its vectors follow. Whatever ends this process, the next one goes
on where the database says.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain, repeat
from pathlib import Path
from typing import Final, Protocol, TypeVar

import structlog

from services.kit.clock import Clock
from services.kit.errors import MaruError
from services.retrieval.core.effective_dates import effective_date
from services.retrieval.core.paths import file_name, stem
from services.retrieval.passages import CutContent, cut, indexed_text
from services.retrieval.ports import Embedder
from services.retrieval.reading.content import Cause, Content, Unreadable
from services.retrieval.store import Claim, EmbeddingClaim, ImportQueue, Originals, ReadContent

_LOOK_AGAIN_S: Final = 5.0
"""For what other processes queued or left behind; what this one queues is told."""
_PAUSES_S: Final = (1.0, 5.0, 15.0, 60.0)
"""Between tries while something that is needed is away."""
_PUT_BACK_S: Final = 2.0
_MOST_ATTEMPTS: Final = 3
"""A file during which the service ended so often is not the next one's doing any more."""
_ANALYSED_AT_ONCE: Final = 50
_EMBEDDED_AT_ONCE: Final = 8
_LONGEST_TITLE: Final = 300

T = TypeVar("T")

log = structlog.get_logger(__name__)


class FileReader(Protocol):
    async def read_apart(self, path: Path, name: str) -> Content:
        """What the file says; `name`: its file name. Raises Unreadable, OSError."""


@dataclass(slots=True)
class _Signal:
    """That there may be work. Cleared before looking for it, so that none is missed."""

    event: asyncio.Event

    async def wait(self) -> None:
        try:
            async with asyncio.timeout(_LOOK_AGAIN_S):
                await self.event.wait()
        except TimeoutError:
            pass


class Importer:
    """`run` until it is cancelled; what it was at is then put back."""

    def __init__(
        self,
        queue: ImportQueue,
        originals: Originals,
        reader: FileReader,
        terms: Callable[[str], list[str]],
        embedder: Embedder,
        clock: Clock,
    ) -> None:
        """`terms`: the morphemes of a text, called in threads."""
        self._queue = queue
        self._originals = originals
        self._reader = reader
        self._terms = terms
        self._embedder = embedder
        self._clock = clock
        self._queued = _Signal(asyncio.Event())
        self._read = _Signal(asyncio.Event())

    def wake(self) -> None:
        """Something was queued."""
        self._queued.event.set()

    async def run(self, at_once: int) -> None:
        """Reads so many files at once, and embeds beside it."""
        await _persisting(self._queue.release_left, "starting")
        async with asyncio.TaskGroup() as tasks:
            for _ in range(at_once):
                tasks.create_task(self._for_ever(self.read_next, self._queued, "reading"))
            tasks.create_task(self._for_ever(self.embed_next, self._read, "embedding"))

    async def read_next(self) -> bool:
        """Reads the version that waits longest; False where none does."""
        claim = await self._queue.claim(self._clock.now())
        if claim is None:
            return False
        with structlog.contextvars.bound_contextvars(version=claim.version_id):
            try:
                await self._read_claimed(claim)
            except (MaruError, asyncio.CancelledError):
                await _put_back(self._queue.release(claim))
                raise
            except Exception:
                log.exception("import_failed")  # a bug: the file is set aside, the rest go on
                await self._queue.quarantine(claim, Cause.BROKEN, "import failed", self._clock.now())
        return True

    async def embed_next(self) -> bool:
        """Embeds the content that waits longest; False where none does."""
        claim = await self._queue.claim_embedding(self._embedder.model, self._clock.now())
        if claim is None:
            return False
        try:
            await self._embed(claim)
        except BaseException:
            await _put_back(self._queue.release_embedding(claim, self._clock.now()))
            raise
        return True

    async def _read_claimed(self, claim: Claim) -> None:
        began = self._clock.now()
        fallback = stem(claim.path)[:_LONGEST_TITLE]
        if claim.attempts > _MOST_ATTEMPTS:
            await self._queue.quarantine(claim, Cause.BROKEN, "ended the service", began)
            return
        if await self._queue.finish_as_known(claim, fallback, began):
            log.info("imported_as_known")
            return
        try:
            content = await self._reader.read_apart(self._originals.path(claim.digest), file_name(claim.path))
            parts = await asyncio.to_thread(cut, content)
            if not parts.passages:
                raise Unreadable(Cause.EMPTY)
        except Unreadable as unreadable:
            log.info("quarantined", cause=unreadable.cause.value, detail=unreadable.detail)
            now = self._clock.now()
            await self._queue.quarantine(claim, unreadable.cause, unreadable.detail, now)
            return
        except FileNotFoundError:
            log.error("original_missing")
            await self._queue.quarantine(claim, Cause.BROKEN, "original missing", self._clock.now())
            return
        title = content.title[:_LONGEST_TITLE]
        read = await self._analysed(claim, content, parts, title or fallback, bool(title))
        if read is None or not await self._queue.finish(claim, read, self._clock.now()):
            log.info("import_overtaken")  # deleted meanwhile, or another process has it
            return
        seconds = round((self._clock.now() - began) / timedelta(seconds=1), 3)
        log.info("imported", pages=content.page_count, passages=len(parts.passages), seconds=seconds)
        self._read.event.set()

    async def _analysed(
        self, claim: Claim, content: Content, parts: CutContent, title: str, has_own_title: bool
    ) -> ReadContent | None:
        """None where the claim was lost on the way."""
        terms: list[Sequence[str]] = []
        for first in range(0, len(parts.passages), _ANALYSED_AT_ONCE):
            texts = [indexed_text(title, one) for one in parts.passages[first : first + _ANALYSED_AT_ONCE]]
            terms += await asyncio.to_thread(lambda some: [self._terms(text) for text in some], texts)
            if (
                first
                and first % (_ANALYSED_AT_ONCE * 20) == 0
                and not await self._queue.renew(claim, self._clock.now())
            ):
                return None
        return ReadContent(
            title,
            has_own_title,
            content.media_type,
            content.page_count,
            effective_date(parts.plain),
            parts.plain,
            parts.passages,
            terms,
            content.scanned_pages,
        )

    async def _embed(self, claim: EmbeddingClaim) -> None:
        while some := await self._queue.without_vector(claim, _EMBEDDED_AT_ONCE):
            texts = [indexed_text(claim.title, passage) for _, passage in some]
            vectors = await self._embedder.embed_passages(texts)
            places = [place for place, _ in some]
            if not await self._queue.add_vectors(claim, places, vectors, self._clock.now()):
                return
        await self._queue.finish_embedding(claim)

    async def _for_ever(self, work: Callable[[], Awaitable[bool]], signal: _Signal, name: str) -> None:
        while True:
            signal.event.clear()
            if not await _persisting(work, name):
                await signal.wait()


async def _put_back(release: Awaitable[None]) -> None:
    """A claim that can't be put back now is over with its time."""
    with suppress(Exception):
        async with asyncio.timeout(_PUT_BACK_S):
            await release


async def _persisting(work: Callable[[], Awaitable[T]], name: str) -> T:
    """Tries until it is done: what is needed may be away for a while."""
    for pause in chain(_PAUSES_S, repeat(_PAUSES_S[-1])):
        try:
            return await work()
        except MaruError as error:
            log.warning("import_waits", work=name, reason=error.reason, seconds=pause)
        except Exception:
            log.exception("import_waits", work=name, seconds=pause)
        await asyncio.sleep(pause)
    raise AssertionError("pauses never end")
