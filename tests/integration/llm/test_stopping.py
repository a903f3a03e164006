"""Stops, clients that vanish, too many at once: the slots are free again, and Triton lives."""

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import aclosing

import grpc
import pytest
from tritonclient.grpc import service_pb2, service_pb2_grpc

from services.chat.adapters.llm_triton import TritonLanguageModel
from services.chat.errors import LanguageModelUnavailable
from services.chat.ports import FinishReason, GenerationChunk, GenerationRequest
from services.kit.metrics import Metrics
from tests.integration.llm.random_stops import stop_at_random_moments
from tests.integration.llm.running_triton import RunningTriton, become, running_triton

pytestmark = pytest.mark.model

SLOTS, MAX_WAITING = 8, 32
LONG = GenerationRequest("옛날 옛적에 어느 마을에", 512)


async def written(chunks: AsyncIterator[GenerationChunk]) -> list[GenerationChunk]:
    return [chunk async for chunk in chunks]


async def test_a_stop_frees_the_slot_within_200_ms(llm: TritonLanguageModel, triton: RunningTriton) -> None:
    taken = []
    for _ in range(7):
        async with aclosing(llm.generate(LONG)) as chunks:
            for _ in range(3):
                await anext(chunks)
            assert triton.sequences() == (1, 0)
        began = time.monotonic()
        await become(triton.sequences, (0, 0), 5)
        taken.append(time.monotonic() - began)
    assert statistics.median(taken) < 0.2


async def test_a_stop_is_heard_while_the_prompt_is_read(
    llm: TritonLanguageModel, triton: RunningTriton
) -> None:
    """It takes seconds to read; between its steps the stop is seen."""
    for number in range(3):
        long_prompt = GenerationRequest(f"{number} " + "가나다 라마 바사 아자차카 " * 80, 4)
        reader = asyncio.ensure_future(anext(llm.generate(long_prompt)))
        await become(triton.sequences, (1, 0), 5)
        reader.cancel()
        began = time.monotonic()
        await llm.close()
        assert time.monotonic() - began < 0.2, "the client hears the end at once"
        await become(triton.sequences, (0, 0), 2)
        assert reader.cancelled()


async def test_one_more_waits_and_takes_the_freed_slot(
    llm: TritonLanguageModel, triton: RunningTriton
) -> None:
    running = [llm.generate(LONG) for _ in range(SLOTS)]
    for chunks in running:
        await anext(chunks)
    waiting = asyncio.ensure_future(written(llm.generate(GenerationRequest("짧게:", 2))))
    await become(triton.sequences, (SLOTS, 1), 5)
    await running[0].aclose()
    last = (await waiting)[-1]
    assert last.timings is not None
    assert last.timings.queue_ms > 0
    for chunks in running:
        await chunks.aclose()


async def test_the_line_is_bounded_and_a_waiting_one_can_be_stopped(
    llm: TritonLanguageModel, triton: RunningTriton
) -> None:
    readers = [asyncio.ensure_future(written(llm.generate(LONG))) for _ in range(SLOTS + MAX_WAITING)]
    await become(triton.sequences, (SLOTS, MAX_WAITING), 10)
    with pytest.raises(LanguageModelUnavailable, match="32 requests wait already"):
        await anext(llm.generate(LONG))
    readers[-1].cancel()
    await become(triton.sequences, (SLOTS, MAX_WAITING - 1), 5)
    for reader in readers:
        reader.cancel()
    await asyncio.wait(readers)
    await llm.close()
    await become(triton.sequences, (0, 0), 5)


async def test_stops_of_nothing(channel: grpc.aio.Channel, llm: TritonLanguageModel) -> None:
    stub = service_pb2_grpc.GRPCInferenceServiceStub(channel)

    async def stop(request_id: str) -> list[str]:
        request = service_pb2.ModelInferRequest(model_name="llm", id=request_id)
        contents = service_pb2.InferTensorContents(bool_contents=[True])
        request.inputs.add(name="stop", datatype="BOOL", shape=[1], contents=contents)
        return [response.error_message async for response in stub.ModelStreamInfer(iter([request]))]

    running = llm.generate(LONG)
    await anext(running)
    assert await stop("nobody") == []
    assert await stop("") == ["INVALID_ARGUMENT: a stop needs the id of the request that it stops"]
    assert (await anext(running)).finish_reason is None, "others go on"
    await running.aclose()


