"""Parts that die, come back, hang up; the issuer away."""

import socket
import subprocess
import time
from pathlib import Path

from services.launcher import envoy
from tests.edge.clients import Answer, grpc_call, grpc_web_call, http_call
from tests.edge.conftest import Mesh
from tests.edge.envoy_process import EnvoyProcess, free_ports, wait_until
from tests.edge.upstreams import HangingUp

RUN_QUERY = "/maru.erp.v1.ErpService/RunQuery"
SEARCH = "/maru.retrieval.v1.RetrievalService/Search"
IMPORT = "/maru.retrieval.v1.RetrievalService/ImportDocument"
GET_STATUS = "/maru.admin.v1.StatusService/GetStatus"
LIST_AUDIT = "/maru.admin.v1.AuditService/ListAuditEntries"
STREAM_INFER = "/inference.GRPCInferenceService/ModelStreamInfer"


def _timed(answer: Answer, start: float) -> tuple[str, bool]:
    return answer.status, time.monotonic() - start < 2


def test_a_dead_part_is_unavailable_at_once_and_back_within_two_seconds(mesh: Mesh) -> None:
    part = mesh.parts["erp"]
    headers = mesh.user("unlucky")
    assert grpc_call(mesh.envoy.edge, RUN_QUERY, headers).status == "OK"
    part.stop()
    try:
        start = time.monotonic()
        refused = grpc_call(mesh.envoy.edge, RUN_QUERY, headers)
        assert _timed(refused, start) == ("UNAVAILABLE", True)
        assert refused.reason == "DEPENDENCY_UNAVAILABLE"
        assert refused.message == "The service erp does not answer. Try again in a moment."
        web = grpc_web_call(mesh.envoy.edge, RUN_QUERY, headers)
        assert (web.status, web.reason) == ("UNAVAILABLE", "DEPENDENCY_UNAVAILABLE")
        wait_until(lambda: not mesh.envoy.healthy("erp"), 10)
        start = time.monotonic()
        assert _timed(grpc_call(mesh.envoy.edge, RUN_QUERY, headers), start) == ("UNAVAILABLE", True)
        assert http_call(mesh.envoy.edge, "/readyz").status == "503"
    finally:
        part.start()
    assert wait_until(lambda: grpc_call(mesh.envoy.edge, RUN_QUERY, headers).status == "OK", 5) < 2
    wait_until(lambda: http_call(mesh.envoy.edge, "/readyz").status == "200", 5)


def test_a_second_envoy_does_not_share_the_port(mesh: Mesh, tmp_path: Path) -> None:
    text = mesh.envoy.config.read_text(encoding="utf-8")
    own = free_ports()
    for taken, free in ((mesh.envoy.ports.mesh, own.mesh), (mesh.envoy.ports.envoy_admin, own.envoy_admin)):
        text = text.replace(f'"port_value": {taken}', f'"port_value": {free}')
    config = tmp_path / "envoy.json"
    config.write_text(text, encoding="utf-8")
    second = subprocess.run(envoy.argv(config), capture_output=True, text=True, timeout=20, check=False)
    assert second.returncode != 0
    assert "Address already in use" in second.stderr


def test_a_part_that_restarts_quickly_is_used_at_once(mesh: Mesh) -> None:
    part = mesh.parts["admin"]
    headers = mesh.user("quick")
    assert grpc_call(mesh.envoy.edge, GET_STATUS, headers).status == "OK"
    part.stop()
    assert grpc_call(mesh.envoy.edge, GET_STATUS, headers).status == "UNAVAILABLE"
    part.start()
    assert wait_until(lambda: grpc_call(mesh.envoy.edge, GET_STATUS, headers).status == "OK", 5) < 2


def _attempts(mesh: Mesh, path: str) -> int:
    """How often Envoy sends a call to a part that hangs up on every one."""
    part = mesh.parts["retrieval"]
    part.stop()
    hanging_up = HangingUp(part.port)
    headers = mesh.user("retried") | {"user-agent": f"attempts-{path.rsplit('/')[-1]}"}
    try:
        assert grpc_web_call(mesh.envoy.edge, path, headers).status == "UNAVAILABLE"
    finally:
        hanging_up.close()
        part.start()
    wait_until(lambda: grpc_web_call(mesh.envoy.edge, SEARCH, headers).status == "OK", 5)
    line = next(line for line in mesh.envoy.access_log(headers["user-agent"]) if line["path"] == path)
    return int(line["attempts"])


def test_a_read_is_repeated_when_its_answer_is_lost(mesh: Mesh) -> None:
    assert _attempts(mesh, SEARCH) == 3


def test_a_write_is_never_repeated_once_it_was_sent(mesh: Mesh) -> None:
    assert _attempts(mesh, IMPORT) == 1


