"""The operator's grant (RFC 7523): whoever reads the operator's key gets short tokens in anybody's name."""

import base64
import json
import stat
import uuid
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.kit.auth import TokenVerifier, parse_jwks
from tests.integration.identity.running import ISSUER, Running, refresh

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
REFUSALS = yaml.safe_load(Path("tests/cases/identity/assertion_refusals.yaml").read_text())


def claims_of(running: Running, **changes: Any) -> dict[str, Any]:
    now = int(running.clock())
    claims: dict[str, Any] = {
        "iss": "maru-operator",
        "sub": "kim.sales",
        "aud": ISSUER,
        "jti": uuid.uuid4().hex,
    }
    claims |= {"iat": now, "exp": now + 60} | changes
    return {name: value for name, value in claims.items() if value is not None}


def operator_key(running: Running) -> Ed25519PrivateKey:
    pem = (running.settings.home / "keys" / "operator.pem").read_bytes()
    key = serialization.load_pem_private_key(pem, password=None)
    assert isinstance(key, Ed25519PrivateKey)
    return key


def ask(running: Running, claims: dict[str, Any], key: Any = None) -> httpx.Response:
    assertion = jwt.encode(claims, key or operator_key(running), algorithm="EdDSA")
    return running.token(grant_type=GRANT, assertion=assertion)


async def test_the_operator_gets_a_short_token_in_a_users_name(running: Running) -> None:
    response = ask(running, claims_of(running))
    answer = response.json()
    claims = running.claims(answer["access_token"], "maru")
    assert claims["act"] == {"sub": "maru-operator"}
    assert (claims["azp"], claims["preferred_username"]) == ("maru-operator", "kim.sales")
    assert claims["realm_access"] == {"roles": ["employee", "sales"]}
    assert claims["exp"] - claims["iat"] == 300
    assert "refresh_token" not in answer

    document = running.get("/realms/maru/protocol/openid-connect/certs").json()

    class Keys:
        async def find(self, kid: str) -> Any:
            return parse_jwks(document).get(kid)

    verifier = TokenVerifier(Keys(), issuer=ISSUER, audience="maru")
    assert (await verifier.verify(answer["access_token"])).actor == "maru-operator"


def test_an_assertion_works_once(running: Running) -> None:
    claims = claims_of(running)
    assert ask(running, claims).status_code == 200
    assert ask(running, claims).json()["error"] == "invalid_grant"
    running.clock.advance(66)  # expired, and forgotten as used: it is refused all the same
    assert ask(running, claims_of(running)).status_code == 200
    assert ask(running, claims).json()["error"] == "invalid_grant"


def test_the_modern_name_of_the_algorithm_works_too(running: Running) -> None:
    assert running.token(grant_type=GRANT, assertion=compact(running, "Ed25519")).status_code == 200


def test_the_key_is_its_owners_alone(running: Running) -> None:
    key = running.settings.home / "keys" / "operator.pem"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    key.chmod(0o644)
    assert (
        running.token(grant_type=GRANT, assertion=compact(running, "EdDSA")).json()["error"]
        == "invalid_grant"
    )


def test_a_replaced_key_counts_at_once(running: Running) -> None:
    old = operator_key(running)
    new = Ed25519PrivateKey.generate()
    (running.settings.home / "keys" / "operator.pem").write_bytes(
        new.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    assert ask(running, claims_of(running), old).json()["error"] == "invalid_grant"
    assert ask(running, claims_of(running), new).status_code == 200


@pytest.mark.parametrize("case", REFUSALS, ids=lambda case: case["name"])
def test_assertion_refused(running: Running, case: dict[str, Any]) -> None:
    changes = {
        name: int(running.clock()) + int(value[3:]) if str(value).startswith("in ") else value
        for name, value in case.get("claims", {}).items()
    }
    claims = claims_of(running, **changes)
    if case.get("alg"):
        public = operator_key(running).public_key().public_bytes_raw()
        assertion = (
            unsigned(claims)
            if case["alg"] == "none"
            else jwt.api_jws.encode(json.dumps(claims).encode(), public, algorithm=case["alg"])
        )
    else:
        key = Ed25519PrivateKey.generate() if case.get("key") == "other" else operator_key(running)
        # Signed as bytes: some of these claims no library would sign.
        assertion = jwt.api_jws.encode(json.dumps(claims).encode(), key, algorithm="EdDSA")
    response = running.token(grant_type=GRANT, assertion=assertion)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize("assertion", ["", "x", "a.b.c", "....", "e30.e30.", "[" * 8000, "é"])
def test_what_is_no_assertion(running: Running, assertion: str) -> None:
    response = running.token(grant_type=GRANT, assertion=assertion)
    assert response.status_code == 400
    assert response.json()["error"] in ("invalid_grant", "invalid_request")


def test_nested_json_is_no_assertion(running: Running) -> None:
    deep = base64.urlsafe_b64encode(b"[" * 2900).rstrip(b"=").decode()
    response = running.token(grant_type=GRANT, assertion=f"{deep}.{deep}.x")
    assert (response.status_code, response.json()["error"]) == (400, "invalid_grant")


def test_no_refresh_follows(running: Running) -> None:
    token = ask(running, claims_of(running)).json()["access_token"]
    assert refresh(running, token).status_code == 400


def test_other_clients_have_no_such_grant(running: Running) -> None:
    response = ask(running, claims_of(running, iss="maru-cli"))
    assert response.json()["error"] == "invalid_grant"


def compact(running: Running, algorithm: str) -> str:
    """An assertion with the algorithm's name written as asked; the signature is Ed25519 either way."""
    head = json.dumps({"alg": algorithm}).encode()
    signed = b".".join(_encode(part) for part in (head, json.dumps(claims_of(running)).encode()))
    return (signed + b"." + _encode(operator_key(running).sign(signed))).decode()


def unsigned(claims: dict[str, Any]) -> str:
    return b".".join((_encode(b'{"alg":"none"}'), _encode(json.dumps(claims).encode()), b"")).decode()


def _encode(part: bytes) -> bytes:
    return base64.urlsafe_b64encode(part).rstrip(b"=")
