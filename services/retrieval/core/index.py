"""The index in memory: segments that never change, put together to snapshots. A search reads one snapshot from end to
end, so its words and its vectors are of the same moment.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import faiss
import numpy as np
from numpy.typing import NDArray

from services.retrieval.core.lexical import Postings, count, joined
from services.retrieval.ports import IndexedVersion, PassageKey, Vectors

STRETCH: Final = 12
"""Passages of a document whose words are counted together: a page or two on one matter."""
_AROUND: Final = 4
_OWN_SHARE: Final = 0.7
"""A passage's vector is so much its own; the rest is the mean of it and so many on either side."""
_MANY_SEGMENTS: Final = 8

IndexKey = tuple[str, str]
"""A version, and the model of its vectors, "" without: it is indexed anew when they come."""

Mask = NDArray[np.bool_]
"""Which passages of a snapshot [passages]."""

faiss.omp_set_num_threads(1)  # searches run beside each other


@dataclass(frozen=True, slots=True)
class Segment:
    """Passages of some versions, all at once. Arrays are [passages]; `stretch_words` counts by stretches."""

    keys: Sequence[IndexKey]
    version_of: NDArray[np.int32]
    place_of: NDArray[np.int32]
    stretch_of: NDArray[np.int32]
    words: Postings
    stretch_words: Postings
    vectors: Vectors
    embedded: Mask
    nearest: Any
    """FAISS's index over `vectors`."""

    def __len__(self) -> int:
        return len(self.version_of)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All segments of a moment. `firsts`: where each segment's passages begin [segments + 1]."""

    segments: tuple[Segment, ...]
    firsts: NDArray[np.int64]

    def __len__(self) -> int:
        return int(self.firsts[-1])

    def mask(self, keys: Collection[IndexKey]) -> list[Mask]:
        """For each segment, which passages are of these versions."""
        return [_of_versions(segment, keys) for segment in self.segments]

    def locate(self, passage: int) -> tuple[Segment, int]:
        """The segment of a passage, and its number there."""
        number = int(np.searchsorted(self.firsts, passage, side="right")) - 1
        return self.segments[number], passage - int(self.firsts[number])

    def key(self, passage: int) -> PassageKey:
        segment, local = self.locate(passage)
        return PassageKey(segment.keys[segment.version_of[local]][0], int(segment.place_of[local]))


def snapshot(segments: Sequence[Segment]) -> Snapshot:
    return Snapshot(tuple(segments), np.cumsum([0, *map(len, segments)], dtype=np.int64))


