"""The route cases of envoy/tests/routes.yaml against a real Envoy."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from services.kit.workload import WorkloadSigner
from tests.edge.clients import Answer, grpc_call, grpc_web_call, http_call
from tests.edge.conftest import Mesh
from tests.edge.tokens import bad_tokens, bad_workload_tokens

CASES = yaml.safe_load(
    (Path(__file__).parents[2] / "envoy" / "tests" / "routes.yaml").read_text(encoding="utf-8")
)


def _call(mesh: Mesh, case: dict[str, Any], headers: dict[str, str]) -> Answer:
    address = mesh.envoy.mesh if case.get("listener") == "mesh" else mesh.envoy.edge
    if case["as"] == "grpc":
        return grpc_call(address, case["path"], headers, authority=case.get("authority"))
    if case["as"] == "grpc-web":
        return grpc_web_call(address, case["path"], headers)
    return http_call(address, case["path"], headers, method=case.get("method", "GET"))


def _headers(mesh: Mesh, case: dict[str, Any]) -> dict[str, str]:
    headers = dict(case.get("headers", {}))
    for token in case.get("with", ()):
        headers |= mesh.user("route-cases") if token == "user" else mesh.workload(token)
    return headers


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: f"{case['name']}-{case['as']}")
def test_case(mesh: Mesh, case: dict[str, Any]) -> None:
    answer = _call(mesh, case, _headers(mesh, case))
    expected = case["expect"]
    if "part" in expected:
        assert answer.status in {"OK", "200"}, answer.message
        assert answer.echo["part"] == expected["part"]
        assert answer.echo["method"] == expected.get("method", case["path"])
    if "status" in expected:
        assert answer.status == str(expected["status"]), answer.message
    if "reason" in expected:
        assert answer.reason == expected["reason"]


@pytest.mark.parametrize("protocol", ["grpc", "grpc-web", "http"])
@pytest.mark.parametrize("path", CASES["protected"])
def test_no_bad_token_passes(mesh: Mesh, path: str, protocol: str) -> None:
    expected = "401" if protocol == "http" else "UNAUTHENTICATED"
    case = {"as": protocol, "path": path, "method": "POST"}
    tried = {"none": {}} | {
        name: {"authorization": f"Bearer {token}"} for name, token in bad_tokens(mesh.issuer).items()
    }
    tried["basic"] = {"authorization": "Basic YTpi"}
    tried["lower-case-scheme"] = {
        "authorization": mesh.user("mallory")["authorization"].replace("Bearer", "bearer")
    }
    passed = {name for name, headers in tried.items() if _call(mesh, case, headers).status != expected}
    assert not passed


@pytest.mark.parametrize(
    "path", ["/maru.erp.v1.ErpService/RunQuery", "/inference.GRPCInferenceService/ModelInfer"]
)
def test_no_bad_workload_token_passes(mesh: Mesh, path: str) -> None:
    pem = (mesh.keys / "workload" / "chat.pem").read_bytes()
    key = load_pem_private_key(pem, None)
    assert isinstance(key, Ed25519PrivateKey)
    tried = bad_workload_tokens(WorkloadSigner("chat", key), key)
    tried["an-access-token"] = mesh.issuer.token("mallory")
    answers = {
        name: grpc_call(mesh.envoy.mesh, path, mesh.user("mallory") | {"maru-workload": token})
        for name, token in tried.items()
    }
    assert {name: (a.status, a.reason) for name, a in answers.items()} == dict.fromkeys(
        tried, ("UNAUTHENTICATED", "WORKLOAD_INVALID")
    )


def test_a_token_in_the_address_is_not_taken(mesh: Mesh) -> None:
    token = mesh.issuer.token("mallory")
    answer = http_call(
        mesh.envoy.edge, f"/maru.chat.v1.ChatService/GetTurn?access_token={token}", method="POST"
    )
    assert answer.status == "401"


@pytest.mark.parametrize("trick", CASES["tricks"])
def test_no_way_of_writing_a_path_opens_a_protected_one(mesh: Mesh, trick: str) -> None:
    answer = http_call(mesh.envoy.edge, trick, method="POST")
    if answer.status == "200":  # another way to write a page of the issuer
        assert answer.echo["part"] == "identity"
        assert answer.echo["method"].startswith("/realms/maru/")
        assert ".." not in answer.echo["method"]
    else:
        assert answer.status in {"400", "401"}
