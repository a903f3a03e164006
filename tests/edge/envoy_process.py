"""A real Envoy on free ports, from the shipped template."""

import json
import random
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from services.launcher import envoy
from services.launcher.ports import Ports

START_SECONDS = 15.0


def free_ports() -> Ports:
    """A block of ports that nothing listens on."""
    for _ in range(100):
        ports = Ports(0, random.randrange(20000, 31000, 20))
        ports = Ports(ports.base + 15, ports.base)
        if all(_is_free(port) for port in ports.all()):
            return ports
    raise RuntimeError("no 16 free ports in a row")


def _is_free(port: int) -> bool:
    with socket.socket() as tried:
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def wait_until(condition: Callable[[], bool], seconds: float) -> float:
    """Seconds it took for the condition to hold; an error when it didn't in time."""
    start = time.monotonic()
    while not condition():
        if time.monotonic() - start > seconds:
            raise TimeoutError(f"not within {seconds} s")
        time.sleep(0.02)
    return time.monotonic() - start


class EnvoyProcess:
    """One running Envoy. It listens on the ports given, and finds the parts where the values say."""

    def __init__(
        self,
        folder: Path,
        ports: Ports,
        values: Mapping[str, object],
        web_files: Mapping[str, bytes],
        template: str | None = None,
        threads: int = envoy.CONCURRENCY,
    ) -> None:
        self.ports = ports
        self.edge = f"127.0.0.1:{ports.edge}"
        self.mesh = f"127.0.0.1:{ports.mesh}"
        self._log = folder / f"envoy-{ports.base}.log"
        self.config = folder / f"envoy-{ports.base}.json"
        text = template or envoy.TEMPLATE.read_text(encoding="utf-8")
        listening = {"EDGE": ports.edge, "MESH": ports.mesh, "ADMIN": ports.envoy_admin}
        own = {name: {"address": "127.0.0.1", "port_value": port} for name, port in listening.items()}
        self.config.write_text(envoy.render(text, {**values, **own}, web_files), encoding="utf-8")
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                envoy.argv(self.config, threads), stdout=log, stderr=subprocess.STDOUT
            )
        try:
            wait_until(self._is_ready, START_SECONDS)
        except TimeoutError:
            self.stop()
            raise RuntimeError(self._log.read_text(encoding="utf-8")[-2000:]) from None

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)

    def admin(self, path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.ports.envoy_admin}{path}", timeout=5) as answer:
            return str(answer.read().decode())

    def stat(self, name: str) -> int:
        """A counter or gauge by its full name; 0 where it doesn't exist yet."""
        answer: dict[str, Any] = json.loads(self.admin(f"/stats?format=json&filter=^{name}$"))
        return next((int(s["value"]) for s in answer["stats"] if s.get("name") == name), 0)

    def healthy(self, part: str) -> bool:
        return self.stat(f"cluster.{part}.membership_healthy") == 1

    def access_log(self, marker: str) -> list[dict[str, Any]]:
        """The lines that hold the marker, once there is one."""

        def found() -> list[dict[str, Any]]:
            lines = self._log.read_text(encoding="utf-8").splitlines()
            return [json.loads(line) for line in lines if marker in line and '"event":"request"' in line]

        wait_until(lambda: bool(found()), 5)
        return found()

    def log_text(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def _is_ready(self) -> bool:
        if self._process.poll() is not None:
            raise RuntimeError(self._log.read_text(encoding="utf-8")[-2000:])
        try:
            return "LIVE" in self.admin("/ready")
        except OSError:
            return False
