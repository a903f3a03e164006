"""From filled slots to a typed query, or to the one question that must be asked first."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from services.chat.semantic import (
    DATE_DIMENSION,
    Candidate,
    Catalog,
    Comparison,
    ComparisonKind,
    EntityKind,
    EntityReference,
    Grain,
    Grouping,
    Match,
    MemberCondition,
    Metric,
    MetricCondition,
    Modifier,
    Ordering,
    Query,
    TimeBehavior,
    UnitKind,
)
from services.chat.understanding.frame import (
    Ask,
    ComparisonSlot,
    Frame,
    FuturePeriod,
    Members,
    Name,
    Option,
    QueryReading,
    QuestionBack,
    Reading,
    RecordReading,
    Refusal,
    RefusalKind,
)
from services.chat.understanding.periods import (
    Period,
    add_months,
    elapsed,
    label,
    period_of,
    previous,
    year_before,
)

MAX_OPTIONS: Final = 10

_PERIOD_CHOICES: Final = (
    ("이번 달", Grain.MONTH, 0),
    ("지난달", Grain.MONTH, -1),
    ("이번 분기", Grain.QUARTER, 0),
    ("올해", Grain.YEAR, 0),
    ("작년", Grain.YEAR, -1),
)

_EXACT: Final = frozenset({Match.FULL, Match.EXACT, Match.ALIAS, Match.NUMBER_TAIL})

_COARSER: Final[Mapping[Grain | None, Grain]] = {
    Grain.DAY: Grain.DAY,
    Grain.WEEK: Grain.DAY,
    Grain.MONTH: Grain.DAY,
    Grain.QUARTER: Grain.MONTH,
    Grain.HALF: Grain.MONTH,
    Grain.YEAR: Grain.MONTH,
    Grain.FISCAL_YEAR: Grain.MONTH,
}


def finalise(frame: Frame, catalog: Catalog, today: date) -> Reading:
    """The query that the slots make, or the first thing that is missing or open in them."""
    steps = (_record, _measured, _named, _grouped, _limited, _timed)
    for step in steps:
        outcome = step(frame, catalog, today)
        if not isinstance(outcome, Frame):
            return outcome
        frame = outcome
    return _query(frame, catalog, today)


def _metrics(frame: Frame, catalog: Catalog) -> list[Metric]:
    return [catalog.metrics[key] for key in frame.metrics]


def _names_of(metrics: Iterable[Metric]) -> str:
    return ", ".join(metric.display_name for metric in metrics)


def _common_dimensions(frame: Frame, catalog: Catalog) -> list[str]:
    """What all the metrics can be grouped by, in the catalog's order."""
    sets = [metric.dimensions for metric in _metrics(frame, catalog)]
    return [key for key in catalog.dimensions if all(key in keys for keys in sets)]


# --- a document ---------------------------------------------------------------------------------


def _record(frame: Frame, catalog: Catalog, today: date) -> Frame | Reading:
    documents = [
        n for n in frame.names if n.candidates and all(c.entity.kind.is_document for c in n.candidates)
    ]
    if not documents:
        return frame
    candidates = documents[0].candidates
    if len(candidates) == 1:
        entity = candidates[0].entity
        return RecordReading(entity, Frame(record=entity, focus=(entity,)))
    options = tuple(
        Option(
            _entity_label(c, catalog, kinds=True),
            replace(frame, names=(replace(documents[0], candidates=(c,)),)),
            c.entity,
        )
        for c in candidates[:MAX_OPTIONS]
    )
    return QuestionBack(
        Ask.DOCUMENT, options, documents[0].mention, total_count=documents[0].total_count, frame=frame
    )


# --- measures -----------------------------------------------------------------------------------


