"""tests/cases/auth against a real server."""

import base64
import hashlib
import hmac
import json
import time
from pathlib import Path
from typing import Any

import grpc
import jwt
import pytest
import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from maru.erp.v1 import erp_service_pb2 as pb
from maru.erp.v1 import erp_service_pb2_grpc as pb_grpc

from services.kit.status import from_rpc_error
from services.kit.testing import Issuer, Served

CASES = Path("tests/cases/auth")
TOKENS = yaml.safe_load((CASES / "tokens.yaml").read_text())
WORKLOAD = yaml.safe_load((CASES / "workload.yaml").read_text())


def changed(claims: dict[str, Any], case: dict[str, Any]) -> dict[str, Any]:
    now = int(time.time())
    for name, value in case.get("claims", {}).items():
        claims[name] = now + value if name in ("exp", "iat", "nbf") else value
    claims["padding"] = "x" * claims.get("padding", 0)
    return {name: value for name, value in claims.items() if name not in case.get("without", ())}


def encoded(part: Any) -> str:
    data = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def access_token(case: dict[str, Any], issuer: Issuer) -> str:
    """Built by hand where a JWT library would refuse to build it."""
    headers = {"alg": "ES256", "typ": "at+jwt", "kid": issuer.kid, **case.get("headers", {})}
    signed = f"{encoded(headers)}.{encoded(changed(issuer.claims(), case))}"
    match case.get("sign", "issuer"):
        case "none":
            return f"{signed}."
        case "hs256-public-key":
            secret = issuer.key.public_key().public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
            return f"{signed}.{encoded(hmac.digest(secret, signed.encode(), hashlib.sha256))}"
        case who:
            key = Issuer().key if who == "stranger" else issuer.key
            signature = jwt.algorithms.ECAlgorithm(jwt.algorithms.ECAlgorithm.SHA256).sign(
                signed.encode(), key
            )
            if who == "garbled":
                signature = bytes([signature[0] ^ 1]) + signature[1:]
            return f"{signed}.{encoded(signature)}"


def sent(case: dict[str, Any], token: str) -> list[tuple[str, str]]:
    match case.get("send", "bearer"):
        case "nothing":
            return []
        case "basic":
            return [("authorization", "Basic a2ltOmtpbQ==")]
        case "bearer":
            return [("authorization", f"Bearer {token}")]
        case "twice":
            return [("authorization", f"Bearer {token}")] * 2
        case text:
            return [("authorization", text)]


async def outcome(server: Served, metadata: list[tuple[str, str]]) -> dict[str, str]:
    try:
        await pb_grpc.ErpServiceStub(server.channel).DescribeCatalog(
            pb.DescribeCatalogRequest(), metadata=metadata, timeout=5
        )
    except grpc.aio.AioRpcError as error:
        known = from_rpc_error(error, "erp")
        return {"code": error.code().name, "reason": known.reason if known else ""}
    return {"code": "OK"}


@pytest.mark.parametrize("case", TOKENS, ids=lambda case: case["name"])
async def test_access_token(server: Served, case: dict[str, Any]) -> None:
    expected = {key: case[key] for key in ("code", "reason") if key in case}
    assert await outcome(server, sent(case, access_token(case, server.issuer))) == expected


@pytest.mark.parametrize("case", WORKLOAD, ids=lambda case: case["name"])
async def test_workload_assertion(server: Served, case: dict[str, Any]) -> None:
    name = case.get("service", "chat")
    own = server.signer(name)
    good = own.assertion("erp")
    claims = changed(jwt.decode(good, options={"verify_signature": False}), case)
    headers = {**jwt.get_unverified_header(good), **case.get("headers", {})}
    key = Ed25519PrivateKey.generate() if case.get("sign") == "stranger" else own._key
    assertion = case.get("send") or jwt.encode(claims, key, "EdDSA", headers=headers)
    metadata = [*server.issuer.metadata(), ("maru-workload", assertion)]
    assert await outcome(server, metadata) == {k: case[k] for k in ("code", "reason") if k in case}


async def test_a_workload_without_an_asker_is_not_enough(server: Served) -> None:
    metadata = [("maru-workload", server.signer("chat").assertion("erp"))]
    assert await outcome(server, metadata) == {"code": "UNAUTHENTICATED", "reason": "TOKEN_MISSING"}


async def test_the_identity_is_what_the_token_says(server: Served, catalog: Any) -> None:
    token = server.issuer.token(
        "lee",
        roles={"employee", "sales"},
        name="이서연",
        company=["마루상사"],
        territory=["서울", "경기"],
        warehouse="본사창고",
        department=["영업1팀"],
        employee="HR-EMP-00007",
        act={"sub": "maru-operator"},
    )
    chat = ("maru-workload", server.signer("chat").assertion("erp"))
    assert await outcome(server, [("authorization", f"Bearer {token}"), chat]) == {"code": "OK"}
    (identity,) = catalog.askers
    assert (identity.username, identity.name, identity.caller) == ("lee", "이서연", "chat")
    assert identity.roles == {"employee", "sales"}
    assert (identity.company, identity.territory) == (("마루상사",), ("서울", "경기"))
    assert (identity.warehouse, identity.department) == (("본사창고",), ("영업1팀",))
    assert (identity.employee, identity.actor) == ("HR-EMP-00007", "maru-operator")
    assert identity.token == token
    assert token not in repr(identity)
