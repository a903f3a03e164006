"""The question's text in one normal form, with the way back to what was typed."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from services.chat.understanding.words import load

_WRITTEN: Final = [(re.compile(chatted), meant) for chatted, meant in load("chatted")["written"]]
"""What is typed in chats, and how it is written: the first of these that fits at a place."""


@dataclass(frozen=True, slots=True)
class Text:
    """`normal` has one form for each character and single spaces; `offsets[i]` is where its i-th began in `typed`."""

    typed: str
    normal: str
    offsets: tuple[int, ...]

    def as_typed(self, start: int, end: int) -> str:
        """What the asker wrote between two places of `normal`."""
        if start >= end:
            return ""
        stop = self.offsets[end] if end < len(self.offsets) else len(self.typed)
        return self.typed[self.offsets[start] : stop].strip()


def normalise(question: str) -> Text:
    """NFC, full width and compatibility characters made plain, white space single, edges trimmed."""
    typed = unicodedata.normalize("NFC", question)
    characters: list[str] = []
    offsets: list[int] = []
    for offset, meant in _meant(typed):
        for character in meant:
            plain = " " if character.isspace() else _plain(character)
            for part in plain:
                if part == " " and (not characters or characters[-1] == " "):
                    continue
                characters.append(part)
                offsets.append(offset)
    while characters and characters[-1] == " ":
        characters.pop()
        offsets.pop()
    return Text(typed, "".join(characters), tuple(offsets))


def _meant(typed: str) -> Iterator[tuple[int, str]]:
    """What is meant by the characters, and where each stands: 금욜 is 금요일, ㅋㅋ nothing."""
    edits: dict[int, tuple[int, str]] = {}
    for pattern, meant in reversed(_WRITTEN):
        edits |= {m.start(): (m.end(), m.expand(meant)) for m in pattern.finditer(typed)}
    at = 0
    while at < len(typed):
        end, meant = edits.get(at, (at + 1, typed[at]))
        yield at, meant
        at = end


_DASHES = (
    dict.fromkeys("‐‑‒–—−", "-")
    | dict.fromkeys("∼〜～", "~")
    | {"․": ".", "·": "·", "“": '"', "”": '"', "’": "'", "‘": "'"}
)


def _plain(character: str) -> str:
    if character in _DASHES:
        return _DASHES[character]
    if "\u3131" <= character <= "\u318e":  # single consonants (초성) would become conjoining ones
        return character
    return unicodedata.normalize("NFKC", character)


def compact(text: str) -> str:
    """Without spaces, lower case: the form in which words are compared."""
    return "".join(text.split()).casefold()
