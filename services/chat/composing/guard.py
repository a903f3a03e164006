"""Checks a text against its result without looking at how it was made.

The automaton already holds the model to legal sentences. This is the second, independent look: with every atom taken
out, nothing is left but words that the wording files hold, and no digit among them.
"""

import re
from collections.abc import Collection, Iterator
from functools import cache
from typing import Any, Final

import yaml

from services.chat.composing.wording import FOLDER

_PLACE: Final = re.compile(r"\{[^{}]*\}")
_WORD: Final = re.compile(r"[가-힣A-Za-z%]+")


def foreign_parts(text: str, atoms: Collection[str]) -> tuple[str, ...]:
    """Figures and words of the text that are neither an atom nor the writer's; empty means the text is sound."""
    rest = text
    for atom in sorted((a for a in atoms if a), key=len, reverse=True):
        rest = re.sub(rf"(?<![\d,.]){re.escape(atom)}(?!\d)", "\x00", rest)
    found = [match[0] for match in re.finditer(r"[\d,.]*\d[\d,.]*", rest)]
    known = _known_words()
    for match in _WORD.finditer(rest):
        word = match[0]
        if word not in known and not _joined(word, known):
            found.append(word)
    return tuple(found)


@cache
def _known_words() -> frozenset[str]:
    """Every run of letters in the wording files, particles included."""
    words: set[str] = set()
    for path in sorted(FOLDER.glob("*.yaml")):
        for text in _texts(yaml.safe_load(path.read_text("utf-8"))):
            words.update(_WORD.findall(_PLACE.sub("\x00", text)))
            for forms in _PLACE.findall(text):
                if "/" in forms:
                    words.update(forms.strip("{}").split("/"))
    return frozenset(words)


def _joined(word: str, known: frozenset[str]) -> bool:
    """A particle together with the writer's words behind it: 이 + 었습니다."""
    return any(word[:cut] in known and word[cut:] in known for cut in range(1, len(word)))


def _texts(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for value in data.values():
            yield from _texts(value)
    elif isinstance(data, list):
        for value in data:
            yield from _texts(value)
