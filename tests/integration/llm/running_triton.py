"""A real Triton with the real model, as the launcher prepares it, on free ports."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import psutil

from services.launcher import triton

START_S = 50


@dataclass(frozen=True)
class RunningTriton:
    """Where it listens, its process, and what it wrote."""

    address: str
    metrics_url: str
    process: subprocess.Popen[bytes]
    log: Path

    def sequences(self) -> tuple[int, int]:
        """(decoding, waiting) by the model's own gauges."""
        gauges = dict(re.findall(r'maru_llm_sequences\{.*?state="(\w+)".*?\} (\d+)', self.metrics()))
        return int(gauges["decoding"]), int(gauges["waiting"])

    def metrics(self) -> str:
        return httpx.get(self.metrics_url, trust_env=False).text

    def model_process(self) -> psutil.Process:
        """The process that holds llama.cpp."""
        (stub,) = (p for p in psutil.Process(self.process.pid).children() if "/llm/" in " ".join(p.cmdline()))
        return stub

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


async def become(probe: Callable[[], object], expected: object, seconds: float) -> None:
    """Wait until a figure has a value."""
    end = time.monotonic() + seconds
    while (seen := await asyncio.to_thread(probe)) != expected:
        assert time.monotonic() < end, f"{seen}, not {expected}"
        await asyncio.sleep(0.02)


@contextmanager
def running_triton() -> Iterator[RunningTriton]:
    """Started and ready; gone with all its files afterwards."""
    with tempfile.TemporaryDirectory(prefix="maru-test-") as home, ExitStack() as sockets:
        models, log = Path(home) / "models", Path(home) / "triton.log"
        triton.assemble_weights(models)
        ports = _free_ports(sockets)
        command = triton.prepare(Path(home) / "triton", models, ports)
        sockets.close()
        with log.open("wb") as output:
            process = subprocess.Popen(
                command.argv, env=os.environ | dict(command.env), stdout=output, stderr=output,
                start_new_session=True,
            )  # fmt: skip
        running = RunningTriton(
            f"127.0.0.1:{ports.triton_grpc}", f"http://127.0.0.1:{ports.triton_metrics}/metrics", process, log
        )
        try:
            _wait_until_ready(running, f"http://127.0.0.1:{ports.triton_http}/v2/health/ready")
            yield running
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                running.kill()
                raise
            finally:
                triton.prepare(Path(home) / "triton", models, ports)  # frees what a killed one left in memory


def _free_ports(held: ExitStack) -> Any:
    """Three free ports, in the place of the mesh's; `held` keeps them from being given twice."""
    numbers = []
    for _ in range(3):
        listener = held.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        numbers.append(listener.getsockname()[1])
    return SimpleNamespace(triton_grpc=numbers[0], triton_http=numbers[1], triton_metrics=numbers[2])


def _wait_until_ready(running: RunningTriton, url: str) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        if running.process.poll() is not None:
            break
        try:
            if httpx.get(url, trust_env=False).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"Triton did not start:\n{running.log.read_text()[-4000:]}")
