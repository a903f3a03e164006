"""Composition root of the admin service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from urllib.parse import urlsplit

import httpx
from maru.admin.v1 import (
    audit_service_pb2_grpc,
    limits_service_pb2,
    limits_service_pb2_grpc,
    model_service_pb2,
    model_service_pb2_grpc,
    status_service_pb2_grpc,
    sync_service_pb2,
    sync_service_pb2_grpc,
)

from services.admin.adapters.audit_grpc import AuditServicer
from services.admin.adapters.part_grpc import GrpcPart
from services.admin.adapters.part_http import HttpPart
from services.admin.errors import (
    LimitsNotAvailableYet,
    ModelsNotAvailableYet,
    SyncNotAvailableYet,
)
from services.admin.ports import Part
from services.admin.servicer import StatusServicer
from services.admin.settings import Settings
from services.kit.clients import service_channel
from services.kit.server import App, Chassis, Mounted
from services.kit.unavailable import unavailable
from services.kit.workload import WorkloadSigner

_LATER = (
    (
        sync_service_pb2_grpc.add_SyncServiceServicer_to_server,
        sync_service_pb2.DESCRIPTOR.services_by_name["SyncService"],
        SyncNotAvailableYet,
    ),
    (
        model_service_pb2_grpc.add_ModelServiceServicer_to_server,
        model_service_pb2.DESCRIPTOR.services_by_name["ModelService"],
        ModelsNotAvailableYet,
    ),
    (
        limits_service_pb2_grpc.add_LimitsServiceServicer_to_server,
        limits_service_pb2.DESCRIPTOR.services_by_name["LimitsService"],
        LimitsNotAvailableYet,
    ),
)


@asynccontextmanager
async def app(settings: Settings, chassis: Chassis) -> AsyncIterator[App]:
    """The status of every part and the audit; what this version doesn't do says so."""
    async with (
        httpx.AsyncClient(trust_env=False) as http,
        service_channel(settings.chat_url, "chat", chassis.signer) as chat,
    ):
        parts = {name: _part(name, url, http, chassis.signer) for name, url in settings.parts.items()}
        status = StatusServicer(parts, chassis.clock)
        yield App(
            servicers=[
                Mounted(status_service_pb2_grpc.add_StatusServiceServicer_to_server, status),
                Mounted(audit_service_pb2_grpc.add_AuditServiceServicer_to_server, AuditServicer(chat)),
                *(Mounted(add, unavailable(service, error)) for add, service, error in _LATER),
            ]
        )


def _part(name: str, url: str, http: httpx.AsyncClient, signer: WorkloadSigner) -> Part:
    if urlsplit(url).scheme in ("grpc", "grpcs"):
        return GrpcPart(partial(service_channel, url, name, signer))
    return HttpPart(url, http)
