"""maru.erp.v1.ErpService on the wire."""

import asyncio
from collections.abc import AsyncIterator, Callable, Generator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from threading import Event
from typing import Any, Final
from uuid import uuid4

import grpc
from maru.erp.v1 import erp_service_pb2 as pb
from maru.erp.v1 import erp_service_pb2_grpc as pb_grpc

from services.erp import convert
from services.erp.core.result import AppliedFilter, ResultContext, Source
from services.erp.core.use_cases import Erp
from services.erp.errors import RecordNotFound
from services.erp.exporting.csv_file import csv_parts
from services.erp.exporting.export import Export
from services.erp.exporting.exporter import Exporter
from services.erp.exporting.xlsx_file import xlsx_parts
from services.erp.recording import DataRead, Found, ReadLog, recorded
from services.kit.errors import NotAvailableYet
from services.kit.identity import EDGE, current_identity

Context = grpc.aio.ServicerContext[Any, Any]

_SERVICE: Final = "maru.erp.v1.ErpService"
_DEFAULT_CANDIDATES: Final = 10
_MENTIONS_A_FILTER: Final = 4
_PART_BYTES: Final = 64 * 1024
_FORMATS: Final[Mapping[int, tuple[str, Callable[[Export, int, Event], Generator[bytes]]]]] = {
    pb.ExportResultRequest.FORMAT_CSV: ("csv", csv_parts),
    pb.ExportResultRequest.FORMAT_XLSX: ("xlsx", xlsx_parts),
}


class ErpServicer(pb_grpc.ErpServiceServicer):
    """Converts, calls the core, converts back. What a person reads without chat is recorded before it leaves."""

    def __init__(self, erp: Erp, exporter: Exporter, read_log: ReadLog, time_zone: str) -> None:
        self._erp = erp
        self._exporter = exporter
        self._read_log = read_log
        self._time_zone = time_zone

    def _recorded(
        self, method: str, resource: str = "", query: bytes = b""
    ) -> AbstractAsyncContextManager[Found]:
        """A call of the asker's own leaves an entry; what chat reads for a turn is in that turn's."""
        if current_identity().caller != EDGE:
            return nullcontext(Found())
        return recorded(self._read_log, DataRead(method, uuid4().hex, resource, query))

    async def DescribeCatalog(
        self, request: pb.DescribeCatalogRequest, context: Context
    ) -> pb.DescribeCatalogResponse:
        async with self._recorded("DescribeCatalog"):
            description = await self._erp.describe(current_identity())
        return convert.from_description(description, self._time_zone, request.etag)

    async def RunQuery(self, request: pb.RunQueryRequest, context: Context) -> pb.RunQueryResponse:
        query = convert.to_query(request.query)
        async with self._recorded("RunQuery", query=request.query.SerializeToString()) as found:
            result = await self._erp.run_query(current_identity(), query, validate_only=request.validate_only)
            found.context = result.context
            found.row_count = len(result.table.rows) if result.table else 0
        return convert.from_result(result)

    async def GetRecord(self, request: pb.GetRecordRequest, context: Context) -> pb.GetRecordResponse:
        kind, number = convert.to_record_name(request.name)
        async with self._recorded("GetRecord", request.name) as found:
            if kind is None:
                raise RecordNotFound
            record = await self._erp.record(current_identity(), kind, number)
            found.context, found.row_count = record.context, 1
        return pb.GetRecordResponse(record=convert.from_record(record))

    async def ResolveEntities(
        self, request: pb.ResolveEntitiesRequest, context: Context
    ) -> pb.ResolveEntitiesResponse:
        async with self._recorded("ResolveEntities") as found:
            found.context = _looked_for(request.mentions)
            resolutions = await self._erp.resolve(
                current_identity(),
                list(request.mentions),
                convert.to_kinds(request.kinds),
                request.max_candidates or _DEFAULT_CANDIDATES,
            )
            found.row_count = sum(len(one.candidates) for one in resolutions)
        return convert.from_resolutions(resolutions)

    async def ListRecords(self, request: pb.ListRecordsRequest, context: Context) -> pb.ListRecordsResponse:
        raise NotAvailableYet(method=f"{_SERVICE}/ListRecords")

    async def ExportResult(
        self, request: pb.ExportResultRequest, context: Context
    ) -> AsyncIterator[pb.ExportResultResponse]:
        ending, write = _FORMATS[request.format]
        query = convert.to_query(request.query)
        async with self._exporter.exported(
            current_identity(), query, request.query.SerializeToString(), ending, request.request_id
        ) as export:
            yield pb.ExportResultResponse(
                file_name=export.file_name(ending), total_row_count=export.table.total_rows
            )
            stopped = Event()
            parts = write(export, _PART_BYTES, stopped)
            try:
                while part := await asyncio.to_thread(next, parts, b""):
                    yield pb.ExportResultResponse(data=part)
            finally:
                stopped.set()
                with suppress(ValueError):  # it is just being written, and ends by itself
                    parts.close()


def _looked_for(mentions: Sequence[str]) -> ResultContext:
    """The words as conditions, so many in one that it is never cut."""
    return ResultContext(
        tuple(
            AppliedFilter(", ".join(mentions[at : at + _MENTIONS_A_FILTER]), Source.QUESTION)
            for at in range(0, len(mentions), _MENTIONS_A_FILTER)
        )
    )
