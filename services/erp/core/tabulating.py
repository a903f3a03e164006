"""From rows to the table that people see: figures rounded as defined, ordered, cut with ties, with the
columns that were asked for beside them.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from services.erp.core.catalog import Catalog
from services.erp.core.columns import Columns
from services.erp.core.figures import Figures, Row, add, in_order
from services.erp.core.frames import Slot
from services.erp.core.plan import Plan
from services.erp.core.query import Modifier, Operator, Ordering
from services.erp.core.result import Column, Role, Table, Unit, UnitKind
from services.erp.core.shown import Shown, Values, percent

ROW_COUNT: Final = "row_count"
"""Key of the column that says how many rows there are."""
_COMPARE: Final[Mapping[Operator, Callable[[Decimal, Decimal], bool]]] = {
    Operator.GREATER_OR_EQUAL: Decimal.__ge__,
    Operator.GREATER: Decimal.__gt__,
    Operator.LESS_OR_EQUAL: Decimal.__le__,
    Operator.LESS: Decimal.__lt__,
    Operator.EQUAL: Decimal.__eq__,
    Operator.NOT_EQUAL: Decimal.__ne__,
}


def tabulate(plan: Plan, catalog: Catalog, rows: Sequence[Row], row_limit: int) -> Table:
    """The result of the plan."""
    return _Tabulator(plan, catalog).table(rows, row_limit)


def count_of(plan: Plan, count: int) -> Table:
    """The number of rows as a table of one cell."""
    name = " · ".join(dimension.name for dimension in plan.dimensions)
    column = Column(ROW_COUNT, f"{name} 수", Role.METRIC, "", Unit(UnitKind.COUNT))
    return Table((column,), ((count,),), 1)


_ShareGroup = tuple[date | None, str | None]
_Wholes = Mapping[_ShareGroup, Decimal | None]


class _Tabulator:
    def __init__(self, plan: Plan, catalog: Catalog) -> None:
        self._plan = plan
        self._query = plan.query
        self._values = Values(plan, catalog)
        self._metrics = self._values.metrics
        self._calculator = self._values.calculator
        self._orderings = plan.query.orderings or tuple(self._default_orderings())
        metrics = [ordering for ordering in self._orderings if ordering.key in self._metrics]
        self._ranked_by = [*metrics, Ordering(plan.query.metrics[0], descending=True)][0]

    def _default_orderings(self) -> Iterator[Ordering]:
        for grouping in (self._plan.date_grouping, self._plan.due_grouping):
            if grouping is not None:
                yield Ordering(grouping.dimension)
        yield Ordering(self._query.metrics[0], descending=True)

    def table(self, rows: Sequence[Row], row_limit: int) -> Table:
        every = [Shown(row) for row in rows]
        wholes = {key: self._wholes(key, every) for key in self._plan.shares}
        self._add_shares(every, wholes)
        self._add_cumulative(every)
        kept = [one for one in every if self._meets_conditions(one)]
        if self._query.count_rows:
            return count_of(self._plan, len({one.row.identity for one in kept if _is_known(one)}))
        if self._query.top:
            kept = [one for one in kept if self._ranks(one)]
        self._sort(kept)
        groups = [list(group) for _, group in groupby(kept, self._group)]
        for group in groups:
            self._add_ranks(group)
        if self._query.top:
            groups = [cut for group in groups if (cut := self._cut(group))]
            if Modifier.SHARE in self._query.modifiers:
                self._add_rest(every, groups, wholes)
        kept = [one for group in groups for one in group]
        columns = list(Columns(self._values, kept, self._ranked_by.key))
        return Table(
            tuple(column for column, _ in columns),
            tuple(tuple(cell(one) for _, cell in columns) for one in kept[:row_limit]),
            len(kept),
        )

    # --- which rows, in which order -------------------------------------------------------------------------

    def _meets_conditions(self, one: Shown) -> bool:
        for condition in self._query.metric_conditions:
            value = self._values.figure(condition.metric, condition.role, one)
            if value is None or not _COMPARE[condition.operator](value, condition.value):
                return False
        return True

    def _ranks(self, one: Shown) -> bool:
        """There is something of what is ranked by: no row is neither first nor last. A change has something where
        either period has.
        """
        by = self._ranked_by
        slots = {
            Role.METRIC: [Slot.ASKED],
            Role.SHARE: [Slot.ASKED],
            Role.COMPARISON: [Slot.COMPARED],
        }.get(by.role, list(Slot))
        metric = self._metrics[by.key]
        return (
            any(self._calculator.present(metric, one.row.figures.get(slot, {})) for slot in slots)
            and self._values.figure(by.key, by.role, one) is not None
        )

    def _ordered_value(self, ordering: Ordering, one: Shown) -> Any:
        """What the row is ordered by; None = last."""
        if ordering.key in self._metrics:
            return self._values.figure(ordering.key, ordering.role, one)
        return self._values.member(ordering.key, one.row)

    def _group(self, one: Shown) -> Any:
        """The group in which a row is ranked and cut: its members of the first groupings."""
        return tuple(self._member_key(dimension.key, one) for dimension in self._outer)

    @property
    def _outer(self) -> Sequence[Any]:
        return self._plan.dimensions[: self._query.top_within]

    def _member_key(self, key: str, one: Shown) -> Any:
        if key in self._values.positions:
            return one.row.members[self._values.positions[key]].key
        return self._values.member(key, one.row)

    def _sort(self, rows: list[Shown]) -> None:
        """By the groups of `top_within`, the orderings, then by the members' names; what is missing comes last."""
        names = [Ordering(dimension.key) for dimension in self._plan.dimensions]
        asked = {ordering.key: ordering for ordering in self._orderings}
        rows.sort(key=lambda one: ([member.key or "" for member in one.row.members], in_order(one.row.unit)))
        for ordering in reversed([*self._orderings, *names]):
            _sort_by(rows, partial(self._ordered_value, ordering), ordering.descending)
        for dimension in reversed(self._outer):
            _sort_by(rows, partial(self._member_key, dimension.key))
            ordering = asked.get(dimension.key, Ordering(dimension.key))
            _sort_by(rows, partial(self._ordered_value, ordering), ordering.descending)

    def _identity(self, one: Shown) -> Any:
        """What is ranked: the members, and each unit of its own where a quantity is ranked."""
        by_unit = self._metrics[self._ranked_by.key].unit is UnitKind.QUANTITY
        return one.row.identity, one.row.unit if by_unit else None

    def _add_ranks(self, rows: Iterable[Shown]) -> None:
        if Modifier.RANK not in self._query.modifiers:
            return
        ranked = {self._identity(one): one for one in rows if self._ranks(one)}
        by = self._ranked_by
        values = {key: self._values.figure(by.key, by.role, one) for key, one in ranked.items()}
        better = sorted((v for v in values.values() if v is not None), reverse=by.descending)
        first = {value: at + 1 for at, value in reversed(list(enumerate(better)))}
        for one in rows:
            value = values.get(self._identity(one))
            one.rank = None if value is None else first[value]

    def _cut(self, rows: Sequence[Shown]) -> list[Shown]:
        """From the row asked for to the Nth of the order, and all that tie with the one or the other."""
        kept: list[Shown] = []
        seen: set[Any] = set()
        last: Any = None
        before = 0
        for one in rows:
            identity = self._identity(one)
            values = [self._ordered_value(ordering, one) for ordering in self._orderings]
            if identity not in seen and len(seen) >= self._query.top and values != last:
                break
            if identity not in seen and len(seen) < self._query.top:
                if len(seen) < self._query.rank_from and values != last:
                    before = len(kept)  # the first of those that tie with the row asked for
                last = values
            seen.add(identity)
            kept.append(one)
        return kept[before:] if len(seen) >= self._query.rank_from else []

    # --- over several rows ----------------------------------------------------------------------------------

    def _share_group(self, key: str, row: Row) -> _ShareGroup:
        """What a row is a part of: all of its unit; of its period where a trend has other groupings."""
        by_period = len(self._plan.dimensions) > 1
        return row.period if by_period else None, row.unit if self._is_quantity(key) else None

    def _is_quantity(self, key: str) -> bool:
        return self._metrics[key].unit is UnitKind.QUANTITY

    def _wholes(self, key: str, rows: Iterable[Shown]) -> _Wholes:
        """The metric's total for each share group; what has no unit counts once, however many units there are."""
        parts: dict[_ShareGroup, list[Figures]] = defaultdict(list)
        for one in rows:
            if self._is_quantity(key) or not one.row.repeated:
                parts[self._share_group(key, one.row)].append(one.row.figures[Slot.ASKED])
        return {
            group: self._calculator.value(self._metrics[key], add(figures))
            for group, figures in parts.items()
        }

    def _add_shares(self, rows: Iterable[Shown], wholes: Mapping[str, _Wholes]) -> None:
        for one in rows:
            for key, by_group in wholes.items():
                part, whole = self._values.value(key, one), by_group.get(self._share_group(key, one.row))
                one.shares[key] = percent(part, whole) if part is not None and whole else None

    def _add_cumulative(self, rows: Iterable[Shown]) -> None:
        if not self._plan.cumulatives:
            return
        running: dict[Any, Figures] = {}
        for one in sorted(rows, key=lambda one: one.row.period or date.min):
            series = one.row.members, one.row.due, one.row.unit
            one.cumulative = running[series] = add([running.get(series, {}), one.row.figures[Slot.ASKED]])

    def _add_rest(
        self, every: Sequence[Shown], groups: list[list[Shown]], wholes: Mapping[str, _Wholes]
    ) -> None:
        """What the cut leaves out of each group, as one row (one a unit) at its end."""
        shown = {id(one) for group in groups for one in group}
        left: dict[Any, list[Shown]] = defaultdict(list)
        for one in every:
            if id(one) not in shown:
                left[self._group(one)].append(one)
        if not groups and not self._outer:
            groups.append([])
        for group in groups:
            key = self._group(group[0]) if group else ()
            rest = self._rest(left[key], group)
            self._add_shares(rest, wholes)
            group.extend(rest)

    def _rest(self, left: Sequence[Shown], kept: Sequence[Shown]) -> list[Shown]:
        whole_groups = {one.row.identity for one in kept}
        once = {one.row.identity: one for one in left if one.row.identity not in whole_groups}
        quantities = self._plan.quantities
        by_unit: dict[str | None, list[Shown]] = defaultdict(list)
        for one in left:
            by_unit[one.row.unit].append(one)
        rest = []
        of_period = any(dimension.key == "date" for dimension in self._outer)
        for number, (unit, parts) in enumerate(sorted(by_unit.items(), key=lambda item: in_order(item[0]))):
            figures = {
                slot: {
                    **add(_only(one, slot, quantities, wanted=False) for one in once.values()),
                    **add(_only(one, slot, quantities, wanted=True) for one in parts),
                }
                for slot in self._plan.frames
            }
            first = parts[0].row
            row = Row(
                first.members,
                first.period if of_period else None,
                first.due,
                unit,
                figures,
                number > 0,
                first.step,
            )
            rest.append(Shown(row, others=True))
        return rest


def _sort_by(rows: list[Shown], value: Callable[[Shown], Any], descending: bool = False) -> None:
    """Stable; rows without a value come last."""
    valued = [(value(one), one) for one in rows]
    there = [pair for pair in valued if pair[0] is not None]
    there.sort(key=itemgetter(0), reverse=descending)
    rows[:] = [one for _, one in there] + [one for found, one in valued if found is None]


def _only(one: Shown, slot: Slot, keys: Collection[str], *, wanted: bool) -> Figures:
    found = one.row.figures.get(slot, {})
    return {key: value for key, value in found.items() if (key in keys) is wanted}


def _is_known(one: Shown) -> bool:
    """The row is of something: what is missing isn't one more."""
    return all(member.key is not None for member in one.row.members)
