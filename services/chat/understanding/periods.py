"""Spans of calendar days, as people name them."""

import calendar
from dataclasses import dataclass, replace
from datetime import date, timedelta

from services.chat.semantic import DateRange, Grain

_MONTHS = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.HALF: 6, Grain.YEAR: 12, Grain.FISCAL_YEAR: 12}


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `start` to `end`, both included.

    `unit` is set when the span is one whole calendar period. `as_of`: the end of the last day is meant ("9월 말 기준").
    `year_said`: the asker named the year. `rolling`: it ends today by its own words ("최근 7일").
    """

    start: date
    end: date
    unit: Grain | None = None
    as_of: bool = False
    year_said: bool = False
    rolling: bool = False
    relative: bool = False
    """It was named from today ("지난달"), not by its number."""
    step: tuple[Grain, int] | None = None
    """Its words count from the period spoken of, where there is one: so many units later ("전달")."""
    of_that: bool = False
    """They count from nothing else ("그 전달")."""

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    @property
    def range(self) -> DateRange:
        return DateRange(self.start, self.end)


def add_months(day: date, months: int) -> date:
    """The same day some months later, or the month's last one where there is no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def period_of(unit: Grain, day: date, offset: int = 0, fiscal_start: int = 1) -> Period:
    """The calendar period of a size that holds a day, or the one `offset` periods later."""
    match unit:
        case Grain.DAY:
            start = day + timedelta(days=offset)
            return Period(start, start, unit)
        case Grain.WEEK:
            start = day - timedelta(days=day.weekday()) + timedelta(weeks=offset)
            return Period(start, start + timedelta(days=6), unit)
    size = _MONTHS[unit]
    first = fiscal_start if unit is Grain.FISCAL_YEAR else 1
    begun = (day.month - first) % size
    start = add_months(day.replace(day=1), offset * size - begun)
    return Period(start, add_months(start, size) - timedelta(days=1), unit)


def week_of_month(month: date, number: int) -> Period:
    """A week of a month by its number, -1 for the last: a week belongs to the month that holds its Thursday."""
    first = month.replace(day=1)
    thursday = first + timedelta(days=(3 - first.weekday()) % 7)
    if number < 0:
        following = add_months(first, 1)
        thursday = following + timedelta(days=(3 - following.weekday()) % 7) - timedelta(weeks=1)
        number = 1
    return period_of(Grain.WEEK, thursday, number - 1)


def periods_before(unit: Grain, count: int, today: date) -> Period:
    """The `count` complete calendar periods before the current one."""
    first, last = period_of(unit, today, -count), period_of(unit, today, -1)
    return Period(first.start, last.end, unit if count == 1 else None)


def recent(unit: Grain, count: int, today: date) -> Period:
    """The last `count` days, weeks, … up to and with today."""
    match unit:
        case Grain.DAY:
            start = today - timedelta(days=count - 1)
        case Grain.WEEK:
            start = today - timedelta(days=7 * count - 1)
        case _:
            start = add_months(today, -count * _MONTHS[unit]) + timedelta(days=1)
    return Period(start, today, rolling=True)


def previous(period: Period, fiscal_start: int = 1) -> Period:
    """The period just before: the calendar one where it is a calendar period, else as many days."""
    if period.unit:
        return period_of(period.unit, period.start, -1, fiscal_start)
    months = (period.end.year - period.start.year) * 12 + period.end.month - period.start.month + 1
    if period.start.day == 1 and (period.end + timedelta(days=1)).day == 1:
        return Period(add_months(period.start, -months), period.start - timedelta(days=1))
    return Period(period.start - timedelta(days=period.days), period.start - timedelta(days=1))


def year_before(period: Period) -> Period:
    """The same period one year earlier; a week stays a week from Monday to Sunday."""
    if period.unit is Grain.WEEK:
        return period_of(Grain.WEEK, period.start - timedelta(weeks=52))
    whole_month_end = (period.end + timedelta(days=1)).day == 1
    end = add_months(period.end, -12)
    if whole_month_end:
        end = end.replace(day=calendar.monthrange(end.year, end.month)[1])
    return replace(period, start=add_months(period.start, -12), end=end, rolling=False)


def elapsed(asked: Period, other: Period, today: date) -> Period:
    """`other`, cut to as many days as have passed of `asked` where that one isn't over yet."""
    if not asked.start <= today < asked.end:
        return other
    # The same place in the calendar: the day of the month for months and longer, so that 1 March meets 1 March.
    if asked.unit in _MONTHS or (asked.unit is None and asked.start.day == 1):
        months = (other.start.year - asked.start.year) * 12 + other.start.month - asked.start.month
        end = min(add_months(today, months), other.end)
    else:
        end = min(other.start + (today - asked.start), other.end)
    return Period(other.start, end)


def label(period: Period) -> str:
    """How an answer names it: "2026년 10월", "2026년 10월 5일~11일"."""
    start, end = period.start, period.end
    if period.as_of:
        return f"{_day(end)} 기준"
    match period.unit:
        case Grain.DAY:
            return _day(start)
        case Grain.MONTH:
            return f"{start.year}년 {start.month}월"
        case Grain.QUARTER:
            return f"{start.year}년 {(start.month + 2) // 3}분기"
        case Grain.HALF:
            return f"{start.year}년 {'상' if start.month == 1 else '하'}반기"
        case Grain.YEAR:
            return f"{start.year}년"
        case Grain.FISCAL_YEAR if (start.month, end.month) == (1, 12):
            return f"{start.year}년"
    if start == end:
        return _day(start)
    if start.day == 1 and (end + timedelta(days=1)).day == 1:
        if (start.month, end.month) == (1, 12):
            return f"{start.year}년" if start.year == end.year else f"{start.year}년~{end.year}년"
        if (start.year, start.month) == (end.year, end.month):
            return f"{start.year}년 {start.month}월"
        year = "" if start.year == end.year else f"{end.year}년 "
        return f"{start.year}년 {start.month}월~{year}{end.month}월"
    if start.year != end.year:
        return f"{_day(start)}~{_day(end)}"
    if start.month != end.month:
        return f"{_day(start)}~{end.month}월 {end.day}일"
    return f"{_day(start)}~{end.day}일"


def _day(day: date) -> str:
    return f"{day.year}년 {day.month}월 {day.day}일"
