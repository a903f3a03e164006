"""A real issuer on a free port, with a clock that tests move, and a browser that knows cookies and forms."""

import base64
import hashlib
import re
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import jwt
import waitress.wasyncore
from argon2 import PasswordHasher

from services.identity.app import close, listen, open_app
from services.identity.settings import Settings
from services.kit.metrics import Metrics

PUBLIC = "http://127.0.0.1:8080"
"""Where browsers see the issuer (through Envoy): not where the test's server listens."""
ISSUER = f"{PUBLIC}/realms/maru"
CALLBACK = f"{PUBLIC}/callback"

PASSWORD = "kim-password"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()

_NO_TLS = ssl.create_default_context()  # one for all: reading the certificates anew takes longer than a test
_quick_hash = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)

USERS = f"""\
- username: kim.sales
  name: 김민준
  role: [sales]
  password_hash: {_quick_hash.hash(PASSWORD)}
  claims: {{company: [마루정밀(주)], territory: [수도권], employee: HR-EMP-00001, department: 영업1팀}}
- username: lee.manager
  name: 이서연
  role: [sales, stock]
  password_hash: {_quick_hash.hash("lee-password")}
"""


class Clock:
    """Starts now, moves when told to."""

    def __init__(self) -> None:
        self.now = float(int(time.time()))

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class Running:
    """A served issuer and what it stands on."""

    address: str
    settings: Settings
    clock: Clock
    metrics: Metrics
    http: httpx.Client

    @property
    def users_file(self) -> Path:
        return self.settings.users_file

    def local(self, url: str) -> str:
        """The same page at the port where this server listens."""
        return url.replace(PUBLIC, self.address, 1)

    def token(self, **form: str) -> httpx.Response:
        return self.post("token", form)

    def post(self, endpoint: str, form: dict[str, str], **headers: str) -> httpx.Response:
        url = f"{self.address}/realms/maru/protocol/openid-connect/{endpoint}"
        return self.http.post(url, data=form, headers=headers)

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.http.get(f"{self.address}{path}", headers=headers)

    def keys(self) -> dict[str, jwt.PyJWK]:
        document = self.get("/realms/maru/protocol/openid-connect/certs").json()
        return {key.key_id or "": key for key in jwt.PyJWKSet.from_dict(document).keys}

    def claims(self, token: str, audience: str) -> dict[str, Any]:
        """What stands in a token, its signature and audience verified against the published keys."""
        key = self.keys()[jwt.get_unverified_header(token)["kid"]]
        by_our_clock: jwt.types.Options = {"verify_exp": False, "verify_iat": False}
        claims: dict[str, Any] = jwt.decode(
            token, key, algorithms=["RS256"], audience=audience, issuer=ISSUER, options=by_our_clock
        )
        return claims

    def metric(self, name: str, **labels: str) -> float:
        return self.metrics.registry.get_sample_value(name, labels) or 0.0


class Browser:
    """Keeps cookies, follows redirects that stay with the issuer, sends forms as they are on the page."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.http = httpx.Client(verify=_NO_TLS, trust_env=False, headers={"Accept": "text/html"})
        self.page: httpx.Response

    def open(self, url: str) -> httpx.Response:
        return self._follow(self.http.get(self.running.local(url)))

    def send(self, values: dict[str, str], *, origin: str | None = PUBLIC) -> httpx.Response:
        """Send the form of the page with its hidden fields and these values."""
        method, action, hidden = form_of(self.page.text)
        url = f"{self.running.address}{action}"
        if method == "get":
            return self._follow(self.http.get(url, params=values))
        headers = {"Origin": origin} if origin else {}
        return self._follow(self.http.post(url, data=hidden | values, headers=headers))

    def sign_in(self, username: str = "kim.sales", password: str = PASSWORD) -> httpx.Response:
        return self.send({"username": username, "password": password})

    def _follow(self, response: httpx.Response) -> httpx.Response:
        while response.is_redirect and response.headers["Location"].startswith(ISSUER):
            response = self.http.get(self.running.local(response.headers["Location"]))
        self.page = response
        return response

    def close(self) -> None:
        self.http.close()


def form_of(html: str) -> tuple[str, str, dict[str, str]]:
    """Method, action and hidden fields of the one form on a page."""
    (form,) = re.findall(r'<form method="(\w+)" action="([^"]+)"', html)
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html)
    return form[0], form[1], {name: value.replace("&amp;", "&") for name, value in hidden}


def authorization_url(**changes: str | None) -> str:
    """The address that the web client sends a browser to; a change of None leaves the parameter out."""
    parameters = {
        "client_id": "maru-web",
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "openid profile",
        "state": "a state",
        "nonce": "a nonce",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    } | changes
    given = {name: value for name, value in parameters.items() if value is not None}
    return f"{ISSUER}/protocol/openid-connect/auth?{urlencode(given)}"


def query_of(response: httpx.Response) -> dict[str, str]:
    """The parameters that a redirect carries back to the client."""
    location = urlsplit(response.headers["Location"])
    assert f"{location.scheme}://{location.netloc}{location.path}" == CALLBACK, response.headers["Location"]
    assert not location.fragment
    return dict(parse_qsl(location.query))


def code_of(browser: Browser, **changes: str | None) -> str:
    """A code for somebody who signs in on the way, or is signed in already."""
    response = browser.open(authorization_url(**changes))
    if not response.is_redirect:
        response = browser.sign_in()
    return query_of(response)["code"]


def redeem(running: Running, code: str, **changes: str) -> httpx.Response:
    form = {
        "grant_type": "authorization_code",
        "client_id": "maru-web",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }
    return running.token(**(form | changes))


def tokens_of(browser: Browser) -> dict[str, Any]:
    """The tokens of a whole sign-in."""
    response = redeem(browser.running, code_of(browser))
    assert response.status_code == 200, response.text
    tokens: dict[str, Any] = response.json()
    return tokens


def refresh(running: Running, token: str, **changes: str) -> httpx.Response:
    form = {"grant_type": "refresh_token", "client_id": "maru-web", "refresh_token": token}
    return running.token(**(form | changes))


@contextmanager
def serving(settings: Settings, clock: Clock) -> Iterator[Running]:
    metrics = Metrics()
    with open_app(settings, metrics, clock) as app:
        server = listen(app, settings)
        stop = threading.Event()

        def serve() -> None:
            while not stop.is_set():
                waitress.wasyncore.loop(timeout=0.02, map=server._map, count=1)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            with httpx.Client(verify=_NO_TLS, trust_env=False) as http:
                yield Running(f"http://127.0.0.1:{server.effective_port}", settings, clock, metrics, http)
        finally:
            stop.set()
            thread.join()
            server.task_dispatcher.shutdown()
            close(server)
