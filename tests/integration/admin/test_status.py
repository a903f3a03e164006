"""maru.admin.v1.StatusService against real servers: gRPC parts on the chassis, HTTP parts on sockets."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, ClassVar

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2
from maru.admin.v1 import status_service_pb2 as wire
from maru.admin.v1 import sync_service_pb2
from maru.admin.v1.status_service_pb2_grpc import StatusServiceStub
from maru.admin.v1.sync_service_pb2_grpc import SyncServiceStub

from services.admin.app import app
from services.admin.settings import Settings
from services.kit.health import Dependency
from services.kit.server import App, Chassis
from services.kit.settings import ServiceSettings
from services.kit.testing import LOOPBACK, Served, served


class PartSettings(ServiceSettings):
    name: ClassVar[str] = "chat"


@asynccontextmanager
async def chat_part(port: int = 0, **dependencies: bool) -> AsyncIterator[str]:
    """A service of the chassis with these optional dependencies; yields its URL."""

    def probe(up: bool) -> Any:
        async def answer() -> None:
            if not up:
                raise ConnectionError

        return answer

    @asynccontextmanager
    async def part(settings: PartSettings, chassis: Chassis) -> AsyncIterator[App]:
        yield App(
            servicers=[],
            dependencies=[Dependency(name, probe(up), required=False) for name, up in dependencies.items()],
        )

    settings = PartSettings(**{**LOOPBACK, "grpc_address": f"127.0.0.1:{port}"})
    async with served(settings, part) as server:
        yield f"grpc://127.0.0.1:{server.running.port}"


@asynccontextmanager
async def listening(answer: bytes | None) -> AsyncIterator[str]:
    """A socket that gives every connection this answer, or none at all; yields HOST:PORT."""
    done = asyncio.Event()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if answer is None:
            await done.wait()
        else:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield "{}:{}".format(*server.sockets[0].getsockname())
    finally:
        done.set()
        server.close()
        await server.wait_closed()


def http(code: int) -> bytes:
    return f"HTTP/1.1 {code} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode()


@asynccontextmanager
async def admin(parts: dict[str, str]) -> AsyncIterator[Served]:
    async with served(Settings(**LOOPBACK, parts=parts), app) as server:
        yield server


async def get_status(server: Served) -> wire.GetStatusResponse:
    return await StatusServiceStub(server.channel).GetStatus(
        wire.GetStatusRequest(), metadata=server.issuer.metadata("op", roles={"admin"})
    )


async def test_every_part_is_told_as_it_is() -> None:
    async with (
        chat_part(erp=True, triton=False) as chat,
        chat_part() as erp,
        listening(http(200)) as ready,
        listening(http(503)) as starting,
        listening(None) as hung,
        admin(
            {
                "identity": f"http://{ready}/health",
                "triton": f"http://{starting}/v2/health/ready",
                "envoy": f"http://{hung}/ready",
                "erp": erp,
                "chat": chat,
                "retrieval": f"grpc://{hung}",
                "gone": "grpc://127.0.0.1:1",
            }
        ) as server,
    ):
        response = await get_status(server)
    assert {part.part: part.state for part in response.parts} == {
        "identity": wire.HEALTH_STATE_SERVING,
        "triton": wire.HEALTH_STATE_NOT_SERVING,
        "envoy": wire.HEALTH_STATE_UNREACHABLE,
        "erp": wire.HEALTH_STATE_SERVING,
        "chat": wire.HEALTH_STATE_DEGRADED,
        "retrieval": wire.HEALTH_STATE_UNREACHABLE,
        "gone": wire.HEALTH_STATE_UNREACHABLE,
    }
    assert response.state == wire.HEALTH_STATE_UNREACHABLE
    assert response.HasField("check_time")
    parts = {part.part: part for part in response.parts}
    assert {d.dependency: d.state for d in parts["chat"].dependencies} == {
        "erp": wire.HEALTH_STATE_SERVING,
        "triton": wire.HEALTH_STATE_NOT_SERVING,
    }
    assert parts["chat"].HasField("latency")
    assert not parts["gone"].HasField("latency")
    assert "triton" in parts["chat"].reason.ko
    assert all(
        part.HasField("remedy") == (part.state != wire.HEALTH_STATE_SERVING) for part in response.parts
    )


async def test_a_part_that_comes_back_is_told_at_once() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    async with admin({"chat": f"grpc://127.0.0.1:{port}"}) as server:
        for _ in range(3):
            assert (await get_status(server)).state == wire.HEALTH_STATE_UNREACHABLE
        async with chat_part(port):
            assert (await get_status(server)).state == wire.HEALTH_STATE_SERVING
        assert (await get_status(server)).state == wire.HEALTH_STATE_UNREACHABLE


async def test_it_is_for_admins() -> None:
    async with admin({}) as server:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await StatusServiceStub(server.channel).GetStatus(
                wire.GetStatusRequest(), metadata=server.issuer.metadata("kim", roles={"employee"})
            )
    assert refused.value.code() == grpc.StatusCode.PERMISSION_DENIED


async def test_what_comes_later_says_so() -> None:
    async with admin({}) as server:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await SyncServiceStub(server.channel).ListSyncStreams(
                sync_service_pb2.ListSyncStreamsRequest(),
                metadata=server.issuer.metadata("op", roles={"admin"}),
            )
    assert refused.value.code() == grpc.StatusCode.UNIMPLEMENTED
    details = dict(refused.value.trailing_metadata() or ())["grpc-status-details-bin"]
    said = error_details_pb2.ErrorInfo()
    status_pb2.Status.FromString(details).details[0].Unpack(said)
    assert (said.reason, dict(said.metadata)) == (
        "NOT_AVAILABLE_YET",
        {"method": "maru.admin.v1.SyncService/ListSyncStreams"},
    )
