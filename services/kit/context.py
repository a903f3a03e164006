"""What a call carries with it beside its asker: ids for the logs, and when it must be done."""

import asyncio
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Final

import structlog
from opentelemetry import trace

REQUEST_ID_KEY: Final = "x-request-id"
CONVERSATION_ID_KEY: Final = "x-maru-conversation-id"


@dataclass(frozen=True, slots=True)
class RequestContext:
    """Ids of the call being served; the conversation's is empty until it is known."""

    request_id: str
    conversation_id: str = ""


_request: ContextVar[RequestContext | None] = ContextVar("maru_request", default=None)
_deadline: ContextVar[float | None] = ContextVar("maru_deadline", default=None)


def current_request() -> RequestContext | None:
    """The ids of the call being served, or None outside one."""
    return _request.get()


def bind_request(request: RequestContext) -> None:
    """Set the ids for the rest of this call, its log lines and the calls that it makes."""
    _request.set(request)
    ids = {"request_id": request.request_id, "conversation_id": request.conversation_id}
    structlog.contextvars.bind_contextvars(**{key: value for key, value in ids.items() if value})


def bind_conversation(conversation_id: str) -> None:
    """Tell the logs, and the services called from here, which conversation this call belongs to."""
    bind_request(replace(_request.get() or RequestContext(""), conversation_id=conversation_id))


def bind_deadline(seconds: float | None) -> None:
    """From now, the call has this long."""
    _deadline.set(None if seconds is None else asyncio.get_running_loop().time() + seconds)


def remaining_seconds() -> float | None:
    """How long the call being served may still take (0 when over), or None when nothing bounds it."""
    deadline = _deadline.get()
    return None if deadline is None else max(0.0, deadline - asyncio.get_running_loop().time())


def trace_id() -> str:
    """The trace that the call being served is part of, in hex; "" outside one."""
    span = trace.get_current_span().get_span_context()
    return trace.format_trace_id(span.trace_id) if span.is_valid else ""
