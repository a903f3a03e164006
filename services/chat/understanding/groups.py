"""What the measures are grouped by and limited to, or the question that must be asked first."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

from services.chat.semantic import (
    DATE_DIMENSION,
    DUE_DATE_DIMENSION,
    Catalog,
    EntityKind,
    Grain,
    Grouping,
    Operator,
    Role,
    TimeBehavior,
    UnitKind,
)
from services.chat.understanding.frame import (
    Ask,
    Bound,
    Frame,
    Option,
    PartyGrouping,
    QuestionBack,
    Reading,
)
from services.chat.understanding.measures import (
    MAX_OPTIONS,
    common_dimensions,
    counted_things,
    metrics_of,
    names_of,
)
from services.chat.understanding.placeholders import WHAT, usual

_COARSER: Final[Mapping[Grain | None, Grain]] = {
    Grain.DAY: Grain.DAY,
    Grain.WEEK: Grain.DAY,
    Grain.MONTH: Grain.DAY,
    Grain.QUARTER: Grain.MONTH,
    Grain.HALF: Grain.MONTH,
    Grain.YEAR: Grain.MONTH,
    Grain.FISCAL_YEAR: Grain.MONTH,
}


def grouped(frame: Frame, catalog: Catalog, today: date) -> Frame | Reading:
    metrics = metrics_of(frame, catalog)
    if frame.party is not None:
        options = _whose(frame, frame.party, catalog)
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
            return by_something_else(frame, catalog, "거래처")
        before, after = frame.groupings[: frame.party.position], frame.groupings[frame.party.position :]
        frame = replace(frame, party=None, groupings=(*before, Grouping(options[0]), *after))
    things = [Grouping(key) for key in counted_things(frame, catalog)]
    if (
        not frame.grouped
        and not frame.counted
        and any(m.dimension == things[0].dimension for m in frame.members if things)
    ):
        frame = replace(frame, groupings=tuple(things))  # of one thing: what it lacks, not that it is one
    documents = catalog.dimension_of(frame.documents) if frame.documents else None
    if frame.documents and (documents is None or documents.key not in common_dimensions(frame, catalog)):
        what = documents.display_name if documents else "문서"
        return by_something_else(replace(frame, documents=None), catalog, what)
    frame = _one_of_all(frame, catalog)
    frame = _documents(frame, catalog)
    groupings = list(dict.fromkeys(frame.groupings))
    if frame.trend and not any(g.dimension == DATE_DIMENSION for g in groupings):
        grain = _COARSER.get(frame.period.unit) if frame.period else None
        if grain is None:
            grain = Grain.DAY if frame.period and frame.period.days <= 31 else Grain.MONTH
        groupings.insert(0, Grouping(DATE_DIMENSION, grain))
    allowed = common_dimensions(frame, catalog)
    for grouping in groupings:
        if grouping.dimension not in allowed and grouping.dimension in catalog.dimensions:
            return by_something_else(frame, catalog, catalog.dimensions[grouping.dimension].display_name)
    kept = [g for g in groupings if g.dimension in allowed]
    for condition in frame.members:
        if condition.dimension not in allowed:
            names = names_of(condition.members)
            return by_something_else(replace(frame, members=()), catalog, names)
    within = frame.top_within if frame.top_within < len(kept) else 0
    frame = replace(frame, groupings=tuple(kept[:4]), listed=False, top_within=within)
    if frame.top and len(frame.groupings) > 1 and not within and not frame.documents:
        # The first of each group is another question than the first of all.
        return _one_grouping(frame, catalog)
    money = all(
        m.time_behavior is TimeBehavior.BALANCE and m.party and m.unit.kind is UnitKind.CURRENCY
        for m in metrics
    )
    if frame.ranked and not frame.groupings and money and metrics[0].party:
        whose = catalog.dimension_of(metrics[0].party)
        if whose and whose.key in allowed:  # "미수 탑5": whose else
            note = f"{whose.display_name}별로 보았습니다."
            frame = replace(frame, groupings=(Grouping(whose.key),), notes=(*frame.notes, note))
    if frame.by_time and not {DATE_DIMENSION, DUE_DATE_DIMENSION} & {g.dimension for g in frame.groupings}:
        return by_something_else(replace(frame, by_time=False), catalog, "날짜")
    needs_rows = frame.ranked or frame.share or frame.bounds or frame.without or frame.counted
    if needs_rows and not frame.groupings:
        return _group_by(frame, catalog)
    if frame.without and len(frame.groupings) > 1:
        return _one_grouping(frame, catalog)
    return frame


def _whose(frame: Frame, party: PartyGrouping, catalog: Catalog) -> list[str]:
    """The dimensions that 거래처별, 곳, 누구 and 뭐 may mean for the measures."""
    allowed = common_dimensions(frame, catalog)
    parties = {metric.party for metric in metrics_of(frame, catalog)}
    whose = next(iter(parties)) if len(parties) == 1 else None
    dimension = catalog.dimension_of(whose) if whose and party.asks != WHAT else None
    options = [dimension.key] if dimension else [key for key in party.keys if key in catalog.dimensions]
    options = [key for key in options if key in allowed] or options
    return options or usual(party.asks, frozenset(allowed), catalog)


def _one_of_all(frame: Frame, catalog: Catalog) -> Frame:
    """대한상사 매출 비중, 대한상사는 매출 몇 위: its part, its place among all, so it stands among all."""
    named = [m for m in frame.members if m.members and not m.excluded]
    one = len(named) == 1 or (named and frame.part and frame.share)
    if not one or not (frame.share or frame.rank) or frame.trend:
        return frame
    part = named[-1]
    by_it = {g.dimension for g in frame.groupings} == {part.dimension}
    among = by_it and (len(part.members) == 1 or frame.part)
    if frame.grouped and not among:
        return frame
    rest = tuple(m for m in frame.members if m is not part)
    names = names_of(part.members)
    note = f"{names}이(가) 전체에서 차지하는 비중입니다." if frame.share else f"{names}의 전체 중 순위입니다."
    return replace(
        frame,
        members=rest,
        groupings=(named_rows(part.dimension, frame, catalog),),
        only=part.members,
        top=0 if frame.rank else frame.top,
        notes=(*frame.notes, note),
    )


def named_rows(dimension: str, frame: Frame, catalog: Catalog) -> Grouping:
    """What was named (수도권이랑 영남권 각각) has one row each, with all that lies below it."""
    members = [m for m in frame.members if m.dimension == dimension and not m.excluded]
    if frame.without or not catalog.dimensions[dimension].hierarchical:
        return Grouping(dimension)
    return Grouping(dimension, nodes=tuple(member.key for one in members for member in one.members))


def _documents(frame: Frame, catalog: Catalog) -> Frame:
    """One row a document: with whom it is, and when what is left of it falls due."""
    dimension = catalog.dimension_of(frame.documents) if frame.documents else None
    allowed = common_dimensions(frame, catalog)
    if dimension is None:
        return replace(frame, documents=None)
    metrics = metrics_of(frame, catalog)
    wanted = [Grouping(dimension.key)]
    party = catalog.dimension_of(metrics[0].party) if metrics[0].party else None
    filtered = {condition.dimension for condition in frame.members if not condition.excluded}
    if party and party.key in allowed and party.key not in filtered:
        wanted.append(Grouping(party.key))
    if metrics[0].time_behavior is TimeBehavior.BALANCE and DUE_DATE_DIMENSION in allowed:
        wanted.append(Grouping(DUE_DATE_DIMENSION, Grain.DAY))
    elif frame.by_time:
        wanted.append(Grouping(DATE_DIMENSION, Grain.DAY))
    said = {grouping.dimension for grouping in frame.groupings}
    return replace(frame, groupings=(*(g for g in wanted if g.dimension not in said), *frame.groupings))


def _group_by(frame: Frame, catalog: Catalog) -> QuestionBack:
    keys = [
        k
        for k in common_dimensions(frame, catalog)
        if (kind := catalog.dimensions[k].entity_kind)
        and not kind.is_document
        and kind is not EntityKind.COMPANY
    ]
    options = tuple(
        Option(f"{catalog.dimensions[key].display_name}별", replace(frame, groupings=(Grouping(key),)))
        for key in keys
        if key != DATE_DIMENSION
    )
    return QuestionBack(
        Ask.GROUP_BY, options[:MAX_OPTIONS], names_of(metrics_of(frame, catalog)), frame=frame
    )


def _one_grouping(frame: Frame, catalog: Catalog) -> QuestionBack:
    options = tuple(
        Option(
            f"{catalog.dimensions[grouping.dimension].display_name}별", replace(frame, groupings=(grouping,))
        )
        for grouping in frame.groupings
    )
    return QuestionBack(Ask.GROUP_BY, options, names_of(metrics_of(frame, catalog)), frame=frame)


def by_something_else(frame: Frame, catalog: Catalog, what: str) -> QuestionBack:
    """The metric doesn't know this dimension: offer those that it knows."""
    bare = replace(frame, groupings=(), party=None, names=(), listed=False)
    options = [
        Option(
            f"{names_of(metrics_of(frame, catalog))} 전체", replace(bare, descending=None, top=0, rank=False)
        )
    ]
    options += _group_by(bare, catalog).options[: MAX_OPTIONS - 1]
    return QuestionBack(
        Ask.DIMENSION, tuple(options), names_of(metrics_of(frame, catalog)), words=(what,), frame=bare
    )


