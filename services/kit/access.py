"""Who may call which RPC, and for how long it may run: one table, default deny.

A new RPC goes here, or nobody can call it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from services.kit.errors import CallerNotAllowed, RoleMissing
from services.kit.identity import EDGE, Identity


@dataclass(frozen=True, slots=True)
class AccessRule:
    """One RPC's rule. The asker needs any one of `roles`; the call must come from one of `callers`."""

    roles: frozenset[str] = frozenset()
    callers: frozenset[str] = frozenset()
    """`edge` (from outside, through Envoy) and names of services, by their own workload identity."""
    public: bool = False
    """Open without a token, to anybody who reaches the port."""
    max_seconds: float | None = 30.0
    """A call runs no longer, whatever deadline it asks for; None for a watch without end."""


_EDGE = frozenset({EDGE})
_EDGE_AND_CHAT = frozenset({EDGE, "chat"})

_EMPLOYEE = AccessRule(frozenset({"employee"}), _EDGE)
_EMPLOYEE_ALSO_THROUGH_CHAT = AccessRule(frozenset({"employee"}), _EDGE_AND_CHAT)
_EMPLOYEE_OR_ADMIN = AccessRule(frozenset({"employee", "admin"}), _EDGE)
_ADMIN = AccessRule(frozenset({"admin"}), _EDGE)
_AUDITOR = AccessRule(frozenset({"auditor"}), _EDGE)
_AUDITOR_THROUGH_ADMIN = AccessRule(frozenset({"auditor"}), frozenset({"admin"}))
_RECORDED = AccessRule(
    frozenset({"employee", "admin", "auditor"}), frozenset({"erp", "retrieval", "sync", "admin"})
)
"""What a service records of an asker's doings."""
_PUBLIC = AccessRule(public=True)


def _lasting(rule: AccessRule, max_seconds: float | None) -> AccessRule:
    return replace(rule, max_seconds=max_seconds)


_TABLE: Final[Mapping[str, Mapping[str, AccessRule]]] = {
    "maru.chat.v1.ChatService": {
        "CreateConversation": _EMPLOYEE,
        "GetConversation": _EMPLOYEE,
        "ListConversations": _EMPLOYEE,
        "UpdateConversation": _EMPLOYEE,
        "DeleteConversation": _EMPLOYEE,
        "Ask": _lasting(_EMPLOYEE, 300),
        "WatchTurn": _lasting(_EMPLOYEE, 300),
        "CancelTurn": _EMPLOYEE,
        "GetTurn": _EMPLOYEE,
        "ListTurns": _EMPLOYEE,
        "SuggestQuestions": _EMPLOYEE,
        "RateTurn": _EMPLOYEE,
    },
    "maru.erp.v1.ErpService": {
        "DescribeCatalog": _EMPLOYEE_ALSO_THROUGH_CHAT,
        "RunQuery": _EMPLOYEE_ALSO_THROUGH_CHAT,
        "GetRecord": _EMPLOYEE_ALSO_THROUGH_CHAT,
        "ListRecords": _EMPLOYEE_ALSO_THROUGH_CHAT,
        "ResolveEntities": _EMPLOYEE_ALSO_THROUGH_CHAT,
        "ExportResult": _lasting(_EMPLOYEE, 120),
    },
    "maru.retrieval.v1.RetrievalService": {
        "Search": _EMPLOYEE_ALSO_THROUGH_CHAT,
        "GetPassage": _EMPLOYEE_ALSO_THROUGH_CHAT,
        "ImportDocument": _lasting(_ADMIN, 60),
        "RetryDocument": _ADMIN,
        "GetDocument": _EMPLOYEE_OR_ADMIN,
        "ListDocuments": _EMPLOYEE_OR_ADMIN,
        "ListDocumentVersions": _EMPLOYEE_OR_ADMIN,
        "DeleteDocument": _ADMIN,
        "UpdateDocumentAccess": _ADMIN,
        "ListFolders": _ADMIN,
        "UpdateFolderAccess": _ADMIN,
    },
    "maru.admin.v1.StatusService": {
        "GetStatus": _ADMIN,
    },
    "maru.admin.v1.AuditService": {
        "ListAuditEntries": _AUDITOR,
        "GetAuditEntry": _AUDITOR,
        "VerifyAuditEntries": _lasting(_AUDITOR, 120),
    },
    "maru.admin.v1.AuditLogService": {
        "AppendAuditEntry": _RECORDED,
        "ReadAuditEntries": _AUDITOR_THROUGH_ADMIN,
        "VerifyAuditChain": _lasting(_AUDITOR_THROUGH_ADMIN, 120),
    },
    "maru.admin.v1.LimitsService": {
        "ListUserLimits": _ADMIN,
        "GetUserLimits": _ADMIN,
        "UpdateUserLimits": _ADMIN,
    },
    "maru.admin.v1.ModelService": {
        "ListModels": _ADMIN,
        "GetModel": _ADMIN,
        "ListModelVersions": _ADMIN,
        "PromoteModelVersion": _lasting(_ADMIN, 120),
        "RollbackModel": _lasting(_ADMIN, 120),
    },
    "maru.admin.v1.SyncService": {
        "ListSyncStreams": _ADMIN,
        "GetSyncStream": _ADMIN,
        "PauseSyncStream": _ADMIN,
        "ResumeSyncStream": _ADMIN,
        "ResnapshotSyncStream": _ADMIN,
        "ReconcileSyncStream": _ADMIN,
        "ListDeadLetters": _ADMIN,
        "GetDeadLetter": _ADMIN,
        "RetryDeadLetter": _ADMIN,
    },
    "grpc.health.v1.Health": {
        "Check": _PUBLIC,
        "Watch": _lasting(_PUBLIC, None),
    },
}

_REFLECTION: Final = "grpc.reflection.v1alpha.ServerReflection"


def rules(profile: Literal["embedded", "production"]) -> Mapping[str, AccessRule]:
    """Full method ("/package.Service/Method") -> its rule.

    Reflection is for every employee when embedded, for admins in production.
    """
    reflection = _EMPLOYEE if profile == "embedded" else _ADMIN
    table = {**_TABLE, _REFLECTION: {"ServerReflectionInfo": reflection}}
    return {
        f"/{service}/{method}": rule for service, methods in table.items() for method, rule in methods.items()
    }


def authorize(rule: AccessRule | None, method: str, identity: Identity) -> None:
    """Let the asker through, or not. A method without a rule is nobody's.

    Raises:
        CallerNotAllowed: this service, or the edge, may not call the method.
        RoleMissing: the asker has none of the roles.
    """
    name = method.removeprefix("/")
    if rule is None or identity.caller not in rule.callers:
        raise CallerNotAllowed(method=name, caller=identity.caller)
    if not identity.roles & rule.roles:
        raise RoleMissing(method=name, roles=",".join(sorted(rule.roles)))
