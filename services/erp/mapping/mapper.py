"""Row by row: one source row -> one local row, or none. Pure: nothing but the row and its lookups is read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any, Final

from sqlalchemy import Boolean, Column, Date, DateTime, Dialect, String, Table, Text

from services.erp.exact_decimal import ExactDecimal, InexactValueError, scaled
from services.erp.mapping.cel import Row
from services.erp.mapping.lookups import Join, Lookups, enricher
from services.erp.mapping.sources import Convert, Formula, SourceColumn, Value
from services.erp.mapping.values import (
    RefusedValueError,
    read_date,
    read_decimal,
    read_flag,
    read_moment,
    read_text,
    refuse,
)

_WIDE: Final = Context(prec=120)
_NEVER_CUT: Final = frozenset({"number", "code", "currency", "unit", "stock_unit"})
"""Texts that tell things apart, beside keys: two that are cut to the same would become one."""


class RejectedRowError(ValueError):
    """A source row that the local model cannot take: which local column, and why (Korean and English)."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(f"{column}: {reason}")
        self.column = column
        self.reason = reason


@dataclass(frozen=True, slots=True)
class TableMapping:
    """One source table into one local table.

    `optional`: the source may not have the table. `distinct`: many source rows give the same local row
    (a customer's country as a territory); the first one makes it. `sums`: they give one row together, of
    which these columns are added up. `rounds`: see `inexact` in the manual.
    """

    target: Table
    source: str
    optional: bool
    distinct: bool
    sums: frozenset[str]
    line: int
    joins: tuple[Join, ...]
    when: tuple[Formula, ...]
    values: Mapping[str, Value]
    rounds: bool

    @property
    def columns(self) -> Sequence[SourceColumn]:
        """Every column of the source table that is read, each once."""
        looked_up = {name for join in self.joins for name in join.names}
        first: dict[str, SourceColumn] = {}
        for value in (*self.values.values(), *self.when, *(join.key for join in self.joins)):
            for column in value.columns:
                if column.name not in looked_up:
                    first.setdefault(column.name, column)
        return list(first.values())


