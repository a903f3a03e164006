"""Opaque tokens that say where a page of a list ended."""

import base64
import hashlib
import json
from collections.abc import Sequence
from typing import Any, Final

from services.kit.errors import PageTokenInvalid

_MARK_BYTES: Final = 12


def dump_token(bound: str, position: Sequence[str | int]) -> str:
    """A token for `position`, which only the list named `bound` (its owner included) will take.

    The mark is no secret: who makes a token up gets no further than to a place in that same list of theirs.
    """
    place = json.dumps(position).encode()
    return base64.urlsafe_b64encode(_mark(bound, place) + place).decode()


def load_token(bound: str, token: str) -> Sequence[Any]:
    """The position.

    Raises:
        PageTokenInvalid: the token is none of this list.
    """
    try:
        kept = base64.urlsafe_b64decode(token)
    except ValueError:
        raise PageTokenInvalid from None
    mark, place = kept[:_MARK_BYTES], kept[_MARK_BYTES:]
    if mark != _mark(bound, place):
        raise PageTokenInvalid
    position: Sequence[Any] = json.loads(place)
    return position


def _mark(bound: str, place: bytes) -> bytes:
    return hashlib.sha256(bound.encode() + b"\0" + place).digest()[:_MARK_BYTES]
