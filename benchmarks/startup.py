"""Seconds from `maru up` to ready and to the first answer, cold and warm, and the memory of each part.

    .venv/bin/python benchmarks/startup.py [--warm 3]

Uses a state folder and ports of its own; packages and the built web page are as they lie. "cold" makes keys,
weights, demo company and local model first. Ratio: warm to cold. Bars: cold 300 s plus download, warm 15 s.
"""

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

MARU = Path(sys.executable).with_name("maru")
PORT, PORT_BASE = 28999, 29000


def run(home: str) -> tuple[float, float, dict[str, float]]:
    """Seconds to ready, to the end of the first answer, and MB of resident memory by part."""
    environment = os.environ | {"MARU_HOME": home, "MARU_PORT": str(PORT), "MARU_PORT_BASE": str(PORT_BASE),
                                "PYTHONUNBUFFERED": "1"}  # fmt: skip
    began = time.monotonic()
    ready = answered = 0.0
    memory: dict[str, float] = {}
    with subprocess.Popen([str(MARU), "up"], env=environment, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            if "ready:" in line:
                ready = time.monotonic() - began
            elif "Ctrl-C" in line:
                answered = time.monotonic() - began
                memory = {"maru up": _resident(psutil.Process(process.pid), alone=True)}
                for child in psutil.Process(process.pid).children():
                    memory[_name(child)] = _resident(child)
                process.send_signal(signal.SIGTERM)
    if not answered:
        raise SystemExit(f"maru up ended with {process.returncode} before its first answer")
    return ready, answered, memory


def _name(process: psutil.Process) -> str:
    words = process.cmdline()
    return next(
        (word.removeprefix("services.") for word in words if word.startswith("services.")),
        Path(words[0]).name,
    )


def _resident(process: psutil.Process, alone: bool = False) -> float:
    processes = [process] if alone else [process, *process.children(recursive=True)]
    return sum(one.memory_info().rss for one in processes) / 1e6


def main() -> None:
    """Runs the benchmark."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--warm", type=int, default=3)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = str(Path(folder) / "home")
        cold = run(home)
        warm = [run(home) for _ in range(given.warm)]
    ready, answered = (
        statistics.median(times) for times in zip(*((one[0], one[1]) for one in warm), strict=True)
    )
    print(f"cold   ready {cold[0]:6.1f} s   first answer {cold[1]:6.1f} s")
    print(f"warm   ready {ready:6.1f} s   first answer {answered:6.1f} s   (median of {given.warm})")
    print(f"ratio warm / cold, ready       {ready / cold[0]:.2f}")
    for name, megabytes in sorted(warm[-1][2].items(), key=lambda item: -item[1]):
        print(f"memory {name:<14} {megabytes:7.0f} MB")
    print(f"memory {'together':<14} {sum(warm[-1][2].values()):7.0f} MB")


if __name__ == "__main__":
    main()
