"""What every service does because it stands on the chassis."""

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import grpc
import httpx
import pytest
import structlog
from google.rpc import error_details_pb2, status_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from maru.erp.v1 import erp_service_pb2 as pb
from maru.erp.v1 import erp_service_pb2_grpc as pb_grpc

from services.kit import logs
from services.kit.server import MAX_RECEIVE_BYTES
from services.kit.status import DETAILS_KEY, from_rpc_error
from services.kit.testing import LOOPBACK, Served, served
from tests.integration.kit.catalog_service import Catalog, Settings

EXPORT = pb.ExportResultRequest(query={"metrics": ["revenue"]}, format="FORMAT_CSV", request_id="r")
DESCRIBE = "/maru.erp.v1.ErpService/DescribeCatalog"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure("erp", "INFO", stream)
    yield stream
    logging.captureWarnings(False)
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


def stub(server: Served) -> Any:
    return pb_grpc.ErpServiceStub(server.channel)


def describe(server: Served, etag: str = "", timeout: float | None = 5, **extra: str) -> Any:
    return stub(server).DescribeCatalog(
        pb.DescribeCatalogRequest(etag=etag),
        metadata=[*server.issuer.metadata(), *((k.replace("_", "-"), v) for k, v in extra.items())],
        timeout=timeout,
    )


async def failure(call: Any) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await call
    return raised.value


def details(error: grpc.aio.AioRpcError, kind: Any) -> Any:
    packed = dict(error.trailing_metadata())[DETAILS_KEY]
    return next(
        kind.FromString(d.value)
        for d in status_pb2.Status.FromString(packed).details
        if d.Is(kind.DESCRIPTOR)
    )


async def health(server: Served, service: str = "") -> str:
    answer = await health_pb2_grpc.HealthStub(server.channel).Check(
        health_pb2.HealthCheckRequest(service=service), timeout=5
    )
    return health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)


async def test_an_exceptions_text_never_leaves_and_its_log_line_is_found_by_the_id(
    server: Served, log: io.StringIO
) -> None:
    error = await failure(describe(server, "crash", x_request_id="r-42"))
    assert error.code() is grpc.StatusCode.INTERNAL
    everything = f"{error.details()} {error.trailing_metadata()} {error.initial_metadata()}"
    assert "hunter2" not in everything
    assert "ValueError" not in everything
    assert details(error, error_details_pb2.ErrorInfo).metadata["log_id"] == "r-42"
    assert details(error, error_details_pb2.RequestInfo).request_id == "r-42"
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    (line,) = [line for line in lines if line["event"] == "rpc_unforeseen"]
    assert line["request_id"] == "r-42"
    assert "ValueError" in line["exception"]
    assert "hunter2" not in log.getvalue()


async def test_a_call_is_one_log_line_with_ids_and_without_its_token(
    server: Served, log: io.StringIO
) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    traceparent = f"00-{trace}-b7ad6b7169203331-01"
    await describe(server, x_request_id="r-1", x_maru_conversation_id="c-1", traceparent=traceparent)
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    (line,) = [line for line in lines if line["event"] == "rpc"]
    assert (line["method"], line["code"], line["request_id"]) == (DESCRIBE, "OK", "r-1")
    assert (line["conversation_id"], line["trace_id"], line["caller"]) == ("c-1", trace, "edge")
    assert "eyJ" not in log.getvalue()


async def test_an_id_that_is_no_id_is_replaced(server: Served, log: io.StringIO) -> None:
    await describe(server, x_request_id='x" {injected')
    assert "injected" not in log.getvalue()


async def test_rules_of_the_contract_name_the_field(server: Served) -> None:
    error = await failure(describe(server, "e" * 65))
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    (violation,) = details(error, error_details_pb2.BadRequest).field_violations
    assert violation.field == "etag"
    assert "64" in violation.description


