"""From a plan to one statement: each fact grouped at its own grain, the results side by side.

Every fact is a branch of its own (for each slot, and where needed for each period), so facts never multiply
each other's rows; `figures.py` puts the branches together by the grouping's members. All branches have the
same columns.
"""

import functools
import operator
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    String,
    Subquery,
    and_,
    case,
    distinct,
    func,
    literal,
    literal_column,
    null,
    select,
    type_coerce,
    union_all,
)

from services.erp.core.bases import current_rows, rolled_up, with_sums
from services.erp.core.catalog import Dimension, Fact, Term, TimeBehavior, Window
from services.erp.core.conditions import Trees, Unindexed, defined, filtered, is_one_of, meets
from services.erp.core.frames import Frame, Slot
from services.erp.core.joins import Joins
from services.erp.core.periods import period_key, year_before
from services.erp.core.plan import LeafPlan, Plan, Reading
from services.erp.core.query import DATE, DateRange, Filter, Grain
from services.erp.core.result import UnitKind
from services.erp.exact_decimal import ExactDecimal
from services.erp.ports import AnySelect

BEFORE: Final = "before"
"""The period of all rows before the first one, in a balance's trend."""
BASE: Final = "@base"
"""After a leaf's key: the same in the base currency, beside the document's."""
_SCALES: Final = {UnitKind.CURRENCY: 4, UnitKind.QUANTITY: 6, UnitKind.DAYS: 6}


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. Its columns: slot, period, due, unit; member, label and detail for each grouping that is
    no date; then a figure for each of `figures`.
    """

    select: AnySelect
    figures: tuple[str, ...]
    tables: frozenset[str]
    """What it reads."""
    reads: Mapping[str, int]
    """Tables whose rows are read one by one -> how often."""

    def cost(self, table_rows: Mapping[str, int]) -> int:
        """Rows read at most, given how many there are."""
        return sum(times * table_rows.get(table, 0) for table, times in self.reads.items())


def compile_plan(plan: Plan, dimensions: Mapping[str, Dimension], max_rows: int) -> Statement:
    """The plan's statement; it returns at most `max_rows` + 1 rows, so that too many can be told."""
    compiler = _Compiler(plan, dimensions)
    united = union_all(*compiler.branches()).subquery("figures")
    if plan.is_plain_ranking:
        united = _first(united, plan)
    joined: FromClause = united
    columns: list[ColumnElement[Any]] = [united.c.slot, united.c.period, united.c.due, united.c.unit_code]
    for at, dimension in enumerate(compiler.members):
        member = united.c[f"member_{at}"]
        if dimension.table is None:
            columns += [member, null().label(f"label_{at}"), null().label(f"detail_{at}")]
            continue
        named = dimension.table.alias(f"named_{at}")
        joins = Joins(named, within=joined, prefix=f"named_{at}_")
        joins.outer(named, named.c.id == member)
        detail = joins.column(dimension.detail) if dimension.detail else null()
        columns += [member, named.c[dimension.label].label(f"label_{at}"), detail.label(f"detail_{at}")]
        joined = joins.clause
        compiler.tables |= {dimension.table.name, *joins.tables}
    columns += [united.c[f"figure_{at}"] for at in range(len(compiler.figures))]
    statement = select(*columns).select_from(joined).limit(max_rows + 1)
    return Statement(statement, tuple(compiler.figures), frozenset(compiler.tables), compiler.reads)


def _first(figures: Subquery, plan: Plan) -> Subquery:
    """The rows of a ranking by its one figure that are shown, all that tie with the last included."""
    descending = not plan.query.orderings or plan.query.orderings[0].descending
    figure = figures.c.figure_0
    place = func.rank().over(order_by=figure.desc() if descending else figure.asc()).label("place")
    ranked = select(figures, place).where(figure.is_not(None)).subquery("ranked")
    return select(ranked).where(ranked.c.place <= plan.query.top).subquery("first")


