"""What stands in the tokens, and signing them: the claims of a Keycloak realm, as in production."""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError

from services.identity.keys import ALGORITHM, SigningKeys
from services.identity.store import SignIn
from services.identity.users import User

ACCESS_TOKEN_TYPE = "at+jwt"  # noqa: S105  # RFC 9068
ID_TOKEN_TYPE = "JWT"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Grantee:
    """For whom and on what sign-in a token is issued."""

    user: User
    sign_in: SignIn
    nonce: str | None = None
    actor: str | None = None
    """The client that acts for the user without the user being there."""
    family: str | None = None
    """Of the refresh token that goes with it; None: none does."""
    refresh_scope: str | None = None
    """The scope first granted, which a refresh may narrow for one token only."""


class TokenSigner:
    """Signs access and ID tokens, and reads its own back."""

    def __init__(
        self,
        keys: SigningKeys,
        clock: Callable[[], float],
        *,
        issuer: str,
        audience: str,
        access_token_seconds: int,
    ) -> None:
        self._keys = keys
        self._clock = clock
        self._issuer = issuer
        self._audience = audience
        self._access_token_seconds = access_token_seconds

    def expires_in(self, grantee: Grantee) -> int:
        """Seconds that tokens issued now live: never past the sign-in that they stand on."""
        return min(self._access_token_seconds, grantee.sign_in.expires_at - int(self._clock()))

    def access_token(self, grantee: Grantee, client_id: str, scope: str) -> str:
        """An access token for Maru's services (RFC 9068)."""
        claims = self._common(grantee, client_id) | {
            "aud": [self._audience],
            "jti": secrets.token_urlsafe(16),
            "scope": scope,
            "realm_access": {"roles": list(grantee.user.roles)},
            **grantee.user.claims.model_dump(exclude_none=True, mode="json"),
        }
        if grantee.actor:
            claims["act"] = {"sub": grantee.actor}
        return self._sign(claims, ACCESS_TOKEN_TYPE)

    def id_token(self, grantee: Grantee, client_id: str, access_token: str) -> str:
        """An ID token for the client itself (OpenID Connect Core, 2)."""
        half_hash = hashlib.sha256(access_token.encode()).digest()[:16]
        claims = self._common(grantee, client_id) | {
            "aud": client_id,
            "auth_time": grantee.sign_in.auth_time,
            "at_hash": urlsafe_b64encode(half_hash).rstrip(b"=").decode(),
        }
        if grantee.nonce is not None:
            claims["nonce"] = grantee.nonce
        return self._sign(claims, ID_TOKEN_TYPE)

    def read_access_token(self, token: str) -> dict[str, Any] | None:
        """The claims of an access token that is ours and still good, else None."""
        claims = self._read(token, ACCESS_TOKEN_TYPE)
        if claims is None or self._audience not in claims["aud"] or claims["exp"] <= self._clock():
            return None
        return claims

    def read_id_token(self, token: str) -> dict[str, Any] | None:
        """The claims of an ID token that is ours, expired or not, else None."""
        return self._read(token, ID_TOKEN_TYPE)

    def _common(self, grantee: Grantee, client_id: str) -> dict[str, Any]:
        now = int(self._clock())
        return {
            "iss": self._issuer,
            "sub": grantee.user.subject,
            "azp": client_id,
            "iat": now,
            "exp": now + self.expires_in(grantee),
            "sid": grantee.sign_in.sid,
            **profile(grantee.user),
        }

    def _sign(self, claims: dict[str, Any], token_type: str) -> str:
        key = self._keys.current()
        return jwt.encode({"alg": ALGORITHM, "typ": token_type, "kid": key.kid}, claims, key, [ALGORITHM])

    def _read(self, token: str, token_type: str) -> dict[str, Any] | None:
        try:
            decoded = jwt.decode(token, self._keys.published(), [ALGORITHM])
        except (JoseError, ValueError, RecursionError):
            return None
        ours = decoded.header.get("typ") == token_type and decoded.claims.get("iss") == self._issuer
        return decoded.claims if ours else None


def profile(user: User) -> dict[str, str]:
    """Who somebody is, in the claims that OpenID Connect names for it."""
    family_name, given_name = user.family_and_given_name
    names = {
        "preferred_username": user.username,
        "name": user.name,
        "family_name": family_name,
        "given_name": given_name,
    }
    return {claim: value for claim, value in names.items() if value}
