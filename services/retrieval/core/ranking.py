"""What a question finds in a snapshot: by words and by meaning, fused.

Each passage's scores are made comparable by how far they stand from the mean of all passages that the asker may read, in
standard deviations (z-scores), and added up. Nothing that the asker may not read counts into any of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import faiss
import numpy as np
from numpy.typing import NDArray

from services.retrieval.core.index import Mask, Snapshot, stretch_masks
from services.retrieval.core.lexical import QueryTerm, bm25

WORDS_WEIGHT: Final = 0.3
"""The rest is the vectors'. Measured on Korean help pages of which the questions paraphrase (`benchmarks/retrieval.py`)."""
OWN_WORDS_SHARE: Final = 0.2
"""What a passage's own words count beside those of its stretch."""

_CANDIDATES: Final = 200
_SAMPLE: Final = 2_000
"""Vectors from which mean and deviation are taken."""

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage of a snapshot by its number. `score` is fused; `similarity` the cosine with the question, None where
    one of the two has no vector.
    """

    passage: int
    score: float
    similarity: float | None


def rank(
    snapshot: Snapshot,
    readable: Sequence[Mask],
    wanted: Sequence[Mask],
    question: Sequence[QueryTerm],
    vector: NDArray[np.float32] | None,
) -> list[Ranked]:
    """The best passages among `wanted`, the best first; equal ones in the snapshot's order.

    `readable`: all that the asker may read, against which scores are measured, of which `wanted` is a part; both for
    each segment. Without a `vector`, by words alone.
    """
    allowed = np.concatenate([*readable, np.empty(0, np.bool_)])
    if not allowed.any():
        return []
    words = _word_scores(snapshot, readable, allowed, question)
    chosen = np.concatenate([*wanted])
    best_by_words = _best(np.where(chosen, words, -np.inf))
    if vector is None:
        return _ordered(best_by_words, words[best_by_words] * WORDS_WEIGHT, [None] * len(best_by_words))
    candidates = np.union1d(best_by_words, _nearest(snapshot, wanted, vector))
    mean, deviation = _moments(_similarities(snapshot, _sample(snapshot, allowed), vector))
    near = _similarities(snapshot, candidates, vector)
    has_vector = ~np.isnan(near)
    by_vector = np.where(has_vector, (np.nan_to_num(near) - mean) / deviation, 0.0)
    score = WORDS_WEIGHT * words[candidates] + (1 - WORDS_WEIGHT) * by_vector
    return _ordered(
        candidates, score, [float(one) if has else None for one, has in zip(near, has_vector, strict=True)]
    )


def _word_scores(
    snapshot: Snapshot, readable: Sequence[Mask], allowed: Mask, question: Sequence[QueryTerm]
) -> Scores:
    segments = snapshot.segments
    own = bm25([one.words for one in segments], readable, question)
    stretches_allowed = stretch_masks(segments, readable)
    stretches = bm25([one.stretch_words for one in segments], stretches_allowed, question)
    counts = [len(mask) for mask in stretches_allowed]
    firsts = np.cumsum([0, *counts])
    stretch_of = np.concatenate(
        [one.stretch_of + first for one, first in zip(segments, firsts, strict=False)]
    )
    around = stretches[stretch_of]
    return OWN_WORDS_SHARE * _standardised(own, allowed) + (1 - OWN_WORDS_SHARE) * _standardised(
        around, allowed
    )


def _standardised(scores: Scores, allowed: Mask) -> Scores:
    mean, deviation = _moments(scores[allowed])
    standardised: Scores = (scores - mean) / deviation
    return standardised


def _moments(scores: Scores) -> tuple[float, float]:
    """Mean and standard deviation; without scores, or where all are equal, none stands out."""
    scores = scores[~np.isnan(scores)]
    deviation = float(scores.std()) if len(scores) else 0.0
    return (float(scores.mean()) if len(scores) else 0.0), (deviation if deviation > 1e-9 else 1.0)


def _best(scores: Scores) -> NDArray[np.int64]:
    count = min(_CANDIDATES, len(scores))
    best = np.argpartition(-scores, count - 1)[:count]
    found: NDArray[np.int64] = best[np.isfinite(scores[best])]
    return found


def _nearest(snapshot: Snapshot, wanted: Sequence[Mask], vector: NDArray[np.float32]) -> NDArray[np.int64]:
    found = [np.empty(0, np.int64)]
    for segment, first, mask in zip(snapshot.segments, snapshot.firsts, wanted, strict=False):
        with_vector = mask & segment.embedded
        if with_vector.any():
            count = min(_CANDIDATES, len(segment))
            only = None
            if not with_vector.all():  # looking each passage up takes as long as its product
                bits = np.packbits(with_vector, bitorder="little")
                selector = faiss.IDSelectorBitmap(len(bits), faiss.swig_ptr(bits))
                only = faiss.SearchParameters()
                only.sel = selector  # by address: `bits` and `selector` live until the search is over
            _, places = segment.nearest.search(vector[None, :], count, params=only)
            found.append(places[0][places[0] >= 0] + first)
    return np.concatenate(found)


def _sample(snapshot: Snapshot, allowed: Mask) -> NDArray[np.int64]:
    """Evenly among the passages allowed."""
    passages = np.flatnonzero(allowed)
    return passages[:: -(-len(passages) // _SAMPLE)]


def _similarities(snapshot: Snapshot, passages: NDArray[np.int64], vector: NDArray[np.float32]) -> Scores:
    """NaN where a passage has no vector. `passages` rise."""
    near = np.full(len(passages), np.nan)
    bounds = np.searchsorted(passages, snapshot.firsts)
    for segment, first, begin, end in zip(
        snapshot.segments, snapshot.firsts, bounds, bounds[1:], strict=False
    ):
        local = passages[begin:end] - first
        near[begin:end] = np.where(segment.embedded[local], segment.vectors[local] @ vector, np.nan)
    return near


def _ordered(
    passages: NDArray[np.int64], scores: Scores, similarities: Sequence[float | None]
) -> list[Ranked]:
    ranked = [
        Ranked(int(passage), float(score), near)
        for passage, score, near in zip(passages, scores, similarities, strict=True)
    ]
    return sorted(ranked, key=lambda one: (-one.score, one.passage))
