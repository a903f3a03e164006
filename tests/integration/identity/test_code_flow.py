"""Authorization code with PKCE: the good way, and every way to get it wrong."""

from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from services.kit.auth import TokenVerifier, parse_jwks
from tests.integration.identity.running import (
    CALLBACK,
    ISSUER,
    PUBLIC,
    VERIFIER,
    Browser,
    Running,
    authorization_url,
    code_of,
    form_of,
    query_of,
    redeem,
    refresh,
    tokens_of,
)

CASES = Path("tests/cases/identity")
AUTHORIZATIONS = yaml.safe_load((CASES / "authorization_refusals.yaml").read_text())
TOKENS = yaml.safe_load((CASES / "token_refusals.yaml").read_text())


def test_a_person_signs_in_and_the_client_gets_tokens(running: Running, browser: Browser) -> None:
    page = browser.open(authorization_url())
    assert page.status_code == 200
    answer = query_of(browser.sign_in())
    assert answer["state"] == "a state"
    assert answer["iss"] == ISSUER

    response = redeem(running, answer["code"])
    tokens = response.json()
    assert response.headers["Cache-Control"] == "no-store"
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] == 300
    assert tokens["scope"] == "openid profile"

    access = running.claims(tokens["access_token"], "maru")
    assert access["aud"] == ["maru"]
    assert access["azp"] == "maru-web"
    assert access["exp"] - access["iat"] == 300
    assert access["realm_access"] == {"roles": ["employee", "sales"]}
    assert access["preferred_username"] == "kim.sales"
    assert (access["name"], access["family_name"], access["given_name"]) == ("김민준", "김", "민준")
    assert access["company"] == ["마루정밀(주)"]
    assert access["territory"] == ["수도권"]
    assert access["department"] == ["영업1팀"]
    assert access["employee"] == "HR-EMP-00001"
    assert "warehouse" not in access
    assert "act" not in access

    identity = running.claims(tokens["id_token"], "maru-web")
    assert identity["nonce"] == "a nonce"
    assert (identity["sub"], identity["sid"]) == (access["sub"], access["sid"])
    assert identity["sid"] == tokens["session_state"] == answer["session_state"]


async def test_the_services_accept_the_token(running: Running, browser: Browser) -> None:
    token = tokens_of(browser)["access_token"]
    document = running.get("/realms/maru/protocol/openid-connect/certs").json()

    class Keys:
        async def find(self, kid: str) -> Any:
            return parse_jwks(document).get(kid)

    asker = await TokenVerifier(Keys(), issuer=ISSUER, audience="maru").verify(token)
    assert asker.username == "kim.sales"
    assert asker.roles == {"employee", "sales"}
    assert asker.company == ("마루정밀(주)",)
    assert asker.employee == "HR-EMP-00001"


def test_who_is_signed_in_is_not_asked_again(browser: Browser) -> None:
    first = tokens_of(browser)
    response = browser.open(authorization_url())
    assert query_of(response)["session_state"] == first["session_state"]


def test_silent_sign_in_works_once_signed_in(browser: Browser) -> None:
    tokens_of(browser)
    assert "code" in query_of(browser.open(authorization_url(prompt="none")))


@pytest.mark.parametrize("ask", [{"prompt": "login"}, {"prompt": "select_account"}, {"max_age": "0"}])
def test_a_client_can_insist_on_a_new_sign_in(
    running: Running, browser: Browser, ask: dict[str, str]
) -> None:
    first = tokens_of(browser)
    running.clock.advance(1)
    assert browser.open(authorization_url(**ask)).status_code == 200
    answer = query_of(browser.sign_in())
    assert answer["session_state"] == first["session_state"]  # the same person's sign-in goes on
    again = running.claims(redeem(running, answer["code"]).json()["id_token"], "maru-web")
    assert again["auth_time"] == running.claims(first["id_token"], "maru-web")["auth_time"] + 1