@dataclass
class RowMapper:
    """Maps the rows of one TableMapping. `lossy` counts the values that lost digits or letters, by column
    (inexact: round).

    With a `dialect` the values come out in the form that its driver stores, ready for a bulk insert.
    `lookups` holds the rows of the mapping's lookups, as far as the table has any.
    """

    table: TableMapping
    dialect: Dialect | None = None
    lookups: Lookups = field(default_factory=dict)
    lossy: dict[str, int] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        target = self.table.target
        self.enriched = enricher(self.table.joins, self.lookups)
        self._when = [each.expression.evaluate for each in self.table.when]
        self._columns = [
            (name, value.evaluator(self._converter(target.c[name])), not target.c[name].nullable)
            for name, value in self.table.values.items()
        ]
        self._unsaid_flags = {
            column.name: False
            for column in target.c
            if isinstance(column.type, Boolean) and column.name not in self.table.values
        }
        self._key = self.table.values["id"].evaluator(converter(target.c.id))

    @property
    def names(self) -> Sequence[str]:
        """The columns of every row that comes out."""
        return [*self._unsaid_flags, *(name for name, *_ in self._columns)]

    @property
    def rounded(self) -> int:
        """Values that lost something."""
        return sum(self.lossy.values())

    def key(self, row: Row) -> str:
        """The local row's id, whether or not `when` lets the row in.

        Raises:
            RejectedRowError: the row has no key.
        """
        try:
            key: str | None = self._key(self.enriched(row))
        except RefusedValueError as error:
            raise RejectedRowError("id", str(error)) from None
        if key is None:
            raise _missing("id")
        return key

    def map(self, row: Row) -> dict[str, Any] | None:
        """The local row; None where `when` leaves the row out.

        Raises:
            RejectedRowError: a value cannot be read exactly, or a required one is missing.
        """
        name = "when"
        try:
            row = self.enriched(row)
            for holds in self._when:
                if not holds(row):
                    return None
            mapped: dict[str, Any] = self._unsaid_flags.copy()
            for name, evaluate, required in self._columns:
                value = evaluate(row)
                if value is None and required:
                    raise _missing(name)
                mapped[name] = value
        except RefusedValueError as error:
            raise RejectedRowError(name, str(error)) from None
        except InexactValueError as error:
            reason = f"정확히 담을 수 없는 수입니다 / this number cannot be kept exactly: {error}"
            raise RejectedRowError(name, reason) from None
        return mapped

    def _converter(self, column: Column[Any]) -> Convert:
        store: Convert | None = None
        if self.dialect is not None:
            store = column.type.dialect_impl(self.dialect).bind_processor(self.dialect)
        if isinstance(column.type, ExactDecimal):
            read = self._rounding(column) if self.table.rounds else read_decimal
            store = store or _fitting(column.type.scale)
        elif self.table.rounds and _may_be_cut(column):
            read = self._cutting(column)
        else:
            read = converter(column)
        return read if store is None else lambda value: store(read(value))

    def _rounding(self, column: Column[Any]) -> Convert:
        unit, name = Decimal(1).scaleb(-column.type.scale), column.name  # type: ignore[attr-defined]

        def rounding(value: Any) -> Any:
            if type(value) is int:
                return value
            number = read_decimal(value)
            if number is None:
                return None
            rounded = number.quantize(unit, ROUND_HALF_UP, _WIDE)
            if rounded != number:
                self.lossy[name] = self.lossy.get(name, 0) + 1
            return rounded

        return rounding

    def _cutting(self, column: Column[Any]) -> Convert:
        length, name = column.type.length, column.name  # type: ignore[attr-defined]

        def cutting(value: Any) -> Any:
            text = read_text(value)
            if text is not None and len(text) > length:
                self.lossy[name] = self.lossy.get(name, 0) + 1
                return text[:length].rstrip()
            return text

        return cutting


def converter(column: Column[Any]) -> Convert:
    """Reads a source value as what the local column holds. RefusedValueError, InexactValueError."""
    kind = column.type
    if isinstance(kind, ExactDecimal):
        fitting = _fitting(kind.scale)
        return lambda value: fitting(read_decimal(value))
    if isinstance(kind, Boolean):
        return read_flag
    if isinstance(kind, DateTime):
        return read_moment
    if isinstance(kind, Date):
        return read_date
    if "values" in column.info:
        return _code_converter(frozenset(column.info["values"]))
    if isinstance(kind, Text) or not isinstance(kind, String) or kind.length is None:
        return read_text
    return _text_converter(kind.length)


def _may_be_cut(column: Column[Any]) -> bool:
    """A text that people read, and nothing tells apart by it."""
    kind, name = column.type, column.name
    plain = isinstance(kind, String) and kind.length is not None and "values" not in column.info
    return plain and name != "id" and not name.endswith("_id") and name not in _NEVER_CUT


def _fitting(scale: int) -> Convert:
    def fitting(number: Decimal | int | None) -> Decimal | None:
        if number is None:
            return None
        scaled(number, scale)  # refuses what the column cannot hold
        return Decimal(number)

    return fitting


def _text_converter(length: int) -> Convert:
    def convert(value: Any) -> Any:
        text = read_text(value)
        if text is not None and len(text) > length:
            raise refuse(f"{length}자를 넘습니다", f"longer than {length} characters", text)
        return text

    return convert


def _code_converter(words: frozenset[str]) -> Convert:
    def convert(value: Any) -> Any:
        word = read_text(value)
        if word is not None and word not in words:
            raise refuse("정해진 값이 아닙니다", f"not one of {', '.join(sorted(words))}", word)
        return word

    return convert


def _missing(column: str) -> RejectedRowError:
    return RejectedRowError(column, "필수 값이 비어 있습니다 / a required value is empty")
