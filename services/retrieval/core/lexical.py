"""BM25 over morphemes, counted over what the asker may read alone: a score tells nothing of other documents.

Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009), with the idf that is never
negative. A word and those like it count as one word, by whichever of them speaks loudest: a passage gains nothing by
saying both.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

K1: Final = 1.2
B: Final = 0.75


@dataclass(frozen=True, slots=True)
class QueryTerm:
    """One word of a question with its like ones; weights from 0 to 1, its own form's is 1."""

    weights: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Postings:
    """Where terms stand in a fixed run of passages: for each term its passages, rising, and how often it stands there.

    `lengths`: terms of each passage [passages].
    """

    places: Mapping[str, tuple[NDArray[np.int32], NDArray[np.float32]]]
    lengths: NDArray[np.float32]


def count(passages: Sequence[Sequence[str]]) -> Postings:
    """The postings of passages given as their terms."""
    gathered: dict[str, tuple[list[int], list[int]]] = {}
    for place, terms in enumerate(passages):
        for term, times in Counter(terms).items():
            places, frequencies = gathered.setdefault(term, ([], []))
            places.append(place)
            frequencies.append(times)
    return Postings(
        {
            term: (np.array(places, np.int32), np.array(frequencies, np.float32))
            for term, (places, frequencies) in gathered.items()
        },
        np.array([len(terms) for terms in passages], np.float32),
    )


def joined(parts: Sequence[Postings], kept: Sequence[NDArray[np.bool_]]) -> Postings:
    """The postings of several runs as one, of those passages alone that `kept` has for each [passages]."""
    gathered: dict[str, list[tuple[NDArray[np.int32], NDArray[np.float32]]]] = {}
    first = 0
    for part, mask in zip(parts, kept, strict=True):
        number = (np.cumsum(mask) - 1 + first).astype(np.int32)
        for term, (places, times) in part.places.items():
            alive = mask[places]
            if alive.any():
                gathered.setdefault(term, []).append((number[places[alive]], times[alive]))
        first += int(mask.sum())
    return Postings(
        {term: _beside_each_other(runs) for term, runs in gathered.items()},
        np.concatenate([part.lengths[mask] for part, mask in zip(parts, kept, strict=True)]),
    )


def _beside_each_other(
    runs: Sequence[tuple[NDArray[np.int32], NDArray[np.float32]]],
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    return (
        runs[0]
        if len(runs) == 1
        else (
            np.concatenate([places for places, _ in runs]),
            np.concatenate([times for _, times in runs]),
        )
    )


def bm25(
    segments: Sequence[Postings], readable: Sequence[NDArray[np.bool_]], question: Sequence[QueryTerm]
) -> NDArray[np.float64]:
    """Scores of all passages of the segments, one after the other; 0 where nothing of the question stands and where
    the asker may not read.

    `readable`: for each segment which passages count at all [passages].
    """
    lengths = np.concatenate([segment.lengths for segment in segments])
    allowed = np.concatenate(readable)
    scores = np.zeros(len(lengths))
    total = int(allowed.sum())
    if not total:
        return scores
    norm = K1 * (1 - B + B * lengths / max(float(lengths[allowed].mean()), 1.0))
    for term in question:
        loudest = np.zeros(len(lengths))
        for form, weight in term.weights.items():
            places, times = _where(segments, readable, form)
            if len(places):
                idf = np.log1p((total - len(places) + 0.5) / (len(places) + 0.5))
                said = weight * idf * times * (K1 + 1) / (times + norm[places])
                loudest[places] = np.maximum(loudest[places], said)
        scores += loudest
    return scores


def _where(
    segments: Sequence[Postings], readable: Sequence[NDArray[np.bool_]], form: str
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The readable passages that say `form`, counted through all segments, and how often each does."""
    places, times = [np.empty(0, np.int64)], [np.empty(0, np.float32)]
    first = 0
    for segment, mask in zip(segments, readable, strict=True):
        found = segment.places.get(form)
        if found is not None:
            kept = mask[found[0]]
            places.append(found[0][kept].astype(np.int64) + first)
            times.append(found[1][kept])
        first += len(segment.lengths)
    return np.concatenate(places), np.concatenate(times)
