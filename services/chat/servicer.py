"""maru.chat.v1.ChatService: convert, call the core, convert."""

from collections.abc import AsyncIterator
from typing import Any

import grpc
from maru.chat.v1 import chat_service_pb2 as pb
from maru.chat.v1.chat_service_pb2_grpc import ChatServiceServicer

from services.chat.convert import chat as convert
from services.chat.library import Library
from services.chat.turns import Turns
from services.kit.context import bind_conversation, bind_deadline
from services.kit.identity import current_identity

Context = grpc.aio.ServicerContext[Any, Any]


class ChatServicer(ChatServiceServicer):
    """Serves conversations and turns. `turn_seconds`: how long a turn may take once it runs."""

    def __init__(self, library: Library, turns: Turns, turn_seconds: float) -> None:
        self._library = library
        self._turns = turns
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

    async def RateTurn(self, request: pb.RateTurnRequest, context: Context) -> pb.RateTurnResponse:
        turn = await self._library.rate(_owner(), *_turn(request.name), convert.rating(request.rating))
        return pb.RateTurnResponse(turn=convert.turn_to_proto(turn))


def _owner() -> str:
    return current_identity().subject


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
