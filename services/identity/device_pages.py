"""Where a person approves a device that waits for it (RFC 8628, 3.3)."""

from urllib.parse import urlencode

import structlog
from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.identity.issuer import Issuer
from services.identity.site import Site
from services.identity.store import DeviceCode
from services.identity.throttle import Throttle
from services.identity.tokens import Grantee

log = structlog.get_logger(__name__)


def device_pages(issuer: Issuer, site: Site, guesses: Throttle) -> Blueprint:
    """The blueprint, to be mounted at the path of the issuer's address."""
    pages = Blueprint("device", __name__)

    @pages.get("/device")
    def device_form() -> ResponseReturnValue:
        given = request.args.get("user_code", "")
        user_code = _normal_user_code(given)
        with issuer.store.transaction() as db:
            grantee = issuer.browsers_sign_in(db, site.sign_in_cookie())
            if grantee is None:
                return site.to_sign_in(_device_path(user_code))
            if not given:
                return _device_page(grantee)
            wait = guesses.attempt(grantee.user.username)
            if wait:
                return _device_page(grantee, "wait", status=429, wait=wait)
            waiting = _waiting_device(db, user_code)
            if waiting is None:
                return _device_page(grantee, "unknown", status=404)
        guesses.succeeded(grantee.user.username)
        return site.form(
            "device_approve.html",
            200,
            user=grantee.user,
            user_code=user_code,
            client=issuer.clients[waiting.client_id],
            sign_in_as_other=site.sign_in_address(_device_path(user_code)),
        )

    @pages.post("/device")
    def device_decision() -> ResponseReturnValue:
        user_code = _normal_user_code(request.form.get("user_code", ""))
        decision = request.form.get("decision")
        with issuer.store.transaction() as db:
            grantee = issuer.browsers_sign_in(db, site.sign_in_cookie())
            if grantee is None:
                return site.to_sign_in(_device_path(user_code))
            if not site.form_is_ours() or decision not in ("approve", "deny"):
                return _device_page(grantee, "stale", status=400)
            wait = guesses.attempt(grantee.user.username)
            if wait:
                return _device_page(grantee, "wait", status=429, wait=wait)
            waiting = _waiting_device(db, user_code)
            if waiting is None:
                return _device_page(grantee, "unknown", status=404)
            waiting.approved = decision == "approve"
            if waiting.approved:
                # A sign-in of the device's own: it goes on when this browser signs out.
                device = issuer.sign_in(db, grantee.user, seconds=issuer.settings.refresh_token_seconds)
                waiting.sid = device.sid
        guesses.succeeded(grantee.user.username)
        log.info("device_decided", username=grantee.user.username, approved=waiting.approved, sid=waiting.sid)
        return render_template("device_done.html", approved=waiting.approved)

    def _device_page(
        grantee: Grantee, problem: str = "", *, status: int = 200, wait: int = 0
    ) -> ResponseReturnValue:
        other = site.sign_in_address(_device_path(""))
        return site.form(
            "device.html", status, wait=wait, user=grantee.user, problem=problem, sign_in_as_other=other
        )

    def _device_path(user_code: str) -> str:
        return f"{site.path}/device" + (f"?{urlencode({'user_code': user_code})}" if user_code else "")

    def _waiting_device(db: Session, user_code: str) -> DeviceCode | None:
        row = db.scalar(select(DeviceCode).where(DeviceCode.user_code == user_code))
        return row if row and row.approved is None and row.expires_at > issuer.clock() else None

    return pages


def _normal_user_code(typed: str) -> str:
    """`wdjb mjht`, `WDJBMJHT` and `WDJB-MJHT` are the same code."""
    letters = "".join(c for c in typed[:32].upper() if c.isascii() and c.isalpha())
    return f"{letters[:4]}-{letters[4:]}" if letters else ""
