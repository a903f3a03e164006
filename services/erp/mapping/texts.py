"""Texts in mapping expressions that hold more than one value: JSON, paths, prefixes."""

import json
from decimal import Decimal
from typing import Any

from services.erp.mapping.values import read_text, refuse


def _parsed(text: str) -> Any:
    """What the JSON says, numbers as they are written; None where it is none."""
    try:
        return json.loads(text, parse_float=Decimal)
    except ValueError:
        return None


def json_value(text: str, path: str) -> str | None:
    """The value at `path` ("address.city", "lines.0.sku"); empty where there is none."""
    found = _parsed(text)
    if not isinstance(found, dict | list):
        raise refuse("JSON이 아닙니다", "not JSON", text)
    for name in path.split("."):
        if isinstance(found, dict):
            found = found.get(name)
        elif isinstance(found, list) and name.isdecimal() and int(name) < len(found):
            found = found[int(name)]
        else:
            return None
    return (
        json.dumps(found, ensure_ascii=False, default=str)
        if isinstance(found, dict | list)
        else read_text(found)
    )


def translated(text: str | None, *languages: str) -> str | None:
    """{"ko_KR": …, "en_US": …} in the first of the languages that it has, else in any; plain text is itself."""
    if text is None or not text.startswith("{"):
        return text
    found = _parsed(text)
    if not isinstance(found, dict):
        return text
    words = [read_text(found.get(name)) for name in (*languages, *found)]
    return next((word for word in words if word is not None), None)


def before(text: str, mark: str) -> str | None:
    """What stands before the first `mark`; empty where there is none."""
    head, found, _ = text.partition(mark)
    return read_text(head) if found else None


def before_last(text: str, mark: str) -> str | None:
    """What stands before the last `mark`; empty where there is none."""
    head, found, _ = text.rpartition(mark)
    return read_text(head) if found else None


def after(text: str, mark: str) -> str | None:
    """What stands after the first `mark`; empty where there is none."""
    _, found, tail = text.partition(mark)
    return read_text(tail) if found else None


def after_last(text: str, mark: str) -> str | None:
    """What stands after the last `mark`; empty where there is none."""
    _, found, tail = text.rpartition(mark)
    return read_text(tail) if found else None


def pad_left(text: str, length: Decimal, fill: str) -> str:
    """Filled up from the left to a length: 7 -> 00007."""
    return text.rjust(int(length), fill[:1])
