"""Strategies for what stands in tables."""

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from services.chat.result import Column, Table, Value
from services.chat.semantic import EntityKind, EntityReference, Role, Unit, UnitKind

_decimals = st.builds(
    lambda digits, places: Decimal(digits).scaleb(-places),
    st.integers(-(10**30), 10**30),
    st.integers(0, 12),
)

entities = st.builds(
    EntityReference, st.sampled_from(EntityKind), st.text(min_size=1), st.text(), st.text(max_size=5)
)

values: st.SearchStrategy[Value] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    _decimals,
    st.dates(min_value=date(1900, 1, 1)),
    st.text(),
    entities,
)

_columns = st.builds(
    Column,
    st.text(min_size=1, max_size=8),
    st.text(max_size=8),
    st.sampled_from(Role),
    st.text(max_size=8),
    st.builds(Unit, st.sampled_from(UnitKind), st.text(max_size=3)).filter(
        lambda unit: unit.kind is not UnitKind.NONE or not unit.code
    ),
    st.integers(0, 9),
    st.booleans(),
)


@st.composite
def tables(draw: Any) -> Table:
    """A table with cells of every kind in every column."""
    columns = draw(st.lists(_columns, min_size=1, max_size=3))
    rows = draw(st.lists(st.tuples(*(values for _ in columns)), max_size=4))
    return Table(tuple(columns), tuple(rows), draw(st.integers(0, 10**12)), draw(st.booleans()))
