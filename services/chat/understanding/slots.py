"""From the chosen claims on a question to its slots."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from operator import itemgetter
from typing import Final

from services.chat.semantic import (
    DATE_DIMENSION,
    Catalog,
    EntityKind,
    Grain,
    Grouping,
    Operator,
)
from services.chat.understanding.claims import Claims
from services.chat.understanding.frame import Bound, Frame, Name, PartyGrouping
from services.chat.understanding.meanings import (
    BoundWord,
    CountWord,
    CurrencyWord,
    CutWord,
    DimensionWord,
    GrainNoun,
    GrainWord,
    MetricWord,
    NameWord,
    OrderWord,
    Sign,
    SizeWord,
    Span,
    VagueMeasure,
)
from services.chat.understanding.periods import Period
from services.chat.understanding.text import compact
from services.chat.understanding.time_slots import time_slots
from services.chat.understanding.words import load

DEFAULT_TOP: Final[int] = load("ranking")["default_count"]


@dataclass(frozen=True, slots=True)
class Slots:
    """What one question says by itself.

    `that`: dimensions of the thing spoken of before ("그 거래처"). `periods`: several that can't be one span.
    `vague_measures`: a measure was said in words that fit several ("실적").
    """

    frame: Frame
    that: tuple[tuple[str, ...], ...] = ()
    it: bool = False
    periods: tuple[Period, ...] = ()
    vague_measures: bool = False


def fill(claims: Claims, catalog: Catalog, today: Period) -> Slots:
    """Give every claim its place; those left unused in `claims` found none."""
    _merge_parts(claims)
    frame, periods = time_slots(claims, today)
    frame, vague = _metrics(frame, claims, catalog)
    frame = _names(frame, claims)
    frame, that = _groupings(frame, claims, catalog)
    frame = _ranking(frame, claims)
    frame = _bounds(frame, claims)
    it = claims.take(Sign.IT)
    frame = replace(
        frame,
        share=claims.take(Sign.SHARE),
        cumulative=claims.take(Sign.CUMULATIVE),
        all_companies=claims.take(Sign.ALL_COMPANIES),
    )
    for index, word in claims.of(CurrencyWord):
        frame = replace(frame, currency=word.code)
        claims.use(index)
    return Slots(frame, that, it, periods, vague)


def _metrics(frame: Frame, claims: Claims, catalog: Catalog) -> tuple[Frame, bool]:
    metrics: list[str] = []
    options: tuple[str, ...] = ()
    for index, word in claims.of(MetricWord):
        if len(word.keys) == 1:
            metrics.append(word.keys[0])
        else:
            options = word.keys
        claims.use(index)
    vague = claims.of(VagueMeasure)
    if vague and not options:
        claims.use(*(index for index, _ in vague))
        if not metrics:
            options = _known(catalog, [name for _, word in vague for name in word.words])
    return replace(frame, metrics=tuple(dict.fromkeys(metrics)), metric_options=options), bool(vague)


def _known(catalog: Catalog, names: Sequence[str]) -> tuple[str, ...]:
    """Keys of the metrics that the catalog calls by these names."""
    wanted = [compact(name) for name in names]
    found = [
        metric.key
        for name in wanted
        for metric in catalog.metrics.values()
        if name in {compact(n) for n in (metric.display_name, *metric.synonyms)}
    ]
    return tuple(dict.fromkeys(found))


def _names(frame: Frame, claims: Claims) -> Frame:
    names: list[Name] = []
    places = [index for index, _ in claims.of(NameWord)]
    for index, word in claims.of(NameWord):
        excluding = _exclusion(claims, index, places)
        names.append(
            Name(word.mention, word.candidates, word.total_count, excluded=excluding, others=word.others)
        )
        claims.use(index)
    claims_of_exclusion = claims.signs(Sign.EXCLUDE)
    if names and any(name.excluded for name in names):
        claims.use(*claims_of_exclusion)
    # A와 B: each on its own row, never summed.
    listed = any(
        claims.joined(first, second)
        for first, second in pairwise(places)
        if second == first + 1 and not names[places.index(first)].excluded
    )
    return replace(frame, names=tuple(names), listed=listed)


def _merge_parts(claims: Claims) -> None:
    """Parts of one name that stand side by side ("M8 볼트") name what fits them all."""
    index = 0
    while index + 1 < len(claims.spans):
        first, second = claims.spans[index], claims.spans[index + 1]
        if (
            isinstance(first.meaning, NameWord)
            and isinstance(second.meaning, NameWord)
            and not claims.gap(index, index + 1)
        ):
            other = {candidate.entity for candidate in second.meaning.candidates}
            both = tuple(c for c in first.meaning.candidates if c.entity in other)
            if both:
                mention = f"{first.meaning.mention} {second.meaning.mention}"
                claims.spans[index : index + 2] = [
                    Span(first.start, second.end, NameWord(mention, both, len(both)), first.weight)
                ]
                continue
        index += 1


def _exclusion(claims: Claims, index: int, places: Sequence[int]) -> bool:
    """Whether 제외, 빼고 … belongs to this name, or to the list that it is in."""
    while True:
        if claims.following(index, Sign.EXCLUDE) is not None:
            return True
        if index + 1 in places and claims.joined(index, index + 1):
            index += 1
            continue
        return False


def _groupings(frame: Frame, claims: Claims, catalog: Catalog) -> tuple[Frame, tuple[tuple[str, ...], ...]]:
    groupings = list(frame.groupings)
    party = frame.party
    that: list[tuple[str, ...]] = []
    bare: list[tuple[int, DimensionWord]] = []
    trend = claims.take(Sign.TREND)
    said: list[tuple[int, DimensionWord | GrainWord]] = [*claims.of(DimensionWord), *claims.of(GrainWord)]
    for index, dimension in sorted(said, key=itemgetter(0)):
        if isinstance(dimension, GrainWord):
            groupings.append(Grouping(DATE_DIMENSION, dimension.grain))
            claims.use(index)
            continue
        by = claims.following(index, Sign.BY)
        before = index - 1 if index and claims.spans[index - 1].meaning is Sign.THAT else None
        if by is not None:
            claims.use(index, by)
            groupings, party = _add(groupings, party, dimension)
        elif before is not None and before in claims.signs(Sign.THAT):
            claims.use(index, before)
            that.append(dimension.keys)
        elif neighbour := claims.neighbour(index, NameWord):
            kinds = {candidate.entity.kind for candidate in neighbour[1].candidates}
            own = {catalog.dimensions[key].entity_kind for key in dimension.keys if key in catalog.dimensions}
            if dimension.party or kinds & own:  # "거래처 대한상사": the word says what the name is
                claims.use(index)
                frame = _narrow(frame, neighbour[1], own, dimension.party)
            else:
                bare.append((index, dimension))
        else:
            bare.append((index, dimension))
    if frame.listed:
        claims.take(Sign.BY)  # "A와 B 각각"
    ranked = bool(
        claims.of(CutWord) or claims.of(SizeWord) or claims.of(OrderWord) or claims.signs(Sign.RANK)
    )
    notes = list(frame.notes)
    limited = bool(claims.of(BoundWord) or claims.signs(Sign.PRESENT))
    for index, dimension in bare:
        # Without 별: what is ranked ("상위 거래처"), or else all of them, which is then said.
        groupings, party = _add(groupings, party, dimension)
        claims.use(index)
        if not ranked and not limited:
            notes.append(f"{claims.text(index)}별로 나누어 보았습니다.")
    for index, noun in claims.of(GrainNoun):
        if ranked:  # "매출이 가장 많은 달"
            groupings.append(Grouping(DATE_DIMENSION, noun.grain))
            claims.use(index)
    if groupings or party or frame.listed or len(frame.metrics) > 1:
        claims.take(Sign.COMPARE)
    groupings = list(dict.fromkeys(groupings))
    return replace(frame, groupings=tuple(groupings), party=party, trend=trend, notes=tuple(notes)), tuple(
        that
    )


def _add(
    groupings: list[Grouping], party: PartyGrouping | None, word: DimensionWord
) -> tuple[list[Grouping], PartyGrouping | None]:
    if word.party or len(word.keys) != 1:
        return groupings, PartyGrouping(word.keys, len(groupings))
    if word.keys[0] == DATE_DIMENSION:
        return [*groupings, Grouping(DATE_DIMENSION, Grain.DAY)], party
    return [*groupings, Grouping(word.keys[0])], party


def _narrow(frame: Frame, word: NameWord, kinds: set[EntityKind | None], party: bool) -> Frame:
    """Keep those candidates of a name that are what the word beside it says."""
    wanted = {kind for kind in kinds if kind} | (
        {EntityKind.CUSTOMER, EntityKind.SUPPLIER} if party else set()
    )
    names = []
    for name in frame.names:
        kept = tuple(c for c in name.candidates if c.entity.kind in wanted)
        if name.mention == word.mention and kept:
            dropped = len(name.candidates) - len(kept)
            names.append(
                replace(name, candidates=kept, total_count=max(len(kept), name.total_count - dropped))
            )
        else:
            names.append(name)
    return replace(frame, names=tuple(names))


def _ranking(frame: Frame, claims: Claims) -> Frame:
    cuts = claims.of(CutWord)
    sizes = claims.of(SizeWord)
    orders = claims.of(OrderWord)
    counts = claims.of(CountWord)
    ranks = claims.signs(Sign.RANK)
    directions = (
        [c.descending for _, c in cuts] + [o.descending for _, o in orders] + [s.descending for _, s in sizes]
    )
    said = [d for d in directions if d is not None]
    numbers = [c.count for _, c in cuts if c.count is not None]
    grouped = frame.grouped
    if not (cuts or sizes or orders or ranks):
        if counts and grouped and (counts[0][1].only or counts[0][1].party):
            claims.use(counts[0][0])  # "거래처 5곳만"
            return replace(frame, descending=True, top=counts[0][1].count)
        return frame
    claims.use(*(i for i, _ in [*cuts, *sizes, *orders]), *ranks)
    # The word that names an end wins over the size word beside it ("하위 … 많은").
    descending = said[0] if said else True
    if any(size.descending is False for _, size in sizes) and not any(c.descending for _, c in cuts):
        descending = False
    top = numbers[0] if numbers else 0
    counted: CountWord | None = None
    if not top and counts:
        counted = counts[0][1]
        claims.use(counts[0][0])
        top = counted.count
    if not top:
        if any(c.single for _, c in cuts):
            top = 1
        elif not orders:
            top = DEFAULT_TOP
    notes = frame.notes
    if any(c.count and c.count > 1 and c.descending is None for _, c in cuts):
        notes = (*notes, f"{top}위까지 보였습니다.")
    frame = replace(frame, descending=descending, top=top, rank=bool(ranks), notes=notes)
    if not grouped and ((counted and counted.party) or any(c.party for _, c in cuts)):
        return replace(frame, party=PartyGrouping())
    if not grouped and counted and counted.counted:
        return replace(frame, groupings=(Grouping(counted.counted),))
    return frame


def _bounds(frame: Frame, claims: Claims) -> Frame:
    bounds = []
    metrics = [(i, s.meaning) for i, s in enumerate(claims.spans) if isinstance(s.meaning, MetricWord)]
    for index, word in claims.of(BoundWord):
        before = [m.keys[0] for i, m in metrics if i < index and len(m.keys) == 1]
        bounds.append(Bound(word.operator, word.value, word.unit, before[-1] if before else ""))
        claims.use(index)
    for index in claims.signs(Sign.PRESENT):
        if claims.neighbour(index, MetricWord):
            before = [m.keys[0] for i, m in metrics if i < index and len(m.keys) == 1]
            bounds.append(Bound(Operator.GREATER, Decimal(0), None, before[-1] if before else ""))
            claims.use(index)
    return replace(frame, bounds=tuple(bounds))
