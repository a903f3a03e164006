"""A part that speaks grpc.health.v1, as every service of the house does."""

import asyncio
from collections.abc import Callable

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from services.admin.errors import PartUnreachable
from services.admin.ports import Answer
from services.kit.health import DEPENDENCIES_KEY


class GrpcPart:
    """Connects anew each time: a standing channel would tell of its own back-off and not of the part."""

    def __init__(self, connect: Callable[[], grpc.aio.Channel]) -> None:
        self._connect = connect

    async def ask(self) -> Answer:
        try:
            async with self._connect() as channel:
                health = health_pb2_grpc.HealthStub(channel)
                whole = health.Check(health_pb2.HealthCheckRequest())
                serving = _serves(await whole)
                trailing = dict(await whole.trailing_metadata() or ())
                names = [name for name in str(trailing.get(DEPENDENCIES_KEY, "")).split(",") if name]
                answers = await asyncio.gather(
                    *(health.Check(health_pb2.HealthCheckRequest(service=f"dependency/{n}")) for n in names)
                )
        except grpc.aio.AioRpcError as error:
            raise PartUnreachable(error.code().name) from error
        return Answer(serving, dict(zip(names, map(_serves, answers), strict=True)))


def _serves(response: health_pb2.HealthCheckResponse) -> bool:
    return bool(response.status == health_pb2.HealthCheckResponse.SERVING)
