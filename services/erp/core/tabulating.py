"""From rows to the table that people see: figures rounded as defined, ordered, cut with ties, with the
columns that were asked for beside them.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from operator import itemgetter
from typing import Any, Final

from services.erp.core.catalog import Catalog, Dimension, Metric
from services.erp.core.compiling import BASE
from services.erp.core.figures import EXACT, Calculator, Figures, Row, add, in_order
from services.erp.core.plan import Plan, Slot
from services.erp.core.query import DATE, DUE_DATE, Grain, Modifier, Operator, Ordering
from services.erp.core.result import Column, EntityReference, Role, Table, Unit, UnitKind, Value

OTHERS: Final = "기타"
_GRAINS: Final = {
    Grain.DAY: "일자",
    Grain.WEEK: "주",
    Grain.MONTH: "월",
    Grain.QUARTER: "분기",
    Grain.HALF: "반기",
    Grain.YEAR: "연도",
    Grain.FISCAL_YEAR: "회계연도",
}
_NO_MINOR_UNITS: Final = frozenset({"KRW", "JPY", "VND", "IDR", "CLP"})
_COMPARE: Final[Mapping[Operator, Callable[[Decimal, Decimal], bool]]] = {
    Operator.GREATER_OR_EQUAL: Decimal.__ge__,
    Operator.GREATER: Decimal.__gt__,
    Operator.LESS_OR_EQUAL: Decimal.__le__,
    Operator.LESS: Decimal.__lt__,
    Operator.EQUAL: Decimal.__eq__,
    Operator.NOT_EQUAL: Decimal.__ne__,
}


def currency_decimals(currency: str) -> int:
    """Digits after the point in which amounts of the currency are shown."""
    return 0 if currency in _NO_MINOR_UNITS else 2


def rounded(value: Decimal, decimals: int) -> Decimal:
    """Half up, as in Korean accounts."""
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, EXACT)


def tabulate(plan: Plan, catalog: Catalog, rows: Sequence[Row], row_limit: int) -> Table:
    """The result of the plan."""
    return _Tabulator(plan, catalog).table(rows, row_limit)


@dataclass(slots=True)
class _Shown:
    """A row to be shown, with what is computed over other rows too."""

    row: Row
    others: bool = False
    rank: int | None = None
    shares: dict[str, Decimal | None] = field(default_factory=dict)
    cumulative: Figures | None = None


_Cell = Callable[[_Shown], Value]
_ShareGroup = tuple[date | None, str | None]
_Wholes = Mapping[_ShareGroup, Decimal | None]


class _Tabulator:
    def __init__(self, plan: Plan, catalog: Catalog) -> None:
        self._plan = plan
        self._query = plan.query
        self._metrics = {metric.key: metric for metric in plan.metrics}
        self._calculator = Calculator(catalog)
        members = (dimension.key for dimension in plan.dimensions if not dimension.is_date)
        self._positions = {key: at for at, key in enumerate(members)}
        self._orderings = plan.query.orderings or tuple(self._default_orderings())
        metrics = [ordering for ordering in self._orderings if ordering.key in self._metrics]
        self._ranked_by = [*metrics, Ordering(plan.query.metrics[0], descending=True)][0]

    def _default_orderings(self) -> Iterator[Ordering]:
        for grouping in (self._plan.date_grouping, self._plan.due_grouping):
            if grouping is not None:
                yield Ordering(grouping.dimension)
        yield Ordering(self._query.metrics[0], descending=True)

    def table(self, rows: Sequence[Row], row_limit: int) -> Table:
        every = [_Shown(row) for row in rows]
        wholes = {key: self._wholes(key, every) for key in self._plan.shares}
        self._add_shares(every, wholes)
        self._add_cumulative(every)
        kept = [one for one in every if self._meets_conditions(one)]
        if self._query.top:
            kept = [one for one in kept if self._ranks(one)]
        self._sort(kept)
        self._add_ranks(kept)
        if self._query.top:
            kept = self._cut(kept)
            if Modifier.SHARE in self._query.modifiers:
                rest = self._rest(every, kept)
                self._add_shares(rest, wholes)
                kept += rest
        columns = list(self._columns(kept))
        return Table(
            tuple(column for column, _ in columns),
            tuple(tuple(cell(one) for _, cell in columns) for one in kept[:row_limit]),
            len(kept),
        )

    # --- which rows, in which order -------------------------------------------------------------------------

    def _value(self, key: str, one: _Shown, slot: Slot = Slot.ASKED, suffix: str = "") -> Decimal | None:
        """The metric in a row; none, too, in the rest of a cut where parts don't add up."""
        figures = one.row.figures.get(slot)
        if one.others and key not in self._plan.additive:
            return None
        return None if figures is None else self._calculator.value(self._metrics[key], figures, suffix)

    def _meets_conditions(self, one: _Shown) -> bool:
        for condition in self._query.metric_conditions:
            value = self._value(condition.metric, one)
            if value is None or not _COMPARE[condition.operator](value, condition.value):
                return False
        return True

    def _ranks(self, one: _Shown) -> bool:
        """There is something of the metric that is ranked by: no row is neither first nor last."""
        metric = self._metrics[self._ranked_by.key]
        return (
            self._calculator.present(metric, one.row.figures[Slot.ASKED])
            and self._value(metric.key, one) is not None
        )

    def _ordered_value(self, ordering: Ordering, one: _Shown) -> Any:
        """What the row is ordered by; None = last."""
        if ordering.key in self._metrics:
            return self._value(ordering.key, one)
        return self._grouping_value(ordering.key, one.row)

    def _grouping_value(self, key: str, row: Row) -> Any:
        if key == DATE:
            return row.period
        if key == DUE_DATE:
            return row.due
        member = row.members[self._positions[key]]
        return member.label or member.key

    def _sort(self, rows: list[_Shown]) -> None:
        """By the orderings, then by the members' names; what is missing comes last."""
        names = [Ordering(dimension.key) for dimension in self._plan.dimensions]
        rows.sort(key=lambda one: ([member.key or "" for member in one.row.members], in_order(one.row.unit)))
        for ordering in reversed([*self._orderings, *names]):
            valued = [(self._ordered_value(ordering, one), one) for one in rows]
            there = [pair for pair in valued if pair[0] is not None]
            there.sort(key=itemgetter(0), reverse=ordering.descending)
            rows[:] = [one for _, one in there] + [one for value, one in valued if value is None]

    def _identity(self, one: _Shown) -> Any:
        """What is ranked: the members, and each unit of its own where a quantity is ranked."""
        by_unit = self._metrics[self._ranked_by.key].unit is UnitKind.QUANTITY
        return one.row.identity, one.row.unit if by_unit else None

    def _add_ranks(self, rows: Iterable[_Shown]) -> None:
        if Modifier.RANK not in self._query.modifiers:
            return
        ranked = {self._identity(one): one for one in rows if self._ranks(one)}
        by = self._ranked_by
        values = {key: self._value(by.key, one) for key, one in ranked.items()}
        better = sorted((v for v in values.values() if v is not None), reverse=by.descending)
        first = {value: at + 1 for at, value in reversed(list(enumerate(better)))}
        for one in rows:
            value = values.get(self._identity(one))
            one.rank = None if value is None else first[value]

    def _cut(self, rows: Sequence[_Shown]) -> list[_Shown]:
        """The first N of the order, and all that tie with the last of them."""
        kept: list[_Shown] = []
        seen: set[Any] = set()
        last: Any = None
        for one in rows:
            identity = self._identity(one)
            values = [self._ordered_value(ordering, one) for ordering in self._orderings]
            if identity not in seen and len(seen) >= self._query.top and values != last:
                break
            if identity not in seen and len(seen) < self._query.top:
                last = values
            seen.add(identity)
            kept.append(one)
        return kept

    # --- over several rows ----------------------------------------------------------------------------------

    def _share_group(self, key: str, row: Row) -> _ShareGroup:
        """What a row is a part of: all of its unit; of its period where a trend has other groupings."""
        by_period = len(self._plan.dimensions) > 1
        return row.period if by_period else None, row.unit if self._is_quantity(key) else None

    def _is_quantity(self, key: str) -> bool:
        return self._metrics[key].unit is UnitKind.QUANTITY

    def _wholes(self, key: str, rows: Iterable[_Shown]) -> _Wholes:
        """The metric's total for each share group; what has no unit counts once, however many units there are."""
        parts: dict[_ShareGroup, list[Figures]] = defaultdict(list)
        for one in rows:
            if self._is_quantity(key) or not one.row.repeated:
                parts[self._share_group(key, one.row)].append(one.row.figures[Slot.ASKED])
        return {
            group: self._calculator.value(self._metrics[key], add(figures))
            for group, figures in parts.items()
        }

    def _add_shares(self, rows: Iterable[_Shown], wholes: Mapping[str, _Wholes]) -> None:
        for one in rows:
            for key, by_group in wholes.items():
                part, whole = self._value(key, one), by_group.get(self._share_group(key, one.row))
                one.shares[key] = percent(part, whole) if part is not None and whole else None

    def _add_cumulative(self, rows: Iterable[_Shown]) -> None:
        if not self._plan.cumulatives:
            return
        running: dict[Any, Figures] = {}
        for one in sorted(rows, key=lambda one: one.row.period or date.min):
            series = one.row.members, one.row.due, one.row.unit
            one.cumulative = running[series] = add([running.get(series, {}), one.row.figures[Slot.ASKED]])

    def _rest(self, every: Sequence[_Shown], kept: Sequence[_Shown]) -> list[_Shown]:
        """What the cut leaves out, as one row (one a unit)."""
        shown = {id(one) for one in kept}
        left = [one for one in every if id(one) not in shown]
        whole_groups = {one.row.identity for one in kept}
        once = {one.row.identity: one for one in left if one.row.identity not in whole_groups}
        quantities = self._plan.quantities
        by_unit: dict[str | None, list[_Shown]] = defaultdict(list)
        for one in left:
            by_unit[one.row.unit].append(one)
        rest = []
        for number, (unit, parts) in enumerate(sorted(by_unit.items(), key=lambda item: in_order(item[0]))):
            figures = {
                slot: {
                    **add(_only(one, slot, quantities, wanted=False) for one in once.values()),
                    **add(_only(one, slot, quantities, wanted=True) for one in parts),
                }
                for slot in self._plan.frames
            }
            rest.append(_Shown(Row((), None, None, unit, figures, repeated=number > 0), others=True))
        return rest

    # --- columns --------------------------------------------------------------------------------------------

    def _columns(self, rows: Sequence[_Shown]) -> Iterator[tuple[Column, _Cell]]:
        for grouping, dimension in zip(self._query.groupings, self._plan.dimensions, strict=True):
            name = dimension.name
            if dimension.key == DATE and grouping.grain is not None:
                name = _GRAINS[grouping.grain]
            first = dimension is self._plan.dimensions[0]
            yield Column(dimension.key, name, Role.DIMENSION), self._member_cell(dimension, rows, first)
        units = {one.row.unit for one in rows if one.row.unit is not None}
        if any(map(self._is_quantity, self._metrics)):
            yield Column("unit", "단위", Role.DIMENSION), lambda one: one.row.unit or None
        if Modifier.RANK in self._query.modifiers:
            yield Column("rank", "순위", Role.RANK, self._ranked_by.key), lambda one: one.rank
        unit_code = next(iter(units)) if len(units) == 1 else ""
        repeated = any(one.row.repeated for one in rows)
        for metric in self._plan.metrics:
            quantity = metric.unit is UnitKind.QUANTITY
            additive = (
                metric.key in self._plan.additive
                and metric.ratio is None
                and (len(units) <= 1 if quantity else not repeated)
            )
            unit = Unit(metric.unit, unit_code if quantity else self._currency(metric))
            yield from self._metric_columns(metric, unit, additive, rows)

    def _currency(self, metric: Metric) -> str:
        return self._plan.currency if metric.unit is UnitKind.CURRENCY else ""

    def _metric_columns(
        self, metric: Metric, unit: Unit, additive: bool, rows: Sequence[_Shown]
    ) -> Iterator[tuple[Column, _Cell]]:
        key, name = metric.key, metric.name
        decimals = metric.decimals
        if unit.kind is UnitKind.CURRENCY:
            decimals = currency_decimals(unit.code)
        elif unit.kind is UnitKind.QUANTITY:
            decimals = max((digits(self._value(key, one)) for one in rows), default=0)

        def figure(one: _Shown, slot: Slot = Slot.ASKED, suffix: str = "") -> Value:
            return _cell(self._value(key, one, slot, suffix), metric, decimals)

        def column(role: Role, words: str, unit: Unit = unit, decimals: int = decimals) -> Column:
            own = key if role is Role.METRIC else f"{key}.{role.value}"
            summed = additive and role is not Role.CHANGE_RATE and role is not Role.CUMULATIVE
            return Column(own, words, role, key, unit, decimals, summed)

        yield column(Role.METRIC, name), figure
        if self._query.currency and metric.unit is UnitKind.CURRENCY:
            base = {company.currency for company in self._plan.companies}
            if len(base) == 1:
                code = base.pop()
                beside = Column(
                    f"{key}.base",
                    f"{name} ({code})",
                    Role.METRIC,
                    key,
                    Unit(UnitKind.CURRENCY, code),
                    currency_decimals(code),
                    additive,
                )
                yield beside, lambda one: figure(one, suffix=BASE)
        if Slot.COMPARED in self._plan.frames:
            yield column(Role.COMPARISON, f"비교 {name}"), lambda one: figure(one, Slot.COMPARED)
            points = unit.kind is UnitKind.PERCENT
            change_unit = Unit(UnitKind.PERCENTAGE_POINTS) if points else unit
            yield (
                column(Role.CHANGE, f"{name} 증감", change_unit),
                lambda one: _cell(self._change(key, one), metric, decimals),
            )
            if not points:
                rate = column(Role.CHANGE_RATE, f"{name} 증감률", Unit(UnitKind.PERCENT), 1)
                yield rate, lambda one: self._change_rate(key, one)
        if key in self._plan.shares:
            yield (
                column(Role.SHARE, f"{name} 비중", Unit(UnitKind.PERCENT), 1),
                lambda one: one.shares.get(key),
            )
        if key in self._plan.cumulatives:
            yield (
                column(Role.CUMULATIVE, f"{name} 누계"),
                lambda one: (
                    None
                    if one.cumulative is None
                    else _cell(self._calculator.value(metric, one.cumulative), metric, decimals)
                ),
            )

    def _change(self, key: str, one: _Shown) -> Decimal | None:
        now, before = self._value(key, one), self._value(key, one, Slot.COMPARED)
        return None if now is None or before is None else now - before

    def _change_rate(self, key: str, one: _Shown) -> Decimal | None:
        change, before = self._change(key, one), self._value(key, one, Slot.COMPARED)
        return percent(change, abs(before)) if change is not None and before else None

    def _member_cell(self, dimension: Dimension, rows: Sequence[_Shown], first: bool) -> _Cell:
        if dimension.is_date:
            return lambda one: (
                OTHERS if one.others and first else self._grouping_value(dimension.key, one.row)
            )
        at = self._positions[dimension.key]
        keys: dict[str | None, set[str | None]] = defaultdict(set)
        for one in rows:
            if not one.others:
                keys[one.row.members[at].label].add(one.row.members[at].key)

        def cell(one: _Shown) -> Value:
            if one.others:
                return OTHERS if first else None
            member = one.row.members[at]
            if member.key is None:
                return None
            if dimension.kind is None:
                return dimension.members.get(member.key, member.key)
            detail = member.detail if len(keys[member.label]) > 1 else None
            return EntityReference(dimension.kind, member.key, member.label or member.key, detail or "")

        return cell


def percent(part: Decimal, whole: Decimal) -> Decimal:
    """Part of the whole in percent, to one decimal."""
    return rounded(EXACT.divide(part * 100, whole), 1)


def _only(one: _Shown, slot: Slot, keys: Collection[str], *, wanted: bool) -> Figures:
    found = one.row.figures.get(slot, {})
    return {key: value for key, value in found.items() if (key in keys) is wanted}


def _cell(value: Decimal | None, metric: Metric, decimals: int) -> Value:
    """Sums as they are, quotients to the decimals of their definition, counts as whole numbers."""
    if value is None:
        return None
    if metric.ratio:
        return rounded(value, decimals)
    return int(value) if metric.unit is UnitKind.COUNT else value


def digits(value: Decimal | None) -> int:
    """Digits after the point that the value really has."""
    exponent = value.normalize().as_tuple().exponent if value else 0
    return max(0, -exponent) if isinstance(exponent, int) else 0
