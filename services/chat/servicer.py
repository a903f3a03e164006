"""maru.chat.v1.ChatService, and the audit's chain for the other services: convert, call the core, convert."""

import json
from collections.abc import AsyncIterator
from typing import Any, Final
from uuid import uuid4

import grpc
from google.protobuf import json_format
from google.protobuf.timestamp_pb2 import Timestamp
from maru.admin.v1 import audit_log_service_pb2 as audit_pb
from maru.admin.v1.audit_log_service_pb2_grpc import AuditLogServiceServicer
from maru.admin.v1.audit_service_pb2 import AuditEntry, VerifyAuditEntriesResponse
from maru.chat.v1 import chat_service_pb2 as pb
from maru.chat.v1.chat_service_pb2_grpc import ChatServiceServicer

from services.chat.answering import Answering
from services.chat.audit_chain import NewEntry, Range
from services.chat.conversation import Asker
from services.chat.convert import chat as convert
from services.chat.convert.audit import entry_of, new_entry
from services.chat.errors import RequestIdReused
from services.chat.library import Library
from services.chat.ports import AuditLog
from services.chat.turns import Turns
from services.kit.clock import Clock
from services.kit.context import bind_conversation, bind_deadline, trace_id
from services.kit.identity import current_identity

Context = grpc.aio.ServicerContext[Any, Any]

_AUDIT_SERVICE: Final = "maru.admin.v1.AuditService"
_SET_HERE: Final = ("name", "event_time", "username", "subject", "actor", "trace_id", "hash")
"""Fields of an entry that no other service may say."""


class ChatServicer(ChatServiceServicer):
    """Serves conversations and turns. `turn_seconds`: how long a turn may take once it runs."""

    def __init__(self, library: Library, turns: Turns, answering: Answering, turn_seconds: float) -> None:
        self._library = library
        self._turns = turns
        self._answering = answering
        self._turn_seconds = turn_seconds

    async def CreateConversation(
        self, request: pb.CreateConversationRequest, context: Context
    ) -> pb.CreateConversationResponse:
        made = await self._library.create(_owner(), request.title, request.request_id)
        return pb.CreateConversationResponse(conversation=convert.conversation_to_proto(made))

    async def GetConversation(
        self, request: pb.GetConversationRequest, context: Context
    ) -> pb.GetConversationResponse:
        found = await self._library.get(_owner(), _conversation(request.name))
        return pb.GetConversationResponse(conversation=convert.conversation_to_proto(found))

    async def ListConversations(
        self, request: pb.ListConversationsRequest, context: Context
    ) -> pb.ListConversationsResponse:
        found, next_page = await self._library.list(_owner(), request.page_size, request.page_token)
        return pb.ListConversationsResponse(
            conversations=[convert.conversation_to_proto(one) for one in found], next_page_token=next_page
        )

    async def UpdateConversation(
        self, request: pb.UpdateConversationRequest, context: Context
    ) -> pb.UpdateConversationResponse:
        renamed = await self._library.rename(
            _owner(),
            _conversation(request.conversation.name),
            request.conversation.title,
            request.conversation.etag,
            request.update_mask.paths,
            request.request_id,
        )
        return pb.UpdateConversationResponse(conversation=convert.conversation_to_proto(renamed))

    async def DeleteConversation(
        self, request: pb.DeleteConversationRequest, context: Context
    ) -> pb.DeleteConversationResponse:
        await self._library.delete(_owner(), _conversation(request.name), request.etag, request.request_id)
        return pb.DeleteConversationResponse()

    async def Ask(self, request: pb.AskRequest, context: Context) -> AsyncIterator[pb.AskResponse]:
        events = self._turns.ask(
            _owner(),
            _conversation(request.parent),
            request.question,
            request.request_id,
            request.choice_number,
            lambda: bind_deadline(self._turn_seconds),
            _asker(),
        )
        async for event in events:
            yield pb.AskResponse(event=convert.event_to_proto(event))

    async def WatchTurn(
        self, request: pb.WatchTurnRequest, context: Context
    ) -> AsyncIterator[pb.WatchTurnResponse]:
        conversation_id, turn_id = _turn(request.name)
        async for event in self._turns.watch(_owner(), conversation_id, turn_id, request.after_sequence):
            yield pb.WatchTurnResponse(event=convert.event_to_proto(event))

    async def CancelTurn(self, request: pb.CancelTurnRequest, context: Context) -> pb.CancelTurnResponse:
        turn = await self._turns.cancel(_owner(), *_turn(request.name))
        return pb.CancelTurnResponse(turn=convert.turn_to_proto(turn))

    async def GetTurn(self, request: pb.GetTurnRequest, context: Context) -> pb.GetTurnResponse:
        turn = await self._library.get_turn(_owner(), *_turn(request.name))
        return pb.GetTurnResponse(turn=convert.turn_to_proto(turn))

    async def ListTurns(self, request: pb.ListTurnsRequest, context: Context) -> pb.ListTurnsResponse:
        found, next_page = await self._library.list_turns(
            _owner(), _conversation(request.parent), request.page_size, request.page_token
        )
        return pb.ListTurnsResponse(
            turns=[convert.turn_to_proto(turn) for turn in found], next_page_token=next_page
        )

    async def SuggestQuestions(
        self, request: pb.SuggestQuestionsRequest, context: Context
    ) -> pb.SuggestQuestionsResponse:
        return pb.SuggestQuestionsResponse(questions=await self._answering.starters())

    async def RateTurn(self, request: pb.RateTurnRequest, context: Context) -> pb.RateTurnResponse:
        turn = await self._library.rate(_owner(), *_turn(request.name), convert.rating(request.rating))
        return pb.RateTurnResponse(turn=convert.turn_to_proto(turn))