def test_another_person_in_the_same_browser_ends_the_first_sign_in(
    running: Running, browser: Browser
) -> None:
    first = tokens_of(browser)
    browser.open(authorization_url(prompt="login"))
    answer = query_of(browser.sign_in("lee.manager", "lee-password"))
    assert answer["session_state"] != first["session_state"]
    assert refresh(running, first["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_hint_fills_the_username_in(browser: Browser) -> None:
    page = browser.open(authorization_url(login_hint="lee.manager"))
    assert 'value="lee.manager"' in page.text


@pytest.mark.parametrize("case", AUTHORIZATIONS, ids=lambda case: case["name"])
def test_authorization_refused(browser: Browser, case: dict[str, Any]) -> None:
    response = browser.open(authorization_url(**case["change"]))
    if case["answer"] == "page":
        assert response.status_code == 400
        assert "Location" not in response.headers
        assert "evil" not in response.text
        assert "로그인 요청이 올바르지 않습니다" in response.text
    else:
        answer = query_of(response)
        assert answer["error"] == case["answer"]
        assert answer["state"] == "a state"
        assert answer["iss"] == ISSUER
        assert "code" not in answer


def test_a_repeated_parameter_is_refused(browser: Browser) -> None:
    response = browser.open(authorization_url() + "&state=second")
    assert response.status_code == 400


@pytest.mark.parametrize("case", TOKENS, ids=lambda case: case["name"])
def test_token_refused(running: Running, browser: Browser, case: dict[str, Any]) -> None:
    form = {
        "grant_type": "authorization_code",
        "client_id": "maru-web",
        "code": code_of(browser),
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    } | case["change"]
    response = running.token(**{name: value for name, value in form.items() if value is not None})
    assert response.status_code == 400
    assert response.json()["error"] == case["error"]
    assert "access_token" not in response.json()


def test_a_repeated_code_is_refused(running: Running, browser: Browser) -> None:
    code = code_of(browser)
    body = f"grant_type=authorization_code&client_id=maru-web&code={code}&code={code}"
    body += f"&redirect_uri={CALLBACK}&code_verifier={VERIFIER}"
    response = httpx.post(
        f"{running.address}/realms/maru/protocol/openid-connect/token",
        content=body,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        trust_env=False,
    )
    assert response.json()["error"] == "invalid_request"


def test_tokens_never_come_from_an_address(running: Running, browser: Browser) -> None:
    code = code_of(browser)
    query = f"grant_type=authorization_code&client_id=maru-web&code={code}&redirect_uri={CALLBACK}"
    url = f"{running.address}/realms/maru/protocol/openid-connect/token?{query}&code_verifier={VERIFIER}"
    assert httpx.get(url, trust_env=False).status_code == 405
    assert httpx.post(url, trust_env=False).json()["error"] == "unsupported_grant_type"


def test_a_code_expires(running: Running, browser: Browser) -> None:
    code = code_of(browser)
    running.clock.advance(60)
    assert redeem(running, code).json()["error"] == "invalid_grant"


def test_a_code_used_twice_ends_what_came_of_it(running: Running, browser: Browser) -> None:
    code = code_of(browser)
    tokens = redeem(running, code).json()
    assert redeem(running, code).json()["error"] == "invalid_grant"
    assert refresh(running, tokens["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_code_is_used_up_by_a_wrong_guess(running: Running, browser: Browser) -> None:
    code = code_of(browser)
    assert redeem(running, code, code_verifier="w" * 64).status_code == 400
    assert redeem(running, code).json()["error"] == "invalid_grant"


def test_two_codes_at_once_are_two_families(running: Running, browser: Browser) -> None:
    first, second = tokens_of(browser), tokens_of(browser)
    assert refresh(running, first["refresh_token"]).status_code == 200
    assert refresh(running, first["refresh_token"]).status_code == 400
    assert refresh(running, second["refresh_token"]).status_code == 200


def test_unknown_scopes_are_left_out(running: Running, browser: Browser) -> None:
    code = code_of(browser, scope="openid offline_access")
    assert redeem(running, code).json()["scope"] == "openid"


def test_without_openid_there_is_no_id_token(running: Running, browser: Browser) -> None:
    tokens = redeem(running, code_of(browser, scope="profile")).json()
    assert "id_token" not in tokens
    assert "access_token" in tokens


def test_an_authorization_request_may_be_posted(running: Running, browser: Browser) -> None:
    url, _, query = running.local(authorization_url()).partition("?")
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    response = browser.http.post(url, content=query, headers=headers)
    assert response.status_code == 303
    assert response.headers["Location"].startswith(f"{ISSUER}/login?")


def test_the_host_header_changes_no_address(running: Running, browser: Browser) -> None:
    spoofed = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    discovery = running.get("/realms/maru/.well-known/openid-configuration", **spoofed)
    assert discovery.json()["issuer"] == ISSUER
    assert "evil" not in discovery.text

    redirect = running.get(authorization_url().removeprefix(PUBLIC), **spoofed)
    assert redirect.headers["Location"].startswith(f"{ISSUER}/login?")

    code = code_of(browser)
    form = {"grant_type": "authorization_code", "client_id": "maru-web", "code": code}
    form |= {"redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    tokens = running.post("token", form, **spoofed)
    assert running.claims(tokens.json()["access_token"], "maru")["iss"] == ISSUER

    page = running.get("/realms/maru/login?continue=/realms/maru/device", **spoofed)
    assert form_of(page.text)[1] == "/realms/maru/login"
    assert "evil" not in page.text


def test_hosts_that_are_no_hosts_are_harmless(running: Running) -> None:
    for host in ("", "a b", "evil.example/path", "http://evil", "[::1", "%00", "x" * 5000):
        response = running.get("/realms/maru/.well-known/openid-configuration", Host=host)
        assert response.status_code in (200, 400)
        assert "evil" not in response.text
        response = running.post("token", {"grant_type": "refresh_token"}, Host=host)
        assert response.status_code == 400
