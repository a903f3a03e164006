"""From filled slots to a typed query, or to the one question that must be asked first."""

from dataclasses import replace
from datetime import date

from services.chat.semantic import (
    DATE_DIMENSION,
    DUE_DATE_DIMENSION,
    Catalog,
    Comparison,
    ComparisonKind,
    Grain,
    MemberCondition,
    MetricCondition,
    Modifier,
    Ordering,
    Query,
    Selection,
    TimeBehavior,
)
from services.chat.understanding.chosen import (
    about_clause,
    named_chosen,
    split_by_chosen,
    with_clause,
)
from services.chat.understanding.frame import (
    Chosen,
    Frame,
    QueryReading,
    QuestionBack,
    Reading,
)
from services.chat.understanding.groups import grouped, limited
from services.chat.understanding.linking import named, record
from services.chat.understanding.measures import measured, metrics_of
from services.chat.understanding.other_readings import other_readings
from services.chat.understanding.periods import (
    Period,
    elapsed,
    label,
)
from services.chat.understanding.time_slots import FAR_AHEAD, LONG_AGO
from services.chat.understanding.timing import averaged, compared_with, step_before, steps_before, timed


def finalise(frame: Frame, catalog: Catalog, today: date) -> Reading:
    """The query that the slots make, or the first thing that is missing or open in them."""
    if frame.chosen:
        return _of_chosen(replace(frame, chosen=None), frame.chosen, catalog, today)
    steps = (record, measured, named, grouped, limited, averaged, timed)
    for step in steps:
        outcome = step(frame, catalog, today)
        if not isinstance(outcome, Frame):
            return outcome
        frame = outcome
    return _query(frame, catalog, today)


def _of_chosen(frame: Frame, chosen: Chosen, catalog: Catalog, today: date) -> Reading:
    """The question about what another one chooses: that one first, then this one under its condition."""
    clause = finalise(chosen.frame, catalog, today)
    if not isinstance(clause, QueryReading):
        return about_clause(clause, frame, chosen)
    chosen = replace(chosen, frame=clause.frame)
    reading = finalise(split_by_chosen(frame, chosen, clause), catalog, today)
    if isinstance(reading, QuestionBack):
        return replace(reading, options=tuple(with_clause(option, chosen) for option in reading.options))
    if not isinstance(reading, QueryReading):
        return reading
    words = named_chosen(clause, catalog)
    return replace(
        reading,
        query=replace(reading.query, selections=(Selection(clause.query, chosen.excluded),)),
        frame=replace(reading.frame, chosen=chosen),
        alternatives=tuple(with_clause(option, chosen) for option in reading.alternatives),
        chosen="" if chosen.excluded else words,
        left_out=words if chosen.excluded else "",
    )


