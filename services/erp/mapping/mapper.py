"""Row by row: one source row -> one local row, or none. Pure: nothing but the row is read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any, Final

from sqlalchemy import Boolean, Column, Date, DateTime, Dialect, String, Table, Text

from services.erp.exact_decimal import ExactDecimal, InexactValueError, scaled
from services.erp.mapping.cel import Expression, Row
from services.erp.mapping.values import (
    RefusedValueError,
    join_key,
    read_date,
    read_decimal,
    read_flag,
    read_moment,
    read_text,
    refuse,
)

Convert = Callable[[Any], Any]
_WIDE: Final = Context(prec=120)


class RejectedRowError(ValueError):
    """A source row that the local model cannot take: which local column, and why (Korean and English)."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(f"{column}: {reason}")
        self.column = column
        self.reason = reason


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """A column of the source, named on `line` of the file; an `optional` one may not exist: empty then."""

    name: str
    optional: bool
    line: int


@dataclass(frozen=True, slots=True)
class FirstOf:
    """The first of these columns that is not empty; nearly always there is just one."""

    columns: tuple[SourceColumn, ...]

    def evaluator(self, convert: Convert) -> Callable[[Row], Any]:
        names = [column.name for column in self.columns]
        if len(names) == 1:
            name = names[0]
            return lambda row: convert(row.get(name))

        def first(row: Row) -> Any:
            for name in names:
                value = convert(row.get(name))
                if value is not None:
                    return value
            return None

        return first


@dataclass(frozen=True, slots=True)
class JoinedKey:
    """A key of several columns (or constants) as one text."""

    parts: tuple[SourceColumn | str, ...]

    @property
    def columns(self) -> tuple[SourceColumn, ...]:
        return tuple(part for part in self.parts if isinstance(part, SourceColumn))

    def evaluator(self, convert: Convert) -> Callable[[Row], Any]:
        parts = self.parts
        return lambda row: convert(
            join_key([p if isinstance(p, str) else read_text(row.get(p.name)) for p in parts])
        )


@dataclass(frozen=True, slots=True)
class Enumeration:
    """The source's word -> ours, `otherwise` for the rest (None refuses them); empty is empty, or word ""."""

    column: SourceColumn
    words: Mapping[str, str]
    otherwise: str | None

    @property
    def columns(self) -> tuple[SourceColumn, ...]:
        return (self.column,)

    def evaluator(self, convert: Convert) -> Callable[[Row], Any]:
        name = self.column.name
        # Both sides converted once: a flag's or an amount's value is as good as a word.
        words = {theirs: convert(ours) for theirs, ours in self.words.items()}
        otherwise = convert(self.otherwise)
        refused = self.otherwise is None

        def translate(row: Row) -> Any:
            word = read_text(row.get(name)) or ""
            if word in words:
                return words[word]
            if refused and word:
                raise refuse("매핑의 values에 없는 값입니다", "not listed under values", word)
            return otherwise if word else None

        return translate


@dataclass(frozen=True, slots=True)
class Constant:
    value: str
    columns: tuple[SourceColumn, ...] = ()

    def evaluator(self, convert: Convert) -> Callable[[Row], Any]:
        value = convert(self.value)
        return lambda _row: value


@dataclass(frozen=True, slots=True)
class Formula:
    expression: Expression
    columns: tuple[SourceColumn, ...]

    def evaluator(self, convert: Convert) -> Callable[[Row], Any]:
        evaluate = self.expression.evaluate
        return lambda row: convert(evaluate(row))


Value = FirstOf | JoinedKey | Enumeration | Constant | Formula


@dataclass(frozen=True, slots=True)
class TableMapping:
    """One source table into one local table.

    `optional`: the source may not have the table. `distinct`: many source rows give the same local row
    (a customer's country as a territory); the first one makes it. `rounds`: see `inexact` in the manual.
    """

    target: Table
    source: str
    optional: bool
    distinct: bool
    line: int
    when: Formula | None
    values: Mapping[str, Value]
    rounds: bool

    @property
    def columns(self) -> Sequence[SourceColumn]:
        """Every source column that is read, each once."""
        first: dict[str, SourceColumn] = {}
        for value in (*self.values.values(), *([self.when] if self.when else [])):
            for column in value.columns:
                first.setdefault(column.name, column)
        return list(first.values())


@dataclass
class RowMapper:
    """Maps the rows of one TableMapping. `rounded` counts the values that lost digits (inexact: round).

    With a `dialect` the values come out in the form that its driver stores, ready for a bulk insert.
    """

    table: TableMapping
    dialect: Dialect | None = None
    rounded: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        target = self.table.target
        self._when = self.table.when.expression.evaluate if self.table.when else None
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

    def key(self, row: Row) -> str:
        """The local row's id, whether or not `when` lets the row in.

        Raises:
            RejectedRowError: the row has no key.
        """
        try:
            key: str | None = self._key(row)
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
            if self._when is not None and not self._when(row):
                return None
            mapped: dict[str, Any] = self._unsaid_flags.copy()
            for name, evaluate, required in self._columns:
                value = evaluate(row)
                if value is None and required:
                    raise _missing(name)
                mapped[name] = value
        except (RefusedValueError, InexactValueError) as error:
            raise RejectedRowError(name, str(error)) from None
        return mapped

    def _converter(self, column: Column[Any]) -> Convert:
        store: Convert | None = None
        if self.dialect is not None:
            store = column.type.dialect_impl(self.dialect).bind_processor(self.dialect)
        if isinstance(column.type, ExactDecimal):
            read = self._rounding(column.type.scale) if self.table.rounds else read_decimal
            store = store or _fitting(column.type.scale)
        else:
            read = converter(column)
        return read if store is None else lambda value: store(read(value))

    def _rounding(self, scale: int) -> Convert:
        unit = Decimal(1).scaleb(-scale)

        def rounding(value: Any) -> Any:
            if type(value) is int:
                return value
            number = read_decimal(value)
            if number is None:
                return None
            rounded = number.quantize(unit, ROUND_HALF_UP, _WIDE)
            if rounded != number:
                self.rounded += 1
            return rounded

        return rounding


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
