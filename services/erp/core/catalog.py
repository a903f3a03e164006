"""The semantic catalog: what can be asked, on which facts it stands, how facts meet dimensions.

A fact is a table of the local model at its own grain. From it, paths lead many-to-one to everything that it
can be grouped and filtered by, so that nothing is ever counted twice. Read from YAML by catalog_loader.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import Table

from services.erp.core import names
from services.erp.core.query import DATE, DUE_DATE
from services.erp.core.result import EntityKind, UnitKind


class TimeBehavior(StrEnum):
    """A flow happens in a period; a balance stands at the end of a day."""

    FLOW = "flow"
    BALANCE = "balance"


@dataclass(frozen=True, slots=True)
class Path:
    """From a fact's row, over references (each to one row at most), to a column."""

    steps: tuple[tuple[str, Table], ...]
    """Each: a column that holds the id of a row of the table."""
    column: str
    references: str | None
    """The table whose ids the column holds, if it does."""
    when: tuple[str, str] | None = None
    """It holds them only where this column says so: ("voucher_type", "sales_invoice")."""


Expression = tuple[Path, ...]
"""The first path that leads to something."""


class Test(StrEnum):
    """How a condition of the catalog compares."""

    IN = "in"
    NOT_IN = "not_in"
    ABOVE = "above"
    AT_LEAST = "at_least"
    BEFORE_AS_OF = "before_as_of"


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on a fact's rows that belongs to a definition; a missing value is in no list."""

    expression: Expression
    test: Test
    values: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Earliest:
    """The earliest value of a date column among the rows in which two columns are equal."""

    column: str
    where_equal: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Rollup:
    """A fact made of a ledger's rows up to a day: a row for each combination of `by`, with sums."""

    by: tuple[str, ...]
    sums: Mapping[str, str]
    earliest: Mapping[str, Earliest]


@dataclass(frozen=True, slots=True)
class Added:
    """Beside each row: sums over another fact's rows that belong to it (none = 0), and differences of columns.

    The other fact's policy and companies hold for them.
    """

    fact: "Fact"
    by: tuple[tuple[str, str], ...]
    """The other fact's column = this table's."""
    sums: Mapping[str, str]
    differences: Mapping[str, tuple[str, str]]
    per_company: bool
    """Each row once for each company asked for, whose `company_id` it then has."""


@dataclass(frozen=True, slots=True)
class Current:
    """Only the rows that begin in the span of those valid on the day: of one employee's leave, the current grant's."""

    by: tuple[str, ...]
    start: str
    end: str
    conditions: tuple[Condition, ...]
    """Of the rows that say the span."""


@dataclass(frozen=True, slots=True, eq=False)
class Fact:
    """Rows that are counted and summed, and what they can be grouped and filtered by."""

    key: str
    name: str
    table: Table
    rollup: Rollup | None
    added: Added | None
    current: Current | None
    snapshot: bool
    """Rows say how things stand now: there is no past in them, and they never add up over time."""
    semi_additive: tuple[str, ...]
    """Columns that hold a state, not a change: their sum means nothing."""
    company: Expression
    date: Expression
    due: Expression
    unit: Expression
    currency: Expression
    conditions: tuple[Condition, ...]
    """In force for every measure."""
    dimensions: Mapping[str, Expression]

    def expression(self, dimension: str) -> Expression:
        """Where the dimension's member stands; empty when the fact has no such dimension."""
        if dimension == DATE:
            return self.date
        return self.due if dimension == DUE_DATE else self.dimensions.get(dimension, ())


@dataclass(frozen=True, slots=True)
class Term:
    """+1 or -1, and the name that it applies to."""

    sign: int
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Measure:
    """What is summed or counted over a fact's rows: columns, rows, or distinct values."""

    fact: Fact
    sum: tuple[Term, ...] = ()
    document_sum: tuple[Term, ...] = ()
    """The same in the document's own currency."""
    distinct: Path | None = None
    conditions: tuple[Condition, ...] = ()

    def additive_over(self, dimension: str) -> bool:
        """Its parts by the dimension add up to the whole; a document of two items counts for both."""
        if self.distinct is None:
            return True
        document = self.distinct.column
        return all(
            path.steps[0][0] == document
            if path.steps
            else path.column == document or self._is_own(path.column)
            for path in self.fact.expression(dimension)
        )

    def _is_own(self, column: str) -> bool:
        """What is counted is the row, which has one value of the column (but stands once for each company)."""
        added = self.fact.added
        each = added is not None and added.per_company and column == "company_id"
        return self.distinct is not None and self.distinct.column == "id" and not each


class Window(StrEnum):
    """For which days a leaf is read, the question's day being given."""

    OWN = "own"
    YEAR = "year"
    """The twelve months up to the day."""
    YEAR_AGO = "year_ago"
    """The end of the day twelve months before."""


