"""The services' own identity: each signs its calls with its key and checks the others' by a file of keys.

No issuer takes part, so calls between services go on while it is away. Metadata key: `maru-workload`.
"""

import json
import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.kit.errors import WorkloadInvalid

METADATA_KEY: Final = "maru-workload"
MESH: Final = "maru-mesh"
"""The audience of a call whose target the caller doesn't know by name."""

LIFETIME_SECONDS: Final = 60
_RENEW_SECONDS: Final = 30
_TYPE: Final = "maru-workload+jwt"
_SEAL_TYPE: Final = "maru-sealed+jwt"
_LEEWAY_SECONDS: Final = 5


class WorkloadSigner:
    """Signs assertions of one service's identity; one is reused for half of its life."""

    def __init__(self, name: str, key: Ed25519PrivateKey) -> None:
        self.name = name
        self._key = key
        self._signed: dict[str, tuple[float, str]] = {}

    @classmethod
    def from_file(cls, name: str, path: Path) -> "WorkloadSigner":
        """Read the key (PEM, PKCS 8, Ed25519).

        Raises:
            SystemExit: there is no usable key; says which setting to correct.
        """
        try:
            key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        except (OSError, ValueError) as error:
            raise SystemExit(
                f"MARU_WORKLOAD_KEY_FILE: {path}: {type(error).__name__}. "
                "`maru up`이 키를 만듭니다. / `maru up` makes the keys."
            ) from None
        if not isinstance(key, Ed25519PrivateKey):
            raise SystemExit(f"MARU_WORKLOAD_KEY_FILE: {path}: Ed25519 키가 아닙니다. / not an Ed25519 key.")
        return cls(name, key)

    def assertion(self, audience: str = MESH) -> str:
        """A compact JWT for calls to `audience`, good for at least half a minute."""
        now = time.time()
        renew_at, signed = self._signed.get(audience, (0.0, ""))
        if now >= renew_at:
            claims = {
                "iss": self.name,
                "sub": self.name,
                "aud": audience,
                "iat": int(now),
                "exp": int(now) + LIFETIME_SECONDS,
            }
            signed = jwt.encode(
                claims, self._key, "EdDSA", headers={"kid": _kid(self.name, self._key), "typ": _TYPE}
            )
            self._signed[audience] = (now + _RENEW_SECONDS, signed)
        return signed

    def seal(self, claims: Mapping[str, Any]) -> str:
        """The claims signed, for `unseal` of the same service; proves nobody's identity to others."""
        headers = {"kid": _kid(self.name, self._key), "typ": _SEAL_TYPE}
        return jwt.encode(dict(claims), self._key, "EdDSA", headers=headers)

    def unseal(self, sealed: str) -> dict[str, Any] | None:
        """What `seal` was given; None where another key signed, or anything was changed."""
        try:
            if jwt.get_unverified_header(sealed).get("typ") != _SEAL_TYPE:
                return None
            claims: dict[str, Any] = jwt.decode(sealed, self._key.public_key(), algorithms=["EdDSA"])
        except jwt.PyJWTError:
            return None
        return claims


class WorkloadVerifier:
    """Checks assertions addressed to one service, by a JWKS file that is read again when it changes."""

    def __init__(self, jwks_file: Path, audience: str) -> None:
        self._file = jwks_file
        self._audience = audience
        self._stamp = -1
        self._keys: dict[str, tuple[str, jwt.PyJWK]] = {}

    def verify(self, assertion: str) -> str:
        """The name of the service that signed.

        Raises:
            WorkloadInvalid: it is forged, expired, too long-lived, or meant for another service.
        """
        try:
            header = jwt.get_unverified_header(assertion)
            kid = header.get("kid")
            if header.get("typ") != _TYPE or header.get("alg") != "EdDSA" or not isinstance(kid, str):
                raise WorkloadInvalid("header")
            name, key = self._find(kid)
            claims = jwt.decode(
                assertion,
                key,
                algorithms=["EdDSA"],
                issuer=name,  # a key signs for its own service only
                audience=[self._audience, MESH],
                leeway=_LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )
        except jwt.PyJWTError as error:
            raise WorkloadInvalid(f"{type(error).__name__}: {error}") from None
        if claims["sub"] != name:
            raise WorkloadInvalid("subject")
        if claims["exp"] - claims["iat"] > LIFETIME_SECONDS:
            raise WorkloadInvalid("lives too long")
        return name

    def _find(self, kid: str) -> tuple[str, jwt.PyJWK]:
        try:
            stamp = self._file.stat().st_mtime_ns
            if stamp != self._stamp:
                entries = json.loads(self._file.read_bytes())["keys"]
                self._keys = {
                    entry["kid"]: (entry["service"], jwt.PyJWK(entry, "EdDSA")) for entry in entries
                }
                self._stamp = stamp
        except (OSError, ValueError, KeyError, TypeError) as error:
            if not self._keys:
                raise WorkloadInvalid(f"key file: {type(error).__name__}") from None
        try:
            return self._keys[kid]
        except KeyError:
            raise WorkloadInvalid("unknown key id") from None


def write_keys(folder: Path, services: Iterable[str]) -> None:
    """Give each service a key that hasn't a usable one yet, and write the public keys of all.

    Writes `folder/workload/<service>.pem` (0600, in a 0700 folder) and `folder/workload.jwks.json`.
    """
    private = folder / "workload"
    private.mkdir(mode=0o700, parents=True, exist_ok=True)
    entries = []
    for name in services:
        path = private / f"{name}.pem"
        key = _stored_key(path)
        if key is None:
            key = Ed25519PrivateKey.generate()
            pem = key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            _write(path, pem, 0o600)
        jwk = jwt.algorithms.OKPAlgorithm.to_jwk(key.public_key(), as_dict=True)
        entries.append({**jwk, "kid": _kid(name, key), "use": "sig", "alg": "EdDSA", "service": name})
    _write(folder / "workload.jwks.json", json.dumps({"keys": entries}, indent=1).encode(), 0o644)


def _stored_key(path: Path) -> Ed25519PrivateKey | None:
    """The key in the file; None where there is none, or nothing that could be used."""
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (FileNotFoundError, ValueError):
        return None
    return key if isinstance(key, Ed25519PrivateKey) else None


def _kid(name: str, key: Ed25519PrivateKey) -> str:
    """The service's name and the start of its public key: readable, and new with each new key."""
    return f"{name}-{key.public_key().public_bytes_raw().hex()[:12]}"


def _write(path: Path, content: bytes, mode: int) -> None:
    """Replace the file whole: a reader sees the old or the new content."""
    draft = path.with_name(path.name + ".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
        file.write(content)
    draft.replace(path)
