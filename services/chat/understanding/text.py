"""The question's text in one normal form, with the way back to what was typed."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

_LAUGHS: Final = re.compile(r"(?<=[가-힣0-9A-Za-z?!.~])[ㅋㅎㅠㅜㅡ]+(?=[\s?!.,~]|$)")
"""매출ㅋㅋ, 뽑아줘ㅠ: what stands behind a word and is no initial consonant of a name."""

_CASUAL: Final = re.compile(
    r"(?<=[에예나데세어아죠네해돼까줘])[염욤욥여용](?=[\s?!.,~ㅋㅎㅠㅜ]|$)|(?<=가)[염욤욥여](?=[\s?!.,~ㅋㅎㅠㅜ]|$)"
    r"|(?<=[가-힣])꺼(?=[\s?!.,~은는를로랑만도]|$)"
)
"""들어왔나염, 얼마에여, 저번달꺼, as they are typed in chats: written 요 and 것."""


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
    written = _CASUAL.sub(lambda match: "것" if match[0] == "꺼" else "요", typed)
    written = _LAUGHS.sub(lambda match: " " * len(match[0]), written)
    characters: list[str] = []
    offsets: list[int] = []
    for index, character in enumerate(written):
        plain = " " if character.isspace() else _plain(character)
        for part in plain:
            if part == " " and (not characters or characters[-1] == " "):
                continue
            characters.append(part)
            offsets.append(index)
    while characters and characters[-1] == " ":
        characters.pop()
        offsets.pop()
    return Text(typed, "".join(characters), tuple(offsets))


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
