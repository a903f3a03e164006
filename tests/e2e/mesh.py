"""A mesh under test: started as `make up` starts it, on ports and with a state folder of its own."""

import io
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

MARU = Path(sys.executable).with_name("maru")
GRPCURL = Path(sys.executable).with_name("grpcurl")
TODAY = "2026-11-20"
START_LIMIT_S = 300.0
STOP_LIMIT_S = 10.0
READY_WORDS = "Ctrl-C"
"""The last line that `maru up` prints before it stays in the foreground."""


@dataclass
class Mesh:
    """A running mesh and how to reach it."""

    environment: dict[str, str]
    process: subprocess.Popen[str]
    edge_url: str
    output: list[str]
    reader: threading.Thread
    """Moves what `maru up` prints into `output`, until it ends."""

    @property
    def edge_address(self) -> str:
        return self.edge_url.removeprefix("http://")

    @property
    def home(self) -> Path:
        return Path(self.environment["MARU_HOME"])

    def maru(
        self, *arguments: str, check: bool = True, timeout: float = 60
    ) -> subprocess.CompletedProcess[str]:
        """Runs the `maru` command against this mesh."""
        done = subprocess.run(
            [str(MARU), *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        if check and done.returncode != 0:
            raise AssertionError(f"maru {arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done

    def token(self, user: str) -> str:
        """A fresh access token of a demo user."""
        return self.maru("token", "--as", user).stdout.strip()

    def events(self, question: str, user: str, *more: str) -> list[dict[str, Any]]:
        """The events of one question, as `maru ask --json` prints them."""
        printed = self.maru("ask", question, "--as", user, "--json", *more).stdout
        return [json.loads(line) for line in printed.splitlines()]

    def batch(self, lines: list[dict[str, Any]], folder: Path) -> list[dict[str, Any]]:
        """The turn records of `maru ask --batch`."""
        file = folder / "batch.jsonl"
        file.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), encoding="utf-8")
        printed = self.maru("ask", "--batch", str(file), timeout=600).stdout
        return [json.loads(line) for line in printed.splitlines()]

    def part_pid(self, name: str) -> int:
        """The process of a part, as `maru up` recorded it."""
        record = json.loads((self.home / "run" / "up.json").read_text())
        return int(next(part["pid"] for part in record["parts"] if part["name"] == name))

    def kill(self, name: str) -> None:
        """Ends a part with SIGKILL and waits until the supervisor has started it again and it is ready."""
        before = len(self.output)
        os.kill(self.part_pid(name), signal.SIGKILL)
        self.wait_for(lambda line: "✓" in line and name in line, since=before)

    def wait_for(self, wanted: Callable[[str], bool], since: int = 0, limit_s: float = 60.0) -> None:
        """Waits until `maru up` has printed a line that `wanted` accepts."""
        deadline = time.monotonic() + limit_s
        while not any(wanted(line) for line in self.output[since:]):
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise AssertionError("not printed:\n" + "".join(self.output[since:]))
            time.sleep(0.05)

    def stop(self) -> float:
        """Stops the mesh with SIGTERM; returns the seconds it took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(2 * STOP_LIMIT_S)
        took = time.monotonic() - began
        self.reader.join()
        return took


def free_port_block(size: int) -> int:
    """First of `size` consecutive free ports on loopback."""
    for base in range(20000 + os.getpid() % 2000, 32000, size):
        try:
            for port in range(base, base + size):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return base
    raise RuntimeError("no free block of ports")


def mesh_environment(home: Path) -> dict[str, str]:
    """Environment of a mesh of its own: state folder, ports, a fixed today."""
    base = free_port_block(16)
    return {key: value for key, value in os.environ.items() if not key.startswith("MARU_")} | {
        "MARU_HOME": str(home),
        "MARU_PORT": str(base + 15),
        "MARU_PORT_BASE": str(base),
        "MARU_TODAY": TODAY,
        "MARU_DEMO_DOCUMENTS": "false",
        "PYTHONUNBUFFERED": "1",
        "COLUMNS": "200",
        "LANG": "C.UTF-8",
    }


def start_mesh(environment: dict[str, str], *arguments: str) -> Mesh:
    """Starts `maru up` and waits until it has asked its first question and stays."""
    mesh = launch(environment, *arguments)
    try:
        mesh.wait_for(lambda line: READY_WORDS in line, limit_s=START_LIMIT_S)
    except BaseException:
        if mesh.process.poll() is None:
            mesh.stop()
        raise
    return mesh


def launch(environment: dict[str, str], *arguments: str) -> Mesh:
    """Starts `maru up` and waits for nothing."""
    process = subprocess.Popen(
        [str(MARU), "up", *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    output: list[str] = []

    def read() -> None:
        with process.stdout or io.StringIO() as lines:
            for line in lines:
                output.append(line)  # noqa: PERF402 - others read the list meanwhile

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    return Mesh(environment, process, f"http://127.0.0.1:{environment['MARU_PORT']}", output, reader)


def descendants(pid: int) -> list[psutil.Process]:
    """All processes below one."""
    return psutil.Process(pid).children(recursive=True)
