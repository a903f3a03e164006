"""Tokens per second through Triton against llama.cpp alone: same process settings, same prompts, in turns.

    .venv/bin/python benchmarks/llm_tokens.py [--rounds 8] [--tokens 64] [--askers 1 8] [--target triton]

Alone is the same `xllamacpp.Server` in a process of its own, called without Triton, gRPC or Python's asyncio.
Each round asks all ways once, in changing order, so that all see the same noise of the machine; a ratio is
the median over the rounds. Also: time to the first word of a prompt whose beginning is known, and a sentence
under a realisation grammar, walked and sampled.
A further way (through chat and Envoy, say) is one more entry of `TARGETS`.
"""

import argparse
import asyncio
import multiprocessing
import os
import re
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import grpc

from services.chat.adapters.llm_triton import TritonLanguageModel
from services.chat.ports import GenerationRequest
from services.kit.metrics import Metrics
from services.launcher import triton
from tests.integration.llm.running_triton import running_triton

BAR = 0.90
MODEL = triton.MODELS / "llm"
SYSTEM = (
    "당신은 회사 업무를 돕는 사람입니다. 질문에 대해 사실만 정확하게 짧게 답합니다. 숫자는 바꾸지 않습니다.\n"
    "질문: 볼베어링 재고 얼마나 있어?\n답: 네, 볼베어링 재고는 전체 창고에 1,250 EA 있습니다.\n"
    "질문: 이번 달 발주 금액은?\n답: 2026년 11월 발주 금액은 3억 2,400만 원입니다.\n"
)
GRAMMAR = (
    'root ::= " " opening subject amount ending " " earlier " " before than " " change verb\n'
    'opening ::= "" | "네, " | "확인해 보니 " | "말씀하신 " | "조회 결과 "\n'
    'subject ::= "2026년 10월 매출은 " | "지난달 매출은 " | "10월 매출액은 "\n'
    'amount ::= "1,234,567,000원" | "약 12.3억 원"\n'
    'ending ::= "입니다." | "이에요." | "으로 집계됐습니다." | "을 기록했습니다."\n'
    'earlier ::= "이는 2026년 9월" | "전월" | "9월"\n'
    'before ::= "1,102,000,000원" | "약 11.0억 원"\n'
    'than ::= "보다" | "에 비해" | "과 비교하면"\n'
    'change ::= "12.0% " | "132,567,000원 "\n'
    'verb ::= "증가했습니다." | "늘었습니다." | "많습니다." | "늘었어요."'
)

Ask = Callable[[GenerationRequest], Awaitable[tuple[int, float]]]
"""Asks once: tokens written, seconds to the first word."""


def prompt(number: int) -> str:
    """About 150 tokens, of which the last 15 or so differ."""
    return f"{SYSTEM}질문: {number % 12 + 1}월 {number}번 지점 매출은 얼마야?\n답:"


@asynccontextmanager
async def through_triton() -> AsyncIterator[Ask]:
    with running_triton() as running:
        async with grpc.aio.insecure_channel(running.address) as channel:
            model = TritonLanguageModel(channel, "llm", Metrics())

            async def ask(request: GenerationRequest) -> tuple[int, float]:
                began, first = time.perf_counter(), 0.0
                async for chunk in model.generate(request):
                    first = first or time.perf_counter() - began
                    if chunk.usage:
                        tokens = chunk.usage.completion_tokens
                return tokens, first

            yield ask


TARGETS = {"triton": through_triton}


@asynccontextmanager
async def alone() -> AsyncIterator[Ask]:
    """llama.cpp in a process of its own; a thread for each request that is under way."""
    os.environ.update(triton.THREADS)  # as for Triton; read when llama.cpp loads
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve_alone, args=(there,), daemon=True)
    process.start()
    await asyncio.to_thread(here.recv)
    waiting: dict[int, asyncio.Future[tuple[int, float]]] = {}
    loop = asyncio.get_running_loop()

    def receive() -> None:
        number, *answer = here.recv()
        waiting.pop(number).set_result(tuple(answer))

    loop.add_reader(here.fileno(), receive)

    async def ask(request: GenerationRequest) -> tuple[int, float]:
        number = id(request)
        waiting[number] = loop.create_future()
        here.send((number, request.prompt, request.max_tokens, request.grammar))
        return await waiting[number]

    yield ask
    loop.remove_reader(here.fileno())
    process.terminate()
    process.join()


