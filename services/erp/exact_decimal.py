"""Exact decimals on every engine: scaled 64-bit integers on SQLite, DECIMAL elsewhere.

A column `ExactDecimal(4)` holds multiples of 0.0001. SUM, MIN, MAX, +, - and comparisons among columns of
one scale, and multiplication by a Python int, are exact on both kinds of engine and keep the scale. What
cannot be exact is refused, never rounded: a value with more digits than the scale or beyond 64 bits, a
float, a product or quotient of columns (compute products when a row is mapped, quotients from fetched
sums), columns of two scales in one expression. Overflow inside SQL: SUM refuses it itself ("integer
overflow"); other SQLite arithmetic turns into a float, which is refused when it is read. Literals in
functions (`coalesce(x, 0)`) may only be 0; write others as `literal(Decimal("5"), x.type)`.
"""

import operator
from collections.abc import Callable
from decimal import Context, Decimal, Inexact
from typing import Any, Final

from sqlalchemy import BigInteger, Dialect, Integer, Numeric
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import ClauseElement, ColumnElement, Null
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeDecorator, TypeEngine

DIGITS: Final = 19
"""Decimal digits of a signed 64-bit integer; other engines' DECIMAL gets as many, and the same limits."""

_LIMIT: Final = 2**63
_WIDE: Final = Context(prec=1000, traps=[Inexact])
_REFUSED: Final = frozenset[Callable[..., Any]](
    {operator.truediv, operator.floordiv, operator.mod, operator.pow}
)


class InexactValueError(ValueError):
    """The column cannot hold this value exactly. / 열에 정확히 담을 수 없는 값입니다."""


def scaled(value: object, scale: int) -> int:
    """`value` in units of 10**-scale; InexactValueError when digits would be lost or 64 bits overflow."""
    result: int
    if type(value) is int:
        result = value * 10**scale
    elif isinstance(value, Decimal) and value.is_finite():
        if value and value.adjusted() > DIGITS:  # before int() could build a huge number
            raise InexactValueError(f"{value} does not fit 64 bits with {scale} decimals")
        shifted = value.scaleb(scale, _WIDE)
        result = int(shifted)
        if result != shifted:
            raise InexactValueError(f"{value} has more than {scale} decimals")
    else:
        raise InexactValueError(f"not an exact decimal: {value!r} ({type(value).__name__})")
    if not -_LIMIT <= result < _LIMIT:
        raise InexactValueError(f"{value} does not fit 64 bits with {scale} decimals")
    return result


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal with `scale` digits after the point, exact on every engine. Range: ±9.2e18 / 10**scale."""

    impl = Numeric
    cache_ok = True

    class comparator_factory(TypeDecorator.Comparator[Decimal]):
        """Refuses what SQL could not compute exactly on scaled integers."""

        def operate(  # type: ignore[override]
            self, op: OperatorType, *other: Any, **kwargs: Any
        ) -> ColumnElement[Decimal]:
            _check(self.type, op, other)
            return super().operate(op, *other, **kwargs)

        def reverse_operate(self, op: OperatorType, other: Any, **kwargs: Any) -> ColumnElement[Decimal]:
            _check(self.type, op, (other,))
            return super().reverse_operate(op, other, **kwargs)

    def __init__(self, scale: int) -> None:
        super().__init__(DIGITS, scale)
        self.scale = scale

    def __repr__(self) -> str:
        return f"ExactDecimal({self.scale})"

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(Numeric(DIGITS, self.scale))

    def coerce_compared_value(self, op: OperatorType | None, value: Any) -> TypeEngine[Any]:
        return Integer() if op is operators.mul else self

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        """Drivers get an int on SQLite, a Decimal elsewhere; InexactValueError for what does not fit."""
        scale, as_units = self.scale, dialect.name == "sqlite"

        def process(value: Any) -> Any:
            if value is None:
                return None
            units = scaled(value, scale)
            return units if as_units else Decimal(value)

        return process

    def process_literal_param(self, value: Any, dialect: Dialect) -> str:
        return str(self.bind_processor(dialect)(value))

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        if value is None:
            return None
        if dialect.name != "sqlite":
            return Decimal(value)
        if type(value) is not int:
            raise InexactValueError(f"the database computed {value!r}, not an exact number (overflow?)")
        return Decimal(value).scaleb(-self.scale)


def _check(own: Any, op: OperatorType, others: tuple[Any, ...]) -> None:
    if op in _REFUSED:
        raise TypeError("exact decimals are not divided in SQL: divide the fetched sums")
    for other in others:
        if op is operators.mul:
            if type(other) is not int:
                raise TypeError("exact decimals are multiplied in SQL by a Python int only")
        elif isinstance(other, ClauseElement) and not isinstance(other, Null):
            theirs = getattr(other, "type", None)
            if isinstance(other, ColumnElement) and not (
                isinstance(theirs, ExactDecimal) and theirs.scale == own.scale
            ):
                raise TypeError(f"{own!r} meets {theirs!r}: exact decimals combine within one scale only")
