"""Signing out: whose sign-in ends, and where the browser goes afterwards."""

import pytest

from tests.integration.identity.running import (
    ISSUER,
    PUBLIC,
    Browser,
    Running,
    authorization_url,
    refresh,
    tokens_of,
)

LOGOUT = f"{ISSUER}/protocol/openid-connect/logout"
SIGNED_OUT = f"{PUBLIC}/signed-out"


def is_signed_in(browser: Browser) -> bool:
    return browser.open(authorization_url(prompt="none")).headers["Location"].find("code=") > 0


def test_with_an_id_token_the_browser_is_signed_out_and_sent_back(running: Running, browser: Browser) -> None:
    tokens = tokens_of(browser)
    url = f"{LOGOUT}?id_token_hint={tokens['id_token']}&post_logout_redirect_uri={SIGNED_OUT}&state=s%20t"
    response = browser.open(url)
    assert response.headers["Location"] == f"{SIGNED_OUT}?state=s+t"
    assert not is_signed_in(browser)
    assert refresh(running, tokens["refresh_token"]).json()["error"] == "invalid_grant"


def test_an_expired_id_token_still_signs_out(running: Running, browser: Browser) -> None:
    tokens = tokens_of(browser)
    running.clock.advance(3600)
    response = browser.open(f"{LOGOUT}?id_token_hint={tokens['id_token']}&post_logout_redirect_uri={PUBLIC}/")
    assert response.headers["Location"] == f"{PUBLIC}/"
    assert not is_signed_in(browser)


def test_without_a_token_the_person_is_asked(running: Running, browser: Browser) -> None:
    tokens = tokens_of(browser)
    page = browser.open(f"{LOGOUT}?client_id=maru-web&post_logout_redirect_uri={SIGNED_OUT}")
    assert "로그아웃할까요?" in page.text
    assert is_signed_in(browser)
    browser.open(f"{LOGOUT}?client_id=maru-web&post_logout_redirect_uri={SIGNED_OUT}&state=x")
    response = browser.send({"confirm": "yes"})
    assert response.headers["Location"] == f"{SIGNED_OUT}?state=x"
    assert not is_signed_in(browser)
    assert refresh(running, tokens["refresh_token"]).status_code == 400


def test_nobody_is_signed_out_by_another_sites_form(running: Running, browser: Browser) -> None:
    tokens_of(browser)
    browser.open(LOGOUT)
    browser.send({"confirm": "yes"}, origin="http://evil.example")
    assert is_signed_in(browser)
    browser.http.post(running.local(LOGOUT), data={"confirm": "yes", "proof": "0" * 64})
    assert is_signed_in(browser)


@pytest.mark.parametrize(
    "address",
    [
        "http://evil.example/",
        "//evil.example",
        f"{PUBLIC}/signed-out/",
        f"{PUBLIC}/signed-out?x",
        f"{PUBLIC}/other",
        f"{PUBLIC}@evil.example/",
        "http://127.0.0.1:8081/signed-out",
        "javascript:alert(1)",
    ],
)
def test_no_other_address_is_redirected_to(browser: Browser, address: str) -> None:
    tokens = tokens_of(browser)
    response = browser.open(f"{LOGOUT}?id_token_hint={tokens['id_token']}&post_logout_redirect_uri={address}")
    assert response.status_code == 200
    assert "Location" not in response.headers
    assert "evil" not in response.text
    assert "로그아웃되었습니다" in response.text


def test_an_access_token_is_no_hint(browser: Browser) -> None:
    tokens = tokens_of(browser)
    page = browser.open(f"{LOGOUT}?id_token_hint={tokens['access_token']}")
    assert "로그아웃할까요?" in page.text


def test_an_edited_id_token_is_no_hint(browser: Browser) -> None:
    header, payload, signature = tokens_of(browser)["id_token"].split(".")
    page = browser.open(f"{LOGOUT}?id_token_hint={header}.{payload[:-4]}AAAA.{signature}")
    assert "로그아웃할까요?" in page.text


def test_the_hint_of_another_client_is_none(browser: Browser) -> None:
    tokens = tokens_of(browser)
    page = browser.open(f"{LOGOUT}?id_token_hint={tokens['id_token']}&client_id=maru-cli")
    assert "로그아웃할까요?" in page.text


def test_a_hint_ends_its_own_sign_in_only(running: Running, browser: Browser, other_browser: Browser) -> None:
    mine, others = tokens_of(browser), tokens_of(other_browser)
    browser.open(f"{LOGOUT}?id_token_hint={others['id_token']}")
    assert is_signed_in(browser)
    assert not is_signed_in(other_browser)
    assert refresh(running, mine["refresh_token"]).status_code == 200


def test_signing_out_twice_is_harmless(browser: Browser) -> None:
    tokens_of(browser)
    browser.open(LOGOUT)
    browser.send({"confirm": "yes"})
    assert "로그아웃되었습니다" in browser.open(LOGOUT).text
