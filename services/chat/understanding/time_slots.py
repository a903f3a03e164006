"""The slots of time: the period asked for, the days on which things fall due, and what it is compared with."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from services.chat.semantic import DATE_DIMENSION, ComparisonKind, Grain, Grouping, Operator
from services.chat.understanding.claims import Claims
from services.chat.understanding.frame import COMPARED_BY_DEFAULT, ComparisonSlot, Frame
from services.chat.understanding.meanings import (
    AgeWord,
    BoundWord,
    ChangeWord,
    ComparisonWord,
    DueWord,
    GrainWord,
    MetricWord,
    Sign,
    TimeWord,
    VagueMeasure,
)
from services.chat.understanding.periods import Period, add_months, label, period_of, previous, year_before
from services.chat.understanding.text import compact
from services.chat.understanding.words import load

_COURSE: Final = ("변화", "변동")
LONG_AGO: Final = date(1900, 1, 1)
_DUE_MEASURES: Final = frozenset(compact(word) for word in load("documents")["due_measures"])
FAR_AHEAD: Final = date(2200, 12, 31)


def time_slots(
    claims: Claims, today: Period, spoken: Period | None = None
) -> tuple[Frame, tuple[Period, ...]]:
    """The second is not empty where several periods were said that are not one span. `spoken`: the period of the question
    before, which is what is compared where only the other one is said.
    """
    due, due_place = _due(claims, today.start)
    asked: list[Period] = []
    base: Period | None = None
    comparison: ComparisonSlot | None = None
    notes: list[str] = []
    open_period = False
    for index, word in claims.of(TimeWord):
        claims.use(index)
        if index == due_place:
            continue
        versus = claims.following(index, Sign.VERSUS)
        corrected = claims.following(index, Sign.EXCLUDE)
        if word.period is None:
            open_period = True
        elif corrected is not None:  # "9월 말고 8월"
            claims.use(corrected)
        elif (
            (metric := claims.neighbour(index, MetricWord))
            and metric[0] == index + 1
            and any(other > index for other, _ in claims.of(TimeWord))
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

    changes = claims.of(ChangeWord)
    steps = [i for i, word in changes if claims.of(GrainWord) and claims.text(i) in _COURSE]
    steps += [i for i, _ in changes if i and _is_level(claims, i)]
    if changes and len(steps) == len(changes):
        claims.use(*steps)  # 주차별 수주 금액 변화: its course
        changes = []
    compared = bool(changes or claims.signs(Sign.COMPARE))
    now = [p for p in asked if p.as_of and p.start == today.start]
    if len(asked) == 2 and len(now) == 1 and not compared and len(claims.of(MetricWord)) > 1:
        asked.remove(now[0])  # "10월 매출이랑 현재 미수금": balances are of now anyway
    asked.sort(key=lambda p: (p.start, p.end))
    if len(asked) == 2 and compared and not base:
        base, asked = asked[0], asked[1:]
    groupings, asked, several = _joined(asked)
    period = asked[-1] if asked else None

    for index, said in claims.of(ComparisonWord):
        claims.use(index)
        if said.alone and not (compared or asked or claims.signs(Sign.VERSUS)):
            size = spoken.unit if spoken else None
            if spoken and said.unit in (None, size):
                period = year_before(spoken)
                notes.append(f"{label(period)} 기준으로 보았습니다.")
            elif said.unit is None:
                open_period = True
            else:
                period = year_before(period_of(said.unit, today.start))
                notes.append(f"{label(period)}로 보았습니다.")
            continue
        comparison = ComparisonSlot(said.kind, unit=said.unit)
    if base and period is None and spoken:
        comparison = _compared(spoken, base)
    elif base:
        if period is None:
            period = period_of(base.unit, today.start) if base.unit else today
            notes.append(f"기간을 말하지 않아 {label(period)} 기준으로 보았습니다.")
        comparison = _compared(period, base)
    if comparison:
        claims.take(Sign.COMPARE, Sign.VERSUS)
    elif changes:
        yearly = any(word.yearly for _, word in changes)
        kind = ComparisonKind.SAME_PERIOD_LAST_YEAR if yearly else ComparisonKind.PREVIOUS_PERIOD
        comparison = ComparisonSlot(kind)
        with_what = "한 해 전" if yearly else "바로 앞 기간"
        notes.append(f"{COMPARED_BY_DEFAULT} {with_what}과 비교했습니다.")
        claims.take(Sign.COMPARE)
    if comparison:
        claims.take(Sign.WHY)
    frame = Frame(
        period=period,
        open_period=open_period and not period,
        due=due,
        comparison=comparison,
        groupings=groupings,
        notes=tuple(notes),
    )
    return frame, several


def _is_level(claims: Claims, index: int) -> bool:
    """재고 1000개 이하로 떨어진: what it is now, and no change by so much."""
    limit = isinstance(claims.spans[index - 1].meaning, BoundWord)
    return limit and (claims.gap(index - 1, index) in ("로", "으로") or claims.text(index - 1).endswith("로"))


def _due(claims: Claims, today: date) -> tuple[Period | None, int]:
    """The days on which things fall due, and the place of the words of time that say so."""
    words = [index for index, _ in claims.of(DueWord) if claims.following(index, Sign.BY) is None]
    words += [index for index, _ in claims.of(MetricWord) if compact(claims.text(index)) in _DUE_MEASURES]
    words += [
        index
        for index, word in claims.of(VagueMeasure)
        if word.due or compact(claims.text(index)) in _DUE_MEASURES
    ]
    times = [
        (index, word)
        for index, word in claims.of(TimeWord)
        if word.period and (word.until or not word.period.as_of)  # "지금 줘야 할 돈": what is owed now
    ]
    if not words or not times:
        return None, -1
    place, said = min(times, key=lambda time: min(abs(time[0] - index) for index in words))
    if len(times) > 1 and all(abs(place - index) > 1 for index in words):
        return None, -1
    period = said.period
    assert period is not None  # noqa: S101 - chosen above
    open_year = not (period.year_said or period.relative or period.rolling)
    if open_year and (ahead := _a_year_on(period)).end.year == today.year:
        period = ahead  # 12월 15일까지 지급할: of this year, though it has not begun
    if said.until:
        period = Period(LONG_AGO, period.end)
    elif said.since:
        period = Period(period.start, FAR_AHEAD)
    return period, place


def _a_year_on(period: Period) -> Period:
    return Period(add_months(period.start, 12), add_months(period.end, 12), period.unit)


def aged(word: AgeWord, today: date, *, overdue: bool) -> Period:
    """The due dates of what is so old, or due so soon. `overdue`: 이내 looks back as well ("연체 30일 이내")."""

    def moved(count: int) -> date:
        if word.unit in (Grain.DAY, Grain.WEEK):
            return today + timedelta(days=count * (7 if word.unit is Grain.WEEK else 1))
        return add_months(today, count * (12 if word.unit is Grain.YEAR else 1))

    match word.operator:
        case Operator.GREATER:
            return Period(LONG_AGO, moved(-word.count) - timedelta(days=1))
        case Operator.GREATER_OR_EQUAL:
            return Period(LONG_AGO, moved(-word.count))
    less = timedelta(days=1 if word.operator is Operator.LESS else 0)
    if overdue:
        return Period(moved(-word.count) + less, today - timedelta(days=1))
    return Period(today, moved(word.count) - less)


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
