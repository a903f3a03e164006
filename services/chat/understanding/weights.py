"""How much a claim weighs: the square of its length, so that one long claim beats several short ones."""

from typing import Final

from services.chat.understanding.meanings import (
    CurrencyWord,
    DimensionWord,
    DocumentWord,
    DueWord,
    Meaning,
    MetricWord,
    Sign,
    SmallTalkWord,
    Span,
    StateWord,
)

_FACTORS: Final[dict[type, float]] = {
    MetricWord: 1.03,
    CurrencyWord: 1.03,
    DueWord: 1.02,
    DocumentWord: 1.015,
    DimensionWord: 1.01,
    StateWord: 0.97,
    SmallTalkWord: 0.9,
}
"""Which meaning wins where two claim the same characters; names stand at 1.02 (see `names`)."""

_SIGN_FACTORS: Final = {
    Sign.IGNORED: 0.9,
    Sign.UNSUPPORTED: 0.8,
    Sign.CONTINUES: 0.85,
    Sign.BESIDES: 0.85,
    Sign.CORRECTS: 0.85,
    Sign.AT_ALL: 0.95,
}


def span(start: int, end: int, length: int, meaning: Meaning, factor: float | None = None) -> Span:
    """A claim on the text from `start` to `end` by `length` characters."""
    if factor is None:
        factor = (
            _SIGN_FACTORS.get(meaning, 1.0) if isinstance(meaning, Sign) else _FACTORS.get(type(meaning), 1.0)
        )
    return Span(start, end, meaning, length * length * factor)
