"""The sign-in page: what it refuses, how it slows guessing down, and the headers that protect it."""

import re
import threading
from unittest.mock import patch
from urllib.parse import quote

import argon2
import httpx
import pytest

from services.identity.settings import Settings
from tests.integration.identity.running import (
    ISSUER,
    PUBLIC,
    Browser,
    Clock,
    Running,
    authorization_url,
    query_of,
    serving,
)

WRONG = "사용자 이름 또는 비밀번호가 올바르지 않습니다."


def test_a_wrong_password_and_an_unknown_user_look_alike(browser: Browser, other_browser: Browser) -> None:
    browser.open(authorization_url())
    other_browser.open(authorization_url())
    wrong = browser.sign_in("kim.sales", "guess")
    unknown = other_browser.sign_in("kim.salez", "guess")
    assert wrong.status_code == unknown.status_code == 403
    assert WRONG in wrong.text
    volatile = r'name="proof" value="\w+"|value="kim\.sale[sz]"'
    assert re.sub(volatile, "", wrong.text) == re.sub(volatile, "", unknown.text)
    assert {**wrong.headers, "date": ""}.keys() == {**unknown.headers, "date": ""}.keys()


@pytest.mark.parametrize("username", ["kim.sales", "nobody", "", "\0", "x" * 10_000, "' or 1=1 --"])
def test_every_attempt_checks_one_hash(browser: Browser, username: str) -> None:
    browser.open(authorization_url())
    with patch.object(
        argon2.PasswordHasher, "verify", autospec=True, side_effect=argon2.PasswordHasher.verify
    ) as verify:
        assert browser.sign_in(username, "guess").status_code == 403
    assert verify.call_count == 1


def test_usernames_are_compared_without_letter_case(browser: Browser) -> None:
    browser.open(authorization_url())
    assert "code" in query_of(browser.sign_in(" Kim.Sales ", "kim-password"))


def test_guessing_one_users_password_is_slowed_down(running: Running, browser: Browser) -> None:
    browser.open(authorization_url())
    statuses = [browser.sign_in("kim.sales", f"guess-{n}").status_code for n in range(6)]
    assert statuses == [403] * 5 + [429]
    assert browser.page.headers["Retry-After"] == "30"
    assert "30초" in browser.page.text
    assert browser.sign_in().status_code == 429  # the right password has to wait, too
    running.clock.advance(30)
    assert "code" in query_of(browser.sign_in())
    assert running.metric("maru_identity_sign_ins_total", outcome="refused") == 5
    assert running.metric("maru_identity_sign_ins_total", outcome="slowed_down") == 2
    assert running.metric("maru_identity_sign_ins_total", outcome="accepted") == 1


def test_an_unknown_username_is_slowed_down_just_the_same(browser: Browser) -> None:
    browser.open(authorization_url())
    statuses = [browser.sign_in("nobody", f"guess-{n}").status_code for n in range(6)]
    assert statuses == [403] * 5 + [429]


def test_letter_case_gives_no_further_guesses(browser: Browser) -> None:
    browser.open(authorization_url())
    names = ["kim.sales", "KIM.sales", "Kim.Sales", "kiM.sales", "kim.saleS", "KIM.SALES"]
    assert [browser.sign_in(name, "guess").status_code for name in names] == [403] * 5 + [429]


def test_guesses_at_the_same_moment_count(running: Running, browser: Browser) -> None:
    browser.open(authorization_url())
    proof = re.findall(r'name="proof" value="(\w+)"', browser.page.text)[0]
    cookies = dict(browser.http.cookies)
    form = {"proof": proof, "continue": "/realms/maru/device", "username": "kim.sales", "password": "guess"}
    together = threading.Barrier(8)
    statuses: list[int] = []

    def attempt() -> None:
        together.wait()
        answer = httpx.post(
            f"{running.address}/realms/maru/login", data=form, cookies=cookies, trust_env=False
        )
        statuses.append(answer.status_code)

    threads = [threading.Thread(target=attempt) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [403] * 5 + [429] * 3


def test_guessing_over_many_users_is_slowed_down(settings: Settings, clock: Clock) -> None:
    with serving(settings.model_copy(update={"sign_ins_per_minute": 3}), clock) as running:
        browser = Browser(running)
        browser.open(authorization_url())
        statuses = [browser.sign_in(f"user-{n}", "guess").status_code for n in range(4)]
        assert statuses == [403] * 3 + [429]
        assert browser.page.headers["Retry-After"] == "20"
        browser.close()


@pytest.mark.parametrize(
    "forge",
    [
        {"proof": ""},
        {"proof": "0" * 64},
        {"proof": "é"},
    ],
)
def test_a_form_that_is_not_ours_signs_nobody_in(browser: Browser, forge: dict[str, str]) -> None:
    browser.open(authorization_url())
    response = browser.send({"username": "kim.sales", "password": "kim-password"} | forge)
    assert response.status_code == 400
    assert "maru_sign_in" not in browser.http.cookies


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:9999", "http://localhost:8080"]
)
def test_a_form_sent_from_elsewhere_signs_nobody_in(browser: Browser, origin: str) -> None:
    browser.open(authorization_url())
    response = browser.send({"username": "kim.sales", "password": "kim-password"}, origin=origin)
    assert response.status_code == 400
    assert PUBLIC in response.text  # where to go instead
    assert "maru_sign_in" not in browser.http.cookies


