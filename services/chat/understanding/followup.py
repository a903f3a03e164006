"""What a question takes over from the one before."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.chat.semantic import (
    DATE_DIMENSION,
    Candidate,
    Catalog,
    EntityReference,
    Grouping,
    Match,
)
from services.chat.understanding.carried_periods import (
    all_balances,
    counted_from,
    only_period,
    period_of_before,
    which_year,
    with_year_of,
)
from services.chat.understanding.frame import (
    Ask,
    Frame,
    Members,
    Memory,
    Name,
    Option,
    QuestionBack,
)
from services.chat.understanding.periods import Period, label
from services.chat.understanding.slots import Slots


@dataclass(frozen=True, slots=True)
class Ties:
    """How a question hangs on the one before.

    `tied`: it says that it goes on ("그럼 …"). `within`: it stays inside what was answered. `adding`: "…도 추가해줘".
    `dropped`: dimensions whose conditions and groupings go ("지역 조건 빼줘"). `removing`: "서울 빼줘". `unfiltered`: all
    conditions go. `total`: the sum of the rows. `reversed`: the other end of the ranking. `again`: the same once more.
    `place`: a row of the answer ("두 번째"). `plural`: "그 거래처들".
    `count`: how many rows ("5개만", "10개로 늘려줘").
    """

    tied: bool = False
    within: bool = False
    adding: bool = False
    removing: bool = False
    dropped: tuple[str, ...] = ()
    unfiltered: bool = False
    total: bool = False
    reversed: bool = False
    again: bool = False
    place: int = 0
    plural: bool = False
    count: int = 0

    @property
    def says_something(self) -> bool:
        """Whether these words alone make a question of the one before."""
        return bool(
            self.dropped
            or self.unfiltered
            or self.total
            or self.reversed
            or self.again
            or self.place
            or self.count
        )


def merge(memory: Memory, slots: Slots, catalog: Catalog, today: Period, ties: Ties) -> Frame | QuestionBack:
    """The slots of this question over those of the one before."""
    before, said = memory.frame, slots.frame
    if before == Frame() or before.record:
        return said
    hanging = ties.tied or ties.within or ties.says_something or slots.that or slots.it
    alone = replace(said, metrics=(), metric_options=(), notes=()) == Frame()
    goes_on = hanging or not (said.metrics or said.metric_options)
    said = counted_from(before, said, catalog, hanging=bool(goes_on))
    slots = replace(slots, frame=said)
    if (said.metrics or said.metric_options) and not (hanging or alone):
        return period_of_before(before, said, catalog)
    if said.period and before.period and only_period(said, slots):
        asked_back = which_year(before, said.period, catalog)
        if asked_back:
            return asked_back
    frame = replace(
        before,
        notes=said.notes,
        record=None,
        names=said.names,
        narrow=ties.within,
        listed=said.listed,
        premise=0,
        others=(),
        only=(),
    )
    if memory.unmet and not (
        said.metrics or said.bounds or said.due or said.members or said.names or said.ranked
    ):
        words = ", ".join(f"‘{word}’" for word in memory.unmet)
        frame = replace(frame, notes=(*frame.notes, f"앞에서 알아듣지 못한 {words} 조건은 넣지 않았습니다."))
    frame = replace(frame, carried=not said.ranked)
    frame = _restored(frame, memory, ties, catalog)
    frame = _with_measures(frame, before, said, catalog, ties)
    if alone and said.metrics and before.top and frame.top and not ties.within and len(memory.shown) > 1:
        frame = replace(frame, others=(_of_the_shown(frame, memory, catalog),))
    frame = _with_time(frame, before, said)
    frame = _with_names(frame, before, said, ties)
    frame = _with_rows(frame, before, said, ties)
    return replace(
        frame,
        share=said.share or before.share,
        cumulative=said.cumulative or before.cumulative,
        companies=said.companies or before.companies,
        all_companies=said.all_companies or (before.all_companies and not said.companies),
        currency=said.currency or before.currency,
        average=said.average or before.average,
        open_average=said.open_average,
        merged=said.merged,
        scale=said.scale or before.scale,
    )


def _with_rows(frame: Frame, before: Frame, said: Frame, ties: Ties) -> Frame:
    """What the rows are, which of them are shown, and in which order."""
    if ties.adding and said.grouped:
        frame = replace(frame, groupings=tuple(dict.fromkeys((*before.groupings, *said.groupings))))
        frame = replace(frame, party=said.party and replace(said.party, position=len(before.groupings)))
    elif said.grouped or said.trend:
        regrouped = {grouping.dimension for grouping in said.groupings}
        kept = tuple(m for m in frame.members if m.dimension not in regrouped or ties.within)
        frame = replace(frame, groupings=said.groupings, party=said.party, trend=said.trend, members=kept)
        frame = replace(frame, documents=said.documents, counted=False, without=False)
        if not said.ranked and not before.party and not before.groupings:
            frame = replace(frame, descending=None, top=0, rank=False)
    if said.ranked:
        frame = replace(frame, descending=said.descending, top=said.top, rank=said.rank)
        frame = replace(frame, ordered_by=said.ordered_by, top_within=said.top_within, counted=False)
        if ties.reversed and before.top:
            frame = replace(frame, top=before.top)
    if said.bounds:
        frame = replace(frame, bounds=said.bounds)
    if said.members:
        own = {m.dimension for m in said.members}
        frame = replace(frame, members=(*(m for m in frame.members if m.dimension not in own), *said.members))
    return replace(frame, counted=said.counted or frame.counted, without=said.without or frame.without)


# --- slots that go, rows that are pointed at ----------------------------------------------------


def _restored(frame: Frame, memory: Memory, ties: Ties, catalog: Catalog) -> Frame:
    """The frame without what is taken back, or about the rows that are pointed at."""
    if ties.unfiltered:
        frame = replace(frame, members=(), bounds=(), top=0, descending=None, rank=False)
    if ties.dropped:
        frame = replace(
            frame,
            members=tuple(m for m in frame.members if m.dimension not in ties.dropped),
            groupings=tuple(g for g in frame.groupings if g.dimension not in ties.dropped),
            period=None if DATE_DIMENSION in ties.dropped else frame.period,
        )
    if ties.total:
        frame = _total(frame, memory, catalog)
    if ties.reversed and frame.ranked:
        frame = replace(frame, descending=not (frame.descending is None or frame.descending))
    if ties.count:
        frame = replace(frame, top=ties.count, descending=frame.descending is None or frame.descending)
    if ties.place and memory.shown:
        member = memory.shown[ties.place - 1 : ties.place] if ties.place > 0 else memory.shown[-1:]
        frame = _about(frame, member, catalog)
        frame = replace(frame, top=0, descending=None, rank=False, bounds=())
    return frame


def _of_the_shown(frame: Frame, memory: Memory, catalog: Catalog) -> Option:
    """Another measure of the rows that were shown, where the ranking by it is what was taken."""
    shown = replace(_about(frame, memory.shown, catalog), top=0, descending=None, rank=False)
    names = ", ".join(catalog.metrics[key].display_name for key in frame.metrics if key in catalog.metrics)
    return Option(f"앞에서 보인 {len(memory.shown)}개의 {names}", shown)


def _total(frame: Frame, memory: Memory, catalog: Catalog) -> Frame:
    """One figure instead of the rows; of those shown, where not all were."""
    if (frame.top or frame.bounds) and memory.shown:
        whole = Option("전체 합계", _bare(frame))
        frame = _about(frame, memory.shown, catalog)
        note = f"앞에서 보인 {len(memory.shown)}개의 합계입니다."
        frame = replace(frame, notes=(*frame.notes, note), others=(whole,))
    return replace(
        frame,
        groupings=(),
        party=None,
        trend=False,
        top=0,
        descending=None,
        rank=False,
        bounds=(),
        share=False,
    )


def _about(frame: Frame, entities: Sequence[EntityReference], catalog: Catalog) -> Frame:
    """The frame with these as the only members of their dimension."""
    if not entities or (dimension := catalog.dimension_of(entities[0].kind)) is None:
        return frame
    kept = tuple(m for m in frame.members if m.dimension != dimension.key)
    return replace(frame, members=(*kept, Members(dimension.key, tuple(entities))))


# --- slots that come ----------------------------------------------------------------------------


def _with_measures(frame: Frame, before: Frame, said: Frame, catalog: Catalog, ties: Ties) -> Frame:
    if not said.metrics and not said.metric_options:
        return frame
    metrics = tuple(dict.fromkeys((*before.metrics, *said.metrics))) if ties.adding else said.metrics
    frame = replace(
        frame, metrics=metrics, metric_options=said.metric_options, documents=None, all_time=False
    )
    if not said.period and all_balances(metrics, catalog):
        frame = replace(frame, period=None)
    return _fitting(frame, catalog) if said.metrics and not ties.adding else frame


def _fitting(frame: Frame, catalog: Catalog) -> Frame:
    """Another measure: the slots of before that it doesn't know go, and that is said of conditions."""
    metrics = [catalog.metrics[key] for key in frame.metrics if key in catalog.metrics]
    if not metrics:
        return frame
    known = set.intersection(*(set(metric.dimensions) for metric in metrics))
    frame = replace(frame, members=tuple(_namesake(m, known, catalog) for m in frame.members))
    lost = [m for m in frame.members if m.dimension not in known]
    names = ", ".join(entity.display_name for m in lost for entity in m.members[:3])
    notes = (
        (*frame.notes, f"{metrics[0].display_name}에는 쓸 수 없는 조건({names})을 뺐습니다.")
        if lost
        else frame.notes
    )
    groupings = tuple(g for g in frame.groupings if g.dimension in known)
    frame = replace(
        frame,
        members=tuple(m for m in frame.members if m.dimension in known),
        groupings=groupings,
        bounds=tuple(b for b in frame.bounds if b.metric in frame.metrics),
        notes=notes,
    )
    if not frame.grouped:
        frame = replace(frame, top=0, descending=None, rank=False, share=False)
    return frame


