"""Entries of the audit <-> maru.admin.v1.AuditEntry. Pure."""

import json
from dataclasses import asdict
from datetime import UTC, datetime

from google.protobuf import json_format
from maru.admin.v1.audit_service_pb2 import AuditEntry
from maru.chat.v1 import turn_pb2

from services.chat.audit_chain import Link, NewEntry
from services.chat.conversation import Answer, Asker, FinishReason, Outcome, Turn
from services.chat.convert import chat as convert_chat
from services.chat.convert import erp as convert_erp

ASK = "maru.chat.v1.ChatService/Ask"
_MAX_USERNAME = 100
_MAX_QUESTION = 2000


def dump_asker(asker: Asker) -> str:
    """The JSON to keep beside the turn."""
    return json.dumps(asdict(asker), ensure_ascii=False)


def load_asker(kept: str | None) -> Asker:
    """What `dump_asker` was given."""
    return Asker(**json.loads(kept)) if kept else Asker("")


def turn_entries(turn: Turn, owner: str, asker: Asker) -> list[NewEntry]:
    """The entry of an ended turn, and one for each further question of its message."""
    answers = (turn.answer, *turn.answer.further) if turn.answer else (None,)
    return [_turn_entry(turn, answer, part, owner, asker) for part, answer in enumerate(answers)]


def _turn_entry(turn: Turn, answer: Answer | None, part: int, owner: str, asker: Asker) -> NewEntry:
    entry = AuditEntry(
        username=asker.username,
        subject=owner,
        actor=asker.actor,
        action=AuditEntry.ACTION_TURN,
        method=ASK,
        resource=turn.name,
        question=(answer.question if answer else "") or turn.question,
        outcome=_outcome(answer) if answer else turn.failure_reason,
        trace_id=asker.trace_id,
    )
    ended = turn.complete_time or turn.create_time
    entry.duration.FromTimedelta(max(ended, turn.create_time) - turn.create_time)
    if answer:
        if answer.query:
            entry.query.CopyFrom(convert_erp.query_to_proto(answer.query))
        if answer.context:
            entry.context.CopyFrom(convert_erp.context_to_proto(answer.context))
        if answer.table:
            entry.row_count = answer.table.total_row_count
        entry.passages.extend(citation.passage for citation in answer.citations)
        if answer.usage.model:
            entry.model_versions.append(answer.usage.model)
        if answer.usage.intent:
            entry.model_versions.append(answer.usage.intent.model)
        entry.usage.CopyFrom(convert_chat.usage_to_proto(answer.usage))
    return new_entry(entry, f"turn/{turn.name}" + (f"/{part}" if part else ""), ended)


def new_entry(entry: AuditEntry, event_id: str, time: datetime) -> NewEntry:
    """The entry to append; `event_id` is what it is known by when it comes twice."""
    moment = time.astimezone(UTC)
    entry.event_time.FromDatetime(moment)
    entry.username = entry.username[:_MAX_USERNAME]
    entry.question = entry.question[:_MAX_QUESTION]
    content = json_format.MessageToDict(entry, preserving_proto_field_name=True)
    return NewEntry(
        event_id,
        entry.event_time.ToMicroseconds(),
        AuditEntry.Action.Name(entry.action).removeprefix("ACTION_").lower(),
        entry.username,
        json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
    )


def entry_of(link: Link) -> AuditEntry:
    """The entry as it is read. What somebody made unreadable is empty but for its name and hash."""
    try:
        entry = json_format.Parse(link.content, AuditEntry(), ignore_unknown_fields=True)
    except (json_format.ParseError, TypeError, AttributeError):
        entry = AuditEntry()
    entry.name = f"auditEntries/{link.sequence}"
    entry.hash = str(link.hash)[:64]
    return entry


def _outcome(answer: Answer) -> str:
    """How a question was answered: by the reason where it was refused."""
    if answer.outcome is Outcome.REFUSED and answer.refusal_reason:
        return answer.refusal_reason
    if answer.finish_reason is FinishReason.STOPPED:
        return turn_pb2.FinishReason.Name(turn_pb2.FINISH_REASON_STOPPED)
    return f"OUTCOME_{answer.outcome.upper()}"
