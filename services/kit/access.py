"""Who may call which RPC, and for how long it may run: one table, default deny.

A new RPC goes here, or nobody can call it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from services.kit.errors import CallerNotAllowed, RoleMissing
from services.kit.identity import EDGE, Identity


@dataclass(frozen=True, slots=True)
class AccessRule:
    """One RPC's rule. The asker needs any one of `roles`; the call must come from one of `callers`."""

    roles: frozenset[str] = frozenset()
    callers: frozenset[str] = frozenset()
    public: bool = False
    """Open without a token, to anybody who reaches the port."""
    max_seconds: float | None = 30.0
    """A call runs no longer, whatever deadline it asks for; None for a watch without end."""


_EMPLOYEE = frozenset({"employee"})
_ADMIN = frozenset({"admin"})
_OVERSIGHT = frozenset({"admin", "auditor"})

_FROM_EDGE = frozenset({EDGE})
_FROM_EDGE_AND_CHAT = frozenset({EDGE, "chat"})

_PUBLIC = AccessRule(public=True)
_WATCH = AccessRule(public=True, max_seconds=None)

_RULES: Final = {
    "/maru.chat.v1.ChatService/CreateConversation": AccessRule(_EMPLOYEE, _FROM_EDGE),
    "/maru.chat.v1.ChatService/GetConversation": AccessRule(_EMPLOYEE, _FROM_EDGE),
    "/maru.chat.v1.ChatService/ListConversations": AccessRule(_EMPLOYEE, _FROM_EDGE),
    "/maru.chat.v1.ChatService/UpdateConversation": AccessRule(_EMPLOYEE, _FROM_EDGE),
    "/maru.chat.v1.ChatService/DeleteConversation": AccessRule(_EMPLOYEE, _FROM_EDGE),
    "/maru.chat.v1.ChatService/Ask": AccessRule(_EMPLOYEE, _FROM_EDGE, max_seconds=300),
    "/maru.chat.v1.ChatService/WatchTurn": AccessRule(_EMPLOYEE, _FROM_EDGE, max_seconds=300),
    "/maru.chat.v1.ChatService/CancelTurn": AccessRule(_EMPLOYEE, _FROM_EDGE),
    "/maru.chat.v1.ChatService/GetTurn": AccessRule(_EMPLOYEE, _FROM_EDGE),
    "/maru.chat.v1.ChatService/ListTurns": AccessRule(_EMPLOYEE, _FROM_EDGE),
    "/maru.chat.v1.ChatService/RateTurn": AccessRule(_EMPLOYEE, _FROM_EDGE),
    "/maru.erp.v1.ErpService/DescribeCatalog": AccessRule(_EMPLOYEE, _FROM_EDGE_AND_CHAT),
    "/maru.erp.v1.ErpService/RunQuery": AccessRule(_EMPLOYEE, _FROM_EDGE_AND_CHAT),
    "/maru.erp.v1.ErpService/GetRecord": AccessRule(_EMPLOYEE, _FROM_EDGE_AND_CHAT),
    "/maru.erp.v1.ErpService/ListRecords": AccessRule(_EMPLOYEE, _FROM_EDGE_AND_CHAT),
    "/maru.erp.v1.ErpService/ResolveEntities": AccessRule(_EMPLOYEE, _FROM_EDGE_AND_CHAT),
    "/maru.erp.v1.ErpService/ExportResult": AccessRule(_EMPLOYEE, _FROM_EDGE, max_seconds=120),
    "/grpc.health.v1.Health/Check": _PUBLIC,
    "/grpc.health.v1.Health/Watch": _WATCH,
}

_REFLECTION: Final = (
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
)


def rules(profile: Literal["embedded", "production"]) -> Mapping[str, AccessRule]:
    """Full method -> its rule. Reflection is for employees when embedded, for admins in production."""
    reflection = AccessRule(_EMPLOYEE if profile == "embedded" else _ADMIN, _FROM_EDGE)
    return MappingProxyType({**_RULES, **dict.fromkeys(_REFLECTION, reflection)})


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
