"""Tokens that must not be believed, by name."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from services.kit.testing import Issuer
from services.kit.workload import WorkloadSigner


def bad_tokens(issuer: Issuer) -> dict[str, str]:
    """Name -> token; each is wrong in one way alone."""
    now = int(time.time())
    good = issuer.claims("mallory")
    header, payload, signature = issuer.token("mallory").split(".")
    no_expiry = {key: value for key, value in good.items() if key != "exp"}
    public_pem = issuer.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return {
        "expired": issuer.token("mallory", exp=now - 60),
        "not-yet-valid": issuer.token("mallory", nbf=now + 600),
        "no-expiry": _signed(issuer, no_expiry),
        "signed-by-another-key": _signed(issuer, good, key=ec.generate_private_key(ec.SECP256R1())),
        "unknown-key-id": _signed(issuer, good, kid="nobody"),
        "alg-none": _forged({"alg": "none", "typ": "at+jwt"}, good, b""),
        "alg-none-with-signature": f"{_part({'alg': 'none', 'kid': issuer.kid})}.{payload}.{signature}",
        "hs256-with-the-public-key": _hs256(issuer, good, public_pem),
        "changed-payload": f"{header}.{_part({**good, 'sub': 'somebody-else'})}.{signature}",
        "cut-signature": f"{header}.{payload}.{signature[:-8]}",
        "wrong-audience": issuer.token("mallory", aud=["another-application"]),
        "no-audience": _signed(issuer, {key: value for key, value in good.items() if key != "aud"}),
        "wrong-issuer": issuer.token("mallory", iss="http://127.0.0.1:1/realms/maru"),
        "issuer-with-slash": issuer.token("mallory", iss=f"{issuer.url}/"),
        "not-a-token": "not.a.token",
        "empty": "",
    }


def bad_workload_tokens(signer: WorkloadSigner, key: Ed25519PrivateKey) -> dict[str, str]:
    """Name -> workload token of the signer's service, each wrong in one way; `key` is its own."""
    good = signer.assertion()
    header = jwt.get_unverified_header(good)
    now = int(time.time())
    claims = {"iss": signer.name, "sub": signer.name, "aud": "maru-mesh", "iat": now, "exp": now + 60}

    def signed(changed: dict[str, Any], by: Ed25519PrivateKey = key) -> str:
        return jwt.encode({**claims, **changed}, by, "EdDSA", headers=header)

    return {
        "expired": signed({"exp": now - 30}),
        "lives-an-hour": signed({"exp": now + 3600}),
        "signed-by-another-key": signed({}, Ed25519PrivateKey.generate()),
        "for-somebody-else": signed({"aud": "http://127.0.0.1/realms/maru"}),
        "not-a-token": "not.a.token",
    }


def _signed(issuer: Issuer, claims: dict[str, Any], *, key: Any = None, kid: str | None = None) -> str:
    return jwt.encode(claims, key or issuer.key, "ES256", headers={"kid": kid or issuer.kid, "typ": "at+jwt"})


def _hs256(issuer: Issuer, claims: dict[str, Any], secret: bytes) -> str:
    signed = f"{_part({'alg': 'HS256', 'kid': issuer.kid, 'typ': 'at+jwt'})}.{_part(claims)}"
    return f"{signed}.{_encoded(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"


def _forged(header: dict[str, Any], claims: dict[str, Any], signature: bytes) -> str:
    return f"{_part(header)}.{_part(claims)}.{_encoded(signature)}"


def _part(content: dict[str, Any]) -> str:
    return _encoded(json.dumps(content).encode())


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