def _serve_alone(connection: Connection) -> None:
    sys.path.insert(0, str(MODEL / "1"))
    import xllamacpp
    from llama import LlamaSettings, parameters

    values = dict(
        re.findall(r'key: "(\w+)", value: { string_value: "(\d+)"', (MODEL / "config.pbtxt").read_text())
    )
    settings = LlamaSettings(**{key: int(values[key]) for key in LlamaSettings.__annotations__})
    with tempfile.TemporaryDirectory() as folder:
        weights = triton.assemble_weights(Path(folder))
        server = xllamacpp.Server(parameters(weights, settings, f"{folder}/llama.sock"))
    connection.send("ready")

    def answer(number: int, prompt: str, max_tokens: int, grammar: str | None) -> None:
        began, first, tokens = time.perf_counter(), 0.0, 0

        def receive(message: dict) -> bool:
            nonlocal first, tokens
            first = first or time.perf_counter() - began
            if message["choices"][0]["finish_reason"]:
                tokens = message["usage"]["completion_tokens"]
            return False

        request = {"prompt": prompt, "max_tokens": max_tokens, "temperature": 0, "stream": True}
        server.handle_completions(request | ({"grammar": grammar} if grammar else {}), receive)
        connection.send((number, tokens, first))

    while True:
        threading.Thread(target=answer, args=connection.recv(), daemon=True).start()


async def rate(ask: Ask, askers: int, tokens: int) -> float:
    """Tokens per second that all askers together get."""
    began = time.perf_counter()
    answers = await asyncio.gather(*(ask(GenerationRequest(prompt(n), tokens)) for n in range(askers)))
    return sum(written for written, _ in answers) / (time.perf_counter() - began)


async def measure(options: argparse.Namespace) -> bool:
    async with AsyncExitStack() as stack:
        ways = {"alone": await stack.enter_async_context(alone())}
        for name in options.target:
            ways[name] = await stack.enter_async_context(TARGETS[name]())
        for ask in ways.values():  # every slot has read the beginning once
            await rate(ask, 8, 2)
        met = True
        for askers in options.askers:
            rates: dict[str, list[float]] = {name: [] for name in ways}
            for number in range(options.rounds):
                for name in sorted(ways, reverse=bool(number % 2)):
                    rates[name].append(await rate(ways[name], askers, options.tokens))
            for name, measured in rates.items():
                ratio = statistics.median(
                    mine / base for mine, base in zip(measured, rates["alone"], strict=True)
                )
                met &= ratio >= BAR
                tokens_per_s = statistics.median(measured)
                print(f"{askers} askers {name:8} {tokens_per_s:6.1f} tokens/s   ratio {ratio:.3f}")
        await _first_word(ways, options.rounds)
        await _sentence(ways, options.rounds)
    return met


async def _first_word(ways: dict[str, Ask], rounds: int) -> None:
    for name, ask in ways.items():
        seconds = [(await ask(GenerationRequest(prompt(100 + n), 2)))[1] for n in range(2 * rounds)]
        first_ms = statistics.median(seconds) * 1000
        print(f"first word {name:8} {first_ms:6.0f} ms after a prompt with a known beginning")


async def _sentence(ways: dict[str, Ask], rounds: int) -> None:
    for name, ask in ways.items():
        taken = []
        for number in range(rounds):
            began = time.perf_counter()
            await ask(GenerationRequest(prompt(200 + number), 200, grammar=GRAMMAR))
            taken.append(time.perf_counter() - began)
        how = "sampled by llama.cpp" if name == "alone" else "walked"
        print(f"sentence   {name:8} {statistics.median(taken) * 1000:6.0f} ms under a grammar, {how}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--askers", type=int, nargs="+", default=[1, 8])
    parser.add_argument("--target", nargs="+", choices=TARGETS, default=list(TARGETS))
    met = asyncio.run(measure(parser.parse_args()))
    print(f"bar: ratio >= {BAR}: {'met' if met else 'NOT met'}")


if __name__ == "__main__":
    main()
