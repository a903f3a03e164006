"""What a question takes over from the one before."""

from collections.abc import Sequence
from dataclasses import replace

from services.chat.semantic import DATE_DIMENSION, Candidate, Catalog, Grouping, Match
from services.chat.understanding.carried_periods import (
    all_balances,
    counted_from,
    only_period,
    which_year,
    with_year_of,
)
from services.chat.understanding.document_slots import kind_of
from services.chat.understanding.edits import Edits
from services.chat.understanding.frame import (
    Ask,
    Frame,
    Members,
    Memory,
    Name,
    Option,
    QuestionBack,
)
from services.chat.understanding.linking import ATTRIBUTES
from services.chat.understanding.measures import names_of
from services.chat.understanding.periods import Period, label, period_of
from services.chat.understanding.placeholders import means_rows_of
from services.chat.understanding.pointing import about, bare
from services.chat.understanding.ranking_slots import DEFAULT_TOP
from services.chat.understanding.slots import Slots
from services.chat.understanding.taking_back import edited, of_the_shown
from services.chat.understanding.turns import Turn, anew, only_measure, points_back, turn_of


def merge(
    memory: Memory, slots: Slots, catalog: Catalog, today: Period, edits: Edits
) -> Frame | QuestionBack:
    """The slots of this question over those of the one before."""
    before, said = memory.frame, slots.frame
    if before == Frame() or before.record:
        return said
    if said.rank_from and len(memory.shown) < said.rank_from and before.members and not said.metrics:
        return QuestionBack(Ask.WORDS, words=(f"{said.rank_from}위",), frame=before)  # of which rows?
    before = _as_said(before)
    if edits.removing:
        said = replace(said, names=tuple(replace(name, excluded=True) for name in said.names))
        slots = replace(slots, frame=said)
    turn = turn_of(slots, edits, catalog)
    points = points_back(slots, edits)
    said = counted_from(before, said, catalog, hanging=points or turn is Turn.PART)
    vague = said.metric_options
    if set(vague) & set(before.metrics) and not said.metrics and (points or not said.period):
        said, turn = replace(said, metric_options=()), Turn.PART  # "뭘 샀어" of the measure spoken of
    if turn is Turn.NEW:
        return anew(before, said, catalog)
    slots = replace(slots, frame=said)
    alone = only_measure(said, catalog)
    if said.period and before.period and only_period(said, slots):
        asked_back = which_year(before, said.period, catalog)
        if asked_back:
            return asked_back
    frame = replace(
        before,
        notes=said.notes,
        record=None,
        names=said.names,
        narrow=edits.within,
        listed=said.listed,
        premise=0,
        others=(),
        only=(),
    )
    if edits.whole and slots.that:  # 그 거래처 전체 매출: nothing else restricts it
        own = {key for keys in slots.that for key in keys} or {"customer", "supplier"}
        frame = replace(frame, members=tuple(m for m in frame.members if m.dimension in own), bounds=())
    if memory.unmet and not (
        said.metrics or said.bounds or said.due or said.members or said.names or said.ranked
    ):
        words = ", ".join(f"‘{word}’" for word in memory.unmet)
        frame = replace(frame, notes=(*frame.notes, f"앞에서 알아듣지 못한 {words} 조건은 넣지 않았습니다."))
    if said.party and said.party.asks and means_rows_of(before, said.party.asks):
        said = replace(said, party=None)
    frame = replace(frame, carried=not said.ranked)
    frame = edited(frame, memory, edits, catalog)
    frame = _with_measures(frame, memory, said, catalog, edits)
    figure = edits.figure and not (said.grouped or said.ranked or slots.that or slots.it)
    if turn is Turn.MEASURE and figure:
        frame = _one_figure(frame, said)
    kept = frame  # what is left of before
    if alone and said.metrics and before.top and frame.top and not edits.within and len(memory.shown) > 1:
        frame = replace(frame, others=(of_the_shown(frame, memory, catalog),))
    frame = _with_time(frame, before, said)
    frame = _with_names(frame, before, said, edits)
    frame = _with_rows(frame, memory, said, edits, catalog)
    frame = replace(
        frame,
        share=said.share or kept.share,
        cumulative=said.cumulative or kept.cumulative,
        companies=said.companies or before.companies,
        all_companies=said.all_companies or (before.all_companies and not said.companies),
        currency=said.currency or before.currency,
        average=said.average or kept.average,
        open_average=said.open_average,
        merged=said.merged or edits.merged,
        chosen=said.chosen or before.chosen,
        scale=said.scale or before.scale,
    )
    return _with_other_measures(frame, vague, catalog) if vague and not said.metric_options else frame


