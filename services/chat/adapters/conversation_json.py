"""Answers and events as the database keeps them: compressed JSON of the dataclasses, without loss.

The field types say how a value is written. A field that has its default is left out, and one no longer known
is skipped: fields may be added with a default and taken away, but not renamed. A member of a union that
JSON has no form for stands under its type's name: {"Decimal": "1250.5"}.
"""

import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache
from types import NoneType
from typing import Any, Final, get_args, get_origin, get_type_hints

from services.chat.conversation import Answer, Completed, EventBody, ResultReady, Turn, TurnEvent

_JSON_TYPES: Final = (str, int, bool, NoneType)
_MICROSECOND: Final = timedelta(microseconds=1)


def dump_answer(answer: Answer) -> bytes:
    """The bytes to keep of an answer."""
    return _dump(Answer, answer)


def load_answer(kept: bytes) -> Answer:
    """The answer that `dump_answer` was given."""
    answer: Answer = _load(Answer, kept)
    return answer


def dump_events(turn: Turn, events: Sequence[TurnEvent]) -> bytes:
    """The bytes to keep of an ended turn's events, without what the turn holds itself."""
    return _dump(
        tuple[_KeptEvent, ...], [_KeptEvent(e.sequence, e.time, _shortened(turn, e), e.part) for e in events]
    )


def load_events(turn: Turn, kept: bytes) -> tuple[TurnEvent, ...]:
    """The events that `dump_events` was given with this turn."""
    return tuple(
        TurnEvent(e.sequence, e.time, _lengthened(turn, e), e.part)
        for e in _load(tuple[_KeptEvent, ...], kept)
    )


@dataclass(frozen=True, slots=True)
class _AnswerResult:
    """Stands for the result that the turn's answer has, in the event's part."""


@dataclass(frozen=True, slots=True)
class _TurnCompleted:
    """Stands for the end that tells the turn as it is."""


@dataclass(frozen=True, slots=True)
class _KeptEvent:
    sequence: int
    time: datetime
    body: EventBody | _AnswerResult | _TurnCompleted
    part: int = 0


def _shortened(turn: Turn, event: TurnEvent) -> EventBody | _AnswerResult | _TurnCompleted:
    body = event.body
    if isinstance(body, Completed) and body.turn == turn:
        return _TurnCompleted()
    if isinstance(body, ResultReady) and body == _result(turn.answer, event.part):
        return _AnswerResult()
    return body


def _lengthened(turn: Turn, event: _KeptEvent) -> EventBody:
    match event.body:
        case _TurnCompleted():
            return Completed(turn)
        case _AnswerResult():
            result = _result(turn.answer, event.part)
            assert result is not None, "kept only beside an answer with a result"  # noqa: S101
            return result
        case body:
            return body


def _result(answer: Answer | None, part: int) -> ResultReady | None:
    """The result that one part of the answer has."""
    parts = (answer, *answer.further) if answer else ()
    answer = parts[part] if part < len(parts) else None
    if answer is None or answer.table is None or answer.context is None:
        return None
    return ResultReady(answer.table, answer.facts, answer.context, answer.query, answer.assumptions)


# --- any dataclass ------------------------------------------------------------------------------------------


def _dump(kind: Any, value: object) -> bytes:
    text = json.dumps(_codec(kind).encode(value), ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(text.encode())


def _load(kind: Any, kept: bytes) -> Any:
    return _codec(kind).decode(json.loads(zlib.decompress(kept)))


@dataclass(frozen=True, slots=True)
class _Codec:
    """How values of one type become JSON, and come back."""

    encode: Callable[[Any], Any]
    decode: Callable[[Any], Any]


@cache
def _codec(kind: Any) -> _Codec:
    if kind in _JSON_TYPES:
        return _Codec(_same, _same)
    if kind in _SCALARS:
        return _SCALARS[kind]
    if get_origin(kind) is tuple:
        return _tuple_codec(_codec(get_args(kind)[0]))
    if get_args(kind):
        return _union_codec(get_args(kind))
    if is_dataclass(kind):
        return _dataclass_codec(kind)
    if issubclass(kind, StrEnum):
        return _Codec(str, kind)
    raise TypeError(f"{kind} has no form in JSON")


def _same(value: Any) -> Any:
    return value


def _encode_moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat()


_SCALARS: Final = {
    Decimal: _Codec(str, Decimal),
    date: _Codec(date.isoformat, date.fromisoformat),
    datetime: _Codec(_encode_moment, datetime.fromisoformat),
    timedelta: _Codec(lambda value: value // _MICROSECOND, lambda count: count * _MICROSECOND),
}


def _tuple_codec(item: _Codec) -> _Codec:
    encode, decode = item.encode, item.decode
    return _Codec(
        lambda values: [encode(value) for value in values], lambda items: tuple([decode(i) for i in items])
    )


def _union_codec(members: Sequence[type]) -> _Codec:
    named = {member.__name__: _codec(member) for member in members if member not in _JSON_TYPES}
    if len(members) == 2 and NoneType in members and named:
        (only,) = named.values()
        return _Codec(
            lambda value: None if value is None else only.encode(value),
            lambda data: None if data is None else only.decode(data),
        )

    def encode(value: Any) -> Any:
        codec = named.get(type(value).__name__)
        return value if codec is None else {type(value).__name__: codec.encode(value)}

    def decode(data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        ((name, inner),) = data.items()
        return named[name].decode(inner)

    return _Codec(encode, decode)


def _dataclass_codec(kind: Any) -> _Codec:
    @cache
    def codecs() -> dict[str, _Codec]:  # once the first value comes: an answer holds answers
        hints = get_type_hints(kind)
        return {field.name: _codec(hints[field.name]) for field in fields(kind)}

    defaults = {
        field.name: field.default if field.default_factory is MISSING else field.default_factory()
        for field in fields(kind)
    }

    def encode(value: Any) -> Any:
        return {
            name: codec.encode(held)
            for name, codec in codecs().items()
            if (held := getattr(value, name)) != defaults[name]
        }

    def decode(data: Any) -> Any:
        known = codecs()
        return kind(**{name: known[name].decode(held) for name, held in data.items() if name in known})

    return _Codec(encode, decode)
