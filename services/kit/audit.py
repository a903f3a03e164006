"""The audit's chain, as services append to it. The chat service keeps it."""

from datetime import UTC, datetime

import grpc
from maru.admin.v1.audit_log_service_pb2 import AppendAuditEntryRequest
from maru.admin.v1.audit_log_service_pb2_grpc import AuditLogServiceStub
from maru.admin.v1.audit_service_pb2 import AuditEntry

from services.kit.status import remote

ANSWERED = "OUTCOME_ANSWERED"
"""The outcome of what was not refused."""


class AuditChain:
    """`channel` is `service_channel` to chat, which speaks for the asker."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = AuditLogServiceStub(channel)

    async def append(self, entry: AuditEntry, request_id: str) -> datetime:
        """Append it as the asker's of this call, once for each request id; the time of the first.

        Raises:
            MaruError: it could not be appended, or REQUEST_ID_REUSED: another entry was, under this id.
        """
        request = AppendAuditEntryRequest(audit_entry=entry, request_id=request_id)
        with remote("chat"):
            response = await self._stub.AppendAuditEntry(request)
        return response.audit_entry.event_time.ToDatetime(tzinfo=UTC)
