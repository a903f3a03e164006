"""`ReadLog`: the audit's chain, which the chat service keeps."""

from datetime import datetime

from maru.admin.v1.audit_service_pb2 import AuditEntry
from maru.erp.v1.query_pb2 import Query

from services.erp import convert
from services.erp.recording import DataRead
from services.kit.audit import AuditChain

_SERVICE = "maru.erp.v1.ErpService"


class GrpcReadLog:
    """See `recording.ReadLog`."""

    def __init__(self, chain: AuditChain) -> None:
        self._chain = chain

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
        return await self._chain.append(entry, read.request_id)
