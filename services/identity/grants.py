"""The grants: Authlib's flow of each RFC, on this issuer's store, users and tokens."""

import uuid
from typing import Any, Final, NoReturn

import structlog
from authlib.oauth2.rfc6749 import AccessDeniedError, InvalidGrantError, InvalidRequestError, OAuth2Error
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, RefreshTokenGrant
from authlib.oauth2.rfc7523 import JWTBearerGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc8628 import (
    AuthorizationPendingError,
    DeviceCodeGrant,
    ExpiredTokenError,
    SlowDownError,
)
from joserfc import jwt
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jws import JWSRegistry
from joserfc.jwt import JWTClaimsRegistry

from services.identity.clients import Client
from services.identity.errors import ConfigurationError
from services.identity.issuer import PUBLIC_CLIENTS, Issuer
from services.identity.keys import read_operator_key
from services.identity.parameters import OAuthRequest
from services.identity.store import (
    AuthorizationCode,
    DeviceCode,
    RefreshToken,
    SignIn,
    UsedAssertion,
    digest,
    revoke_family,
)
from services.identity.tokens import Grantee

log = structlog.get_logger(__name__)

MAX_ASSERTION_SECONDS: Final = 60
_CLOCK_SKEW_SECONDS: Final = 5
_POLL_JITTER_SECONDS: Final = 0.5
_OPERATOR: Final = "maru-operator"


def register(issuer: Issuer) -> None:
    """The ways to a token that there are; there is none by password."""
    issuer.register_grant(CodeGrant, [S256Challenge(required=True)])
    issuer.register_grant(RefreshGrant)
    issuer.register_grant(DeviceGrant)
    issuer.register_grant(OperatorGrant)


class S256Challenge(CodeChallenge):  # type: ignore[misc]
    """PKCE that can't be left out and knows no `plain`."""

    SUPPORTED_CODE_CHALLENGE_METHOD: Final = ["S256"]

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        parameters = grant.request.parameters
        if "code_challenge" not in parameters or parameters.get("code_challenge_method") != "S256":
            raise InvalidRequestError("PKCE is required: 'code_challenge' with 'code_challenge_method=S256'.")
        super().validate_code_challenge(grant, redirect_uri)


class CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]
    """RFC 6749, 4.1."""

    TOKEN_ENDPOINT_AUTH_METHODS = PUBLIC_CLIENTS
    request: OAuthRequest
    server: Issuer

    def validate_authorization_request(self) -> str:
        redirect_uri: str = super().validate_authorization_request()
        parameters = self.request.parameters
        for name in ("request", "request_uri"):
            if name in parameters:
                raise OAuth2Error(error=f"{name}_not_supported", redirect_uri=redirect_uri)
        if parameters.get("response_mode", "query") != "query":
            raise InvalidRequestError("The only 'response_mode' is query.", redirect_uri=redirect_uri)
        if not parameters.get("max_age", "0").isdecimal():
            raise InvalidRequestError("'max_age' is a number of seconds.", redirect_uri=redirect_uri)
        prompts = parameters.get("prompt", "").split()
        if "none" in prompts and len(prompts) > 1:
            raise InvalidRequestError("'prompt=none' stands alone.", redirect_uri=redirect_uri)
        return redirect_uri

    @staticmethod
    def validate_authorization_redirect_uri(request: OAuthRequest, client: Client) -> str:
        redirect_uri = request.parameters.get("redirect_uri")
        if redirect_uri is None or not client.check_redirect_uri(redirect_uri):
            raise InvalidRequestError("'redirect_uri' is not one of this client's.")
        return redirect_uri

    def save_authorization_code(self, code: str, request: OAuthRequest) -> None:
        grantee: Grantee = request.user
        request.db.add(
            AuthorizationCode(
                code_hash=digest(code),
                sid=grantee.sign_in.sid,
                family=str(uuid.uuid4()),
                client_id=request.client.client_id,
                redirect_uri=request.parameters["redirect_uri"],
                scope=request.scope,
                nonce=request.parameters.get("nonce"),
                code_challenge=request.parameters["code_challenge"],
                code_challenge_method=request.parameters["code_challenge_method"],
                expires_at=int(self.server.clock()) + self.server.settings.authorization_code_seconds,
            )
        )

    def query_authorization_code(self, code: str, client: Client) -> AuthorizationCode | None:
        """The code, which counts as used from here on, whether or not the rest of the request is right."""
        row = self.request.db.get(AuthorizationCode, digest(code))
        if row is None or row.client_id != client.client_id:
            return None
        if row.used:
            log.warning("authorization_code_reused", client_id=row.client_id, sid=row.sid)
            revoke_family(self.request.db, row.family)
            return None
        row.used = True
        return row if row.expires_at > self.server.clock() else None

    def delete_authorization_code(self, authorization_code: AuthorizationCode) -> None:
        pass  # kept, marked as used

    def authenticate_user(self, authorization_code: AuthorizationCode) -> Grantee | None:
        db = self.request.db
        sign_in = db.get(SignIn, authorization_code.sid)
        user = self.server.user_of(db, sign_in)
        if user is None or sign_in is None:
            return None
        return Grantee(user, sign_in, nonce=authorization_code.nonce, family=authorization_code.family)


