"""A service as a process: how it starts, says that it is ready, and stops."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from services.kit.workload import write_keys


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    write_keys(tmp_path / "keys", ["erp"])
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("MARU_")},
        "MARU_HOME": str(tmp_path),
        "MARU_GRPC_ADDRESS": "127.0.0.1:0",
        "MARU_METRICS_ADDRESS": "127.0.0.1:0",
    }


def start(environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.integration.kit"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def events(process: subprocess.Popen[str]) -> Iterator[dict[str, object]]:
    assert process.stdout
    for line in process.stdout:
        yield json.loads(line)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_in_order_with_exit_code_0(
    environment: dict[str, str], number: signal.Signals
) -> None:
    with start(environment) as process:
        lines = events(process)
        ready = next(line for line in lines if line["event"] == "ready")
        assert ready["serving"] is True
        with grpc.insecure_channel(f"127.0.0.1:{ready['port']}") as channel:
            answer = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=5)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
        process.send_signal(number)
        told = [(line["event"], line.get("part"), line.get("serving")) for line in lines]
        assert process.wait(10) == 0
        assert process.stderr
        assert process.stderr.read() == ""
    assert told[0][0] == "stopping"
    assert ("health", "all", False) in told
    assert told[-1][0] == "stopped"


def refusal(environment: dict[str, str]) -> str:
    with start(environment) as process:
        _, said = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "Traceback" not in said
    return said


def test_a_taken_port_is_one_clear_line(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        said = refusal({**environment, "MARU_GRPC_ADDRESS": address})
    assert f"MARU_GRPC_ADDRESS={address}" in said


def test_a_missing_key_is_one_clear_line(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "keys" / "workload" / "erp.pem").unlink()
    assert "MARU_WORKLOAD_KEY_FILE" in refusal(environment)


def test_a_wrong_setting_is_one_clear_line(environment: dict[str, str]) -> None:
    assert "MARU_TODAY" in refusal({**environment, "MARU_TODAY": "yesterday"})
