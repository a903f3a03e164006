"""Authorization and the sign-in page that it leads to."""

import secrets
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import structlog
from authlib.oauth2.rfc6749 import OAuth2Error
from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from services.identity.issuer import Issuer
from services.identity.measures import Measures
from services.identity.parameters import OAuthRequest, checked
from services.identity.passwords import password_matches
from services.identity.site import Site
from services.identity.throttle import Throttle
from services.identity.tokens import Grantee
from services.identity.users import fold

log = structlog.get_logger(__name__)

_MAX_DESTINATION: Final = 8192


def sign_in_pages(issuer: Issuer, site: Site, guesses: Throttle, measures: Measures) -> Blueprint:
    """The blueprint, to be mounted at the path of the issuer's address."""
    settings = issuer.settings
    pages = Blueprint("sign_in", __name__)

    # Authorization: RFC 6749, 4.1.1; OpenID Connect Core, 3.1.2.

    @pages.route("/protocol/openid-connect/auth", methods=["GET", "POST"])
    def authorize() -> ResponseReturnValue:
        with issuer.store.transaction() as db:
            try:
                parameters = checked(request.form if request.method == "POST" else request.args)
                oauth_request = OAuthRequest(request.method, settings.oidc_issuer, parameters, db)
                grant = issuer.get_consent_grant(oauth_request)
            except OAuth2Error as error:
                return site.refused(error)
            grantee = issuer.browsers_sign_in(db, site.sign_in_cookie())
            prompts = parameters.get("prompt", "").split()
            if grantee and not _must_sign_in_again(grantee, prompts, parameters.get("max_age")):
                _, _, headers = issuer.create_authorization_response(oauth_request, grantee, grant)
                return site.back_to_client(dict(headers)["Location"], session_state=grantee.sign_in.sid)
            if "none" in prompts:
                return site.refused(
                    OAuth2Error(
                        error="login_required", redirect_uri=grant.redirect_uri, state=parameters.get("state")
                    )
                )
        # What asked for the sign-in is left out of the way back, or it would ask for ever.
        asked = ("prompt", "max_age", "login_hint")
        again = {name: value for name, value in parameters.items() if name not in asked}
        destination = f"{site.path}/protocol/openid-connect/auth?{urlencode(again)}"
        return site.to_sign_in(destination, parameters.get("login_hint"))

    def _must_sign_in_again(grantee: Grantee, prompts: list[str], max_age: str | None) -> bool:
        too_old = max_age is not None and issuer.clock() - grantee.sign_in.auth_time >= int(max_age)
        return too_old or "login" in prompts or "select_account" in prompts

    # Signing in.

    @pages.get("/login")
    def sign_in_form() -> ResponseReturnValue:
        destination = _own_page(request.args.get("continue", ""))
        if destination is None:
            return render_template("lost.html"), 400
        return _sign_in_page(destination, request.args.get("username", "")[:128])

    @pages.post("/login")
    def sign_in() -> ResponseReturnValue:
        destination = _own_page(request.form.get("continue", ""))
        if destination is None:
            return render_template("lost.html"), 400
        username = request.form.get("username", "").strip()[:128]
        if not site.form_is_ours():
            return _sign_in_page(destination, username, "stale", status=400)
        key = fold(username)
        wait = guesses.attempt(key)
        if wait:
            measures.sign_in("slowed_down")
            log.warning("sign_in_slowed_down", retry_after_seconds=wait)
            return _sign_in_page(destination, username, "wait", status=429, wait=wait)
        user = issuer.users.find(username)
        if not password_matches(user, request.form.get("password", "")) or user is None:
            measures.sign_in("refused")
            # What was typed as a username may be a password: only a name that exists is written down.
            log.warning("sign_in_refused", username=user.username if user else None)
            return _sign_in_page(destination, username, "wrong", status=403)
        guesses.succeeded(key)
        measures.sign_in("accepted")
        cookie = secrets.token_urlsafe(32)
        with issuer.store.transaction() as db:
            signed_in = issuer.sign_in_browser(db, user, cookie=cookie, replaces=site.sign_in_cookie())
        log.info("signed_in", username=user.username, sid=signed_in.sid)
        response = redirect(f"{site.origin}{destination}", 303)
        site.set_sign_in_cookie(response, cookie, settings.refresh_token_seconds)
        return response

    def _sign_in_page(
        destination: str, username: str, problem: str = "", *, status: int = 200, wait: int = 0
    ) -> ResponseReturnValue:
        return site.form(
            "sign_in.html", status, wait=wait, destination=destination, username=username, problem=problem
        )

    def _own_page(destination: str) -> str | None:
        """Where to go after the sign-in: one of the two pages that ask for one, never anywhere outside."""
        parts = urlsplit(destination)
        if parts.scheme or parts.netloc or len(destination) > _MAX_DESTINATION:
            return None
        if parts.path not in (f"{site.path}/protocol/openid-connect/auth", f"{site.path}/device"):
            return None
        return parts.path + (f"?{urlencode(parse_qsl(parts.query))}" if parts.query else "")

    return pages
