"""The erp service over a loaded demo company, in this process, on a free port."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from maru.erp.v1.erp_service_pb2_grpc import ErpServiceStub

from services.erp.app import app
from services.erp.settings import Settings
from services.kit.testing import LOOPBACK, Served, served
from tests.fakes.audit_log import AuditLog, audit_log
from tests.integration.erp.conftest import TODAY

KIM = {"roles": {"employee", "sales"}, "company": ["마루산업"], "territory": ["수도권"]}
"""Sells in one territory."""
CHOI = {
    "roles": {"employee", "stock", "purchasing"},
    "company": ["마루산업"],
    "warehouse": ["본사물류센터 - M"],
}
"""Keeps one distribution centre."""
JUNG = {"roles": {"employee", "executive"}, "company": ["마루산업", "마루유통"]}
"""Sees everything."""


class Client:
    """Calls the service for somebody, as chat does; `themselves`: as they do from outside."""

    def __init__(self, server: Served) -> None:
        self.server = server
        self.stub: Any = ErpServiceStub(server.channel)

    async def __call__(self, method: str, request: Any, who: dict[str, Any] = JUNG) -> Any:
        chat = ("maru-workload", self.server.signer("chat").assertion("erp"))
        metadata = (*self.server.issuer.metadata("user", **who), chat)
        return await getattr(self.stub, method)(request, metadata=metadata)

    async def themselves(self, method: str, request: Any, who: dict[str, Any] = JUNG) -> Any:
        return await getattr(self.stub, method)(request, metadata=self.server.issuer.metadata("user", **who))


Serving: TypeAlias = Callable[[Path], AbstractAsyncContextManager[Client]]


@pytest.fixture
def serving() -> Serving:
    @asynccontextmanager
    async def serving(model: Path) -> AsyncIterator[Client]:
        settings = Settings(
            **LOOPBACK, today=TODAY, database_url=f"sqlite+aiosqlite:///{model}", health_interval_seconds=0.1
        )
        async with served(settings, app) as server:
            yield Client(server)

    return serving


@pytest.fixture
async def log() -> AsyncIterator[AuditLog]:
    async with audit_log() as log:
        yield log


@pytest.fixture
async def client(serving: Serving, model_file: Path) -> AsyncIterator[Client]:
    async with serving(model_file) as client:
        yield client
