"""What happens around every call: one interceptor that runs the steps below, the same for all four shapes.

Outermost first:

1. guard           an exception becomes a status; an unforeseen one INTERNAL with a log id, never its text
2. tracing         request id, conversation id and trace context, bound to the logs and passed on by `clients`
3. measuring       metrics, and one log line a call
4. admission       no more calls at once than the service can serve; health is always answered
5. deadline        every call runs under one: the client's, at most the method's `max_seconds`
6. authentication  access token and workload assertion verified, `current_identity()` set
7. authorization   `access`: caller and roles, default deny
8. validation      each request message against the rules in its proto

A step is an async context manager. A stream runs inside the steps from its first message to its last, in the
call's own task, so a client's cancel reaches the servicer's `finally` before the steps are left.
"""

import asyncio
import inspect
import re
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import grpc
import protovalidate
import structlog
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from services.kit import status
from services.kit.access import AccessRule, authorize
from services.kit.auth import TokenVerifier
from services.kit.context import (
    CONVERSATION_ID_KEY,
    REQUEST_ID_KEY,
    RequestContext,
    bind_deadline,
    bind_request,
    current_request,
)
from services.kit.errors import (
    DeadlineExceeded,
    FieldInvalid,
    FieldViolation,
    InternalFailure,
    MaruError,
    Overloaded,
    TokenInvalid,
    TokenMissing,
    WorkloadInvalid,
)
from services.kit.identity import EDGE, bind_identity, current_identity
from services.kit.metrics import Metrics
from services.kit.workload import METADATA_KEY, WorkloadVerifier

if TYPE_CHECKING:
    Handler = grpc.RpcMethodHandler[Any, Any]  # generic for the type checker only

_ID: Final = re.compile(r"[\w.:-]{1,64}", re.ASCII)

log = structlog.get_logger("services.kit.rpc")


@dataclass(frozen=True, slots=True)
class Call:
    """One call, as the steps see it."""

    method: str
    """Full method: "/maru.erp.v1.ErpService/RunQuery"."""
    rule: AccessRule | None
    context: grpc.aio.ServicerContext[Any, Any]
    metadata: Mapping[str, Sequence[str]]

    def id(self, key: str) -> str:
        """A well-formed id from the metadata, or an empty text."""
        value = self.metadata.get(key, ("",))[0]
        return value if _ID.fullmatch(value) else ""


Step = Callable[[Call], AbstractAsyncContextManager[None]]


class Pipeline(grpc.aio.ServerInterceptor):
    """Runs `steps` around every call of a server."""

    def __init__(self, rules: Mapping[str, AccessRule], steps: Sequence[Step]) -> None:
        self._rules = rules
        self._steps = steps

    @asynccontextmanager
    async def _steps_around(
        self, method: str, context: grpc.aio.ServicerContext[Any, Any]
    ) -> AsyncIterator[None]:
        metadata: dict[str, list[str]] = {}
        for key, value in context.invocation_metadata() or ():
            if isinstance(value, str):
                metadata.setdefault(key, []).append(value)
        call = Call(method, self._rules.get(method), context, metadata)
        async with AsyncExitStack() as stack:
            for step in self._steps:
                await stack.enter_async_context(step(call))
            yield

    async def intercept_service(
        self,
        continuation: "Callable[[grpc.HandlerCallDetails], Awaitable[Handler | None]]",
        handler_call_details: grpc.HandlerCallDetails,
    ) -> "Handler | None":
        handler: Any = await continuation(handler_call_details)
        if handler is None:
            return None
        method = handler_call_details.method
        behaviour = (
            handler.unary_unary or handler.unary_stream or handler.stream_unary or handler.stream_stream
        )

        async def unary_response(request: Any, context: Any) -> Any:
            async with self._steps_around(method, context):
                return await behaviour(received(request), context)

        async def streamed_response(request: Any, context: Any) -> None:
            async with self._steps_around(method, context):
                responses = behaviour(received(request), context)
                if inspect.isawaitable(responses):  # it writes to the context itself
                    await responses
                    return
                async with aclosing(responses):
                    async for response in responses:
                        await context.write(response)

        received = _each_checked if handler.request_streaming else _checked
        make: Any = {
            (False, False): grpc.unary_unary_rpc_method_handler,
            (False, True): grpc.unary_stream_rpc_method_handler,
            (True, False): grpc.stream_unary_rpc_method_handler,
            (True, True): grpc.stream_stream_rpc_method_handler,
        }[handler.request_streaming, handler.response_streaming]
        wrapped: Handler = make(
            streamed_response if handler.response_streaming else unary_response,
            _tolerant(handler.request_deserializer),
            handler.response_serializer,
        )
        return wrapped


_UNREADABLE: Final = object()
_MAX_VIOLATIONS: Final = 10  # the details travel as a header, and headers are bounded
_MAX_KEY_CHARACTERS: Final = 40


def _tolerant(deserialize: Callable[[bytes], Any] | None) -> Callable[[bytes], Any] | None:
    """Leave a malformed message to validation; grpc would answer UNKNOWN with the exception's text."""
    if deserialize is None:
        return None

    def deserialize_or_mark(data: bytes) -> Any:
        try:
            return deserialize(data)
        except Exception:  # whatever the parser raises, the message is unreadable
            return _UNREADABLE

    return deserialize_or_mark


