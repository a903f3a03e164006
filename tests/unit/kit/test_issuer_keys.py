"""The issuer's keys: kept, refreshed, rotated, and still good when the issuer is away."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from services.kit.auth import IssuerKeys, TokenVerifier, parse_jwks
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

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        if self.away:
            raise httpx.ConnectError("away", request=request)
        return httpx.Response(200, json=self.body or self.issuer.jwks())


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def server(issuer: Issuer) -> KeyServer:
    return KeyServer(issuer)


@pytest.fixture
async def client(server: KeyServer) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.MockTransport(server)) as client:
        yield client


def verifier(client: httpx.AsyncClient, issuer: Issuer, **ages: timedelta) -> TokenVerifier:
    return TokenVerifier(
        IssuerKeys("http://issuer.test/certs", client, **ages), issuer=issuer.url, audience="maru"
    )


async def test_keys_are_fetched_once(client: httpx.AsyncClient, issuer: Issuer, server: KeyServer) -> None:
    tokens = verifier(client, issuer)
    for username in ("kim", "lee", "park"):
        assert (await tokens.verify(issuer.token(username))).username == username
    assert server.asked == 1


async def test_a_rotated_key_is_fetched_at_once(
    client: httpx.AsyncClient, issuer: Issuer, server: KeyServer
) -> None:
    tokens = verifier(client, issuer, max_age=NEVER, min_interval=ALWAYS)
    old = issuer.token()
    await tokens.verify(old)
    issuer.rotate()
    assert (await tokens.verify(issuer.token("lee"))).username == "lee"
    with pytest.raises(TokenInvalid):
        await tokens.verify(old)  # its key was withdrawn


async def test_unknown_key_ids_cannot_make_us_ask_all_the_time(
    client: httpx.AsyncClient, issuer: Issuer, server: KeyServer
) -> None:
    tokens = verifier(client, issuer, max_age=NEVER, min_interval=NEVER)
    await tokens.verify(issuer.token())
    stranger = Issuer()
    for _ in range(20):
        with pytest.raises(TokenInvalid):
            await tokens.verify(stranger.token())
    assert server.asked == 1


async def test_known_keys_go_on_working_while_the_issuer_is_away(
    client: httpx.AsyncClient, issuer: Issuer, server: KeyServer
) -> None:
    tokens = verifier(client, issuer, max_age=ALWAYS, min_interval=ALWAYS)
    await tokens.verify(issuer.token())
    server.away = True
    assert (await tokens.verify(issuer.token("lee"))).username == "lee"
    assert server.asked == 2


async def test_old_keys_are_fetched_again(
    client: httpx.AsyncClient, issuer: Issuer, server: KeyServer
) -> None:
    tokens = verifier(client, issuer, max_age=ALWAYS, min_interval=ALWAYS)
    await tokens.verify(issuer.token())
    await tokens.verify(issuer.token())
    assert server.asked == 2


async def test_an_issuer_never_reached_is_said_so(
    client: httpx.AsyncClient, issuer: Issuer, server: KeyServer
) -> None:
    server.away = True
    with pytest.raises(IssuerUnavailable):
        await verifier(client, issuer).verify(issuer.token())


@pytest.mark.parametrize("body", [{"keys": []}, {"error": "x"}, [1], {"keys": [None]}, {"keys": 5}])
async def test_nonsense_from_the_issuer_changes_nothing(
    client: httpx.AsyncClient, issuer: Issuer, server: KeyServer, body: object
) -> None:
    tokens = verifier(client, issuer, max_age=ALWAYS, min_interval=ALWAYS)
    await tokens.verify(issuer.token())
    server.body = body
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
