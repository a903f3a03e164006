"""The tokens of a GGUF file by their text. See the GGUF specification for its layout."""

import mmap
import struct
from pathlib import Path
from typing import Any

_NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
_NORMAL, _USER_DEFINED = 1, 4
"""Kinds of tokens that are text; others are marks and single bytes."""


class Vocabulary:
    """Which token has which text, and which one ends a text.

    `by_text` is empty for tokenizers other than SentencePiece's, whose tokens are not plain text.
    """

    def __init__(self, weights: Path) -> None:
        fields = _read_fields(weights)
        self.end = int(fields["tokenizer.ggml.eos_token_id"])
        self.by_text: dict[str, int] = {}
        if fields["tokenizer.ggml.model"] == b"llama":
            kinds = fields["tokenizer.ggml.token_type"]
            for number, token in enumerate(fields["tokenizer.ggml.tokens"]):
                if kinds[number] in (_NORMAL, _USER_DEFINED):
                    self.by_text[token.decode().replace("\u2581", " ")] = number

    def first(self, text: str) -> int | None:
        """The longest token that `text` begins with, as a tokenizer would mostly begin; the end for "".

        None: its first character is no token, and is written as its bytes.
        """
        if not text:
            return self.end
        for length in range(len(text), 0, -1):
            if (token := self.by_text.get(text[:length])) is not None:
                return token
        return None


def _read_fields(weights: Path) -> dict[str, Any]:
    """The header's fields; text as bytes, arrays as lists or tuples."""
    with weights.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        magic, _, _, count = struct.unpack_from("<4sIQQ", data)
        if magic != b"GGUF":
            raise ValueError(f"{weights} is no GGUF file")
        reader = _Reader(data, position=24)
        return {reader.string().decode(): reader.value(reader.number("I")) for _ in range(count)}


class _Reader:
    def __init__(self, data: mmap.mmap, position: int) -> None:
        self._data = data
        self._position = position

    def number(self, code: str) -> Any:
        return self.numbers(code, 1)[0]

    def numbers(self, code: str, count: int) -> tuple[Any, ...]:
        layout = struct.Struct(f"<{count}{code}")
        values = layout.unpack_from(self._data, self._position)
        self._position += layout.size
        return values

    def string(self) -> bytes:
        length = self.number("Q")
        self._position += length
        return self._data[self._position - length : self._position]

    def value(self, kind: int) -> Any:
        if kind == _STRING:
            return self.string()
        if kind == _ARRAY:
            kind, count = self.number("I"), self.number("Q")
            if kind == _STRING:
                return [self.string() for _ in range(count)]
            return self.numbers(_NUMBERS[kind], count)
        return self.number(_NUMBERS[kind])
