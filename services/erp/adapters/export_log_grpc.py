"""`ExportLog`: the audit's chain, which the chat service keeps."""

from datetime import UTC, datetime

import grpc
from maru.admin.v1 import audit_log_service_pb2 as pb
from maru.admin.v1.audit_log_service_pb2_grpc import AuditLogServiceStub
from maru.admin.v1.audit_service_pb2 import AuditEntry
from maru.erp.v1.query_pb2 import Query

from services.erp import convert
from services.erp.exporting.export_log import ExportRecord
from services.kit.status import remote

_METHOD = "maru.erp.v1.ErpService/ExportResult"


class GrpcExportLog:
    """`channel` is kit's `service_channel` to chat, which speaks for the asker."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = AuditLogServiceStub(channel)

    async def record(self, export: ExportRecord) -> datetime:
        entry = AuditEntry(
            action=AuditEntry.ACTION_EXPORT,
            method=_METHOD,
            resource=export.file_format,
            query=Query.FromString(export.query),
            context=convert.from_context(export.context) if export.context else None,
            row_count=export.row_count,
            outcome=export.outcome,
        )
        request = pb.AppendAuditEntryRequest(audit_entry=entry, request_id=export.request_id)
        with remote("chat"):
            response = await self._stub.AppendAuditEntry(request)
        return response.audit_entry.event_time.ToDatetime(tzinfo=UTC)
