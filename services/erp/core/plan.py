"""From a typed question to a plan: what is read, from which facts, for which days, under which policy.

Everything that can be wrong with a question is found here, before anything is read.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from services.erp.core.catalog import Catalog, Dimension, Measure, Metric, TimeBehavior, Window
from services.erp.core.checks import (
    base_currency,
    check_filter,
    check_groupings,
    check_nodes,
    chosen_companies,
    known_dimension,
    owned,
    permitted_metric,
    refused,
)
from services.erp.core.frames import Frame, Slot, frames_of, too_many_periods
from services.erp.core.policy import Grant
from services.erp.core.query import (
    DATE,
    DUE_DATE,
    AllOf,
    Filter,
    Grouping,
    Member,
    Modifier,
    Query,
    members_of,
)
from services.erp.core.reference import Company, Reference
from services.erp.core.result import EntityKind, EntityReference, Role, UnitKind
from services.erp.core.shape_checks import check_shape
from services.erp.errors import QueryRefused, UnknownDimension

MAX_SEPARATE_PERIODS = 60
"""Of a balance that is computed anew for each period."""


class Reading(StrEnum):
    """How a measure's rows are read for a slot's days."""

    PERIOD = "period"
    """Rows of the days: a flow."""
    NOW = "now"
    """The rows that say how things stand now."""
    TO_DAY = "to_day"
    """All rows up to the last day: a balance."""
    RUNNING = "running"
    """All rows up to the last day, by period, to be added up from the beginning: a balance's trend."""
    EACH_PERIOD = "each_period"
    """All rows up to the end of each period, once for each: the trend of a balance that isn't a plain sum."""


@dataclass(frozen=True, slots=True)
class LeafPlan:
    """One metric that is read in a slot, its measure, and how."""

    metric: Metric
    measure: Measure
    reading: Reading


@dataclass(frozen=True, slots=True)
class Plan:
    """A question that can be answered."""

    query: Query
    metrics: tuple[Metric, ...]
    beside: Mapping[str, tuple[Metric, ...]]
    """Metric -> the figures shown beside it."""
    leaves: Mapping[Slot, tuple[LeafPlan, ...]]
    dimensions: tuple[Dimension, ...]
    """Those of the groupings."""
    companies: tuple[Company, ...]
    all_companies: bool
    """Every company that there is, the asker's part or not."""
    currency: str
    """Of the figures."""
    frames: Mapping[Slot, Frame]
    fiscal_start_month: int
    restrictions: Mapping[str, tuple[Member, ...]]
    """Fact -> the policy's row filters on it, the company's left out."""
    additive: frozenset[str]
    """Metrics whose figures add up over the rows to the whole's: no balances over days, no document twice."""
    selected: tuple[Filter, ...]
    """The question's selections, as the conditions that they came to."""
    named: tuple[EntityReference, ...]
    """Members that stand in the table even without rows."""
    shares: frozenset[str]
    cumulatives: frozenset[str]

    @property
    def quantities(self) -> frozenset[str]:
        """The leaves that have a unit for each row."""
        leaves = self.leaves[Slot.ASKED]
        return frozenset(leaf.metric.key for leaf in leaves if leaf.metric.unit is UnitKind.QUANTITY)

    @property
    def is_plain_ranking(self) -> bool:
        """The first rows by one figure of one fact, and nothing beside them: the database can do the cutting."""
        query = self.query
        more = (
            query.comparison,
            query.metric_conditions,
            query.modifiers,
            query.top_within,
            query.without_rows,
        )
        by = query.orderings[0] if len(query.orderings) == 1 else None
        ordered = not query.orderings or (
            by is not None and by.key == query.metrics[0] and by.role is Role.METRIC
        )
        leaves = self.leaves[Slot.ASKED]
        return bool(
            query.top
            and not any(more)
            and not query.currency
            and ordered
            and len(leaves) == 1
            and leaves[0].metric.key == query.metrics[0]
            and not any(dimension.is_date for dimension in self.dimensions)
        )

    @property
    def has_gaps(self) -> bool:
        """Only what has rows is shown: of a ranking, and of documents, which are of one day each."""
        return bool(self.query.top) or any(dimension.is_document for dimension in self.dimensions)

    @property
    def date_grouping(self) -> Grouping | None:
        return next((g for g in self.query.groupings if g.dimension == DATE), None)

    @property
    def due_grouping(self) -> Grouping | None:
        return next((g for g in self.query.groupings if g.dimension == DUE_DATE), None)


