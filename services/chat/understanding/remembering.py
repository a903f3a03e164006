"""What a conversation knows after an answer: that answer's memory, and what was spoken of before."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from services.chat.understanding.frame import (
    Ask,
    Memory,
    NotFound,
    QuestionBack,
    Reading,
    Refusal,
    RefusalKind,
)

_SPOKEN: Final = 20


def as_one(parts: Sequence[Memory]) -> Memory | None:
    """What several answers to one question leave: all its measures, where they only differ in those and their periods."""
    if not parts:
        return None
    frames = [part.frame for part in parts]
    ranged = next((frame for frame in frames if frame.period and not frame.period.as_of), frames[-1])
    alike = {
        replace(f, metrics=(), period=None, comparison=None, bounds=(), focus=(), only=()) for f in frames
    }
    if len(frames) == 1 or len(alike) > 1:
        return parts[-1]
    metrics = dict.fromkeys(key for frame in frames for key in frame.metrics)
    return replace(parts[-1], frame=replace(ranged, metrics=tuple(metrics), bounds=()))


def after(
    before: Memory, now: Memory | None, waiting: Sequence[str] = (), unmet: Sequence[str] = ()
) -> Memory:
    """The memory for the next question. `now` is None for an answer that leaves no trace (a refusal, a greeting);
    `unmet` are words of the question that were not understood.
    """
    if now is None:
        return replace(before, unmet=tuple(unmet) or before.unmet)
    members = [entity for m in now.frame.members if not m.excluded for entity in m.members]
    spoken = dict.fromkeys((*now.frame.focus, *members, *now.spoken, *before.spoken))
    return replace(now, spoken=tuple(spoken)[:_SPOKEN], waiting=tuple(waiting), unmet=tuple(unmet))


def not_understood(reading: Reading) -> tuple[str, ...]:
    """The words for which a question was asked back or refused: the next answer says that it leaves them out."""
    match reading:
        case QuestionBack(ask=Ask.WORDS, words=words) | Refusal(kind=RefusalKind.UNKNOWN, words=words):
            return words
        case NotFound(about, is_name=True):
            return (about,)
    return ()
