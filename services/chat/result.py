"""What the catalog answers: exact tables and documents, as plain data, no wire types."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from services.chat.semantic import EntityReference, Role, Unit

Value = str | Decimal | int | date | bool | EntityReference | None
"""One cell; None is missing in the data (미지정), which is not zero."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `decimal_places` is how its figures are meant to be shown."""

    key: str
    display_name: str
    role: Role
    metric: str = ""
    unit: Unit = field(default_factory=Unit)
    decimal_places: int = 0
    additive: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A result: exact, in a fixed order. `total_row_count` counts rows that the server's limit left out."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    total_row_count: int = 0
    truncated: bool = False


class FilterSource(StrEnum):
    """Why a condition was in force."""

    QUESTION = "question"
    DEFAULT = "default"
    POLICY = "policy"


@dataclass(frozen=True, slots=True)
class AppliedFilter:
    """One condition that was in force, in Korean words."""

    text: str
    dimension: str
    source: FilterSource


@dataclass(frozen=True, slots=True)
class MetricDefinition:
    """What a metric of the result means."""

    metric: str
    display_name: str
    definition: str


@dataclass(frozen=True, slots=True)
class ResultContext:
    """Where a result stands: conditions in force, meanings, and up to when the data is complete."""

    filters: tuple[AppliedFilter, ...] = ()
    definitions: tuple[MetricDefinition, ...] = ()
    data_as_of: datetime | None = None
    partial_view: bool = False
    statement_digest: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """The exact table of a query."""

    table: Table
    context: ResultContext


@dataclass(frozen=True, slots=True)
class RecordLink:
    """A document that belongs to another one; `relation` in Korean."""

    relation: str
    reference: EntityReference


@dataclass(frozen=True, slots=True)
class Record:
    """One document with its head fields (one row), lines and the documents around it."""

    name: str
    reference: EntityReference
    status: str
    fields: Table
    lines: Table | None = None
    links: tuple[RecordLink, ...] = ()
    superseded_by: EntityReference | None = None
    context: ResultContext = field(default_factory=ResultContext)