def make_plan(
    query: Query,
    catalog: Catalog,
    grant: Grant,
    reference: Reference,
    today: date,
    selected: tuple[Filter, ...] = (),
) -> Plan:
    """Check the query against the catalog, the policy and the data's names. `selected`: what its selections came to.

    Raises:
        UnknownMetric, UnknownDimension: the catalog has no such thing, or the metric has no such dimension.
        MetricForbidden: the asker's roles don't open the metric.
        MemberNotFound: a filter or the companies name what does not exist or may not be seen.
        QueryRefused: the figure would be wrong, or there is no such figure.
    """
    metrics = tuple(permitted_metric(key, catalog, grant) for key in query.metrics)
    dimensions = tuple(known_dimension(grouping.dimension, catalog, grant) for grouping in query.groupings)
    check_groupings(query, dimensions)
    check_nodes(query, dimensions, grant, reference)
    check_shape(query, metrics, dimensions)
    if query.filter is not None:
        query = replace(query, filter=owned(query.filter, grant))
    filtered = check_filter(query.filter, catalog, grant, reference, 1) if query.filter else frozenset()
    filtered |= {member.dimension for one in selected for member in members_of(one)}
    companies = chosen_companies(query, grant, reference, filtered)
    frames = frames_of(query, metrics, reference.fiscal_start_month, today)
    needed = {grouping.dimension for grouping in query.groupings} | filtered
    grouped = {dimension.key for dimension in dimensions}
    beside = {
        metric.key: tuple(one for one in metric.beside if not one.reveals or one.reveals in grant.metrics)
        for metric in metrics
        if metric.beside_dimension in grouped
    }
    shown = (*metrics, *(figure for figures in beside.values() for figure in figures))
    wanted = dict.fromkeys(leaf for metric in shown for leaf in catalog.leaves(metric))
    leaves = {
        slot: tuple(_leaf(leaf, query, catalog, needed, frame, today) for leaf in wanted)
        for slot, frame in frames.items()
    }
    every = [leaf for slot in leaves.values() for leaf in slot]
    restrictions = {
        fact.key: tuple(member for member in grant.on(fact) if member.dimension != EntityKind.COMPANY)
        for leaf in every
        for fact in (leaf.measure.fact, *((leaf.measure.fact.added.fact,) if leaf.measure.fact.added else ()))
    }
    parts = {
        metric.key: [leaf for leaf in every if leaf.metric in catalog.leaves(metric)] for metric in metrics
    }
    for metric in metrics:
        _check_parts(metric, parts[metric.key], restrictions)
    adding_up = {
        metric.key
        for metric in metrics
        if all(
            leaf.measure.additive_over(grouping.dimension)
            for leaf in parts[metric.key]
            for grouping in query.groupings
        )
    }
    dates = [grouping.dimension == DATE for grouping in query.groupings]
    flows = {metric.key for metric in metrics if metric.time is TimeBehavior.FLOW}
    return Plan(
        query,
        metrics,
        beside,
        leaves,
        dimensions,
        companies,
        set(reference.companies) == {company.key for company in companies},
        query.currency or base_currency(metrics, companies),
        frames,
        reference.fiscal_start_month,
        restrictions,
        frozenset(adding_up if not any(dates) else adding_up & flows),
        selected,
        tuple(_named(query, dimensions, grant, reference)) if query.show_named else (),
        _modified(
            Modifier.SHARE,
            query,
            {
                metric.key: metric.key in adding_up
                and metric.sides is None
                and (metric.key in flows or dates != [True])
                for metric in metrics
            },
            "부분을 더해도 전체가 되지 않는 지표라서 비중을 낼 수 없습니다.",
            "The parts don't add up to the whole: there are no shares.",
        ),
        _modified(
            Modifier.CUMULATIVE,
            query,
            {metric.key: metric.key in flows for metric in metrics},
            "잔액이라서 누계를 낼 수 없습니다.",
            "A balance has no running total.",
        ),
    )


def _named(
    query: Query, dimensions: Iterable[Dimension], grant: Grant, reference: Reference
) -> Iterator[EntityReference]:
    """The members of the one grouping that the filter names: its nodes, or else those that have nothing below."""
    others = [one for one in dimensions if one.key != DATE]
    cut = query.top or query.count_rows or query.without_rows or any(g.level for g in query.groupings)
    if cut or len(others) != 1 or others[0].kind is None or others[0].is_document:
        return
    dimension = others[0]
    nodes = next(g.nodes for g in query.groupings if g.dimension == dimension.key)
    parts = query.filter.filters if isinstance(query.filter, AllOf) else (query.filter,)
    for part in parts:
        if isinstance(part, Member) and part.dimension == dimension.key:
            for key in part.members:
                found = dimension.kind and reference.index.find(dimension.kind, key, grant)
                inner = reference.index.has_below(dimension.key, key)
                if found and (key in nodes if nodes else not inner):
                    yield found


