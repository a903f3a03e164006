"""Device codes (RFC 8628): a command line signs in through a browser that is elsewhere."""

import re
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.integration.identity.running import ISSUER, PUBLIC, Browser, Running, refresh

GRANT = "urn:ietf:params:oauth:grant-type:device_code"


@pytest.fixture
def asked(running: Running) -> dict[str, Any]:
    """What the issuer tells a device that starts."""
    response = running.post("auth/device", {"client_id": "maru-cli", "scope": "openid offline_access"})
    assert response.status_code == 200
    answer: dict[str, Any] = response.json()
    return answer


def poll(running: Running, asked: dict[str, Any], **changes: str) -> httpx.Response:
    form = {"grant_type": GRANT, "client_id": "maru-cli", "device_code": asked["device_code"]}
    return running.token(**(form | changes))


def decide(browser: Browser, asked: dict[str, Any], decision: str = "approve") -> httpx.Response:
    page = browser.open(asked["verification_uri_complete"])
    if "password" in page.text:
        page = browser.sign_in()
    assert asked["user_code"] in page.text
    return browser.send({"decision": decision})


def test_what_a_device_is_told(asked: dict[str, Any]) -> None:
    assert asked["verification_uri"] == f"{ISSUER}/device"
    assert asked["verification_uri_complete"] == f"{ISSUER}/device?user_code={asked['user_code']}"
    assert (asked["expires_in"], asked["interval"]) == (600, 5)
    assert len(asked["device_code"]) >= 43


def test_a_person_types_the_code_and_the_device_gets_tokens(
    running: Running, browser: Browser, asked: dict[str, Any]
) -> None:
    assert poll(running, asked).json()["error"] == "authorization_pending"
    assert browser.open(asked["verification_uri"]).status_code == 200
    assert "kim.sales" in browser.sign_in().text
    typed = asked["user_code"].lower().replace("-", " ")
    page = browser.send({"user_code": typed})
    assert asked["user_code"] in page.text
    assert "마루 명령줄" in page.text
    assert "연결되었습니다" in browser.send({"decision": "approve"}).text

    tokens = poll(running, asked).json()
    claims = running.claims(tokens["access_token"], "maru")
    assert (claims["azp"], claims["preferred_username"]) == ("maru-cli", "kim.sales")
    again = refresh(running, tokens["refresh_token"], client_id="maru-cli")
    assert again.status_code == 200


def test_a_device_code_works_once(running: Running, browser: Browser, asked: dict[str, Any]) -> None:
    decide(browser, asked)
    assert poll(running, asked).status_code == 200
    assert poll(running, asked).json()["error"] == "invalid_grant"


def test_a_denied_device_hears_it(running: Running, browser: Browser, asked: dict[str, Any]) -> None:
    assert "거절했습니다" in decide(browser, asked, "deny").text
    assert poll(running, asked).json()["error"] == "access_denied"


def test_a_decision_stands(running: Running, browser: Browser, asked: dict[str, Any]) -> None:
    decide(browser, asked, "deny")
    page = browser.open(asked["verification_uri_complete"])
    assert page.status_code == 404
    assert poll(running, asked).json()["error"] == "access_denied"


def test_polling_too_fast_is_slowed_down(running: Running, asked: dict[str, Any]) -> None:
    errors = []
    for wait in (0, 5, 1, 5, 10):
        running.clock.advance(wait)
        errors.append(poll(running, asked).json()["error"])
    # After the poll one second later the interval is 10 s, after the next one 15 s.
    expected = ["authorization_pending", "authorization_pending", "slow_down", "slow_down", "slow_down"]
    assert errors == expected
    running.clock.advance(20)
    assert poll(running, asked).json()["error"] == "authorization_pending"


def test_an_expired_code_is_told_apart_from_an_unknown_one(
    running: Running, browser: Browser, asked: dict[str, Any]
) -> None:
    browser.open(asked["verification_uri"])
    browser.sign_in()
    running.clock.advance(600)
    assert browser.send({"user_code": asked["user_code"]}).status_code == 404
    assert poll(running, asked).json()["error"] == "expired_token"
    assert poll(running, asked, device_code="guessed").json()["error"] == "invalid_grant"


