"""Input that nobody honest sends: every answer is a refusal in words, never a fault of the server."""

import socket
import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest
import yaml

from tests.integration.identity.running import CALLBACK, VERIFIER, Browser, Running, authorization_url

HOSTILE = yaml.safe_load(Path("tests/cases/identity/hostile_values.yaml").read_text())
PARAMETERS = [
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "prompt",
    "max_age",
    "login_hint",
]
OTHER_GRANTS = ["refresh_token", "urn:ietf:params:oauth:grant-type:device_code"]


@pytest.mark.parametrize("case", HOSTILE, ids=lambda case: case["name"])
def test_hostile_values_in_every_parameter(running: Running, browser: Browser, case: dict[str, Any]) -> None:
    value = case["value"] * case.get("times", 1)
    for parameter in PARAMETERS:
        response = browser.open(authorization_url(**{parameter: value}))
        assert response.status_code in (200, 303, 400), parameter
    good = {"grant_type": "authorization_code", "client_id": "maru-web", "code": "x"}
    good |= {"redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    for parameter in [*good, "refresh_token", "device_code", "assertion", "scope", "client_secret"]:
        for grant in [good["grant_type"], *OTHER_GRANTS, "urn:ietf:params:oauth:grant-type:jwt-bearer"]:
            response = running.post("token", good | {"grant_type": grant} | {parameter: value})
            assert response.status_code == 400, (grant, parameter)
            assert response.json()["error"], (grant, parameter)
    for parameter in ("id_token_hint", "post_logout_redirect_uri", "client_id", "state"):
        url = f"{running.address}/realms/maru/protocol/openid-connect/logout?{parameter}={quote(value)}"
        assert browser.http.get(url).status_code in (200, 400), parameter
    for path in ("login?continue=", "device?user_code=", "login?continue=/realms/maru/device&username="):
        url = f"{running.address}/realms/maru/{path}{quote(value)}"
        assert browser.http.get(url).status_code in (200, 303, 400), path
    bearer = quote(value)[:8000]
    url = "/realms/maru/protocol/openid-connect/userinfo"
    assert running.get(url, Authorization=f"Bearer {bearer}").status_code == 401
    assert running.get(url, Cookie=f"maru_sign_in={bearer}; maru_form={bearer}").status_code == 401


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("application/json", b'{"grant_type": "password"}', 400),
        ("application/x-www-form-urlencoded", b"%ff%fe=%00&grant_type=%80", 400),
        ("application/x-www-form-urlencoded", b"&".join(b"a=b" for _ in range(10_000)), 400),
        ("application/x-www-form-urlencoded", b"grant_type=" + b"x" * 200_000, 413),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n", 400),
        ("multipart/form-data", b"no boundary", 400),
        ("", b"", 400),
    ],
)
def test_bodies_that_are_no_forms(running: Running, content_type: str, body: bytes, status: int) -> None:
    url = f"{running.address}/realms/maru/protocol/openid-connect/token"
    response = httpx.post(url, content=body, headers={"Content-Type": content_type}, trust_env=False)
    assert response.status_code == status


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/realms/master/protocol/openid-connect/token",
        "/realms/maru",
        "/realms/maru/",
        "/realms/maru/resources/../../settings.py",
        "/realms/maru/resources/%2e%2e/settings.py",
        "/realms/maru/resources/..%2fdemo_users.yaml",
        "/realms/maru//evil.example",
        "/admin",
        "/metrics",
    ],
)
def test_other_paths_do_not_exist(running: Running, path: str) -> None:
    address = urlsplit(running.address)
    with socket.create_connection((str(address.hostname), int(address.port or 0)), timeout=5) as connection:
        request = f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"  # as it is, not tidied
        connection.sendall(request.encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.split(b" ", 2)[1] == b"404"
    assert b"argon2" not in answer


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
def test_other_methods_are_refused(running: Running, method: str) -> None:
    for path in ("token", "auth", "certs", "logout"):
        url = f"{running.address}/realms/maru/protocol/openid-connect/{path}"
        assert httpx.request(method, url, trust_env=False).status_code == 405


def test_no_other_site_may_read_answers(running: Running) -> None:
    for path in ("token", "certs", "userinfo"):
        url = f"{running.address}/realms/maru/protocol/openid-connect/{path}"
        headers = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
        response = httpx.options(url, headers=headers, trust_env=False)
        assert not [name for name in response.headers if name.startswith("access-control")]


def test_a_locked_database_is_said_in_words(running: Running, browser: Browser) -> None:
    browser.open(authorization_url())
    with sqlite3.connect(running.settings.database_path) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        response = browser.sign_in()
        assert response.status_code == 503
        assert response.headers["Retry-After"] == "5"
        assert "지금은 로그인할 수 없습니다" in response.text
        assert running.get("/health").status_code == 503
        token = running.token(grant_type="refresh_token", client_id="maru-web", refresh_token="x")
        assert token.json()["error"] == "temporarily_unavailable"
        holder.rollback()
    holder.close()
    assert running.get("/health").json() == {"status": "SERVING"}
