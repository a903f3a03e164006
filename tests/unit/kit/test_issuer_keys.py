"""The issuer's keys: kept, refreshed, rotated, and still good when the issuer is away."""

import asyncio
import json
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from services.kit.auth import IssuerKeys, TokenVerifier, fetch, parse_jwks
from services.kit.errors import IssuerUnavailable, TokenInvalid
from services.kit.testing import Issuer

NEVER = timedelta(days=1)
ALWAYS = timedelta(seconds=-1)


class KeyServer:
    """The issuer's JWKS address, counted; it can go away."""

    def __init__(self, issuer: Issuer) -> None:
        self.issuer = issuer
        self.asked = 0
        self.away = False
        self.body: object = None
        self.answering = asyncio.Event()
        self.answering.set()

    async def fetch(self, url: str) -> bytes:
        self.asked += 1
        await self.answering.wait()
        if self.away:
            raise ConnectionRefusedError
        return json.dumps(self.body or self.issuer.jwks()).encode()


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def server(issuer: Issuer) -> KeyServer:
    return KeyServer(issuer)


def verifier(server: KeyServer, **ages: timedelta) -> TokenVerifier:
    keys = IssuerKeys("http://issuer.test/certs", server.fetch, **ages)
    return TokenVerifier(keys, issuer=server.issuer.url, audience="maru")


async def test_keys_are_fetched_once(issuer: Issuer, server: KeyServer) -> None:
    tokens = verifier(server)
    for username in ("kim", "lee", "park"):
        assert (await tokens.verify(issuer.token(username))).username == username
    assert server.asked == 1


async def test_a_rotated_key_is_fetched_at_once(issuer: Issuer, server: KeyServer) -> None:
    tokens = verifier(server, max_age=NEVER, min_interval=ALWAYS)
    old = issuer.token()
    await tokens.verify(old)
    issuer.rotate()
    assert (await tokens.verify(issuer.token("lee"))).username == "lee"
    with pytest.raises(TokenInvalid):
        await tokens.verify(old)  # its key was withdrawn


async def test_unknown_key_ids_cannot_make_us_ask_all_the_time(issuer: Issuer, server: KeyServer) -> None:
    tokens = verifier(server, max_age=NEVER, min_interval=NEVER)
    await tokens.verify(issuer.token())
    stranger = Issuer()
    for _ in range(20):
        with pytest.raises(TokenInvalid):
            await tokens.verify(stranger.token())
    assert server.asked == 1


async def test_known_keys_go_on_working_while_the_issuer_is_away(issuer: Issuer, server: KeyServer) -> None:
    tokens = verifier(server, max_age=ALWAYS, min_interval=ALWAYS)
    await tokens.verify(issuer.token())
    server.away = True
    for _ in range(3):
        assert (await tokens.verify(issuer.token("lee"))).username == "lee"
        await refreshed(tokens)
    assert server.asked == 4


async def test_nobody_waits_for_an_issuer_that_hangs(issuer: Issuer, server: KeyServer) -> None:
    tokens = verifier(server, max_age=ALWAYS, min_interval=ALWAYS)
    await tokens.verify(issuer.token())
    server.answering.clear()
    for _ in range(3):
        assert (await tokens.verify(issuer.token("lee"))).username == "lee"
    server.answering.set()
    await refreshed(tokens)
    assert server.asked == 2


async def test_old_keys_are_fetched_again_and_withdrawn_ones_forgotten(
    issuer: Issuer, server: KeyServer
) -> None:
    tokens = verifier(server, max_age=ALWAYS, min_interval=ALWAYS)
    old = issuer.token()
    await tokens.verify(old)
    issuer.rotate()
    await tokens.verify(old)  # begins the refresh
    await refreshed(tokens)
    with pytest.raises(TokenInvalid):
        await tokens.verify(old)


async def test_many_askers_share_the_first_fetch(issuer: Issuer, server: KeyServer) -> None:
    tokens = verifier(server)
    server.answering.clear()
    asking = [asyncio.create_task(tokens.verify(issuer.token(f"user{n}"))) for n in range(10)]
    await asyncio.sleep(0)
    asking[0].cancel()
    server.answering.set()
    names = [identity.username for identity in await asyncio.gather(*asking[1:])]
    assert names == [f"user{n}" for n in range(1, 10)]
    assert server.asked == 1


async def test_an_issuer_never_reached_is_said_so(issuer: Issuer, server: KeyServer) -> None:
    server.away = True
    with pytest.raises(IssuerUnavailable):
        await verifier(server).verify(issuer.token())


async def refreshed(tokens: TokenVerifier) -> None:
    """Wait for the refresh that goes on beside the work."""
    refreshing = tokens._keys._refreshing
    if refreshing:
        await refreshing


@pytest.mark.parametrize("body", [{"keys": []}, {"error": "x"}, [1], {"keys": [None]}, {"keys": 5}])
async def test_nonsense_from_the_issuer_changes_nothing(
    issuer: Issuer, server: KeyServer, body: object
) -> None:
    tokens = verifier(server, max_age=ALWAYS, min_interval=ALWAYS)
    await tokens.verify(issuer.token())
    server.body = body
    await tokens.verify(issuer.token())  # begins the refresh
    await refreshed(tokens)
    assert (await tokens.verify(issuer.token("lee"))).username == "lee"


def test_only_signing_keys_of_allowed_algorithms_count(issuer: Issuer) -> None:
    good = issuer.jwks()["keys"][0]
    others = [
        {**good, "kid": "encryption", "use": "enc"},
        {**good, "kid": "unknown algorithm", "alg": "RSA-OAEP"},
        {"kid": "shared secret", "kty": "oct", "k": "c2VjcmV0", "alg": "HS256", "use": "sig"},
        {"kid": "broken", "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "use": "sig"},
    ]
    assert set(parse_jwks({"keys": [*others, good]})) == {issuer.kid}


@pytest.mark.parametrize("status", [200, 503])
async def test_the_keys_come_by_http(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *args: object) -> None:
            pass

    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")  # not asked
    with HTTPServer(("127.0.0.1", 0), Answer) as web:
        thread = Thread(target=web.handle_request)
        thread.start()
        url = f"http://127.0.0.1:{web.server_port}/certs"
        if status == 200:
            assert await fetch(url) == b"{}"
        else:
            with pytest.raises(OSError, match="503"):
                await fetch(url)
        thread.join()
