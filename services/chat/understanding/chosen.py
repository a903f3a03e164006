"""A question about things that another one chooses, once that one has been read."""

from dataclasses import replace

from services.chat.semantic import Catalog, Grouping
from services.chat.understanding.frame import (
    Chosen,
    Frame,
    Option,
    QueryReading,
    QuestionBack,
    Reading,
)
from services.chat.understanding.measures import names_of


def split_by_chosen(frame: Frame, chosen: Chosen, clause: QueryReading) -> Frame:
    """The frame split by what was chosen, where each has its row."""
    if not chosen.shown:
        return frame
    dimension = clause.query.groupings[0].dimension
    by = Grouping(dimension)
    same = frame.party is not None and (dimension in ("customer", "supplier") or bool(frame.party.asks))
    groupings = frame.groupings if by in frame.groupings else (by, *frame.groupings)
    return replace(frame, groupings=groupings, party=None if same else frame.party)


def named_chosen(clause: QueryReading, catalog: Catalog) -> str:
    """What was chosen, in words: 2026년 매출 상위 5곳 거래처."""
    query = clause.query
    metrics = names_of(catalog.metrics[key] for key in query.metrics)
    name = catalog.dimensions[query.groupings[0].dimension].display_name
    if not query.top:
        return f"{clause.period_label} {metrics} {'없는' if query.without_rows else '조건에 맞는'} {name}"
    first = f"{query.rank_from}~" if 0 < query.rank_from < query.top else ""
    place = f"{first}{query.top}위" if query.rank_from or query.top == 1 else f"{query.top}개"
    end = (
        "하위"
        if clause.frame.descending is False
        else "상위"
        if query.top > 1 and not query.rank_from
        else ""
    )
    return " ".join(filter(None, (clause.period_label, metrics, end, place, name)))


def with_clause(option: Option, chosen: Chosen) -> Option:
    """A choice of the question about what was chosen."""
    return replace(option, frame=replace(option.frame, chosen=chosen))


def about_clause(reading: Reading, frame: Frame, chosen: Chosen) -> Reading:
    """What must be asked about the clause first; a choice goes into it, and its period where none was said."""
    if not isinstance(reading, QuestionBack):
        return reading
    options = tuple(
        replace(
            option,
            frame=replace(
                frame,
                chosen=replace(chosen, frame=option.frame),
                period=frame.period or option.frame.period,
                metrics=frame.metrics or option.frame.metrics,
            ),
        )
        for option in reading.options
    )
    return replace(reading, options=options, frame=frame)
