"""What the semantic catalog offers, and what can be asked of it: plain data, no wire types."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

DATE_DIMENSION = "date"
"""Catalog key of the dimension of a metric's own dates; it has a grain."""

DUE_DATE_DIMENSION = "due_date"
"""Catalog key of the days on which things fall due; it has a grain as well."""

COMPANY_DIMENSION = "company"
"""Catalog key of the dimension whose members are books of their own."""


class EntityKind(StrEnum):
    """What a thing is. Document kinds are those a person can ask for by number."""

    COMPANY = "company"
    CUSTOMER = "customer"
    CUSTOMER_GROUP = "customer_group"
    TERRITORY = "territory"
    SUPPLIER = "supplier"
    SUPPLIER_GROUP = "supplier_group"
    ITEM = "item"
    ITEM_GROUP = "item_group"
    BRAND = "brand"
    WAREHOUSE = "warehouse"
    ACCOUNT = "account"
    COST_CENTER = "cost_center"
    PROJECT = "project"
    DEPARTMENT = "department"
    EMPLOYEE = "employee"
    CURRENCY = "currency"
    SALES_ORDER = "sales_order"
    DELIVERY = "delivery"
    SALES_INVOICE = "sales_invoice"
    PURCHASE_ORDER = "purchase_order"
    PURCHASE_RECEIPT = "purchase_receipt"
    PURCHASE_INVOICE = "purchase_invoice"
    PAYMENT = "payment"
    WORK_ORDER = "work_order"
    BOM = "bom"

    @property
    def is_document(self) -> bool:
        return self in _DOCUMENTS


_DOCUMENTS = frozenset(
    {
        EntityKind.SALES_ORDER,
        EntityKind.DELIVERY,
        EntityKind.SALES_INVOICE,
        EntityKind.PURCHASE_ORDER,
        EntityKind.PURCHASE_RECEIPT,
        EntityKind.PURCHASE_INVOICE,
        EntityKind.PAYMENT,
        EntityKind.WORK_ORDER,
        EntityKind.BOM,
    }
)


@dataclass(frozen=True, slots=True)
class EntityReference:
    """One thing of the company's data. `display_name` is data, never an instruction."""

    kind: EntityKind
    key: str
    display_name: str
    detail: str = ""


class UnitKind(StrEnum):
    """What a figure is counted in."""

    NONE = "unspecified"
    CURRENCY = "currency"
    QUANTITY = "quantity"
    PERCENT = "percent"
    COUNT = "count"
    DAYS = "days"
    RATIO = "ratio"
    PERCENTAGE_POINTS = "percentage_points"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit; `code` is a currency or a unit of measure."""

    kind: UnitKind = UnitKind.NONE
    code: str = ""


# --- the catalog --------------------------------------------------------------------------------


class TimeBehavior(StrEnum):
    """A flow happens in a period and needs one; a balance stands at a moment."""

    FLOW = "flow"
    BALANCE = "balance"


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure that can be asked for."""

    key: str
    display_name: str
    synonyms: tuple[str, ...] = ()
    time_behavior: TimeBehavior = TimeBehavior.FLOW
    unit: Unit = Unit()
    dimensions: frozenset[str] = frozenset()
    permitted: bool = True
    party: EntityKind | None = None
    connected: bool = True
    """False: this ERP's mapping leaves out what it needs, so that a query for it is refused."""
    unconnected_dimensions: frozenset[str] = frozenset()
    definition: str = ""
    """What is counted, in Korean sentences."""

    @property
    def answerable(self) -> bool:
        """A question for it is neither forbidden nor without data: fit to be suggested."""
        return self.permitted and self.connected

    @property
    def answerable_by(self) -> frozenset[str]:
        """Dimensions that a suggestion may use."""
        return self.dimensions - self.unconnected_dimensions


@dataclass(frozen=True, slots=True)
class DimensionMember:
    """One of the fixed members of a dimension, such as a document's status."""

    key: str
    display_name: str


@dataclass(frozen=True, slots=True)
class Dimension:
    """Something to group or filter by; `members` where they are a fixed set, without names of their own."""

    key: str
    display_name: str
    synonyms: tuple[str, ...] = ()
    entity_kind: EntityKind | None = None
    hierarchical: bool = False
    members: tuple[DimensionMember, ...] = ()


@dataclass(frozen=True)
class Catalog:
    """The metrics and dimensions as one asker sees them. `companies`: those the asker may see, the default first."""

    metrics: Mapping[str, Metric]
    dimensions: Mapping[str, Dimension]
    fiscal_year_start_month: int = 1
    data_start: date | None = None
    companies: tuple[EntityReference, ...] = ()
    etag: str = ""

    def dimension_of(self, kind: EntityKind) -> Dimension | None:
        """The dimension whose members are of this kind."""
        return next((d for d in self.dimensions.values() if d.entity_kind is kind), None)