def _query(frame: Frame, catalog: Catalog, today: date) -> Reading:
    metrics = metrics_of(frame, catalog)
    flows = any(m.time_behavior is TimeBehavior.FLOW for m in metrics)
    by_date = any(g.dimension == DATE_DIMENSION for g in frame.groupings)
    ranged = flows or by_date
    notes = list(frame.notes)
    period = frame.period
    as_of: date | None = None
    if not ranged and period:
        as_of = min(period.end, today)
        if not period.as_of and period.unit is not Grain.DAY and as_of != today:
            notes.append(f"{label(Period(as_of, as_of, Grain.DAY))} 기준 잔액으로 보았습니다.")
    comparison, compared_label, comparison_cut = None, "", False
    if frame.comparison:
        kind = frame.comparison.kind
        if period and period.unit in (Grain.YEAR, Grain.FISCAL_YEAR) and frame.comparison.unit is Grain.YEAR:
            kind = ComparisonKind.PREVIOUS_PERIOD  # 전년 대비, of a year
        asked = period or Period(today, today, Grain.DAY)
        slot = frame.comparison
        if period is None and slot.kind is ComparisonKind.PREVIOUS_PERIOD and not slot.unit:
            slot = replace(slot, unit=Grain.MONTH)  # a balance of now
        other = compared_with(asked, slot, today, catalog.fiscal_year_start_month)
        cut = elapsed(asked, other, today)
        step = step_before(frame)
        if step and period:
            other = cut = steps_before(period, step, today)
        comparison_cut = ranged and cut.end < other.end
        if comparison_cut:
            notes.append(
                f"아직 끝나지 않은 기간이어서 {label(cut)}까지의 같은 날수와 비교했습니다.".replace(
                    "일까지", "일"
                )
            )
        compared_label = label(cut)
        if ranged:
            comparison = Comparison(kind, range=cut.range)
        else:
            as_of = as_of or today
            comparison = Comparison(kind, as_of=cut.end)
            compared_label = label(Period(cut.end, cut.end, Grain.DAY, as_of=True))
    modifiers = [
        modifier
        for wanted, modifier in (
            (frame.share, Modifier.SHARE),
            (frame.cumulative and by_date, Modifier.CUMULATIVE),
            (frame.rank and frame.ranked, Modifier.RANK),
        )
        if wanted
    ]
    query = Query(
        metrics=frame.metrics,
        groupings=frame.groupings,
        range=period.range if ranged and period else None,
        as_of=as_of,
        members=tuple(
            MemberCondition(m.dimension, m.members, m.excluded, m.missing, own=m.own, values=m.values)
            for m in frame.members
        ),
        conditions=tuple(MetricCondition(b.metric, b.operator, b.value, b.role) for b in frame.bounds),
        orderings=_orderings(frame, catalog),
        top=frame.top,
        top_within=frame.top_within if frame.top else 0,
        rank_from=frame.rank_from if frame.top else 0,
        show_named=_lists_names(frame),
        due_range=frame.due.range if frame.due else None,
        average_over=frame.average,
        without_rows=frame.without,
        count_rows=frame.counted,
        comparison=comparison,
        modifiers=tuple(modifiers),
        companies=() if frame.all_companies else tuple(c.key for c in frame.companies),
        all_companies=frame.all_companies,
        currency=frame.currency,
    )
    if frame.due:
        notes.append(f"기한이 {_days(frame.due)}인 것만 보았습니다.")
    remembered = replace(
        frame, notes=(), others=(), members=tuple(replace(m, fresh=False) for m in frame.members)
    )
    if ranged and period:
        said = label(period)
    else:
        said = label(Period(as_of, as_of, Grain.DAY, as_of=True)) if as_of and as_of != today else "현재"
    return QueryReading(
        query,
        remembered,
        said,
        compared_label,
        comparison_cut,
        tuple(dict.fromkeys(notes)),
        alternatives=other_readings(replace(frame, notes=tuple(notes)), catalog, today),
        only=frame.only,
    )


def _lists_names(frame: Frame) -> bool:
    """A, B, C 각각: each has its row, whatever there is of it."""
    by = {grouping.dimension for grouping in frame.groupings}
    named = any(
        len(m.members) > 1 and not (m.excluded or m.narrowed) and m.dimension in by for m in frame.members
    )
    return named and not (frame.top or frame.counted or frame.without)


def _orderings(frame: Frame, catalog: Catalog) -> tuple[Ordering, ...]:
    if frame.descending is None:
        return ()
    if frame.by_time:
        documents = catalog.dimension_of(frame.documents) if frame.documents and frame.top > 1 else None
        numbers = (
            [Ordering(documents.key, frame.descending)] if documents else []
        )  # so many, and no more of a day
        days = [g.dimension for g in frame.groupings if g.dimension in (DATE_DIMENSION, DUE_DATE_DIMENSION)]
        return (Ordering(days[0], frame.descending), *numbers)
    return (Ordering(frame.metrics[0], frame.descending, frame.ordered_by),)


def _days(due: Period) -> str:
    """From when to when, an end left open where none was said."""
    start = "" if due.start == LONG_AGO else due.start.isoformat()
    end = "" if due.end == FAR_AHEAD else due.end.isoformat()
    return f"{start}~{end}"
