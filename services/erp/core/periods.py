"""Calendar periods: the steps of a date range, in Python and in SQL. A period is known by its first calendar
day.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import String, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import FunctionElement

from services.erp.core.query import DateRange, Grain

_MONTHS: Final = {
    Grain.MONTH: 1,
    Grain.QUARTER: 3,
    Grain.HALF: 6,
    Grain.YEAR: 12,
    Grain.FISCAL_YEAR: 12,
}


@dataclass(frozen=True, slots=True)
class Period:
    """One step: `key` is its first calendar day; `days` is the part of it that was asked for."""

    key: date
    days: DateRange


def periods(span: DateRange, grain: Grain, fiscal_start_month: int) -> tuple[Period, ...]:
    """The steps that the span touches, in order, the first and last cut to it."""
    return tuple(_periods(span, grain, fiscal_start_month))


def _periods(span: DateRange, grain: Grain, fiscal_start_month: int) -> Iterator[Period]:
    key = period_start(span.start, grain, fiscal_start_month)
    while key <= span.end:
        following = _next(key, grain)
        last = following - timedelta(days=1)
        yield Period(key, DateRange(max(key, span.start), min(last, span.end)))
        key = following


def complete_periods(
    span: DateRange, grain: Grain, fiscal_start_month: int, today: date
) -> tuple[Period, ...]:
    """The steps that lie in the span from their first to their last day, and ended before today."""
    return tuple(
        step
        for step in _periods(span, grain, fiscal_start_month)
        if step.key == step.days.start
        and step.days.end == _next(step.key, grain) - timedelta(days=1)
        and step.days.end < today
    )


def year_before(day: date) -> date:
    """The same day twelve months before; of 29 February the 28th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def period_start(day: date, grain: Grain, fiscal_start_month: int) -> date:
    """The first calendar day of the period in which `day` lies."""
    if grain is Grain.DAY:
        return day
    if grain is Grain.WEEK:
        return day - timedelta(days=day.weekday())
    first = fiscal_start_month if grain is Grain.FISCAL_YEAR else 1
    months = day.year * 12 + day.month - first
    months -= months % _MONTHS[grain]
    return _month(months + first - 1)


def _month(months: int) -> date:
    return date(months // 12, months % 12 + 1, 1)


def _next(key: date, grain: Grain) -> date:
    if grain is Grain.DAY:
        return key + timedelta(days=1)
    if grain is Grain.WEEK:
        return key + timedelta(days=7)
    return _month(key.year * 12 + key.month - 1 + _MONTHS[grain])


def period_key(column: ColumnElement[Any], grain: Grain, fiscal_start_month: int) -> ColumnElement[Any]:
    """In SQL: the key of the column's period as text, 2026-10-01. Without a date: NULL."""
    if grain is Grain.FISCAL_YEAR and fiscal_start_month != 1:
        return _FiscalYearStart(column, literal(f"{fiscal_start_month:02}"))
    return _STARTS.get(grain, _YearStart)(column)


class _Start(FunctionElement[str]):
    """A function of a date column that each engine spells in its own way; 2026-10-01 as text."""

    type = String(10)
    inherit_cache = True


class _DayStart(_Start):
    inherit_cache = True


class _WeekStart(_Start):
    inherit_cache = True


class _MonthStart(_Start):
    inherit_cache = True


class _QuarterStart(_Start):
    inherit_cache = True


class _HalfStart(_Start):
    inherit_cache = True


class _YearStart(_Start):
    inherit_cache = True


class _FiscalYearStart(_Start):
    """Of a column and the first month, 01 to 12."""

    inherit_cache = True


_STARTS: Final = {
    Grain.DAY: _DayStart,
    Grain.WEEK: _WeekStart,
    Grain.MONTH: _MonthStart,
    Grain.QUARTER: _QuarterStart,
    Grain.HALF: _HalfStart,
}

# SQLite keeps dates as text; {d} is the column. substr is four times as fast as strftime.
_SQLITE: Final[dict[type[_Start], str]] = {
    _DayStart: "{d}",
    _WeekStart: "date({d}, 'weekday 0', '-6 days')",
    _MonthStart: "substr({d}, 1, 7) || '-01'",
    _QuarterStart: "substr({d}, 1, 4) || CASE WHEN substr({d}, 6, 2) < '04' THEN '-01-01'"
    " WHEN substr({d}, 6, 2) < '07' THEN '-04-01' WHEN substr({d}, 6, 2) < '10' THEN '-07-01'"
    " ELSE '-10-01' END",
    _HalfStart: "substr({d}, 1, 4) || CASE WHEN substr({d}, 6, 2) < '07' THEN '-01-01' ELSE '-07-01' END",
    _YearStart: "substr({d}, 1, 4) || '-01-01'",
    _FiscalYearStart: "(CAST(substr({d}, 1, 4) AS INTEGER) - (substr({d}, 6, 2) < {m}))"
    " || '-' || {m} || '-01'",
}
_MYSQL: Final[dict[type[_Start], str]] = {
    _DayStart: "DATE_FORMAT({d}, '%Y-%m-%d')",
    _WeekStart: "DATE_FORMAT(DATE_SUB({d}, INTERVAL WEEKDAY({d}) DAY), '%Y-%m-%d')",
    _MonthStart: "DATE_FORMAT({d}, '%Y-%m-01')",
    _QuarterStart: "CONCAT(YEAR({d}), '-', LPAD(QUARTER({d}) * 3 - 2, 2, '0'), '-01')",
    _HalfStart: "CONCAT(YEAR({d}), IF(MONTH({d}) < 7, '-01-01', '-07-01'))",
    _YearStart: "DATE_FORMAT({d}, '%Y-01-01')",
    _FiscalYearStart: "CONCAT(YEAR({d}) - (MONTH({d}) < {m}), '-', {m}, '-01')",
}


@compiles(_Start, "sqlite")
def _sqlite(element: _Start, compiler: SQLCompiler, **kwargs: Any) -> str:
    return _spelled(_SQLITE[type(element)], element, compiler, **kwargs)


@compiles(_Start, "mysql", "mariadb")
def _mysql(element: _Start, compiler: SQLCompiler, **kwargs: Any) -> str:
    text = _MYSQL[type(element)].replace("%", "%%")  # the driver's own placeholder sign
    return _spelled(text, element, compiler, **kwargs)


def _spelled(text: str, element: _Start, compiler: SQLCompiler, **kwargs: Any) -> str:
    column, *rest = (compiler.process(clause, **kwargs) for clause in element.clauses)
    return text.format(d=column, m=rest[0] if rest else "")
