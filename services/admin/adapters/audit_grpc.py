"""maru.admin.v1.AuditService out of the chain that the chat service keeps: wire to wire, beside the pages."""

from typing import Any, Final

import grpc
from maru.admin.v1 import audit_log_service_pb2 as log_pb
from maru.admin.v1 import audit_service_pb2 as pb
from maru.admin.v1.audit_log_service_pb2_grpc import AuditLogServiceStub
from maru.admin.v1.audit_service_pb2_grpc import AuditServiceServicer

from services.admin.errors import AuditEntryNotFound
from services.kit.identity import current_identity
from services.kit.page_tokens import dump_token, load_token
from services.kit.status import remote

Context = grpc.aio.ServicerContext[Any, Any]

_ENTRIES_A_PAGE: Final = (50, 200)
"""Default and largest."""
_VERIFY_SECONDS: Final = 110.0


class AuditServicer(AuditServiceServicer):
    """`channel` is kit's `service_channel` to chat, which speaks for the auditor and records what they read."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._log = AuditLogServiceStub(channel)

    async def ListAuditEntries(
        self, request: pb.ListAuditEntriesRequest, context: Context
    ) -> pb.ListAuditEntriesResponse:
        default, largest = _ENTRIES_A_PAGE
        wanted = log_pb.ReadAuditEntriesRequest(
            username=request.username,
            actions=request.actions,
            max_entries=min(request.page_size or default, largest),
        )
        if request.HasField("start_time"):
            wanted.start_time.CopyFrom(request.start_time)
        if request.HasField("end_time"):
            wanted.end_time.CopyFrom(request.end_time)
        bound = _bound(request)
        if request.page_token:
            (wanted.before_sequence,) = load_token(bound, request.page_token)
        with remote("chat"):
            found = await self._log.ReadAuditEntries(wanted)
        further = found.next_before_sequence
        return pb.ListAuditEntriesResponse(
            audit_entries=found.audit_entries, next_page_token=dump_token(bound, [further]) if further else ""
        )

    async def GetAuditEntry(
        self, request: pb.GetAuditEntryRequest, context: Context
    ) -> pb.GetAuditEntryResponse:
        sequence = int(request.name.removeprefix("auditEntries/"))
        if sequence >= 1 << 63:
            raise AuditEntryNotFound
        with remote("chat"):
            found = await self._log.ReadAuditEntries(
                log_pb.ReadAuditEntriesRequest(sequence=sequence, max_entries=1)
            )
        if not found.audit_entries:
            raise AuditEntryNotFound
        return pb.GetAuditEntryResponse(audit_entry=found.audit_entries[0])

    async def VerifyAuditEntries(
        self, request: pb.VerifyAuditEntriesRequest, context: Context
    ) -> pb.VerifyAuditEntriesResponse:
        wanted = log_pb.VerifyAuditChainRequest(
            start_sequence=request.start_sequence, end_sequence=request.end_sequence
        )
        with remote("chat"):
            found = await self._log.VerifyAuditChain(wanted, timeout=_VERIFY_SECONDS)
        result: pb.VerifyAuditEntriesResponse = found.result
        return result


def _bound(request: pb.ListAuditEntriesRequest) -> str:
    """Whose list a page token is for: the auditor's, under these conditions."""
    conditions = pb.ListAuditEntriesRequest()
    conditions.CopyFrom(request)
    conditions.ClearField("page_token")
    conditions.ClearField("page_size")
    return f"audit of {current_identity().subject} {conditions.SerializeToString(deterministic=True).hex()}"
