"""What kind of turn a question is; docs/conversations.md says what each kind keeps of the question before."""

from dataclasses import replace
from enum import StrEnum

from services.chat.semantic import Catalog, TimeBehavior
from services.chat.understanding.carried_periods import period_of_before
from services.chat.understanding.edits import Edits
from services.chat.understanding.frame import Frame, Members, Option
from services.chat.understanding.measures import names_of
from services.chat.understanding.slots import Slots


class Turn(StrEnum):
    """`PART`: slots for the measure of before. `MEASURE`: another measure, for the slots of before. `NEW`: a question of
    its own, with a measure and something beside it.
    """

    PART = "part"
    MEASURE = "measure"
    NEW = "new"


def turn_of(slots: Slots, edits: Edits, catalog: Catalog) -> Turn:
    said = slots.frame
    if not said.metrics and not said.metric_options:
        return Turn.PART
    if not said.metrics and not said.names:
        return Turn.MEASURE  # which measure is asked back: of what was spoken of
    left_open = edits.open and not said.names and not said.members
    goes_on = (left_open or only_measure(said, catalog)) and not edits.whole
    return Turn.MEASURE if points_back(slots, edits) or goes_on else Turn.NEW


def points_back(slots: Slots, edits: Edits) -> bool:
    """Whether words say that it is about the question before."""
    return bool(edits.tied or edits.within or edits.says_something or slots.that or slots.it)


def only_measure(said: Frame, catalog: Catalog) -> bool:
    """Whether nothing is said but a measure, or a kind of document to be listed, in no state of its own."""
    flows = all(catalog.metrics[key].time_behavior is TimeBehavior.FLOW for key in said.metrics)
    listing = replace(said, documents=None, groupings=()) if said.documents and flows else said
    return replace(listing, metrics=(), metric_options=(), all_time=False, notes=()) == Frame()


def anew(before: Frame, said: Frame, catalog: Catalog) -> Frame:
    """A question of its own takes over a period that it needs; of what it could have kept, it says that it didn't."""
    metrics = [catalog.metrics[key] for key in said.metrics if key in catalog.metrics]
    left = tuple(m for m in before.members if m.members and all(m.dimension in k.dimensions for k in metrics))
    said = period_of_before(before, said, catalog)
    if not left or not metrics or said.names or said.members:
        return said
    names = ", ".join(_name(m) for m in left)
    kept = Option(f"{names}만", replace(said, members=left, notes=()))
    note = f"앞 질문의 조건({names})은 넣지 않았습니다."
    return replace(said, notes=(*said.notes, note), others=(*said.others, kept))


def _name(condition: Members) -> str:
    names = names_of(condition.members[:3])
    return f"{names} 제외" if condition.excluded else names