def test_a_part_that_stands_still_is_given_up(mesh: Mesh) -> None:
    template = envoy.TEMPLATE.read_text(encoding="utf-8")
    slow = ("interval: 15s            # finds", "timeout: 10s             # answered")
    assert all(template.count(text) == 1 for text in slow)
    quick = (text.replace("15s", "1s").replace("10s", "1s") for text in slow)
    process = mesh.start_envoy(template.replace(slow[0], next(quick)).replace(slow[1], next(quick)))
    part = mesh.parts["admin"]
    part.stop()
    with socket.create_server(("127.0.0.1", part.port)):  # connections are made, and nobody is there
        answer = grpc_call(process.edge, LIST_AUDIT, mesh.user("waiting"), timeout=20)
    part.start()
    assert answer.status == "UNAVAILABLE"
    assert answer.reason == "DEPENDENCY_UNAVAILABLE"


def test_a_services_own_answer_is_never_repeated(mesh: Mesh) -> None:
    headers = mesh.user("answered") | {"user-agent": "own-answer"}
    answer = grpc_web_call(mesh.envoy.edge, SEARCH, headers, {"status": "UNAVAILABLE"})
    assert (answer.status, answer.message) == ("UNAVAILABLE", "as asked")
    assert mesh.envoy.access_log("own-answer")[0]["attempts"] == 1


def test_tritons_calls_get_no_deadline_and_its_failures_do_not_put_it_out(mesh: Mesh) -> None:
    workload = mesh.workload("chat", "triton")
    for _ in range(10):
        failed = grpc_call(mesh.envoy.mesh, STREAM_INFER, workload, {"status": "UNAVAILABLE"})
        assert failed.message == "as asked"
    answer = grpc_call(mesh.envoy.mesh, STREAM_INFER, workload, timeout=5)
    assert answer.status == "OK"
    assert answer.echo["time_remaining"] > 1e9, "no deadline"


def test_a_remembered_token_ends_with_its_time(mesh: Mesh) -> None:
    """Envoy remembers a checked token; it allows 5 s for clocks that differ."""
    headers = {"authorization": f"Bearer {mesh.issuer.token('ending', exp=int(time.time()) - 3)}"}
    assert grpc_call(mesh.envoy.edge, RUN_QUERY, headers).status == "OK"
    wait_until(lambda: grpc_call(mesh.envoy.edge, RUN_QUERY, headers).reason == "TOKEN_EXPIRED", 5)


def _quick_fetch_envoy(mesh: Mesh) -> EnvoyProcess:
    """As shipped, but the keys are fetched every second instead of every 55."""
    template = envoy.TEMPLATE.read_text(encoding="utf-8")
    assert template.count("cache_duration: 60s") == 1
    return mesh.start_envoy(template.replace("cache_duration: 60s", "cache_duration: 6s"))


def test_with_the_issuer_away_known_keys_go_on(mesh: Mesh) -> None:
    process = _quick_fetch_envoy(mesh)
    headers = mesh.user("loyal")
    assert grpc_call(process.edge, RUN_QUERY, headers).status == "OK"
    mesh.issuer_server.stop()
    try:
        failed = "http.edge.jwt_authn.jwks_fetch_failed"
        wait_until(lambda: process.stat(failed) >= 3, 20)
        assert grpc_call(process.edge, RUN_QUERY, headers).status == "OK"
        assert grpc_call(process.edge, RUN_QUERY, mesh.user("newcomer")).status == "OK"
        forged = {"authorization": "Bearer not.a.token"}
        assert grpc_call(process.edge, RUN_QUERY, forged).status == "UNAUTHENTICATED"
        assert http_call(process.edge, "/realms/maru/account").status == "503"
    finally:
        mesh.issuer_server.start()
    wait_until(lambda: http_call(process.edge, "/realms/maru/account").status == "200", 5)


def test_a_new_key_of_the_issuer_is_taken_up_without_a_restart(mesh: Mesh) -> None:
    process = _quick_fetch_envoy(mesh)
    before = mesh.issuer.key, mesh.issuer.kid
    try:
        mesh.issuer.rotate()
        headers = mesh.user("rotated")
        wait_until(lambda: grpc_call(process.edge, RUN_QUERY, headers).status == "OK", 5)
    finally:
        mesh.issuer.key, mesh.issuer.kid = before


def test_an_issuer_that_starts_after_envoy_is_found(mesh: Mesh) -> None:
    mesh.issuer_server.stop()
    headers = mesh.user("early")
    try:
        process = mesh.start_envoy(ready=("chat", "erp"))
        assert grpc_call(process.edge, RUN_QUERY, headers).status == "UNAUTHENTICATED"
        assert http_call(process.edge, "/").status == "200"
    finally:
        mesh.issuer_server.start()
    assert wait_until(lambda: grpc_call(process.edge, RUN_QUERY, headers).status == "OK", 5) < 3
