"""maru.erp.v1.ErpService on the wire."""

import asyncio
from collections.abc import AsyncIterator, Callable, Generator, Mapping
from contextlib import suppress
from threading import Event
from typing import Any, Final

import grpc
from maru.erp.v1 import erp_service_pb2 as pb
from maru.erp.v1 import erp_service_pb2_grpc as pb_grpc

from services.erp import convert
from services.erp.core.use_cases import Erp
from services.erp.errors import RecordNotFound
from services.erp.exporting.csv_file import csv_parts
from services.erp.exporting.export import Export
from services.erp.exporting.exporter import Exporter
from services.erp.exporting.xlsx_file import xlsx_parts
from services.kit.errors import NotAvailableYet
from services.kit.identity import current_identity

Context = grpc.aio.ServicerContext[Any, Any]

_SERVICE: Final = "maru.erp.v1.ErpService"
_DEFAULT_CANDIDATES: Final = 10
_PART_BYTES: Final = 64 * 1024
_FORMATS: Final[Mapping[int, tuple[str, Callable[[Export, int, Event], Generator[bytes]]]]] = {
    pb.ExportResultRequest.FORMAT_CSV: ("csv", csv_parts),
    pb.ExportResultRequest.FORMAT_XLSX: ("xlsx", xlsx_parts),
}


class ErpServicer(pb_grpc.ErpServiceServicer):
    """Converts, calls the core, converts back."""

    def __init__(self, erp: Erp, exporter: Exporter, time_zone: str) -> None:
        self._erp = erp
        self._exporter = exporter
        self._time_zone = time_zone

    async def DescribeCatalog(
        self, request: pb.DescribeCatalogRequest, context: Context
    ) -> pb.DescribeCatalogResponse:
        description = await self._erp.describe(current_identity())
        return convert.from_description(description, self._time_zone, request.etag)

    async def RunQuery(self, request: pb.RunQueryRequest, context: Context) -> pb.RunQueryResponse:
        query = convert.to_query(request.query)
        result = await self._erp.run_query(current_identity(), query, validate_only=request.validate_only)
        return convert.from_result(result)

    async def GetRecord(self, request: pb.GetRecordRequest, context: Context) -> pb.GetRecordResponse:
        kind, number = convert.to_record_name(request.name)
        if kind is None:
            raise RecordNotFound
        record = await self._erp.record(current_identity(), kind, number)
        return pb.GetRecordResponse(record=convert.from_record(record))

    async def ResolveEntities(
        self, request: pb.ResolveEntitiesRequest, context: Context
    ) -> pb.ResolveEntitiesResponse:
        resolutions = await self._erp.resolve(
            current_identity(),
            list(request.mentions),
            convert.to_kinds(request.kinds),
            request.max_candidates or _DEFAULT_CANDIDATES,
        )
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
