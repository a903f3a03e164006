"""A question to the passages that may answer it, of those that the asker may read."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Final

import numpy as np
import structlog
from numpy.typing import NDArray

from services.kit.errors import DependencyUnavailable
from services.retrieval.access import Asker
from services.retrieval.core.answerable import THRESHOLD, likelihood
from services.retrieval.core.collection import Collection, State
from services.retrieval.core.highlights import Span, coverage, highlights
from services.retrieval.core.lexical import QueryTerm
from services.retrieval.core.morphemes import Morphemes
from services.retrieval.core.ranking import Ranked, rank
from services.retrieval.passages import indexed_text
from services.retrieval.ports import Embedder, SearchSource, StoredPassage

DEFAULT_HITS: Final = 8
MOST_HITS: Final = 50

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: `max_hits` passages below the folders, of the documents; of all where none are named."""

    text: str
    max_hits: int
    folder_paths: Sequence[str] = ()
    document_ids: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found. `likelihood` that it answers, 0 to 1; `highlights`: places in its text that speak for it."""

    passage: StoredPassage
    likelihood: float
    highlights: Sequence[Span]


@dataclass(frozen=True, slots=True)
class Found:
    """The best first. `revision`: of the collection that was searched."""

    hits: Sequence[Hit]
    revision: int

    @property
    def answerable(self) -> bool:
        """One of them is good enough to answer from."""
        return any(hit.likelihood >= THRESHOLD for hit in self.hits)


class Search:
    """Finds passages; shared by all calls. Without the embedding model it goes on by words."""

    def __init__(
        self,
        collection: Collection,
        source: SearchSource,
        embedder: Embedder,
        morphemes: Morphemes,
        executor: Executor,
    ) -> None:
        self._collection = collection
        self._source = source
        self._embedder = embedder
        self._morphemes = morphemes
        self._executor = executor

    async def search(self, question: Question, asker: Asker) -> Found:
        """What the asker may read and was committed before this call. Raises DependencyUnavailable without database."""
        state, vector = await asyncio.gather(self._collection.catch_up(), self._vector(question.text))
        terms, ranked = await asyncio.get_running_loop().run_in_executor(
            self._executor, self._ranked, state, question, asker, vector
        )
        stored = await self._source.passages([state.index.key(one.passage) for one in ranked])
        by_key = {one.key: one for one in stored}
        hits = [
            Hit(
                passage,
                likelihood(one.similarity, coverage(terms, indexed_text(passage.title, passage.passage))),
                highlights(terms, passage.passage.text),
            )
            for one in ranked
            if (passage := by_key.get(state.index.key(one.passage)))
        ]
        return Found(hits, state.revision)

    async def _vector(self, text: str) -> NDArray[np.float32] | None:
        try:
            return await self._embedder.embed_query(text)
        except DependencyUnavailable:
            log.warning("searched_by_words_alone")
            return None

    def _ranked(
        self, state: State, question: Question, asker: Asker, vector: NDArray[np.float32] | None
    ) -> tuple[Sequence[QueryTerm], Sequence[Ranked]]:
        terms = self._morphemes.question(question.text)
        readable = state.readable(asker)
        wanted = readable
        if question.folder_paths or question.document_ids:
            within = state.within(question.folder_paths, question.document_ids)
            wanted = [may & is_ for may, is_ in zip(readable, within, strict=True)]
        return terms, rank(state.index, readable, wanted, terms, vector)[: question.max_hits]
