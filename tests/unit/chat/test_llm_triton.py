"""The client against a Triton that does as it is told."""

import asyncio
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any

import grpc
import pytest
from tritonclient.grpc import service_pb2, service_pb2_grpc

from services.chat.adapters import llm_triton
from services.chat.adapters.llm_triton import TritonLanguageModel
from services.chat.errors import LanguageModelRejected, LanguageModelUnavailable
from services.chat.ports import FinishReason, GenerationChunk, GenerationRequest, GenerationTimings, Usage
from services.kit.metrics import Metrics

REQUEST = GenerationRequest("지난달 매출은?", max_tokens=16)

Answer = Callable[["FakeTriton", Any, Any], Awaitable[None]]


class EndNow(Exception):
    """Raised by an answer: end the stream before the client has ended its part."""


class FakeTriton(service_pb2_grpc.GRPCInferenceServiceServicer):
    """Answers each stream as `answer` says and keeps what was seen of it."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.streams = 0
        self.stopped = asyncio.Event()
        self.closed = asyncio.Event()
        self.cancelled = asyncio.Event()

    async def ModelStreamInfer(self, requests: AsyncIterator[Any], context: Any) -> None:
        self.streams += 1
        first = await anext(requests)
        reading = asyncio.create_task(self._read(requests))
        try:
            await self.answer(self, first, context)
            await reading
        except EndNow:
            pass
        except asyncio.CancelledError:
            self.cancelled.set()
            raise
        finally:
            reading.cancel()

    async def _read(self, requests: AsyncIterator[Any]) -> None:
        async for request in requests:
            if "stop" in inputs(request):
                self.stopped.set()
        self.closed.set()


def inputs(request: Any) -> dict[str, Any]:
    """Names and values of a request's tensors."""
    values = {}
    for tensor in request.inputs:
        ((_, content),) = tensor.contents.ListFields()
        values[tensor.name] = list(content)
    return values


def tensor_bytes(value: str | int, datatype: str) -> bytes:
    if isinstance(value, str):
        return struct.pack("<I", len(value.encode())) + value.encode()
    return struct.pack("<q" if datatype == "INT64" else "<i", value)


def response(text: str, *, final: bool = False, **more: str | int) -> Any:
    message = service_pb2.ModelInferResponse(model_name="llm", model_version="1")
    for name, value in {"text_output": text, **more}.items():
        datatype = "BYTES" if isinstance(value, str) else ("INT64" if name.endswith("_ns") else "INT32")
        message.outputs.add(name=name, datatype=datatype, shape=[1])
        message.raw_output_contents.append(tensor_bytes(value, datatype))
    message.parameters["triton_final_response"].bool_param = final
    return service_pb2.ModelStreamInferResponse(infer_response=message)


