"""Tokens per second of an answer's prose through Envoy, chat and Triton, against llama.cpp alone.

    PYTHONPATH=. .venv/bin/python benchmarks/answer_tokens.py [--rounds 6] [--askers 1 8] [--user USER]

Needs a running mesh (`maru up`). A round asks the mesh, then has llama.cpp, in a process of its own with the
same settings, write as many tokens as the answers hold to prompts of like length, without grammar, gRPC or
Python's asyncio. The mesh's time runs from the first table (then the model starts) to the last words: what the
grammar leaves no choice in costs it no decoding. A ratio is the median over the rounds. Bar: 0.90.
"""

import argparse
import asyncio
import json
import statistics
import time

from benchmarks.llm_tokens import BAR, Ask, alone, prompt
from benchmarks.running import running_mesh
from services.chat.ports import GenerationRequest
from services.launcher.chat_client import ChatClient

QUESTIONS = (
    "올해 매출 상위 5개 거래처는?",
    "올해 수주액 상위 5개 거래처 알려줘",
    "3분기 매출 상위 4개 품목",
    "9월 매출 상위 5개 거래처는?",
)


async def told(client: ChatClient, question: str) -> tuple[str, float, float]:
    """The prose; when the table came and when the last words did, on the clock of `perf_counter`."""
    conversation = await client.create_conversation()
    table = last = 0.0
    text = ""
    async for event in client.ask(conversation, question):
        if event.HasField("result"):
            table = time.perf_counter()
        elif event.HasField("text_delta"):
            last = time.perf_counter()
        elif event.HasField("completed"):
            text = event.completed.turn.answer.text
    return text, table, last


async def tokens_of(written: Ask, text: str, known: dict[str, int]) -> int:
    """How many tokens the model needs to write a text, by having it write that one; slow, so `known` keeps it."""
    if text in known:
        return known[text]
    grammar = f"root ::= {json.dumps(text, ensure_ascii=False)}"
    known[text], _ = await written(GenerationRequest(prompt(0), 2 * len(text), grammar=grammar))
    return known[text]


async def compare(client: ChatClient, written: Ask, askers: int, rounds: int, known: dict[str, int]) -> float:
    """Prints both rates; returns their ratio."""
    mesh, base = [], []
    for number in range(rounds):
        answers = await asyncio.gather(
            *(told(client, QUESTIONS[(number + asker) % len(QUESTIONS)]) for asker in range(askers))
        )
        tokens = [await tokens_of(written, text, known) for text, _, _ in answers]
        seconds = max(last for *_, last in answers) - min(table for _, table, _ in answers)
        mesh.append(sum(tokens) / seconds)
        began = time.perf_counter()
        counted = await asyncio.gather(
            *(written(GenerationRequest(prompt(n), count)) for n, count in enumerate(tokens))
        )
        base.append(sum(count for count, _ in counted) / (time.perf_counter() - began))
    ratio = statistics.median(mine / other for mine, other in zip(mesh, base, strict=True))
    print(
        f"{askers} askers   through the mesh {statistics.median(mesh):6.1f} tokens/s   "
        f"alone {statistics.median(base):6.1f} tokens/s   ratio {ratio:.3f}"
    )
    return ratio


async def main() -> None:
    """Runs the benchmark against the mesh of MARU_HOME."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--askers", type=int, nargs="+", default=[1, 8])
    parser.add_argument("--user")
    given = parser.parse_args()
    mesh = running_mesh(given.user)
    async with (
        ChatClient(mesh.edge_url, mesh.token) as client,
        alone() as written,
    ):
        for question in QUESTIONS:  # not counted: fills the caches of both
            await told(client, question)
        await written(GenerationRequest(prompt(0), 2))
        known: dict[str, int] = {}
        ratios = [await compare(client, written, askers, given.rounds, known) for askers in given.askers]
    print(f"bar: ratio >= {BAR}: {'met' if min(ratios) >= BAR else 'NOT met'}")


if __name__ == "__main__":
    asyncio.run(main())