class _Compiler:
    def __init__(self, plan: Plan, dimensions: Mapping[str, Dimension]) -> None:
        self.members = [dimension for dimension in plan.dimensions if not dimension.is_date]
        self.figures = dict(_figures(plan))
        self.tables: set[str] = set()
        self.reads: Counter[str] = Counter()
        self._plan = plan
        self._dimensions = dimensions
        self._rolled = {g.dimension: g for g in plan.query.groupings if g.level or g.nodes}
        self._trees = Trees()

    def branches(self) -> Iterator[AnySelect]:
        """One for each slot, fact and way of reading it; what counts distinct documents stands alone, since
        its figures by unit don't add up.
        """
        for slot, frame in self._plan.frames.items():
            together: dict[tuple[str, Reading, Window, bool], list[LeafPlan]] = {}
            for leaf in self._plan.leaves[slot]:
                alone = leaf.measure.distinct is not None
                way = leaf.measure.fact.key, leaf.reading, leaf.metric.window, alone
                together.setdefault(way, []).append(leaf)
            for (_, reading, window, _), leaves in together.items():
                for days, period in _windowed(window, _spans(reading, frame)):
                    yield self._branch(slot, leaves, days, period)

    def _branch(
        self, slot: Slot, leaves: Sequence[LeafPlan], days: DateRange | None, period: str | None
    ) -> AnySelect:
        """The leaves' figures over the rows of `days`, all in the given period, or each row in its own."""
        plan, fact = self._plan, leaves[0].measure.fact
        self.reads[fact.table.name] += 1
        balance = leaves[0].metric.time is TimeBehavior.BALANCE
        as_of = days.end if days is not None and balance else plan.frames[slot].as_of
        base = self._base(fact, days, as_of)
        joins = Joins(base)
        conditions = list(self._row_conditions(fact, joins, days, as_of))
        if len(leaves) == 1:
            conditions += [defined(one, joins, as_of) for one in leaves[0].measure.conditions]
        figures = dict(self._branch_figures(leaves, joins, as_of))
        date_grouping, due_grouping = plan.date_grouping, plan.due_grouping
        start_month = plan.fiscal_start_month
        keys: list[ColumnElement[Any]] = []
        if date_grouping and date_grouping.grain and period is None:
            grain = Grain.DAY if self._by_day(leaves) else date_grouping.grain
            keys.append(period_key(joins.first(fact.date), grain, start_month).label("period"))
        if due_grouping and due_grouping.grain:
            keys.append(period_key(joins.first(fact.due), due_grouping.grain, start_month).label("due"))
        if any(leaf.metric.unit is UnitKind.QUANTITY for leaf in leaves):
            keys.append(joins.first(fact.unit).label("unit_code"))
        keys += [
            self._member(fact, dimension, joins).label(f"member_{at}")
            for at, dimension in enumerate(self.members)
        ]
        grouped = {key.name: key for key in keys}
        columns = [
            literal(slot.value, String).label("slot"),
            grouped.get("period", literal(period, String).label("period")),
            grouped.get("due", type_coerce(null(), String).label("due")),
            grouped.get("unit_code", type_coerce(null(), String).label("unit_code")),
            *(grouped[f"member_{at}"] for at in range(len(self.members))),
            *(
                figures.get(name, type_coerce(null(), kind)).label(f"figure_{at}")
                for at, (name, kind) in enumerate(self.figures.items())
            ),
        ]
        self.tables |= {fact.table.name, *joins.tables}
        return (
            select(*columns)
            .select_from(joins.clause)
            .where(*conditions)
            .group_by(*(literal_column(name) for name in grouped))
        )

    def _by_day(self, leaves: Sequence[LeafPlan]) -> bool:
        """A plain trend is read day by day, in the order of the fact's index, which needs no sorting; the days are
        few, and `figures.py` adds them up to their periods.
        """
        return len(self._plan.dimensions) == 1 and all(
            leaf.metric.unit is not UnitKind.QUANTITY and leaf.measure.additive_over(DATE) for leaf in leaves
        )

    def _is_in_order(self, fact: Fact) -> bool:
        """An index has all rows by the one member that is grouped by: read along it, they need no sorting."""
        if len(self.members) != 1 or self._rolled:
            return False
        paths = fact.expression(self.members[0].key)
        needed = {path.column for path in (*fact.company, *fact.date)}
        return len(paths) == 1 and any(
            index.columns.keys()[0] == paths[0].column and needed <= set(index.columns.keys())
            for index in fact.table.indexes
            if not paths[0].steps
        )

    def _row_conditions(
        self, fact: Fact, joins: Joins, days: DateRange | None, as_of: date
    ) -> Iterator[ColumnElement[bool]]:
        """Which of the fact's rows count: company, days, definition, question, policy."""
        plan = self._plan
        companies = [company.key for company in plan.companies]
        in_order = days is not None and days.start == date.min and self._is_in_order(fact)
        yield meets(
            fact.company,
            joins,
            lambda column: is_one_of(Unindexed(column) if in_order else column, companies),
        )
        if not fact.rollup:
            if days is not None:
                yield from _within(joins.first(fact.date), days)
            yield from (defined(one, joins, as_of) for one in fact.conditions)
        if plan.query.due_range is not None:
            yield from _within(joins.first(fact.due), plan.query.due_range)
        if plan.query.currency:
            yield joins.first(fact.currency) == plan.query.currency
        wanted = [plan.query.filter] if plan.query.filter else []
        yield from self._filters(fact, joins, [*wanted, *plan.selected, *plan.restrictions[fact.key]])

    def _base(self, fact: Fact, days: DateRange | None, as_of: date) -> FromClause:
        """Where the fact's rows come from."""
        companies = [company.key for company in self._plan.companies]
        if fact.rollup:
            joins = Joins(fact.table)
            conditions = [defined(one, joins, as_of) for one in fact.conditions]
            if days is not None:
                conditions += _within(joins.first(fact.date), days)
            if "company_id" in fact.rollup.by:  # the ledger's index begins with it
                conditions.append(is_one_of(fact.table.c.company_id, companies))
            return rolled_up(fact, fact.rollup, joins, conditions)
        if fact.added:
            other = fact.added.fact
            joins = Joins(other.table)
            conditions = [
                meets(other.company, joins, lambda column: is_one_of(column, companies)),
                *(defined(one, joins, as_of) for one in other.conditions),
                *self._filters(other, joins, self._plan.restrictions[other.key]),
            ]
            self.tables |= {other.table.name, *joins.tables}
            self.reads[other.table.name] += 1
            return with_sums(fact, fact.added, joins, conditions, companies)
        if fact.current:
            return current_rows(fact, fact.current, as_of)
        return fact.table

    def _filters(self, fact: Fact, joins: Joins, filters: Iterable[Filter]) -> Iterator[ColumnElement[bool]]:
        for one in filters:
            yield filtered(one, fact, joins, self._dimensions, self._trees)

    def _member(self, fact: Fact, dimension: Dimension, joins: Joins) -> ColumnElement[Any]:
        member = joins.first(fact.expression(dimension.key))
        rolled = self._rolled.get(dimension.key)
        if rolled is None:
            return member
        trees, nodes = self._trees, rolled.nodes
        above = trees.under(dimension, nodes) if nodes else trees.above(dimension, rolled.level)
        joins.outer(above, above.c.id == member)
        return func.coalesce(above.c.node, member)

    def _branch_figures(
        self, leaves: Iterable[LeafPlan], joins: Joins, as_of: date
    ) -> Iterator[tuple[str, ColumnElement[Any]]]:
        several = len(list(leaves)) > 1
        for leaf in leaves:
            measure, key = leaf.measure, leaf.metric.key
            own = [defined(one, joins, as_of) for one in measure.conditions] if several else []
            if measure.distinct is not None:
                yield key, func.count(distinct(_where(own, joins.column(measure.distinct))))
            elif not measure.sum:
                yield key, func.sum(_where(own, literal_column("1", Integer)))
            elif self._plan.query.currency:
                yield key, func.sum(_where(own, _signed(measure.document_sum, joins)))
                yield key + BASE, func.sum(_where(own, _signed(measure.sum, joins)))
            else:
                yield key, func.sum(_where(own, _signed(measure.sum, joins)))


