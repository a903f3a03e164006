"""A row that is shown, and the figures that it has: the metric, beside it what was compared, the change, the share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from services.erp.core.catalog import Catalog
from services.erp.core.figures import EXACT, Calculator, Figures, Row
from services.erp.core.frames import Slot
from services.erp.core.plan import Plan
from services.erp.core.query import DATE, DUE_DATE
from services.erp.core.result import Role

_NO_MINOR_UNITS: Final = frozenset({"KRW", "JPY", "VND", "IDR", "CLP"})


@dataclass(slots=True)
class Shown:
    """A row to be shown, with what is computed over other rows too. `shares` are in percent, unrounded."""

    row: Row
    others: bool = False
    """The rest of a cut ranking, as one row."""
    rank: int | None = None
    shares: dict[str, Decimal | None] = field(default_factory=dict)
    cumulative: Figures | None = None


class Values:
    """The figures of rows, unrounded, and the members that they are grouped by."""

    def __init__(self, plan: Plan, catalog: Catalog) -> None:
        self.plan = plan
        beside = (figure for figures in plan.beside.values() for figure in figures)
        self.metrics = {metric.key: metric for metric in (*plan.metrics, *beside)}
        self.calculator = Calculator(catalog)
        members = (dimension.key for dimension in plan.dimensions if not dimension.is_date)
        self.positions: Mapping[str, int] = {key: at for at, key in enumerate(members)}

    def value(self, key: str, one: Shown, slot: Slot = Slot.ASKED, suffix: str = "") -> Decimal | None:
        """The metric in a row; none, too, in the rest of a cut where parts don't add up."""
        figures = one.row.figures.get(slot)
        if figures is None or (one.others and key not in self.plan.additive):
            return None
        found = self.calculator.value(self.metrics[key], figures, suffix)
        divisors = self.plan.frames[slot].divisors
        return EXACT.divide(found, divisors[one.row.step]) if divisors and found is not None else found

    def figure(self, key: str, role: Role, one: Shown) -> Decimal | None:
        """What stands, or would stand, in one of the metric's columns."""
        match role:
            case Role.COMPARISON:
                return self.value(key, one, Slot.COMPARED)
            case Role.CHANGE:
                return self.change(key, one)
            case Role.CHANGE_RATE:
                change, before = self.change(key, one), self.value(key, one, Slot.COMPARED)
                return percent(change, abs(before)) if change is not None and before else None
            case Role.SHARE:
                return one.shares.get(key)
            case _:
                return self.value(key, one)

    def change(self, key: str, one: Shown) -> Decimal | None:
        now, before = self.value(key, one), self.value(key, one, Slot.COMPARED)
        return None if now is None or before is None else now - before

    def member(self, key: str, row: Row) -> Any:
        """The label of a grouping's member, or its day; None = missing."""
        if key == DATE:
            return row.period
        if key == DUE_DATE:
            return row.due
        member = row.members[self.positions[key]]
        return member.label or member.key


def percent(part: Decimal, whole: Decimal) -> Decimal:
    """Part of the whole in percent, unrounded."""
    return EXACT.divide(part * 100, whole)


def rounded(value: Decimal, decimals: int) -> Decimal:
    """Half up, as in Korean accounts."""
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, EXACT)


def currency_decimals(currency: str) -> int:
    """Digits after the point in which amounts of the currency are shown."""
    return 0 if currency in _NO_MINOR_UNITS else 2


def digits(value: Decimal | None) -> int:
    """Digits after the point that the value really has."""
    exponent = value.normalize().as_tuple().exponent if value else 0
    return max(0, -exponent) if isinstance(exponent, int) else 0
