"""Asks through the edge, over gRPC, as any client does."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from types import TracebackType
from typing import Self

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from maru.chat.v1 import chat_service_pb2, chat_service_pb2_grpc, turn_event_pb2

from services.launcher.errors import LauncherError

ASK_DEADLINE_S = 90.0
UNARY_DEADLINE_S = 10.0
MAX_RATE_LIMIT_WAITS = 30
MAX_MESSAGE_BYTES = 16 * 1024 * 1024


class ChatClient:
    """One connection to the edge, with a token for each call."""

    def __init__(self, edge_url: str, token: Callable[[], str]) -> None:
        """`token` gives a valid access token whenever a call starts; `edge_url` is `http://host:port`."""
        self._token = token
        self._channel = grpc.aio.insecure_channel(
            edge_url.removeprefix("http://"), options=[("grpc.max_receive_message_length", MAX_MESSAGE_BYTES)]
        )
        self._stub: chat_service_pb2_grpc.ChatServiceAsyncStub = chat_service_pb2_grpc.ChatServiceStub(
            self._channel
        )

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
                await _wait_if_limited(error)
        raise _too_busy()

    async def ask(
        self, conversation: str, question: str, choice_number: int = 0
    ) -> AsyncIterator[turn_event_pb2.TurnEvent]:
        """Yields the events of a turn. A rate limit is waited out.

        Raises:
            LauncherError: the turn ended with a gRPC status; says which and what it means.
        """
        request = chat_service_pb2.AskRequest(
            parent=conversation, question=question, request_id=uuid.uuid4().hex, choice_number=choice_number
        )
        for _ in range(MAX_RATE_LIMIT_WAITS):
            try:
                async for response in self._stub.Ask(
                    request, timeout=ASK_DEADLINE_S, metadata=self._metadata()
                ):
                    yield response.event
                return
            except grpc.aio.AioRpcError as error:
                await _wait_if_limited(error)
        raise _too_busy()

    def _metadata(self) -> tuple[tuple[str, str], ...]:
        return (("authorization", f"Bearer {self._token()}"), ("accept-language", "ko"))


async def _wait_if_limited(error: grpc.aio.AioRpcError) -> None:
    reason, korean, english, retry_s = describe(error)
    if error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED:
        await asyncio.sleep(retry_s)
        return
    raise LauncherError(f"{korean} [{reason}]", f"{english} [{reason}]") from error


def _too_busy() -> LauncherError:
    return LauncherError(
        "요청이 많아 처리하지 못했습니다. 잠시 뒤에 다시 시도하세요.",
        "Too many requests. Try again in a while.",
    )


def describe(error: grpc.aio.AioRpcError) -> tuple[str, str, str, float]:
    """Reason, Korean words, English words and seconds to wait of a failed call."""
    code = error.code()
    reason, korean, english, retry_s = code.name, "", error.details() or code.name, 1.0
    status = rpc_status.from_call(error)  # type: ignore[arg-type]  # typed for the sync API; an AioRpcError has what it reads
    for detail in status.details if status else ():
        if detail.Is(error_details_pb2.ErrorInfo.DESCRIPTOR):
            reason = error_details_pb2.ErrorInfo.FromString(detail.value).reason
        elif detail.Is(error_details_pb2.LocalizedMessage.DESCRIPTOR):
            message = error_details_pb2.LocalizedMessage.FromString(detail.value)
            if message.locale == "ko":
                korean = message.message
            else:
                english = message.message
        elif detail.Is(error_details_pb2.RetryInfo.DESCRIPTOR):
            retry_s = (
                error_details_pb2.RetryInfo.FromString(detail.value).retry_delay.ToTimedelta().total_seconds()
            )
    if not korean:
        korean = {
            grpc.StatusCode.UNAVAILABLE: "Maru에 연결할 수 없습니다. maru status로 상태를 확인하세요.",
            grpc.StatusCode.UNAUTHENTICATED: "로그인이 필요합니다. maru login으로 로그인하세요.",
            grpc.StatusCode.PERMISSION_DENIED: "권한이 없습니다. 관리자에게 문의하세요.",
            grpc.StatusCode.DEADLINE_EXCEEDED: "시간 안에 답하지 못했습니다. 다시 시도하세요.",
            grpc.StatusCode.NOT_FOUND: "대화를 찾을 수 없습니다.",
        }.get(code, "요청을 처리하지 못했습니다.")
    return reason, korean, english, retry_s
