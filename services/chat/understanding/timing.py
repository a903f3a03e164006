"""Which days are asked for and which they are compared with, or the question that must be asked first."""

from dataclasses import replace
from datetime import date
from typing import Final

from services.chat.semantic import (
    DATE_DIMENSION,
    Catalog,
    ComparisonKind,
    Grain,
    TimeBehavior,
)
from services.chat.understanding.frame import (
    Ask,
    ComparisonSlot,
    Frame,
    FuturePeriod,
    Option,
    QuestionBack,
    Reading,
)
from services.chat.understanding.measures import metrics_of, names_of
from services.chat.understanding.periods import (
    Period,
    add_months,
    label,
    period_of,
    previous,
    year_before,
)

_PERIOD_CHOICES: Final = (
    ("이번 달", Grain.MONTH, 0),
    ("지난달", Grain.MONTH, -1),
    ("이번 분기", Grain.QUARTER, 0),
    ("올해", Grain.YEAR, 0),
    ("작년", Grain.YEAR, -1),
)


_AVERAGES: Final = (("일", Grain.DAY), ("월", Grain.MONTH))


def timed(frame: Frame, catalog: Catalog, today: date) -> Frame | Reading:
    flows = any(m.time_behavior is TimeBehavior.FLOW for m in metrics_of(frame, catalog))
    by_date = any(g.dimension == DATE_DIMENSION for g in frame.groupings)
    period = frame.period
    if frame.cumulative:
        inside = period is not None and period.unit and _steps_inside(frame, period.unit)
        period = period if inside else _from_new_year(period, today)
        frame = replace(frame, period=period)
    if period is None and frame.comparison and frame.comparison.unit:
        period = period_of(frame.comparison.unit, today)
        note = "기간을 말하지 않아 이번 기간으로 보았습니다."
        frame = replace(frame, period=period, notes=(*frame.notes, note) if flows else frame.notes)
    if flows and period is None and not frame.open_period and (frame.all_time or frame.due):
        start = catalog.data_start or date(today.year, 1, 1)
        note = "기간을 말하지 않아 전체 기간으로 보았습니다."
        period = Period(start, today)
        frame = replace(frame, period=period, notes=(*frame.notes, note))
    if period and period.start > today:
        return FuturePeriod(label(period), names_of(metrics_of(frame, catalog)))
    ahead = period is not None and period.end > today and period.unit is None
    if period and ahead and not flows and not by_date:
        return FuturePeriod(label(period), names_of(metrics_of(frame, catalog)))
    if period and flows and catalog.data_start and period.end < catalog.data_start:
        return FuturePeriod(label(period), names_of(metrics_of(frame, catalog)), past=True)
    if (flows or by_date) and (period is None or period.as_of):
        return ask_period(frame, catalog, today)
    slot = frame.comparison
    stepwise = slot is not None and step_before(frame) is not None
    if (
        slot
        and period
        and not stepwise
        and slot.kind is ComparisonKind.PREVIOUS_PERIOD
        and _of_another_size(slot, period)
    ):
        return ask_comparison(frame, period, catalog)
    return replace(frame, open_period=False)


def _of_another_size(slot: ComparisonSlot, period: Period) -> bool:
    """이번 분기 … 전월 대비: the words name a period of another size than the asked one."""
    return slot.unit not in (None, period.unit, Grain.YEAR) and period.unit is not Grain.DAY


def usual_periods(frame: Frame, catalog: Catalog, today: date) -> list[Option]:
    """The frame with each of the periods that people ask for."""
    options = []
    for words, unit, offset in _PERIOD_CHOICES:
        period = period_of(unit, today, offset, catalog.fiscal_year_start_month)
        options.append(Option(f"{words} ({label(period)})", replace(frame, period=period, open_period=False)))
    return options


