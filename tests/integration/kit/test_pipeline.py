"""The steps around all four shapes of call, on a service of plain strings."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import grpc
import pytest
from google.protobuf.wrappers_pb2 import StringValue
from opentelemetry.sdk.trace import TracerProvider

from services.kit import pipeline
from services.kit.access import AccessRule
from services.kit.context import remaining_seconds
from services.kit.metrics import Metrics
from services.kit.status import from_rpc_error

SHAPES = ("UnaryUnary", "UnaryStream", "StreamUnary", "StreamStream")


class Echo:
    """Answers with what it got; "crash", "library" and "sleep" misbehave."""

    def __init__(self) -> None:
        self.remaining: float | None = None
        self.events: asyncio.Queue[str] = asyncio.Queue()

    async def unary_unary(self, request: StringValue, context: Any) -> StringValue:
        self.remaining = remaining_seconds()
        match request.value:
            case "crash":
                raise ValueError("hunter2")
            case "library":
                raise asyncio.CancelledError
            case "timeout":
                raise TimeoutError("hunter2")
            case "sleep":
                await asyncio.Event().wait()
        return request

    async def unary_stream(self, request: StringValue, context: Any) -> AsyncIterator[StringValue]:
        if request.value == "endless":
            try:
                while True:
                    yield request
                    self.events.put_nowait("sent")
            finally:
                await asyncio.sleep(0)
                self.events.put_nowait("closed")
        yield await self.unary_unary(request, context)

    async def stream_unary(self, requests: AsyncIterator[StringValue], context: Any) -> StringValue:
        values = [(await self.unary_unary(request, context)).value async for request in requests]
        return StringValue(value="".join(values))

    async def stream_stream(
        self, requests: AsyncIterator[StringValue], context: Any
    ) -> AsyncIterator[StringValue]:
        async for request in requests:
            yield await self.unary_unary(request, context)

    def handler(self) -> Any:
        def method(make: Callable[..., Any], behaviour: Any) -> Any:
            return make(behaviour, StringValue.FromString, StringValue.SerializeToString)

        methods = {
            "UnaryUnary": method(grpc.unary_unary_rpc_method_handler, self.unary_unary),
            "UnaryStream": method(grpc.unary_stream_rpc_method_handler, self.unary_stream),
            "StreamUnary": method(grpc.stream_unary_rpc_method_handler, self.stream_unary),
            "StreamStream": method(grpc.stream_stream_rpc_method_handler, self.stream_stream),
            "Patient": method(grpc.unary_unary_rpc_method_handler, self.unary_unary),
        }
        return grpc.method_handlers_generic_handler("test.Echo", methods)


@pytest.fixture
def echo() -> Echo:
    return Echo()


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
async def channel(echo: Echo, metrics: Metrics) -> AsyncIterator[grpc.aio.Channel]:
    rules = {f"/test.Echo/{shape}": AccessRule(public=True, max_seconds=0.2) for shape in SHAPES}
    rules["/test.Echo/Patient"] = AccessRule(public=True, max_seconds=60)

    @asynccontextmanager
    async def outermost(call: pipeline.Call) -> AsyncIterator[None]:
        try:
            yield
        finally:
            echo.events.put_nowait("steps left")

    steps = [
        outermost,
        pipeline.guard,
        pipeline.tracing(TracerProvider()),
        pipeline.measuring(metrics),
        pipeline.deadline,
    ]
    server = grpc.aio.server(interceptors=[pipeline.Pipeline(rules, steps)])
    server.add_generic_rpc_handlers([echo.handler()])
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield channel
    await server.stop(None)


async def called(channel: grpc.aio.Channel, shape: str, value: str, timeout: float | None = None) -> str:
    """Call with one message, in whichever shape."""
    request = StringValue(value=value)
    stubs = {
        "UnaryUnary": channel.unary_unary,
        "UnaryStream": channel.unary_stream,
        "StreamUnary": channel.stream_unary,
        "StreamStream": channel.stream_stream,
    }
    stub = stubs[shape](f"/test.Echo/{shape}", StringValue.SerializeToString, StringValue.FromString)
    call = stub(iter([request]) if shape.startswith("Stream") else request, timeout=timeout)
    if shape.endswith("Unary"):
        return (await call).value
    return "".join([response.value async for response in call])


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_good_call_goes_through(channel: grpc.aio.Channel, metrics: Metrics, shape: str) -> None:
    assert await called(channel, shape, "가") == "가"
    labels = {"rpc_service": "test.Echo", "rpc_method": shape}
    ended = {**labels, "rpc_grpc_status_code": "OK"}
    assert metrics.registry.get_sample_value("rpc_server_duration_seconds_count", ended) == 1
    assert metrics.registry.get_sample_value("rpc_server_active_requests", labels) == 0


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("value", ["crash", "library", "timeout"])
async def test_what_nobody_foresaw_is_internal_and_says_nothing(
    channel: grpc.aio.Channel, shape: str, value: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await called(channel, shape, value)
    known = from_rpc_error(raised.value, "echo")
    assert raised.value.code() is grpc.StatusCode.INTERNAL
    assert known is not None
    assert known.reason == "INTERNAL"
    assert "hunter2" not in str(raised.value.trailing_metadata()) + str(raised.value.details())


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("asked", [None, 60.0])
async def test_no_call_runs_longer_than_its_rule_allows(
    channel: grpc.aio.Channel, metrics: Metrics, shape: str, asked: float | None
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await called(channel, shape, "sleep", asked)
    known = from_rpc_error(raised.value, "echo")
    assert raised.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert known is not None
    assert known.reason == "DEADLINE_EXCEEDED"


async def test_a_shorter_deadline_of_the_client_counts(channel: grpc.aio.Channel, echo: Echo) -> None:
    stub = channel.unary_unary("/test.Echo/Patient", StringValue.SerializeToString, StringValue.FromString)
    await stub(StringValue(value="가"), timeout=20)
    assert echo.remaining is not None
    assert 0 < echo.remaining < 21


async def test_a_cancelled_stream_is_closed_before_its_steps_are_left(
    channel: grpc.aio.Channel, echo: Echo
) -> None:
    stub = channel.unary_stream(
        "/test.Echo/UnaryStream", StringValue.SerializeToString, StringValue.FromString
    )
    call = stub(StringValue(value="endless"))
    assert await asyncio.wait_for(echo.events.get(), 5) == "sent"
    call.cancel()
    while (event := await asyncio.wait_for(echo.events.get(), 5)) == "sent":
        pass
    assert [event, await asyncio.wait_for(echo.events.get(), 5)] == ["closed", "steps left"]
