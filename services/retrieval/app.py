"""Composition root of the retrieval service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from maru.retrieval.v1 import retrieval_service_pb2 as wire
from maru.retrieval.v1.retrieval_service_pb2_grpc import add_RetrievalServiceServicer_to_server

from services.kit.server import App, Chassis, Mounted
from services.kit.unavailable import unavailable
from services.retrieval.errors import DocumentsNotAvailableYet
from services.retrieval.settings import Settings


@asynccontextmanager
async def app(settings: Settings, chassis: Chassis) -> AsyncIterator[App]:
    """The contract, with every method answering what will come."""
    service = wire.DESCRIPTOR.services_by_name["RetrievalService"]
    servicer = unavailable(service, DocumentsNotAvailableYet)
    yield App(servicers=[Mounted(add_RetrievalServiceServicer_to_server, servicer)])