def _measured(frame: Frame, catalog: Catalog, today: date) -> Frame | Reading:
    keys = [key for key in frame.metrics if key in catalog.metrics]
    frame = replace(frame, metrics=tuple(keys))
    if not frame.metrics:
        known = [catalog.metrics[key] for key in frame.metric_options if key in catalog.metrics]
        open_ = [metric for metric in known if metric.permitted]
        if known and not open_:
            return Refusal(RefusalKind.FORBIDDEN, _names_of(known))
        if len(open_) == 1:
            return replace(frame, metrics=(open_[0].key,), metric_options=())
        options = open_ or _likely_metrics(frame, catalog)
        return QuestionBack(
            Ask.METRIC,
            tuple(
                Option(m.display_name, replace(frame, metrics=(m.key,), metric_options=()))
                for m in options[:MAX_OPTIONS]
            ),
            frame=frame,
        )
    forbidden = [metric for metric in _metrics(frame, catalog) if not metric.permitted]
    if forbidden:
        return Refusal(RefusalKind.FORBIDDEN, _names_of(forbidden))
    return replace(frame, metric_options=())


def _likely_metrics(frame: Frame, catalog: Catalog) -> list[Metric]:
    """Permitted metrics that take what was said so far."""
    wanted = {grouping.dimension for grouping in frame.groupings}
    kinds = {candidate.entity.kind for name in frame.names for candidate in name.candidates}
    fitting = []
    for metric in catalog.metrics.values():
        own = {catalog.dimensions[key].entity_kind for key in metric.dimensions if key in catalog.dimensions}
        takes_names = not kinds or bool(kinds & own) or kinds <= {EntityKind.COMPANY}
        takes_party = frame.party is None or metric.party is not None
        if metric.permitted and wanted <= metric.dimensions and takes_names and takes_party:
            fitting.append(metric)
    return fitting[:6]


# --- names --------------------------------------------------------------------------------------


def _named(frame: Frame, catalog: Catalog, today: date) -> Frame | Reading:
    dimensions = set(_common_dimensions(frame, catalog))
    while frame.names:
        name, *rest = frame.names
        usable = _usable(name, dimensions, catalog)
        if not usable:
            kinds = {c.entity.kind for c in name.candidates}
            word = " · ".join(sorted({d.display_name for k in kinds if (d := catalog.dimension_of(k))}))
            return _by_something_else(frame, catalog, f"{name.candidates[0].entity.display_name}({word})")
        if len(usable) > 1:
            several_kinds = len({c.entity.kind for c in usable}) > 1
            dropped = len(name.candidates) - len(usable)
            options = tuple(
                Option(
                    _entity_label(c, catalog, kinds=several_kinds),
                    replace(frame, names=(replace(name, candidates=(c,), total_count=1, chosen=True), *rest)),
                    c.entity,
                )
                for c in usable[:MAX_OPTIONS]
            )
            total = max(len(usable), name.total_count - dropped)
            return QuestionBack(Ask.NAME, options, name.mention, total_count=total, frame=frame)
        frame = _with_member(replace(frame, names=tuple(rest)), name, usable[0], catalog)
    return replace(frame, narrow=False, carried=False)


def _usable(name: Name, dimensions: set[str], catalog: Catalog) -> list[Candidate]:
    """The candidates by which the metrics can be filtered."""
    usable = []
    for candidate in name.candidates:
        dimension = catalog.dimension_of(candidate.entity.kind)
        if candidate.entity.kind is EntityKind.COMPANY or (dimension and dimension.key in dimensions):
            usable.append(candidate)
    return usable


