"""Korean morphemes by Kiwi: where words begin and end, and which of them carry meaning."""

from dataclasses import dataclass
from typing import Final

from kiwipiepy import Kiwi  # type: ignore[import-untyped]  # ships no types

from services.chat.understanding.words import load

_FUNCTION_TAGS: Final = ("J", "E", "XSV", "XSA", "XSM", "VCP", "Z")
"""Particles, endings, verbal suffixes and the copula: they carry no meaning of their own here."""

_SIGN_TAGS: Final = ("SF", "SP", "SS", "SE", "SO", "SW", "SB", "UN")
"""Punctuation and what Kiwi can't read: without meaning if it holds no letter, digit or percent sign (초성 are letters)."""


_FIRST_WORD: Final = 100
"""Kiwi's numbers below stand for the tags themselves: what is guessed and not found has one of them."""


@dataclass(frozen=True, slots=True)
class Morpheme:
    """One morpheme; `start` and `end` are places in the normalised text (equal when it is contracted away)."""

    form: str
    tag: str
    start: int
    end: int
    known: bool = True
    """It stands in Kiwi's dictionary."""

    @property
    def is_function(self) -> bool:
        if self.tag.startswith(_SIGN_TAGS):
            return not any(c.isalnum() or c == "%" for c in self.form)
        return self.tag.startswith(_FUNCTION_TAGS)

    @property
    def is_particle(self) -> bool:
        """A particle or punctuation: it belongs to no word."""
        return self.tag.startswith("J") or (self.tag.startswith(_SIGN_TAGS) and self.is_function)


class Analyser:
    """Kiwi's model, loaded once (about 3 s and 0.5 GB): build it in a thread, share it."""

    def __init__(self) -> None:
        self._kiwi = Kiwi(num_workers=1, load_typo_dict=False)
        for noun in load("nouns")["nouns"]:
            self._kiwi.add_user_word(noun, "NNG", 3.0)
        for verb in load("nouns")["verbs"]:
            self._kiwi.add_user_word(verb, "VV", 3.0)
        self.analyse("지난달 매출은 얼마야?")

    def analyse(self, text: str) -> tuple[Morpheme, ...]:
        """The morphemes of a normalised text, in order."""
        tokens = self._kiwi.tokenize(text, split_complex=False)
        return tuple(Morpheme(t.form, t.tag, t.start, t.start + t.len, t.id >= _FIRST_WORD) for t in tokens)