def build(versions: Sequence[IndexedVersion], dimensions: int) -> Segment:
    """One segment of these versions; those without vectors are found by their words."""
    sizes = [len(version.terms) for version in versions]
    stretches = [np.array_split(np.arange(size), -(-size // STRETCH)) if size else [] for size in sizes]
    terms = [passage for version in versions for passage in version.terms]
    together = [
        [term for place in stretch for term in version.terms[place]]
        for version, parts in zip(versions, stretches, strict=True)
        for stretch in parts
    ]
    lengths = [len(stretch) for parts in stretches for stretch in parts]
    vectors = [
        np.zeros((size, dimensions), np.float32)
        if version.vectors is None
        else _with_surroundings(version.vectors)
        for version, size in zip(versions, sizes, strict=True)
    ]
    return _segment(
        [(version.version_id, version.model) for version in versions],
        np.repeat(np.arange(len(versions), dtype=np.int32), sizes),
        np.concatenate([np.arange(size, dtype=np.int32) for size in sizes] or [np.empty(0, np.int32)]),
        np.repeat(np.arange(len(lengths), dtype=np.int32), lengths),
        count(terms),
        count(together),
        np.concatenate([*vectors, np.empty((0, dimensions), np.float32)]),
        np.repeat([version.vectors is not None for version in versions], sizes).astype(np.bool_),
    )


def merged(segments: Sequence[Segment], alive: Collection[IndexKey]) -> Segment:
    """One segment in place of several, without the versions that are no longer searched."""
    kept = [_of_versions(segment, alive) for segment in segments]
    kept_stretches = [_stretches(segment, mask) for segment, mask in zip(segments, kept, strict=True)]
    keys = [one for segment in segments for one in segment.keys if one in alive]
    number = {one: place for place, one in enumerate(keys)}
    stretch_numbers = np.cumsum(np.concatenate(kept_stretches)) - 1
    firsts = np.cumsum([0, *(len(mask) for mask in kept_stretches)])
    both = list(zip(segments, kept, strict=True))
    return _segment(
        keys,
        np.concatenate([_numbers(segment, number)[segment.version_of[mask]] for segment, mask in both]),
        np.concatenate([segment.place_of[mask] for segment, mask in both]),
        np.concatenate(
            [
                stretch_numbers[segment.stretch_of[mask] + first]
                for (segment, mask), first in zip(both, firsts, strict=False)
            ]
        ).astype(np.int32),
        joined([segment.words for segment in segments], kept),
        joined([segment.stretch_words for segment in segments], kept_stretches),
        np.concatenate([segment.vectors[mask] for segment, mask in both]),
        np.concatenate([segment.embedded[mask] for segment, mask in both]),
    )


def too_many(segments: Sequence[Segment]) -> Sequence[Segment]:
    """The smallest ones, to be merged; none while there are few. Each passage is so merged a few times at most."""
    if len(segments) <= _MANY_SEGMENTS:
        return ()
    return sorted(segments, key=len)[:_MANY_SEGMENTS]


def stretch_masks(segments: Sequence[Segment], masks: Sequence[Mask]) -> list[Mask]:
    """For each segment, the stretches of the passages that `masks` has: whole documents, so whole stretches."""
    return [_stretches(segment, mask) for segment, mask in zip(segments, masks, strict=True)]


def _segment(
    keys: Sequence[IndexKey],
    version_of: NDArray[np.int32],
    place_of: NDArray[np.int32],
    stretch_of: NDArray[np.int32],
    words: Postings,
    stretch_words: Postings,
    vectors: Vectors,
    embedded: Mask,
) -> Segment:
    # A byte a dimension: a fourth of the memory to walk through. Who is found is measured again with `vectors`.
    nearest = faiss.IndexScalarQuantizer(
        vectors.shape[1], faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
    )
    if len(vectors):
        nearest.train(vectors[embedded] if embedded.any() else vectors)
        nearest.add(vectors)
    return Segment(keys, version_of, place_of, stretch_of, words, stretch_words, vectors, embedded, nearest)


def _with_surroundings(vectors: Vectors) -> Vectors:
    """A document on one matter says it in several passages, each of which says a part: late chunking's idea (Günther et
    al. 2024), with the vectors that there are. Not brought to unit length again: where the surroundings speak of
    something else, the vector is shorter, and less near to everything.
    """
    sums = np.concatenate(
        [np.zeros((1, vectors.shape[1]), np.float64), np.cumsum(vectors, axis=0, dtype=np.float64)]
    )
    here = np.arange(len(vectors))
    first, last = np.maximum(here - _AROUND, 0), np.minimum(here + _AROUND + 1, len(vectors))
    around = (sums[last] - sums[first]) / (last - first)[:, None]
    mixed: Vectors = (_OWN_SHARE * vectors + (1 - _OWN_SHARE) * around).astype(np.float32)
    return mixed


def _of_versions(segment: Segment, keys: Collection[IndexKey]) -> Mask:
    wanted = np.fromiter((one in keys for one in segment.keys), np.bool_, len(segment.keys))
    mask: Mask = wanted[segment.version_of]
    return mask


def _numbers(segment: Segment, number: Mapping[IndexKey, int]) -> NDArray[np.int32]:
    return np.array([number.get(one, -1) for one in segment.keys], np.int32)


def _stretches(segment: Segment, mask: Mask) -> Mask:
    stretches = np.zeros(len(segment.stretch_words.lengths), np.bool_)
    stretches[segment.stretch_of[mask]] = True
    return stretches
