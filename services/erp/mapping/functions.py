"""Operators and functions of mapping expressions, over text, exact decimals, flags and dates.
Those of calendars and of texts that hold more than one value: moments.py, texts.py.

Null is refused by arithmetic, ordering, max and min (a missing amount must not turn into a wrong
one: write coalesce(x, 0)); text functions pass it on, text tests answer false.
"""

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, DivisionByZero, Inexact, InvalidOperation
from functools import lru_cache
from typing import Any, Final

from services.erp.mapping.kinds import Kind
from services.erp.mapping.moments import (
    add_days,
    add_months,
    date_of,
    days_between,
    end_of_month,
    from_epoch,
    local_date,
    local_time,
)
from services.erp.mapping.texts import (
    after,
    after_last,
    before,
    before_last,
    json_value,
    pad_left,
    translated,
)
from services.erp.mapping.values import join_key, read_decimal, read_flag, read_text, refuse

EXACT: Final = Context(prec=120, traps=[Inexact, InvalidOperation])
_QUOTIENT: Final = Context(prec=40, rounding=ROUND_HALF_UP, traps=[InvalidOperation, DivisionByZero])

T, D, F, DAY = Kind.TEXT, Kind.DECIMAL, Kind.FLAG, Kind.DATE


def refuse_null(what: str) -> Exception:
    return refuse(
        "빈 값으로 계산할 수 없습니다. coalesce(…, 0)을 쓰세요", "empty value, use coalesce(…, 0)", what
    )


def _divide(left: Decimal, right: Decimal) -> Decimal:
    if not right:
        raise refuse("0으로 나눌 수 없습니다", "division by zero", left)
    return _QUOTIENT.divide(left, right)


def _remainder(left: Decimal, right: Decimal) -> Decimal:
    if not right:
        raise refuse("0으로 나눌 수 없습니다", "division by zero", left)
    return EXACT.remainder(left, right)


ARITHMETIC: Final[Mapping[str, Callable[[Decimal, Decimal], Decimal]]] = {
    "addition_add": EXACT.add,
    "addition_sub": EXACT.subtract,
    "multiplication_mul": EXACT.multiply,
    "multiplication_div": _divide,
    "multiplication_mod": _remainder,
}


@dataclass(frozen=True, slots=True)
class Function:
    """`parameters`: what each argument must be; the last `optional` ones may be left out."""

    parameters: tuple[frozenset[Kind], ...]
    result: Kind
    apply: Callable[..., Any]
    optional: int = 0


def _round(number: Decimal, digits: Decimal = Decimal(0)) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-int(digits)), ROUND_HALF_UP, Context(prec=120))


def _needs_values(name: str, apply: Callable[..., Any]) -> Callable[..., Any]:
    def checked(*arguments: Any) -> Any:
        if None in arguments:
            raise refuse_null(name)
        return apply(*arguments)

    return checked


def _passes_null(apply: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *arguments: None if None in arguments else apply(*arguments)


def _test(apply: Callable[..., bool]) -> Callable[..., bool]:
    return lambda *arguments: None not in arguments and apply(*arguments)


def _substring(text: str, start: Decimal, end: Decimal | None = None) -> str:
    return text[int(start) : None if end is None else int(end)]


@lru_cache(maxsize=1 << 12)  # an item's description comes with each of its lines
def _plain_text(text: str) -> str | None:
    """Rich text without its markup, as one line."""
    return read_text(" ".join(html.unescape(re.sub(r"<[^<>]*>", " ", text)).split()))


_ANY = frozenset({T, D, F, DAY, Kind.NULL})
_TEXT, _DECIMAL = frozenset({T, Kind.NULL}), frozenset({D, Kind.NULL})
_DAY, _MOMENT = frozenset({DAY, Kind.NULL}), frozenset({T, DAY, Kind.NULL})

FUNCTIONS: Final[Mapping[str, Function]] = {
    "abs": Function((_DECIMAL,), D, _passes_null(EXACT.abs)),
    "round": Function((_DECIMAL, frozenset({D})), D, _passes_null(_round), optional=1),
    "decimal": Function((_TEXT | _DECIMAL,), D, read_decimal),
    "date": Function((_TEXT | _DECIMAL | frozenset({DAY}), frozenset({T})), DAY, date_of, optional=1),
    "flag": Function((_TEXT | _DECIMAL | frozenset({F}),), F, read_flag),
    "string": Function((_ANY,), T, read_text),
    "size": Function((_TEXT,), D, lambda text: Decimal(len(text or ""))),
    "plainText": Function((_TEXT,), T, _passes_null(_plain_text)),
    "json": Function((_TEXT, frozenset({T})), T, _passes_null(json_value)),
    "translated": Function((_TEXT, *[frozenset({T})] * 3), T, translated, optional=2),
    "fromEpoch": Function((_DECIMAL,), T, _passes_null(from_epoch)),
    "localDate": Function((_MOMENT, frozenset({T})), DAY, _passes_null(local_date)),
    "localTime": Function((_MOMENT, frozenset({T})), T, _passes_null(local_time)),
    "addDays": Function((_DAY, _DECIMAL), DAY, _passes_null(add_days)),
    "addMonths": Function((_DAY, _DECIMAL), DAY, _passes_null(add_months)),
    "endOfMonth": Function((_DAY,), DAY, _passes_null(end_of_month)),
    "daysBetween": Function((_DAY, _DAY), D, _passes_null(days_between)),
}

METHODS: Final[Mapping[str, Function]] = {
    "startsWith": Function((_TEXT, _TEXT), F, _test(str.startswith)),
    "endsWith": Function((_TEXT, _TEXT), F, _test(str.endswith)),
    "contains": Function((_TEXT, _TEXT), F, _test(str.__contains__)),
    "matches": Function((_TEXT, _TEXT), F, _test(lambda text, pattern: re.search(pattern, text) is not None)),
    "substring": Function((_TEXT, frozenset({D}), frozenset({D})), T, _passes_null(_substring), optional=1),
    "replace": Function((_TEXT, _TEXT, _TEXT), T, _passes_null(str.replace)),
    "before": Function((_TEXT, _TEXT), T, _passes_null(before)),
    "beforeLast": Function((_TEXT, _TEXT), T, _passes_null(before_last)),
    "after": Function((_TEXT, _TEXT), T, _passes_null(after)),
    "afterLast": Function((_TEXT, _TEXT), T, _passes_null(after_last)),
    "padLeft": Function((_TEXT, frozenset({D}), _TEXT), T, _passes_null(pad_left)),
    "trim": Function((_TEXT,), T, _passes_null(str.strip)),
    "upperAscii": Function((_TEXT,), T, _passes_null(str.upper)),
    "lowerAscii": Function((_TEXT,), T, _passes_null(str.lower)),
}


def key(*parts: Any) -> str | None:
    """A composite key, joined as `key: [...]` joins it."""
    return join_key([read_text(part) for part in parts])


def coalesce(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


SAME_KIND: Final[Mapping[str, Callable[..., Any]]] = {
    "coalesce": coalesce,
    "max": _needs_values("max", max),
    "min": _needs_values("min", min),
}
"""Functions whose arguments are all of one kind, which is the result's."""
