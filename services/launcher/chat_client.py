"""Asks through the edge, over gRPC, as any client does."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from types import TracebackType
from typing import Self

import grpc
from maru.chat.v1 import chat_service_pb2, chat_service_pb2_grpc, turn_event_pb2

from services.kit.status import DETAILS_KEY, from_rpc_error
from services.launcher.errors import LauncherError

ASK_DEADLINE_S = 90.0
UNARY_DEADLINE_S = 10.0
MAX_RATE_LIMIT_WAITS = 30
MAX_RESUMES = 30
RESUME_AFTER_S = 1.0
MAX_MESSAGE_BYTES = 16 * 1024 * 1024


class ChatClient:
    """One connection to the edge, with a token for each call."""

    def __init__(self, edge_url: str, token: Callable[[], str]) -> None:
        """`token` gives a valid access token whenever a call starts; `edge_url` is `http://host:port`."""
        self._token = token
        self._channel = grpc.aio.insecure_channel(
            edge_url.removeprefix("http://"), options=[("grpc.max_receive_message_length", MAX_MESSAGE_BYTES)]
        )
        self._stub = chat_service_pb2_grpc.ChatServiceStub(self._channel)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._channel.close()

    def speaking_for(self, token: Callable[[], str]) -> "ChatClient":
        """The same connection with another person's tokens."""
        other = object.__new__(ChatClient)
        other._token, other._channel, other._stub = token, self._channel, self._stub
        return other

    async def create_conversation(self) -> str:
        """Creates a conversation and returns its name.

        Raises:
            LauncherError: the mesh doesn't answer or refuses.
        """
        request = chat_service_pb2.CreateConversationRequest(request_id=uuid.uuid4().hex)
        for _ in range(MAX_RATE_LIMIT_WAITS):
            try:
                response = await self._stub.CreateConversation(
                    request, timeout=UNARY_DEADLINE_S, metadata=self._metadata()
                )
                return response.conversation.name
            except grpc.aio.AioRpcError as error:
                await wait_if_limited(error)
        raise too_busy()

    async def ask(
        self, conversation: str, question: str, choice_number: int = 0
    ) -> AsyncIterator[turn_event_pb2.TurnEvent]:
        """Yields the events of a turn. A rate limit is waited out; a stream that breaks is taken up again.

        Raises:
            LauncherError: the turn ended with a gRPC status; says which and what it means.
        """
        request = chat_service_pb2.AskRequest(
            parent=conversation, question=question, request_id=uuid.uuid4().hex, choice_number=choice_number
        )
        turn, sequence = "", 0
        for _ in range(MAX_RATE_LIMIT_WAITS):
            try:
                async for response in self._stub.Ask(
                    request, timeout=ASK_DEADLINE_S, metadata=self._metadata()
                ):
                    turn, sequence = turn or response.event.started.turn, response.event.sequence
                    yield response.event
                return
            except grpc.aio.AioRpcError as error:
                if turn and _is_broken(error):
                    break
                await wait_if_limited(error)
        if not turn:
            raise too_busy()
        async for event in self._rest(turn, sequence):
            yield event

    async def _rest(self, turn: str, sequence: int) -> AsyncIterator[turn_event_pb2.TurnEvent]:
        """The events after a sequence. What went away is given time to come back.

        Raises:
            LauncherError: see `ask`.
        """
        request = chat_service_pb2.WatchTurnRequest(name=turn, after_sequence=sequence)
        for tries_left in reversed(range(MAX_RESUMES)):
            try:
                async for response in self._stub.WatchTurn(
                    request, timeout=ASK_DEADLINE_S, metadata=self._metadata()
                ):
                    request.after_sequence = response.event.sequence
                    yield response.event
                return
            except grpc.aio.AioRpcError as error:
                away = _is_broken(error) or error.code() is grpc.StatusCode.UNAVAILABLE
                if not (away and tries_left):
                    raise failure(error) from error
                await asyncio.sleep(RESUME_AFTER_S)

    def _metadata(self) -> tuple[tuple[str, str], ...]:
        return (("authorization", f"Bearer {self._token()}"), ("accept-language", "ko"))


def _is_broken(error: grpc.aio.AioRpcError) -> bool:
    """Whether the connection or the process behind it went away in mid-stream: then nobody has given a reason."""
    cut = error.code() in (grpc.StatusCode.INTERNAL, grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)
    return cut and not _has_reason(error)


def _has_reason(error: grpc.aio.AioRpcError) -> bool:
    return any(key == DETAILS_KEY for key, _ in error.trailing_metadata() or ())


async def wait_if_limited(error: grpc.aio.AioRpcError) -> None:
    """Waits as long as a rate limit asks for.

    Raises:
        LauncherError: the call failed for another reason.
    """
    told = from_rpc_error(error, "maru") if _has_reason(error) else None
    if error.code() is not grpc.StatusCode.RESOURCE_EXHAUSTED or told is None or told.retry_after is None:
        raise failure(error) from error
    await asyncio.sleep(told.retry_after.total_seconds())


def too_busy() -> LauncherError:
    return LauncherError(
        "요청이 많아 처리하지 못했습니다. 잠시 뒤에 다시 시도하세요.",
        "Too many requests. Try again in a while.",
    )


def failure(error: grpc.aio.AioRpcError) -> LauncherError:
    """What a failed call means, with the reason that an administrator can look up."""
    told = from_rpc_error(error, "maru")
    if told is None:
        name = error.code().name
        return LauncherError(f"요청이 실패했습니다 [{name}].", f"The request failed [{name}].")
    return LauncherError(f"{told.message_ko} [{told.reason}]", f"{told.message_en} [{told.reason}]")
