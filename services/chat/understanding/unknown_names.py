"""Which words that nothing used are names: of things that are not there, or not for this asker."""

from collections.abc import Sequence
from typing import Final

from services.chat.semantic import EntityKind
from services.chat.understanding.meanings import DimensionWord, Sign, Span
from services.chat.understanding.morphemes import Morpheme
from services.chat.understanding.text import compact
from services.chat.understanding.words import load

_WORDS: Final = load("names")
_ENDINGS: Final = tuple(compact(word) for word in _WORDS["endings"])
_FORMS: Final = tuple(compact(word) for word in _WORDS["forms"])
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
) -> tuple[int, int] | None:
    """The place of the first of these unused words that can only be a name. `kinds`: of each dimension's members."""
    for start, end in words:
        word = compact(text[start:end])
        inside = [m for m in morphemes if start <= m.start and m.end <= end and m.end > m.start]
        if not inside or any(
            s.meaning is Sign.UNSUPPORTED and s.start < end and start < s.end for s in spans
        ):
            continue
        is_formed = word.startswith(_FORMS) or word.endswith(_FORMS)
        is_ended = word.endswith(_ENDINGS) and word not in _ENDINGS
        is_proper = len(word) > 1 and all(m.tag.startswith(_PROPER) for m in inside)
        is_proper = is_proper and any(m.tag in ("NNP", "SL") for m in inside)
        untouched = not any(s.start < end and start < s.end for s in spans)
        is_compound = untouched and inside[0].tag == "NNP" and len(inside) > 1  # 한라산설비
        is_proper |= is_compound and all(m.tag.startswith(("N", "S")) for m in inside)
        if is_formed or is_ended or is_proper or _beside_kind(text, start, end, spans, kinds):
            return start, end
    return None


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
