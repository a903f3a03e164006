"""Reads questions in the made-up company, and writes a reading as one short line, as the cases do."""

from dataclasses import replace
from datetime import date
from typing import Final

from services.chat.data_answers import memory_of
from services.chat.semantic import (
    DATE_DIMENSION,
    DUE_DATE_DIMENSION,
    Catalog,
    Grouping,
    MemberCondition,
    Role,
)
from services.chat.understanding.analysis import Context
from services.chat.understanding.frame import (
    AboutDocuments,
    Defined,
    FuturePeriod,
    Memory,
    NotFound,
    QueryReading,
    QuestionBack,
    Reading,
    RecordReading,
    Refusal,
    Several,
    SmallTalk,
)
from services.chat.understanding.reader import Reader
from services.chat.understanding.remembering import after, as_one, not_understood
from tests.fakes.company import catalog as company_catalog
from tests.fakes.company import resolve, table_of

TODAY: Final = date(2026, 11, 20)

_OPERATORS = {
    "greater_or_equal": ">=",
    "greater": ">",
    "less_or_equal": "<=",
    "less": "<",
    "equal": "=",
    "not_equal": "<>",
}


def described(reading: Reading) -> str:
    """For example "revenue | 2026-10-01~2026-10-31 | by customer | largest first | top 5"."""
    match reading:
        case QueryReading():
            return " | ".join(_parts(reading))
        case RecordReading(entity):
            return f"record {entity.key}"
        case QuestionBack():
            words = f" {', '.join(reading.words)}" if reading.words else ""
            choices = f" -> {'; '.join(o.label for o in reading.options)}" if reading.options else ""
            return f"ask {reading.ask}{words}{choices}"
        case Refusal():
            about = reading.about or ", ".join(reading.words)
            return f"refuse {reading.kind} {about}".strip()
        case AboutDocuments():
            return "documents"
        case NotFound(about):
            return f"not found {about}"
        case FuturePeriod(period):
            return f"future {period}"
        case Defined(metrics):
            return f"define {', '.join(metrics)}"
        case SmallTalk(kind):
            return f"talk {kind}"
        case Several(readings):
            return " && ".join(map(described, readings))


def _parts(reading: QueryReading) -> list[str]:
    query = reading.query
    parts = [", ".join(query.metrics)]
    if query.range:
        parts.append(f"{query.range.start}~{query.range.end}")
    if query.as_of:
        parts.append(f"as of {query.as_of}")
    if query.due_range:
        parts.append(f"due {_day(query.due_range.start)}~{_day(query.due_range.end)}")
    if query.groupings:
        parts.append("by " + ", ".join(_grouping(g) for g in query.groupings))
    parts += [_member(member) for member in query.members]
    for conditions in query.alternatives:
        parts.append(" or ".join(_member(condition) for condition in conditions))
    for c in query.conditions:
        figure = c.metric if c.role is Role.NONE else f"{c.metric} {c.role}"
        parts.append(f"{figure} {_OPERATORS[c.operator]} {c.value}")
    for ordering in query.orderings:
        of = "" if ordering.role is Role.NONE else f"by {ordering.role} "
        dated = ordering.key in (DATE_DIMENSION, DUE_DATE_DIMENSION)
        ends = ("latest", "earliest") if dated else ("largest", "smallest")
        parts.append(f"{of}{ends[0] if ordering.descending else ends[1]} first")
    if query.top:
        within = f" within {query.top_within}" if query.top_within else ""
        first = f"{query.rank_from}~" if query.rank_from else ""
        parts.append(f"top {first}{query.top}{within}")
    for selection in query.selections:
        inner = "; ".join(_parts(replace(reading, query=selection.query)))
        parts.append(f"{'but' if selection.excluded else 'of'} ({inner})")
    if query.show_named:
        parts.append("named ones shown")
    if query.without_rows:
        parts.append("those without")
    if query.count_rows:
        parts.append("how many")
    if query.average_over:
        parts.append(f"average by {query.average_over}")
    if query.comparison:
        span = query.comparison.range
        other = f"{span.start}~{span.end}" if span else str(query.comparison.as_of)
        parts.append(f"against {query.comparison.kind} {other}")
    parts += [f"with {modifier}" for modifier in query.modifiers]
    if query.companies:
        parts.append(f"company {', '.join(query.companies)}")
    if query.all_companies:
        parts.append("all companies")
    if query.currency:
        parts.append(f"in {query.currency}")
    return parts


def _day(day: date) -> str:
    """A day, or nothing for an end left open."""
    return "" if day.year in (1900, 9999) else str(day)


def _grouping(grouping: Grouping) -> str:
    grain = f":{grouping.grain}" if grouping.grain else ""
    nodes = f" under {' and '.join(grouping.nodes)}" if grouping.nodes else ""
    return f"{grouping.dimension}{grain}" + (f" level {grouping.level}" if grouping.level else nodes)


def _member(condition: MemberCondition) -> str:
    keys = [entity.key for entity in condition.members] + [value.key for value in condition.values]
    keys += ["missing"] if condition.include_missing else []
    return f"{condition.dimension} {'not ' if condition.excluded else ''}{'own' if condition.own else ', '.join(keys)}"


def read(
    reader: Reader, catalog: Catalog, question: str, memory: Memory | None = None, choice_number: int = 0
) -> Reading:
    """Reads one question in the made-up company, on 20 November 2026."""
    context = Context(catalog, TODAY, memory or Memory(), choice_number)
    analysis = reader.analyse(question, context)
    resolutions = {
        lookup: [resolve(mention, lookup.kinds) for mention in lookup.mentions] for lookup in analysis.lookups
    }
    return reader.read(analysis, resolutions, context)


def remembered(reading: Reading, before: Memory) -> Memory:
    """What the conversation remembers after a reading and its answer."""
    match reading:
        case QueryReading(query=query):
            return after(before, memory_of(reading, table_of(query, company_catalog()).table))
        case RecordReading(frame=frame):
            return after(before, Memory(frame))
        case QuestionBack(frame=frame, options=options, total_count=total):
            memory = Memory(frame, options, total > len(options))
            return after(before, memory, unmet=not_understood(reading))
        case NotFound(frame=frame) if frame.metrics:
            return after(before, Memory(frame), unmet=not_understood(reading))
        case Several(readings):
            told = [remembered(each, before) for each in readings]
            asked_back = isinstance(readings[-1], QuestionBack)
            return told[-1] if asked_back else as_one(told) or before
        case _:
            return after(before, None, unmet=not_understood(reading))
