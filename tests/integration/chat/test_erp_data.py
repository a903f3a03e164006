"""`ErpData` over gRPC, against a server that stands where the ERP service stands."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from google.protobuf.json_format import ParseDict
from maru.erp.v1 import erp_service_pb2 as pb
from maru.erp.v1 import erp_service_pb2_grpc as pb_grpc

from services.chat.adapters import erp_data_grpc
from services.chat.adapters.erp_data_grpc import GrpcErpData
from services.chat.errors import RecordNotFound
from services.chat.semantic import (
    Candidate,
    DateRange,
    EntityKind,
    EntityReference,
    Grouping,
    Match,
    Query,
    Resolution,
)
from services.kit.clients import service_channel
from services.kit.errors import Code, DependencyUnavailable, FieldInvalid, MaruError, RemoteError
from services.kit.identity import Identity, bind_identity, current_identity
from services.kit.server import App, Chassis, Mounted
from services.kit.settings import Address, ServiceSettings
from services.kit.testing import LOOPBACK, Served, served

CATALOG = {
    "metrics": [{"key": "revenue", "displayName": "매출", "permitted": True}],
    "dimensions": [{"key": "customer", "displayName": "거래처", "entityKind": "ENTITY_KIND_CUSTOMER"}],
}


class Missing(MaruError):
    code = Code.NOT_FOUND
    reason = "RECORD_NOT_FOUND"
    ko = "문서를 찾을 수 없습니다."
    en = "The document was not found."


class Forbidden(MaruError):
    code = Code.PERMISSION_DENIED
    reason = "METRIC_FORBIDDEN"
    ko = "볼 수 없는 지표입니다."
    en = "You may not see this metric."


@dataclass
class Erp(pb_grpc.ErpServiceServicer):
    """Answers what a test sets, and notes what it was asked and by whom."""

    etag: str = "e1"
    start_month: int = 1
    requests: list[Any] = field(default_factory=list)
    askers: list[Identity] = field(default_factory=list)

    def _note(self, request: Any) -> None:
        self.requests.append(request)
        self.askers.append(current_identity())

    async def DescribeCatalog(self, request: Any, context: Any) -> Any:
        self._note(request)
        etag = f"{self.etag}-{'+'.join(sorted(current_identity().roles))}"
        settings = {"fiscalYearStartMonth": self.start_month}
        known = {} if request.etag == etag else CATALOG
        return ParseDict({**known, "settings": settings, "etag": etag}, pb.DescribeCatalogResponse())

    async def ResolveEntities(self, request: Any, context: Any) -> Any:
        self._note(request)
        response = pb.ResolveEntitiesResponse()
        for mention in request.mentions:
            resolution = response.resolutions.add(mention=mention)
            if mention.startswith("있"):
                resolution.total_count = 1
                entity = {"kind": "ENTITY_KIND_ITEM", "key": f"K-{mention}", "displayName": mention}
                ParseDict({"entity": entity, "match": "MATCH_FULL"}, resolution.candidates.add())
        return response

    async def RunQuery(self, request: Any, context: Any) -> Any:
        self._note(request)
        if "profit" in request.query.metrics:
            raise Forbidden(metric="profit")
        table = {
            "columns": [{"key": "revenue", "displayName": "매출", "role": "ROLE_METRIC"}],
            "rows": [{"values": [{"decimal": "12.50"}]}],
            "totalRowCount": 1,
        }
        return ParseDict({"table": table, "context": {"partialView": True}}, pb.RunQueryResponse())

    async def GetRecord(self, request: Any, context: Any) -> Any:
        self._note(request)
        if request.name != "records/sales_order/SO-1":
            raise Missing
        reference = {"kind": "ENTITY_KIND_SALES_ORDER", "key": "SO-1", "displayName": "SO-1"}
        record = {"name": request.name, "reference": reference, "status": "출하 대기", "fields": {}}
        return ParseDict({"record": record}, pb.GetRecordResponse())


class Settings(ServiceSettings):
    name = "erp"
    grpc_address: Address = "127.0.0.1:0"
    metrics_address: Address = "127.0.0.1:0"


@pytest.fixture
def erp() -> Erp:
    return Erp()


@pytest.fixture
async def server(erp: Erp) -> AsyncIterator[Served]:
    @asynccontextmanager
    async def app(settings: Settings, chassis: Chassis) -> AsyncIterator[App]:
        yield App(servicers=[Mounted(pb_grpc.add_ErpServiceServicer_to_server, erp)], dependencies=[])

    async with served(Settings(**LOOPBACK), app) as server:
        yield server


@pytest.fixture
async def data(server: Served) -> AsyncIterator[GrpcErpData]:
    bind(server)
    url = f"grpc://127.0.0.1:{server.running.port}"
    async with service_channel(url, "erp", server.signer("chat")) as channel:
        yield GrpcErpData(channel)


def bind(server: Served, username: str = "kim", *roles: str) -> None:
    """From now, this person asks."""
    held = frozenset({"employee", *roles})
    token = server.issuer.token(username, roles=held)
    bind_identity(Identity(username, username, username, held, token=token))


async def test_the_asker_and_the_chat_service_are_who_calls(
    server: Served, data: GrpcErpData, erp: Erp
) -> None:
    bind(server, "lee", "sales")
    await data.describe()
    (asker,) = erp.askers
    assert (asker.username, asker.caller, asker.roles) == ("lee", "chat", {"employee", "sales"})


# --- the catalog --------------------------------------------------------------------------------


async def test_an_unchanged_catalog_is_the_same_object(server: Served, data: GrpcErpData, erp: Erp) -> None:
    bind(server)
    first = await data.describe()
    assert [*first.metrics, *first.dimensions] == ["revenue", "customer"]
    assert await data.describe() is first
    assert [request.etag for request in erp.requests] == ["", "e1-employee"]


async def test_a_changed_catalog_is_fetched(server: Served, data: GrpcErpData, erp: Erp) -> None:
    bind(server)
    first = await data.describe()
    erp.etag = "e2"
    second = await data.describe()
    assert (first.etag, second.etag) == ("e1-employee", "e2-employee")
    assert await data.describe() is second


async def test_changed_settings_come_with_the_kept_catalog(
    server: Served, data: GrpcErpData, erp: Erp
) -> None:
    bind(server)
    first = await data.describe()
    erp.start_month = 4
    second = await data.describe()
    assert second.fiscal_year_start_month == 4
    assert second.metrics is first.metrics
    assert await data.describe() is second


async def test_people_with_other_roles_have_another_catalog(
    server: Served, data: GrpcErpData, erp: Erp
) -> None:
    bind(server)
    first = await data.describe()
    bind(server, "lee", "finance")
    other = await data.describe()
    assert other.etag == "e1-employee+finance"
    bind(server, "choi")
    assert await data.describe() is first
    assert [request.etag for request in erp.requests] == ["", "", "e1-employee"]


async def test_only_so_many_catalogs_are_kept(
    server: Served, data: GrpcErpData, erp: Erp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erp_data_grpc, "_CATALOGS", 2)
    for role in ("sales", "stock", "sales", "people", "sales", "stock"):
        bind(server, "kim", role)
        await data.describe()
    assert [bool(request.etag) for request in erp.requests] == [False, False, True, False, True, False]


# --- names --------------------------------------------------------------------------------------


async def test_many_mentions_go_in_batches_and_come_back_in_order(
    server: Served, data: GrpcErpData, erp: Erp
) -> None:
    bind(server)
    mentions = [f"{'있' if n % 3 else '없'}{n}" for n in range(150)]
    found = await data.resolve(mentions, [EntityKind.ITEM, EntityKind.CUSTOMER])
    assert [resolution.mention for resolution in found] == mentions
    assert [len(resolution.candidates) for resolution in found] == [int(n % 3 > 0) for n in range(150)]
    item = EntityReference(EntityKind.ITEM, "K-있1", "있1")
    assert found[1] == Resolution("있1", (Candidate(item, Match.FULL),), 1)
    assert [len(request.mentions) for request in erp.requests] == [64, 64, 22]
    assert all(list(request.kinds) == [7, 2] for request in erp.requests)


async def test_mentions_that_name_nothing_are_not_asked_for(
    server: Served, data: GrpcErpData, erp: Erp
) -> None:
    bind(server)
    long = "있" * 201
    found = await data.resolve(["", long, "있다", "있다", "있" * 200])
    assert [(r.mention, len(r.candidates)) for r in found] == [
        ("", 0),
        (long, 0),
        ("있다", 1),
        ("있다", 1),
        ("있" * 200, 1),
    ]
    (request,) = erp.requests
    assert list(request.mentions) == ["있다", "있" * 200]
    assert list(await data.resolve([])) == []
    assert len(erp.requests) == 1


# --- tables and records -------------------------------------------------------------------------


async def test_a_query_goes_out_and_its_exact_table_comes_back(
    server: Served, data: GrpcErpData, erp: Erp
) -> None:
    bind(server)
    october = DateRange(date(2026, 10, 1), date(2026, 10, 31))
    result = await data.run(Query(("revenue",), (Grouping("customer"),), range=october))
    (request,) = erp.requests
    assert request.query.range.end_date == "2026-10-31"
    assert not request.validate_only
    assert result.table.rows == ((Decimal("12.50"),),)
    assert str(result.table.rows[0][0]) == "12.50"
    assert result.context.partial_view


async def test_a_record(server: Served, data: GrpcErpData) -> None:
    bind(server)
    record = await data.record("records/sales_order/SO-1")
    assert (record.status, record.reference.kind) == ("출하 대기", EntityKind.SALES_ORDER)
    with pytest.raises(RecordNotFound):
        await data.record("records/sales_order/SO-2")


# --- failures -----------------------------------------------------------------------------------


async def test_what_the_erp_service_refuses_is_passed_on(server: Served, data: GrpcErpData) -> None:
    bind(server)
    with pytest.raises(RemoteError) as raised:
        await data.run(Query(("profit",)))
    assert (raised.value.reason, raised.value.metadata) == ("METRIC_FORBIDDEN", {"metric": "profit"})
    assert raised.value.message_ko == "볼 수 없는 지표입니다."
    with pytest.raises(RemoteError) as raised:
        await data.run(Query(()))
    assert raised.value.reason == FieldInvalid.reason


async def test_an_erp_service_that_is_away_is_named(server: Served) -> None:
    bind(server)
    async with service_channel("grpc://127.0.0.1:1", "erp", server.signer("chat")) as channel:
        data = GrpcErpData(channel)
        for call in (
            data.describe(),
            data.resolve(["가"]),
            data.run(Query(("revenue",))),
            data.record("records/sales_order/SO-1"),
        ):
            with pytest.raises(DependencyUnavailable) as raised:
                await call
            assert raised.value.metadata == {"dependency": "erp"}