async def test_a_missing_message_names_its_path(server: Served) -> None:
    call = stub(server).RunQuery(pb.RunQueryRequest(query={}), metadata=server.issuer.metadata(), timeout=5)
    fields = [v.field for v in details(await failure(call), error_details_pb2.BadRequest).field_violations]
    assert "query.metrics" in fields


async def test_thousands_of_faults_still_make_an_answer_that_arrives(server: Served) -> None:
    request = pb.RunQueryRequest(query={"groupings": [{"dimension": "x" * 300}] * 5000})
    error = await failure(stub(server).RunQuery(request, metadata=server.issuer.metadata(), timeout=5))
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert len(details(error, error_details_pb2.BadRequest).field_violations) == 10


async def test_a_malformed_message_is_the_clients_fault(server: Served) -> None:
    error = await failure(
        server.channel.unary_unary(DESCRIBE)(b"\xff\xff", metadata=server.issuer.metadata(), timeout=5)
    )
    known = from_rpc_error(error, "erp")
    assert (error.code(), known and known.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "FIELD_INVALID")


async def test_an_oversized_message_is_refused_before_it_is_read(server: Served) -> None:
    body = b"\x0a" + b"x" * MAX_RECEIVE_BYTES
    error = await failure(
        server.channel.unary_unary(DESCRIBE)(body, metadata=server.issuer.metadata(), timeout=5)
    )
    assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert (await describe(server)).etag == "e1"


async def test_a_method_of_no_service_is_unimplemented(server: Served) -> None:
    method = "/maru.erp.v1.ErpService/Drop"
    error = await failure(server.channel.unary_unary(method)(b"", metadata=server.issuer.metadata()))
    assert error.code() is grpc.StatusCode.UNIMPLEMENTED


async def test_a_domain_error_arrives_with_its_reason(server: Served) -> None:
    error = await failure(
        stub(server).ListRecords(pb.ListRecordsRequest(kind=1), metadata=server.issuer.metadata(), timeout=5)
    )
    known = from_rpc_error(error, "erp")
    assert known is not None
    assert (known.reason, known.metadata) == (
        "NOT_AVAILABLE_YET",
        {"method": "maru.erp.v1.ErpService/ListRecords"},
    )


async def test_a_clients_cancel_reaches_the_streams_finally(server: Served, catalog: Catalog) -> None:
    call = stub(server).ExportResult(EXPORT, metadata=server.issuer.metadata(), timeout=30)
    async with asyncio.timeout(5):
        await catalog.entered.wait()
        call.cancel()
        await catalog.left.wait()


async def test_a_clients_cancel_reaches_a_unary_calls_finally(server: Served, catalog: Catalog) -> None:
    call = asyncio.ensure_future(describe(server, "wait"))
    async with asyncio.timeout(5):
        await catalog.entered.wait()
        call.cancel()
        await catalog.left.wait()


async def test_a_deadline_ends_the_work_too(server: Served, catalog: Catalog) -> None:
    error = await failure(describe(server, "wait", timeout=0.1))
    assert error.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    async with asyncio.timeout(5):
        await catalog.left.wait()


async def test_health_follows_its_dependency(server: Served, catalog: Catalog) -> None:
    names = ("", "maru.erp.v1.ErpService", "dependency/local-model")
    assert [await health(server, n) for n in names] == ["SERVING"] * 3
    catalog.up = False
    watch = health_pb2_grpc.HealthStub(server.channel).Watch(health_pb2.HealthCheckRequest(), timeout=5)
    async for answer in watch:
        if answer.status == health_pb2.HealthCheckResponse.NOT_SERVING:
            break
    assert [await health(server, n) for n in names] == ["NOT_SERVING"] * 3
    error = await failure(health(server, "nobody"))
    assert error.code() is grpc.StatusCode.NOT_FOUND