def test_a_form_without_its_cookie_signs_nobody_in(browser: Browser, other_browser: Browser) -> None:
    browser.open(authorization_url())
    other_browser.page = browser.page
    response = other_browser.send({"username": "kim.sales", "password": "kim-password"})
    assert response.status_code == 400


@pytest.mark.parametrize(
    "destination",
    [
        "",
        "http://evil.example/",
        "//evil.example/realms/maru/device",
        "https:evil.example",
        "\\\\evil.example",
        "/realms/maru/../../evil",
        "/realms/maru/login",
        "/realms/maru/device/../x",
        "javascript:alert(1)",
        "/realms/maru/device?" + "x" * 10_000,
    ],
)
def test_a_sign_in_leads_nowhere_else(running: Running, browser: Browser, destination: str) -> None:
    page = browser.open(f"{ISSUER}/login?continue={quote(destination)}")
    assert page.status_code == 400
    browser.open(authorization_url())
    assert (
        browser.send(
            {"username": "kim.sales", "password": "kim-password", "continue": destination}
        ).status_code
        == 400
    )


def test_line_breaks_in_the_destination_make_no_headers(browser: Browser) -> None:
    browser.open(authorization_url())
    values = {"username": "kim.sales", "password": "kim-password"}
    values["continue"] = "/realms/maru/device\r\nSet-Cookie: a=b?user_code=\r\nx"
    response = browser.send(values)
    assert "a" not in browser.http.cookies
    assert response.status_code in (200, 400, 404)


def test_typed_text_is_never_markup(browser: Browser) -> None:
    browser.open(authorization_url())
    page = browser.sign_in('"><script>alert(1)</script>', "guess")
    assert "<script" not in page.text
    assert "&lt;script&gt;" in page.text
    assert "guess" not in page.text  # a password is never sent back


def test_the_cookie_is_out_of_reach(running: Running, browser: Browser) -> None:
    browser.open(authorization_url())
    url = running.local(f"{ISSUER}/login")
    proof = re.findall(r'name="proof" value="(\w+)"', browser.page.text)[0]
    form = {"proof": proof, "continue": "/realms/maru/device", "username": "kim.sales"}
    response = browser.http.post(url, data=form | {"password": "kim-password"})
    (cookie,) = [c for c in response.headers.get_list("Set-Cookie") if c.startswith("maru_sign_in=")]
    for attribute in ("HttpOnly", "SameSite=Lax", "Path=/realms/maru", "Max-Age=28800"):
        assert attribute in cookie
    assert "Secure" not in cookie  # plain http on the loopback address


def test_over_https_cookies_are_secure(settings: Settings, clock: Clock) -> None:
    https = settings.model_copy(update={"oidc_issuer": "https://maru.example/realms/maru"})
    with serving(https, clock) as running:
        response = running.get("/realms/maru/login?continue=/realms/maru/device")
        assert "; Secure" in response.headers["Set-Cookie"]
        assert response.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_a_new_sign_in_is_a_new_cookie(browser: Browser) -> None:
    browser.open(authorization_url())
    browser.http.cookies.set(
        "maru_sign_in", "chosen-by-somebody-else", domain="127.0.0.1", path="/realms/maru"
    )
    browser.sign_in()
    values = [cookie.value for cookie in browser.http.cookies.jar if cookie.name == "maru_sign_in"]
    assert "chosen-by-somebody-else" not in values


@pytest.mark.parametrize(
    "path",
    [
        "/realms/maru/login?continue=/realms/maru/device",
        "/realms/maru/protocol/openid-connect/auth",
        "/realms/maru/protocol/openid-connect/logout",
        "/realms/maru/nowhere",
    ],
)
def test_pages_carry_the_headers_that_protect_them(running: Running, path: str) -> None:
    response = running.get(path, Accept="text/html")
    assert response.headers["Cache-Control"] == "no-store"
    policy = response.headers["Content-Security-Policy"]
    for directive in (
        "default-src 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "base-uri 'none'",
    ):
        assert directive in policy
    assert "unsafe" not in policy
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in response.headers
    assert "Server" not in response.headers
    assert "<script" not in response.text
    assert "style=" not in response.text


def test_pages_are_korean_first_with_english_beside(browser: Browser) -> None:
    page = browser.open(authorization_url()).text
    assert '<html lang="ko">' in page
    assert page.index("사용자 이름") < page.index("Username")
    assert "autofocus" in page


def test_the_pages_own_files_are_served(running: Running) -> None:
    page = running.get("/realms/maru/login?continue=/realms/maru/device").text
    for path in re.findall(r'(?:href|src)="([^"]+)"', page):
        assert path.startswith("/realms/maru/resources/")
        assert running.get(path).status_code == 200
