"""maru.admin.v1.StatusService on the wire."""

from collections.abc import Mapping
from typing import Any

import grpc
from maru.admin.v1 import status_service_pb2, status_service_pb2_grpc

from services.admin.convert import to_response
from services.admin.core import check_parts
from services.admin.ports import Part
from services.kit.clock import Clock


class StatusServicer(status_service_pb2_grpc.StatusServiceServicer):
    def __init__(self, parts: Mapping[str, Part], clock: Clock) -> None:
        self._parts = parts
        self._clock = clock

    async def GetStatus(
        self, request: status_service_pb2.GetStatusRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> status_service_pb2.GetStatusResponse:
        return to_response(await check_parts(self._parts), self._clock.now())