def _as_said(before: Frame) -> Frame:
    """대한상사의 비중 is a row of all: as it was said, it is a condition."""
    if not before.only or (len(before.groupings) != 1):
        return before
    only = Members(before.groupings[0].dimension, before.only)
    return replace(before, only=(), groupings=(), members=(*before.members, only))


def _one_figure(frame: Frame, said: Frame) -> Frame:
    """미수금은 얼마야, after 지역별 매출: of all that was spoken of; the rows of before are one click away."""
    one = replace(bare(frame), comparison=said.comparison, cumulative=False, average=None)
    if not frame.grouped:
        return one
    return replace(one, others=(*frame.others, Option("앞 질문처럼 나누어", replace(frame, notes=()))))


def _with_other_measures(frame: Frame, vague: Sequence[str], catalog: Catalog) -> Frame:
    """The measure of before for a word that fits several: said, and the others offered."""
    names = {key: catalog.metrics[key].display_name for key in vague if key in catalog.metrics}
    taken = next(key for key in frame.metrics if key in vague)
    others = (Option(name, replace(frame, metrics=(key,))) for key, name in names.items() if key != taken)
    note = f"{names.get(taken, taken)} 기준으로 보았습니다."
    return replace(frame, metrics=(taken,), notes=(*frame.notes, note), others=tuple(others))


def _with_rows(frame: Frame, memory: Memory, said: Frame, edits: Edits, catalog: Catalog) -> Frame:
    """What the rows are, which of them are shown, and in which order."""
    before = memory.frame
    if edits.adding and said.grouped:
        frame = replace(frame, groupings=tuple(dict.fromkeys((*before.groupings, *said.groupings))))
        frame = replace(frame, party=said.party and replace(said.party, position=len(before.groupings)))
    elif _by_time(said) and frame.top and len(memory.shown) > 1:
        frame = replace(about(frame, memory.shown, catalog), top=0, descending=None, rank=False)
        note = f"앞에서 보인 {len(memory.shown)}개만 보았습니다."
        frame = replace(frame, groupings=(*frame.groupings, *said.groupings), notes=(*frame.notes, note))
    elif said.grouped or said.trend:
        frame = frame if edits.within or said.names else _with_rows_to_split(frame, said)
        frame = replace(frame, groupings=said.groupings, party=said.party, trend=said.trend)
        frame = replace(frame, documents=said.documents, counted=False, without=False)
        # The first 3 customers, then 월별: no first 3 months.
        of_others = _by_time(said) and not _by_time(before)
        if not said.ranked and (of_others or (not before.party and not before.groupings)):
            frame = replace(frame, descending=None, top=0, rank=False)
    if said.ranked:
        as_many = edits.uncounted and before.top and said.top == DEFAULT_TOP and not said.grouped  # 하위로
        frame = replace(
            frame, descending=said.descending, top=before.top if as_many else said.top, rank=said.rank
        )
        frame = replace(frame, by_time=said.by_time)
        frame = replace(frame, rank_from=said.rank_from)
        frame = replace(frame, ordered_by=said.ordered_by, top_within=said.top_within, counted=False)
        if edits.reversed and before.top:
            frame = replace(frame, top=before.top)
    if said.bounds:
        frame = replace(frame, bounds=said.bounds)
    if said.members:
        own = {m.dimension for m in said.members}
        frame = replace(frame, members=(*(m for m in frame.members if m.dimension not in own), *said.members))
    return replace(frame, counted=said.counted or frame.counted, without=said.without or frame.without)


def _by_time(said: Frame) -> bool:
    return bool(said.groupings) and all(g.dimension == DATE_DIMENSION for g in said.groupings)


def _with_rows_to_split(frame: Frame, said: Frame) -> Frame:
    """Without a condition that would leave one row: a customer where it is split by customer, or by its territory."""
    split = {grouping.dimension for grouping in said.groupings}
    split |= {"customer", "supplier"} if said.party else set()
    gone = [
        m
        for m in frame.members
        if not m.excluded and len(m.members) == 1 and split & {m.dimension, *ATTRIBUTES.get(m.dimension, ())}
    ]
    if not gone:
        return frame
    names = names_of(entity for m in gone for entity in m.members)
    only = Option(f"{names}만", replace(frame, groupings=said.groupings, party=said.party, notes=()))
    return replace(
        frame,
        members=tuple(m for m in frame.members if m not in gone),
        notes=(*frame.notes, f"{names} 조건은 빼고 보았습니다."),
        others=(*frame.others, only),
    )


