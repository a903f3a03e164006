"""The columns of a result, and what stands in each of their cells."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Final

from services.erp.core.catalog import Dimension, Metric
from services.erp.core.compiling import BASE
from services.erp.core.frames import Slot
from services.erp.core.query import DATE, Grain, Modifier
from services.erp.core.result import Column, EntityReference, Role, Unit, UnitKind, Value
from services.erp.core.shown import Shown, Values, currency_decimals, digits, rounded

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
_AVERAGE_DECIMALS: Final = 2
"""Of an average of quantities or counts."""

Cell = Callable[[Shown], Value]


class Columns:
    """The columns for some rows, in the order of the question."""

    def __init__(self, values: Values, rows: Sequence[Shown], ranked_by: str) -> None:
        self._values = values
        self._plan = values.plan
        self._query = values.plan.query
        self._rows = rows
        self._ranked_by = ranked_by

    def __iter__(self) -> Iterator[tuple[Column, Cell]]:
        for at, (grouping, dimension) in enumerate(
            zip(self._query.groupings, self._plan.dimensions, strict=True)
        ):
            name = dimension.name
            if dimension.key == DATE and grouping.grain is not None:
                name = _GRAINS[grouping.grain]
            yield Column(dimension.key, name, Role.DIMENSION), self._member_cell(dimension, at)
        units = {one.row.unit for one in self._rows if one.row.unit is not None}
        if self._plan.quantities:
            yield Column("unit", "단위", Role.DIMENSION), lambda one: one.row.unit or None
        if Modifier.RANK in self._query.modifiers:
            yield Column("rank", "순위", Role.RANK, self._ranked_by), lambda one: one.rank
        unit_code = next(iter(units)) if len(units) == 1 else ""
        repeated = any(one.row.repeated for one in self._rows)
        for metric in self._plan.metrics:
            quantity = metric.unit is UnitKind.QUANTITY
            additive = (
                metric.key in self._plan.additive
                and metric.sides is None
                and not self._query.average_over
                and (len(units) <= 1 if quantity else not repeated)
            )
            unit = Unit(metric.unit, unit_code if quantity else self._currency(metric))
            yield from self._metric_columns(metric, unit, additive)
            for figure in self._plan.beside.get(metric.key, ()):
                yield from self._beside(figure, metric, unit_code)

    def _beside(self, figure: Metric, metric: Metric, unit_code: str) -> Iterator[tuple[Column, Cell]]:
        decimals = max((digits(self._values.value(figure.key, one)) for one in self._rows), default=0)
        unit = Unit(UnitKind.QUANTITY, unit_code)
        yield (
            Column(figure.key, figure.name, Role.FIELD, metric.key, unit, decimals),
            lambda one: self._values.value(figure.key, one),
        )

    def _currency(self, metric: Metric) -> str:
        return self._plan.currency if metric.unit is UnitKind.CURRENCY else ""

    def _metric_columns(self, metric: Metric, unit: Unit, additive: bool) -> Iterator[tuple[Column, Cell]]:
        key, name, values = metric.key, metric.name, self._values
        decimals = self._decimals(metric, unit)
        quotient = metric.sides is not None or self._query.average_over is not None

        def cell(value: Decimal | None) -> Value:
            """Sums as they are, quotients to the decimals of their definition, counts as whole numbers."""
            if value is None:
                return None
            if quotient:
                return rounded(value, decimals)
            return int(value) if metric.unit is UnitKind.COUNT else value

        def in_percent(value: Decimal | None) -> Value:
            return None if value is None else rounded(value, 1)

        def column(role: Role, words: str, unit: Unit = unit, decimals: int = decimals) -> Column:
            own = key if role is Role.METRIC else f"{key}.{role.value}"
            summed = additive and role is not Role.CHANGE_RATE and role is not Role.CUMULATIVE
            return Column(own, words, role, key, unit, decimals, summed)

        yield column(Role.METRIC, name), lambda one: cell(values.value(key, one))
        if self._query.currency and metric.unit is UnitKind.CURRENCY:
            yield from self._base_column(metric, additive, cell)
        if Slot.COMPARED in self._plan.frames:
            yield (
                column(Role.COMPARISON, f"비교 {name}"),
                lambda one: cell(values.value(key, one, Slot.COMPARED)),
            )
            points = unit.kind is UnitKind.PERCENT
            change_unit = Unit(UnitKind.PERCENTAGE_POINTS) if points else unit
            yield (
                column(Role.CHANGE, f"{name} 증감", change_unit),
                lambda one: cell(values.change(key, one)),
            )
            if not points:
                rate = column(Role.CHANGE_RATE, f"{name} 증감률", Unit(UnitKind.PERCENT), 1)
                yield rate, lambda one: in_percent(values.figure(key, Role.CHANGE_RATE, one))
        if key in self._plan.shares:
            share = column(Role.SHARE, f"{name} 비중", Unit(UnitKind.PERCENT), 1)
            yield share, lambda one: in_percent(one.shares.get(key))
        if key in self._plan.cumulatives:
            yield (
                column(Role.CUMULATIVE, f"{name} 누계"),
                lambda one: (
                    None if one.cumulative is None else cell(values.calculator.value(metric, one.cumulative))
                ),
            )

    def _decimals(self, metric: Metric, unit: Unit) -> int:
        if unit.kind is UnitKind.CURRENCY:
            return currency_decimals(unit.code)
        if self._query.average_over is not None:
            return _AVERAGE_DECIMALS
        if unit.kind in (UnitKind.QUANTITY, UnitKind.DAYS):
            return max((digits(self._values.value(metric.key, one)) for one in self._rows), default=0)
        return metric.decimals

    def _base_column(
        self, metric: Metric, additive: bool, cell: Callable[[Decimal | None], Value]
    ) -> Iterator[tuple[Column, Cell]]:
        """The company's currency beside the document's, where there is one."""
        base = {company.currency for company in self._plan.companies}
        if len(base) == 1:
            code = base.pop()
            yield (
                Column(
                    f"{metric.key}.base",
                    f"{metric.name} ({code})",
                    Role.METRIC,
                    metric.key,
                    Unit(UnitKind.CURRENCY, code),
                    currency_decimals(code),
                    additive,
                ),
                lambda one: cell(self._values.value(metric.key, one, suffix=BASE)),
            )

    def _member_cell(self, dimension: Dimension, at_grouping: int) -> Cell:
        """The member; in the rest of a cut, the group that it is the rest of, then 기타."""
        within = self._query.top_within

        def rest(one: Shown) -> bool:
            return one.others and at_grouping >= within

        others = OTHERS if at_grouping == within else None
        if dimension.is_date:
            return lambda one: others if rest(one) else self._values.member(dimension.key, one.row)
        at = self._values.positions[dimension.key]
        keys: dict[str | None, set[str | None]] = defaultdict(set)
        for one in self._rows:
            if not rest(one):
                keys[one.row.members[at].label].add(one.row.members[at].key)

        def cell(one: Shown) -> Value:
            if rest(one):
                return others
            member = one.row.members[at]
            if member.key is None:
                return None
            if dimension.kind is None:
                return dimension.members.get(member.key, member.key)
            detail = member.detail if len(keys[member.label]) > 1 else None
            return EntityReference(dimension.kind, member.key, member.label or member.key, detail or "")

        return cell
