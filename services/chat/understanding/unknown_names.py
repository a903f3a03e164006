"""Which words that nothing used are names: of things that are not there, or not for this asker."""

from collections.abc import Sequence
from typing import Final

from services.chat.semantic import EntityKind
from services.chat.understanding.meanings import (
    AbsentWord,
    DimensionWord,
    MetricWord,
    Sign,
    Span,
    TimeWord,
    VagueMeasure,
)
from services.chat.understanding.morphemes import Morpheme
from services.chat.understanding.text import compact
from services.chat.understanding.words import load

_WORDS: Final = load("names")
_ENDINGS: Final = tuple(compact(word) for word in _WORDS["endings"])
_FORMS: Final = tuple(compact(word) for word in _WORDS["forms"])
_TITLES: Final = tuple(load("ignorable")["titles"])
_CALLED: Final = ("이라는", "라는", "이란")
_SURNAMES: Final = frozenset(_WORDS["surnames"])
_PROPER: Final = ("NNP", "SL", "SN", "XSN")
_NAMED_FREELY: Final = frozenset(
    {EntityKind.CUSTOMER, EntityKind.SUPPLIER, EntityKind.ITEM, EntityKind.WAREHOUSE, EntityKind.EMPLOYEE}
)


def unknown_name(
    text: str,
    words: Sequence[tuple[int, int]],
    morphemes: Sequence[Morpheme],
    spans: Sequence[Span],
    kinds: dict[str, EntityKind | None],
    *,
    of_people: bool,
) -> tuple[int, int] | None:
    """The place of the first of these unused words that can only be a name. `kinds`: of each dimension's members;
    `of_people`: the measure is of somebody (days off).
    """
    for start, end in words:
        word = compact(text[start:end])
        word = next((word.removesuffix(called) for called in _CALLED if word.endswith(called)), word)
        titled = text[end + 1 :].startswith(_TITLES)
        inside = [m for m in morphemes if start <= m.start and m.end <= end and m.end > m.start]
        if not inside or any(
            s.meaning is Sign.UNSUPPORTED and s.start < end and start < s.end for s in spans
        ):
            continue
        is_formed = word.startswith(_FORMS) or word.endswith(_FORMS)
        is_ended = word.endswith(_ENDINGS) and word not in _ENDINGS
        is_proper = len(word) > 1 and all(m.tag.startswith(_PROPER) for m in inside)
        is_proper = is_proper and any(m.tag in ("NNP", "SL") for m in inside)
        untouched = not any(s.start < end and start < s.end and s.meaning is not Sign.IGNORED for s in spans)
        is_compound = untouched and inside[0].tag == "NNP" and len(inside) > 1  # 한라산설비
        is_proper |= is_compound and all(m.tag.startswith(("N", "S")) for m in inside)
        is_proper |= untouched and len(word) > 2 and _before_measure(end, inside, spans)
        is_proper |= of_people and _may_be_person(text, start, end, spans)
        is_proper |= untouched and titled and len(word) > 1
        if is_formed or is_ended or is_proper or _beside_kind(text, start, end, spans, kinds):
            return start, end
    return None


def _before_measure(end: int, inside: Sequence[Morpheme], spans: Sequence[Span]) -> bool:
    """Whether a measure, or a time with one behind it, follows nouns put together ("우주로켓엔진 재고")."""
    several = len(inside) > 2 and all(m.tag == "NNG" for m in inside)
    at = end + 1
    timed = next((s.end + 1 for s in spans if isinstance(s.meaning, TimeWord) and s.start == at), at)
    measured = any(isinstance(s.meaning, MetricWord) and s.start in (at, timed) for s in spans)
    return several and measured


def _may_be_person(text: str, start: int, end: int, spans: Sequence[Span]) -> bool:
    """Three letters of which the first is a surname, before a measure of people ("안하은 연차")."""
    word = text[start:end].removesuffix("님").removesuffix("씨")
    touched = (s for s in spans if s.start < end and start < s.end and not isinstance(s.meaning, AbsentWord))
    measured = any(isinstance(s.meaning, MetricWord | VagueMeasure) and s.start >= end for s in spans)
    free = all(s.meaning is Sign.IGNORED for s in touched)
    return len(word) == 3 and word[0] in _SURNAMES and measured and free


def _beside_kind(
    text: str, start: int, end: int, spans: Sequence[Span], kinds: dict[str, EntityKind | None]
) -> bool:
    """Whether a word for a kind of thing stands right before it ("거래처 없음상사")."""
    for claim in spans:
        if not isinstance(claim.meaning, DimensionWord) or text[claim.end : start].strip():
            continue
        if claim.end <= start and {kinds.get(key) for key in claim.meaning.keys} & _NAMED_FREELY:
            return True
    return False
