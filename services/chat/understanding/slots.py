"""From the chosen claims on a question to its slots."""

from dataclasses import dataclass, replace

from services.chat.semantic import Catalog, TimeBehavior, UnitKind
from services.chat.understanding.claims import Claims
from services.chat.understanding.frame import Frame
from services.chat.understanding.grouping_slots import due_grouping, grouping_slots, unset
from services.chat.understanding.meanings import (
    AbsentWord,
    AverageWord,
    CurrencyWord,
    CutWord,
    DocumentWord,
    HowManyWord,
    MetricWord,
    NameWord,
    ScaleWord,
    Sign,
    SizeWord,
    TimeWord,
    UnitWord,
)
from services.chat.understanding.measure_slots import measure_slots
from services.chat.understanding.name_slots import merge_parts, name_slots, part_said
from services.chat.understanding.newest import newest_slots
from services.chat.understanding.periods import Period
from services.chat.understanding.ranking_slots import bound_slots, ranking_slots
from services.chat.understanding.relative import Head, head, joined, present_and_absent
from services.chat.understanding.time_slots import time_slots


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


def fill(claims: Claims, catalog: Catalog, today: Period, spoken: Period | None = None) -> Slots:
    """Give every claim its place; those left unused in `claims` found none. `spoken`: the period of the question before."""
    merge_parts(claims)
    if apart := present_and_absent(claims):
        chosen, asked = (_filled(claims.picked(part), catalog, today, spoken) for part in apart)
        claims.use(*range(len(claims.spans)))
        frame = joined(chosen.frame, asked.frame, Head(0, 0), catalog)
        return replace(asked, frame=frame, periods=(*chosen.periods, *asked.periods))
    where = head(claims)
    if where is None:
        return _filled(claims, catalog, today, spoken)
    clause, question = claims.parted(where.end, where.begin)
    chosen, asked = (_filled(part, catalog, today, spoken) for part in (clause, question))
    claims.use(*range(where.end, where.begin))
    claims.use_all_of(clause, 0)
    claims.use_all_of(question, where.begin)
    claims.use(
        *(i for i in claims.signs(Sign.BY) if claims.text(i) == "각각")
    )  # top 5 거래처들 미수금이 각각
    frame = joined(chosen.frame, asked.frame, where, catalog)
    return replace(asked, frame=frame, periods=(*chosen.periods, *asked.periods))


def _filled(claims: Claims, catalog: Catalog, today: Period, spoken: Period | None) -> Slots:
    _arisen(claims, catalog)
    frame, periods = time_slots(claims, today, spoken)
    frame = unset(frame, claims)
    frame, vague = measure_slots(frame, claims, catalog, today.start)
    frame = name_slots(frame, claims)
    frame, that = grouping_slots(frame, claims, catalog)
    frame = due_grouping(frame, claims, catalog)
    frame = newest_slots(frame, claims, catalog)
    frame = ranking_slots(frame, claims, catalog)
    frame = bound_slots(frame, claims, catalog)
    for index in claims.signs(Sign.IT):
        if index and isinstance(claims.spans[index - 1].meaning, NameWord):
            claims.use(index)  # "대한상사 거기"
    it = claims.take(Sign.IT)
    frame = replace(
        frame,
        part=bool(frame.names) and part_said(claims),
        share=_share(frame, claims, catalog),
        cumulative=claims.take(Sign.CUMULATIVE),
        all_companies=claims.take(Sign.ALL_COMPANIES),
    )
    for index, word in claims.of(CurrencyWord):
        frame = replace(frame, currency=word.code)
        claims.use(index)
    for scale_index, scale in claims.of(ScaleWord):
        frame = replace(frame, scale=scale.factor)
        claims.use(scale_index)
    return Slots(_average(frame, claims, catalog), that, it, periods, vague)


def _average(frame: Frame, claims: Claims, catalog: Catalog) -> Frame:
    """월평균 of what flows; a balance has no sum to divide."""
    metrics = [catalog.metrics[key] for key in frame.metrics if key in catalog.metrics]
    if metrics and not any(metric.time_behavior is TimeBehavior.FLOW for metric in metrics):
        return frame
    for index, word in claims.of(AverageWord):
        claims.use(index)
        frame = replace(frame, average=word.grain, open_average=word.grain is None)
    return frame


def _share(frame: Frame, claims: Claims, catalog: Catalog) -> bool:
    """비중; "몇 퍼센트" of a rate asks for the rate."""
    rates = bool(frame.metrics) and all(
        catalog.metrics[key].unit.kind is UnitKind.PERCENT for key in frame.metrics
    )
    changes = frame.comparison is not None
    places = claims.signs(Sign.SHARE)
    claims.use(*places)
    return any(not ((rates or changes) and claims.text(index).startswith("몇")) for index in places)


def _arisen(claims: Claims, catalog: Catalog) -> None:
    """들어온 수주, 발생한 매출, 수주 몇 건 들어왔어: the verb adds nothing to what happens anyway."""

    def happens(index: int) -> bool:
        match claims.spans[index].meaning if 0 <= index < len(claims.spans) else None:
            case DocumentWord():
                return True
            case MetricWord(keys):
                return all(catalog.metrics[key].time_behavior is TimeBehavior.FLOW for key in keys)
            case UnitWord() | AbsentWord() | HowManyWord() | CutWord() | SizeWord():
                return happens(index - 1)
        return False

    last = len(claims.spans) - 1
    measured = [index for index, _ in claims.said(MetricWord, DocumentWord)]
    for index in claims.signs(Sign.ARISEN):
        concludes = index == last and bool(measured) and all(map(happens, measured))
        ahead = claims.spans[index + 1 : index + 2]
        timed = any(isinstance(span.meaning, TimeWord) for span in ahead)  # 끊은 10월 매출
        if concludes or happens(index + 1 + timed) or happens(index - 1):
            claims.use(index)
