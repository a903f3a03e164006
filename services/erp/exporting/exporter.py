"""Results to be exported: asked for as any other, under the asker's policy, recorded before anything of them leaves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Final
from uuid import uuid4
from zoneinfo import ZoneInfo

import structlog

from services.erp.core.query import Query
from services.erp.core.use_cases import Erp, Limits
from services.erp.errors import ExportTooLarge, RowLimitExceeded
from services.erp.exporting.export import Export
from services.erp.exporting.export_log import ExportLog, ExportRecord
from services.kit.errors import MaruError, Overloaded
from services.kit.identity import Identity

_EXPORTED: Final = "OUTCOME_ANSWERED"

log = structlog.get_logger(__name__)


class Exporter:
    """At most `at_once` exports run together; each has at most `limits.rows` rows."""

    def __init__(
        self, erp: Erp, export_log: ExportLog, time_zone: ZoneInfo, limits: Limits, at_once: int
    ) -> None:
        self._erp = erp
        self._log = export_log
        self._time_zone = time_zone
        self._limits = limits
        self._free = at_once

    @asynccontextmanager
    async def exported(
        self, asker: Identity, query: Query, wire_query: bytes, file_format: str, request_id: str
    ) -> AsyncIterator[Export]:
        """The result to be written, recorded. The same request over the same data gives the same one.

        Raises:
            Overloaded: too many exports run. ExportTooLarge: it has too many rows.
            MaruError: see `Erp.run_query` and `ExportLog.record`; a refusal is recorded as well.
        """
        if not self._free:
            raise Overloaded(retry_after=timedelta(seconds=5))
        self._free -= 1
        try:
            record = ExportRecord(request_id, file_format, wire_query, None, 0, _EXPORTED)
            try:
                export = await self._recorded(asker, query, record)
            except MaruError as error:
                await self._note(record, error)
                raise
            yield export
        finally:
            self._free += 1

    async def _recorded(self, asker: Identity, query: Query, record: ExportRecord) -> Export:
        try:
            result = await self._erp.run_query(asker, query, limits=self._limits)
        except RowLimitExceeded as error:
            raise self._too_large(int(error.metadata["maximum"]) + 1) from None  # that many at least
        assert result.table is not None  # noqa: S101  # asked for, not only validated
        rows = result.table.total_rows
        if result.table.truncated:
            raise self._too_large(rows)
        time = await self._log.record(replace(record, context=result.context, row_count=rows))
        grains = {one.dimension: one.grain for one in query.groupings if one.grain}
        who = f"{asker.name} ({asker.username})" if asker.name else asker.username
        return Export(result.table, result.context, grains, who, time.astimezone(self._time_zone))

    def _too_large(self, rows: int) -> ExportTooLarge:
        maximum = self._limits.rows
        words = {"rows": f"{rows:,}", "maximum": f"{maximum:,}"}
        return ExportTooLarge(rows=str(rows), maximum=str(maximum), words=words)

    async def _note(self, record: ExportRecord, reason: MaruError) -> None:
        """Record the refusal, as far as that is possible: the asker is told the reason all the same."""
        refused = replace(record, request_id=uuid4().hex, outcome=reason.reason)
        try:
            await self._log.record(refused)
        except MaruError as error:
            log.warning("refused_export_not_recorded", reason=error.reason)
