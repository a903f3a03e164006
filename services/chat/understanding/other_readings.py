"""Other readings of a question that was answered on an assumption: each is one click away."""

from dataclasses import replace
from datetime import date
from typing import Final

from services.chat.semantic import Catalog, ComparisonKind
from services.chat.understanding.frame import (
    COMPARED_BY_DEFAULT,
    PERIOD_OF_BEFORE,
    ComparisonSlot,
    Frame,
    Option,
)
from services.chat.understanding.timing import usual_periods

MAX_READINGS: Final = 4


def other_readings(frame: Frame, catalog: Catalog, today: date) -> tuple[Option, ...]:
    """The options beside an answer, as its notes call for them."""
    bare = replace(frame, notes=(), others=())
    found = [replace(option, frame=replace(option.frame, notes=(), others=())) for option in frame.others]
    for note in frame.notes:
        if note.startswith(PERIOD_OF_BEFORE):
            found += [
                option
                for option in usual_periods(bare, catalog, today)
                if option.frame.period and frame.period and option.frame.period.range != frame.period.range
            ]
        if note.startswith(COMPARED_BY_DEFAULT) and frame.comparison:
            yearly = frame.comparison.kind is ComparisonKind.SAME_PERIOD_LAST_YEAR
            kind = ComparisonKind.PREVIOUS_PERIOD if yearly else ComparisonKind.SAME_PERIOD_LAST_YEAR
            words = "바로 앞 기간과 비교" if yearly else "작년 같은 기간과 비교"
            found.append(Option(words, replace(bare, comparison=ComparisonSlot(kind))))
    return tuple(found[:MAX_READINGS])
