"""What the period of one question means for the next."""

from collections.abc import Sequence
from dataclasses import replace

from services.chat.semantic import Catalog, Grain, TimeBehavior
from services.chat.understanding.frame import PERIOD_OF_BEFORE, Ask, Frame, Option, QuestionBack
from services.chat.understanding.periods import Period, label, period_of
from services.chat.understanding.slots import Slots


def period_of_before(before: Frame, said: Frame, catalog: Catalog) -> Frame:
    """A new question takes over the period of the conversation where it needs one and says none."""
    needs = any(
        catalog.metrics[key].time_behavior is TimeBehavior.FLOW
        for key in said.metrics
        if key in catalog.metrics
    )
    if (
        not needs
        or said.period
        or said.open_period
        or not before.period
        or before.period.as_of
        or said.cumulative
    ):
        return said
    note = f"{PERIOD_OF_BEFORE}({label(before.period)})으로 보았습니다."
    return replace(said, period=before.period, notes=(*said.notes, note))


def counted_from(before: Frame, said: Frame, catalog: Catalog, *, hanging: bool) -> Frame:
    """전달, 다음 주, 한 달 전 of a question that goes on, and 그 전달 of any, from the period of before."""
    asked = before.due or before.period

    def moved(period: Period | None) -> Period | None:
        if not period or not period.step or not asked or not (hanging or period.of_that):
            return period
        unit, offset = period.step
        edge = asked.start if offset < 0 else asked.end
        placed = period_of(unit, edge, offset, catalog.fiscal_year_start_month)
        last_day = period.unit is Grain.DAY and unit is not Grain.DAY  # 그 전달 말
        if last_day or (asked.as_of and unit is not Grain.DAY):
            placed = Period(placed.end, placed.end, Grain.DAY, as_of=period.as_of)
        return replace(placed, as_of=placed.as_of or asked.as_of, relative=True, year_said=asked.year_said)

    return replace(said, period=moved(said.period), due=moved(said.due))


def only_period(said: Frame, slots: Slots) -> bool:
    return replace(said, period=None, notes=()) == Frame() and not slots.that and not slots.it


def which_year(before: Frame, period: Period, catalog: Catalog) -> QuestionBack | None:
    """After a month, "작년은?" may mean that month or the whole year."""
    asked = before.period
    if (
        not asked
        or period.unit is not Grain.YEAR
        or asked.unit in (None, Grain.YEAR, Grain.FISCAL_YEAR, Grain.WEEK)
    ):
        return None
    if asked.start.year == period.start.year:
        return None
    try:
        same = period_of(
            asked.unit, asked.start.replace(year=period.start.year), 0, catalog.fiscal_year_start_month
        )
    except ValueError:  # 29 February
        return None
    same = replace(same, year_said=True)
    options = tuple(Option(label(p), replace(before, period=p, notes=())) for p in (same, period))
    return QuestionBack(Ask.WHICH_YEAR, options, frame=before)


def with_year_of(before: Period | None, period: Period) -> Period:
    """A month without a year, after a question that named one, is a month of that year."""
    small = period.unit in (Grain.MONTH, Grain.QUARTER, Grain.HALF)
    if (
        not before
        or not before.year_said
        or period.year_said
        or not small
        or period.relative
        or not period.unit
    ):
        return period
    moved = period_of(period.unit, period.start.replace(day=1, year=before.start.year))
    return replace(moved, year_said=True) if moved.start != period.start else period


def all_balances(metrics: Sequence[str], catalog: Catalog) -> bool:
    known = [catalog.metrics[key] for key in metrics if key in catalog.metrics]
    return bool(known) and all(m.time_behavior is TimeBehavior.BALANCE for m in known)
