"""What a person reads without a question of the chat is in the audit before it leaves."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from maru.admin.v1.audit_service_pb2 import AuditEntry
from maru.erp.v1 import erp_service_pb2 as pb

from services.erp.app import app
from services.erp.settings import Settings
from services.kit.testing import LOOPBACK, served
from tests.fakes.audit_log import AuditLog
from tests.integration.erp.conftest import TODAY
from tests.integration.erp.service.conftest import CHOI, KIM, Client
from tests.integration.erp.service.test_service import OCTOBER, question, refused

READS: dict[str, Any] = {
    "DescribeCatalog": pb.DescribeCatalogRequest(),
    "RunQuery": question(metrics=["revenue"], range=OCTOBER),
    "GetRecord": pb.GetRecordRequest(name="records/customer/CUST-00001"),
    "ResolveEntities": pb.ResolveEntitiesRequest(mentions=["대한상사", *(f"{n:x<200}" for n in range(63))]),
}
each_read = pytest.mark.parametrize("method", READS)


@pytest.fixture
async def client(log: AuditLog, model_file: Path) -> AsyncIterator[Client]:
    database = f"sqlite+aiosqlite:///{model_file}"
    async with served(
        Settings(**LOOPBACK, today=TODAY, database_url=database, chat_url=log.url), app
    ) as server:
        yield Client(server)


async def outcome(call: Any) -> str:
    try:
        await call
    except grpc.aio.AioRpcError:
        return "refused"
    return "answered"


@each_read
async def test_a_read_of_ones_own_is_recorded(client: Client, log: AuditLog, method: str) -> None:
    await outcome(client.themselves(method, READS[method], KIM))
    (entry,) = log.entries.values()
    assert entry.action == AuditEntry.ACTION_DATA_READ
    assert entry.method == f"maru.erp.v1.ErpService/{method}"


@each_read
async def test_what_chat_reads_is_in_its_turn_and_not_told_twice(
    client: Client, log: AuditLog, method: str
) -> None:
    await outcome(client(method, READS[method], KIM))
    assert not log.entries


@pytest.mark.parametrize("method", [method for method in READS if method != "GetRecord"])
async def test_nothing_leaves_that_could_not_be_recorded(client: Client, log: AuditLog, method: str) -> None:
    log.away = True
    found = await refused(client.themselves(method, READS[method], KIM))
    assert found[:3] == ("UNAVAILABLE", "DEPENDENCY_UNAVAILABLE", {"dependency": "chat"})


async def test_a_query_is_recorded_with_what_was_in_force(client: Client, log: AuditLog) -> None:
    response = await client.themselves("RunQuery", READS["RunQuery"], KIM)
    (entry,) = log.entries.values()
    assert entry.query == READS["RunQuery"].query
    assert entry.context == response.context
    assert entry.context.partial_view
    assert (entry.row_count, entry.outcome) == (1, "OUTCOME_ANSWERED")
    await client.themselves("RunQuery", READS["RunQuery"], KIM)
    assert len(log.entries) == 2, "each read by itself"


async def test_a_refused_read_is_recorded_with_its_reason(client: Client, log: AuditLog) -> None:
    assert (await refused(client.themselves("RunQuery", READS["RunQuery"], CHOI)))[1] == "METRIC_FORBIDDEN"
    assert (await refused(client.themselves("GetRecord", READS["GetRecord"], KIM)))[1] == "RECORD_NOT_FOUND"
    query, document = log.entries.values()
    assert (query.outcome, query.query.metrics) == ("METRIC_FORBIDDEN", ["revenue"])
    assert (document.outcome, document.resource) == ("RECORD_NOT_FOUND", "records/customer/CUST-00001")


async def test_a_document_by_its_name(client: Client, log: AuditLog, source: Any) -> None:
    (number,) = source.execute(
        "SELECT name FROM `tabSales Order` WHERE docstatus = 1 AND company = '마루산업' LIMIT 1"
    ).fetchone()
    request = pb.GetRecordRequest(name=f"records/sales_order/{number}")
    await client.themselves("GetRecord", request)
    (entry,) = log.entries.values()
    assert (entry.resource, entry.row_count, entry.outcome) == (request.name, 1, "OUTCOME_ANSWERED")
    log.away = True
    assert (await refused(client.themselves("GetRecord", request)))[1] == "DEPENDENCY_UNAVAILABLE"


async def test_every_name_looked_for_is_kept_whole(client: Client, log: AuditLog) -> None:
    request = READS["ResolveEntities"]
    await client.themselves("ResolveEntities", request, KIM)
    (entry,) = log.entries.values()
    kept = ", ".join(one.text for one in entry.context.filters)
    assert kept == ", ".join(request.mentions)
    assert entry.row_count >= 1
