"""The issuer's pages as a browser sees them: their addresses, cookies and forms."""

import hmac
import secrets
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import structlog
from authlib.oauth2.rfc6749 import OAuth2Error
from flask import Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from services.identity.store import digest

log = structlog.get_logger(__name__)

_SIGN_IN_COOKIE: Final = "maru_sign_in"
_FORM_COOKIE: Final = "maru_form"


class Site:
    """What the pages have in common. All addresses come from the issuer's, none from a request."""

    def __init__(self, issuer: str) -> None:
        parts = urlsplit(issuer)
        self.issuer = issuer
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self.path = parts.path
        self._secure = parts.scheme == "https"

    def to_sign_in(self, destination: str, username: str | None = None) -> ResponseReturnValue:
        """Off to the sign-in page, and from there to `destination`."""
        return redirect(self.sign_in_address(destination, username), 303)

    def sign_in_address(self, destination: str, username: str | None = None) -> str:
        query = {"continue": destination} | ({"username": username} if username else {})
        return f"{self.issuer}/login?{urlencode(query)}"

    def back_to_client(self, location: str, **more: str) -> ResponseReturnValue:
        """To the client's address, which has a query, with the issuer's name added (RFC 9207)."""
        return redirect(f"{location}&{urlencode({**more, 'iss': self.issuer})}", 303)

    def refused(self, error: OAuth2Error) -> ResponseReturnValue:
        """The error goes to the client where its address is trusted; else the person is told."""
        log.info("authorization_refused", error=error.error, reason=error.description)
        if error.redirect_uri:
            _, _, headers = error()
            return self.back_to_client(dict(headers)["Location"])
        return render_template("refused.html", error=error.error, description=error.description), 400

    def sign_in_cookie(self) -> str | None:
        """The cookie that stands for this browser's sign-in."""
        return request.cookies.get(_SIGN_IN_COOKIE)

    def set_sign_in_cookie(self, response: BaseResponse, cookie: str, seconds: int) -> None:
        self._set_cookie(response, _SIGN_IN_COOKIE, cookie, seconds)

    def form(self, template: str, status: int, *, wait: int = 0, **values: Any) -> Response:
        """A page with a form, tied to this browser by a cookie that no other site can read or send.

        `wait` seconds, if any, are told to the person and to programs.
        """
        cookie = request.cookies.get(_FORM_COOKIE) or secrets.token_urlsafe(32)
        page = render_template(template, proof=_proof(cookie), wait=wait, **values)
        response = make_response(page, status)
        self._set_cookie(response, _FORM_COOKIE, cookie, None)
        if wait:
            response.headers["Retry-After"] = str(wait)
        return response

    def form_is_ours(self) -> bool:
        """Whether this POST comes from a page of ours in the same browser."""
        cookie = request.cookies.get(_FORM_COOKIE, "")
        sent_from = request.headers.get("Origin", self.origin)
        proof = request.form.get("proof", "").encode()
        return (
            bool(cookie) and sent_from == self.origin and hmac.compare_digest(proof, _proof(cookie).encode())
        )

    def _set_cookie(self, response: BaseResponse, name: str, value: str, seconds: int | None) -> None:
        response.set_cookie(
            name,
            value,
            max_age=seconds,
            path=self.path,
            httponly=True,
            samesite="Lax",
            secure=self._secure,
        )


def _proof(cookie: str) -> str:
    return digest(f"form {cookie}")