def _checked(request: Any) -> Any:
    """The request, when it keeps the rules of its proto.

    Raises:
        FieldInvalid: naming each field and rule.
    """
    if request is _UNREADABLE:
        raise FieldInvalid([FieldViolation("request", "is not a message of this method")])
    violations = protovalidate.collect_violations(request)[:_MAX_VIOLATIONS]
    if violations:
        raise FieldInvalid([FieldViolation(_path(v.proto.field), v.proto.message) for v in violations])
    return request


async def _each_checked(requests: AsyncIterator[Any]) -> AsyncIterator[Any]:
    async for request in requests:
        yield _checked(request)


def _path(path: Any) -> str:
    """A violation's field as people write it: `query.filters[2].field`."""
    if path is None or not path.elements:
        return "request"
    parts = []
    for element in path.elements:
        subscript = element.subscript
        key = "" if subscript is None else f"[{str(subscript.value)[:_MAX_KEY_CHARACTERS]}]"
        parts.append(element.field_name + key)
    return ".".join(parts)


@asynccontextmanager
async def guard(call: Call) -> AsyncIterator[None]:
    try:
        yield
    except grpc.aio.AbortError:
        raise
    except MaruError as error:
        await status.abort(call.context, error, _log_id())
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        # Nobody cancelled the call: a library let its own cancellation out, which would answer nothing.
        log.exception("rpc_unforeseen", method=call.method)
        await status.abort(call.context, InternalFailure(log_id=_log_id()), _log_id())
    except Exception:
        log.exception("rpc_unforeseen", method=call.method)
        await status.abort(call.context, InternalFailure(log_id=_log_id()), _log_id())


def _log_id() -> str:
    request = current_request()
    return request.request_id if request else ""


def tracing(provider: TracerProvider) -> Step:
    """Ids and trace context of a call; a call without them begins its own."""
    tracer = provider.get_tracer("services.kit")
    propagator = TraceContextTextMapPropagator()

    @asynccontextmanager
    async def step(call: Call) -> AsyncIterator[None]:
        structlog.contextvars.clear_contextvars()
        request_id = call.id(REQUEST_ID_KEY) or str(uuid.uuid4())
        bind_request(RequestContext(request_id, call.id(CONVERSATION_ID_KEY)))
        parent = propagator.extract({key: values[0] for key, values in call.metadata.items()})
        with tracer.start_as_current_span(
            call.method.removeprefix("/"),
            context=parent,
            kind=SpanKind.SERVER,
            record_exception=False,  # its text may hold what must not leave the process
            set_status_on_exception=False,
        ):
            yield

    return step


def measuring(metrics: Metrics) -> Step:
    @asynccontextmanager
    async def step(call: Call) -> AsyncIterator[None]:
        started = time.perf_counter()
        metrics.rpc_started(call.method)
        code, cause = "OK", None
        try:
            yield
        except MaruError as error:
            code, cause = error.code, getattr(error, "cause", error.reason)
            raise
        except grpc.aio.AbortError:
            code = call.context.code().name
            raise
        except (asyncio.CancelledError, GeneratorExit):
            code = "CANCELLED"
            raise
        except Exception:
            code = "INTERNAL"
            raise
        finally:
            seconds = time.perf_counter() - started
            metrics.rpc_ended(call.method, code, seconds)
            if not (call.rule and call.rule.public):
                log.info("rpc", method=call.method, code=code, cause=cause, seconds=round(seconds, 4))

    return step


def admission(max_concurrent: int) -> Step:
    active = 0

    @asynccontextmanager
    async def step(call: Call) -> AsyncIterator[None]:
        nonlocal active
        if call.rule and call.rule.public:
            yield
            return
        if active >= max_concurrent:
            raise Overloaded(retry_after=timedelta(seconds=1))
        active += 1
        try:
            yield
        finally:
            active -= 1

    return step


@asynccontextmanager
async def deadline(call: Call) -> AsyncIterator[None]:
    limits = [call.context.time_remaining(), (call.rule or AccessRule()).max_seconds]
    seconds = min((limit for limit in limits if limit is not None), default=None)
    bind_deadline(seconds)
    try:
        async with asyncio.timeout(seconds) as bound:
            yield
    except TimeoutError:
        if bound.expired():
            raise DeadlineExceeded from None
        raise


def authentication(tokens: TokenVerifier, workloads: WorkloadVerifier) -> Step:
    @asynccontextmanager
    async def step(call: Call) -> AsyncIterator[None]:
        if not (call.rule and call.rule.public):
            assertions = call.metadata.get(METADATA_KEY, ())
            if len(assertions) > 1:
                raise WorkloadInvalid("more than one")
            caller = workloads.verify(assertions[0]) if assertions else EDGE
            identity = await tokens.verify(_bearer(call.metadata.get("authorization", ())), caller=caller)
            bind_identity(identity)
            structlog.contextvars.bind_contextvars(subject=identity.subject, caller=caller)
        yield

    return step


def _bearer(values: Sequence[str]) -> str:
    if not values:
        raise TokenMissing
    scheme, _, token = values[0].partition(" ")
    if len(values) > 1 or scheme.lower() != "bearer" or not token:
        raise TokenInvalid("authorization is not one bearer token")
    return token


@asynccontextmanager
async def authorization(call: Call) -> AsyncIterator[None]:
    if not (call.rule and call.rule.public):
        authorize(call.rule, call.method, current_identity())
    yield