def _with_member(frame: Frame, name: Name, candidate: Candidate, catalog: Catalog) -> Frame:
    entity = candidate.entity
    notes = frame.notes
    if candidate.match not in _EXACT and not name.chosen:
        notes = (*notes, f"‘{name.mention}’: {entity.display_name} 기준으로 보았습니다.")
    elif name.others and not name.chosen and (dimension := catalog.dimension_of(entity.kind)):
        notes = (
            *notes,
            f"‘{name.mention}’: {dimension.display_name} {entity.display_name} 기준으로 보았습니다.",
        )
    frame = replace(frame, notes=notes)
    if entity.kind is EntityKind.COMPANY:
        return replace(frame, companies=tuple(dict.fromkeys((*frame.companies, entity))))
    dimension = catalog.dimension_of(entity.kind)
    key = dimension.key if dimension else ""
    groupings = frame.groupings
    if (
        frame.carried
        and not frame.narrow
        and not name.excluded
        and any(g.dimension == key for g in groupings)
    ):
        frame = replace(frame, descending=None, top=0, rank=False)  # a ranking of one
    if frame.listed and Grouping(key) not in groupings:
        groupings = (*groupings, Grouping(key))
    members = list(frame.members)
    for index, old in enumerate(members):
        if old.dimension == key and old.excluded is name.excluded and old.fresh:
            members[index] = replace(old, members=tuple(dict.fromkeys((*old.members, entity))))
            if not name.excluded and len(members[index].members) > 1 and Grouping(key) not in groupings:
                groupings = (*groupings, Grouping(key))  # two names are never summed
            break
    else:
        if not frame.narrow and not name.excluded:  # the new name stands where the old one of its kind stood
            members = [old for old in members if old.dimension != key]
        members.append(Members(key, (entity,), name.excluded, fresh=True))
    return replace(frame, members=tuple(members), groupings=groupings)


def _entity_label(candidate: Candidate, catalog: Catalog, *, kinds: bool) -> str:
    entity = candidate.entity
    parts = [entity.detail] if entity.detail else []
    if kinds and not entity.kind.is_document and (dimension := catalog.dimension_of(entity.kind)):
        parts.insert(0, dimension.display_name)
    return f"{entity.display_name} ({', '.join(parts)})" if parts else entity.display_name


# --- groupings ----------------------------------------------------------------------------------


def _grouped(frame: Frame, catalog: Catalog, today: date) -> Frame | Reading:
    metrics = _metrics(frame, catalog)
    if frame.party is not None:
        parties = {metric.party for metric in metrics}
        party = next(iter(parties)) if len(parties) == 1 else None
        dimension = catalog.dimension_of(party) if party else None
        options = (
            [dimension.key] if dimension else [key for key in frame.party.keys if key in catalog.dimensions]
        )
        options = [key for key in options if key in _common_dimensions(frame, catalog)] or options
        if len(options) > 1:
            return QuestionBack(
                Ask.DIMENSION,
                tuple(
                    Option(
                        f"{catalog.dimensions[key].display_name}별",
                        replace(frame, party=None, groupings=(*frame.groupings, Grouping(key))),
                    )
                    for key in options
                ),
                frame=frame,
            )
        if not options:
            return _by_something_else(frame, catalog, "거래처")
        before, after = frame.groupings[: frame.party.position], frame.groupings[frame.party.position :]
        frame = replace(frame, party=None, groupings=(*before, Grouping(options[0]), *after))
    groupings = list(dict.fromkeys(frame.groupings))
    if frame.trend and not any(g.dimension == DATE_DIMENSION for g in groupings):
        grain = _COARSER.get(frame.period.unit) if frame.period else None
        if grain is None:
            grain = Grain.DAY if frame.period and frame.period.days <= 31 else Grain.MONTH
        groupings.insert(0, Grouping(DATE_DIMENSION, grain))
    allowed = _common_dimensions(frame, catalog)
    for grouping in groupings:
        if grouping.dimension not in allowed and grouping.dimension in catalog.dimensions:
            return _by_something_else(frame, catalog, catalog.dimensions[grouping.dimension].display_name)
    kept = [g for g in groupings if g.dimension in allowed]
    for condition in frame.members:
        if condition.dimension not in allowed:
            names = ", ".join(member.display_name for member in condition.members)
            return _by_something_else(replace(frame, members=()), catalog, names)
    frame = replace(frame, groupings=tuple(kept[:4]), listed=False)
    if (
        frame.top and len(frame.groupings) > 1
    ):  # the first of each group is another question than the first of all
        return _one_grouping(frame, catalog)
    needs_rows = frame.ranked or frame.share or frame.bounds
    if needs_rows and not frame.groupings:
        return _group_by(frame, catalog)
    return frame


