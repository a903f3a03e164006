"""What a conversation knows after an answer: that answer's memory, and what was spoken of before."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from services.chat.understanding.frame import Memory

_SPOKEN: Final = 20


def after(before: Memory, now: Memory | None, waiting: Sequence[str] = ()) -> Memory:
    """The memory for the next question. `now` is None for an answer that leaves no trace (a refusal, a greeting)."""
    if now is None:
        return before
    members = [entity for m in now.frame.members if not m.excluded for entity in m.members]
    spoken = dict.fromkeys((*now.frame.focus, *members, *now.spoken, *before.spoken))
    return replace(now, spoken=tuple(spoken)[:_SPOKEN], waiting=tuple(waiting))
