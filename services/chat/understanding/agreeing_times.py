"""Expressions of time side by side that speak of one time: 지난달 10월, 2년 전 9월, 오늘까지 이번 달."""

from dataclasses import replace
from itertools import pairwise
from typing import Final

from services.chat.semantic import Grain
from services.chat.understanding.claims import Claims
from services.chat.understanding.meanings import MetricWord, Sign, Span, TimeWord
from services.chat.understanding.periods import Period, year_before

_TIES: Final = frozenset({"", "의", "에", "인", "중", "중에"})
_TOPIC: Final = _TIES | {"은", "는"}
_INSIDE_YEARS: Final = frozenset({Grain.HALF, Grain.QUARTER, Grain.MONTH, Grain.DAY})


def agree(claims: Claims) -> None:
    """Put one claim in place of two neighbours where both can be meant of the same days."""
    index = 0
    while index + 1 < len(claims.spans):
        first, second = claims.spans[index], claims.spans[index + 1]
        one = None
        if (
            isinstance(first.meaning, TimeWord)
            and isinstance(second.meaning, TimeWord)
            and claims.gap(index, index + 1) in (_TOPIC if second.meaning.until else _TIES)
            and claims.following(index + 1, Sign.VERSUS, Sign.EXCLUDE) is None
        ):
            one = _one(first.meaning, second.meaning)
        if one is None:
            index += 1
        else:
            weight = first.weight + second.weight
            claims.spans[index : index + 2] = [Span(first.start, second.end, one, weight)]
    _ended(claims)
    _in_one_year(claims)


def _in_one_year(claims: Claims) -> None:
    """작년 상반기와 하반기, 2025년 9월 매출과 10월 매출: the year that was said of the first holds for the next as well."""
    places = [i for i, s in enumerate(claims.spans) if isinstance(s.meaning, TimeWord)]
    for before, index in pairwise(places):
        first, second = claims.spans[before].meaning, claims.spans[index].meaning
        if not (isinstance(first, TimeWord) and isinstance(second, TimeWord)):
            continue
        one, other = first.period, second.period
        measured = index - before == 2 and isinstance(claims.spans[before + 1].meaning, MetricWord)
        listed = claims.joined(index - 1, index) and (index - before == 1 or measured)
        if not listed or one is None or other is None or not one.year_said or one.unit is Grain.YEAR:
            continue
        if other.year_said or other.relative or other.rolling or other.unit not in _INSIDE_YEARS:
            continue
        while other.start.year > one.start.year and year_before(other).end > one.start:
            other = year_before(other)
        said = replace(second, period=replace(other, year_said=True), note="")
        claims.spans[index] = replace(claims.spans[index], meaning=said)


def _ended(claims: Claims) -> None:
    """올해 매출 10월까지, 이번 달 손익 지금까지: the period that was said, up to the day that was said elsewhere."""
    times = claims.said(TimeWord)
    if len(times) != 2:
        return
    (place, whole), (end_place, until) = sorted(times, key=lambda t: t[1].until)
    outer, inner = whole.period, until.period
    plain = not (whole.until or whole.since or until.since) and until.until
    if plain and outer and inner and outer.start <= inner.end <= outer.end:
        said = replace(whole, period=Period(outer.start, inner.end), note="")
        claims.spans[place] = replace(claims.spans[place], meaning=said)
        del claims.spans[end_place]


def _is_inside_year(period: Period) -> bool:
    """9월, 1~10월: of any year."""
    months = period.unit is None and not period.rolling and period.start.day == 1
    return (months or period.unit in _INSIDE_YEARS) and not period.relative


def _one(first: TimeWord, second: TimeWord) -> TimeWord | None:
    outer, inner = first.period, second.period
    if outer is None or inner is None:
        return None
    if (outer.start, outer.end) == (inner.start, inner.end):
        return replace(second, period=replace(inner, as_of=outer.as_of and inner.as_of), note="")
    if outer.start == inner.start and inner.end < outer.end and inner.unit is None:
        return replace(second, period=inner, note="")  # 이번 달 mtd
    if second.until and not first.since and outer.start <= inner.end <= outer.end:
        return replace(first, period=Period(outer.start, inner.end))
    if first.until and not second.since and inner.start <= outer.end <= inner.end:
        return replace(second, period=Period(inner.start, outer.end))
    if outer.unit is Grain.YEAR and _is_inside_year(inner):
        if not inner.year_said:
            while inner.start.year > outer.start.year:
                inner = year_before(inner)
        if inner.start.year == outer.start.year:
            return replace(second, period=replace(inner, year_said=True), note="")
    return None