@asynccontextmanager
async def model(answer: Answer) -> AsyncIterator[tuple[TritonLanguageModel, FakeTriton]]:
    fake = FakeTriton(answer)
    server = grpc.aio.server()
    service_pb2_grpc.add_GRPCInferenceServiceServicer_to_server(fake, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        language_model = TritonLanguageModel(channel, "llm", Metrics())
        yield language_model, fake
        await language_model.close()
    await server.stop(None)


async def until_stopped(fake: FakeTriton, request: Any, context: Any) -> None:
    """Write until the stop comes, as the model does."""
    await context.write(response("첫 "))
    await fake.stopped.wait()
    await context.write(response("첫 ", final=True, finish_reason="cancelled"))


async def test_text_comes_in_pieces_and_the_end_with_its_figures() -> None:
    async def answer(fake: FakeTriton, request: Any, context: Any) -> None:
        await context.write(response("매출은"))
        await context.write(response("매출은 12억"))
        await context.write(
            response(
                "매출은 12억입니다.",
                final=True,
                finish_reason="stop",
                prompt_tokens=40,
                cached_tokens=30,
                completion_tokens=5,
                arrival_time_ns=1_000_000,
                first_scheduled_time_ns=3_000_000,
                first_token_time_ns=53_000_000,
                last_token_time_ns=153_500_000,
            )
        )

    async with model(answer) as (llm, fake):
        *pieces, last = [chunk async for chunk in llm.generate(REQUEST)]
        assert "".join(piece.text for piece in pieces) == "매출은 12억입니다."
        assert all(piece.finish_reason is None for piece in pieces)
        assert last == GenerationChunk(
            "", FinishReason.STOP, Usage(40, 30, 5), GenerationTimings(2.0, 50.0, 100.5)
        )
        await fake.closed.wait()
        assert not fake.stopped.is_set(), "what has ended is not stopped"


async def test_the_request_goes_out_in_the_names_of_upstream() -> None:
    seen: list[Any] = []

    async def answer(fake: FakeTriton, request: Any, context: Any) -> None:
        seen.append(request)
        await context.write(response("", final=True, finish_reason="length"))

    asked = GenerationRequest(
        "질문", 7, temperature=0.5, seed=2**40, stop=("\n", "끝"), grammar='root ::= "가"'
    )
    async with model(answer) as (llm, _):
        (last,) = [chunk async for chunk in llm.generate(asked)]
    assert last == GenerationChunk("", FinishReason.LENGTH), "a model without figures has none"
    assert seen[0].id
    assert inputs(seen[0]) == {
        "text_input": ["질문".encode()],
        "sampling_param_max_tokens": [7],
        "sampling_param_temperature": [0.5],
        "sampling_param_seed": [2**40],
        "sampling_param_stop": [b"\n", "끝".encode()],
        "guided_decoding_guide_type": [b"ebnf_grammar"],
        "guided_decoding_guide": ['root ::= "가"'.encode()],
        "streaming": [True],
        "return_finish_reason": [True],
        "sampling_param_exclude_input_from_output": [True],
        "sampling_param_return_perf_metrics": [True],
    }


async def test_leaving_early_stops_in_band_and_drains() -> None:
    async with model(until_stopped) as (llm, fake):
        async with aclosing(llm.generate(REQUEST)) as chunks:
            assert await anext(chunks) == GenerationChunk("첫 ")
        await fake.stopped.wait()
        await fake.closed.wait()
        assert fake.streams == 1, "the stop goes where the request went"
        assert not fake.cancelled.is_set()


async def test_cancelling_the_reader_stops_in_band() -> None:
    async with model(until_stopped) as (llm, fake):
        started = asyncio.Event()

        async def read() -> None:
            async for _ in llm.generate(REQUEST):
                started.set()

        reader = asyncio.create_task(read())
        await started.wait()
        reader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reader
        await fake.stopped.wait()
        await fake.closed.wait()
        assert not fake.cancelled.is_set()


async def test_cancelling_before_the_first_word_stops_in_band() -> None:
    asked = asyncio.Event()

    async def answer(fake: FakeTriton, request: Any, context: Any) -> None:
        asked.set()
        await fake.stopped.wait()
        await context.write(response("", final=True, finish_reason="cancelled"))

    async with model(answer) as (llm, fake):
        reader = asyncio.create_task(anext(llm.generate(REQUEST)))
        await asked.wait()
        reader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reader
        await fake.closed.wait()
        assert not fake.cancelled.is_set()


async def test_closing_the_model_stops_what_runs() -> None:
    async with model(until_stopped) as (llm, fake):
        chunks = llm.generate(REQUEST)
        await anext(chunks)
        await llm.close()
        assert fake.closed.is_set()
        assert not fake.cancelled.is_set()
        assert [chunk.finish_reason async for chunk in chunks] == [FinishReason.CANCELLED]


async def test_upstream_answers_a_stop_with_an_error() -> None:
    """TensorRT-LLM does; by then nobody listens."""

    async def answer(fake: FakeTriton, request: Any, context: Any) -> None:
        await context.write(response("첫 "))
        await fake.stopped.wait()
        await context.write(service_pb2.ModelStreamInferResponse(error_message="Request cancelled by client"))

    async with model(answer) as (llm, fake):
        async with aclosing(llm.generate(REQUEST)) as chunks:
            await anext(chunks)
        await fake.closed.wait()
        assert not fake.cancelled.is_set()


async def test_a_stream_that_does_not_end_after_its_stop_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(llm_triton, "_DRAIN_S", 0.05)

    async def answer(fake: FakeTriton, request: Any, context: Any) -> None:
        await context.write(response("첫 "))
        await asyncio.Event().wait()

    async with model(answer) as (llm, fake):
        async with aclosing(llm.generate(REQUEST)) as chunks:
            await anext(chunks)
        await fake.cancelled.wait()


async def test_a_model_that_is_away_is_tried_again_before_the_first_word() -> None:
    async def answer(fake: FakeTriton, request: Any, context: Any) -> None:
        if fake.streams < 3:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "starting")
        await context.write(response("첫 말", final=True, finish_reason="stop"))

    async with model(answer) as (llm, fake):
        assert "".join([chunk.text async for chunk in llm.generate(REQUEST)]) == "첫 말"
        assert fake.streams == 3


