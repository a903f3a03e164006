"""Exports over the wire: the same figures as RunQuery, the asker's part alone, recorded once, bounded, stopped."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc
import openpyxl
import pytest
from google.rpc import error_details_pb2, status_pb2
from maru.admin.v1.audit_service_pb2 import AuditEntry
from maru.erp.v1 import erp_service_pb2 as pb
from maru.erp.v1 import query_pb2

from services.erp.app import app
from services.erp.settings import Settings
from services.kit.testing import LOOPBACK, served
from tests.fakes.audit_log import AuditLog
from tests.integration.erp.conftest import TODAY
from tests.integration.erp.service.conftest import CHOI, JUNG, KIM, Client

CSV, XLSX = pb.ExportResultRequest.FORMAT_CSV, pb.ExportResultRequest.FORMAT_XLSX
MONTH = query_pb2.DateRange(start_date="2026-01-01", end_date="2026-12-31")
BY_CUSTOMER = query_pb2.Query(
    metrics=["revenue"], groupings=[query_pb2.Grouping(dimension="customer")], range=MONTH
)


@pytest.fixture
async def client(log: AuditLog, model_file: Path) -> AsyncIterator[Client]:
    settings = Settings(
        **LOOPBACK,
        today=TODAY,
        database_url=f"sqlite+aiosqlite:///{model_file}",
        chat_url=log.url,
        max_result_rows=3,
        max_export_rows=400,
        max_groups=400,
    )
    async with served(settings, app) as server:
        yield Client(server)


async def export(
    client: Client, query: query_pb2.Query, file_format: Any = CSV, who: Any = JUNG, request_id: str = "r"
) -> tuple[Any, bytes]:
    """The first part, and the file."""
    request = pb.ExportResultRequest(query=query, format=file_format, request_id=request_id)
    metadata = client.server.issuer.metadata("user", **who)
    parts = [part async for part in client.stub.ExportResult(request, metadata=metadata)]
    assert all(len(part.data) <= 65536 for part in parts)
    assert not any(part.file_name for part in parts[1:])
    return parts[0], b"".join(part.data for part in parts)


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def reason_of(error: grpc.aio.AioRpcError) -> tuple[str, dict[str, str]]:
    details = dict(error.trailing_metadata() or ())["grpc-status-details-bin"]
    said = error_details_pb2.ErrorInfo()
    status_pb2.Status.FromString(details).details[0].Unpack(said)
    return said.reason, dict(said.metadata)


async def test_the_file_holds_every_row_that_the_asker_may_see(client: Client, log: AuditLog) -> None:
    counts = {}
    for who, name in ((JUNG, "all"), (KIM, "part")):
        shown = await client("RunQuery", pb.RunQueryRequest(query=BY_CUSTOMER), who)
        assert shown.table.truncated
        first, content = await export(client, BY_CUSTOMER, who=who, request_id=name)
        rows = rows_of(content)
        counts[name] = len(rows) - 1
        assert first.total_row_count == shown.table.total_row_count == counts[name]
        assert first.file_name.endswith(".csv")
        assert "매출" in first.file_name
        expected = [[r.values[0].entity.display_name, r.values[1].decimal] for r in shown.table.rows]
        assert rows[1:4] == expected
    assert counts["part"] < counts["all"]
    kept = log.entries["part"]
    assert kept.query == BY_CUSTOMER
    assert kept.context.partial_view
    assert kept.row_count == counts["part"]
    assert (kept.action, kept.resource, kept.outcome) == (AuditEntry.ACTION_EXPORT, "csv", "OUTCOME_ANSWERED")
    assert len(kept.context.statement_digest) == 64


async def test_both_formats_hold_the_same(client: Client) -> None:
    _, text = await export(client, BY_CUSTOMER, request_id="a")
    _, book = await export(client, BY_CUSTOMER, XLSX, request_id="b")
    sheet = openpyxl.load_workbook(io.BytesIO(book))["결과"]
    cells = [[str(cell.value) for cell in row] for row in sheet.iter_rows()]
    assert cells == [[cell.removeprefix("'") for cell in row] for row in rows_of(text)]


@pytest.mark.parametrize("file_format", [CSV, XLSX])
async def test_a_repeated_export_is_the_same_file_recorded_once(
    client: Client, log: AuditLog, file_format: Any
) -> None:
    files = [await export(client, BY_CUSTOMER, file_format) for _ in range(2)]
    log.entries["r"].event_time.FromDatetime(datetime(2026, 11, 20, 0, 0, 1, tzinfo=UTC))
    assert files[0] == files[1]
    assert len(log.entries) == 1


async def test_what_is_forbidden_is_not_exported_and_the_try_is_recorded(
    client: Client, log: AuditLog
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await export(client, BY_CUSTOMER, who=CHOI)
    assert reason_of(refused.value)[0] == "METRIC_FORBIDDEN"
    assert log.outcomes == ["METRIC_FORBIDDEN"]


async def test_too_many_rows_are_refused_with_how_many(client: Client, log: AuditLog) -> None:
    query = query_pb2.Query(
        metrics=["revenue"],
        groupings=[
            query_pb2.Grouping(dimension="customer"),
            query_pb2.Grouping(dimension="date", grain=query_pb2.Grouping.GRAIN_DAY),
        ],
        range=MONTH,
    )
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await export(client, query)
    assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    reason, metadata = reason_of(refused.value)
    assert (reason, metadata["maximum"]) == ("EXPORT_TOO_LARGE", "400")
    assert int(metadata["rows"]) > 400
    assert log.outcomes == ["EXPORT_TOO_LARGE"]


async def test_nothing_leaves_that_could_not_be_recorded(client: Client, log: AuditLog) -> None:
    log.away = True
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await export(client, BY_CUSTOMER)
    assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
    assert reason_of(refused.value) == ("DEPENDENCY_UNAVAILABLE", {"dependency": "chat"})


async def test_a_reader_who_leaves_frees_the_export(client: Client) -> None:
    for number in range(4):  # two may run at once
        request = pb.ExportResultRequest(query=BY_CUSTOMER, format=XLSX, request_id=f"r{number}")
        call = client.stub.ExportResult(request, metadata=client.server.issuer.metadata("user", **JUNG))
        assert (await call.read()).file_name
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call.read()
    _, content = await export(client, BY_CUSTOMER, request_id="later")
    assert content
