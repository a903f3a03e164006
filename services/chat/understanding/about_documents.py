"""One document asked for by its number: which document, and what the words beside it want.

Beside a number nearly everything is about the document: its fields, lines and links are shown whatever of them was asked
for. What asks for something else is asked back; a noun that nothing here knows is named beside the answer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from services.chat.semantic import Candidate, Catalog, EntityKind
from services.chat.understanding.analysis import Analysis
from services.chat.understanding.claims import Claims
from services.chat.understanding.frame import Name
from services.chat.understanding.meanings import (
    AgeWord,
    AverageWord,
    BoundWord,
    ChangeWord,
    ComparisonWord,
    CountWord,
    CurrencyWord,
    CutWord,
    DimensionWord,
    DocumentNumber,
    DocumentWord,
    GrainWord,
    LevelWord,
    MetricWord,
    NameWord,
    OrderWord,
    OwnWord,
    ScaleWord,
    Sign,
    Span,
    TimeWord,
)
from services.chat.understanding.morphemes import Morpheme
from services.chat.understanding.names import kinds_said
from services.chat.understanding.plausible import is_ignorable
from services.chat.understanding.text import compact
from services.chat.understanding.words import load

_WORDS: Final = load("documents")
_ABOUT: Final = frozenset(
    compact(word) for words in (_WORDS["about"], *_WORDS["kinds"].values()) for word in words
)
_ELSEWHERE: Final = (
    AgeWord,
    AverageWord,
    ChangeWord,
    ComparisonWord,
    CurrencyWord,
    CutWord,
    GrainWord,
    LevelWord,
    OrderWord,
    OwnWord,
    ScaleWord,
)
"""What asks for figures of many documents."""

_ELSEWHERE_SIGNS: Final = frozenset(
    {
        Sign.EXCLUDE,
        Sign.TREND,
        Sign.CUMULATIVE,
        Sign.RANK,
        Sign.WITHIN,
        Sign.REST,
        Sign.ALL_COMPANIES,
    }
)
_FRESH: Final = (TimeWord, NameWord, BoundWord, CountWord)
"""What begins a question of its own, where no number is said."""

_LINES: Final = frozenset({"item", "warehouse"})
"""What the lines of a document are listed by anyway."""

_THAN: Final = ("보다",)
_NOUNS: Final = ("NNG", "NNP", "XR")
_CODES: Final = ("SL", "SN", "SH", "W_")


@dataclass(frozen=True, slots=True)
class Beside:
    """Places of the words beside a document that want `something_else`, and of nouns that are `unknown`."""

    something_else: tuple[tuple[int, int], ...]
    unknown: tuple[tuple[int, int], ...]


def documents(claims: Claims) -> Iterator[tuple[int, Name]]:
    """The documents asked for by number, each with its place among the claims; one that isn't there has no candidates."""
    for index, claim in enumerate(claims.spans):
        match claim.meaning:
            case DocumentNumber(number, _, candidates, total_count):
                yield index, _of_its_time(Name(number, candidates, total_count), claims)
            case NameWord(mention, candidates, total_count) if _are_documents(candidates):
                name = _of_its_kind(Name(mention, candidates, total_count), index, claims)
                yield index, _of_its_time(name, claims)


def beside(
    analysis: Analysis,
    chosen: Sequence[Span],
    kinds: Sequence[EntityKind],
    catalog: Catalog,
    *,
    goes_on: bool,
) -> Beside:
    """`kinds`: of the documents. `goes_on`: no number is said, and the document is the one spoken of before."""
    text = analysis.text.normal
    lists = any(s.meaning is Sign.LIST for s in chosen)

    def is_else(index: int, claim: Span) -> bool:
        meaning = claim.meaning
        if goes_on and isinstance(meaning, DocumentWord) and (lists or meaning.open):
            return True
        if goes_on and isinstance(meaning, _FRESH):
            return True
        if meaning is Sign.EXCLUDE and index and isinstance(chosen[index - 1].meaning, TimeWord):
            return False  # 작년 말고 올해 12번
        if text[claim.end :].startswith(_THAN) or meaning in _ELSEWHERE_SIGNS:
            return True
        if isinstance(meaning, MetricWord):
            is_field = compact(text[claim.start : claim.end]) in _ABOUT
            return not is_field and (goes_on or not _measures(meaning, kinds, catalog))
        if meaning is Sign.BY:
            split = chosen[index - 1].meaning if index else None
            return not (isinstance(split, DimensionWord) and set(split.keys) & _LINES)
        return isinstance(meaning, _ELSEWHERE)

    strange = [s for n, s in enumerate(chosen) if is_else(n, s)]
    covered = {i for s in chosen if s.meaning is not Sign.UNSUPPORTED for i in range(s.start, s.end)}
    nouns, codes = [], []
    for morpheme in analysis.morphemes:
        place = (morpheme.start, morpheme.end)
        if set(range(*place)) <= covered or _says_nothing(morpheme):
            continue
        if morpheme.tag.startswith(_CODES):
            codes.append(place)
        elif morpheme.tag.startswith(_NOUNS):
            nouns.append(place)
    something_else = [(s.start, s.end) for s in strange] + codes + (nouns if goes_on else [])
    return Beside(tuple(sorted(something_else)), () if goes_on else tuple(nouns))


def _says_nothing(morpheme: Morpheme) -> bool:
    idle = morpheme.is_function or morpheme.end == morpheme.start or is_ignorable(morpheme)
    return idle or morpheme.form in _ABOUT


def _measures(word: MetricWord, kinds: Sequence[EntityKind], catalog: Catalog) -> bool:
    """Whether a measure is one of such documents: 수주잔량 of an order."""
    keys = {d.key for kind in kinds if (d := catalog.dimension_of(kind))}
    return any(keys & set(catalog.metrics[key].dimensions) for key in word.keys)


def _are_documents(candidates: Sequence[Candidate]) -> bool:
    return bool(candidates) and all(c.entity.kind.is_document for c in candidates)


def _of_its_kind(name: Name, index: int, claims: Claims) -> Name:
    """26년 00257 발주건: of documents that end alike, those of the kind said beside the number."""
    beside_it = claims.neighbour(index, DocumentWord)
    claim = claims.spans[index]
    kinds = {beside_it[1].kind} if beside_it else kinds_said(claims.whole, claim.start, claim.end)
    return _those(name, [c for c in name.candidates if c.entity.kind in kinds])


def _of_its_time(name: Name, claims: Claims) -> Name:
    """올해 발주 12번, 10월 12번 수주: those of the time said with the number."""
    said = [(index, word.period) for index, word in claims.of(TimeWord) if word.period]
    periods = [period for index, period in said if claims.following(index, Sign.EXCLUDE) is None]
    if len(periods) != 1:
        return name
    period = periods[0]
    days = [(c, _day(c)) for c in name.candidates]
    return _those(name, [c for c, day in days if day and period.start <= day <= period.end])


def _those(name: Name, candidates: Sequence[Candidate]) -> Name:
    if len(name.candidates) < 2 or not candidates:
        return name
    return replace(name, candidates=tuple(candidates), total_count=len(candidates))


def _day(candidate: Candidate) -> date | None:
    """The document's date: it ends what tells it from others."""
    try:
        return date.fromisoformat(candidate.entity.detail.rpartition(" · ")[2])
    except ValueError:
        return None
