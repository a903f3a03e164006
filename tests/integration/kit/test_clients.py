"""What a call to another part carries."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest
from maru.erp.v1 import erp_service_pb2 as pb
from maru.erp.v1 import erp_service_pb2_grpc as pb_grpc
from opentelemetry.sdk.trace import TracerProvider

from services.kit.clients import service_channel, triton_channel
from services.kit.context import RequestContext, bind_conversation, bind_deadline, bind_request
from services.kit.errors import DependencyUnavailable
from services.kit.identity import Identity, bind_identity
from services.kit.status import remote
from services.kit.testing import Served
from tests.integration.kit.catalog_service import Catalog


@dataclass
class Listener:
    """Any part: notes what a call brings."""

    port: int = 0
    metadata: dict[str, Any] = field(default_factory=dict)
    time_remaining: float | None = None

    async def answer(self, request: bytes, context: Any) -> bytes:
        self.metadata = dict(context.invocation_metadata())
        self.time_remaining = context.time_remaining()
        return b""


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    listener = Listener()
    server = grpc.aio.server()
    handler = grpc.unary_unary_rpc_method_handler(listener.answer)
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("test.Part", {"Do": handler})])
    listener.port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    yield listener
    await server.stop(None)


def kim(server: Served) -> Identity:
    return Identity("s", "kim", "김", frozenset({"employee"}), token=server.issuer.token())


async def test_another_service_sees_asker_and_caller(server: Served, catalog: Catalog) -> None:
    identity = kim(server)
    bind_identity(identity)
    url = f"grpc://127.0.0.1:{server.running.port}"
    async with service_channel(url, "erp", server.signer("chat")) as channel:
        await pb_grpc.ErpServiceStub(channel).DescribeCatalog(pb.DescribeCatalogRequest())
    (seen,) = catalog.askers
    assert (seen.username, seen.caller, seen.token) == ("kim", "chat", identity.token)


async def test_ids_trace_and_time_left_go_along(server: Served, listener: Listener) -> None:
    bind_identity(kim(server))
    bind_request(RequestContext("r-1"))
    bind_conversation("c-1")
    bind_deadline(20.0)
    tracer = TracerProvider().get_tracer("test")
    with tracer.start_as_current_span("asking") as span:
        async with service_channel(f"grpc://127.0.0.1:{listener.port}", "erp", server.signer("chat")) as ch:
            await ch.unary_unary("/test.Part/Do")(b"", metadata=(("x-extra", "1"),))
    seen = listener.metadata
    assert (seen["x-request-id"], seen["x-maru-conversation-id"], seen["x-extra"]) == ("r-1", "c-1", "1")
    assert f"{span.get_span_context().trace_id:032x}" in seen["traceparent"]
    assert listener.time_remaining is not None
    assert 0 < listener.time_remaining < 21


async def test_a_shorter_timeout_of_the_caller_counts(server: Served, listener: Listener) -> None:
    bind_deadline(60.0)
    async with service_channel(f"grpc://127.0.0.1:{listener.port}", "erp", server.signer("chat")) as channel:
        await channel.unary_unary("/test.Part/Do")(b"", timeout=10.0)
    assert listener.time_remaining is not None
    assert 0 < listener.time_remaining < 11


async def test_triton_gets_neither_the_askers_token_nor_a_deadline(
    server: Served, listener: Listener
) -> None:
    bind_identity(kim(server))
    bind_deadline(20.0)
    async with triton_channel(f"grpc://127.0.0.1:{listener.port}", server.signer("chat")) as channel:
        await channel.unary_unary("/test.Part/Do")(b"")
    assert "authorization" not in listener.metadata
    assert "maru-workload" in listener.metadata
    assert listener.time_remaining is None


async def test_each_call_speaks_for_its_own_asker(server: Served, catalog: Catalog) -> None:
    url = f"grpc://127.0.0.1:{server.running.port}"
    async with service_channel(url, "erp", server.signer("chat")) as channel:

        async def ask(username: str) -> None:
            bind_identity(Identity("s", username, username, frozenset(), token=server.issuer.token(username)))
            await asyncio.sleep(0)
            await pb_grpc.ErpServiceStub(channel).DescribeCatalog(pb.DescribeCatalogRequest(etag=username))

        await asyncio.gather(*(ask(f"user{n}") for n in range(20)))
    assert sorted(a.username for a in catalog.askers) == sorted(f"user{n}" for n in range(20))
    assert [a.username for a in catalog.askers] == [s for s in catalog.seen if s.startswith("user")]


async def test_calls_in_the_mesh_never_go_through_a_proxy(
    server: Served, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "grpc_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with service_channel(f"grpc://127.0.0.1:{listener.port}", "erp", server.signer("chat")) as channel:
        await channel.unary_unary("/test.Part/Do")(b"")
    assert listener.metadata


async def test_a_part_that_is_away_is_named(server: Served) -> None:
    async with service_channel("grpc://127.0.0.1:1", "erp", server.signer("chat")) as channel:
        with pytest.raises(DependencyUnavailable) as raised, remote("erp"):
            await channel.unary_unary("/test.Part/Do")(b"")
    assert raised.value.metadata == {"dependency": "erp"}


def test_an_address_of_another_kind_is_refused_without_its_secrets(server: Any) -> None:
    with pytest.raises(ValueError, match="grpc://HOST:PORT") as raised:
        service_channel("http://kim:hunter2@127.0.0.1:80", "erp", server.signer("chat"))
    assert "hunter2" not in json.dumps(str(raised.value))
