"""Signing out (OpenID Connect RP-Initiated Logout 1.0)."""

from urllib.parse import urlencode

import structlog
from authlib.oauth2.rfc6749 import OAuth2Error
from flask import Blueprint, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from services.identity.issuer import Issuer
from services.identity.parameters import checked
from services.identity.site import Site
from services.identity.store import SignIn, sign_in_of_cookie

log = structlog.get_logger(__name__)


def sign_out_pages(issuer: Issuer, site: Site) -> Blueprint:
    """The blueprint, to be mounted at the path of the issuer's address."""
    pages = Blueprint("sign_out", __name__)

    @pages.route("/protocol/openid-connect/logout", methods=["GET", "POST"])
    def sign_out() -> ResponseReturnValue:
        try:
            parameters = checked(request.form if request.method == "POST" else request.args)
        except OAuth2Error as error:
            return site.refused(error)
        hint = issuer.signer.read_id_token(parameters.get("id_token_hint", ""))
        client_id = parameters.get("client_id") or (hint["aud"] if hint else None)
        if hint and hint["aud"] != client_id:
            hint = None
        client = issuer.clients.get(client_id) if client_id else None
        wanted = parameters.get("post_logout_redirect_uri")
        way_back = wanted if client and wanted in client.post_logout_redirect_uris else None
        confirmed = "confirm" in request.form and site.form_is_ours()
        cookie = site.sign_in_cookie()
        with issuer.store.transaction() as db:
            in_browser = sign_in_of_cookie(db, cookie) if cookie else None
            if hint is None and not confirmed and in_browser is not None:
                # Anybody can link here: without proof that a client of ours asks, the person is asked.
                return site.form("sign_out.html", 200, parameters=parameters)
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
            site.set_sign_in_cookie(response, "", 0)
        return response

    return pages
