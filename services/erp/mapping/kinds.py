"""The kinds of value that an expression knows, and how each is read from a source row."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from services.erp.mapping.values import Reader, read_date, read_decimal, read_flag, read_text


class Kind(StrEnum):
    TEXT = "text"
    DECIMAL = "decimal"
    FLAG = "flag"
    DATE = "date"
    NULL = "null"


READERS: Final[Mapping[Kind, Reader]] = {
    Kind.TEXT: read_text,
    Kind.DECIMAL: read_decimal,
    Kind.FLAG: read_flag,
    Kind.DATE: read_date,
}