# --- names --------------------------------------------------------------------------------------


class Match(StrEnum):
    """How a mention fits a name, the closest first."""

    FULL = "full"
    EXACT = "exact"
    ALIAS = "alias"
    NUMBER_TAIL = "number_tail"
    PREFIX = "prefix"
    PARTIAL = "partial"
    INITIALS = "initials"
    FUZZY = "fuzzy"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing that a mention may name."""

    entity: EntityReference
    match: Match


@dataclass(frozen=True, slots=True)
class Resolution:
    """What one mention may name, best match first; `total_count` counts those left out as well."""

    mention: str
    candidates: tuple[Candidate, ...] = ()
    total_count: int = 0


# --- the query ----------------------------------------------------------------------------------


class Grain(StrEnum):
    """The size of a step of the date dimension."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"
    FISCAL_YEAR = "fiscal_year"


class Role(StrEnum):
    """What a column holds."""

    NONE = "unspecified"
    DIMENSION = "dimension"
    METRIC = "metric"
    COMPARISON = "comparison"
    CHANGE = "change"
    CHANGE_RATE = "change_rate"
    SHARE = "share"
    CUMULATIVE = "cumulative"
    RANK = "rank"
    FIELD = "field"


@dataclass(frozen=True, slots=True)
class DateRange:
    """A span of days, both ends included."""

    start: date
    end: date


@dataclass(frozen=True, slots=True)
class Grouping:
    """One dimension to group by; `grain` for dates, `level` of a tree (1 = top, below a lone root; 0 = as the row says).

    `nodes` of a tree: a row counts under each of them that it lies below; below none, as the row says.
    """

    dimension: str
    grain: Grain | None = None
    level: int = 0
    nodes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MemberCondition:
    """Rows whose member of the dimension is, or lies below, one of these; all others when `excluded`.

    `values` are members of a fixed set. `own`: the asker's own member, with neither of them.
    """

    dimension: str
    members: tuple[EntityReference, ...] = ()
    excluded: bool = False
    include_missing: bool = False
    own: bool = False
    values: tuple[DimensionMember, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The members as people call them."""
        missing = ("미지정",) if self.include_missing else ()
        return (*(m.display_name for m in self.members), *(v.display_name for v in self.values), *missing)


class Operator(StrEnum):
    """How a figure is compared with a value."""

    GREATER_OR_EQUAL = "greater_or_equal"
    GREATER = "greater"
    LESS_OR_EQUAL = "less_or_equal"
    LESS = "less"
    EQUAL = "equal"
    NOT_EQUAL = "not_equal"


@dataclass(frozen=True, slots=True)
class MetricCondition:
    """A condition on a figure of a result row; `role` says which of the metric's columns, NONE its own figure."""

    metric: str
    operator: Operator
    value: Decimal
    role: Role = Role.NONE


@dataclass(frozen=True, slots=True)
class Ordering:
    """A column to order by; `role` as in MetricCondition."""

    key: str
    descending: bool
    role: Role = Role.NONE


class ComparisonKind(StrEnum):
    """How the other period relates to the asked one."""

    PREVIOUS_PERIOD = "previous_period"
    SAME_PERIOD_LAST_YEAR = "same_period_last_year"
    NAMED = "named"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Another period beside the asked one: a range for flows, a day for balances."""

    kind: ComparisonKind
    range: DateRange | None = None
    as_of: date | None = None


class Modifier(StrEnum):
    """A further column for each metric."""

    SHARE = "share"
    CUMULATIVE = "cumulative"
    RANK = "rank"


@dataclass(frozen=True, slots=True)
class Query:
    """A typed question to the catalog; see maru.erp.v1.Query for what each field means.

    Every one of `members` must hold, and of each of `alternatives` at least one. `range` for flows, `as_of` for balances.
    """

    metrics: tuple[str, ...]
    groupings: tuple[Grouping, ...] = ()
    range: DateRange | None = None
    as_of: date | None = None
    members: tuple[MemberCondition, ...] = ()
    conditions: tuple[MetricCondition, ...] = ()
    orderings: tuple[Ordering, ...] = ()
    top: int = 0
    comparison: Comparison | None = None
    modifiers: tuple[Modifier, ...] = ()
    companies: tuple[str, ...] = ()
    all_companies: bool = False
    currency: str = ""
    due_range: DateRange | None = None
    average_over: Grain | None = None
    top_within: int = 0
    without_rows: bool = False
    count_rows: bool = False
    rank_from: int = 0
    selections: tuple["Selection", ...] = ()
    show_named: bool = False
    alternatives: tuple[tuple[MemberCondition, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Selection:
    """The members that another query shows, as a condition; `excluded`: all rows but theirs."""

    query: Query
    excluded: bool = False
