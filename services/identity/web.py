"""The Flask application: its blueprints, the headers on every answer, and the words for failures."""

import hashlib
import re
import time
import uuid
from pathlib import Path

import structlog
from flask import Flask, Response, g, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from services.identity.device_pages import device_pages
from services.identity.issuer import Issuer
from services.identity.keys import SigningKeys
from services.identity.measures import Measures
from services.identity.protocol import protocol
from services.identity.sign_in_pages import sign_in_pages
from services.identity.sign_out_pages import sign_out_pages
from services.identity.site import Site
from services.identity.throttle import Throttle

log = structlog.get_logger(__name__)

_STATIC = Path(__file__).with_name("static")
_CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "form-action 'self'",  # holds for where a form redirects to as well: the web page is of this origin
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


def create_app(issuer: Issuer, keys: SigningKeys, measures: Measures) -> Flask:
    """The WSGI application. No address in an answer comes from the request: all are MARU_OIDC_ISSUER's."""
    site = Site(issuer.settings.oidc_issuer)
    app = Flask(__name__, static_folder=_STATIC, static_url_path=f"{site.path}/resources")
    app.config.update(MAX_CONTENT_LENGTH=64 * 1024, MAX_FORM_MEMORY_SIZE=64 * 1024, MAX_FORM_PARTS=64)
    app.config.update(SEND_FILE_MAX_AGE_DEFAULT=3600)
    style = (_STATIC / "page.css").read_bytes()
    app.jinja_env.globals["origin"] = site.origin
    app.jinja_env.globals["style_version"] = hashlib.sha256(style).hexdigest()[:12]
    for blueprint in (
        protocol(issuer, keys, measures),
        sign_in_pages(issuer, site, _guesses(issuer), measures),
        device_pages(issuer, site, _guesses(issuer)),
        sign_out_pages(issuer, site),
    ):
        app.register_blueprint(blueprint, url_prefix=site.path)

    @app.get("/health")
    def health() -> ResponseReturnValue:
        with issuer.store.transaction() as db:
            db.connection()  # takes the write lock, as every real request does
        keys.current()
        return {"status": "SERVING"}

    @app.before_request
    def start() -> None:
        g.started = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=_request_id())

    @app.after_request
    def finish(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Cache-Control", "no-store")
        headers["Content-Security-Policy"] = _CONTENT_SECURITY_POLICY
        headers["X-Content-Type-Options"] = "nosniff"
        headers["X-Frame-Options"] = "DENY"
        # Not no-referrer: with that a browser's form would carry `Origin: null`, and the form check needs it.
        headers["Referrer-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        if site.origin.startswith("https:"):
            headers["Strict-Transport-Security"] = "max-age=31536000"
        route = request.url_rule.rule if request.url_rule else "unknown"
        measures.request_answered(
            request.method, route, response.status_code, time.perf_counter() - g.started
        )
        measures.users_file(issuer.users.error is None)
        return response

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> ResponseReturnValue:
        status = error.code or 500
        ko, en, ko_remedy, en_remedy = _WORDS.get(status, _WORDS[400])
        return _error(status, "invalid_request", ko, en, ko_remedy, en_remedy)

    @app.errorhandler(OperationalError)
    def database_failed(error: OperationalError) -> ResponseReturnValue:
        log.error("database_failed", error=str(error.orig))
        response = make_response(
            _error(
                503,
                "temporarily_unavailable",
                "지금은 로그인할 수 없습니다",
                "Signing in is not possible right now",
                "잠시 뒤에 다시 해 주세요. 계속되면 관리자에게 알려 주세요.",
                "Try again shortly. If it goes on, tell an administrator.",
            )
        )
        response.headers["Retry-After"] = "5"
        return response

    @app.errorhandler(Exception)
    def failed(error: Exception) -> ResponseReturnValue:
        log_id = uuid.uuid4().hex[:12]
        log.error("request_failed", log_id=log_id, path=request.path, exc_info=error)
        return _error(
            500,
            "server_error",
            "내부 오류가 발생했습니다",
            "An internal error occurred",
            f"문의할 때 번호 {log_id}를 알려 주세요.",
            f"Quote {log_id} when you report it.",
        )

    def _error(
        status: int, error: str, ko: str, en: str, ko_remedy: str, en_remedy: str
    ) -> ResponseReturnValue:
        if request.accept_mimetypes.best_match(("application/json", "text/html")) == "text/html":
            page = render_template("error.html", ko=ko, en=en, ko_remedy=ko_remedy, en_remedy=en_remedy)
            return page, status
        return jsonify(error=error, error_description=f"{en}. {en_remedy}"), status

    return app


_WORDS = {
    400: (
        "요청이 올바르지 않습니다",
        "The request is not valid",
        "마루에서 다시 시작해 주세요.",
        "Start again from Maru.",
    ),
    404: ("없는 페이지입니다", "There is no such page", "주소를 확인해 주세요.", "Check the address."),
    405: (
        "이 주소는 그렇게 열 수 없습니다",
        "This address can't be opened that way",
        "마루에서 다시 시작해 주세요.",
        "Start again from Maru.",
    ),
    413: (
        "보낸 내용이 너무 큽니다",
        "What was sent is too large",
        "마루에서 다시 시작해 주세요.",
        "Start again from Maru.",
    ),
}


def _guesses(issuer: Issuer) -> Throttle:
    """How often somebody may guess a password, or a device's code."""
    settings = issuer.settings
    return Throttle(
        issuer.clock,
        burst=settings.sign_in_burst,
        refill_seconds=settings.sign_in_refill_seconds,
        per_minute=settings.sign_ins_per_minute,
    )


def _request_id() -> str:
    """Envoy's id of the request where it looks like one, else one of our own."""
    given = request.headers.get("X-Request-Id", "")
    return given if re.fullmatch(r"[\w.:-]{1,64}", given, re.ASCII) else uuid.uuid4().hex
