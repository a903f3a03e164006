"""Which claims can mean what they say where they stand: particles, roots of trees, names of accounts."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from services.chat.semantic import Catalog, EntityKind, UnitKind
from services.chat.understanding.meanings import (
    AbsentWord,
    AgeWord,
    BoundWord,
    CountWord,
    CurrencyWord,
    CutWord,
    DimensionWord,
    DocumentWord,
    DueWord,
    GrainNoun,
    HowManyWord,
    MetricWord,
    NameWord,
    OrderWord,
    OwnWord,
    Sign,
    SizeWord,
    Span,
    StateWord,
    StatusWord,
    UnitWord,
    VagueMeasure,
)
from services.chat.understanding.measures import known
from services.chat.understanding.morphemes import Morpheme
from services.chat.understanding.weights import span
from services.chat.understanding.words import load

_IGNORABLE: Final = frozenset(load("ignorable")["morphemes"])
_IGNORABLE_KINDS: Final = load("ignorable")["kinds"]
"""Tags that restrict nothing, each with the forms that do."""
_MONEY: Final = frozenset(f"{noun}/NNG" for noun in load("events")["objects"]["money"])
"""Said of money, a verb restricts, though money by itself says nothing beside a measure."""
_ATTRIBUTES: Final = frozenset(load("ignorable")["attributes"])
_RESTRICTING_ADVERBS: Final = frozenset(load("ignorable")["restricting_adverbs"])
_REQUESTS: Final = _IGNORABLE | {f"{noun}/NNG" for noun in load("writes")["reading"]}
"""Predicates that ask for an answer."""


_HELD: Final = frozenset(load("ranking")["held"])

_OWN_NAMES: Final = frozenset(
    {
        EntityKind.COMPANY,
        EntityKind.CUSTOMER,
        EntityKind.SUPPLIER,
        EntityKind.ITEM,
        EntityKind.BRAND,
        EntityKind.EMPLOYEE,
        EntityKind.PROJECT,
    }
)
"""Kinds whose members are named freely, and not by words of order."""


_RESTRICTING: Final = (StatusWord, StateWord, AgeWord, BoundWord, CutWord, DueWord)
"""Words that restrict the documents right behind them."""

_NOUNS: Final = (MetricWord, DimensionWord, GrainNoun, CurrencyWord, UnitWord)


def plausible(
    spans: Sequence[Span], morphemes: Sequence[Morpheme], catalog: Catalog, text: str
) -> list[Span]:
    """The claims that can mean what they say where they stand."""
    named = _without_account_names(_without_roots(spans, morphemes, text), morphemes, catalog)
    named = _held_places(named, morphemes)
    return _in_context(_without_beginning_absence(named), morphemes, catalog)


def _held_places(spans: Sequence[Span], morphemes: Sequence[Morpheme]) -> list[Span]:
    """1위에 오른, 2등 한, 최고를 찍은: the verb says no more than the place, least of all that something rose."""
    places = [(s, s.meaning) for s in spans if isinstance(s.meaning, CutWord)]
    held: list[Span] = []
    for index, morpheme in enumerate(morphemes):
        particle = index > 0 and morphemes[index - 1].is_particle
        place = morphemes[index - 1 - particle] if index > particle else None
        if morpheme.stem not in _HELD or place is None:
            continue
        if not any(s.start < place.end <= s.end and (particle or cut.count) for s, cut in places):
            continue
        end = index + 1
        while end < len(morphemes) and morphemes[end].is_function and not morphemes[end].is_particle:
            end += 1
        stop = morphemes[end - 1].end
        held.append(span(morpheme.start, stop, stop - morpheme.start, Sign.IGNORED))
    return [s for s in spans if not any(h.start <= s.start < h.end for h in held)] + held


def _without_beginning_absence(spans: Sequence[Span]) -> list[Span]:
    """없는 says what things have none of, and that stands before it: it is the beginning of a name in "없는회사 매출"."""
    things = (MetricWord, DimensionWord, VagueMeasure, DocumentWord)
    ends = [s.end for s in spans if isinstance(s.meaning, things) or s.meaning is Sign.AT_ALL]
    return [
        s
        for s in spans
        if not (isinstance(s.meaning, AbsentWord) and s.meaning.restricting and s.end - s.start > 1)
        or any(end <= s.start for end in ends)
    ]


def is_ignorable(morpheme: Morpheme) -> bool:
    """Whether nothing of a question is left out when this is not used: 급하 of "급한데", not of "급한 수주"."""
    tag = morpheme.tag.split("-")[0]
    if (
        morpheme.describes
        and morpheme.describes not in _IGNORABLE - _MONEY
        and f"{morpheme.form}/{tag}" not in _ATTRIBUTES
    ):
        return False
    if morpheme.requested or _belongs_to_request(morpheme):
        return True
    idle = tag in _IGNORABLE_KINDS and morpheme.known and morpheme.form not in _IGNORABLE_KINDS[tag]
    return idle or f"{morpheme.form}/{tag}" in _IGNORABLE


def _belongs_to_request(morpheme: Morpheme) -> bool:
    """An adverb before no verb, or before one that asks for an answer."""
    is_adverb = morpheme.modifies is not None and morpheme.known
    restricts = morpheme.form in _RESTRICTING_ADVERBS
    return is_adverb and not restricts and (not morpheme.modifies or morpheme.modifies in _REQUESTS)


def _without_roots(spans: Sequence[Span], morphemes: Sequence[Morpheme], text: str) -> list[Span]:
    """The roots of trees have names such as 전체: they mean no more than the word itself."""
    idle = {i for m in morphemes if is_ignorable(m) for i in range(m.start, m.end)}
    kinds = [s for s in spans if isinstance(s.meaning, DimensionWord)]

    def is_whole(name: Span) -> bool:
        """전체, 전체 지역: all of a kind."""
        kind = next((k for k in kinds if k.end == name.end and k.start > name.start), None)
        return all(i in idle for i in range(name.start, kind.start if kind else name.end) if text[i] != " ")

    return [
        s
        for s in spans
        if not isinstance(s.meaning, NameWord)
        or not is_whole(s)
        or any(c.entity.kind in _OWN_NAMES for c in s.meaning.candidates)
    ]


def _without_account_names(
    spans: Sequence[Span], morphemes: Sequence[Morpheme], catalog: Catalog
) -> list[Span]:
    """Charts of accounts have names such as 제품매출: they count where an account is spoken of, not for 매출."""
    metrics = [s for s in spans if isinstance(s.meaning, MetricWord)]
    account = catalog.dimension_of(EntityKind.ACCOUNT)
    if account is None or any(
        isinstance(s.meaning, DimensionWord) and account.key in s.meaning.keys for s in spans
    ):
        return list(spans)

    def is_taken(name: Span) -> bool:
        """Whether a measure inside the name is the only one, or no measure beside it knows accounts; what else is in the
        name must have a meaning of its own (제품 of 제품매출, not Indirect of Indirect Expenses).
        """
        inside = [m for m in metrics if name.start <= m.start and m.end <= name.end]
        words = [m for m in morphemes if name.start <= m.start and not m.is_function]
        rest = {i for m in words for i in range(m.start, min(m.end, name.end))}
        meant = [s for s in spans if not _is_account_name(s) and name.start <= s.start and s.end <= name.end]
        if rest - {i for s in meant for i in range(s.start, s.end)}:
            return False
        outside = [m.meaning for m in metrics if m not in inside]
        knows = any(
            account.key in catalog.metrics[key].dimensions
            for word in outside
            if isinstance(word, MetricWord)
            for key in word.keys
        )
        return bool(inside) and not knows

    return [s for s in spans if not (_is_account_name(s) and is_taken(s))]


def _in_context(spans: Sequence[Span], morphemes: Sequence[Morpheme], catalog: Catalog) -> list[Span]:
    """The claims that can stand where they stand.

    A single letter that is a particle is no word of its own, and one that is no noun names no thing. A dimension
    before 별, or the only one of a ranking, is the dimension even if a group is called the same ("제품별", "상위 제품").
    """
    particles = {(m.start, m.end) for m in morphemes if m.tag[0] in "JE" or m.tag == "VCP"}
    particles -= {(m.start, m.end) for m in morphemes if not m.is_function}
    particles |= {  # "Ltd.는" is no form of 늘다
        (m.start, m.end)
        for before, m in pairwise(morphemes)
        if m.tag.startswith("V") and before.end == m.start and before.tag.startswith("S")
    }
    nouns = {(m.start, m.end) for m in morphemes if m.tag[0] in "NS"}
    kept = [
        s
        for s in spans
        if s.end - s.start > 1
        or ((s.start, s.end) in nouns if isinstance(s.meaning, _NOUNS) else (s.start, s.end) not in particles)
    ]
    kept = _listed_documents(_where_they_can_stand(kept, morphemes, catalog), morphemes)
    by = {s.start for s in kept if s.meaning is Sign.BY}
    ranked = any(isinstance(s.meaning, CutWord | SizeWord | OrderWord) for s in kept)
    places = {s.start for s in kept if isinstance(s.meaning, DimensionWord)}
    return [
        replace(s, weight=s.weight * 1.04)
        if isinstance(s.meaning, DimensionWord) and (by & {s.end, s.end + 1} or (ranked and len(places) == 1))
        else s
        for s in kept
    ]


def _is_in(kind: UnitKind, word: MetricWord, catalog: Catalog) -> bool:
    return all(key in catalog.metrics and catalog.metrics[key].unit.kind is kind for key in word.keys)


def _where_they_can_stand(
    spans: Sequence[Span], morphemes: Sequence[Morpheme], catalog: Catalog
) -> list[Span]:
    """내 and 제 are pronouns; 몇 개 counts rows only right behind what is counted."""
    of_people = any(
        (isinstance(s.meaning, MetricWord) and _is_in(UnitKind.DAYS, s.meaning, catalog))
        or (
            isinstance(s.meaning, VagueMeasure)
            and _is_in(UnitKind.DAYS, MetricWord(known(catalog, s.meaning.words) or ("",)), catalog)
        )
        for s in spans
    )
    pronouns = {m.start for m in morphemes if m.tag == "NP" or (m.form == "저" and of_people)}
    described = {m.start for m in morphemes if m.modifies and m.modifies.endswith("/ETM")}  # 다시 주문한 곳
    ends = {m.end for m in morphemes}
    begun = {m.start for m in morphemes if not m.is_function}
    conditional = {m.start for m in morphemes if m.form in ("면", "라면", "다면", "어도", "더라도")}
    counted = {
        s.end
        for s in spans
        if isinstance(s.meaning, DocumentWord)
        or (isinstance(s.meaning, DimensionWord) and not _says_kind(s, spans, morphemes, catalog))
        or (isinstance(s.meaning, MetricWord) and _is_in(UnitKind.COUNT, s.meaning, catalog))
    }

    def can_stand(claim: Span) -> bool:
        match claim.meaning:
            case OwnWord():
                return claim.start in pronouns
            case Sign.AGAIN:
                return claim.start not in described
            case Sign.THAT | Sign.IT if claim.end - claim.start == 1:
                return claim.start not in ends  # 매출이: a particle
            case Sign.EXCLUDE if claim.end - claim.start == 1:
                return claim.end not in begun  # 영업외수익
            case Sign.CORRECTS:
                return claim.end not in conditional
            case HowManyWord(counted=None, party=False):
                words = [m for m in morphemes if m.end <= claim.start and not _counts_behind(m)]
                return bool(words) and max(m.end for m in words) in counted
        return True

    return [claim for claim in spans if can_stand(claim)]


def _says_kind(claim: Span, spans: Sequence[Span], morphemes: Sequence[Morpheme], catalog: Catalog) -> bool:
    """볼트 M6 품목: the word only says what the one thing before it is, and there is one of it."""
    keys = claim.meaning.keys if isinstance(claim.meaning, DimensionWord) else ()
    kinds = {catalog.dimensions[key].entity_kind for key in keys if key in catalog.dimensions}
    return any(
        isinstance(s.meaning, NameWord)
        and s.exact
        and s.end <= claim.start
        and all(is_ignorable(m) for m in morphemes if s.end <= m.start < claim.start)
        and all(c.entity.kind in kinds for c in s.meaning.candidates)
        for s in spans
    )


def _counts_behind(morpheme: Morpheme) -> bool:
    """A particle that may stand between a thing and how many there are of it, unlike 창고에, 창고마다."""
    return morpheme.is_particle and not morpheme.tag.startswith("JKB") and morpheme.form != "마다"


def _listed_documents(spans: Sequence[Span], morphemes: Sequence[Morpheme]) -> list[Span]:
    """수주 is the amount by itself, and documents where they are listed, restricted or ranked one by one."""
    lists = [s.start for s in spans if s.meaning is Sign.LIST]
    ends = {m.end for m in morphemes if m.tag == "ETM"}
    ends |= {s.end for s in spans if isinstance(s.meaning, _RESTRICTING)}
    parts = {m.start for m in morphemes if m.form in ("중", "가운데") and m.tag in ("NNB", "NNG")}
    if any(s.meaning is Sign.SHARE for s in spans):
        parts = set()  # 수주 중 서울 비중: a part of the amount
    split = {s.start for s in spans if s.meaning is Sign.BY}
    limits = {s.start for s in spans if isinstance(s.meaning, BoundWord)}
    cut = any(isinstance(s.meaning, CutWord | SizeWord) for s in spans)
    ranked = any(
        isinstance(s.meaning, CutWord | CountWord) and s.meaning.documents and cut and s.start not in limits
        for s in spans
    )
    ranked = ranked or any(isinstance(s.meaning, OrderWord) and s.meaning.by_date for s in spans)

    def weight(claim: Span) -> float:
        meaning = claim.meaning
        if not isinstance(meaning, DocumentWord):
            return claim.weight
        restricted = bool({claim.start, claim.start - 1} & ends)
        listed = any(start >= claim.end for start in lists)
        by = claim.end in split
        among = bool({claim.end, claim.end + 1} & parts)
        return claim.weight * (1.06 if meaning.open or restricted or listed or ranked or by or among else 1)

    return [replace(s, weight=weight(s)) for s in spans]


def _is_account_name(claim: Span) -> bool:
    meaning = claim.meaning
    return isinstance(meaning, NameWord) and all(
        c.entity.kind is EntityKind.ACCOUNT for c in meaning.candidates
    )
