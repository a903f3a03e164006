"""Looks, before anything starts, whether this machine can run the mesh; also `maru doctor`."""

import os
import platform
import shutil
import socket
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from services.launcher.ports import Ports

MIN_FREE_DISK_BYTES = 2 * 1024**3
"""Weights (0.25 GB), demo data, web build and logs, with room to work."""
MIN_AVAILABLE_MEMORY_BYTES = 3 * 1024**3
"""What the parts were measured to take together, and as much again for the page cache."""
REQUIRED_CPU_FLAGS = frozenset({"avx2", "fma", "f16c"})
"""What the llama.cpp wheel is built for."""


@dataclass(frozen=True)
class Check:
    """What was looked at; `korean` and `english` hold the finding, with its remedy where it failed."""

    name: str
    passed: bool
    korean: str
    english: str


def check_machine(home: Path, ports: Ports) -> Iterator[Check]:
    """Yields the finding on platform, Python, processor, memory, disk and ports, in this order."""
    yield _check_platform()
    yield _check_python()
    yield _check_processor(_cpu_flags())
    yield _check_memory(psutil.virtual_memory().available)
    yield _check_disk(home)
    yield _check_ports(ports.all())


def _check_platform() -> Check:
    found = f"{platform.system()} {platform.machine()}"
    passed = platform.system() == "Linux" and platform.machine() == "x86_64"
    return Check(
        "platform",
        passed,
        found if passed else f"{found}: 내장 구성은 Linux x86-64에서만 동작합니다. 해당 서버에서 실행하세요.",
        found
        if passed
        else f"{found}: the embedded mesh runs on Linux x86-64 only. Run it on such a machine.",
    )


def _check_python() -> Check:
    found = f"Python {platform.python_version()}"
    if (3, 11) <= sys.version_info[:2] <= (3, 12):
        return Check("python", True, found, found)
    return Check(
        "python",
        False,
        f"{found}: Python 3.11 또는 3.12가 필요합니다. 설치한 뒤 .venv를 지우고 make up을 다시 실행하세요.",
        f"{found}: Python 3.11 or 3.12 is needed. Install it, remove .venv and run make up again.",
    )


def _cpu_flags() -> frozenset[str]:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("flags"):
            return frozenset(line.partition(":")[2].split())
    return frozenset()


def _check_processor(flags: frozenset[str]) -> Check:
    missing = ", ".join(sorted(REQUIRED_CPU_FLAGS - flags))
    return Check(
        "processor",
        not missing,
        f"CPU에 {missing} 기능이 없어 언어 모델을 실행할 수 없습니다. 2013년 이후의 x86-64 CPU(또는 그 "
        "기능을 넘겨주는 가상 머신)를 쓰세요."
        if missing
        else "AVX2, FMA, F16C",
        f"The processor lacks {missing}, which the language model needs. Use an x86-64 processor of 2013 or "
        "later, or let the virtual machine pass them on."
        if missing
        else "AVX2, FMA, F16C",
    )


def _check_memory(available: int) -> Check:
    passed = available >= MIN_AVAILABLE_MEMORY_BYTES
    found, needed = f"{available / 1024**3:.1f} GB", f"{MIN_AVAILABLE_MEMORY_BYTES / 1024**3:.0f} GB"
    return Check(
        "memory",
        passed,
        f"사용 가능 {found}" + ("" if passed else f": {needed} 이상 필요합니다. 다른 프로그램을 종료하세요."),
        f"{found} available" + ("" if passed else f": {needed} are needed. End other programs."),
    )


def _check_disk(home: Path) -> Check:
    place = home
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    writable = os.access(place, os.W_OK)
    passed = writable and free >= MIN_FREE_DISK_BYTES
    found, needed = f"{free / 1024**3:.1f} GB", f"{MIN_FREE_DISK_BYTES / 1024**3:.0f} GB"
    if not writable:
        return Check("disk", False, f"{place}에 쓸 수 없습니다. 권한을 주거나 MARU_HOME을 바꾸세요.",
                     f"{place} can't be written. Grant the right or change MARU_HOME.")  # fmt: skip
    return Check(
        "disk",
        passed,
        f"{place} 여유 {found}"
        + ("" if passed else f": {needed} 이상 필요합니다. 공간을 비우거나 MARU_HOME을 바꾸세요."),
        f"{found} free at {place}"
        + ("" if passed else f": {needed} are needed. Free some or change MARU_HOME."),
    )


def _check_ports(ports: Sequence[int]) -> Check:
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                holder = _port_holder(port)
                setting = "MARU_PORT" if port == ports[0] else "MARU_PORT_BASE"
                return Check(
                    "ports",
                    False,
                    f"포트 {port}을(를) {holder or '다른 프로그램'}이(가) 쓰고 있습니다. 그 프로그램을 "
                    f"멈추거나 {setting}=<빈 포트>로 다시 실행하세요.",
                    f"Port {port} is taken by {holder or 'another program'}. End it, or run again with "
                    f"{setting}=<free port>.",
                )
    return Check(
        "ports",
        True,
        f"127.0.0.1:{ports[0]}, {ports[1]}–{ports[-1]}",
        f"127.0.0.1:{ports[0]}, {ports[1]}–{ports[-1]}",
    )


def _port_holder(port: int) -> str | None:
    try:
        for connection in psutil.net_connections(kind="tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr[1:] == (port,) and connection.pid:
                return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
    except psutil.Error:  # another user's process: its name may not be read
        return None
    return None
