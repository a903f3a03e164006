"""What the audit is told of changes to documents: before they are done, so that none is without its entry."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import structlog

from services.kit.errors import MaruError
from services.retrieval.access import AccessList

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `method`: the RPC's short name; `resource`: the document's name, where it is there; `digest`: of the
    imported file; `before`: its own list, None where it is not there; `after`: None where that stays as it is.
    """

    method: str
    path: str
    resource: str = ""
    digest: str = ""
    before: AccessList | None = None
    after: AccessList | None = None


class ChangeLog(Protocol):
    """Where changes are recorded."""

    async def record(self, change: Change, refused: str = "") -> None:
        """Record it as the asker's of this call; `refused`: the reason. Raises MaruError."""


@asynccontextmanager
async def recorded(change_log: ChangeLog, change: Change) -> AsyncIterator[None]:
    """What is done inside has its entry already; where it is refused, a second entry says why, as far as possible.

    Raises:
        MaruError: it could not be recorded, and was not done; or the reason of its own refusal.
    """
    await change_log.record(change)
    try:
        yield
    except MaruError as refusal:
        try:
            await change_log.record(change, refusal.reason)
        except MaruError as error:
            log.warning("refused_change_not_recorded", method=change.method, reason=error.reason)
        raise
