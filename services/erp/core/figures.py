"""The statement's rows put together: for each combination of the grouping's members, the figures of every
fact.

A figure that isn't there is left out of its `Figures`: a sum over no rows is 0, and yet not a row.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal
from typing import Any, Final

from services.erp.core.catalog import Catalog, Metric, Window, windowed
from services.erp.core.compiling import BASE, BEFORE, Statement
from services.erp.core.frames import Slot
from services.erp.core.periods import period_start
from services.erp.core.plan import Plan, Reading
from services.erp.core.result import UnitKind
from services.erp.errors import RowLimitExceeded

Figures = dict[str, Decimal]
"""Leaf -> its figure."""

EXACT: Final = Context(prec=100)
"""Sums are exact; quotients are equal where their fractions are, and differ where they do."""


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a grouping: its key (None = missing), its label and what tells it from namesakes."""

    key: str | None
    label: str | None
    detail: str | None


Members = tuple[Member, ...]

NO_UNIT: Final = ""
"""The unit of quantities whose unit is missing: a group of its own, like any missing member."""


@dataclass(slots=True)
class Row:
    """One row of the result: its members, its date and due periods, its unit, its figures in each slot (none
    where the compared trend has fewer steps).

    What has no unit is the same in all rows of one identity: `repeated` marks those after the first.
    """

    members: Members
    period: date | None
    due: date | None
    unit: str | None
    figures: Mapping[Slot, Figures]
    repeated: bool = False
    step: int = 0
    """Which period of its slot it is."""

    @property
    def identity(self) -> tuple[Members, date | None, date | None]:
        return self.members, self.period, self.due


_Series = dict[tuple[Slot, str | None], dict[str, Figures]]
"""Of one combination of members: (slot, unit; None for what has none) -> period -> figures."""

_SLOTS: Final = {slot.value: slot for slot in Slot}


def put_together(
    plan: Plan, statement: Statement, fetched: Iterable[Sequence[Any]], max_rows: int
) -> list[Row]:
    """The rows of the result, in no order. A trend has every period that has begun, for each combination of
    members; a ranking (`top`) only what has rows.

    Raises:
        RowLimitExceeded: there would be more than `max_rows`.
    """
    quantities = plan.quantities
    members = 4 + 3 * sum(not dimension.is_date for dimension in plan.dimensions)
    found: dict[tuple[Members, str | None], _Series] = {}
    period_of = _PeriodOf(plan)
    for row in fetched:
        slot, day, due, unit = row[:4]
        period = period_of[day]
        key = tuple(Member(*row[at : at + 3]) for at in range(4, members, 3)), due
        for name, value in zip(statement.figures, row[members:], strict=True):
            if value is None or (value == 0 and isinstance(value, int)):
                continue  # no row of this fact; counting none is none either
            own_unit = (unit or NO_UNIT) if name in quantities else None
            by_period = found.setdefault(key, {}).setdefault((_SLOTS[slot], own_unit), {})
            figures = by_period.setdefault(period, {})
            figures[name] = figures[name] + value if name in figures else Decimal(value)
    there = {key[0].key for (key, _) in found if key}
    for one in plan.named:
        if one.key not in there:
            found[(Member(one.key, one.name, one.detail or None),), None] = {}
    if not found and members == 4 and plan.due_grouping is None:
        found[(), None] = {}  # nothing at all is one row of 0
    if not plan.has_gaps and len(found) * len(plan.frames[Slot.ASKED].periods) > max_rows:
        raise RowLimitExceeded.of(max_rows)
    slots = [_Slot(plan, slot) for slot in plan.frames]
    return [row for (keys, due), series in found.items() for row in _rows(plan, slots, keys, due, series)]


class _PeriodOf(dict[str, str]):
    """Day or period, as the statement tells it -> period."""

    def __init__(self, plan: Plan) -> None:
        super().__init__({"": "", BEFORE: BEFORE})
        self._grouping, self._start_month = plan.date_grouping, plan.fiscal_start_month

    def __missing__(self, day: str) -> str:
        if self._grouping is None or self._grouping.grain is None:
            return day
        key = period_start(date.fromisoformat(day), self._grouping.grain, self._start_month).isoformat()
        self[day] = key
        return key