class RefreshGrant(RefreshTokenGrant):  # type: ignore[misc]
    """RFC 6749, 6, with rotation: a token works once, and a second use ends its family (RFC 9700, 4.14)."""

    TOKEN_ENDPOINT_AUTH_METHODS = PUBLIC_CLIENTS
    INCLUDE_NEW_REFRESH_TOKEN = True
    request: OAuthRequest
    server: Issuer

    def authenticate_refresh_token(self, refresh_token: str) -> RefreshToken | None:
        row = self.request.db.get(RefreshToken, digest(refresh_token))
        if row is not None and row.used:
            log.warning("refresh_token_reused", client_id=row.client_id, sid=row.sid)
            revoke_family(self.request.db, row.family)
            return None
        return row

    def authenticate_user(self, refresh_token: RefreshToken) -> Grantee:
        db = self.request.db
        sign_in = db.get(SignIn, refresh_token.sid)
        user = self.server.user_of(db, sign_in)
        if user is None or sign_in is None:
            raise InvalidGrantError("The sign-in is over.")
        return Grantee(user, sign_in, family=refresh_token.family, refresh_scope=refresh_token.scope)

    def revoke_old_credential(self, refresh_token: RefreshToken) -> None:
        refresh_token.used = True


class DeviceGrant(DeviceCodeGrant):  # type: ignore[misc]
    """RFC 8628, 3.4: the device asks again and again whether its person has approved."""

    TOKEN_ENDPOINT_AUTH_METHODS = PUBLIC_CLIENTS
    request: OAuthRequest
    server: Issuer

    def query_device_credential(self, device_code: str) -> DeviceCode:
        row = self.request.db.get(DeviceCode, digest(device_code))
        if row is None:
            raise InvalidGrantError("The device code is not known.")
        return row

    def validate_device_credential(self, credential: DeviceCode) -> Grantee:
        now = self.server.clock()
        if credential.expires_at <= now:
            raise ExpiredTokenError()
        if credential.approved is None:
            patience = credential.interval - _POLL_JITTER_SECONDS
            too_soon = credential.polled_at is not None and now - credential.polled_at < patience
            credential.polled_at = now
            if too_soon:
                credential.interval += 5
                raise SlowDownError()
            raise AuthorizationPendingError()
        db = self.request.db
        sign_in = db.get(SignIn, credential.sid) if credential.approved else None
        user = self.server.user_of(db, sign_in)
        if user is None or sign_in is None:
            raise AccessDeniedError()
        db.delete(credential)  # it worked once
        return Grantee(user, sign_in, family=str(uuid.uuid4()))


class OperatorGrant(JWTBearerGrant):  # type: ignore[misc]
    """RFC 7523 for whoever holds the operator's key: a short token in a user's name, marked with `act`."""

    request: OAuthRequest
    server: Issuer

    def process_assertion_claims(self, assertion: str) -> dict[str, Any]:
        now = int(self.server.clock())
        registry = JWTClaimsRegistry(
            now=now,
            leeway=_CLOCK_SKEW_SECONDS,
            iss={"essential": True, "value": _OPERATOR},
            sub={"essential": True},
            aud={"essential": True, "value": self.server.settings.oidc_issuer},
            iat={"essential": True},
            exp={"essential": True},
            jti={"essential": True},
        )
        try:
            key = read_operator_key(self.server.operator_key)
            claims = jwt.decode(assertion, key, registry=_Ed25519()).claims
            registry.validate(claims)
        except (JoseError, ValueError, RecursionError, ConfigurationError) as error:
            _refuse_assertion(type(error).__name__)
        if not 0 < claims["exp"] - claims["iat"] <= MAX_ASSERTION_SECONDS:
            _refuse_assertion("it lives too long")
        db, jti_hash = self.request.db, digest(claims["jti"])
        if db.get(UsedAssertion, jti_hash) is not None:
            _refuse_assertion("it was used before")
        db.add(UsedAssertion(jti_hash=jti_hash, expires_at=int(claims["exp"]) + _CLOCK_SKEW_SECONDS + 1))
        return claims

    def resolve_issuer_client(self, issuer: str) -> Client | None:
        return self.server.query_client(issuer)

    def authenticate_user(self, subject: str) -> Grantee | None:
        user = self.server.users.find(subject)
        if user is None:
            return None
        seconds = self.server.settings.access_token_seconds
        log.info("operator_signed_in", username=user.username)
        return Grantee(user, self.server.sign_in(self.request.db, user, seconds=seconds), actor=_OPERATOR)

    def has_granted_permission(self, client: Client, user: Grantee) -> bool:
        return True  # whoever reads the key could read the databases, too


class _Ed25519(JWSRegistry):
    """Ed25519 alone, also under its name of RFC 8037, for which joserfc would warn (Ed448 shares it)."""

    def get_alg(self, name: str) -> Any:
        if name not in ("EdDSA", "Ed25519"):
            raise UnsupportedAlgorithmError()
        return self.algorithms[name]


def _refuse_assertion(why: str) -> NoReturn:
    log.warning("operator_assertion_refused", why=why)
    raise InvalidGrantError("The assertion is not valid.")
