"""Column kinds of the local model. A mapping file names columns; their kind says how a value is read."""

from typing import Any, Final

from sqlalchemy import Boolean, Column, Date, DateTime, MetaData, String, Text

from services.erp.exact_decimal import ExactDecimal

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Byte-wise comparison on every engine: two keys that differ in case are two keys.
Key: Final = String(190).with_variant(String(190, collation="utf8mb4_bin"), "mysql", "mariadb")


def key() -> Column[str]:
    """The row's own key. Composite source keys arrive joined into one text (docs/mapping.md)."""
    return Column("id", Key, primary_key=True)


def ref(name: str, target: str, *, required: bool = False) -> Column[Any]:
    """Holds `target`.id, many-to-one. Not a database constraint: rows arrive in any order."""
    return Column(name, Key, nullable=not required, info={"references": target})


def any_ref(name: str, *, required: bool = False) -> Column[Any]:
    """Holds the id of a row in the table that the neighbouring *_type or entity column says."""
    return Column(name, Key, nullable=not required)


def code(name: str, *values: str, required: bool = False) -> Column[str]:
    """One of a closed set of words of our own; `values` is the set, in the column's info."""
    return Column(name, String(40), nullable=not required, info={"values": values})


def text(name: str, length: int = 190, *, required: bool = False) -> Column[Any]:
    return Column(name, String(length), nullable=not required)


def long_text(name: str) -> Column[Any]:
    """Free text of any length: remarks, descriptions. Shown, not searched."""
    return Column(name, Text)


def flag(name: str) -> Column[Any]:
    """True or false, never unknown: what the source does not say is false."""
    return Column(name, Boolean, nullable=False)


def date(name: str, *, required: bool = False) -> Column[Any]:
    return Column(name, Date, nullable=not required)


def moment(name: str, *, required: bool = False) -> Column[Any]:
    """Wall-clock time as the source keeps it, without a zone."""
    return Column(name, DateTime, nullable=not required)


def amount(name: str, *, required: bool = False) -> Column[Any]:
    """Money, 4 decimals, up to about 922 trillion."""
    return Column(name, ExactDecimal(4), nullable=not required)


def quantity(name: str, *, required: bool = False) -> Column[Any]:
    """Counts, weights, days; 6 decimals, up to about 9.2 trillion."""
    return Column(name, ExactDecimal(6), nullable=not required)


def price(name: str) -> Column[Any]:
    """Money for one unit, 6 decimals, up to about 9.2 trillion. Shown, never summed."""
    return Column(name, ExactDecimal(6))


def rate(name: str, *, required: bool = False) -> Column[Any]:
    """Exchange rates and conversion factors; 9 decimals, up to about 9.2 billion."""
    return Column(name, ExactDecimal(9), nullable=not required)
