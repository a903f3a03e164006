"""Thousands of generations stopped at random moments: no crash, no sequence left, memory flat.

    .venv/bin/python benchmarks/llm_stops.py [--stops 5000] [--askers 24]

More askers than slots (8), so that some are stopped while they wait. Memory is of the process that holds
llama.cpp and of Triton's own, in MiB; after the first tenth it should not grow.
"""

import argparse
import asyncio
import sys
import time

import grpc
import psutil

from services.chat.adapters.llm_triton import TritonLanguageModel
from services.kit.metrics import Metrics
from tests.integration.llm.random_stops import stop_at_random_moments
from tests.integration.llm.running_triton import RunningTriton, become, running_triton


def memory_mib(running: RunningTriton) -> tuple[int, int]:
    """(process of llama.cpp, Triton's own)."""
    processes = running.model_process(), psutil.Process(running.process.pid)
    model, triton = (process.memory_info().rss >> 20 for process in processes)
    return model, triton


async def measure(stops: int, askers: int, seed: int) -> bool:
    with running_triton() as running:
        model_process = running.model_process()
        began = time.monotonic()

        def stopped(over: int) -> None:
            if over % max(stops // 10, 1) == 0:
                model, triton = memory_mib(running)
                print(
                    f"{over:6} stops {time.monotonic() - began:6.0f} s   {model} + {triton} MiB", flush=True
                )

        async with grpc.aio.insecure_channel(running.address) as channel:
            llm = TritonLanguageModel(channel, "llm", Metrics())
            await stop_at_random_moments(llm, stops, askers, seed, stopped)
        await become(running.sequences, (0, 0), seconds=20)
        same = running.model_process() == model_process and running.process.poll() is None
        print(f"processes alive: {same}   sequences left: {running.sequences()}")
        return same


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--stops", type=int, default=5000)
    parser.add_argument("--askers", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    sys.exit(not asyncio.run(measure(options.stops, options.askers, options.seed)))


if __name__ == "__main__":
    main()
