"""A typed question to the semantic catalog, as maru.erp.v1.Query says it; see there for what each field
means.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from services.erp.core.result import Role

DATE = "date"
"""The dimension of a metric's own dates."""
DUE_DATE = "due_date"
"""The dimension of the days on which things fall due."""


class Grain(StrEnum):
    """The size of a step of a date dimension."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"
    FISCAL_YEAR = "fiscal_year"


class Operator(StrEnum):
    """How a figure is compared with a value."""

    GREATER_OR_EQUAL = "greater_or_equal"
    GREATER = "greater"
    LESS_OR_EQUAL = "less_or_equal"
    LESS = "less"
    EQUAL = "equal"
    NOT_EQUAL = "not_equal"


class ComparisonKind(StrEnum):
    """How the other period relates to the asked one."""

    PREVIOUS_PERIOD = "previous_period"
    SAME_PERIOD_LAST_YEAR = "same_period_last_year"
    NAMED = "named"


class Modifier(StrEnum):
    """A further column for each metric."""

    SHARE = "share"
    CUMULATIVE = "cumulative"
    RANK = "rank"


@dataclass(frozen=True, slots=True)
class DateRange:
    """Calendar days from start to end, both included."""

    start: date
    end: date


@dataclass(frozen=True, slots=True)
class Grouping:
    """One dimension to group by; `grain` for dates; `level` of a tree (1 = top, below a lone root), 0 = as the row says.

    `nodes` of a tree: a row counts under each of them that it lies below; below none, as the row says.
    """

    dimension: str
    grain: Grain | None = None
    level: int = 0
    nodes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """A row's member of the dimension is one of these, or lies below one; none only when asked for. `own`: the asker's
    own members, which the plan takes from the claims.
    """

    dimension: str
    members: tuple[str, ...] = ()
    include_missing: bool = False
    own: bool = False


@dataclass(frozen=True, slots=True)
class AllOf:
    filters: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    filters: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class Not:
    filter: "Filter"


Filter = Member | AllOf | AnyOf | Not


def members_of(node: Filter | None) -> Iterator[Member]:
    """All comparisons in the filter."""
    match node:
        case AllOf(filters) | AnyOf(filters):
            for one in filters:
                yield from members_of(one)
        case Not(inner):
            yield from members_of(inner)
        case Member():
            yield node


@dataclass(frozen=True, slots=True)
class MetricCondition:
    """A condition on a figure of a result row: the metric itself, or one of its other columns."""

    metric: str
    operator: Operator
    value: Decimal
    role: Role = Role.METRIC


@dataclass(frozen=True, slots=True)
class Ordering:
    """A metric's key or a grouping's dimension to order by."""

    key: str
    descending: bool = False
    role: Role = Role.METRIC
    """Which of the metric's columns."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Another period (`range`, for flows) or day (`as_of`, for balances) beside the asked one."""

    kind: ComparisonKind
    range: DateRange | None = None
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """What is wanted, never how. `top` = 0: all rows; no `companies`: the asker's default."""

    metrics: tuple[str, ...]
    groupings: tuple[Grouping, ...] = ()
    range: DateRange | None = None
    as_of: date | None = None
    due_range: DateRange | None = None
    filter: Filter | None = None
    metric_conditions: tuple[MetricCondition, ...] = ()
    orderings: tuple[Ordering, ...] = ()
    top: int = 0
    comparison: Comparison | None = None
    modifiers: frozenset[Modifier] = frozenset()
    companies: tuple[str, ...] = ()
    all_companies: bool = False
    currency: str = ""
    average_over: Grain | None = None
    top_within: int = 0
    without_rows: bool = False
    count_rows: bool = False
    rank_from: int = 0
    selections: tuple["Selection", ...] = ()
    show_named: bool = False


@dataclass(frozen=True, slots=True)
class Selection:
    """The members that another question shows; `excluded`: all rows but theirs."""

    query: Query
    excluded: bool = False
