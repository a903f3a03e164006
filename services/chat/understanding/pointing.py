"""What "그 거래처", "거기" and "그 중" point at: things that were spoken of, and rows that were shown."""

from collections.abc import Sequence
from dataclasses import replace

from services.chat.semantic import Catalog, EntityKind, EntityReference, Grouping
from services.chat.understanding.edits import Edits
from services.chat.understanding.frame import Ask, Frame, Members, Memory, Option, QuestionBack
from services.chat.understanding.slots import Slots


def with_that(
    frame: Frame, memory: Memory, slots: Slots, catalog: Catalog, edits: Edits
) -> Frame | QuestionBack | None:
    """The thing spoken of before in place of "그 거래처" or "거기"; None where there is no such thing, a question back
    where it may be one of several.
    """
    before = memory.frame
    if edits.within and not edits.place and (shown := _within(frame, memory, catalog)):
        frame = about(frame, shown, catalog, narrowed=True)
    if edits.together and not slots.frame.names:
        frame = _together(frame, memory, edits.together, catalog)
    if not slots.that and not slots.it:
        return frame
    wanted = {key for keys in slots.that for key in keys or ("customer", "supplier")}
    if wanted == {"company"} and not any(m.dimension in wanted for m in before.members):
        wanted = {"customer", "supplier"}  # "그 회사" of a partner
    entities: list[EntityReference] = [e for m in before.members if not m.excluded for e in m.members]
    listed = [e for e in memory.shown if _fits(e, wanted, catalog)]
    if not any(_fits(e, wanted, catalog) for e in entities) and len(listed) > 1 and before.top != 1:
        if not edits.plural:
            return _which(frame, listed, catalog)
        entities = listed
    entities += [*before.focus, *(listed if len(listed) == 1 else ()), *memory.spoken]
    fitting = [e for e in entities if _fits(e, wanted, catalog)]
    if not fitting:
        return None
    kind = fitting[0].kind
    several = [e for e in (listed if edits.plural and listed else entities) if e.kind is kind]
    own = [e for m in before.members if not m.excluded for e in m.members if e.kind is kind]
    same = tuple(dict.fromkeys(own or (several if edits.plural else fitting[:1])))
    if edits.other_than:
        return replace(about(frame, same, catalog, excluded=True), carried=False)
    said = slots.frame  # a ranking or a limit of before found the thing; it is not asked again
    frame = about(frame, same, catalog)
    groupings = said.groupings
    if len(same) > 1 and not said.grouped and (dimension := catalog.dimension_of(kind)):
        groupings = (Grouping(dimension.key),)  # several are never summed
    return replace(
        frame,
        groupings=groupings,
        party=said.party,
        trend=said.trend,
        descending=said.descending,
        top=said.top,
        rank=said.rank,
        bounds=said.bounds,
        share=said.share,
        carried=False,
    )


def _together(frame: Frame, memory: Memory, count: int, catalog: Catalog) -> Frame:
    """둘 다 2분기는, after a question of one thing and of another: a row for each."""
    asked = [e for m in frame.members if not m.excluded for e in m.members]
    if len(asked) != 1 or frame.grouped or len(frame.metrics) > 1:
        return frame
    spoken = dict.fromkeys((*asked, *(e for e in memory.spoken if e.kind is asked[0].kind)))
    dimension = catalog.dimension_of(asked[0].kind)
    if len(spoken) < count or dimension is None:
        return frame
    both = about(frame, tuple(spoken)[:count], catalog)
    return replace(both, groupings=(Grouping(dimension.key),), listed=True)


def _within(frame: Frame, memory: Memory, catalog: Catalog) -> tuple[EntityReference, ...]:
    """What "그 중" means: the rows shown, where another measure is asked of them or not all of them were."""
    before = memory.frame
    if not memory.shown or any(m.fresh for m in frame.members):
        return ()
    other = frame.metrics != before.metrics or frame.period != before.period
    return memory.shown if other or before.top or before.bounds else ()


def _fits(entity: EntityReference, wanted: set[str], catalog: Catalog) -> bool:
    dimension = catalog.dimension_of(entity.kind)
    if dimension is None:
        return False
    parties = {"customer", "supplier"}
    return not wanted or dimension.key in wanted or (entity.kind in parties and bool(wanted & parties))


def _which(frame: Frame, listed: Sequence[EntityReference], catalog: Catalog) -> QuestionBack:
    options = tuple(
        Option(entity.display_name, about(bare(frame), (entity,), catalog), entity) for entity in listed[:10]
    )
    return QuestionBack(Ask.NAME, options, "그", total_count=len(listed), frame=frame)


def still_open(frame: Frame, memory: Memory, said: Frame, catalog: Catalog) -> QuestionBack | None:
    """9월은?, where it was asked which thing is meant: it is asked again, for the name can't be dropped."""
    entities = [option.entity for option in memory.options if option.entity]
    if len(entities) < 2 or len(entities) < len(memory.options) or said.names or said.metrics:
        return None
    options = tuple(
        Option(
            option.label,
            replace(frame, companies=(entity,))
            if entity.kind is EntityKind.COMPANY
            else about(frame, (entity,), catalog),
            entity,
        )
        for option, entity in zip(memory.options, entities, strict=True)
    )
    return QuestionBack(Ask.NAME, options, entities[0].display_name, total_count=len(options), frame=frame)


def about(
    frame: Frame,
    entities: Sequence[EntityReference],
    catalog: Catalog,
    *,
    excluded: bool = False,
    narrowed: bool = False,
) -> Frame:
    """The frame with these as the only members of their dimension; `excluded`: as all that is left out; `narrowed`: some
    of them are asked for.
    """
    if not entities or (dimension := catalog.dimension_of(entities[0].kind)) is None:
        return frame
    kept = tuple(m for m in frame.members if m.dimension != dimension.key)
    condition = Members(dimension.key, tuple(entities), excluded, narrowed=narrowed)
    return replace(frame, members=(*kept, condition))


def bare(frame: Frame) -> Frame:
    """The frame as one figure."""
    frame = replace(
        frame, groupings=(), party=None, trend=False, documents=None, counted=False, without=False
    )
    return replace(
        frame, descending=None, top=0, rank_from=0, top_within=0, rank=False, bounds=(), share=False
    )
