"""How a source value is read: whatever a driver or a change event hands over -> one exact Python value.

Each reader takes None, str, int, float, Decimal, bool, bytes, date or datetime and returns its own type or
None (empty); RefusedValueError says in Korean and English why a value cannot be read. Nothing is guessed:
what could mean two things is refused, and the row is set aside.
"""

import json
import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from math import isfinite
from typing import Any, Final

FLOAT_DECIMALS: Final = 9
"""A float stands for a decimal of the source with at most this many digits after the point."""

_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_EIGHT_DIGITS: Final = re.compile(r"\d{8}", re.ASCII)
_DATE: Final = re.compile(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})(?:[T ].*)?", re.ASCII | re.DOTALL)
_NO_DATE: Final = frozenset({"0000-00-00", "00000000", "0"})
_TRUE: Final = frozenset({"1", "y", "yes", "t", "true", "예", "사용"})
_FALSE: Final = frozenset({"0", "n", "no", "f", "false", "아니오", "미사용"})
_WIDE: Final = Context(prec=400)  # the largest float has 309 digits

Reader = Callable[[Any], Any]


class RefusedValueError(ValueError):
    """A source value that cannot be read exactly, with the reason in Korean and English."""


def refuse(ko: str, en: str, value: object) -> RefusedValueError:
    shown = str(value)[:40].encode("utf-8", "replace").decode()
    return RefusedValueError(f"{ko} / {en}: {shown}")


def read_text(value: Any) -> str | None:
    """Trimmed, NFC, control characters as spaces; empty is None. Whole numbers without a fraction's zeros."""
    if value is None:
        return None
    return _clean(value if type(value) is str else _text_of(value))


@lru_cache(maxsize=1 << 16)  # units, items, warehouses come again and again
def _clean(text: str) -> str | None:
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if not text.isprintable():
        text = _printable(text)
    return text.strip() or None


def _text_of(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float | Decimal):
        number: Decimal = read_decimal(value)
        return f"{number:f}" if number % 1 else str(int(number))
    if isinstance(value, bytes | bytearray | memoryview):
        try:
            return bytes(value).decode()
        except UnicodeDecodeError:
            raise refuse("글자가 아닙니다", "not text", value) from None
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):  # a JSON column, as a change event may bring it
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list | tuple):
        raise refuse(
            "배열은 값 하나가 아닙니다. 뷰에서 풀어 주세요",
            "an array is no one value: unnest it in a view",
            value,
        )
    raise refuse("글자가 아닙니다", "not text", type(value).__name__)


def _printable(text: str) -> str:
    kept = []
    for character in text:
        category = unicodedata.category(character)
        if category == "Cs":  # half a character: how invalid bytes arrive
            raise refuse("깨진 글자가 있습니다", "invalid bytes in text", text)
        kept.append(" " if category in ("Cc", "Zl", "Zp", "Zs") else character)
    return "".join(kept)


def read_decimal(value: Any) -> Any:
    """An exact Decimal; text as ERPs write numbers, without thousands separators."""
    kind = type(value)
    if kind is int or kind is bool:
        return Decimal(value)
    if kind is Decimal:
        if not value.is_finite():
            raise refuse("숫자가 아닙니다", "not a number", value)
        return value
    if value is None:
        return None
    if kind is float:
        return _decimal_of_float(value)
    if isinstance(value, str):
        text = value.strip()
        if not text:
            return None
        if _NUMBER.fullmatch(text):
            return Decimal(text)
    raise refuse("숫자가 아닙니다", "not a number", value)


def _decimal_of_float(value: float) -> Decimal:
    if not isfinite(value):
        raise refuse("숫자가 아닙니다", "not a number", value)
    if value.is_integer() and abs(value) < 1e15:
        return Decimal(int(value))
    number = Decimal(repr(value))
    if -int(number.as_tuple().exponent) > FLOAT_DECIMALS:
        return number.quantize(Decimal(1).scaleb(-FLOAT_DECIMALS), ROUND_HALF_UP, _WIDE)
    return number


def read_flag(value: Any) -> bool:
    """0/1, Y/N, yes/no, true/false in any case; empty is False."""
    if value is None:
        return False
    if type(value) is int and 0 <= value <= 1:
        return value == 1
    if isinstance(value, bool):
        return value
    if isinstance(value, bytes) and value in (b"\x00", b"\x01"):  # MySQL BIT(1)
        return value == b"\x01"
    text = read_text(value)
    word = text.lower() if text else "0"
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise refuse("예/아니오로 읽을 수 없습니다", "neither yes nor no", value)


def read_date(value: Any) -> date | None:
    """A date, the day of a moment, YYYY-MM-DD (also . or /), YYYYMMDD; zero dates are None."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = read_text(value)
    if text is None:
        return None
    try:
        if len(text) == 10:
            return date.fromisoformat(text)
        if _EIGHT_DIGITS.fullmatch(text):
            return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        pass  # judged below: a zero date, other separators, or no date at all
    found = _DATE.fullmatch(text)
    if text in _NO_DATE or (found and found[1] == "0000"):
        return None
    if found:
        try:
            return date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            pass
    raise refuse("날짜가 아닙니다", "not a date", value)


def read_moment(value: Any) -> datetime | None:
    """Wall-clock time: a datetime, ISO text, YYYYMMDDHHMMSS, or a date at midnight. A zone is dropped."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, date):
        return _midnight(value)
    text = read_text(value)
    if text is None:
        return None
    try:
        if len(text) == 14 and text.isdecimal():
            text = f"{text[:8]}T{text[8:]}"
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return _midnight(read_date(value))


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime(day.year, day.month, day.day)  # noqa: DTZ001 - no zone to know


def join_key(parts: list[str | None]) -> str | None:
    """A composite key as one text, `|` between its parts; None if one is empty. Two keys never meet."""
    if len(parts) == 1:
        return parts[0]
    joined = []
    for part in parts:
        if part is None:
            return None
        joined.append(part.replace("\\", "\\\\").replace("|", "\\|"))
    return "|".join(joined)