def _leaf(
    leaf: Metric,
    query: Query,
    catalog: Catalog,
    needed: Iterable[str],
    frame: Frame,
    today: date,
) -> LeafPlan:
    """The metric's measure that has every dimension asked for, and how it is read for the frame's days."""
    dimensions = {*needed, *([DUE_DATE] if query.due_range else [])}
    trend = DATE in dimensions
    if leaf.time is TimeBehavior.BALANCE and max(frame.as_of, frame.range.start) > today:
        raise refused(
            f"아직 오지 않은 날의 {leaf.name}은(는) 알 수 없습니다.",
            f'"{leaf.key}" is not known for a day to come.',
            metric=leaf.key,
            dimension=DATE,
        )
    own = leaf.window is Window.OWN
    now = leaf.now if frame.as_of == today and not trend and own else ()
    measures = now + leaf.measures
    if not measures:
        raise refused(
            f"{leaf.name}은(는) 지금 상태만 알 수 있고, 지난 날의 값은 남아 있지 않습니다.",
            f'"{leaf.key}" is known as it stands now; past days are not kept.',
            metric=leaf.key,
            dimension=DATE,
            cause="not_additive" if trend else "unsupported",
        )
    for measure in measures:
        if all(measure.fact.expression(dimension) for dimension in dimensions):
            if query.currency and not _in_document_currency(measure):
                raise refused(
                    f"{leaf.name}은(는) 외화로 볼 수 없습니다.",
                    f'"{leaf.key}" is not kept in document currencies.',
                    metric=leaf.key,
                    dimension="currency",
                )
            reading = _reading(measure, leaf, trend)
            if reading is Reading.EACH_PERIOD and len(frame.periods) > MAX_SEPARATE_PERIODS:
                raise too_many_periods(MAX_SEPARATE_PERIODS)
            return LeafPlan(leaf, measure, reading)
    raise _no_measure(leaf, measures, dimensions, catalog)


def _in_document_currency(measure: Measure) -> bool:
    return bool(measure.fact.currency) and bool(measure.document_sum or not measure.sum)


def _reading(measure: Measure, leaf: Metric, trend: bool) -> Reading:
    if leaf.window is not Window.OWN:
        return Reading.EACH_PERIOD if trend else Reading.TO_DAY
    if leaf.time is TimeBehavior.FLOW:
        return Reading.PERIOD
    if measure.fact.snapshot:
        return Reading.NOW
    if not trend:
        return Reading.TO_DAY
    return Reading.EACH_PERIOD if measure.fact.rollup or measure.distinct else Reading.RUNNING


def _no_measure(
    leaf: Metric, measures: Iterable[Measure], dimensions: Iterable[str], catalog: Catalog
) -> UnknownDimension | QueryRefused:
    for key in sorted(dimensions):
        if any(measure.fact.expression(key) for measure in measures):
            continue
        name = catalog.dimensions[key].name
        if any(_fans_out(measure, key, catalog) for measure in measures):
            return refused(
                f"{leaf.name}을(를) {name}별로 나누면 금액이 중복 계산됩니다.",
                f'Breaking "{leaf.key}" down by {key} would count amounts twice.',
                metric=leaf.key,
                dimension=key,
                cause="fan_out",
            )
        return UnknownDimension(
            dimension=key,
            words={
                "why_ko": f"{leaf.name}은(는) {name}별로 나누거나 거를 수 없습니다.",
                "why_en": f'"{leaf.key}" can\'t be broken down or filtered by {key}.',
            },
        )
    return refused(
        f"{leaf.name}은(는) 이 기준들로 함께 나눌 수 없습니다.",
        f'"{leaf.key}" can\'t be broken down by these dimensions together.',
        metric=leaf.key,
    )


def _fans_out(measure: Measure, dimension: str, catalog: Catalog) -> bool:
    """Rows that have the dimension belong to this fact's rows, many to one."""
    return any(
        fact.expression(dimension)
        and any(column.info.get("references") == measure.fact.table.name for column in fact.table.c)
        and fact.table is not measure.fact.table
        for fact in catalog.facts.values()
    )


def _check_parts(
    metric: Metric, leaves: Iterable[LeafPlan], restrictions: Mapping[str, tuple[Member, ...]]
) -> None:
    """What is computed from several figures needs all of them over the same part of the company."""
    parts = {frozenset(m.dimension for m in restrictions[leaf.measure.fact.key]) for leaf in leaves}
    if len(parts) > 1:
        raise refused(
            f"{metric.name}은(는) 볼 수 있는 범위가 서로 다른 값으로 계산되어 보여 드릴 수 없습니다.",
            f'"{metric.key}" is computed from figures of which you may see different parts.',
            metric=metric.key,
        )


def _modified(modifier: Modifier, query: Query, able: Mapping[str, bool], ko: str, en: str) -> frozenset[str]:
    """The metrics that get the modifier's column; a question in which none can is refused."""
    if modifier not in query.modifiers:
        return frozenset()
    if not any(able.values()):
        first = next(iter(able))
        raise refused(ko, en, metric=first, cause="not_additive")
    return frozenset(key for key, yes in able.items() if yes)
