"""Words typed one letter wrong: 메출, 미숩금, 거랴처별, 지남달. Letters are those of Hangul (ㅁ, ㅔ), not its syllables."""

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from services.chat.understanding.claims import PARTICLES
from services.chat.understanding.meanings import (
    AverageWord,
    ChangeWord,
    ComparisonWord,
    CutWord,
    DimensionWord,
    DocumentWord,
    GrainWord,
    Meaning,
    MetricWord,
    Sign,
    Span,
    VagueMeasure,
)
from services.chat.understanding.morphemes import Morpheme
from services.chat.understanding.text import compact
from services.chat.understanding.words import load

_MEASURES: Final = (MetricWord, VagueMeasure, DocumentWord)
_WORDS: Final = (DimensionWord, GrainWord, CutWord, AverageWord, ChangeWord, ComparisonWord)
_SIGNS: Final = frozenset({Sign.TREND, Sign.SHARE, Sign.CUMULATIVE, Sign.RANK})
_TIMES: Final = tuple(
    compact(phrase)
    for table in ("days", "weeks", "months", "quarters", "halves", "years")
    for phrases in load("time")[table].values()
    for phrase in phrases
)
_BEHIND: Final = frozenset(("", "별", "별로", "요", "은요", "는요", *PARTICLES))
_ASKING: Final = ("얼마", "몇", "알려", "보여", "뽑아", "어때", "확인")
"""What asks, written together with what it asks for: 메출얼마였지."""
_PUNCTUATION: Final = "?!.,~… "


@dataclass(frozen=True, slots=True)
class Respelling:
    """A stretch of the text, and the word that was meant."""

    start: int
    end: int
    word: str


class Spelling:
    """The words that can be meant, by their letters with one of them left out: a catalog's, and its `language`'s."""

    def __init__(self, meanings: Mapping[str, Sequence[Meaning]], language: "Spelling | None" = None) -> None:
        self._language = language
        self.measures: set[str] = language.measures - meanings.keys() if language else set()
        self._near: dict[str, set[str]] = defaultdict(set)
        times = () if language else ((word, ()) for word in _TIMES)
        for word, meant in (*meanings.items(), *times):
            measure = any(isinstance(m, _MEASURES) and not getattr(m, "open", False) for m in meant)
            other = any(isinstance(m, _WORDS) or m in _SIGNS for m in meant) or not meant
            if len(word) < 2 or not _is_korean(word) or not (measure or other):
                continue
            if measure and not other:
                self.measures.add(word)
            for letters in _shortened(_letters(word)):
                self._near[letters].add(word)

    def nearest(self, typed: str, *, measures: bool) -> str | None:
        """The one word that is a letter away; None where there is none or several."""
        letters = _letters(typed)
        words = {
            word
            for part in _shortened(letters)
            for word in self.with_letters(part)
            if (measures or word not in self.measures) and _is_one_away(letters, _letters(word))
        }
        return words.pop() if len(words) == 1 else None

    def with_letters(self, letters: str) -> Iterator[str]:
        """The words of which these letters are all, or all but one."""
        yield from self._near.get(letters, ())
        if self._language:
            yield from self._language.with_letters(letters)

    def respellings(
        self, text: str, morphemes: Sequence[Morpheme], spans: Sequence[Span]
    ) -> Iterator[Respelling]:
        """What may have been meant, for typed words that nothing explains. No second measure is ever found so."""
        said = [s for s in spans if isinstance(s.meaning, _MEASURES) and s.end - s.start > 1]
        known = {(m.start, m.end) for m in morphemes if m.known}
        explained = {i for s in spans if s.end - s.start > 1 for i in range(s.start, s.end)}
        for start, end in _typed_words(text):
            bare = [m for m in morphemes if start <= m.start and m.end <= end and not m.is_function]
            first = next((m.start for m in bare if not {*range(m.start, m.end)} <= explained), None)
            if first is None:
                continue
            measures = not any(s.end <= start or s.start >= end for s in said)
            found = self._inside(text, start, end, known, measures=measures)
            if not found and first > start:
                found = self._inside(text, first, end, known, measures=measures and not said)
            if found:
                yield found

    def _inside(
        self, text: str, start: int, end: int, known: Collection[tuple[int, int]], *, measures: bool
    ) -> Respelling | None:
        for stop in range(end, start + 1, -1):
            typed = text[start:stop]
            rest = text[stop:end]
            if (
                not (rest in _BEHIND or rest.startswith(_ASKING))
                or not _is_korean(typed)
                or (start, stop) in known
            ):
                continue
            word = self.nearest(typed, measures=measures)
            if word and word != typed:
                return Respelling(start, stop, word)
        return None


def respelled(text: str, respellings: Sequence[Respelling]) -> str:
    """The text with what was meant in place of what was typed."""
    for respelling in sorted(respellings, key=lambda r: -r.start):
        text = text[: respelling.start] + respelling.word + text[respelling.end :]
    return text


def _typed_words(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for word in text.split(" "):
        stripped = word.rstrip(_PUNCTUATION)
        if stripped:
            yield start, start + len(stripped)
        start += len(word) + 1


def _is_korean(word: str) -> bool:
    return all("가" <= letter <= "힣" for letter in word)


def _letters(word: str) -> str:
    return unicodedata.normalize("NFD", word)


def _shortened(letters: str) -> set[str]:
    return {letters} | {letters[:at] + letters[at + 1 :] for at in range(len(letters))}


def _is_one_away(first: str, second: str) -> bool:
    """At most one letter is replaced, added or left out."""
    if len(first) > len(second):
        first, second = second, first
    at = next((i for i, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), len(first))
    if len(first) == len(second):
        return first[at + 1 :] == second[at + 1 :]
    return len(second) - len(first) == 1 and first[at:] == second[at + 1 :]
