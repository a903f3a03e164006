"""Results to be exported: asked for as any other, under the asker's policy, recorded before anything of them leaves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from services.erp.core.query import Query
from services.erp.core.use_cases import Erp, Limits
from services.erp.errors import ExportTooLarge, RowLimitExceeded
from services.erp.exporting.export import Export
from services.erp.recording import DataRead, ReadLog, note_refused
from services.kit.errors import MaruError, Overloaded
from services.kit.identity import Identity


class Exporter:
    """At most `at_once` exports run together; each has at most `limits.rows` rows."""

    def __init__(
        self, erp: Erp, read_log: ReadLog, time_zone: ZoneInfo, limits: Limits, at_once: int
    ) -> None:
        self._erp = erp
        self._log = read_log
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
            MaruError: see `Erp.run_query` and `ReadLog.record`; a refusal is recorded as well.
        """
        if not self._free:
            raise Overloaded(retry_after=timedelta(seconds=5))
        self._free -= 1
        try:
            read = DataRead("ExportResult", request_id, file_format, wire_query)
            try:
                export = await self._recorded(asker, query, read)
            except MaruError as error:
                await note_refused(self._log, read, error)
                raise
            yield export
        finally:
            self._free += 1

    async def _recorded(self, asker: Identity, query: Query, read: DataRead) -> Export:
        try:
            result = await self._erp.run_query(asker, query, limits=self._limits)
        except RowLimitExceeded as error:
            raise self._too_large(int(error.metadata["maximum"]) + 1) from None  # that many at least
        assert result.table is not None  # noqa: S101  # asked for, not only validated
        rows = result.table.total_rows
        if result.table.truncated:
            raise self._too_large(rows)
        time = await self._log.record(replace(read, context=result.context, row_count=rows))
        grains = {one.dimension: one.grain for one in query.groupings if one.grain}
        who = f"{asker.name} ({asker.username})" if asker.name else asker.username
        return Export(result.table, result.context, grains, who, time.astimezone(self._time_zone))

    def _too_large(self, rows: int) -> ExportTooLarge:
        maximum = self._limits.rows
        words = {"rows": f"{rows:,}", "maximum": f"{maximum:,}"}
        return ExportTooLarge(rows=str(rows), maximum=str(maximum), words=words)