def _figures(plan: Plan) -> Iterator[tuple[str, Any]]:
    """The figures that are read, and their types."""
    for leaf in plan.leaves[Slot.ASKED]:
        scale = _SCALES.get(leaf.metric.unit)
        kind = Integer() if scale is None else ExactDecimal(scale)
        yield leaf.metric.key, kind
        if plan.query.currency and leaf.measure.sum:
            yield leaf.metric.key + BASE, kind


def _spans(reading: Reading, frame: Frame) -> Iterator[tuple[DateRange | None, str | None]]:
    """The days of each branch, and the period that all its rows are in (None: each in its own)."""
    whole = DateRange(date.min, frame.as_of)
    match reading:
        case Reading.NOW:
            yield None, ""
        case Reading.TO_DAY:
            yield whole, ""
        case Reading.PERIOD:
            yield frame.range, None if frame.periods else ""
        case Reading.RUNNING:
            first = frame.range.start
            if first > date.min:
                yield DateRange(date.min, date.fromordinal(first.toordinal() - 1)), BEFORE
            yield DateRange(first, min(frame.range.end, frame.as_of)), None
        case Reading.EACH_PERIOD:
            for period in frame.periods:
                if period.days.start <= frame.as_of:
                    yield DateRange(date.min, min(period.days.end, frame.as_of)), period.key.isoformat()


def _windowed(
    window: Window, spans: Iterable[tuple[DateRange | None, str | None]]
) -> Iterator[tuple[DateRange | None, str | None]]:
    """The spans up to a day, as the window has them."""
    for days, period in spans:
        if days is None or window is Window.OWN:
            yield days, period
        elif window is Window.YEAR:
            yield DateRange(year_before(days.end) + timedelta(days=1), days.end), period
        else:
            yield DateRange(date.min, year_before(days.end)), period


def _within(column: ColumnElement[Any], days: DateRange) -> Iterator[ColumnElement[bool]]:
    if days.start > date.min:
        yield column >= days.start
    yield column <= days.end


def _where(conditions: Sequence[ColumnElement[bool]], value: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((and_(*conditions), value)) if conditions else value


def _signed(terms: Sequence[Term], joins: Joins) -> ColumnElement[Any]:
    """The sum of a row's columns, each with its sign; where there are several, an empty one is 0."""
    columns = joins.base.c
    if len(terms) == 1:
        column = columns[terms[0].name]
        return column if terms[0].sign > 0 else -column
    signed = [func.coalesce(columns[term.name], 0) * term.sign for term in terms]
    return functools.reduce(operator.add, signed)