def _group_by(frame: Frame, catalog: Catalog) -> QuestionBack:
    keys = [
        k
        for k in _common_dimensions(frame, catalog)
        if catalog.dimensions[k].entity_kind is not EntityKind.COMPANY
    ]
    options = tuple(
        Option(f"{catalog.dimensions[key].display_name}별", replace(frame, groupings=(Grouping(key),)))
        for key in keys
        if key != DATE_DIMENSION
    )
    return QuestionBack(Ask.GROUP_BY, options[:MAX_OPTIONS], _names_of(_metrics(frame, catalog)), frame=frame)


def _one_grouping(frame: Frame, catalog: Catalog) -> QuestionBack:
    options = tuple(
        Option(
            f"{catalog.dimensions[grouping.dimension].display_name}별", replace(frame, groupings=(grouping,))
        )
        for grouping in frame.groupings
    )
    return QuestionBack(Ask.GROUP_BY, options, _names_of(_metrics(frame, catalog)), frame=frame)


def _by_something_else(frame: Frame, catalog: Catalog, what: str) -> QuestionBack:
    """The metric doesn't know this dimension: offer those that it knows."""
    bare = replace(frame, groupings=(), party=None, names=(), listed=False)
    options = [
        Option(
            f"{_names_of(_metrics(frame, catalog))} 전체", replace(bare, descending=None, top=0, rank=False)
        )
    ]
    options += _group_by(bare, catalog).options[: MAX_OPTIONS - 1]
    return QuestionBack(
        Ask.DIMENSION, tuple(options), _names_of(_metrics(frame, catalog)), words=(what,), frame=bare
    )


# --- limits -------------------------------------------------------------------------------------


def _limited(frame: Frame, catalog: Catalog, today: date) -> Frame | Reading:
    bounds = []
    for bound in frame.bounds:
        metric = bound.metric if bound.metric in frame.metrics else frame.metrics[0]
        unit = catalog.metrics[metric].unit.kind
        if bound.unit not in (None, unit) and not (
            bound.unit is UnitKind.COUNT and unit is UnitKind.QUANTITY
        ):
            return QuestionBack(
                Ask.UNIT, about=catalog.metrics[metric].display_name, frame=replace(frame, bounds=())
            )
        bounds.append(replace(bound, metric=metric))
    return replace(frame, bounds=tuple(bounds))


# --- time ---------------------------------------------------------------------------------------


def _timed(frame: Frame, catalog: Catalog, today: date) -> Frame | Reading:
    flows = any(m.time_behavior is TimeBehavior.FLOW for m in _metrics(frame, catalog))
    by_date = any(g.dimension == DATE_DIMENSION for g in frame.groupings)
    period = frame.period
    if frame.cumulative:
        period = _from_new_year(period, today)
        frame = replace(frame, period=period)
    if period is None and frame.comparison and frame.comparison.unit:
        period = period_of(frame.comparison.unit, today)
        note = "기간을 말하지 않아 이번 기간으로 보았습니다."
        frame = replace(frame, period=period, notes=(*frame.notes, note) if flows else frame.notes)
    if period and period.start > today:
        return FuturePeriod(label(period), _names_of(_metrics(frame, catalog)))
    if (flows or by_date) and (period is None or period.as_of):
        return ask_period(frame, catalog, today)
    slot = frame.comparison
    if (
        slot
        and period
        and slot.kind is ComparisonKind.PREVIOUS_PERIOD
        and slot.unit not in (None, period.unit)
    ):
        if period.unit is not Grain.DAY:  # 이번 분기 … 전월 대비
            return _ask_comparison(frame, period, catalog)
    return replace(frame, open_period=False)