def test_an_approval_after_the_expiry_comes_too_late(
    running: Running, browser: Browser, asked: dict[str, Any]
) -> None:
    browser.open(asked["verification_uri_complete"])
    browser.sign_in()
    running.clock.advance(600)
    assert browser.send({"decision": "approve"}).status_code == 404
    assert poll(running, asked).json()["error"] == "expired_token"


def test_the_devices_sign_in_outlives_the_browsers(
    running: Running, browser: Browser, asked: dict[str, Any]
) -> None:
    decide(browser, asked)
    tokens = poll(running, asked).json()
    browser.open(f"{ISSUER}/protocol/openid-connect/logout")
    browser.send({"confirm": "yes"})
    assert refresh(running, tokens["refresh_token"], client_id="maru-cli").status_code == 200


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_client"),
        ({"client_id": "nobody"}, "invalid_client"),
        ({"client_id": "maru-web"}, "unauthorized_client"),
        ({"client_id": "maru-cli", "scope": "everything"}, "invalid_scope"),
    ],
)
def test_who_may_ask_for_a_code(running: Running, form: dict[str, str], error: str) -> None:
    response = running.post("auth/device", form)
    assert (response.status_code, response.json()["error"]) == (400, error)


def test_somebody_else_can_sign_in_on_the_way(
    running: Running, browser: Browser, asked: dict[str, Any]
) -> None:
    browser.open(asked["verification_uri_complete"])
    page = browser.sign_in()
    (elsewhere,) = re.findall(r'<a href="([^"]+/login[^"]+)"', page.text)
    browser.open(elsewhere)
    assert "lee.manager" in browser.sign_in("lee.manager", "lee-password").text
    browser.send({"decision": "approve"})
    claims = running.claims(poll(running, asked).json()["access_token"], "maru")
    assert claims["preferred_username"] == "lee.manager"


def test_another_client_cannot_poll(running: Running, browser: Browser, asked: dict[str, Any]) -> None:
    decide(browser, asked)
    assert poll(running, asked, client_id="maru-web").json()["error"] == "unauthorized_client"


def test_codes_cannot_be_guessed_on_the_page(
    running: Running, browser: Browser, asked: dict[str, Any]
) -> None:
    browser.open(asked["verification_uri"])
    assert "맞지 않거나" not in browser.sign_in().text
    statuses = [browser.send({"user_code": f"BBBB-BBB{letter}"}).status_code for letter in "BCDFGH"]
    assert statuses == [404] * 5 + [429]
    assert browser.page.headers["Retry-After"] == "30"
    assert browser.open(asked["verification_uri_complete"]).status_code == 429


def test_device_codes_cannot_flood_the_database(running: Running) -> None:
    statuses = [running.post("auth/device", {"client_id": "maru-cli"}).status_code for _ in range(61)]
    assert statuses == [200] * 60 + [429]
    running.clock.advance(1)
    assert running.post("auth/device", {"client_id": "maru-cli"}).status_code == 200


def test_an_approval_needs_the_form_of_this_browser(
    running: Running, browser: Browser, asked: dict[str, Any]
) -> None:
    browser.open(asked["verification_uri"])
    browser.sign_in()
    url = f"{running.address}/realms/maru/device"
    forged = {"user_code": asked["user_code"], "decision": "approve", "proof": "0" * 64}
    assert browser.http.post(url, data=forged).status_code == 400
    browser.open(asked["verification_uri_complete"])
    refused = browser.send({"decision": "approve"}, origin="http://evil.example")
    assert refused.status_code == 400
    assert PUBLIC in refused.text  # where to send it from instead
    assert poll(running, asked).json()["error"] == "authorization_pending"


@pytest.mark.parametrize(
    "typed", ["", "-", "🙂" * 400, "가나다라-마바사아", "<script>", "\0\r\n", "A" * 10_000]
)
def test_whatever_is_typed_as_a_code_is_harmless(browser: Browser, typed: str) -> None:
    browser.open(f"{ISSUER}/device")
    browser.sign_in()
    page = browser.open(f"{ISSUER}/device?user_code={quote(typed)}")
    assert page.status_code in (200, 404)
    assert "<script>" not in page.text
