"""What 누구, 어디, 곳 and 뭐 stand for: rows of the kind that was spoken of, where it fits, else the usual kind."""

from collections.abc import Iterator
from typing import Final

from services.chat.semantic import DATE_DIMENSION, DUE_DATE_DIMENSION, Catalog
from services.chat.understanding.claims import Claims
from services.chat.understanding.frame import Frame
from services.chat.understanding.words import load

WHERE: Final = "where"
WHAT: Final = "what"

_WORDS: Final[dict[str, dict[str, list[str]]]] = load("grouping")["placeholders"]


def asked(claims: Claims) -> Iterator[str]:
    """Which of them stand in the text."""
    return (asks for asks, words in _WORDS.items() if claims.has(*words["said"]))


def means_rows_of(before: Frame, asks: str) -> bool:
    """Whether the word can mean the rows of the question before."""
    kinds = [grouping.dimension for grouping in before.groupings if grouping.dimension != DUE_DATE_DIMENSION]
    kinds += ["customer"] if before.party else []
    if before.documents:
        return asks == WHAT
    if not kinds or DATE_DIMENSION in kinds:
        return False
    fits = _WORDS.get(asks, {}).get("fits")
    others = {kind for words in _WORDS.values() for kind in words.get("fits", ())}
    return all(kind in fits if fits else kind not in others for kind in kinds)


def usual(asks: str, allowed: frozenset[str], catalog: Catalog) -> list[str]:
    """The first dimension that such a word can mean by itself, of those that the measure knows."""
    keys = [
        key for key in _WORDS.get(asks, {}).get("usual", ()) if key in allowed and key in catalog.dimensions
    ]
    return keys[:1]