def _rate_of(metric: str, catalog: Catalog) -> str | None:
    """매출총이익 -> 매출총이익률."""
    name = catalog.metrics[metric].display_name
    found = (
        m.key
        for m in catalog.metrics.values()
        if m.permitted and m.display_name in (f"{name}률", f"{name}율")
    )
    return next(found, None)


def limited(frame: Frame, catalog: Catalog, today: date) -> Frame | Reading:
    metrics = [catalog.metrics[key] for key in frame.metrics]
    owed = [
        m for m in metrics if m.time_behavior is TimeBehavior.BALANCE and m.unit.kind is UnitKind.CURRENCY
    ]
    if frame.documents and len(metrics) == len(owed) == 1 and not frame.bounds:
        # of documents one by one, those of which nothing is left are not among what is owed
        frame = replace(frame, bounds=(Bound(Operator.GREATER, Decimal(0)),))
    bounds = []
    for bound in frame.bounds:
        metric = bound.metric if bound.metric in frame.metrics else frame.metrics[0]
        rate = (
            _rate_of(metric, catalog) if bound.unit is UnitKind.PERCENT and bound.role is Role.NONE else None
        )
        if rate:  # 마진 20% 미만
            frame = replace(frame, metrics=tuple(rate if key == metric else key for key in frame.metrics))
            metric = rate
        unit = catalog.metrics[metric].unit.kind
        if bound.role in (Role.CHANGE_RATE, Role.SHARE):
            unit = UnitKind.PERCENT
        if bound.unit not in (None, unit) and not (
            bound.unit is UnitKind.COUNT and unit is UnitKind.QUANTITY
        ):
            return QuestionBack(
                Ask.UNIT, about=catalog.metrics[metric].display_name, frame=replace(frame, bounds=())
            )
        bounds.append(replace(bound, metric=metric))
    return replace(frame, bounds=tuple(bounds))
