"""A turn as one JSON line, for evaluation: what `maru ask --batch` prints."""

from typing import Any

from google.protobuf.json_format import MessageToDict
from maru.chat.v1 import turn_pb2
from maru.erp.v1 import value_pb2

_OUTCOMES = {
    turn_pb2.OUTCOME_ANSWERED: "answered",
    turn_pb2.OUTCOME_CLARIFIED: "clarified",
    turn_pb2.OUTCOME_REFUSED: "refused",
    turn_pb2.OUTCOME_NO_DATA: "no_data",
}
_UNIT_WORDS = {
    value_pb2.Unit.KIND_PERCENT: "%",
    value_pb2.Unit.KIND_PERCENTAGE_POINTS: "%p",
    value_pb2.Unit.KIND_COUNT: "건",
    value_pb2.Unit.KIND_DAYS: "일",
    value_pb2.Unit.KIND_RATIO: "회",
}


def turn_record(identifier: str, number: int, turn: turn_pb2.Turn) -> dict[str, Any]:
    """The record of a completed turn: figures as exact decimal strings, durations in milliseconds. `further`: the
    answers to the further questions of the same message.
    """
    further = [answer_record(answer) for answer in turn.answer.further]
    return {"id": identifier, "turn": number, **answer_record(turn.answer), "further": further}


def answer_record(answer: turn_pb2.Answer) -> dict[str, Any]:
    """One answer, without its further ones."""
    names = {definition.metric: definition.display_name for definition in answer.context.definitions}
    usage = answer.usage
    durations = {
        "understanding_ms": usage.understanding_duration,
        "query_ms": usage.query_duration,
        "time_to_table_ms": usage.time_to_table,
        "time_to_first_text_ms": usage.time_to_first_text,
        "composing_ms": usage.composing_duration,
        "total_ms": usage.total_duration,
    }
    return {
        "outcome": _OUTCOMES[answer.outcome],
        "text": answer.text,
        "query": MessageToDict(answer.query, preserving_proto_field_name=True)
        if answer.HasField("query")
        else None,
        "table": table_record(answer.table) if answer.HasField("table") else None,
        "facts": [
            {
                "entity": fact.entity.display_name if fact.HasField("entity") else fact.label or None,
                "measure": names.get(fact.metric, fact.metric),
                "value": fact.value,
                "unit": unit_word(fact.unit),
            }
            for fact in answer.facts
        ],
        "choices": [choice.label for choice in answer.clarification.choices],
        "alternatives": [choice.label for choice in answer.alternatives],
        "assumptions": list(answer.assumptions),
        "citations": [
            {
                "document": citation.title,
                "heading": " > ".join(citation.heading_path),
                "page": citation.page or None,
                "quote": citation.quote,
            }
            for citation in answer.citations
        ],
        "as_of": answer.context.data_as_of.ToJsonString() if answer.context.HasField("data_as_of") else None,
        "timings": {
            name: round(duration.ToTimedelta().total_seconds() * 1000, 1)
            for name, duration in durations.items()
        },
    }


def failed_turn_record(identifier: str, number: int, korean: str) -> dict[str, Any]:
    """The record of a turn that ended with a failure instead of an answer."""
    return {
        "id": identifier, "turn": number, "outcome": "failed", "text": korean, "query": None, "table": None,
        "facts": [], "choices": [], "alternatives": [], "assumptions": [], "citations": [], "as_of": None,
        "timings": {}, "further": [],
    }  # fmt: skip


def table_record(table: value_pb2.Table) -> dict[str, Any]:
    """Headings and rows of a table; a missing cell is null."""
    return {
        "columns": [column.display_name for column in table.columns],
        "rows": [[cell_text(value) for value in row.values] for row in table.rows],
    }


def cell_text(value: value_pb2.Value) -> str | None:
    """A cell as exact text, or None where it is missing."""
    match value.WhichOneof("kind"):
        case None:
            return None
        case "entity":
            return value.entity.display_name
        case "boolean":
            return "예" if value.boolean else "아니오"
        case kind:
            return str(getattr(value, kind))


def unit_word(unit: value_pb2.Unit) -> str:
    """The unit as people write it: 원, EA, %, 건 …"""
    if unit.kind == value_pb2.Unit.KIND_CURRENCY:
        return "원" if unit.code == "KRW" else unit.code
    return _UNIT_WORDS.get(unit.kind, unit.code)
