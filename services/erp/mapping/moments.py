"""Dates and moments in mapping expressions: other spellings, time zones, terms of payment."""

import calendar
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.erp.mapping.values import read_date, read_moment, read_text, refuse

_PARTS: Final = {"YYYY": r"(?P<year>\d{4})", "YY": r"(?P<short>\d{2})", "MM": r"(?P<month>\d{1,2})"} | {
    "DD": r"(?P<day>\d{1,2})"
}
_FIRST_SHORT_YEAR: Final = 1970
"""Two-digit years are those from here on."""


@cache
def _pattern(form: str) -> re.Pattern[str]:
    parts = re.split(r"(YYYY|YY|MM|DD)", form)
    return re.compile("".join(_PARTS.get(part, re.escape(part)) for part in parts), re.ASCII)


def date_of(value: Any, form: str | None = None) -> date | None:
    """As a date is read, or in the given form: "DD/MM/YYYY", "YYMMDD"; what follows it is left out."""
    if form is None:
        return read_date(value)
    text = read_text(value)
    if text is None:
        return None
    found = _pattern(form).match(text)
    if found:
        parts = {name: int(number) for name, number in found.groupdict().items()}
        if "short" in parts:
            parts["year"] = _FIRST_SHORT_YEAR + (parts["short"] - _FIRST_SHORT_YEAR) % 100
        if not any(parts.get(name) for name in ("year", "month", "day")):
            return None  # a zero date
        try:
            return date(parts["year"], parts["month"], parts.get("day", 1))
        except (KeyError, ValueError):
            pass
    raise refuse(f"{form} 형식의 날짜가 아닙니다", f"not a date in the form {form}", text)


@cache
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise refuse("없는 시간대입니다", "there is no such time zone", name) from None


def from_epoch(seconds: Decimal) -> str:
    """Seconds since 1970, as a moment of UTC."""
    try:
        return str(datetime(1970, 1, 1) + timedelta(seconds=float(seconds)))  # noqa: DTZ001 - UTC, unsaid
    except OverflowError:
        raise refuse("시각이 아닙니다", "not a moment", seconds) from None


def _local(value: Any, zone: str) -> datetime:
    moment = read_moment(value)
    if moment is None:
        raise refuse("시각이 아닙니다", "not a moment", value)
    return moment.replace(tzinfo=UTC).astimezone(_zone(zone))


def local_date(value: Any, zone: str) -> date:
    """The day in `zone` of a moment that the source keeps in UTC."""
    return _local(value, zone).date()


def local_time(value: Any, zone: str) -> str:
    """The wall-clock time in `zone` of a moment that the source keeps in UTC."""
    return str(_local(value, zone).replace(tzinfo=None))


def add_days(day: date, days: Decimal) -> date:
    """So many days later."""
    return day + timedelta(int(days))


def add_months(day: date, months: Decimal) -> date:
    """The same day so many months later, or that month's last one."""
    number = day.year * 12 + day.month - 1 + int(months)
    year, month = divmod(number, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def end_of_month(day: date) -> date:
    """The month's last day."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def days_between(start: date, end: date) -> Decimal:
    """How many days after `start` is `end`."""
    return Decimal((end - start).days)