def _with_measures(frame: Frame, memory: Memory, said: Frame, catalog: Catalog, edits: Edits) -> Frame:
    before = memory.frame
    if not said.metrics and not said.metric_options:
        return frame
    limits = tuple(bound for bound in frame.bounds if bound.metric not in said.metrics)
    if said.metrics and limits and memory.shown and not (edits.within or edits.adding or before.documents):
        frame = replace(about(frame, memory.shown, catalog), bounds=())  # 1억 넘는 거래처, 수주액은?
        frame = replace(frame, notes=(*frame.notes, f"앞에서 보인 {len(memory.shown)}개만 보았습니다."))
    metrics = tuple(dict.fromkeys((*before.metrics, *said.metrics))) if edits.adding else said.metrics
    frame = replace(
        frame, metrics=metrics, metric_options=said.metric_options, documents=None, all_time=False
    )
    if before.by_time and before.documents and len(metrics) == 1:  # "최근 발주 3건", "아니 수주로"
        frame = replace(frame, documents=kind_of(catalog.metrics[metrics[0]].display_name))
    if not said.period and all_balances(metrics, catalog) and not (before.period and before.period.as_of):
        frame = replace(frame, period=None)
        if not all_balances(before.metrics, catalog):
            frame = replace(frame, comparison=None, cumulative=False, average=None)
    return _fitting(frame, catalog) if said.metrics and not edits.adding else frame


def _fitting(frame: Frame, catalog: Catalog) -> Frame:
    """Another measure: the slots of before that it doesn't know go, and that is said of conditions."""
    metrics = [catalog.metrics[key] for key in frame.metrics if key in catalog.metrics]
    if not metrics:
        return frame
    known = set.intersection(*(set(metric.dimensions) for metric in metrics))
    frame = replace(frame, members=tuple(_namesake(m, known, catalog) for m in frame.members))
    lost = [m for m in frame.members if m.dimension not in known]
    names = names_of(entity for m in lost for entity in m.members[:3])
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
        keep = frame.comparison if frame.comparison and not frame.comparison.base else None
        frame = replace(frame, period=period, comparison=keep, open_period=False)
        groupings = tuple(g for g in frame.groupings if g in said.groupings or not _is_one_row(g, period))
        if groupings != frame.groupings:
            frame = replace(frame, groupings=groupings, trend=said.trend)
    if said.open_period:
        frame = replace(frame, period=None, open_period=True)
    if said.comparison:
        frame = replace(frame, comparison=said.comparison)
    return frame


def _is_one_row(grouping: Grouping, period: Period) -> bool:
    """월별 추이, then "지난달은?": a figure, and no trend of one month."""
    return grouping.grain is not None and period.end <= period_of(grouping.grain, period.start).end


def _with_names(frame: Frame, before: Frame, said: Frame, edits: Edits) -> Frame:
    """Names that are added stand beside those of before; names that are taken out go from among them, or are excluded."""
    if said.names and all(name.excluded for name in said.names):
        out = {c.entity for name in said.names for c in name.candidates}
        asked = {entity for m in frame.members if not m.excluded for entity in m.members}
        rest = [
            m if m.excluded else replace(m, members=tuple(e for e in m.members if e not in out))
            for m in frame.members
        ]
        members = tuple(m for m in rest if m.members or m.values or m.own)
        gone = asked & out and (asked - out or edits.removing)  # of several, or "서울 빼줘" of 서울 alone
        return replace(frame, members=members, names=() if gone else frame.names)
    if edits.adding and said.names:
        said_ones = {c.entity for name in said.names for c in name.candidates}
        kept = [
            replace(m, members=tuple(e for e in m.members if e not in said_ones)) if m.excluded else m
            for m in frame.members
        ]
        if kept != list(frame.members):  # "서울도 포함해서" after "서울 말고"
            return replace(
                frame, names=(), members=tuple(m for m in kept if m.members or m.values or m.own or m.missing)
            )
        kinds = {c.entity.kind for name in said.names for c in name.candidates}
        old = [e for m in before.members if not m.excluded for e in m.members if e.kind in kinds]
        names = [Name(e.display_name, (Candidate(e, Match.FULL),), 1, chosen=True) for e in old]
        listed = bool(names) and not edits.merged
        return replace(frame, names=(*names, *said.names), listed=listed)
    return frame
