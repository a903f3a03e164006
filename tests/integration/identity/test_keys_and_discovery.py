"""Discovery, the published keys and their rotation, userinfo."""

import subprocess
import sys
from pathlib import Path

import jwt
import pytest
from authlib.oidc.discovery import OpenIDProviderMetadata

from tests.integration.identity.running import ISSUER, Browser, Running, refresh, tokens_of

CERTS = "/realms/maru/protocol/openid-connect/certs"
USERINFO = "/realms/maru/protocol/openid-connect/userinfo"


def kid_of(token: str) -> str:
    kid: str = jwt.get_unverified_header(token)["kid"]
    return kid


def test_discovery_is_valid_and_names_working_addresses(running: Running) -> None:
    response = running.get("/realms/maru/.well-known/openid-configuration")
    document = response.json()
    OpenIDProviderMetadata(document).validate()
    assert document["issuer"] == ISSUER
    for name, address in document.items():
        if name.endswith(("_endpoint", "_uri")):
            assert address.startswith(f"{ISSUER}/protocol/openid-connect/")
            assert running.get(running.local(address).removeprefix(running.address)).status_code != 404
    assert response.headers["Cache-Control"] == "public, max-age=300"


def test_only_public_parts_are_published(running: Running) -> None:
    for key in running.get(CERTS).json()["keys"]:
        assert set(key) == {"kty", "n", "e", "use", "alg", "kid"}
        assert (key["alg"], key["use"]) == ("RS256", "sig")


def test_tokens_say_what_they_are(browser: Browser) -> None:
    tokens = tokens_of(browser)
    access = jwt.get_unverified_header(tokens["access_token"])
    assert (access["typ"], access["alg"]) == ("at+jwt", "RS256")
    assert jwt.get_unverified_header(tokens["id_token"])["typ"] == "JWT"


def test_a_rotated_key_is_published_before_it_signs_and_until_its_tokens_end(
    running: Running, browser: Browser
) -> None:
    first = tokens_of(browser)
    old = kid_of(first["access_token"])
    rotate(running)
    assert set(running.keys()) > {old}
    (new,) = set(running.keys()) - {old}

    running.clock.advance(running.settings.signing_key_lead_seconds - 5)
    second = refresh(running, first["refresh_token"]).json()
    assert kid_of(second["access_token"]) == old

    running.clock.advance(10)  # past the lead time
    third = refresh(running, second["refresh_token"]).json()
    assert kid_of(third["access_token"]) == new
    assert set(running.keys()) == {old, new}
    running.claims(second["access_token"], "maru")  # still verifiable

    running.clock.advance(running.settings.access_token_seconds)
    assert set(running.keys()) == {new}


def test_keys_rotate_by_themselves(running: Running, browser: Browser) -> None:
    (old,) = running.keys()
    running.clock.advance(running.settings.signing_key_days * 86400)
    assert len(running.keys()) == 2
    running.clock.advance(running.settings.signing_key_lead_seconds)
    assert kid_of(tokens_of(browser)["access_token"]) != old


def test_a_compromised_key_is_withdrawn_at_once(running: Running, browser: Browser) -> None:
    tokens = tokens_of(browser)
    rotate(running, "--compromised")
    assert kid_of(tokens["access_token"]) not in set(running.keys())
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert running.get(USERINFO, **bearer).status_code == 401
    assert refresh(running, tokens["refresh_token"]).status_code == 200  # not signed by the key: goes on


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"keys": [{"jwk": {}}]}'])
def test_a_damaged_key_file_leaves_the_known_keys(running: Running, browser: Browser, damage: str) -> None:
    before = running.keys()
    (running.settings.home / "keys" / "issuer.json").write_text(damage)
    assert set(running.keys()) == set(before)
    tokens_of(browser)


def test_userinfo_says_who(running: Running, browser: Browser) -> None:
    token = tokens_of(browser)["access_token"]
    claims = running.claims(token, "maru")
    response = running.get(USERINFO, Authorization=f"bearer {token}")
    assert response.json() == {
        "sub": claims["sub"],
        "preferred_username": "kim.sales",
        "name": "김민준",
        "family_name": "김",
        "given_name": "민준",
    }


def test_userinfo_refuses(running: Running, browser: Browser) -> None:
    tokens = tokens_of(browser)
    good = tokens["access_token"]
    for authorization in (
        "",
        "Bearer",
        "Bearer x",
        f"Basic {good}",
        f"Bearer {good[:-8]}AAAAAAAA",
        f"Bearer {tokens['id_token']}",
        f"Bearer {'x' * 10_000}",
        f"Bearer {jwt.encode({'sub': 'x'}, 'k' * 32, algorithm='HS256', headers={'kid': kid_of(good)})}",
    ):
        response = running.get(USERINFO, Authorization=authorization)
        assert response.status_code == 401, authorization
        assert response.headers["WWW-Authenticate"].startswith('Bearer realm="maru"')
    running.clock.advance(300)
    assert running.get(USERINFO, Authorization=f"Bearer {good}").status_code == 401


def test_a_person_keeps_their_subject(running: Running, browser: Browser, other_browser: Browser) -> None:
    first, second = (running.claims(tokens_of(b)["access_token"], "maru") for b in (browser, other_browser))
    assert first["sub"] == second["sub"] == "2dddf418-c669-5332-921a-82e8c948ade2"
    assert first["sid"] != second["sid"]


def rotate(running: Running, *arguments: str) -> None:
    """As an administrator does, beside the running issuer."""
    environment = {"MARU_HOME": str(running.settings.home), "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-m", "services.identity", "rotate-keys", *arguments]
    subprocess.run(command, env=environment, check=True, capture_output=True, cwd=Path.cwd())
