"""For tests of services only; shipped code never imports it.

async with served(Settings(**LOOPBACK), app) as server:
    stub = ErpServiceStub(server.channel)
    await stub.RunQuery(request, metadata=server.issuer.metadata("kim", roles={"employee", "sales"}))
"""

import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

import grpc
import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from services.kit.auth import TokenVerifier, parse_jwks
from services.kit.server import AppFactory, Running, serving
from services.kit.settings import ServiceSettings
from services.kit.workload import WorkloadSigner, WorkloadVerifier, write_keys

LOOPBACK: Final[dict[str, Any]] = {"grpc_address": "127.0.0.1:0", "metrics_address": "127.0.0.1:0"}
"""Settings that take free ports."""

SERVICES: Final = ("chat", "erp", "retrieval", "admin", "sync")


@dataclass(slots=True)
class FakeClock:
    """A clock that stands still until it is set."""

    moment: datetime = datetime(2026, 11, 20, 9, 0, tzinfo=ZoneInfo("Asia/Seoul"))

    def now(self) -> datetime:
        return self.moment

    def today(self) -> date:
        return self.moment.date()


class Issuer:
    """Stands where the issuer stands: signs access tokens with a key of its own (ES256)."""

    def __init__(self, url: str = "http://issuer.test/realms/maru", audience: str = "maru") -> None:
        self.url = url
        self.audience = audience
        self.rotate()

    def rotate(self) -> None:
        """Take a new key; tokens of the old one are no longer known."""
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.kid = uuid.uuid4().hex

    def jwks(self) -> dict[str, Any]:
        """The public keys, as the issuer publishes them."""
        jwk = jwt.algorithms.ECAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {"keys": [{**jwk, "kid": self.kid, "use": "sig", "alg": "ES256"}]}

    async def find(self, kid: str) -> jwt.PyJWK | None:
        """`auth.SigningKeys`, without a network."""
        return parse_jwks(self.jwks()).get(kid)

    def verifier(self) -> TokenVerifier:
        return TokenVerifier(self, issuer=self.url, audience=self.audience)

    def claims(
        self, username: str = "kim", *, roles: Collection[str] = ("employee",), **extra: Any
    ) -> dict[str, Any]:
        """The claims of a good token for five minutes; `extra` adds or replaces some."""
        now = int(time.time())
        return {
            "iss": self.url,
            "sub": str(uuid.uuid5(uuid.NAMESPACE_URL, username)),
            "aud": [self.audience],
            "azp": "maru-web",
            "iat": now,
            "exp": now + 300,
            "jti": uuid.uuid4().hex,
            "preferred_username": username,
            "name": username,
            "realm_access": {"roles": sorted(roles)},
            **extra,
        }

    def token(self, username: str = "kim", *, roles: Collection[str] = ("employee",), **extra: Any) -> str:
        """An access token as the issuer would give it."""
        claims = self.claims(username, roles=roles, **extra)
        return jwt.encode(claims, self.key, "ES256", headers={"kid": self.kid, "typ": "at+jwt"})

    def metadata(
        self, username: str = "kim", *, roles: Collection[str] = ("employee",), **extra: Any
    ) -> tuple[tuple[str, str], ...]:
        """What a signed-in client sends with a call."""
        return (("authorization", f"Bearer {self.token(username, roles=roles, **extra)}"),)


@dataclass(frozen=True, slots=True)
class Served:
    """A service under test, in this process, on a free port."""

    channel: grpc.aio.Channel
    """Plain: it adds nothing to a call."""
    issuer: Issuer
    keys: Path
    """The folder of the workload keys, one for each of `SERVICES`."""
    running: Running

    def signer(self, service: str) -> WorkloadSigner:
        """The identity of another service, to call as it does."""
        return WorkloadSigner.from_file(service, self.keys / "workload" / f"{service}.pem")


S = TypeVar("S", bound=ServiceSettings)


@asynccontextmanager
async def served(settings: S, app: AppFactory[S]) -> AsyncIterator[Served]:
    """The app behind the real server and pipeline, with a test issuer and test workload keys."""
    issuer = Issuer()
    with tempfile.TemporaryDirectory() as folder:
        keys = Path(folder)
        write_keys(keys, {*SERVICES, settings.name})
        async with (
            serving(
                settings,
                app,
                issuer.verifier(),
                WorkloadVerifier(keys / "workload.jwks.json", settings.name),
                WorkloadSigner.from_file(settings.name, keys / "workload" / f"{settings.name}.pem"),
            ) as running,
            grpc.aio.insecure_channel(f"127.0.0.1:{running.port}") as channel,
        ):
            yield Served(channel, issuer, keys, running)
