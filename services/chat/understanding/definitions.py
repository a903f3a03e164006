"""Questions for what a measure means: 수주잔량이 무슨 뜻이야, 순매출은 어떻게 계산해, 매출이랑 순매출 차이가 뭐야."""

import re
from collections.abc import Sequence
from itertools import pairwise, product
from typing import Final

from services.chat.semantic import Catalog, UnitKind
from services.chat.understanding.claims import Claims
from services.chat.understanding.meanings import (
    ChangeWord,
    DocumentWord,
    MetricWord,
    Sign,
    VagueMeasure,
)
from services.chat.understanding.measures import known
from services.chat.understanding.morphemes import Morpheme
from services.chat.understanding.plausible import is_ignorable
from services.chat.understanding.words import load

_WORDS: Final = {theme: frozenset(words) for theme, words in load("definitions").items()}
_MARKS: Final = frozenset().union(*_WORDS.values())
_BESIDE: Final = frozenset(
    {Sign.DOCUMENTS, Sign.COMPARE, Sign.BY, Sign.CONTINUES, Sign.WHICH_ONES, Sign.INCLUDE}
)
_NAMELY: Final = re.compile(r"\s*(?:이?란|이?라는\s*[게건것]|이?라는\s*거는?)\s*(?:게|건)?\s*[?!.~]*$")
_PAIRS: Final = frozenset(
    pair
    for first, seconds in (
        ("which", _WORDS["words_of"]),
        ("computing", _WORDS["ways"] | _WORDS["how"]),
        ("how", _WORDS["computing"] | _WORDS["ways"]),
    )
    for pair in product(_WORDS[first], seconds)
)
_PAIRS_BEHIND: Final = frozenset(product(_WORDS["ways"], _WORDS["how"]))
"""Behind what they are of."""
_HOW_MUCH: Final = ("얼마", "몇", "며칠")


def defined(claims: Claims, morphemes: Sequence[Morpheme], catalog: Catalog) -> tuple[str, ...]:
    """The measures whose meaning is asked for; none where a figure is, or anything else is said as well."""
    keys: list[str] = []
    for claim in claims.spans:
        match claim.meaning:
            case MetricWord(found):
                keys += found
            case DocumentWord(measure=measure, open=False):
                keys += known(catalog, [measure])[:1]
            case VagueMeasure(words) if len(words) == 1:
                keys += known(catalog, words)
            case ChangeWord(direction=0):
                pass
            case other if other not in _BESIDE:
                return ()
    said = [m for m in morphemes if not m.is_function]
    covered = {i for s in claims.spans for i in range(s.start, s.end)}
    others = [m for m in said if m.start not in covered and m.form not in _MARKS and not is_ignorable(m)]
    if not keys or others or any(m.form in _HOW_MUCH for m in said):
        return ()
    last = max(s.end for s in claims.spans if isinstance(s.meaning, MetricWord | DocumentWord | VagueMeasure))
    named = any(isinstance(s.meaning, MetricWord) for s in claims.spans)
    asked = (
        _asks_meaning(said) or (named and _asks_part(morphemes)) or (len(keys) > 1 and _asks_difference(said))
    )
    counts = any(catalog.metrics[key].unit.kind is UnitKind.COUNT for key in keys)
    if not asked and (counts or not _asks_what(morphemes, last, claims.behind(last))):
        return ()
    return tuple(dict.fromkeys(keys))


def _asks_meaning(said: Sequence[Morpheme]) -> bool:
    """무슨 뜻, 산식, 계산 방법, 어떻게 계산, 기준이 뭐."""
    forms = [m.form for m in said]
    alone = _WORDS["meaning"] & set(forms)
    return bool(alone or _PAIRS & set(pairwise(forms)) or _PAIRS_BEHIND & set(pairwise(forms[1:])))


def _asks_difference(said: Sequence[Morpheme]) -> bool:
    return any(m.form in _WORDS["difference"] for m in said)


def _asks_part(morphemes: Sequence[Morpheme]) -> bool:
    """매출에 부가세 포함이야, 반품도 들어가: whether it is a part, not that it shall be one."""
    place = next((i for i, m in enumerate(morphemes) if m.form in _WORDS["part"]), len(morphemes))
    behind = morphemes[place + 1 :]
    ends = any(m.tag == "EF" for m in behind)
    gives = any(m.form in ("주", "드리") for m in behind)
    return ends and not gives and all(m.is_function or is_ignorable(m) for m in behind)


def _asks_what(morphemes: Sequence[Morpheme], last: int, behind: str) -> bool:
    """객단가가 뭐야, 예상재고란: nothing else stands behind the measure."""
    if _NAMELY.fullmatch(behind):
        return True
    rest = [m for m in morphemes if m.start >= last and not m.is_particle]
    is_copula = [m.tag for m in rest[1:2]] in (["VCP"], ["EF"]) or not rest[1:]
    return (
        bool(rest) and rest[0].form in _WORDS["what"] and is_copula and all(m.is_function for m in rest[1:])
    )