async def test_reflection_needs_a_token_and_lists_the_services(server: Served) -> None:
    async def services(metadata: Any) -> list[str]:
        call = reflection_pb2_grpc.ServerReflectionStub(server.channel).ServerReflectionInfo(
            iter([reflection_pb2.ServerReflectionRequest(list_services="")]), metadata=metadata, timeout=5
        )
        return [s.name async for answer in call for s in answer.list_services_response.service]

    assert "maru.erp.v1.ErpService" in await services(server.issuer.metadata())
    assert (await failure(services(()))).code() is grpc.StatusCode.UNAUTHENTICATED


async def test_metrics_say_who_was_called_and_how_it_ended(server: Served) -> None:
    await describe(server)
    await failure(describe(server, "crash"))
    async with httpx.AsyncClient(trust_env=False) as http:
        url = f"http://127.0.0.1:{server.running.metrics_port}"
        page = (await http.get(f"{url}/metrics")).text
        assert (await http.get(f"{url}/")).status_code == 404
    for code in ("OK", "INTERNAL"):
        assert (
            f'rpc_server_duration_seconds_count{{rpc_grpc_status_code="{code}",rpc_method="DescribeCatalog",'
            'rpc_service="maru.erp.v1.ErpService"} 1.0'
        ) in page
    assert 'maru_dependency_up{dependency="local-model"} 1.0' in page
    assert "process_resident_memory_bytes" in page


async def test_more_calls_than_it_can_serve_are_told_to_come_back(catalog: Catalog) -> None:
    async with served(Settings(**LOOPBACK, max_concurrent_rpcs=1), catalog.app) as server:
        first = asyncio.ensure_future(describe(server, "wait"))
        await asyncio.wait_for(catalog.entered.wait(), 5)
        error = await failure(describe(server))
        assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert details(error, error_details_pb2.ErrorInfo).reason == "OVERLOADED"
        assert details(error, error_details_pb2.RetryInfo).retry_delay.ToSeconds() == 1
        assert await health(server) == "SERVING"
        catalog.release.set()
        assert (await first).etag == "e1"
        assert (await describe(server)).etag == "e1"


async def test_stopping_says_so_lets_calls_finish_and_closes_last(catalog: Catalog) -> None:
    serving = served(Settings(**LOOPBACK, shutdown_grace_seconds=60), catalog.app)
    server = await serving.__aenter__()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.running.port}") as channel:
        own = replace(server, channel=channel)
        running = asyncio.ensure_future(describe(own, "wait"))
        await asyncio.wait_for(catalog.entered.wait(), 5)
        watch = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest(), timeout=5)
        assert (await watch.read()).status == health_pb2.HealthCheckResponse.SERVING
        stopping = asyncio.ensure_future(serving.__aexit__(None, None, None))
        assert (await watch.read()).status == health_pb2.HealthCheckResponse.NOT_SERVING
        assert await watch.read() is grpc.aio.EOF
        catalog.release.set()
        assert (await running).etag == "e1"
        await stopping
    assert catalog.seen == ["opened", "wait", "left", "closed"]


async def test_grace_over_ends_the_calls_that_are_left(catalog: Catalog) -> None:
    serving = served(Settings(**LOOPBACK, shutdown_grace_seconds=0.1), catalog.app)
    server = await serving.__aenter__()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.running.port}") as channel:
        running = asyncio.ensure_future(describe(replace(server, channel=channel), "wait", timeout=30))
        await asyncio.wait_for(catalog.entered.wait(), 5)
        await serving.__aexit__(None, None, None)
        assert (await failure(running)).code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)
    assert catalog.seen == ["opened", "wait", "left", "closed"]


@pytest.mark.parametrize("taken", ["grpc_address", "metrics_address"])
async def test_a_taken_port_is_said_with_its_setting(server: Served, catalog: Catalog, taken: str) -> None:
    port = {"grpc_address": server.running.port, "metrics_address": server.running.metrics_port}[taken]
    with pytest.raises(SystemExit, match=f"MARU_{taken.upper()}=127.0.0.1:{port}"):
        async with served(Settings(**{**LOOPBACK, taken: f"127.0.0.1:{port}"}), catalog.app):
            pass
    assert catalog.seen == ["opened", "opened", "closed"]
