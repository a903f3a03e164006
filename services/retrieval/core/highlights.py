"""Which sentences of a passage speak for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.retrieval.core.lexical import QueryTerm
from services.retrieval.passages import sentences

_NEARLY_AS_GOOD: Final = 0.7


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text, in code points."""

    start: int
    end: int


def highlights(question: Sequence[QueryTerm], text: str) -> list[Span]:
    """The sentences, or rows, that say most of the question, in the text's order; none where none says anything of it.

    By stems as they stand in the text: particles and endings follow a Korean stem, so it needs no analysis again.
    """
    spans = [Span(start, start + len(text[start:end].rstrip())) for start, end in sentences(text)]
    said = [coverage(question, text[span.start : span.end]) for span in spans]
    enough = max(said, default=0.0) * _NEARLY_AS_GOOD
    return [span for span, share in zip(spans, said, strict=True) if share and share >= enough]


def coverage(question: Sequence[QueryTerm], text: str) -> float:
    """The share of the question's words that a text says, like words by their weight; from 0 to 1."""
    lower = text.lower()
    said = (
        max(
            (weight for form, weight in term.weights.items() if form.removesuffix("/V") in lower), default=0.0
        )
        for term in question
    )
    return sum(said) / len(question) if question else 0.0
