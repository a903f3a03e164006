"""Korean morphemes by Kiwi: where words begin and end, and which of them carry meaning."""

from dataclasses import dataclass
from typing import Final

from kiwipiepy import Kiwi  # type: ignore[import-untyped]  # ships no types

_FUNCTION_TAGS: Final = ("J", "E", "XS", "VCP", "SF", "SP", "SS", "SE", "SO", "SW", "SB", "UN", "Z")
"""Particles, endings, suffixes, the copula and punctuation: they carry no meaning of their own here."""


@dataclass(frozen=True, slots=True)
class Morpheme:
    """One morpheme; `start` and `end` are places in the normalised text (equal when it is contracted away)."""

    form: str
    tag: str
    start: int
    end: int

    @property
    def is_function(self) -> bool:
        return self.tag.startswith(_FUNCTION_TAGS)


class Analyser:
    """Kiwi's model, loaded once (about 3 s and 0.5 GB): build it in a thread, share it."""

    def __init__(self) -> None:
        self._kiwi = Kiwi(num_workers=1, load_typo_dict=False)
        self.analyse("지난달 매출은 얼마야?")

    def analyse(self, text: str) -> tuple[Morpheme, ...]:
        """The morphemes of a normalised text, in order."""
        tokens = self._kiwi.tokenize(text, split_complex=False)
        return tuple(Morpheme(t.form, t.tag, t.start, t.start + t.len) for t in tokens)