def _owner() -> str:
    return current_identity().subject


def _asker() -> Asker:
    identity = current_identity()
    return Asker(identity.username, identity.actor or "", trace_id())


def _conversation(name: str) -> str:
    """The id in `conversations/{conversation}`; the contract's rules have checked the form."""
    conversation_id = name.removeprefix("conversations/")
    bind_conversation(conversation_id)
    return conversation_id


def _turn(name: str) -> tuple[str, str]:
    """The ids in `conversations/{conversation}/turns/{turn}`."""
    _, conversation_id, _, turn_id = name.split("/")
    bind_conversation(conversation_id)
    return conversation_id, turn_id


# --- the audit ---------------------------------------------------------------------------------


class AuditLogServicer(AuditLogServiceServicer):
    """Converts, appends or reads, converts back."""

    def __init__(self, log: AuditLog, clock: Clock) -> None:
        self._log = log
        self._clock = clock

    async def AppendAuditEntry(
        self, request: audit_pb.AppendAuditEntryRequest, context: Context
    ) -> audit_pb.AppendAuditEntryResponse:
        identity = current_identity()
        event_id = f"{identity.caller}/{identity.subject[:100]}/{request.request_id}"
        link = await self._log.append(self._signed(request.audit_entry, event_id))
        kept = entry_of(link)
        if _body(kept) != _body(request.audit_entry):
            raise RequestIdReused(request_id=request.request_id)
        return audit_pb.AppendAuditEntryResponse(audit_entry=kept)

    async def ReadAuditEntries(
        self, request: audit_pb.ReadAuditEntriesRequest, context: Context
    ) -> audit_pb.ReadAuditEntriesResponse:
        wanted = Range(
            request.sequence or None,
            request.before_sequence or None,
            _micros(request.start_time),
            _micros(request.end_time),
            request.username,
            tuple(AuditEntry.Action.Name(one).removeprefix("ACTION_").lower() for one in request.actions),
        )
        method = "GetAuditEntry" if request.sequence else "ListAuditEntries"
        reading = await self._log.append(self._reading(method, request))
        if wanted.before is None:
            wanted = Range(
                wanted.sequence, reading.sequence, wanted.start_time, wanted.end_time, wanted.username,
                wanted.actions,
            )  # fmt: skip
        links = await self._log.read(wanted, request.max_entries + 1)
        shown = links[: request.max_entries]
        return audit_pb.ReadAuditEntriesResponse(
            audit_entries=[entry_of(link) for link in shown],
            next_before_sequence=shown[-1].sequence if len(links) > len(shown) else 0,
        )

    async def VerifyAuditChain(
        self, request: audit_pb.VerifyAuditChainRequest, context: Context
    ) -> audit_pb.VerifyAuditChainResponse:
        reading = self._reading("VerifyAuditEntries", request)
        found = await self._log.verify(request.start_sequence, request.end_sequence, reading)
        broken = f"BREAK_{found.broken.upper()}" if found.broken else "BREAK_UNSPECIFIED"
        return audit_pb.VerifyAuditChainResponse(
            result=VerifyAuditEntriesResponse(
                verified_entry_count=found.verified,
                break_sequence=found.sequence,
                last_sequence=found.last.sequence,
                last_hash=found.last.hash if found.last.sequence else "",
                **{"break": VerifyAuditEntriesResponse.Break.Value(broken)},
            )
        )

    def _signed(self, told: AuditEntry, event_id: str) -> NewEntry:
        """The entry with who calls, when and in which trace."""
        identity = current_identity()
        entry = AuditEntry()
        entry.CopyFrom(told)
        for field in _SET_HERE:
            entry.ClearField(field)
        entry.username, entry.subject = identity.username, identity.subject
        entry.actor, entry.trace_id = identity.actor or "", trace_id()
        return new_entry(entry, event_id, self._clock.now())

    def _reading(self, method: str, request: Any) -> NewEntry:
        asked = json_format.MessageToDict(request, preserving_proto_field_name=True)
        entry = AuditEntry(
            action=AuditEntry.ACTION_AUDIT_READ,
            method=f"{_AUDIT_SERVICE}/{method}",
            resource=json.dumps(asked, ensure_ascii=False)[:300],
            outcome="OUTCOME_ANSWERED",
        )
        return self._signed(entry, f"read/{uuid4().hex}")


def _body(entry: AuditEntry) -> AuditEntry:
    """What the caller said of it."""
    said = AuditEntry()
    said.CopyFrom(entry)
    for field in _SET_HERE:
        said.ClearField(field)
    return said


def _micros(moment: Timestamp) -> int | None:
    return moment.ToMicroseconds() if moment.ByteSize() else None