def ask_period(frame: Frame, catalog: Catalog, today: date) -> QuestionBack:
    """Which period, with the usual ones to choose from."""
    options = []
    for words, unit, offset in _PERIOD_CHOICES:
        period = period_of(unit, today, offset, catalog.fiscal_year_start_month)
        options.append(Option(f"{words} ({label(period)})", replace(frame, period=period, open_period=False)))
    return QuestionBack(
        Ask.PERIOD, tuple(options), _names_of(_metrics(frame, catalog)), frame=replace(frame, period=None)
    )


def _ask_comparison(frame: Frame, period: Period, catalog: Catalog) -> QuestionBack:
    """The words name a period of another size: with which one to compare?"""
    others = (
        (ComparisonKind.PREVIOUS_PERIOD, previous(period, catalog.fiscal_year_start_month)),
        (ComparisonKind.SAME_PERIOD_LAST_YEAR, year_before(period)),
    )
    options = tuple(
        Option(label(other), replace(frame, comparison=ComparisonSlot(kind))) for kind, other in others
    )
    return QuestionBack(Ask.COMPARISON, options, frame=frame)


def _from_new_year(period: Period | None, today: date) -> Period:
    """누계 runs from 1 January to the end of what was named."""
    if period is None:
        return Period(date(today.year, 1, 1), today)
    if period.unit in (Grain.DAY, Grain.WEEK, Grain.MONTH, Grain.QUARTER, Grain.HALF):
        return Period(date(period.end.year, 1, 1), min(period.end, max(today, period.start)))
    return period


def _compared_with(period: Period, slot: ComparisonSlot, today: date, fiscal_start: int) -> Period:
    """The whole other period."""
    if slot.kind is ComparisonKind.NAMED and slot.base:
        return slot.base
    if slot.kind is ComparisonKind.SAME_PERIOD_LAST_YEAR:
        return year_before(period)
    if slot.unit and period.unit is Grain.DAY and slot.unit is not Grain.DAY:
        return _day_before(period, slot.unit)
    return previous(period, fiscal_start)


def _day_before(period: Period, unit: Grain) -> Period:
    """The same day of the period before; a last day of a month stays one."""
    if unit is Grain.WEEK:
        return period_of(Grain.DAY, period.start, -7)
    months = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.HALF: 6}.get(unit, 12)
    day = add_months(period.end, -months)
    if period_of(Grain.MONTH, period.end).end == period.end:
        day = period_of(Grain.MONTH, day).end
    return replace(period, start=day, end=day)


# --- the query ----------------------------------------------------------------------------------


def _query(frame: Frame, catalog: Catalog, today: date) -> Reading:
    metrics = _metrics(frame, catalog)
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
        other = _compared_with(asked, frame.comparison, today, catalog.fiscal_year_start_month)
        cut = elapsed(asked, other, today)
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
        members=tuple(MemberCondition(m.dimension, m.members, m.excluded) for m in frame.members),
        conditions=tuple(MetricCondition(b.metric, b.operator, b.value) for b in frame.bounds),
        orderings=(Ordering(frame.metrics[0], frame.descending),) if frame.descending is not None else (),
        top=frame.top,
        comparison=comparison,
        modifiers=tuple(modifiers),
        companies=() if frame.all_companies else tuple(c.key for c in frame.companies),
        all_companies=frame.all_companies,
        currency=frame.currency,
    )
    remembered = replace(frame, notes=(), members=tuple(replace(m, fresh=False) for m in frame.members))
    if ranged and period:
        said = label(period)
    else:
        said = label(Period(as_of, as_of, Grain.DAY, as_of=True)) if as_of and as_of != today else "현재"
    return QueryReading(query, remembered, said, compared_label, comparison_cut, tuple(dict.fromkeys(notes)))


def members_of(frame: Frame, dimension: str) -> tuple[EntityReference, ...]:
    """The things of a dimension that the slots speak of."""
    return tuple(e for m in frame.members if m.dimension == dimension and not m.excluded for e in m.members)
