"""What 누구, 어디, 곳 and 뭐 stand for: rows of the kind that was spoken of, where it fits, else the usual kind."""

from collections.abc import Mapping
from typing import Final

from services.chat.semantic import DATE_DIMENSION, DUE_DATE_DIMENSION, Catalog
from services.chat.understanding.frame import Frame

WHO: Final = "who"
WHERE: Final = "where"
WHAT: Final = "what"

_PARTIES: Final = frozenset({"customer", "supplier"})
_FIT: Final[Mapping[str, frozenset[str]]] = {
    WHO: _PARTIES | {"employee", "department", "company"},
    WHERE: _PARTIES | {"customer_group", "supplier_group", "territory", "warehouse", "department", "company"},
}
"""The dimensions that such a word can mean; 뭐 means all others."""

_USUAL: Final[Mapping[str, tuple[str, ...]]] = {
    WHO: ("employee",),
    WHERE: ("warehouse", "territory", "department", "employee"),
    WHAT: ("item",),
}
"""Where nothing was spoken of and the measure has no party, in this order."""


def means_rows_of(before: Frame, asks: str) -> bool:
    """Whether the word can mean the rows of the question before."""
    kinds = [grouping.dimension for grouping in before.groupings if grouping.dimension != DUE_DATE_DIMENSION]
    kinds += ["customer"] if before.party else []
    if before.documents:
        return asks == WHAT
    if not kinds or DATE_DIMENSION in kinds:
        return False
    everything_else = frozenset(kinds) - (_FIT[WHO] | _FIT[WHERE])
    return all(kind in _FIT.get(asks, everything_else) for kind in kinds)


def usual(asks: str, allowed: frozenset[str], catalog: Catalog) -> list[str]:
    """The first dimension that such a word can mean by itself, of those that the measure knows."""
    keys = [key for key in _USUAL.get(asks, ()) if key in allowed and key in catalog.dimensions]
    return keys[:1]
