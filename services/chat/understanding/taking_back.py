"""Slots of the question before that go, and rows of its answer that are pointed at."""

from collections.abc import Sequence
from dataclasses import replace

from services.chat.semantic import DATE_DIMENSION, Catalog, Grouping
from services.chat.understanding.edits import Edits
from services.chat.understanding.frame import Frame, Members, Memory, Option
from services.chat.understanding.measures import names_of
from services.chat.understanding.pointing import about, bare


def edited(frame: Frame, memory: Memory, edits: Edits, catalog: Catalog) -> Frame:
    """The frame without what is taken back, or about the rows that are pointed at."""
    if edits.unfiltered:
        frame = replace(frame, members=(), bounds=(), top=0, descending=None, rank=False)
    elif edits.uncut and (frame.top or frame.bounds):
        frame = replace(frame, bounds=(), top=0)
    elif edits.uncut:
        frame = replace(frame, members=())
    if edits.dropped:
        frame = _dropped(frame, edits.dropped)
    if edits.next or edits.rest:
        frame = _others(frame, memory, edits, catalog)
    if edits.total:
        frame = _total(frame, memory, catalog)
    if edits.reversed and frame.ranked:
        frame = replace(frame, descending=not (frame.descending is None or frame.descending))
    if edits.count and not edits.rest:
        frame = replace(frame, top=edits.count, descending=frame.descending is None or frame.descending)
    if edits.place and memory.shown:
        member = memory.shown[edits.place - 1 : edits.place] if edits.place > 0 else memory.shown[-1:]
        frame = about(frame, member, catalog)
        frame = replace(frame, top=0, descending=None, rank=False, bounds=())
    return frame


def _dropped(frame: Frame, slots: Sequence[str]) -> Frame:
    """The frame without conditions on and groupings by some dimensions, and without other slots."""
    empty = Frame()
    named = {slot: getattr(empty, slot) for slot in slots if hasattr(empty, slot)}
    return replace(
        frame,
        members=tuple(m for m in frame.members if m.dimension not in slots),
        groupings=tuple(g for g in frame.groupings if g.dimension not in slots),
        period=None if DATE_DIMENSION in slots else frame.period,
        **named,
    )


def _others(frame: Frame, memory: Memory, edits: Edits, catalog: Catalog) -> Frame:
    """The rows that were not shown: as many again of a ranking, or all of them."""
    cut = frame.top or frame.bounds
    asked = next((m for m in reversed(frame.members) if not m.excluded and m.members), None)
    seen = memory.shown if cut else (asked.members if asked else ())
    dimension = catalog.dimension_of(seen[0].kind) if seen else None
    if dimension is None:
        return replace(frame, bounds=(), top=0)
    already = [e for m in frame.members if m.excluded and m.dimension == dimension.key for e in m.members]
    kept = tuple(m for m in frame.members if m.dimension != dimension.key)
    out = Members(dimension.key, tuple(dict.fromkeys((*already, *seen))), excluded=True)
    frame = replace(frame, members=(*kept, out))
    if not edits.rest:
        return frame
    groupings = frame.groupings if cut else (Grouping(dimension.key),)
    return replace(frame, groupings=groupings, bounds=(), top=0)


def of_the_shown(frame: Frame, memory: Memory, catalog: Catalog) -> Option:
    """Another measure of the rows that were shown, where the ranking by it is what was taken."""
    shown = replace(about(frame, memory.shown, catalog), top=0, descending=None, rank=False)
    names = names_of(catalog.metrics[key] for key in frame.metrics if key in catalog.metrics)
    return Option(f"앞에서 보인 {len(memory.shown)}개의 {names}", shown)


def _total(frame: Frame, memory: Memory, catalog: Catalog) -> Frame:
    """One figure instead of the rows; of those shown, where not all were."""
    if (frame.top or frame.bounds) and memory.shown:
        whole = Option("전체 합계", bare(frame))
        frame = about(frame, memory.shown, catalog)
        note = f"앞에서 보인 {len(memory.shown)}개의 합계입니다."
        frame = replace(frame, notes=(*frame.notes, note), others=(whole,))
    return bare(frame)
