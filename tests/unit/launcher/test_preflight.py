"""What the preflight says, and that each finding names its remedy."""

import socket
from pathlib import Path

import pytest

from services.launcher import preflight
from services.launcher.ports import Ports


def test_a_taken_port_is_named_with_its_holder_and_the_setting_that_moves_it() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        finding = preflight._check_ports((port,))
    assert not finding.passed
    assert str(port) in finding.korean
    assert "pid" in finding.english
    assert "MARU_PORT=" in finding.korean


def test_a_missing_processor_feature_is_named() -> None:
    finding = preflight._check_processor(frozenset({"fma", "f16c", "sse2"}))
    assert not finding.passed
    assert "avx2" in finding.korean
    assert "avx2" in finding.english


def test_too_little_memory_is_said_with_both_figures() -> None:
    finding = preflight._check_memory(512 * 1024**2)
    assert not finding.passed
    assert "0.5 GB" in finding.english
    assert "3 GB" in finding.english


def test_too_little_disk_names_the_setting_that_moves_the_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert preflight._check_disk(tmp_path / "not" / "yet").passed
    monkeypatch.setattr(preflight, "MIN_FREE_DISK_BYTES", 1 << 60)
    finding = preflight._check_disk(tmp_path)
    assert not finding.passed
    assert "MARU_HOME" in finding.korean


def test_no_two_parts_share_a_port() -> None:
    ports = Ports(8080, 18080)
    own = [ports.mesh, ports.envoy_admin, ports.identity, ports.identity_metrics, ports.triton_grpc,
           ports.triton_http, ports.triton_metrics]  # fmt: skip
    for name in ("erp", "chat", "retrieval", "admin"):
        own += ports.service(name)
    assert len(set(own)) == len(own)
    assert set(own) <= set(ports.all())
