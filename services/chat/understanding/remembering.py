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
_EARLIER: Final = 5


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
    other = before.frame.metrics and before.frame.metrics != now.frame.metrics
    earlier = (*((before.frame,) if other else ()), *before.earlier)[:_EARLIER]
    spoken_of = replace(now, spoken=tuple(spoken)[:_SPOKEN], earlier=earlier)
    return replace(spoken_of, waiting=tuple(waiting), unmet=tuple(unmet))


def gone_back(memory: Memory, metrics: Sequence[str]) -> Memory:
    """The memory as of the last question of these measures; as it is where there was none."""
    if not metrics or set(metrics) <= set(memory.frame.metrics):
        return memory
    found = next((frame for frame in memory.earlier if set(metrics) <= set(frame.metrics)), None)
    return replace(memory, frame=found, shown=()) if found else memory


def not_understood(reading: Reading) -> tuple[str, ...]:
    """The words for which a question was asked back or refused: the next answer says that it leaves them out."""
    match reading:
        case QuestionBack(ask=Ask.WORDS, words=words) | Refusal(kind=RefusalKind.UNKNOWN, words=words):
            return words
        case NotFound(about, is_name=True):
            return (about,)
    return ()
