"""What Envoy adds to a call: the same echo service direct and through the shipped edge, in turns in one run.

    .venv/bin/python benchmarks/hop.py [--seconds 20] [--concurrency 1 2]

Echo service, Envoy and client are a process each. Everything of the edge is on: token check, rate limits,
access log, statistics, trace context. Times are milliseconds; "adds" is the difference of the medians.
"""

import argparse
import asyncio
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health_aio

from services.kit.testing import Issuer
from services.kit.workload import write_keys
from services.launcher import envoy
from tests.edge.envoy_process import EnvoyProcess, free_ports, wait_until
from tests.edge.upstreams import IssuerServer

RPC = "/maru.chat.v1.ChatService/GetTurn"
STREAM = "/maru.chat.v1.ChatService/Ask"
STREAM_MESSAGES = 2000
USERS = 500
"""So many take turns that nobody reaches a limit."""
BLOCK = 200
"""Calls before the other way has its turn: both see the same noise of the machine."""
ASKERS = 32
BAR_MS = 0.6

Metadata = tuple[tuple[str, str], ...]


class _Echo(grpc.GenericRpcHandler):
    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler | None:
        if details.method == RPC:
            return grpc.unary_unary_rpc_method_handler(self._unary)
        if details.method == STREAM:
            return grpc.unary_stream_rpc_method_handler(self._stream)
        return None

    async def _unary(self, request: bytes, _context: grpc.aio.ServicerContext) -> bytes:
        return request

    async def _stream(self, request: bytes, context: grpc.aio.ServicerContext) -> None:
        for _ in range(STREAM_MESSAGES):
            await context.write(request)


def _serve(port: int) -> None:
    async def serve() -> None:
        server = grpc.aio.server()
        server.add_generic_rpc_handlers((_Echo(),))
        servicer = health_aio.HealthServicer()
        await servicer.set("", health_pb2.HealthCheckResponse.SERVING)
        health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
        server.add_insecure_port(f"127.0.0.1:{port}")
        await server.start()
        await server.wait_for_termination()

    asyncio.run(serve())


class Way:
    """One way to the echo service, and what was measured on it."""

    def __init__(self, name: str, address: str, users: Sequence[Metadata]) -> None:
        self.name = name
        self.channel = grpc.aio.insecure_channel(address)
        self._unary = self.channel.unary_unary(RPC)
        self._stream = self.channel.unary_stream(STREAM)
        self._users = users
        self._turn = 0
        self.unary_ms: list[float] = []
        self.first_ms: list[float] = []
        self.rps: list[float] = []
        self.messages_per_second: list[float] = []

    def user(self) -> Metadata:
        self._turn += 1
        return self._users[self._turn % len(self._users)]

    async def sequential(self) -> None:
        for _ in range(BLOCK):
            start = time.perf_counter()
            await self._unary(b"x" * 100, metadata=self.user(), timeout=5)
            self.unary_ms.append((time.perf_counter() - start) * 1000)

    async def concurrent(self) -> None:
        async def ask() -> None:
            for _ in range(BLOCK // 8):
                await self._unary(b"x" * 100, metadata=self.user(), timeout=5)

        start = time.perf_counter()
        await asyncio.gather(*(ask() for _ in range(ASKERS)))
        self.rps.append(ASKERS * (BLOCK // 8) / (time.perf_counter() - start))

    async def stream(self) -> None:
        start = time.perf_counter()
        call = self._stream(b"x" * 100, metadata=self.user(), timeout=30)
        await call.read()
        self.first_ms.append((time.perf_counter() - start) * 1000)
        while await call.read() is not grpc.aio.EOF:
            pass
        self.messages_per_second.append(STREAM_MESSAGES / (time.perf_counter() - start))


async def _measure(ways: Sequence[Way], seconds: float) -> None:
    steps: list[Callable[[Way], Awaitable[None]]] = [
        Way.sequential,
        Way.sequential,
        Way.concurrent,
        Way.stream,
    ]
    for way in ways:  # warm: connections, keys, both sides' caches
        await way.sequential()
        way.unary_ms.clear()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for step in steps:
            for way in ways:
                await step(way)
    for way in ways:
        await way.channel.close()


def _quantile(values: Sequence[float], per_cent: int) -> float:
    return statistics.quantiles(values, n=100)[per_cent - 1]


def _report(ways: Sequence[Way]) -> None:
    print(f"{'':24}{'p50':>8}{'p99':>8}{'rps x' + str(ASKERS):>10}{'first':>8}{'msg/s':>9}")
    for way in ways:
        print(
            f"{way.name:24}{statistics.median(way.unary_ms):8.2f}{_quantile(way.unary_ms, 99):8.2f}"
            f"{statistics.median(way.rps):10.0f}{statistics.median(way.first_ms):8.2f}"
            f"{statistics.median(way.messages_per_second):9.0f}"
        )
    direct = statistics.median(ways[0].unary_ms)
    for way in ways[1:]:
        added = statistics.median(way.unary_ms) - direct
        print(f"{way.name} adds {added:.2f} ms at p50 (bar {BAR_MS})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument(
        "--concurrency", type=int, nargs="+", default=[envoy.CONCURRENCY], help="Envoy's threads"
    )
    arguments = parser.parse_args()
    ports = free_ports()
    issuer = Issuer(f"http://127.0.0.1:{ports.edge}/realms/maru")
    users = [issuer.metadata(f"user-{n}", exp=int(time.time()) + 3600) for n in range(USERS)]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        write_keys(folder, ["chat"])
        issuer_server = IssuerServer(issuer, ports.identity)
        issuer_server.start()
        stack.callback(issuer_server.stop)
        echo_port = ports.service("chat")[0]
        echo = multiprocessing.get_context("spawn").Process(target=_serve, args=(echo_port,), daemon=True)
        echo.start()
        stack.callback(echo.terminate)
        values = envoy.embedded_values(ports, issuer.url, folder / "workload.jwks.json")
        ways = [("direct", f"127.0.0.1:{echo_port}")]
        for threads in arguments.concurrency:
            process = EnvoyProcess(folder, free_ports(), values, {"index.html": b""}, threads=threads)
            stack.callback(process.stop)
            wait_until(lambda process=process: process.healthy("chat"), 15)  # type: ignore[misc]
            ways.append((f"envoy, {threads} thread(s)", process.edge))

        async def run() -> list[Way]:
            measured = [Way(name, address, users) for name, address in ways]
            await _measure(measured, arguments.seconds)
            return measured

        _report(asyncio.run(run()))


if __name__ == "__main__":
    main()
