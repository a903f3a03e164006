"""A question taken apart, and what stands around it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from services.chat.semantic import Catalog, EntityKind, Resolution
from services.chat.understanding import names
from services.chat.understanding.frame import (
    Memory,
)
from services.chat.understanding.meanings import (
    Span,
)
from services.chat.understanding.morphemes import Morpheme
from services.chat.understanding.text import Text

_CLASS_CHANGE: Final = re.compile(
    r"(?<=\d)(?=[^\d\s.,])|(?<=[A-Za-z])(?=[가-힣])|(?<=[가-힣])(?=[A-Za-z\d])|(?<=\W)(?=\w)|(?<=\w)(?=\W)"
)


@dataclass(frozen=True, slots=True)
class Analysis:
    """A question taken apart, before names are known."""

    text: Text
    morphemes: tuple[Morpheme, ...]
    spans: tuple[Span, ...]
    mentions: tuple[names.Mention, ...]
    numbers: tuple[names.NumberMention, ...]
    beside: tuple[names.KindMention, ...] = ()
    respelled: "Analysis | None" = None
    """The same with words that seem typed a letter wrong as they may have been meant."""
    notes: tuple[str, ...] = ()
    """What a respelled question was taken for."""

    @property
    def lookups(self) -> tuple[names.Lookup, ...]:
        """What to look up: all the mentions, and the document numbers by their kinds."""
        words = tuple(dict.fromkeys(mention.words for mention in self.mentions))
        lookups = [names.Lookup(words)] if words else []
        lookups += [names.Lookup((number.number,), (number.kind,)) for number in self.numbers]
        by_kinds: dict[tuple[EntityKind, ...], dict[str, None]] = {}
        for mention in self.beside:
            by_kinds.setdefault(mention.kinds, {})[mention.words] = None
        lookups += [names.Lookup(tuple(words), kinds) for kinds, words in by_kinds.items()]
        if self.respelled:
            lookups += self.respelled.lookups
        return tuple(dict.fromkeys(lookups))


@dataclass(frozen=True, slots=True)
class Context:
    """What stands around a question."""

    catalog: Catalog
    today: date
    memory: Memory = field(default_factory=Memory)
    choice_number: int = 0


Resolutions = Mapping[names.Lookup, Sequence[Resolution]]
"""The answer to each lookup, one resolution for each of its mentions."""


_KINDS: Final = ("지역", "권역", "창고", "물류센터", "거래처")


def edges_of(text: str, morphemes: Sequence[Morpheme]) -> frozenset[int]:
    """Where words may begin and end: morphemes, spaces, changes of script."""
    edges = {0, len(text)}
    for morpheme in morphemes:
        edges.update((morpheme.start, morpheme.end))
        kind = next((k for k in _KINDS if morpheme.form.endswith(k) and morpheme.tag == "NNP"), "")
        if kind and len(morpheme.form) > len(kind):
            edges.add(morpheme.end - len(kind))  # 부산지역
    for index, character in enumerate(text):
        if character == " ":
            edges.update((index, index + 1))
    edges.update(match.start() for match in _CLASS_CHANGE.finditer(text))
    return frozenset(edges)


def all_kinds(resolutions: Resolutions) -> dict[str, Resolution]:
    return {r.mention: r for lookup, found in resolutions.items() if not lookup.kinds for r in found}


def of_kinds(resolutions: Resolutions) -> dict[tuple[str, tuple[EntityKind, ...]], Resolution]:
    """What was looked up among some kinds: by mention and kinds."""
    return {
        (r.mention, lookup.kinds): r for lookup, found in resolutions.items() if lookup.kinds for r in found
    }
