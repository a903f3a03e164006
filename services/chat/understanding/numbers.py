"""Numbers as people type them: 1,200 · 3천만 · 1억 5천 · 세(달) · 삼(개월)."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from services.chat.understanding.words import alternatives, load

_WORDS: Final = load("numbers")
_COUNTS: Final[Mapping[str, int]] = {**_WORDS["sino"], **_WORDS["native"]}
_MULTIPLIERS: Final[Mapping[str, int]] = _WORDS["multipliers"]

COUNT: Final = rf"(?:\d{{1,4}}|{alternatives(_COUNTS)})"
"""A small whole number, in digits or in words."""

_DIGITS: Final = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_MULTIPLIER: Final = alternatives(_MULTIPLIERS)

_PARTS: Final = rf"(?:{_DIGITS})\s*(?:{_MULTIPLIER})?(?:\s*(?:{_DIGITS})\s*(?:{_MULTIPLIER}))*"
_SPOKEN: Final = r"(?:[일이삼사오육칠팔구십백천]{1,8}[만억]){1,2}"
AMOUNT: Final = rf"(?:{_PARTS}|{_SPOKEN}|백만|천만|십억|백억|천억|십만)"
"""An amount with Korean multipliers."""

_PART: Final = re.compile(rf"({_DIGITS})?\s*({_MULTIPLIER})?")


def count(text: str) -> int:
    """The value of a match of `COUNT`."""
    return int(text) if text.isdecimal() else _COUNTS[text]


def amount(text: str) -> Decimal:
    """The value of a match of `AMOUNT`: "1억 5천만" is 150,000,000."""
    if re.fullmatch(_SPOKEN, text):
        return Decimal(_spoken(text))
    total = Decimal(0)
    pending = Decimal(0)  # 5천 in "5천만" waits for its 만
    parts = [match.groups() for match in _PART.finditer(text) if match[0].strip()]
    if len(parts) > 1 and parts[-1][1] in ("천", "백", "십") and parts[-2][1] == "억":
        parts[-1] = (parts[-1][0], parts[-1][1] + "만")  # "1억 5천" leaves its 만 unsaid
    for digits, multiplier in parts:
        number = Decimal(digits.replace(",", "")) if digits else Decimal(1)
        scale = _MULTIPLIERS.get(multiplier or "", 1)
        if scale >= 10_000:
            total += (pending + number) * scale if digits else max(pending, Decimal(1)) * scale
            pending = Decimal(0)
        else:
            pending += number * scale
    return total + pending


_NUMERALS: Final = {name: number for number, name in enumerate("일이삼사오육칠팔구", start=1)}
_PLACES: Final = {"십": 10, "백": 100, "천": 1000}


def _spoken(text: str) -> int:
    """오천만, 일억오천만."""
    total = part = digit = 0
    for letter in text:
        if letter in _NUMERALS:
            digit = _NUMERALS[letter]
        elif letter in _PLACES:
            part += (digit or 1) * _PLACES[letter]
            digit = 0
        else:
            total += ((part + digit) or 1) * (10_000 if letter == "만" else 100_000_000)
            part = digit = 0
    return total + part + digit
