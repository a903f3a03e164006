"""Reads questions in the made-up company, and writes a reading as one short line, as the cases do."""

from datetime import date
from typing import Final

from services.chat.semantic import Catalog
from services.chat.understanding.analysis import Context
from services.chat.understanding.frame import (
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
from services.chat.understanding.remembering import after
from tests.fakes.company import resolve

TODAY: Final = date(2026, 11, 20)

_OPERATORS = {"greater_or_equal": ">=", "greater": ">", "less_or_equal": "<=", "less": "<", "equal": "="}


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
        case NotFound(about):
            return f"not found {about}"
        case FuturePeriod(period):
            return f"future {period}"
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
    if query.groupings:
        parts.append(
            "by " + ", ".join(f"{g.dimension}:{g.grain}" if g.grain else g.dimension for g in query.groupings)
        )
    for member in query.members:
        keys = ", ".join(entity.key for entity in member.members)
        parts.append(f"{member.dimension} {'not ' if member.excluded else ''}{keys}")
    parts += [f"{c.metric} {_OPERATORS[c.operator]} {c.value}" for c in query.conditions]
    parts += ["largest first" if ordering.descending else "smallest first" for ordering in query.orderings]
    if query.top:
        parts.append(f"top {query.top}")
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
    """What the conversation remembers after a reading."""
    match reading:
        case QueryReading(frame=frame, alternatives=alternatives):
            return after(before, Memory(frame, alternatives=alternatives))
        case RecordReading(frame=frame):
            return after(before, Memory(frame))
        case QuestionBack(frame=frame, options=options, total_count=total):
            return after(before, Memory(frame, options, total > len(options)))
        case Several(readings):
            return remembered(readings[-1], before)
        case _:
            return before
