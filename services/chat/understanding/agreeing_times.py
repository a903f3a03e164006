"""Expressions of time side by side that speak of one time: 지난달 10월, 2년 전 9월, 오늘까지 이번 달."""

from dataclasses import replace
from typing import Final

from services.chat.semantic import Grain
from services.chat.understanding.claims import Claims
from services.chat.understanding.meanings import Sign, Span, TimeWord
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


def _one(first: TimeWord, second: TimeWord) -> TimeWord | None:
    outer, inner = first.period, second.period
    if outer is None or inner is None:
        return None
    if (outer.start, outer.end) == (inner.start, inner.end):
        return replace(second, period=replace(inner, as_of=outer.as_of and inner.as_of), note="")
    if second.until and not first.since and outer.start <= inner.end <= outer.end:
        return replace(first, period=Period(outer.start, inner.end))
    if first.until and not second.since and inner.start <= outer.end <= inner.end:
        return replace(second, period=Period(inner.start, outer.end))
    if outer.unit is Grain.YEAR and inner.unit in _INSIDE_YEARS and not inner.relative:
        if not inner.year_said:
            while inner.start.year > outer.start.year:
                inner = year_before(inner)
        if inner.start.year == outer.start.year:
            return replace(second, period=replace(inner, year_said=True), note="")
    return None