async def test_an_id_is_used_once_at_a_time(channel: grpc.aio.Channel) -> None:
    stub = service_pb2_grpc.GRPCInferenceServiceStub(channel)
    request = service_pb2.ModelInferRequest(model_name="llm", id="same")
    contents = service_pb2.InferTensorContents(bytes_contents=["가".encode()])
    request.inputs.add(name="text_input", datatype="BYTES", shape=[1], contents=contents)
    contents = service_pb2.InferTensorContents(int_contents=[8])
    request.inputs.add(name="sampling_param_max_tokens", datatype="INT32", shape=[1], contents=contents)
    responses = [response async for response in stub.ModelStreamInfer(iter([request, request]))]
    assert [response.error_message for response in responses if response.error_message] == [
        "ALREADY_EXISTS: a request with this id is under way"
    ]
    assert len(responses) == 2, "without `streaming` the text comes whole"


async def test_200_stops_at_random_moments(llm: TritonLanguageModel, triton: RunningTriton) -> None:
    """No crash, no sequence left, memory flat. benchmarks/llm_stops.py does thousands."""
    model_process = triton.model_process()
    memory = {}

    def stopped(over: int) -> None:
        memory[over] = model_process.memory_info().rss

    await stop_at_random_moments(llm, 200, SLOTS, seed=20261123, stopped=stopped)
    await become(triton.sequences, (0, 0), 5)
    assert triton.model_process() == model_process
    assert memory[200] - memory[60] < 24 * 2**20
    # Nothing is left in llama.cpp either: it rests, and all slots serve at once.
    await become(lambda: model_process.cpu_percent(interval=0.3) < 5, True, seconds=5)
    ends = await asyncio.gather(*(written(llm.generate(GenerationRequest("끝", 4))) for _ in range(SLOTS)))
    assert all(chunks[-1].finish_reason is not FinishReason.CANCELLED for chunks in ends)


async def test_the_slot_of_a_killed_client_is_freed(triton: RunningTriton, llm: TritonLanguageModel) -> None:
    program = (
        "import asyncio, sys, grpc\n"
        "from services.chat.adapters.llm_triton import TritonLanguageModel\n"
        "from services.chat.ports import GenerationRequest\n"
        "from services.kit.metrics import Metrics\n"
        "async def main():\n"
        f"    async with grpc.aio.insecure_channel('{triton.address}') as channel:\n"
        "        async for chunk in TritonLanguageModel(channel, 'llm', Metrics()).generate("
        "GenerationRequest('옛날에', 512)):\n"
        "            print('text', flush=True)\n"
        "asyncio.run(main())\n"
    )
    client = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=subprocess.PIPE)
    assert client.stdout is not None
    assert await client.stdout.readline() == b"text\n"
    assert triton.sequences() == (1, 0)
    client.kill()
    await client.wait()
    await become(triton.sequences, (0, 0), 3)
    assert (await written(llm.generate(GenerationRequest("살아 있나?", 2))))[-1].finish_reason


async def test_a_triton_that_dies_in_mid_text_is_unavailable() -> None:
    with running_triton() as triton:
        async with grpc.aio.insecure_channel(triton.address) as channel:
            llm = TritonLanguageModel(channel, "llm", Metrics())
            chunks = llm.generate(LONG)
            await anext(chunks)
            await asyncio.to_thread(triton.kill)
            with pytest.raises(LanguageModelUnavailable):
                async for _ in chunks:
                    pass
            with pytest.raises(LanguageModelUnavailable):
                await anext(llm.generate(LONG))
            await llm.close()
