"""`ReadLog`: the audit's chain, which the chat service keeps."""

from datetime import UTC, datetime

import grpc
from maru.admin.v1 import audit_log_service_pb2 as pb
from maru.admin.v1.audit_log_service_pb2_grpc import AuditLogServiceStub
from maru.admin.v1.audit_service_pb2 import AuditEntry
from maru.erp.v1.query_pb2 import Query

from services.erp import convert
from services.erp.recording import DataRead
from services.kit.status import remote

_SERVICE = "maru.erp.v1.ErpService"


class GrpcReadLog:
    """`channel` is kit's `service_channel` to chat, which speaks for the asker."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = AuditLogServiceStub(channel)

    async def record(self, read: DataRead) -> datetime:
        exported = read.method == "ExportResult"
        entry = AuditEntry(
            action=AuditEntry.ACTION_EXPORT if exported else AuditEntry.ACTION_DATA_READ,
            method=f"{_SERVICE}/{read.method}",
            resource=read.resource,
            query=Query.FromString(read.query) if read.query else None,
            context=convert.from_context(read.context) if read.context else None,
            row_count=read.row_count,
            outcome=read.outcome,
        )
        request = pb.AppendAuditEntryRequest(audit_entry=entry, request_id=read.request_id)
        with remote("chat"):
            response = await self._stub.AppendAuditEntry(request)
        return response.audit_entry.event_time.ToDatetime(tzinfo=UTC)
