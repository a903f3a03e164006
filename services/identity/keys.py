"""The issuer's signing keys and the operator's key, as files that only the owner can read.

A verifier (Envoy, each service) keeps the published keys for a while, so a new key is published a lead time
before it signs, and an old one stays published until the last token that it signed has expired.
"""

import fcntl
import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc.errors import JoseError
from joserfc.jwk import KeyParameters, KeySet, OKPKey, RSAKey

from services.identity.errors import ConfigurationError

log = structlog.get_logger(__name__)

ALGORITHM = "RS256"
RSA_BITS = 2048


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key pair and the part of its life that is planned. Times are Unix seconds."""

    key: RSAKey
    signs_from: int
    published_until: int | None = None
    """None while no successor is known."""


class SigningKeys:
    """The signing keys of `DIR/issuer.json`: made when missing, rotated when old, read again when changed."""

    def __init__(
        self, directory: Path, clock: Callable[[], float], *, lifetime: int, lead: int, longest_token: int
    ) -> None:
        """All in seconds: how long a key signs, how long it is published before, how long a token may live.

        Raises:
            ConfigurationError: the key file is damaged or readable by others.
        """
        self._path = directory / "issuer.json"
        self._clock = clock
        self._lifetime = lifetime
        self._lead = lead
        self._longest_token = longest_token
        self._lock = threading.Lock()
        self._seen: tuple[int, int, int] | None = None
        self._keys: list[SigningKey] = []
        make_private_directory(directory)
        self.current()

    def current(self) -> RSAKey:
        """The key that signs now."""
        now, keys = self._clock(), self._up_to_date()
        return ([key for key in keys if key.signs_from <= now] or keys[:1])[-1].key

    def published(self) -> KeySet:
        """What a verifier has to know: the signing key, its successor, and predecessors still needed."""
        return KeySet([key.key for key in self._up_to_date()])

    def rotate(self) -> int:
        """Publish a successor now, to sign after the lead time; returns the Unix time from which it signs."""
        with self._exclusively():
            now = int(self._clock())
            keys = self._add_successor(_read(self._path) or [_generate(now)], now)
            _write(self._path, keys)
        return keys[-1].signs_from

    def replace(self) -> None:
        """Withdraw every key at once for a new one, as one was exposed: all tokens so far become void."""
        with self._exclusively():
            _write(self._path, [_generate(int(self._clock()))])

    def _up_to_date(self) -> list[SigningKey]:
        with self._lock:
            signature = _signature(self._path)
            if signature is None or signature != self._seen or self._due():
                try:
                    with self._exclusively():
                        self._keys = self._renew(_read(self._path))
                        self._seen = _signature(self._path)
                except (ConfigurationError, OSError) as error:
                    if not self._keys:
                        raise
                    log.error("signing_keys_refused", error=str(error), kept="the keys known so far")
            return self._keys

    def _due(self) -> bool:
        now = self._clock()
        return self._keys[-1].signs_from + self._lifetime - self._lead <= now or any(
            key.published_until is not None and key.published_until <= now for key in self._keys
        )

    def _renew(self, keys: list[SigningKey]) -> list[SigningKey]:
        """The keys, with the first one made, the successor of an old one added, the expired ones left out."""
        now = int(self._clock())
        kept = [key for key in keys if key.published_until is None or key.published_until > now]
        kept = kept or [_generate(now)]
        if kept[-1].signs_from + self._lifetime - self._lead <= now:
            kept = self._add_successor(kept, now)
        if kept != keys:
            _write(self._path, kept)
            log.info("signing_keys_written", keys=len(kept), newest_signs_from=kept[-1].signs_from)
        return kept

    def _add_successor(self, keys: list[SigningKey], now: int) -> list[SigningKey]:
        signs_from = now + self._lead
        last_needed = signs_from + self._longest_token
        kept = [replace(key, published_until=key.published_until or last_needed) for key in keys]
        return [*kept, _generate(signs_from)]

    @contextmanager
    def _exclusively(self) -> Iterator[None]:
        """One writer at a time, the command line included."""
        descriptor = os.open(self._path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def make_private_directory(directory: Path) -> None:
    """Make the folder, for its owner alone; one that exists is left as it is."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)


def ensure_operator_key(path: Path) -> None:
    """Make the operator's Ed25519 key (PKCS #8 PEM, mode 0600) unless it exists.

    Raises:
        ConfigurationError: the key that exists is damaged or readable by others.
    """
    if not path.exists():
        make_private_directory(path.parent)
        pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        temporary = _private_file(path, pem)
        try:
            os.link(temporary, path)  # fails if another process made it meanwhile: then theirs is the key
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
    read_operator_key(path)


def read_operator_key(path: Path) -> OKPKey:
    """The operator's key, read anew so that a replaced one counts at once.

    Raises:
        ConfigurationError: the key is missing, damaged or readable by others.
    """
    try:
        key = OKPKey.import_key(_read_private(path))
        if key.curve_name != "Ed25519":
            raise ValueError(key.curve_name)
        return key
    except (OSError, ValueError, JoseError):
        raise ConfigurationError(
            f"운영자 키 {path} 을(를) 읽을 수 없습니다. 파일을 지우고 다시 시작하면 새로 만듭니다.",
            f"The operator key {path} can't be read. Delete it and restart the issuer: a new one is made.",
        ) from None


def _generate(signs_from: int) -> SigningKey:
    parameters: KeyParameters = {"use": "sig", "alg": ALGORITHM}
    return SigningKey(RSAKey.generate_key(RSA_BITS, parameters, private=True, auto_kid=True), signs_from)


def _read(path: Path) -> list[SigningKey]:
    """The keys of the file, oldest first; none when there is no file yet."""
    try:
        content = json.loads(_read_private(path))
        return sorted((_parse(entry) for entry in content["keys"]), key=lambda key: key.signs_from)
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError, JoseError):
        raise ConfigurationError(
            f"서명 키 파일 {path} 이(가) 손상되었습니다. 지우고 다시 시작하세요. 모두 다시 로그인합니다.",
            f"The signing key file {path} is damaged. Delete it and restart; everybody signs in again.",
        ) from None


def _parse(entry: dict[str, Any]) -> SigningKey:
    until = entry["published_until"]
    return SigningKey(
        RSAKey.import_key(entry["jwk"]), int(entry["signs_from"]), None if until is None else int(until)
    )


def _write(path: Path, keys: list[SigningKey]) -> None:
    content = {
        "keys": [
            {
                "jwk": key.key.as_dict(private=True),
                "signs_from": key.signs_from,
                "published_until": key.published_until,
            }
            for key in keys
        ]
    }
    _private_file(path, json.dumps(content).encode()).replace(path)


def _private_file(path: Path, content: bytes) -> Path:
    """A complete file of mode 0600 beside `path`, to be put in its place in one step."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return temporary


def _read_private(path: Path) -> bytes:
    with path.open("rb") as file:
        mode = os.fstat(file.fileno()).st_mode & 0o777
        if mode & 0o077:
            raise ConfigurationError(
                f"키 파일 {path} 을(를) 다른 사용자가 읽을 수 있습니다 (권한 {mode:o}). chmod 600 {path}",
                f"The key file {path} can be read by others (mode {mode:o}). Run: chmod 600 {path}",
            )
        return file.read()


def _signature(path: Path) -> tuple[int, int, int] | None:
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino
