"""What the intent model sees of a text beside its embedding: which letters stand together in it."""

import re
import unicodedata
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

BUCKETS = 2048
_LONGEST = 3
_DIGITS = re.compile(r"\d+")
_OTHERS = re.compile(r"[^0-9a-z가-힣ㄱ-ㅎㅏ-ㅣ+]")


def letter_features(texts: Sequence[str]) -> NDArray[np.float32]:
    """Unit rows [len(texts), BUCKETS]: runs of one to three letters, hashed; spaces and marks don't count, a number is 0."""
    rows = np.zeros((len(texts), BUCKETS), dtype=np.float32)
    for row, text in enumerate(texts):
        bare = _DIGITS.sub("0", unicodedata.normalize("NFKC", text).lower())
        letters = f"^{_OTHERS.sub('', bare)}$"
        for length in range(1, _LONGEST + 1):
            for start in range(len(letters) - length + 1):
                rows[row, zlib.crc32(letters[start : start + length].encode()) % BUCKETS] = 1.0
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows
