"""The gate for OAuth parameters: known names only, once each, of bounded length, in RFC 6749's characters.

Nothing behind it ever sees a control character, Korean in an error description, or two values of one name.
"""

import re
from collections.abc import Mapping
from typing import Final

from authlib.oauth2 import OAuth2Request
from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from services.identity.clients import SCOPES

_LIMITS: Final = {
    "acr_values": 256,
    "assertion": 8192,
    "client_id": 128,
    "client_secret": 256,
    "code": 256,
    "code_challenge": 128,
    "code_challenge_method": 16,
    "code_verifier": 128,
    "device_code": 256,
    "grant_type": 128,
    "id_token_hint": 8192,
    "login_hint": 128,
    "max_age": 10,
    "nonce": 1024,
    "post_logout_redirect_uri": 2048,
    "prompt": 64,
    "redirect_uri": 2048,
    "refresh_token": 256,
    "request": 8192,
    "request_uri": 2048,
    "response_mode": 32,
    "response_type": 64,
    "scope": 512,
    "state": 2048,
}
_ECHOED_AS_IS: Final = frozenset({"state", "nonce"})
_VISIBLE: Final = re.compile(r"[\x20-\x7e]*")
_VISIBLE_UNQUOTED: Final = re.compile(r"[\x20\x21\x23-\x5b\x5d-\x7e]*")


def checked(values: MultiDict[str, str]) -> dict[str, str]:
    """The OAuth parameters among `values`; an empty one counts as left out (RFC 6749, 3.1).

    Raises:
        InvalidRequestError: one is repeated, too long, or holds characters that it can't have.
    """
    parameters = {}
    for name, limit in _LIMITS.items():
        given = values.getlist(name)
        if len(given) > 1:
            raise InvalidRequestError(f"Multiple '{name}' in request.")
        if not given or not given[0]:
            continue
        if len(given[0]) > limit:
            raise InvalidRequestError(f"'{name}' is longer than {limit} characters.")
        allowed = _VISIBLE if name in _ECHOED_AS_IS else _VISIBLE_UNQUOTED
        if not allowed.fullmatch(given[0]):
            raise InvalidRequestError(f"'{name}' holds characters that are not allowed.")
        parameters[name] = given[0]
    if "scope" in parameters:
        # Unknown scopes are ignored (OpenID Connect Core, 3.1.2.1). If none is known, the grant refuses them.
        asked = parameters["scope"].split()
        parameters["scope"] = " ".join(known for known in SCOPES if known in asked) or parameters["scope"]
    return parameters


class OAuthRequest(OAuth2Request):  # type: ignore[misc]  # Authlib has no types
    """One request to an OAuth endpoint, with the database transaction that it runs in."""

    def __init__(self, method: str, issuer: str, parameters: Mapping[str, str], db: Session) -> None:
        # Authlib wants the address only to insist on https (or loopback); the Host header has no say in it.
        super().__init__(method, issuer)
        self.payload = BasicOAuth2Payload(parameters)
        self.parameters = parameters
        self.db = db

    @property
    def form(self) -> Mapping[str, str]:
        return self.parameters
