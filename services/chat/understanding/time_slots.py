"""The slots of time: the period asked for, and the one it is compared with."""

from itertools import pairwise
from typing import Final

from services.chat.semantic import (
    DATE_DIMENSION,
    ComparisonKind,
    Grain,
    Grouping,
)
from services.chat.understanding.claims import Claims
from services.chat.understanding.frame import ComparisonSlot, Frame
from services.chat.understanding.meanings import (
    ComparisonWord,
    DimensionWord,
    MetricWord,
    Sign,
    TimeWord,
)
from services.chat.understanding.periods import Period, label, period_of, previous, year_before

_RELATIVE: Final = frozenset({"한", "하는", "된", "난", "든", "은", "는", "ㄴ", "어난", "어든", ""})
"""Endings that tie a verb to the noun behind it."""


def time_slots(claims: Claims, today: Period) -> tuple[Frame, tuple[Period, ...]]:
    asked: list[Period] = []
    base: Period | None = None
    comparison: ComparisonSlot | None = None
    notes: list[str] = []
    open_period = False
    for index, word in claims.of(TimeWord):
        versus = claims.following(index, Sign.VERSUS)
        corrected = claims.following(index, Sign.EXCLUDE)
        if word.period is None:
            open_period = True
        elif corrected is not None:  # "9월 말고 8월"
            claims.use(corrected)
        elif (
            (metric := claims.neighbour(index, MetricWord))
            and metric[0] == index + 1
            and _corrected(claims, index + 1)
        ):
            pass  # "9월 매출 말고 8월 매출"
        elif versus is not None:
            base = word.period
            claims.use(versus)
        else:
            asked.append(word.period)
        if word.note:
            notes.append(word.note)
        claims.use(index)

    compared = bool(claims.signs(Sign.COMPARE, Sign.CHANGE))
    asked.sort(key=lambda p: (p.start, p.end))
    if len(asked) == 2 and compared and not base:
        base, asked = asked[0], asked[1:]
    groupings, asked, several = _joined(asked)
    period = asked[-1] if asked else None

    for index, said in claims.of(ComparisonWord):
        comparison = ComparisonSlot(said.kind, unit=Grain.YEAR if said.year_before else said.unit)
        claims.use(index)
    if base:
        if period is None:
            period = period_of(base.unit, today.start) if base.unit else today
            notes.append(f"기간을 말하지 않아 {label(period)} 기준으로 보았습니다.")
        comparison = _compared(period, base)
    if comparison:
        claims.take(Sign.COMPARE, Sign.VERSUS)
        if not _restricting(claims):
            claims.take(Sign.CHANGE)
    elif period and period.unit and not _restricting(claims) and claims.take(Sign.CHANGE):
        comparison = ComparisonSlot(ComparisonKind.PREVIOUS_PERIOD)
        notes.append("비교할 기간을 말하지 않아 바로 앞 기간과 비교했습니다.")
        claims.take(Sign.COMPARE)
    frame = Frame(
        period=period,
        open_period=open_period and not period,
        comparison=comparison,
        groupings=groupings,
        notes=tuple(notes),
    )
    return frame, several


def _restricting(claims: Claims) -> bool:
    """Whether a change restricts what is listed ("증가한 거래처"), which is more than to compare."""
    return any(
        index + 1 < len(claims.spans)
        and isinstance(claims.spans[index + 1].meaning, DimensionWord)
        and claims.gap(index, index + 1) in _RELATIVE
        for index in claims.signs(Sign.CHANGE)
    )


def _joined(asked: list[Period]) -> tuple[tuple[Grouping, ...], list[Period], tuple[Period, ...]]:
    """Several periods in a row as one span with a row each; the third is not empty when that can't be."""
    if len(asked) < 2:
        return (), asked, ()
    unit = asked[0].unit
    in_a_row = all((later.start - earlier.end).days == 1 for earlier, later in pairwise(asked))
    if unit and in_a_row and all(p.unit is unit for p in asked):
        return (Grouping(DATE_DIMENSION, unit),), [Period(asked[0].start, asked[-1].end)], ()
    return (), asked, tuple(asked)


def _compared(period: Period, base: Period) -> ComparisonSlot:
    """What kind of comparison it is with a named period."""
    if (base.start, base.end) == (previous(period).start, previous(period).end):
        return ComparisonSlot(ComparisonKind.PREVIOUS_PERIOD)
    last_year = year_before(period)
    same = (base.start, base.end) == (last_year.start, last_year.end)
    inside = (
        base.unit is Grain.YEAR
        and period.unit is not Grain.YEAR
        and base.start <= last_year.start <= base.end
    )
    if same or inside:  # "작년보다" beside a month means that month of last year
        return ComparisonSlot(ComparisonKind.SAME_PERIOD_LAST_YEAR)
    return ComparisonSlot(ComparisonKind.NAMED, base)


def _corrected(claims: Claims, index: int) -> bool:
    exclusion = claims.following(index, Sign.EXCLUDE)
    if exclusion is not None:
        claims.use(exclusion)
    return exclusion is not None
