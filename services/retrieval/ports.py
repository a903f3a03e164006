"""What the retrieval core needs from outside, as protocols with their promises."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from services.retrieval.access import AccessList
from services.retrieval.passages import Passage

Vectors = NDArray[np.float32]
"""One row a text, of unit length [texts, dimensions]."""


class Embedder(Protocol):
    """Texts to vectors, near each other where the texts mean the same.

    Raises DependencyUnavailable (every method) when the model is away.
    """

    @property
    def model(self) -> str:
        """Name and version. Vectors of two models are never compared."""

    @property
    def dimensions(self) -> int:
        """Of its vectors."""

    async def embed_query(self, text: str) -> NDArray[np.float32]:
        """A question's vector [dimensions]. People wait for it."""

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Passages' vectors, in the texts' order. Questions go first where both wait."""


@dataclass(frozen=True, slots=True)
class PassageKey:
    """A passage by its version and its place there, from 0."""

    version_id: str
    place: int


@dataclass(frozen=True, slots=True)
class SearchedDocument:
    """A document as search has to know it. `version_id`: the one that is searched; "" = none, or deleted. `model`:
    of its passages' vectors; "" while they have none, which is when words alone find it.
    """

    id: str
    path: str
    access: AccessList
    version_id: str
    model: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What is otherwise than at an earlier revision: documents as they are now, and all folders' lists by path."""

    revision: int
    documents: Sequence[SearchedDocument]
    folders: Mapping[str, AccessList]


@dataclass(frozen=True, slots=True)
class IndexedVersion:
    """What the index holds of a version: each passage's morphemes, and its vector [passages, dimensions] with
    the model's name, None and "" while it has none.
    """

    version_id: str
    terms: Sequence[Sequence[str]]
    vectors: Vectors | None
    model: str


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage with what a citation tells of where it stands."""

    key: PassageKey
    document_id: str
    path: str
    title: str
    effective_date: date | None
    passage: Passage


class SearchSource(Protocol):
    """The documents' database as search reads it. Every method sees what was committed before its call.

    Raises DependencyUnavailable (every method) when it is away.
    """

    async def changes(self, after: int) -> Changes | None:
        """What changed after revision `after` (0: everything there is); None where nothing did. One short statement then."""

    async def indexed(self, version_ids: Sequence[str]) -> Sequence[IndexedVersion]:
        """What the index holds of these versions, as read and embedded at import; a version that is gone is left out."""

    async def passages(self, keys: Sequence[PassageKey]) -> Sequence[StoredPassage]:
        """The passages, in the keys' order; one whose document is gone is left out. Superseded versions too."""
