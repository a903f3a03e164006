"""Where exports are recorded, as a port: beside the core, whose result it tells of."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.erp.core.result import ResultContext


@dataclass(frozen=True, slots=True)
class ExportRecord:
    """What the audit keeps of an export. `query`: as it came over the wire; `outcome`: a reason, where refused."""

    request_id: str
    file_format: str
    query: bytes
    context: ResultContext | None
    row_count: int
    outcome: str


class ExportLog(Protocol):
    """Where exports are recorded, before anything of them leaves."""

    async def record(self, export: ExportRecord) -> datetime:
        """Record it as the asker's of this call, once for each request id; the time of the first.

        Raises:
            MaruError: it could not be recorded, or REQUEST_ID_REUSED: something else was recorded under this id.
        """
        ...
