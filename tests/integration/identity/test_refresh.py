"""Refresh tokens: rotation, reuse, and the sign-in that they stand on."""

import os
import threading

import httpx
import pytest

from tests.integration.identity.running import USERS, Browser, Running, code_of, redeem, refresh, tokens_of


def test_a_refresh_gives_new_tokens_of_the_same_sign_in(running: Running, browser: Browser) -> None:
    first = tokens_of(browser)
    running.clock.advance(290)
    second = refresh(running, first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    before, after = (running.claims(t["access_token"], "maru") for t in (first, second))
    assert after["iat"] == before["iat"] + 290
    assert after["jti"] != before["jti"]
    assert (after["sub"], after["sid"]) == (before["sub"], before["sid"])
    then, now = (running.claims(t["id_token"], "maru-web") for t in (first, second))
    assert now["auth_time"] == then["auth_time"]  # as oidc-client-ts checks


def test_a_reused_refresh_token_ends_its_whole_family(running: Running, browser: Browser) -> None:
    first = tokens_of(browser)["refresh_token"]
    second = refresh(running, first).json()["refresh_token"]
    third = refresh(running, second).json()["refresh_token"]
    assert refresh(running, first).json()["error"] == "invalid_grant"
    assert refresh(running, third).json()["error"] == "invalid_grant"


def test_of_refreshes_at_the_same_moment_one_wins(running: Running, browser: Browser) -> None:
    token = tokens_of(browser)["refresh_token"]
    together = threading.Barrier(6)
    answers: list[httpx.Response] = []

    def attempt() -> None:
        together.wait()
        answers.append(refresh(running, token))

    threads = [threading.Thread(target=attempt) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400, 400, 400]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_id": "maru-cli"}, "invalid_grant"),
        ({"client_id": "maru-operator"}, "unauthorized_client"),
        ({"refresh_token": "guessed"}, "invalid_grant"),
        ({"refresh_token": ""}, "invalid_request"),
        ({"scope": "everything"}, "invalid_scope"),
    ],
)
def test_refresh_refused(running: Running, browser: Browser, changes: dict[str, str], error: str) -> None:
    response = refresh(running, tokens_of(browser)["refresh_token"], **changes)
    assert (response.status_code, response.json()["error"]) == (400, error)


def test_a_narrower_scope_is_for_one_token_only(running: Running, browser: Browser) -> None:
    token = tokens_of(browser)["refresh_token"]
    narrow = refresh(running, token, scope="profile").json()
    assert narrow["scope"] == "profile"
    assert "id_token" not in narrow
    assert refresh(running, narrow["refresh_token"]).json()["scope"] == "openid profile"


def test_a_refresh_cannot_widen_the_scope(running: Running, browser: Browser) -> None:
    token = redeem(running, code_of(browser, scope="openid email")).json()["refresh_token"]
    assert refresh(running, token, scope="openid profile").json()["error"] == "invalid_scope"
    # What was ignored the first time is ignored again.
    assert refresh(running, token, scope="openid email").json()["scope"] == "openid"


def test_a_sign_in_ends_after_its_time_however_often_it_is_refreshed(
    running: Running, browser: Browser
) -> None:
    tokens = tokens_of(browser)
    assert tokens["refresh_expires_in"] == 8 * 3600
    running.clock.advance(8 * 3600 - 100)
    tokens = refresh(running, tokens["refresh_token"]).json()
    assert tokens["expires_in"] == 100  # no token outlives its sign-in
    assert tokens["refresh_expires_in"] == 100
    running.clock.advance(100)
    assert refresh(running, tokens["refresh_token"]).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("kim.sales", "kim.gone", id="removed"),
        pytest.param("role: [sales]", "role: [sales, finance]", id="another role"),
        pytest.param("territory: [수도권]", "territory: [영남권]", id="another territory"),
        pytest.param("$argon2id$v=19$m=8,t=1,p=1$", "$argon2id$v=19$m=8,t=2,p=1$", id="another password"),
    ],
)
def test_a_changed_or_removed_person_has_to_sign_in_again(
    running: Running, browser: Browser, before: str, after: str
) -> None:
    tokens = tokens_of(browser)
    replace_users(running, USERS.replace(before, after, 1))
    assert refresh(running, tokens["refresh_token"]).json()["error"] == "invalid_grant"
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert running.get("/realms/maru/protocol/openid-connect/userinfo", **bearer).status_code == 401


def test_other_people_go_on_when_one_is_changed(running: Running, browser: Browser) -> None:
    token = tokens_of(browser)["refresh_token"]
    replace_users(running, USERS.replace("lee.manager", "lee.director"))
    assert refresh(running, token).status_code == 200


def test_a_broken_edit_leaves_the_last_good_state(running: Running, browser: Browser) -> None:
    token = tokens_of(browser)["refresh_token"]
    replace_users(running, USERS + "- username: {\n")
    answer = refresh(running, token).json()
    assert "access_token" in answer
    assert running.metric("maru_identity_users_file_valid") == 0
    replace_users(running, USERS)
    assert refresh(running, answer["refresh_token"]).status_code == 200
    assert running.metric("maru_identity_users_file_valid") == 1


def replace_users(running: Running, text: str) -> None:
    """As an editor saves: a new file in the old one's place."""
    draft = running.users_file.with_suffix(".new")
    draft.write_text(text)
    os.replace(draft, running.users_file)