def _rows(
    plan: Plan, slots: Sequence["_Slot"], members: Members, due: str | None, series: _Series
) -> Iterator[Row]:
    units: list[str | None] = sorted({unit for _, unit in series if unit is not None}, key=in_order)
    plain = {slot.slot: slot.steps(series.get((slot.slot, None), {})) for slot in slots}
    own = {
        (slot.slot, unit): slot.steps(series.get((slot.slot, unit), {})) for slot in slots for unit in units
    }
    frame = plan.frames[Slot.ASKED]
    due_date = date.fromisoformat(due) if due else None
    for step, period in enumerate(frame.periods or [None]):
        begun = period is None or (period.days.start <= frame.as_of and not plan.has_gaps)
        if not begun and not any(
            steps[step] for steps in (plain[Slot.ASKED], *(own[Slot.ASKED, unit] for unit in units))
        ):
            continue
        key = period.key if period else None
        for number, unit in enumerate(units or [None]):
            figures = {
                slot: {**steps[step], **own[slot, unit][step]} if units else steps[step]
                for slot, steps in plain.items()
                if step < len(steps)
            }
            yield Row(members, key, due_date, unit, figures, repeated=number > 0, step=step)


class _Slot:
    """The steps of one slot."""

    def __init__(self, plan: Plan, slot: Slot) -> None:
        self.slot = slot
        self._frame = plan.frames[slot]
        self._keys = [period.key.isoformat() for period in self._frame.periods] or [""]
        running = {leaf.metric.key for leaf in plan.leaves[slot] if leaf.reading is Reading.RUNNING}
        self._running = running | {name + BASE for name in running}

    def steps(self, by_period: Mapping[str, Figures]) -> list[Figures]:
        """The figures of each step; running balances added up from the beginning."""
        steps = [by_period.get(key, {}) for key in self._keys]
        if not self._running:
            return steps
        steps = [dict(figures) for figures in steps]
        for name in self._running:
            total = by_period.get(BEFORE, {}).get(name)
            for period, figures in zip(self._frame.periods, steps, strict=True):
                if period.days.start > self._frame.as_of:
                    break
                if name in figures:
                    total = figures[name] + (total or Decimal(0))
                if total is not None:
                    figures[name] = total
        return steps


def in_order(unit: str | None) -> tuple[bool, str]:
    """Units by name, the missing one last."""
    return unit == NO_UNIT, unit or ""


def add(figures: Iterable[Figures]) -> Figures:
    """The figures of several rows as one."""
    total: Figures = {}
    for one in figures:
        for name, value in one.items():
            total[name] = total.get(name, Decimal(0)) + value
    return total


@dataclass(frozen=True, slots=True)
class Calculator:
    """Metrics from the figures of their leaves."""

    catalog: Catalog

    def value(self, metric: Metric, figures: Figures, suffix: str = "") -> Decimal | None:
        """The metric, unrounded, a percentage in percent; None where it would be divided by 0."""
        if metric.ratio:
            above, below = (self.value(self.catalog.metrics[key], figures, suffix) for key in metric.ratio)
            if above is None or not below:
                return None
            times = 100 if metric.unit is UnitKind.PERCENT else 1
            return EXACT.divide(EXACT.multiply(above, times), below)
        if metric.turnover:
            flow, balance = metric.turnover
            turned = figures.get(windowed(flow, Window.YEAR), Decimal(0))
            ends = figures.get(windowed(balance, Window.YEAR_AGO), Decimal(0)) + figures.get(
                balance, Decimal(0)
            )
            return EXACT.divide(turned * 2, ends) if ends else None
        if not metric.formula:
            own = suffix if metric.unit is not UnitKind.COUNT else ""  # a count has no currency
            return figures.get(metric.key + own, Decimal(0))
        total = Decimal(0)
        for term in metric.formula:
            part = self.value(self.catalog.metrics[term.name], figures, suffix)
            total += term.sign * (part or Decimal(0))
        return total

    def present(self, metric: Metric, figures: Figures) -> bool:
        """There is a row behind it."""
        return any(leaf.key in figures for leaf in self.catalog.leaves(metric))
