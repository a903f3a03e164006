"""The client against a Triton that does as it is told."""

import asyncio
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import grpc
import pytest
from tritonclient.grpc import service_pb2, service_pb2_grpc

from services.chat.adapters import intent_triton
from services.chat.adapters.intent_triton import TritonIntentModel
from services.chat.conversation import Intent
from services.kit.metrics import Metrics

Answer = Callable[[Any, Any], Awaitable[Any]]


class FakeTriton(service_pb2_grpc.GRPCInferenceServiceServicer):
    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.requests: list[Any] = []
        self.cancelled = asyncio.Event()

    async def ModelInfer(self, request: Any, context: Any) -> Any:
        self.requests.append(request)
        try:
            return await self.answer(request, context)
        except asyncio.CancelledError:
            self.cancelled.set()
            raise


def response(label: str, probability: float) -> Any:
    message = service_pb2.ModelInferResponse(model_name="intent", model_version="3")
    raw = label.encode()
    tensors = {
        "probability": struct.pack("<f", probability),
        "label": struct.pack("<I", len(raw)) + raw,
        "probabilities": struct.pack("<6f", *[1 / 6] * 6),
    }
    for name, value in tensors.items():
        message.outputs.add(name=name, shape=[1, 1])
        message.raw_output_contents.append(value)
    return message


@asynccontextmanager
async def model(answer: Answer, seconds: float = 5.0) -> AsyncIterator[tuple[TritonIntentModel, FakeTriton]]:
    fake = FakeTriton(answer)
    server = grpc.aio.server()
    service_pb2_grpc.add_GRPCInferenceServiceServicer_to_server(fake, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        intents = TritonIntentModel(channel, "intent", seconds, Metrics())
        yield intents, fake
        await intents.close()
    await server.stop(None)


async def test_a_label_comes_with_its_probability_and_version() -> None:
    async def answer(request: Any, context: Any) -> Any:
        return response("documents", 0.98765)

    async with model(answer) as (intents, fake):
        intent = await intents.classify("출장비 한도가 얼마야?")
        assert intent == Intent("documents", Decimal("0.9876"), "intent/3")
    (request,) = fake.requests
    assert request.model_name == "intent"
    (text,) = request.inputs
    assert (text.name, list(text.shape)) == ("text", [1, 1])
    assert list(text.contents.bytes_contents) == ["출장비 한도가 얼마야?".encode()]


async def test_a_late_answer_is_not_waited_for_and_not_cancelled() -> None:
    go_on = asyncio.Event()

    async def answer(request: Any, context: Any) -> Any:
        await go_on.wait()
        return response("data", 1.0)

    async with model(answer, seconds=0.05) as (intents, fake):
        begun = time.monotonic()
        assert await intents.classify("지난달 매출") is None
        assert time.monotonic() - begun < 2
        go_on.set()
        await intents.close()
        assert not fake.cancelled.is_set()


async def test_an_asker_who_leaves_cancels_nothing() -> None:
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def answer(request: Any, context: Any) -> Any:
        asked.set()
        await go_on.wait()
        return response("data", 1.0)

    async with model(answer) as (intents, fake):
        asking = asyncio.create_task(intents.classify("지난달 매출"))
        await asked.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        go_on.set()
        await intents.close()
        assert not fake.cancelled.is_set()


async def test_where_answers_are_late_only_some_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intent_triton, "_MAX_UNDER_WAY", 2)
    go_on = asyncio.Event()

    async def answer(request: Any, context: Any) -> Any:
        await go_on.wait()
        return response("data", 1.0)

    async with model(answer, seconds=0.05) as (intents, fake):
        told = await asyncio.gather(*(intents.classify(f"{n}월 매출") for n in range(1, 7)))
        assert told == [None] * 6
        go_on.set()
        await intents.close()
        assert len(fake.requests) == 2


@pytest.mark.parametrize(
    "code",
    [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.INTERNAL],
)
async def test_a_model_that_fails_has_no_say(code: grpc.StatusCode) -> None:
    async def answer(request: Any, context: Any) -> Any:
        await context.abort(code, "no")

    async with model(answer) as (intents, _):
        assert await intents.classify("지난달 매출") is None


async def test_an_answer_without_a_label_has_no_say() -> None:
    async def answer(request: Any, context: Any) -> Any:
        return service_pb2.ModelInferResponse(model_name="intent", model_version="1")

    async with model(answer) as (intents, _):
        assert await intents.classify("지난달 매출") is None
