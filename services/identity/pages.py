"""The pages that people see: sign-in, approving a device, signing out. They work without JavaScript."""

import hmac
import secrets
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import structlog
from authlib.oauth2.rfc6749 import OAuth2Error
from flask import Blueprint, Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from services.identity.grants import Issuer
from services.identity.measures import Measures
from services.identity.parameters import OAuthRequest, checked
from services.identity.passwords import password_matches
from services.identity.store import DeviceCode, SignIn, digest, sign_in_of_cookie
from services.identity.throttle import Throttle
from services.identity.tokens import Grantee
from services.identity.users import fold

log = structlog.get_logger(__name__)

SIGN_IN_COOKIE: Final = "maru_sign_in"
FORM_COOKIE: Final = "maru_form"
_MAX_DESTINATION: Final = 8192


def pages(issuer: Issuer, measures: Measures) -> Blueprint:
    """The blueprint, to be mounted at the path of the issuer's address."""
    settings = issuer.settings
    address = urlsplit(settings.oidc_issuer)
    origin, path = f"{address.scheme}://{address.netloc}", address.path
    passwords, user_codes = (
        Throttle(
            issuer.clock,
            burst=settings.sign_in_burst,
            refill_seconds=settings.sign_in_refill_seconds,
            per_minute=settings.sign_ins_per_minute,
        )
        for _ in range(2)
    )
    pages = Blueprint("pages", __name__)

    # Authorization: RFC 6749, 4.1.1; OpenID Connect Core, 3.1.2.

    @pages.route("/protocol/openid-connect/auth", methods=["GET", "POST"])
    def authorize() -> ResponseReturnValue:
        with issuer.store.transaction() as db:
            try:
                parameters = checked(request.form if request.method == "POST" else request.args)
                oauth_request = OAuthRequest(request.method, settings.oidc_issuer, parameters, db)
                grant = issuer.get_consent_grant(oauth_request)
            except OAuth2Error as error:
                return _refused(error)
            grantee = issuer.browsers_sign_in(db, request.cookies.get(SIGN_IN_COOKIE))
            prompts = parameters.get("prompt", "").split()
            if grantee and not _must_sign_in_again(grantee, prompts, parameters.get("max_age")):
                _, _, headers = issuer.create_authorization_response(oauth_request, grantee, grant)
                return _back_to_client(dict(headers)["Location"], session_state=grantee.sign_in.sid)
            if "none" in prompts:
                return _refused(
                    OAuth2Error(
                        error="login_required", redirect_uri=grant.redirect_uri, state=parameters.get("state")
                    )
                )
        # What asked for the sign-in is left out of the way back, or it would ask for ever.
        asked = ("prompt", "max_age", "login_hint")
        again = {name: value for name, value in parameters.items() if name not in asked}
        destination = f"{path}/protocol/openid-connect/auth?{urlencode(again)}"
        return _to_sign_in(destination, parameters.get("login_hint"))

    def _must_sign_in_again(grantee: Grantee, prompts: list[str], max_age: str | None) -> bool:
        too_old = max_age is not None and issuer.clock() - grantee.sign_in.auth_time >= int(max_age)
        return too_old or "login" in prompts or "select_account" in prompts

    def _refused(error: OAuth2Error) -> ResponseReturnValue:
        log.info("authorization_refused", error=error.error, reason=error.description)
        if error.redirect_uri:
            _, _, headers = error()
            return _back_to_client(dict(headers)["Location"])
        return render_template("refused.html", error=error.error, description=error.description), 400

    def _back_to_client(location: str, **more: str) -> ResponseReturnValue:
        # RFC 9207: the client learns who answered.
        return redirect(f"{location}&{urlencode({**more, 'iss': settings.oidc_issuer})}", 303)

    # Signing in.

    def _to_sign_in(destination: str, username: str | None = None) -> ResponseReturnValue:
        return redirect(_sign_in_address(destination, username), 303)

    def _sign_in_address(destination: str, username: str | None = None) -> str:
        query = {"continue": destination} | ({"username": username} if username else {})
        return f"{origin}{path}/login?{urlencode(query)}"

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
        if not _form_is_ours():
            return _sign_in_page(destination, username, "stale", status=400)
        key = fold(username)
        wait = passwords.attempt(key)
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
        passwords.succeeded(key)
        measures.sign_in("accepted")
        cookie = secrets.token_urlsafe(32)
        with issuer.store.transaction() as db:
            sid = issuer.sign_in_browser(
                db, user, cookie=cookie, replaces=request.cookies.get(SIGN_IN_COOKIE)
            ).sid
        log.info("signed_in", username=user.username, sid=sid)
        response = redirect(f"{origin}{destination}", 303)
        _set_cookie(response, SIGN_IN_COOKIE, cookie, settings.refresh_token_seconds)
        return response

    def _sign_in_page(
        destination: str, username: str, problem: str = "", *, status: int = 200, wait: int = 0
    ) -> ResponseReturnValue:
        response = _form(
            "sign_in.html", status, destination=destination, username=username, problem=problem, wait=wait
        )
        if wait:
            response.headers["Retry-After"] = str(wait)
        return response

    def _own_page(destination: str) -> str | None:
        """Where to go after the sign-in: one of the two pages that ask for one, never anywhere outside."""
        parts = urlsplit(destination)
        if parts.scheme or parts.netloc or len(destination) > _MAX_DESTINATION:
            return None
        if parts.path not in (f"{path}/protocol/openid-connect/auth", f"{path}/device"):
            return None
        return parts.path + (f"?{urlencode(parse_qsl(parts.query))}" if parts.query else "")

    # Approving a device: RFC 8628, 3.3.

    @pages.get("/device")
    def device_form() -> ResponseReturnValue:
        given = request.args.get("user_code", "")
        user_code = _normal_user_code(given)
        with issuer.store.transaction() as db:
            grantee = issuer.browsers_sign_in(db, request.cookies.get(SIGN_IN_COOKIE))
            if grantee is None:
                return _to_sign_in(_device_path(user_code))
            if not given:
                return _device_page(grantee)
            wait = user_codes.attempt(grantee.user.username)
            if wait:
                return _device_page(grantee, "wait", status=429, wait=wait)
            waiting = _waiting_device(db, user_code)
            if waiting is None:
                return _device_page(grantee, "unknown", status=404)
        user_codes.succeeded(grantee.user.username)
        return _form(
            "device_approve.html",
            200,
            user=grantee.user,
            user_code=user_code,
            client=issuer.clients[waiting.client_id],
            sign_in_as_other=_sign_in_address(_device_path(user_code)),
        )

    @pages.post("/device")
    def device_decision() -> ResponseReturnValue:
        user_code = _normal_user_code(request.form.get("user_code", ""))
        decision = request.form.get("decision")
        with issuer.store.transaction() as db:
            grantee = issuer.browsers_sign_in(db, request.cookies.get(SIGN_IN_COOKIE))
            if grantee is None:
                return _to_sign_in(_device_path(user_code))
            if not _form_is_ours() or decision not in ("approve", "deny"):
                return _device_page(grantee, "stale", status=400)
            wait = user_codes.attempt(grantee.user.username)
            if wait:
                return _device_page(grantee, "wait", status=429, wait=wait)
            waiting = _waiting_device(db, user_code)
            if waiting is None:
                return _device_page(grantee, "unknown", status=404)
            waiting.approved = decision == "approve"
            if waiting.approved:
                # A sign-in of the device's own: it goes on when this browser signs out.
                device = issuer.sign_in(db, grantee.user, seconds=settings.refresh_token_seconds)
                waiting.sid = device.sid
        user_codes.succeeded(grantee.user.username)
        log.info("device_decided", username=grantee.user.username, approved=waiting.approved, sid=waiting.sid)
        return render_template("device_done.html", approved=waiting.approved)

    def _device_page(
        grantee: Grantee, problem: str = "", *, status: int = 200, wait: int = 0
    ) -> ResponseReturnValue:
        other = _sign_in_address(_device_path(""))
        response = _form(
            "device.html", status, user=grantee.user, problem=problem, wait=wait, sign_in_as_other=other
        )
        if wait:
            response.headers["Retry-After"] = str(wait)
        return response

    def _device_path(user_code: str) -> str:
        return f"{path}/device" + (f"?{urlencode({'user_code': user_code})}" if user_code else "")

    def _waiting_device(db: Session, user_code: str) -> DeviceCode | None:
        row = db.scalar(select(DeviceCode).where(DeviceCode.user_code == user_code))
        return row if row and row.approved is None and row.expires_at > issuer.clock() else None

    # Signing out: OpenID Connect RP-Initiated Logout 1.0.

    @pages.route("/protocol/openid-connect/logout", methods=["GET", "POST"])
    def sign_out() -> ResponseReturnValue:
        try:
            parameters = checked(request.form if request.method == "POST" else request.args)
        except OAuth2Error as error:
            return _refused(error)
        hint = issuer.signer.read_id_token(parameters.get("id_token_hint", ""))
        client_id = parameters.get("client_id") or (hint["aud"] if hint else None)
        if hint and hint["aud"] != client_id:
            hint = None
        client = issuer.clients.get(client_id) if client_id else None
        wanted = parameters.get("post_logout_redirect_uri")
        way_back = wanted if client and wanted in client.post_logout_redirect_uris else None
        confirmed = "confirm" in request.form and _form_is_ours()
        cookie = request.cookies.get(SIGN_IN_COOKIE)
        with issuer.store.transaction() as db:
            in_browser = sign_in_of_cookie(db, cookie) if cookie else None
            if hint is None and not confirmed and in_browser is not None:
                # Anybody can link here: without proof that a client of ours asks, the person is asked.
                return _form("sign_out.html", 200, parameters=parameters)
            ending = db.get(SignIn, hint["sid"]) if hint else in_browser
            if ending is not None:
                log.info("signed_out", username=ending.username, sid=ending.sid)
                db.delete(ending)
        state = parameters.get("state")
        response = make_response(
            redirect(f"{way_back}?{urlencode({'state': state})}" if state else way_back, 303)
            if way_back
            else render_template("signed_out.html")
        )
        if ending is in_browser:
            _set_cookie(response, SIGN_IN_COOKIE, "", 0)
        return response

    # Forms.

    def _form(template: str, status: int, **values: Any) -> Response:
        """A page with a form, tied to this browser by a cookie that no other site can read or send."""
        cookie = request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(32)
        response = make_response(render_template(template, proof=_proof(cookie), **values), status)
        _set_cookie(response, FORM_COOKIE, cookie, None)
        return response

    def _form_is_ours() -> bool:
        """Whether this POST comes from a page of ours in the same browser."""
        cookie = request.cookies.get(FORM_COOKIE, "")
        sent_from = request.headers.get("Origin", origin)
        proof = request.form.get("proof", "").encode()
        return bool(cookie) and sent_from == origin and hmac.compare_digest(proof, _proof(cookie).encode())

    def _set_cookie(response: BaseResponse, name: str, value: str, seconds: int | None) -> None:
        response.set_cookie(
            name,
            value,
            max_age=seconds,
            path=path,
            httponly=True,
            samesite="Lax",
            secure=address.scheme == "https",
        )

    return pages


def _proof(cookie: str) -> str:
    return digest(f"form {cookie}")


def _normal_user_code(typed: str) -> str:
    """`wdjb mjht`, `WDJBMJHT` and `WDJB-MJHT` are the same code."""
    letters = "".join(c for c in typed[:32].upper() if c.isascii() and c.isalpha())
    return f"{letters[:4]}-{letters[4:]}" if letters else ""
