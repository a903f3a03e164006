"""Who is asking, as far as the rest of the house needs to know. Verified in `auth`; pure data here."""

from contextvars import ContextVar
from dataclasses import dataclass, field

EDGE = "edge"
"""The caller of a request that came from outside, through Envoy, without a workload assertion."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The asker of one request, from a verified access token, and the workload that brought the request."""

    subject: str
    username: str
    name: str
    roles: frozenset[str]
    company: tuple[str, ...] = ()
    territory: tuple[str, ...] = ()
    warehouse: tuple[str, ...] = ()
    department: tuple[str, ...] = ()
    employee: str | None = None
    actor: str | None = None
    """The client that acts for the user (`act.sub`), when it isn't the user's own."""
    caller: str = EDGE
    """`edge` or the name of the service that made this call."""
    token: str = field(default="", repr=False, compare=False)
    """The raw access token, only to be passed on to the next service."""


_current: ContextVar[Identity | None] = ContextVar("maru_identity", default=None)


def current_identity() -> Identity:
    """The asker of the request being served.

    Raises:
        LookupError: outside a request, or in one that is open to everybody.
    """
    identity = _current.get()
    if identity is None:
        raise LookupError("no identity: not inside an authenticated request")
    return identity


def asker() -> Identity | None:
    """The asker, or None outside an authenticated request."""
    return _current.get()


def bind_identity(identity: Identity) -> None:
    """Make `identity` the asker for the rest of this task and the tasks that it starts."""
    _current.set(identity)
