"""Verification of access tokens: the issuer's keys, kept and refreshed, and what a token must say."""

import asyncio
import json
import time
import urllib.request
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from http.client import HTTPException
from typing import Any, Final, Protocol

import jwt
import structlog

from services.kit.errors import IssuerUnavailable, TokenExpired, TokenInvalid
from services.kit.identity import EDGE, Identity

ALGORITHMS: Final = frozenset({"RS256", "ES256", "EdDSA"})
"""What a key may be for: signatures by the issuer's private key. A token's algorithm must be its key's."""

MAX_TOKEN_BYTES: Final = 16 * 1024
LEEWAY_SECONDS: Final = 5

_FETCH_SECONDS: Final = 2.0
_MAX_DOCUMENT_BYTES: Final = 256 * 1024

log = structlog.get_logger(__name__)


class SigningKeys(Protocol):
    """Where public keys come from."""

    async def find(self, kid: str) -> jwt.PyJWK | None:
        """The key with this id, or None when the issuer (as last heard) has no such key.

        Raises:
            IssuerUnavailable: no key has ever been fetched and the issuer can't be reached.
        """
        ...


def parse_jwks(document: Mapping[str, Any]) -> dict[str, jwt.PyJWK]:
    """The signing keys of a JWK set by key id, without those of other uses and of algorithms we refuse."""
    keys: dict[str, jwt.PyJWK] = {}
    for entry in document["keys"]:
        if entry.get("use", "sig") != "sig" or not entry.get("kid"):
            continue
        try:
            key = jwt.PyJWK(entry)
        except jwt.PyJWTError:
            continue
        if key.algorithm_name in ALGORITHMS:
            keys[entry["kid"]] = key
    return keys


async def fetch(url: str) -> bytes:
    """A small document by HTTP, directly and not through a proxy.

    Raises:
        OSError, HTTPException: it can't be had.
    """

    def read() -> bytes:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(url, timeout=_FETCH_SECONDS) as response:
            body: bytes = response.read(_MAX_DOCUMENT_BYTES)
            return body

    return await asyncio.to_thread(read)


class IssuerKeys:
    """The issuer's JWK set by URL.

    Fetched for an unknown key id (the first, or a rotated one), which waits for it, and beside the work when
    older than `max_age`; never more often than `min_interval`. While the issuer is away, known keys work on.
    """

    def __init__(
        self,
        url: str,
        fetch: Callable[[str], Awaitable[bytes]] = fetch,
        *,
        max_age: timedelta = timedelta(minutes=5),
        min_interval: timedelta = timedelta(seconds=5),
    ) -> None:
        self._url = url
        self._fetch = fetch
        self._max_age = max_age.total_seconds()
        self._min_interval = min_interval.total_seconds()
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_at = -float("inf")
        self._tried_at = -float("inf")
        self._refreshing: asyncio.Task[None] | None = None

    async def find(self, kid: str) -> jwt.PyJWK | None:
        unknown = kid not in self._keys
        if unknown or time.monotonic() - self._fetched_at > self._max_age:
            self._start_refresh()
        if unknown and self._refreshing:
            await asyncio.shield(self._refreshing)  # shared: one asker's cancel is not the others'
        if not self._keys:
            raise IssuerUnavailable(retry_after=timedelta(seconds=2))
        return self._keys.get(kid)

    def _start_refresh(self) -> None:
        busy = self._refreshing is not None and not self._refreshing.done()
        if not busy and time.monotonic() - self._tried_at > self._min_interval:
            self._tried_at = time.monotonic()
            self._refreshing = asyncio.create_task(self._refresh())

    async def _refresh(self) -> None:
        try:
            keys = parse_jwks(json.loads(await self._fetch(self._url)))
        except (OSError, HTTPException, ValueError, KeyError, TypeError, AttributeError) as error:
            log.warning("issuer_keys_unavailable", error=type(error).__name__, known_keys=len(self._keys))
            return
        if keys:
            self._keys = keys
            self._fetched_at = time.monotonic()


class TokenVerifier:
    """Checks access tokens: signature, algorithm, type, issuer, audience and times."""

    def __init__(self, keys: SigningKeys, *, issuer: str, audience: str) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience

    async def verify(self, token: str, *, caller: str = EDGE) -> Identity:
        """The asker that the token speaks for, reached through `caller`.

        Raises:
            TokenExpired: it was good once.
            TokenInvalid: anything else is wrong with it.
            IssuerUnavailable: the issuer's keys aren't known and can't be fetched.
        """
        if len(token) > MAX_TOKEN_BYTES:
            raise TokenInvalid("too long")
        try:
            header = jwt.get_unverified_header(token)
            kid, token_type = header.get("kid"), header.get("typ")
            if not isinstance(kid, str):
                raise TokenInvalid("no key id")
            key = await self._keys.find(kid)
            if key is None:
                raise TokenInvalid("unknown key id")
            claims = jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],  # the key decides, never the token
                issuer=self._issuer,
                audience=self._audience,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )
        except jwt.ExpiredSignatureError:
            raise TokenExpired from None
        except jwt.PyJWTError as error:
            raise TokenInvalid(f"{type(error).__name__}: {error}") from None
        # RFC 9068 says at+jwt; Keycloak says JWT and puts the kind into a claim, where an ID token says "ID".
        if str(token_type).lower() not in {"at+jwt", "application/at+jwt"} and claims.get("typ") != "Bearer":
            raise TokenInvalid("not an access token")
        return _identity(claims, token, caller)


def _identity(claims: Mapping[str, Any], token: str, caller: str) -> Identity:
    return Identity(
        subject=claims["sub"],
        username=_text(claims, "preferred_username") or claims["sub"],
        name=_text(claims, "name") or _text(claims, "preferred_username") or "",
        roles=frozenset(_texts(_object(claims, "realm_access"), "roles")),
        company=_texts(claims, "company"),
        territory=_texts(claims, "territory"),
        warehouse=_texts(claims, "warehouse"),
        department=_texts(claims, "department"),
        employee=_text(claims, "employee"),
        actor=_text(_object(claims, "act"), "sub"),
        caller=caller,
        token=token,
    )


def _object(claims: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = claims.get(name, {})
    if not isinstance(value, Mapping):
        raise TokenInvalid(f"claim {name} is not an object")
    return value


def _text(claims: Mapping[str, Any], name: str) -> str | None:
    value = claims.get(name)
    if value is not None and not isinstance(value, str):
        raise TokenInvalid(f"claim {name} is not a text")
    return value


def _texts(claims: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """A claim as texts; one text counts as a list of one. A claim of another shape is refused."""
    value = claims.get(name, [])
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(v, str) for v in values):
        raise TokenInvalid(f"claim {name} is not a list of texts")
    return tuple(values)