def _namesake(members: Members, known: set[str], catalog: Catalog) -> Members:
    """The member of another kind that is called the same, where the measure knows only that one."""
    if members.dimension in known:
        return members
    for entity in members.namesakes:
        if (dimension := catalog.dimension_of(entity.kind)) and dimension.key in known:
            return Members(dimension.key, (entity,), members.excluded, namesakes=members.members)
    return members


def _with_time(frame: Frame, before: Frame, said: Frame) -> Frame:
    if said.due or (before.due and said.period):
        return replace(frame, due=said.due or said.period, period=said.period if said.due else frame.period)
    if said.period:
        period = with_year_of(before.period, said.period)
        if period is not said.period:
            frame = replace(frame, notes=(*frame.notes, f"{label(period)} 기준으로 보았습니다."))
        keep = before.comparison if before.comparison and not before.comparison.base else None
        frame = replace(frame, period=period, comparison=keep, open_period=False)
    if said.open_period:
        frame = replace(frame, period=None, open_period=True)
    if said.comparison:
        frame = replace(frame, comparison=said.comparison)
    return frame


def _with_names(frame: Frame, before: Frame, said: Frame, ties: Ties) -> Frame:
    """Names that are added stand beside those of before; names that are taken out are excluded."""
    if ties.removing and said.names:
        members = {entity for m in before.members if not m.excluded for entity in m.members}
        out = {c.entity for name in said.names for c in name.candidates}
        if members & out:  # "서울 빼줘", where only 서울 was asked for
            kept = [replace(m, members=tuple(e for e in m.members if e not in out)) for m in frame.members]
            return replace(frame, names=(), members=tuple(m for m in kept if m.members))
        return replace(frame, names=tuple(replace(name, excluded=True) for name in said.names))
    if ties.adding and said.names:
        kinds = {c.entity.kind for name in said.names for c in name.candidates}
        old = [e for m in before.members if not m.excluded for e in m.members if e.kind in kinds]
        names = [Name(e.display_name, (Candidate(e, Match.FULL),), 1, chosen=True) for e in old]
        return replace(frame, names=(*names, *said.names), listed=bool(names))
    return frame


# --- the thing spoken of before -----------------------------------------------------------------


def with_that(
    frame: Frame, memory: Memory, slots: Slots, catalog: Catalog, ties: Ties
) -> Frame | QuestionBack | None:
    """The thing spoken of before in place of "그 거래처" or "거기"; None where there is no such thing, a question back
    where it may be one of several.
    """
    before = memory.frame
    if ties.within and (shown := _within(frame, memory, catalog)):
        frame = _about(frame, shown, catalog)
    if not slots.that and not slots.it:
        return frame
    wanted = {key for keys in slots.that for key in keys}
    entities: list[EntityReference] = [e for m in before.members if not m.excluded for e in m.members]
    listed = [e for e in memory.shown if _fits(e, wanted, catalog)]
    if not any(_fits(e, wanted, catalog) for e in entities) and len(listed) > 1 and before.top != 1:
        if not ties.plural:
            return _which(frame, listed, catalog)
        entities = listed
    entities += [*before.focus, *memory.spoken]
    fitting = [e for e in entities if _fits(e, wanted, catalog)]
    if not fitting:
        return None
    kind = fitting[0].kind
    several = [*listed] if ties.plural and listed else [e for e in entities if e.kind is kind]
    own = [e for m in before.members if not m.excluded for e in m.members if e.kind is kind]
    same = tuple(dict.fromkeys(own or (several if ties.plural else fitting[:1])))
    said = slots.frame  # a ranking or a limit of before found the thing; it is not asked again
    frame = _about(frame, same, catalog)
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
    )


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
        Option(entity.display_name, _about(_bare(frame), (entity,), catalog), entity)
        for entity in listed[:10]
    )
    return QuestionBack(Ask.NAME, options, "그", total_count=len(listed), frame=frame)


def _bare(frame: Frame) -> Frame:
    return replace(
        frame, groupings=(), party=None, descending=None, top=0, rank=False, bounds=(), share=False
    )
