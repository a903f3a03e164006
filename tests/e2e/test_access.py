"""Who gets in at the edge of the real mesh: every RPC, with every kind of token that must not open it."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from google.protobuf.descriptor import ServiceDescriptor
from maru.admin.v1 import (
    audit_log_service_pb2,
    audit_service_pb2,
    limits_service_pb2,
    model_service_pb2,
    status_service_pb2,
    sync_service_pb2,
)
from maru.chat.v1 import chat_service_pb2
from maru.erp.v1 import erp_service_pb2
from maru.retrieval.v1 import retrieval_service_pb2

from tests.e2e.mesh import Mesh

pytestmark = pytest.mark.e2e

SERVICES: tuple[ServiceDescriptor, ...] = tuple(
    service
    for module in (
        *(audit_log_service_pb2, audit_service_pb2, chat_service_pb2, erp_service_pb2, limits_service_pb2),
        *(model_service_pb2, retrieval_service_pb2, status_service_pb2, sync_service_pb2),
    )
    for service in module.DESCRIPTOR.services_by_name.values()
)
METHODS = [f"/{service.full_name}/{method.name}" for service in SERVICES for method in service.methods]
STRANGER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
TOKEN_KINDS = (
    "none",
    "garbled",
    "expired",
    "strangers_signature",
    "alg_none",
    "wrong_audience",
    "wrong_issuer",
)


@pytest.fixture(scope="module")
def channel(mesh: Mesh) -> Iterator[grpc.Channel]:
    with grpc.insecure_channel(mesh.edge_address) as channel:
        yield channel


@pytest.fixture(scope="module")
def tokens(mesh: Mesh) -> dict[str, str | None]:
    """A bad token of each kind, signed with the issuer's own key where the signature is not what is bad."""
    good = mesh.token("kim.sales")
    claims = jwt.decode(good, options={"verify_signature": False})
    headers = jwt.get_unverified_header(good)
    key = _issuer_key(mesh.home, headers["kid"])

    def signed(**changes: Any) -> str:
        return jwt.encode(claims | changes, key, "RS256", headers=headers)

    past = int(time.time()) - 600
    return {
        "none": None,
        "garbled": good[:-8] + "AAAAAAAA",
        "expired": signed(iat=past - 300, exp=past),
        "strangers_signature": jwt.encode(claims, STRANGER, "RS256", headers=headers),
        "alg_none": jwt.encode(claims, None, "none"),
        "wrong_audience": signed(aud=["account"]),
        "wrong_issuer": signed(iss="http://127.0.0.1:1/realms/maru"),
    }


def _issuer_key(home: Path, kid: str) -> Any:
    def keys(node: Any) -> Iterator[dict[str, Any]]:
        if isinstance(node, dict):
            if node.get("kty") == "RSA" and "d" in node:
                yield node
            for value in node.values():
                yield from keys(value)
        if isinstance(node, list):
            for value in node:
                yield from keys(value)

    stored = list(keys(json.loads((home / "keys" / "issuer.json").read_text())))
    return jwt.PyJWK(next(key for key in stored if key.get("kid", kid) == kid), "RS256").key


def _call(channel: grpc.Channel, method: str, token: str | None) -> grpc.StatusCode:
    metadata = (("authorization", f"Bearer {token}"),) if token is not None else ()
    try:
        # An empty message is one of any method; a stream's first answer is awaited too.
        next(iter(channel.unary_stream(method)(b"", metadata=metadata, timeout=10)), None)
    except grpc.RpcError as error:
        return error.code()  # type: ignore[attr-defined, no-any-return]
    return grpc.StatusCode.OK


@pytest.mark.parametrize("kind", TOKEN_KINDS)
def test_no_rpc_opens_to_a_bad_token(channel: grpc.Channel, tokens: dict[str, str | None], kind: str) -> None:
    answers = {
        method: _call(channel, method, tokens[kind])
        for method in [*METHODS, "/maru.chat.v1.ChatService/Nothing"]
    }
    assert {
        method: code for method, code in answers.items() if code is not grpc.StatusCode.UNAUTHENTICATED
    } == {}


def test_an_employee_is_no_administrator(channel: grpc.Channel, mesh: Mesh) -> None:
    token = mesh.token("kim.sales")
    admin_only = [method for method in METHODS if method.startswith("/maru.admin.v1.")]
    assert admin_only
    assert {_call(channel, method, token) for method in admin_only} == {grpc.StatusCode.PERMISSION_DENIED}


def test_an_rpc_without_an_access_rule_is_nobodys(channel: grpc.Channel, mesh: Mesh) -> None:
    token = mesh.token("jung.exec")
    assert _call(channel, "/maru.chat.v1.ChatService/Nothing", token) is not grpc.StatusCode.OK


def test_what_comes_later_says_so(channel: grpc.Channel, mesh: Mesh) -> None:
    assert _call(channel, "/maru.admin.v1.LimitsService/ListUserLimits", mesh.token("admin")) in (
        grpc.StatusCode.UNIMPLEMENTED,
        grpc.StatusCode.INVALID_ARGUMENT,
    )


@pytest.mark.parametrize("path", ["/", "/realms/maru/.well-known/openid-configuration"])
def test_sign_in_and_web_files_are_open(mesh: Mesh, path: str) -> None:
    assert httpx.get(mesh.edge_url + path, trust_env=False).status_code == 200


@pytest.mark.parametrize("path", ["/stats", "/config_dump", "/v2/models/llm/infer", "/metrics", "/anything"])
def test_no_other_path_is_open(mesh: Mesh, path: str) -> None:
    assert httpx.get(mesh.edge_url + path, trust_env=False).status_code in (401, 404)


def test_anothers_conversation_does_not_exist(mesh: Mesh) -> None:
    name = mesh.maru("ask", "안녕하세요", "--as", "kim.sales").stdout.split("conversations/")[1].split()[0]
    refused = mesh.maru(
        "ask",
        "지난달 매출은?",
        "--as",
        "park.finance",
        "--conversation",
        f"conversations/{name}",
        check=False,
    )
    assert refused.returncode == 1
    assert "CONVERSATION_NOT_FOUND" in refused.stderr


def test_a_service_does_not_take_a_call_that_skips_the_edge(mesh: Mesh) -> None:
    base = int(mesh.environment["MARU_PORT_BASE"])
    with grpc.insecure_channel(
        f"127.0.0.1:{base}"
    ) as inner:  # the mesh listener, with the asker's token alone
        assert _call(inner, "/maru.erp.v1.ErpService/DescribeCatalog", mesh.token("kim.sales")) in (
            grpc.StatusCode.UNAUTHENTICATED,
            grpc.StatusCode.PERMISSION_DENIED,
        )
