"""The embedder's module, which stands in a model's folder and not in a package."""

from typing import Any

import pytest

from services.training.intent.embedding import EMBEDDER, module_of


@pytest.fixture(scope="session")
def embedding() -> Any:
    return module_of(EMBEDDER)


@pytest.fixture(scope="session")
def embedder(embedding: Any) -> Any:
    return embedding.Embedder(threads=1, max_characters=500)
