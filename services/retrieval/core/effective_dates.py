"""From which day a document says that it holds."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

_DATE: Final = r"((?:19|20)\d\d)\s*[년./-]\s*(\d{1,2})\s*[월./-]\s*(\d{1,2})(?!\d)\s*일?\.?"
_STATED: Final = (
    re.compile(rf"(?:시행\s*일자?|시행|적용\s*일자?|효력\s*발생일?)\s*[:：]?\s*{_DATE}"),
    re.compile(rf"{_DATE}\s*(?:자로|부터|부로)?\s*(?:시행|적용)"),
)


def effective_date(plain: str) -> date | None:
    """The last such day: each amendment adds its own. None where the text says none."""
    return max(_days(plain), default=None)


def _days(plain: str) -> Iterator[date]:
    for pattern in _STATED:
        for found in pattern.finditer(plain):
            try:
                yield date(*(int(part) for part in found.groups()))
            except ValueError:
                continue  # the 31st of February