@dataclass(frozen=True, slots=True, eq=False)
class Metric:
    """A figure that can be asked for. One of: `measures` (and `now`), `formula`, `ratio`, `turnover`."""

    key: str
    name: str
    synonyms: tuple[str, ...]
    definition: str
    remark: str
    domains: tuple[str, ...]
    time: TimeBehavior
    unit: UnitKind
    decimals: int
    party: EntityKind | None
    measures: tuple[Measure, ...] = ()
    """In order of preference: the first that has the dimensions asked for. A balance's add up to the day."""
    now: tuple[Measure, ...] = ()
    """For a balance: how it stands now."""
    formula: tuple[Term, ...] = ()
    ratio: tuple[str, str] | None = None
    turnover: tuple[str, str] | None = None
    """A flow of the twelve months up to the day, divided by the mean of a balance at both ends."""
    window: Window = Window.OWN
    beside: tuple["Metric", ...] = ()
    """Figures that are shown beside it where it is grouped by `beside_dimension`."""
    beside_dimension: str = ""
    reveals: str = ""
    """Of a figure beside another: the metric that it tells, without which it isn't shown."""

    @property
    def sides(self) -> tuple[str, str] | None:
        """Of a quotient: what is divided, and by what."""
        return self.ratio or self.turnover

    @property
    def parts(self) -> tuple[str, ...]:
        """The metrics that it is made of."""
        return self.sides or tuple(term.name for term in self.formula)


@dataclass(frozen=True, slots=True, eq=False)
class Dimension:
    """Something to group and filter by."""

    key: str
    name: str
    synonyms: tuple[str, ...]
    kind: EntityKind | None
    table: Table | None
    """Where its members are; None for a plain attribute or a date."""
    label: str
    detail: Path | None
    """What tells a member from its namesakes."""
    members: Mapping[str, str]
    """Key -> Korean word, where the set is fixed."""
    aliases: Mapping[str, tuple[str, ...]]
    """A member's name, as names are compared -> other words for it."""
    values: tuple[tuple[Table, str], ...]
    """For a plain attribute whose members have names of their own: the columns in which they occur."""
    is_date: bool
    is_tree: bool
    """Members have parents: a member means all below it."""

    @property
    def is_document(self) -> bool:
        """Members are documents: known by their numbers, and dated once each."""
        return self.table is not None and "state" in self.table.c

    def also_called(self, member: str) -> tuple[str, ...]:
        """Other words for the member of this name."""
        return self.aliases.get(names.core(member), ())

    @property
    def rows(self) -> Table:
        """The table of the members.

        Raises:
            LookupError: its members have no table.
        """
        if self.table is None:
            raise LookupError(self.key)
        return self.table


@dataclass(frozen=True, slots=True, eq=False)
class RecordLinkRule:
    """Documents that belong to one: over a line of theirs (`incoming`) or of its own, or a table between."""

    relation: str
    kind: EntityKind
    table: Table
    own: str
    """The column of `table` that holds this document's id."""
    other: str
    """The column of `table` that holds the other document's id."""
    where: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RecordField:
    """A field of a document or of its line, in Korean."""

    path: Path
    name: str
    unit: UnitKind | None
    kind: EntityKind | None
    """Of what it refers to."""
    is_code: bool
    """One of a fixed set of words, which the document's `status` has in Korean."""


@dataclass(frozen=True, slots=True, eq=False)
class RecordKind:
    """A kind of document that a person can ask for by number."""

    kind: EntityKind
    name: str
    abbreviations: tuple[str, ...]
    fact: Fact
    """The fact at the document's own grain: what a policy filters it by."""
    date: str
    party: Path | None
    status: Mapping[str, str]
    fields: tuple[RecordField, ...]
    ledger: Table | None
    """The party ledger in which its balance stands."""
    lines: Table | None
    line_fields: tuple[RecordField, ...]
    links: tuple[RecordLinkRule, ...]

    @property
    def table(self) -> Table:
        return self.fact.table


@dataclass(frozen=True, slots=True)
class Catalog:
    """Everything that can be asked, in the order of the files."""

    facts: Mapping[str, Fact]
    dimensions: Mapping[str, Dimension]
    metrics: Mapping[str, Metric]
    records: Mapping[EntityKind, RecordKind]
    digest: str
    """Changes with the catalog's content."""
    _leaves: dict[str, tuple[Metric, ...]] = field(default_factory=dict, compare=False, repr=False)
    _dimensions: dict[str, frozenset[str]] = field(default_factory=dict, compare=False, repr=False)

    def leaves(self, metric: Metric) -> tuple[Metric, ...]:
        """The metrics with measures of their own that `metric` is computed from; itself when it is one."""
        if metric.key not in self._leaves:
            parts = [leaf for part in metric.parts for leaf in self.leaves(self.metrics[part])]
            if metric.turnover:
                flow, balance = parts
                parts = [_at(flow, Window.YEAR), _at(balance, Window.YEAR_AGO), balance]
            self._leaves[metric.key] = tuple(dict.fromkeys(parts)) if parts else (metric,)
        return self._leaves[metric.key]

    def dimensions_of(self, metric: Metric) -> frozenset[str]:
        """What the metric can be grouped and filtered by: what each of its leaves can, by some measure."""
        if metric.key not in self._dimensions:
            self._dimensions[metric.key] = frozenset(
                key
                for key in self.dimensions
                if all(
                    any(measure.fact.expression(key) for measure in _measures(leaf, key))
                    for leaf in self.leaves(metric)
                )
            )
        return self._dimensions[metric.key]


def _at(leaf: Metric, window: Window) -> Metric:
    """The leaf read for other days, under a key of its own."""
    return replace(leaf, key=windowed(leaf.key, window), window=window)


def windowed(key: str, window: Window) -> str:
    return f"{key}@{window.value}"


def _measures(leaf: Metric, dimension: str) -> tuple[Measure, ...]:
    return leaf.measures if dimension == DATE else leaf.measures + leaf.now
