"""What the audit is told of data that leaves to a person: beside the core, whose results it tells of."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol
from uuid import uuid4

import structlog

from services.erp.core.result import ResultContext
from services.kit.errors import MaruError

_ANSWERED: Final = "OUTCOME_ANSWERED"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class DataRead:
    """One read. `method`: the RPC's short name; `resource`: a file's format or a document's name; `query`: as it came
    over the wire; `outcome`: a reason, where refused."""

    method: str
    request_id: str
    resource: str = ""
    query: bytes = b""
    context: ResultContext | None = None
    row_count: int = 0
    outcome: str = _ANSWERED


class ReadLog(Protocol):
    """Where reads are recorded, before anything of them leaves."""

    async def record(self, read: DataRead) -> datetime:
        """Record it as the asker's of this call, once for each request id; the time of the first.

        Raises:
            MaruError: it could not be recorded, or REQUEST_ID_REUSED: something else was recorded under this id.
        """
        ...


@dataclass(slots=True)
class Found:
    """What a read found, to be set by who reads."""

    context: ResultContext | None = None
    row_count: int = 0


@asynccontextmanager
async def recorded(read_log: ReadLog, read: DataRead) -> AsyncIterator[Found]:
    """What is read inside is recorded when it has been read; leave with the answer only then.

    Raises:
        MaruError: the reason of the read's own refusal, which is recorded as far as that is possible; or see
        `ReadLog.record`.
    """
    found = Found()
    try:
        yield found
    except MaruError as error:
        await note_refused(read_log, replace(read, context=found.context), error)
        raise
    await read_log.record(replace(read, context=found.context, row_count=found.row_count))


async def note_refused(read_log: ReadLog, read: DataRead, reason: MaruError) -> None:
    """Record a refusal, as far as that is possible: nothing leaves, and the asker is told the reason all the same."""
    try:
        await read_log.record(replace(read, request_id=uuid4().hex, outcome=reason.reason))
    except MaruError as error:
        log.warning("refused_read_not_recorded", method=read.method, reason=error.reason)
