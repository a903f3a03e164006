"""What `maru audit list` says of an entry in a line."""

import pytest
from maru.admin.v1.audit_service_pb2 import AuditEntry, DocumentChange
from maru.retrieval.v1.access_pb2 import AccessList, Principals

from services.launcher.audit_commands import about

SALES = AccessList(allow=Principals(roles=["sales"]))
EVERYONE = AccessList(allow=Principals(everyone=True))


@pytest.mark.parametrize(
    ("method", "change", "line"),
    [
        (
            "DeleteDocument",
            DocumentChange(path="규정/여비.md", access_before=SALES),
            "DeleteDocument 규정/여비.md",
        ),
        ("DeleteDocument", DocumentChange(), "DeleteDocument documents/1"),
        (
            "UpdateDocumentAccess",
            DocumentChange(path="여비.md", access_before=SALES, access_after=EVERYONE),
            "UpdateDocumentAccess 여비.md: 허용 allow: role:sales → 허용 allow: 모두 everyone",
        ),
        (
            "ImportDocument",
            DocumentChange(path="여비.md", access_after=SALES),
            "ImportDocument 여비.md: – → 허용 allow: role:sales",
        ),
    ],
)
def test_a_change_of_a_document(method: str, change: DocumentChange, line: str) -> None:
    entry = AuditEntry(
        action=AuditEntry.ACTION_CHANGE,
        method=f"maru.retrieval.v1.RetrievalService/{method}",
        resource="documents/1",
        document_change=change,
    )
    assert about(entry) == line
