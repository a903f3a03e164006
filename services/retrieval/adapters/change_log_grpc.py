"""`ChangeLog`: the audit's chain, which the chat service keeps."""

from uuid import uuid4

from maru.admin.v1.audit_service_pb2 import AuditEntry, DocumentChange

from services.kit.audit import ANSWERED, AuditChain
from services.retrieval import convert
from services.retrieval.recording import Change

_SERVICE = "maru.retrieval.v1.RetrievalService"


class GrpcChangeLog:
    """See `recording.ChangeLog`. Each try has an entry: what was there before differs from one to the next."""

    def __init__(self, chain: AuditChain) -> None:
        self._chain = chain

    async def record(self, change: Change, refused: str = "") -> None:
        entry = AuditEntry(
            action=AuditEntry.ACTION_CHANGE,
            method=f"{_SERVICE}/{change.method}",
            resource=change.resource,
            document_change=DocumentChange(
                path=change.path,
                content_digest=change.digest,
                access_before=convert.access_to_proto(change.before) if change.before else None,
                access_after=convert.access_to_proto(change.after) if change.after else None,
            ),
            outcome=refused or ANSWERED,
        )
        await self._chain.append(entry, uuid4().hex)
