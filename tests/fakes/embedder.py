"""Stands where the embedding model stands: a vector that tells texts apart, and nothing of what they mean."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from services.kit.errors import DependencyUnavailable
from services.retrieval.ports import Vectors

DIMENSIONS = 8


@dataclass(slots=True)
class FakeEmbedder:
    """`away`: it does not answer."""

    model: str = "fake/1"
    dimensions: int = DIMENSIONS
    away: bool = False
    texts: list[str] = field(default_factory=list)

    async def embed_query(self, text: str) -> NDArray[np.float32]:
        if self.away:
            raise DependencyUnavailable(dependency="embedder")
        return vector(text)

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        if self.away:
            raise DependencyUnavailable(dependency="embedder")
        self.texts += texts
        return np.stack([vector(text) for text in texts])


def vector(text: str) -> NDArray[np.float32]:
    made = np.frombuffer(sha256(text.encode()).digest()[:DIMENSIONS], np.uint8).astype(np.float32) - 127.5
    unit: NDArray[np.float32] = made / np.linalg.norm(made)
    return unit
