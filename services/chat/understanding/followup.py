"""What a question takes over from the one before."""

from collections.abc import Sequence
from dataclasses import replace

from services.chat.semantic import Catalog, EntityReference, Grain, TimeBehavior
from services.chat.understanding.frame import Ask, Frame, Members, Option, QuestionBack
from services.chat.understanding.periods import Period, label, period_of
from services.chat.understanding.slots import Slots


def merge(
    before: Frame, slots: Slots, catalog: Catalog, today: Period, *, tied: bool, within: bool, adding: bool
) -> Frame | QuestionBack:
    """The slots of this question over those of the one before.

    `tied`: it says that it goes on ("그럼 …"). `within`: it stays inside what was answered. `adding`: "…도 추가해줘".
    """
    said = slots.frame
    if before == Frame() or before.record:
        return said
    alone = replace(said, metrics=(), metric_options=(), notes=()) == Frame()
    if (said.metrics or said.metric_options) and not (tied or within or alone or slots.that or slots.it):
        return _period_of_before(before, said, catalog)
    if said.period and before.period and _only_period(said, slots):
        asked_back = _which_year(before, said.period, catalog)
        if asked_back:
            return asked_back
    frame = replace(
        before, notes=said.notes, record=None, names=said.names, narrow=within, listed=said.listed
    )
    frame = replace(frame, carried=not said.ranked)
    if said.metrics or said.metric_options:
        metrics = tuple(dict.fromkeys((*before.metrics, *said.metrics))) if adding else said.metrics
        frame = replace(frame, metrics=metrics, metric_options=said.metric_options)
        if not said.period and _all_balances(metrics, catalog):
            frame = replace(frame, period=None)
    if said.period:
        period = _with_year_of(before.period, said.period)
        if period is not said.period:
            frame = replace(frame, notes=(*frame.notes, f"{label(period)} 기준으로 보았습니다."))
        keep = before.comparison if before.comparison and not before.comparison.base else None
        frame = replace(frame, period=period, comparison=keep, open_period=False)
    if said.open_period:
        frame = replace(frame, period=None, open_period=True)
    if said.comparison:
        frame = replace(frame, comparison=said.comparison)
    if said.grouped or said.trend:
        regrouped = {grouping.dimension for grouping in said.groupings}
        kept = tuple(m for m in frame.members if m.dimension not in regrouped or within)
        frame = replace(frame, groupings=said.groupings, party=said.party, trend=said.trend, members=kept)
        if not said.ranked and not before.party and not before.groupings:
            frame = replace(frame, descending=None, top=0, rank=False)
    if said.ranked:
        frame = replace(frame, descending=said.descending, top=said.top, rank=said.rank)
    if said.bounds:
        frame = replace(frame, bounds=said.bounds)
    return replace(
        frame,
        share=said.share or before.share,
        cumulative=said.cumulative or before.cumulative,
        companies=said.companies or before.companies,
        all_companies=said.all_companies or (before.all_companies and not said.companies),
        currency=said.currency or before.currency,
    )


def with_that(frame: Frame, before: Frame, slots: Slots, catalog: Catalog) -> Frame | None:
    """The thing spoken of before in place of "그 거래처" or "거기"; None where there is no such thing."""
    if not slots.that and not slots.it:
        return frame
    wanted = {key for keys in slots.that for key in keys}
    entities: list[EntityReference] = [e for m in before.members if not m.excluded for e in m.members]
    entities += before.focus
    fitting = []
    for entity in entities:
        dimension = catalog.dimension_of(entity.kind)
        if dimension and (dimension.key in wanted or not wanted or _is_party(entity, slots)):
            fitting.append((dimension.key, entity))
    if not fitting:
        return None
    key = fitting[0][0]
    same = tuple(dict.fromkeys(entity for k, entity in fitting if k == key))
    kept = tuple(m for m in frame.members if m.dimension != key)
    said = slots.frame  # a ranking or a limit of before found the thing; it is not asked again
    return replace(
        frame,
        members=(*kept, Members(key, same)),
        groupings=said.groupings,
        party=said.party,
        descending=said.descending,
        top=said.top,
        rank=said.rank,
        bounds=said.bounds,
        share=said.share,
    )


def _is_party(entity: EntityReference, slots: Slots) -> bool:
    return entity.kind in ("customer", "supplier") and any(not keys for keys in slots.that)


def _period_of_before(before: Frame, said: Frame, catalog: Catalog) -> Frame:
    """A new question takes over the period of the conversation where it needs one and says none."""
    needs = any(
        catalog.metrics[key].time_behavior is TimeBehavior.FLOW
        for key in said.metrics
        if key in catalog.metrics
    )
    if (
        not needs
        or said.period
        or said.open_period
        or not before.period
        or before.period.as_of
        or said.cumulative
    ):
        return said
    note = f"앞 질문의 기간({label(before.period)})으로 보았습니다."
    return replace(said, period=before.period, notes=(*said.notes, note))


def _only_period(said: Frame, slots: Slots) -> bool:
    return replace(said, period=None, notes=()) == Frame() and not slots.that and not slots.it


def _which_year(before: Frame, period: Period, catalog: Catalog) -> QuestionBack | None:
    """After a month, "작년은?" may mean that month or the whole year."""
    asked = before.period
    if (
        not asked
        or period.unit is not Grain.YEAR
        or asked.unit in (None, Grain.YEAR, Grain.FISCAL_YEAR, Grain.WEEK)
    ):
        return None
    if asked.start.year == period.start.year:
        return None
    try:
        same = period_of(
            asked.unit, asked.start.replace(year=period.start.year), 0, catalog.fiscal_year_start_month
        )
    except ValueError:  # 29 February
        return None
    same = replace(same, year_said=True)
    options = tuple(Option(label(p), replace(before, period=p, notes=())) for p in (same, period))
    return QuestionBack(Ask.WHICH_YEAR, options, frame=before)


def _with_year_of(before: Period | None, period: Period) -> Period:
    """A month without a year, after a question that named one, is a month of that year."""
    small = period.unit in (Grain.MONTH, Grain.QUARTER, Grain.HALF)
    if (
        not before
        or not before.year_said
        or period.year_said
        or not small
        or period.relative
        or not period.unit
    ):
        return period
    moved = period_of(period.unit, period.start.replace(day=1, year=before.start.year))
    return replace(moved, year_said=True) if moved.start != period.start else period


def _all_balances(metrics: Sequence[str], catalog: Catalog) -> bool:
    known = [catalog.metrics[key] for key in metrics if key in catalog.metrics]
    return bool(known) and all(m.time_behavior is TimeBehavior.BALANCE for m in known)
