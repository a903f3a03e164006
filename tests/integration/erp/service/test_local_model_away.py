"""The service without its data: said clearly, by every call and by the health service, and over when data is there."""

import asyncio
import os
import sqlite3
from datetime import timedelta
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from maru.erp.v1 import erp_service_pb2 as pb

from services.erp.app import app
from services.erp.settings import Settings
from services.kit.testing import LOOPBACK, served
from tests.integration.erp.service.conftest import Client, Serving
from tests.integration.erp.service.test_service import OCTOBER, question, refused

CALLS: list[tuple[str, Any]] = [
    ("DescribeCatalog", pb.DescribeCatalogRequest()),
    ("RunQuery", question(metrics=["revenue"], range=OCTOBER)),
    ("GetRecord", pb.GetRecordRequest(name="records/sales_order/X-1")),
    ("ResolveEntities", pb.ResolveEntitiesRequest(mentions=["대한상사"])),
]


async def health(client: Client, name: str = "") -> int:
    stub: Any = health_pb2_grpc.HealthStub(client.server.channel)
    return (await stub.Check(health_pb2.HealthCheckRequest(service=name))).status


async def until(client: Client, status: int) -> None:
    async with asyncio.timeout(20):
        stub: Any = health_pb2_grpc.HealthStub(client.server.channel)
        async for told in stub.Watch(health_pb2.HealthCheckRequest(service="maru.erp.v1.ErpService")):
            if told.status == status:
                return


@pytest.mark.parametrize(("method", "request_"), CALLS, ids=[method for method, _ in CALLS])
async def test_nothing_loaded_yet(serving: Serving, tmp_path: Path, method: str, request_: Any):
    async with serving(tmp_path / "none.sqlite") as client:
        code, reason, _, words = await refused(client(method, request_))
        assert (code, reason) == ("FAILED_PRECONDITION", "LOCAL_MODEL_EMPTY")
        assert "maru load" in words
        assert await health(client) == health_pb2.HealthCheckResponse.NOT_SERVING
        assert await health(client, "dependency/local-model") == health_pb2.HealthCheckResponse.NOT_SERVING


@pytest.mark.parametrize(("method", "request_"), CALLS, ids=[method for method, _ in CALLS])
async def test_a_damaged_file(serving: Serving, tmp_path: Path, method: str, request_: Any):
    (tmp_path / "model.sqlite").write_bytes(os.urandom(50_000))
    async with serving(tmp_path / "model.sqlite") as client:
        code, reason, metadata, words = await refused(client(method, request_))
        assert (code, reason, metadata) == ("UNAVAILABLE", "LOCAL_MODEL_UNAVAILABLE", {})
        assert "관리자" in words
        assert str(tmp_path) not in words


async def test_data_that_comes_while_it_serves_is_answered_from(
    serving: Serving, tmp_path: Path, model_file: Path
):
    path = tmp_path / "model.sqlite"
    async with serving(path) as client:
        assert (await refused(client(*CALLS[1])))[1] == "LOCAL_MODEL_EMPTY"
        copyfile(model_file, tmp_path / "copy")
        os.replace(tmp_path / "copy", path)
        assert (await client(*CALLS[1])).table.rows
        await until(client, health_pb2.HealthCheckResponse.SERVING)
        path.unlink()
        await until(client, health_pb2.HealthCheckResponse.NOT_SERVING)
        assert (await refused(client(*CALLS[1])))[1] == "LOCAL_MODEL_EMPTY"


async def test_a_question_that_takes_too_long_is_stopped(model_file: Path):
    settings = Settings(**LOOPBACK, database_url=f"sqlite:///{model_file}", statement_timeout_seconds=0.0001)
    async with served(settings, app) as server:
        everything = {"startDate": "2020-01-01", "endDate": "2026-11-20"}
        query = question(metrics=["revenue"], range=everything, groupings=[{"dimension": "item"}])
        code, reason, metadata, _ = await refused(Client(server)("RunQuery", query))
        assert (code, reason) == ("RESOURCE_EXHAUSTED", "STATEMENT_TIMEOUT")
        assert metadata == {"limit_ms": "0"}