def ask_period(frame: Frame, catalog: Catalog, today: date) -> QuestionBack:
    """Which period, with the usual ones to choose from."""
    options = usual_periods(frame, catalog, today)
    return QuestionBack(
        Ask.PERIOD, tuple(options), names_of(metrics_of(frame, catalog)), frame=replace(frame, period=None)
    )


def ask_comparison(frame: Frame, period: Period, catalog: Catalog) -> QuestionBack:
    """The words name a period of another size: with which one to compare?"""
    others = (
        (ComparisonKind.PREVIOUS_PERIOD, previous(period, catalog.fiscal_year_start_month)),
        (ComparisonKind.SAME_PERIOD_LAST_YEAR, year_before(period)),
    )
    options = tuple(
        Option(label(other), replace(frame, comparison=ComparisonSlot(kind))) for kind, other in others
    )
    return QuestionBack(Ask.COMPARISON, options, frame=frame)


def averaged(frame: Frame, catalog: Catalog, today: date) -> Frame | Reading:
    """평균 alone: over what?"""
    if not frame.open_average:
        return frame
    bare = replace(frame, open_average=False)
    options = [Option(f"{word}평균", replace(bare, average=grain)) for word, grain in _AVERAGES]
    return QuestionBack(Ask.AVERAGE, tuple(options), names_of(metrics_of(frame, catalog)), frame=bare)


def _steps_inside(frame: Frame, unit: Grain) -> bool:
    """10월 주차별 누계: the steps run through what was named."""
    return any(g.dimension == DATE_DIMENSION and g.grain not in (None, unit) for g in frame.groupings)


def _from_new_year(period: Period | None, today: date) -> Period:
    """누계 runs from 1 January to the end of what was named; 하반기 누계 from its own beginning."""
    if period is None:
        return Period(date(today.year, 1, 1), today)
    if period.unit in (Grain.DAY, Grain.WEEK, Grain.MONTH, Grain.QUARTER):
        return Period(date(period.end.year, 1, 1), min(period.end, max(today, period.start)))
    return period


def step_before(frame: Frame) -> Grain | None:
    """월별 … 전월 대비: each step is compared with the one before it."""
    slot, grains = frame.comparison, {g.grain for g in frame.groupings if g.dimension == DATE_DIMENSION}
    if slot is None or slot.kind is not ComparisonKind.PREVIOUS_PERIOD or slot.unit is None:
        return None
    larger = frame.period is not None and frame.period.unit is not slot.unit
    return slot.unit if larger and slot.unit in grains else None


def steps_before(period: Period, step: Grain, today: date) -> Period:
    """The same steps, each one earlier; of the one that is not over, as many days as have passed."""
    start = period_of(step, period.start, -1).start
    end = min(period.end, max(today, period.start))
    if step in (Grain.DAY, Grain.WEEK):
        return Period(start, period_of(Grain.DAY, end, -7 if step is Grain.WEEK else -1).end)
    whole = period_of(step, end)
    if whole.end == end:
        return Period(start, period_of(step, end, -1).end)
    months = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.HALF: 6}.get(step, 12)
    return Period(start, add_months(end, -months))


def compared_with(period: Period, slot: ComparisonSlot, today: date, fiscal_start: int) -> Period:
    """The whole other period."""
    if slot.kind is ComparisonKind.NAMED and slot.base:
        return slot.base
    if slot.kind is ComparisonKind.SAME_PERIOD_LAST_YEAR:
        return year_before(period)
    if slot.unit and period.unit is Grain.DAY and slot.unit is not Grain.DAY:
        return _day_before(period, slot.unit)
    return previous(period, fiscal_start)


def _day_before(period: Period, unit: Grain) -> Period:
    """The same day of the period before; a last day of a month stays one."""
    if unit is Grain.WEEK:
        return period_of(Grain.DAY, period.start, -7)
    months = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.HALF: 6}.get(unit, 12)
    day = add_months(period.end, -months)
    if period_of(Grain.MONTH, period.end).end == period.end:
        day = period_of(Grain.MONTH, day).end
    return replace(period, start=day, end=day)
