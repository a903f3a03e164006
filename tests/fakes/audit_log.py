"""Stands where the chat service keeps the audit's chain."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import grpc
from maru.admin.v1 import audit_log_service_pb2 as pb
from maru.admin.v1.audit_log_service_pb2_grpc import (
    AuditLogServiceServicer,
    add_AuditLogServiceServicer_to_server,
)
from maru.admin.v1.audit_service_pb2 import AuditEntry


class AuditLog(AuditLogServiceServicer):
    """Keeps what is appended, by request id; `away`: it answers nobody."""

    def __init__(self) -> None:
        self.entries: dict[str, AuditEntry] = {}
        self.away = False
        self.url = ""

    async def AppendAuditEntry(self, request: Any, context: Any) -> pb.AppendAuditEntryResponse:
        if self.away:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "away")
        entry = self.entries.setdefault(request.request_id, request.audit_entry)
        entry.event_time.FromDatetime(datetime(2026, 11, 20, 0, 0, len(self.entries), tzinfo=UTC))
        return pb.AppendAuditEntryResponse(audit_entry=entry)

    @property
    def outcomes(self) -> list[str]:
        return [entry.outcome for entry in self.entries.values()]


@asynccontextmanager
async def audit_log() -> AsyncIterator[AuditLog]:
    """It on a free port, at `url`."""
    server, log = grpc.aio.server(), AuditLog()
    add_AuditLogServiceServicer_to_server(log, server)
    log.url = f"grpc://127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    await server.start()
    try:
        yield log
    finally:
        await server.stop(None)