async def test_rows_beyond_the_limits_are_left_out_or_refused(model_file: Path):
    query = question(
        metrics=["revenue"],
        range={"startDate": "2024-01-01", "endDate": "2026-11-20"},
        groupings=[{"dimension": "customer"}],
    )
    settings = Settings(**LOOPBACK, database_url=f"sqlite:///{model_file}", max_result_rows=3)
    async with served(settings, app) as server:
        table = (await Client(server)("RunQuery", query)).table
        assert len(table.rows) == 3
        assert table.truncated
        assert table.total_row_count > 3
    settings = Settings(**LOOPBACK, database_url=f"sqlite:///{model_file}", max_groups=3)
    async with served(settings, app) as server:
        code, reason, metadata, _ = await refused(Client(server)("RunQuery", query))
        assert (code, reason, metadata) == ("RESOURCE_EXHAUSTED", "ROW_LIMIT_EXCEEDED", {"maximum": "3"})


async def test_what_would_read_too_much_is_not_begun(model_file: Path):
    query = question(metrics=["revenue"], range={"startDate": "2024-01-01", "endDate": "2026-11-20"})
    settings = Settings(**LOOPBACK, database_url=f"sqlite:///{model_file}", max_rows_read=100)
    async with served(settings, app) as server:
        code, reason, metadata, _ = await refused(Client(server)("RunQuery", query))
        assert (code, reason) == ("RESOURCE_EXHAUSTED", "COST_LIMIT_EXCEEDED")
        assert metadata["maximum"] == "100"
        assert int(metadata["cost"]) > 1000


async def test_a_grid_of_more_rows_than_groups_is_refused(model_file: Path):
    span = {"startDate": "2025-11-21", "endDate": "2026-11-20"}
    groupings = [{"dimension": "customer"}, {"dimension": "date", "grain": "GRAIN_DAY"}]
    query = question(metrics=["revenue"], range=span, groupings=groupings)
    settings = Settings(**LOOPBACK, database_url=f"sqlite:///{model_file}", max_groups=5000)
    async with served(settings, app) as server:
        assert (await refused(Client(server)("RunQuery", query)))[1] == "ROW_LIMIT_EXCEEDED"


async def test_data_that_is_too_old_answers_nothing(model_file: Path, tmp_path: Path):
    old = tmp_path / "old.sqlite"
    copyfile(model_file, old)
    connection = sqlite3.connect(old)
    connection.execute(
        "UPDATE load_watermark SET as_of = '2020-01-02 03:04:05' WHERE local_table = 'sales_invoice'"
    )
    connection.commit()
    connection.close()
    settings = Settings(**LOOPBACK, database_url=f"sqlite:///{old}", refuse_stale_after=timedelta(days=30))
    async with served(settings, app) as server:
        code, reason, metadata, words = await refused(Client(server)("RunQuery", CALLS[1][1]))
        assert (code, reason) == ("FAILED_PRECONDITION", "DATA_TOO_STALE")
        assert metadata["as_of"] == "2020-01-02T03:04:05+00:00"
        assert "2020-01-02 12:04" in words
        stock = question(metrics=["stock_quantity"])
        assert (await Client(server)("RunQuery", stock)).table.rows, "other tables are fresh"


async def test_a_sum_beyond_64_bits_is_refused_not_rounded(model_file: Path, tmp_path: Path):
    large = tmp_path / "large.sqlite"
    copyfile(model_file, large)
    connection = sqlite3.connect(large)
    connection.execute("UPDATE sales_invoice_line SET base_net_amount = 9000000000000000000")
    connection.commit()
    connection.close()
    settings = Settings(**LOOPBACK, database_url=f"sqlite:///{large}")
    async with served(settings, app) as server:
        code, reason, _, words = await refused(Client(server)("RunQuery", CALLS[1][1]))
        assert (code, reason) == ("INVALID_ARGUMENT", "QUERY_REFUSED")
        assert "너무 커서" in words


async def test_it_does_not_start_with_a_mistake_in_the_catalog_or_an_unknown_database(tmp_path: Path):
    (tmp_path / "some.yaml").write_text("dimensions: {item: {name: Item}}", "utf-8")
    with pytest.raises(SystemExit, match=r"some\.yaml:1: .*Korean"):
        async with served(Settings(**LOOPBACK, catalog_dir=tmp_path), app):
            pass
    with pytest.raises(SystemExit, match="MARU_DATABASE_URL"):
        async with served(Settings(**LOOPBACK, database_url="postgresql://u:hunter2@db/x"), app):
            pass
