"""Replies to a question back: by click, number, place, name or a part of it, several at once, all of them, none."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from services.chat.understanding.frame import Frame, Memory, Option
from services.chat.understanding.text import compact
from services.chat.understanding.words import alternatives, load

_WORDS: Final = load("followup")
_POLITE: Final = rf"(?:{alternatives(_WORDS['polite'])}|[\s.!?~,])*"
_ORDINAL: Final = alternatives(_WORDS["ordinals"])
_ONE: Final = (
    rf"(?:(?P<digits>\d{{1,2}})\s*(?:번째|번|째)?|(?P<word>{_ORDINAL})\s*(?:번째|번|째)?)\s*(?:거|것|꺼)?"
)
_NUMBER: Final = re.compile(rf"{_ONE}\s*{_POLITE}")
_NUMBERS: Final = re.compile(
    r"(?P<first>\d{1,2})\s*번?\s*(?:과|와|이랑|랑|하고|,|·|및)\s*(?P<second>\d{1,2})\s*번?" + r"\s*" + _POLITE
)
_LAST: Final = re.compile(rf"(?:{alternatives(_WORDS['last'])})\s*{_POLITE}")
_ALL: Final = re.compile(rf"(?:{alternatives(_WORDS['all'])})\s*(?:다)?\s*{_POLITE}")
_YES: Final = re.compile(rf"(?:{alternatives((*_WORDS['agreeing'], *_WORDS['this']))})\s*{_POLITE}")
_ANY: Final = re.compile(rf"(?:{alternatives(_WORDS['any'])})\s*{_POLITE}")
_NO: Final = re.compile(rf"(?:{alternatives(_WORDS['declining'])})\s*{_POLITE}")
_TAIL: Final = re.compile(rf"(?<=\S){_POLITE}$")
_THINGS: Final = frozenset(compact(word) for word in _WORDS["things"])
_SIGNS: Final = re.compile(r"[()\[\]·,]")


def chosen(memory: Memory, reply: str, choice_number: int) -> tuple[Frame, ...]:
    """The slots that a reply picks, each for an answer of its own; empty for anything else than a reply."""
    options = memory.options or memory.alternatives
    if not options:
        return ()
    if choice_number:
        return tuple(option.frame for option in options[choice_number - 1 : choice_number])
    if not memory.options:  # alternatives stand beside an answer: only a number can mean them
        return _numbered(options, reply, plain=False)
    if picked := _numbered(options, reply, plain=True):
        return picked
    if _LAST.fullmatch(reply):
        return (options[-1].frame,)
    if _ALL.fullmatch(reply):
        return () if memory.more else together(options)
    if _ANY.fullmatch(reply):
        note = f"{options[0].label} 기준으로 보았습니다."
        return (replace(options[0].frame, notes=(*options[0].frame.notes, note)),)
    if _YES.fullmatch(reply):
        return (options[0].frame,) if len(options) == 1 else ()
    named = _named(options, reply)
    return (named.frame,) if named else ()


def is_no(memory: Memory, reply: str) -> bool:
    """Whether the asker wants none of what was offered."""
    return bool(memory.options) and _NO.fullmatch(reply) is not None


def together(options: Sequence[Option]) -> tuple[Frame, ...]:
    """All of the options: in one answer with a row or a column each where they are alike, else one by one."""
    frames = [option.frame for option in options]
    first = frames[0]
    if all(replace(f, metrics=first.metrics) == first for f in frames):
        return (replace(first, metrics=tuple(dict.fromkeys(key for f in frames for key in f.metrics))),)
    kinds = {option.entity.kind for option in options if option.entity}
    rest = first.names[1:]
    named = all(f.names[1:] == rest and replace(f, names=first.names) == first for f in frames)
    if len(kinds) == 1 and named and not next(iter(kinds)).is_document:
        return (replace(first, names=(*(f.names[0] for f in frames), *rest), listed=True),)
    return tuple(frames)


def _numbered(options: Sequence[Option], reply: str, *, plain: bool) -> tuple[Frame, ...]:
    """By number or place; `plain`: a number alone is enough."""
    if match := _NUMBERS.fullmatch(reply):
        places = [int(match["first"]), int(match["second"])]
        if all(1 <= place <= len(options) for place in places):
            return together([options[place - 1] for place in places])
    match = _NUMBER.fullmatch(reply)
    if match is None:
        return ()
    bare = reply.strip() == (match["word"] or match["digits"])
    if bare and (match["word"] or not plain):
        return ()
    number = int(match["digits"]) if match["digits"] else _WORDS["ordinals"][compact(match["word"])]
    return (options[number - 1].frame,) if 1 <= number <= len(options) else ()


def _named(options: Sequence[Option], reply: str) -> Option | None:
    """The only option that these words fit: whole, at the beginning, or each of them anywhere in it."""
    words = compact(_TAIL.sub("", reply, count=1))
    if len(words) < 2:
        return None
    labels = [compact(option.label) for option in options]
    pieces = [compact(_TAIL.sub("", piece, count=1)) for piece in _SIGNS.sub(" ", reply).split()]
    pieces = [piece for piece in pieces if piece not in _THINGS]
    for fits in (
        [o for o, text in zip(options, labels, strict=True) if text == words],
        [o for o in options if o.entity and compact(o.entity.display_name) == words],
        [o for o, text in zip(options, labels, strict=True) if text.split("(")[0] == words],
        [o for o, text in zip(options, labels, strict=True) if text.startswith(words)],
        [o for o in options if o.entity and compact(o.entity.detail) == words],
        [o for o, text in zip(options, labels, strict=True) if all(piece in text for piece in pieces)],
    ):
        if len(fits) == 1 and pieces:
            return fits[0]
    return None
