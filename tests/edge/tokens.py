"""Tokens that must not be believed, by name."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from services.kit.testing import Issuer


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
