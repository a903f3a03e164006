"""A small service of the erp contract, to stand on the chassis in tests."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from maru.erp.v1 import erp_service_pb2 as pb
from maru.erp.v1 import erp_service_pb2_grpc as pb_grpc

from services.kit.errors import NotAvailableYet
from services.kit.health import Dependency
from services.kit.identity import Identity, current_identity
from services.kit.server import App, Chassis, Mounted
from services.kit.settings import Address, ServiceSettings


class Settings(ServiceSettings):
    name = "erp"
    grpc_address: Address = "127.0.0.1:0"
    metrics_address: Address = "127.0.0.1:0"


@dataclass
class Catalog(pb_grpc.ErpServiceServicer):
    """Answers what a test tells it to, and notes what it saw."""

    askers: list[Identity] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    release: asyncio.Event = field(default_factory=asyncio.Event)
    entered: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    up: bool = True

    async def probe(self) -> None:
        if not self.up:
            raise ConnectionError

    async def DescribeCatalog(self, request: Any, context: Any) -> Any:
        self.askers.append(current_identity())
        self.seen.append(request.etag)
        match request.etag:
            case "crash":
                raise ValueError("secret dsn=mysql://maru:hunter2@db")
            case "wait":
                self.entered.set()
                try:
                    await self.release.wait()
                finally:
                    self.seen.append("left")
                    self.left.set()
        return pb.DescribeCatalogResponse(etag="e1")

    async def ListRecords(self, request: Any, context: Any) -> Any:
        raise NotAvailableYet(method="maru.erp.v1.ErpService/ListRecords")

    async def RunQuery(self, request: Any, context: Any) -> Any:
        return pb.RunQueryResponse()

    async def GetRecord(self, request: Any, context: Any) -> Any:
        return pb.GetRecordResponse()

    async def ResolveEntities(self, request: Any, context: Any) -> Any:
        return pb.ResolveEntitiesResponse()

    async def ExportResult(self, request: Any, context: Any) -> AsyncIterator[Any]:
        try:
            while True:
                yield pb.ExportResultResponse()
                self.entered.set()
                await self.release.wait()
        finally:
            self.left.set()

    def app(self, settings: Settings, chassis: Chassis) -> Any:
        return self._app(chassis)

    @asynccontextmanager
    async def _app(self, chassis: Chassis) -> AsyncIterator[App]:
        self.seen.append("opened")
        self.chassis = chassis
        try:
            yield App(
                servicers=[Mounted(pb_grpc.add_ErpServiceServicer_to_server, self)],
                dependencies=[Dependency("local-model", self.probe)],
            )
        finally:
            self.seen.append("closed")
