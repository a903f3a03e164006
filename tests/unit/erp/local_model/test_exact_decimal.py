"""Exact decimals: what goes in comes out, sums are exact, and what cannot be exact is refused."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    MetaData,
    Numeric,
    Table,
    create_engine,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.dialects import mysql, sqlite
from sqlalchemy.exc import OperationalError, StatementError

from services.erp.exact_decimal import ExactDecimal, InexactValueError, scaled

amounts = Table(
    "amounts",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("amount", ExactDecimal(4)),
    Column("other", ExactDecimal(4)),
    Column("quantity", ExactDecimal(6)),
)
LARGEST = Decimal(2**63 - 1).scaleb(-4)


def decimals(places: int, limit: int = 10**12) -> st.SearchStrategy[Decimal]:
    return st.integers(-limit, limit).map(lambda units: Decimal(units).scaleb(-places))


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        amounts.metadata.create_all(connection)
        yield connection
    engine.dispose()


def fill(connection: Connection, rows: list[dict[str, Any]]) -> None:
    connection.execute(amounts.delete())
    if rows:
        connection.execute(insert(amounts), rows)


@given(st.decimals(allow_nan=True, allow_infinity=True), st.integers(0, 9))
def test_scaled_is_exact_or_refuses(value: Decimal, scale: int) -> None:
    try:
        whole = scaled(value, scale)
    except InexactValueError:
        if value.is_finite() and abs(value.adjusted()) < 60:
            units = Fraction(value) * 10**scale
            assert units.denominator > 1 or not -(2**63) <= units < 2**63
    else:
        assert Fraction(whole, 10**scale) == Fraction(value)
        assert -(2**63) <= whole < 2**63


@pytest.mark.parametrize(
    "value",
    [0.5, True, "1.0", Decimal("NaN"), Decimal("Infinity"), Decimal("0.00001"), Decimal("1e999999"), 10**15],
)
def test_refused_values(value: Any) -> None:
    with pytest.raises(InexactValueError):
        scaled(value, 4)


@given(st.lists(decimals(4), max_size=30))
def test_sum_of_stored_amounts_is_exact(connection: Connection, values: list[Decimal]) -> None:
    fill(connection, [{"amount": value, "other": -value} for value in values])
    total, negated, largest, twice, difference = connection.execute(
        select(
            func.sum(amounts.c.amount),
            func.sum(-amounts.c.amount),
            func.max(amounts.c.amount),
            func.sum(amounts.c.amount * 2),
            func.sum(amounts.c.amount - amounts.c.other),
        )
    ).one()
    if not values:
        assert (total, negated, largest) == (None, None, None)
        return
    assert (total, negated, largest) == (sum(values), -sum(values), max(values))
    assert (twice, difference) == (2 * sum(values), 2 * sum(values))
    assert total.as_tuple().exponent == -4


@given(st.lists(decimals(4), min_size=1, max_size=20), decimals(4))
def test_comparisons_agree_with_python(connection: Connection, values: list[Decimal], bound: Decimal) -> None:
    fill(connection, [{"id": number, "amount": value} for number, value in enumerate(values)])
    conditions: list[tuple[Any, Callable[[Decimal], bool]]] = [
        (amounts.c.amount > bound, lambda v: v > bound),
        (amounts.c.amount <= bound, lambda v: v <= bound),
        (amounts.c.amount == bound, lambda v: v == bound),
        (amounts.c.amount.in_([bound, values[0]]), lambda v: v in (bound, values[0])),
        (amounts.c.amount.between(bound, bound + 1), lambda v: bound <= v <= bound + 1),
    ]
    for condition, expected in conditions:
        found = set(connection.scalars(select(amounts.c.id).where(condition)))
        assert found == {number for number, value in enumerate(values) if expected(value)}
    grouped = (
        select(func.sum(amounts.c.amount)).group_by(amounts.c.id).having(func.sum(amounts.c.amount) > bound)
    )
    assert sorted(connection.scalars(grouped)) == sorted(v for v in values if v > bound)


def test_the_largest_and_smallest_amounts_round_trip(connection: Connection) -> None:
    fill(connection, [{"id": 1, "amount": LARGEST}, {"id": 2, "amount": -LARGEST}])
    assert connection.scalars(select(amounts.c.amount).order_by(amounts.c.id)).all() == [LARGEST, -LARGEST]


def test_too_fine_a_value_is_refused_where_it_is_bound(connection: Connection) -> None:
    with pytest.raises(StatementError, match="more than 4 decimals"):
        fill(connection, [{"amount": Decimal("0.00005")}])
    with pytest.raises(StatementError, match="more than 4 decimals"):
        connection.execute(select(amounts).where(amounts.c.amount > Decimal("0.00005")))


def test_an_overflowing_sum_is_refused_by_the_database(connection: Connection) -> None:
    fill(connection, [{"amount": LARGEST}, {"amount": LARGEST}])
    with pytest.raises(OperationalError, match="integer overflow"):
        connection.scalar(select(func.sum(amounts.c.amount)))


def test_other_overflow_is_refused_where_it_is_read(connection: Connection) -> None:
    fill(connection, [{"amount": LARGEST, "other": LARGEST}])
    with pytest.raises(InexactValueError, match="not an exact number"):
        connection.scalar(select(amounts.c.amount + amounts.c.other))


@pytest.mark.parametrize(
    "expression",
    [
        lambda c: c.amount / 2,
        lambda c: 2 / c.amount,
        lambda c: c.amount // 2,
        lambda c: c.amount % 2,
        lambda c: c.amount * c.quantity,
        lambda c: c.amount * Decimal("1.5"),
        lambda c: c.amount * True,
        lambda c: c.amount + c.quantity,
        lambda c: c.amount > c.quantity,
        lambda c: c.amount + c.id,
        lambda c: c.amount == func.abs(c.amount),  # abs has no type: it would compare units with decimals
    ],
)
def test_inexact_expressions_are_refused(expression: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError):
        expression(amounts.c)


def test_null_and_literals(connection: Connection) -> None:
    fill(connection, [{"amount": None}, {"amount": Decimal("1.5")}])
    assert connection.scalar(select(func.coalesce(func.sum(amounts.c.amount), 0))) == Decimal("1.5")
    assert connection.scalar(select(func.count()).where(amounts.c.amount.is_(None))) == 1
    statement = select(amounts.c.amount).where(amounts.c.amount == Decimal("1.5"))
    literal = statement.compile(connection, compile_kwargs={"literal_binds": True})
    assert "15000" in str(literal)
    assert connection.execute(text(str(literal))).scalar() == 15000


def test_engines() -> None:
    kind = ExactDecimal(6)
    assert isinstance(kind.load_dialect_impl(sqlite.dialect()), BigInteger)
    on_mariadb = kind.load_dialect_impl(mysql.dialect())
    assert isinstance(on_mariadb, Numeric)
    assert (on_mariadb.precision, on_mariadb.scale) == (19, 6)
    bind = kind.bind_processor(mysql.dialect())
    assert bind(Decimal("1.5")) == Decimal("1.5")
    assert isinstance(bind(2), Decimal)
    with pytest.raises(InexactValueError):
        bind(Decimal("0.0000001"))
    with pytest.raises(InexactValueError):
        bind(10**13)  # DECIMAL(19,6) has room for it: one limit on both engines
    assert kind.process_result_value(Decimal("1.500000"), mysql.dialect()) == Decimal("1.5")