async def test_a_model_that_stays_away_is_unavailable() -> None:
    async def answer(fake: FakeTriton, request: Any, context: Any) -> None:
        await context.abort(grpc.StatusCode.UNAVAILABLE, "starting")

    async with model(answer) as (llm, fake):
        with pytest.raises(LanguageModelUnavailable, match="starting"):
            await anext(llm.generate(REQUEST))
        assert fake.streams == 3


async def test_what_was_said_is_not_asked_again() -> None:
    async def answer(fake: FakeTriton, request: Any, context: Any) -> None:
        await context.write(response("첫 "))
        await context.abort(grpc.StatusCode.UNAVAILABLE, "killed")

    async with model(answer) as (llm, fake):
        chunks = llm.generate(REQUEST)
        assert await anext(chunks) == GenerationChunk("첫 ")
        with pytest.raises(LanguageModelUnavailable, match="killed"):
            await anext(chunks)
        assert fake.streams == 1


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ("INVALID_ARGUMENT: the grammar can't be parsed (GBNF)", LanguageModelRejected),
        ("UNAVAILABLE: 32 requests wait already, try again later", LanguageModelUnavailable),
        ("Request for unknown model: 'llm' is not found", LanguageModelUnavailable),
    ],
)
async def test_errors_of_the_model(message: str, error: type[Exception]) -> None:
    async def answer(fake: FakeTriton, request: Any, context: Any) -> None:
        await context.write(service_pb2.ModelStreamInferResponse(error_message=message))

    async with model(answer) as (llm, fake):
        with pytest.raises(error, match=message.split("'")[0].split("(")[0]):
            await anext(llm.generate(REQUEST))
        await fake.closed.wait()
        assert not fake.cancelled.is_set()


@pytest.mark.parametrize(
    "code", [grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.INTERNAL, grpc.StatusCode.DEADLINE_EXCEEDED]
)
async def test_other_failures_are_not_tried_again(code: grpc.StatusCode) -> None:
    async def answer(fake: FakeTriton, request: Any, context: Any) -> None:
        await context.abort(code, "no")

    async with model(answer) as (llm, fake):
        with pytest.raises(LanguageModelUnavailable, match=code.name):
            await anext(llm.generate(REQUEST))
        assert fake.streams == 1


async def test_text_is_never_taken_back() -> None:
    async def answer(fake: FakeTriton, request: Any, context: Any) -> None:
        await context.write(response("매출은 12억"))
        await context.write(response("매출은 13억"))
        await fake.stopped.wait()

    async with model(answer) as (llm, fake):
        chunks = llm.generate(REQUEST)
        assert (await anext(chunks)).text == "매출은 12억"
        with pytest.raises(LanguageModelUnavailable, match="took back"):
            await anext(chunks)
        await fake.closed.wait()
        assert fake.stopped.is_set(), "the model was still writing"


async def test_a_stream_that_ends_too_early_is_no_end_of_the_text() -> None:
    async def answer(fake: FakeTriton, request: Any, context: Any) -> None:
        await context.write(response("매출은"))
        raise EndNow

    async with model(answer) as (llm, _):
        chunks = llm.generate(REQUEST)
        assert (await anext(chunks)).text == "매출은"
        with pytest.raises(LanguageModelUnavailable, match="ended before"):
            await anext(chunks)
