"""Cells as text: exact figures with their units, dates, names."""

import unicodedata
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from services.chat.result import Value
from services.chat.semantic import EntityReference, Grain, Unit, UnitKind
from services.chat.understanding.periods import label, period_of

MISSING: Final = "미지정"
MAX_NAME: Final = 40
"""A longer name is cut in the text; the table has all of it."""

_CURRENCIES: Final = {"KRW": "원", "USD": "달러", "JPY": "엔", "EUR": "유로", "CNY": "위안"}
_SCALES: Final = {
    1_000: "천",
    10_000: "만",
    1_000_000: "백만",
    10_000_000: "천만",
    100_000_000: "억",
    1_000_000_000_000: "조",
}
_SUFFIXES: Final = {
    UnitKind.PERCENT: "%",
    UnitKind.PERCENTAGE_POINTS: "%p",
    UnitKind.COUNT: "건",
    UnitKind.DAYS: "일",
    UnitKind.RATIO: "회",
}


def number(value: Decimal | int, places: int) -> str:
    """With thousands separated, and at most `places` digits after the point (half up)."""
    exact = Decimal(value)
    rounded = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    if places and rounded == rounded.to_integral_value():
        rounded = rounded.quantize(Decimal(1))
    return f"{rounded + 0:,f}"


def figure(value: Decimal | int, unit: Unit, places: int) -> str:
    """A figure with its unit: "1,250 EA", "12.5%", "3,300,000원"."""
    match unit.kind:
        case UnitKind.CURRENCY:
            return number(value, places) + _CURRENCIES.get(unit.code or "KRW", f" {unit.code}")
        case UnitKind.QUANTITY:
            exact = Decimal(value)
            digits = max(
                places, min(6, -int(exact.normalize().as_tuple().exponent))
            )  # a quantity is never rounded
            return f"{number(value, digits)} {name(unit.code)}".rstrip()
        case UnitKind.PERCENT:
            return number(value, max(places, 1)) + "%" if places else number(value, 1) + "%"
        case UnitKind.COUNT if unit.code:
            return number(value, places) + unit.code
        case kind:
            return number(value, places) + _SUFFIXES.get(kind, "")


def scaled(value: Decimal | int, unit: Unit, scale: int) -> str:
    """An amount in thousands, millions …: "217.9백만원", with 약 where it is rounded."""
    exact = Decimal(value) / scale
    rounded = exact.quantize(Decimal("0.1"), ROUND_HALF_UP)
    word = _SCALES.get(scale, "")
    currency = _CURRENCIES.get(unit.code or "KRW", f" {unit.code}")
    return f"{'' if rounded == exact else '약 '}{number(rounded, 1)}{word}{currency}"


def name(text: str) -> str:
    """A name as one line of plain characters, cut where it is too long. It is data, whatever it says."""
    plain = "".join(
        " " if unicodedata.category(c)[0] in "CZ" else c for c in unicodedata.normalize("NFC", text)
    )
    words = " ".join(plain.split())
    return words if len(words) <= MAX_NAME else words[: MAX_NAME - 1].rstrip() + "…"


def cell(value: Value, unit: Unit, places: int, grain: Grain | None = None) -> str:
    """Any cell; `grain` for a step of a date grouping."""
    match value:
        case None:
            return MISSING
        case bool():
            return "예" if value else "아니요"
        case Decimal() | int():
            return figure(value, unit, places)
        case EntityReference():
            return name(value.display_name) or MISSING
        case date():
            return label(period_of(grain or Grain.DAY, value))
        case _:
            return name(str(value)) or MISSING


def moment(when: datetime) -> str:
    """A time of day as people say it: "11월 20일 9시 5분"."""
    minute = f" {when.minute}분" if when.minute else ""
    return f"{when.month}월 {when.day}일 {when.hour}시{minute}"
