"""Time to the first table and to the first words, as a client at the edge sees them, beside the query alone.

    PYTHONPATH=. .venv/bin/python benchmarks/first_answer.py [--questions 40] [--user USER]

Needs a running mesh (`maru up`); for 100,000 invoice lines start it with MARU_DEMO_LINES=100000. Each round
asks one question and runs the same query directly, in turn, so that both see the same machine. Prints
medians, p99 and the ratio of table to query. Bar: the table within 150 ms at p50.
"""

import argparse
import asyncio
import statistics
import time

import grpc
from maru.chat.v1 import turn_pb2
from maru.erp.v1 import erp_service_pb2, erp_service_pb2_grpc

from benchmarks.running import running_mesh
from services.launcher.chat_client import ChatClient

QUESTIONS = (
    "지난달 매출은?",
    "9월 매출 상위 5개 거래처는?",
    "올해 수주액 얼마야?",
    "지난달 매출 상위 3개 품목",
    "3분기 순매출 알려주세요",
)


async def ask(client: ChatClient, question: str) -> tuple[float, float, float, turn_pb2.Answer | None]:
    """Seconds to the table, to the first words, to the end; and the answer."""
    conversation = await client.create_conversation()
    began = time.perf_counter()
    table = words = float("nan")
    answer = None
    async for event in client.ask(conversation, question):
        elapsed = time.perf_counter() - began
        if event.HasField("result"):
            table = elapsed
        elif event.HasField("text_delta") and words != words:
            words = elapsed
        elif event.HasField("completed"):
            answer = event.completed.turn.answer
    return table, words, time.perf_counter() - began, answer


def row(name: str, seconds: list[float]) -> str:
    """A line of the report in milliseconds."""
    ordered = sorted(seconds)
    p99 = ordered[min(len(ordered) - 1, round(0.99 * len(ordered)))]
    median = statistics.median(ordered)
    return f"{name:<28} p50 {median * 1000:8.1f} ms   p99 {p99 * 1000:8.1f} ms   n {len(ordered)}"


async def main() -> None:
    """Runs the benchmark against the mesh of MARU_HOME."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--questions", type=int, default=40)
    arguments.add_argument("--user")
    given = arguments.parse_args()
    mesh = running_mesh(given.user)
    tables, words, wholes, queries = [], [], [], []
    async with (
        ChatClient(mesh.edge_url, mesh.token) as client,
        grpc.aio.insecure_channel(mesh.edge_address) as channel,
    ):
        erp = erp_service_pb2_grpc.ErpServiceStub(channel)
        await ask(client, QUESTIONS[0])  # not counted: fills caches
        for number in range(given.questions):
            table, first, whole, answer = await ask(client, QUESTIONS[number % len(QUESTIONS)])
            tables.append(table)
            words.append(first)
            wholes.append(whole)
            if answer is None or not answer.HasField("query"):
                raise SystemExit(f"no answer with a query for: {QUESTIONS[number % len(QUESTIONS)]}")
            metadata = mesh.metadata
            began = time.perf_counter()
            await erp.RunQuery(
                erp_service_pb2.RunQueryRequest(query=answer.query), metadata=metadata, timeout=10
            )
            queries.append(time.perf_counter() - began)
    print(row("question -> table", tables))
    print(row("question -> first words", words))
    print(row("question -> whole answer", wholes))
    print(row("the query alone, at the edge", queries))
    print(f"ratio table / query (medians)  {statistics.median(tables) / statistics.median(queries):.2f}")


if __name__ == "__main__":
    asyncio.run(main())
