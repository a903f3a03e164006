"""The endpoints that programs call: discovery, keys, tokens, device codes, userinfo. JSON, no cookies."""

from typing import Any, Final

from authlib.oauth2.rfc6749 import OAuth2Error
from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from services.identity.clients import AUTHORIZATION_CODE, DEVICE_CODE, JWT_BEARER, REFRESH_TOKEN, SCOPES
from services.identity.issuer import Answer, Issuer
from services.identity.keys import ALGORITHM, SigningKeys
from services.identity.measures import Measures
from services.identity.parameters import OAuthRequest, checked
from services.identity.store import SignIn
from services.identity.throttle import Throttle
from services.identity.tokens import profile

_PUBLIC_DOCUMENT: Final = {"Cache-Control": "public, max-age=300"}
_CLAIMS: Final = "iss sub aud azp exp iat auth_time nonce sid preferred_username name family_name given_name"
_DEVICE_CODES_PER_MINUTE: Final = 60


def protocol(issuer: Issuer, keys: SigningKeys, measures: Measures) -> Blueprint:
    """The blueprint, to be mounted at the path of the issuer's address."""
    pages = Blueprint("protocol", __name__)
    # Asking for a device code takes no sign-in, so it is what anybody could fill the database with.
    device_codes = Throttle(issuer.clock, burst=_DEVICE_CODES_PER_MINUTE, refill_seconds=1, per_minute=60)

    @pages.get("/.well-known/openid-configuration")
    def discovery() -> ResponseReturnValue:
        return discovery_document(issuer.settings.oidc_issuer), _PUBLIC_DOCUMENT

    @pages.get("/protocol/openid-connect/certs")
    def certs() -> ResponseReturnValue:
        return dict(keys.published().as_dict(private=False)), _PUBLIC_DOCUMENT

    @pages.post("/protocol/openid-connect/token")
    def token() -> ResponseReturnValue:
        try:
            parameters = checked(request.form)
        except OAuth2Error as error:
            return _answer(error())
        with issuer.store.transaction() as db:
            answer: Answer = issuer.create_token_response(_oauth_request(parameters, db))
        measures.token_answered(parameters.get("grant_type", ""), answer)
        return _answer(answer)

    @pages.post("/protocol/openid-connect/auth/device")
    def device_authorization() -> ResponseReturnValue:
        wait = device_codes.attempt("")
        if wait:
            return jsonify(error="slow_down"), 429, {"Retry-After": str(wait)}
        try:
            parameters = checked(request.form)
        except OAuth2Error as error:
            return _answer(error())
        with issuer.store.transaction() as db:
            return _answer(issuer.authorize_device(_oauth_request(parameters, db)))

    @pages.route("/protocol/openid-connect/userinfo", methods=["GET", "POST"])
    def userinfo() -> ResponseReturnValue:
        scheme, _, presented = request.headers.get("Authorization", "").partition(" ")
        claims = issuer.signer.read_access_token(presented) if scheme.lower() == "bearer" else None
        if claims is not None:
            with issuer.store.transaction() as db:
                user = issuer.user_of(db, db.get(SignIn, claims["sid"]))
            if user is not None:
                return {"sub": user.subject, **profile(user)}
        challenge = 'Bearer realm="maru"' + (', error="invalid_token"' if presented else "")
        return jsonify(error="invalid_token"), 401, {"WWW-Authenticate": challenge}

    def _oauth_request(parameters: dict[str, str], db: Any) -> OAuthRequest:
        return OAuthRequest(request.method, issuer.settings.oidc_issuer, parameters, db)

    return pages


def _answer(answer: Answer) -> Response:
    status, body, headers = answer
    response = jsonify(body)
    response.status_code = status
    response.headers.extend({name: value for name, value in headers if name.lower() != "content-type"})
    return response


def discovery_document(issuer: str) -> dict[str, Any]:
    """OpenID Provider metadata (OpenID Connect Discovery 1.0, 3; RFC 8414, 2)."""
    endpoint = f"{issuer}/protocol/openid-connect"
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{endpoint}/auth",
        "token_endpoint": f"{endpoint}/token",
        "jwks_uri": f"{endpoint}/certs",
        "userinfo_endpoint": f"{endpoint}/userinfo",
        "end_session_endpoint": f"{endpoint}/logout",
        "device_authorization_endpoint": f"{endpoint}/auth/device",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": [AUTHORIZATION_CODE, REFRESH_TOKEN, DEVICE_CODE, JWT_BEARER],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "token_endpoint_auth_methods_supported": ["none"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": list(SCOPES),
        "claims_supported": _CLAIMS.split(),
        "prompt_values_supported": ["none", "login", "select_account"],
        "authorization_response_iss_parameter_supported": True,
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "ui_locales_supported": ["ko", "en"],
    }
