"""The days that a question looks at: of the asked period and of the one beside it, their steps, what is averaged."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.erp.core.catalog import Metric, TimeBehavior
from services.erp.core.checks import refused
from services.erp.core.periods import Period, complete_periods, periods
from services.erp.core.query import DATE, DateRange, Grain, Query
from services.erp.errors import QueryRefused

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 12, 31)
"""What can be asked for; a range from the first or to the last of them is open at that end."""

MAX_PERIODS = 1500


class Slot(StrEnum):
    """The asked period, and the one beside it."""

    ASKED = "asked"
    COMPARED = "compared"


@dataclass(frozen=True, slots=True)
class Frame:
    """A slot's days: of flows (`range`; all days where only balances are asked for) and balances (`as_of`),
    and the steps of a trend.
    """

    range: DateRange
    as_of: date
    periods: tuple[Period, ...] = ()
    divisors: tuple[int, ...] = ()
    """For averages: the steps averaged in each period, or in the whole; empty = figures are totals."""


def frames_of(
    query: Query, metrics: Iterable[Metric], fiscal_start_month: int, today: date
) -> Mapping[Slot, Frame]:
    """The days of each slot, and the steps of its trend.

    Raises:
        QueryRefused: a period is needed, or the one that is asked for can't be had.
    """
    grouping = next((g for g in query.groupings if g.dimension == DATE), None)
    for metric in metrics:
        if query.range is None and (metric.time is TimeBehavior.FLOW or grouping):
            raise refused(
                f"{metric.name}은(는) 기간이 필요합니다. 예: 지난달, 올해.",
                f'"{metric.key}" needs a period.',
                metric=metric.key,
                dimension=DATE,
            )
    compared = query.comparison
    wanted = {Slot.ASKED: (query.range, query.as_of)}
    if compared is not None:
        if (compared.range is None and compared.as_of is None) or (query.range and not compared.range):
            raise refused("비교할 기간이 필요합니다.", "The comparison needs a period.", dimension=DATE)
        wanted[Slot.COMPARED] = (compared.range, compared.as_of)
    found = {}
    for slot, (asked, as_of) in wanted.items():
        for one in (asked, query.due_range):
            if one is not None:
                _check_range(one)
        averaged: tuple[Period, ...] = ()
        if query.average_over and asked is not None:
            averaged = _averaged(asked, query.average_over, fiscal_start_month, today)
        span = DateRange(averaged[0].days.start, averaged[-1].days.end) if averaged else asked
        steps: tuple[Period, ...] = ()
        if grouping is not None and grouping.grain is not None and span is not None:
            steps = periods(span, grouping.grain, fiscal_start_month)
            if len(steps) > MAX_PERIODS:
                raise too_many_periods(MAX_PERIODS)
        day = as_of or (min(span.end, today) if span else today)
        found[slot] = Frame(span or DateRange(date.min, day), day, steps, _divisors(averaged, steps))
    return found


def _averaged(span: DateRange, over: Grain, fiscal_start_month: int, today: date) -> tuple[Period, ...]:
    """The steps of which the span has an average: those that lie in it whole and are over; the one that has begun
    when it stands alone.
    """
    steps = periods(span, over, fiscal_start_month)
    whole = complete_periods(span, over, fiscal_start_month, today)
    if whole:
        return whole
    begun = tuple(step for step in steps if step.days.start <= today)
    if len(begun) > 1:
        raise refused(
            "기간 안에 끝까지 지난 온전한 단위가 없어서 평균을 낼 수 없습니다. 기간을 늘려 주세요.",
            f"No whole {over.value} of the range is over yet: there is no average.",
            dimension=DATE,
        )
    return begun or steps


def _divisors(averaged: Sequence[Period], steps: Sequence[Period]) -> tuple[int, ...]:
    if not averaged or not steps:
        return (len(averaged),) if averaged else ()
    return tuple(
        sum(step.days.start <= one.days.start <= step.days.end for one in averaged) for step in steps
    )


def _check_range(days: DateRange) -> None:
    if days.start > days.end:
        raise refused("기간의 시작이 끝보다 늦습니다.", "The range ends before it starts.", dimension=DATE)
    if days.start < FIRST_DAY or days.end > LAST_DAY:
        raise refused(
            f"{FIRST_DAY.year}년부터 {LAST_DAY.year}년까지 물어볼 수 있습니다.",
            f"Ranges lie between the years {FIRST_DAY.year} and {LAST_DAY.year}.",
            dimension=DATE,
        )


def too_many_periods(most: int) -> QueryRefused:
    return refused(
        f"한 번에 {most}단계까지 나눌 수 있습니다. 기간을 줄이거나 단위를 키워 주세요.",
        f"At most {most} steps: shorten the range or take a larger step.",
        dimension=DATE,
    )
