"""An export streamed through Envoy as CSV and as XLSX, beside the plain query at the edge.

    PYTHONPATH=. .venv/bin/python benchmarks/export.py [--rounds 3] [--user USER]

Needs a running mesh (`maru up`); for 100,000 rows start it with MARU_DEMO_LINES=100000. Asks for the revenue of every item
of every sales invoice there is. Each round runs the query (whose table is cut to the first rows) and then both exports, so
that all see the same machine. Prints the medians, the time to the first bytes, and the ratio of each export to the query.
Bar: 100,000 rows in 10 s.
"""

import argparse
import asyncio
import statistics
import time
import uuid

import grpc
from maru.erp.v1 import query_pb2
from maru.erp.v1.erp_service_pb2 import DescribeCatalogRequest, ExportResultRequest, RunQueryRequest
from maru.erp.v1.erp_service_pb2_grpc import ErpServiceStub

from benchmarks.running import Mesh, running_mesh

BAR_SECONDS = 10.0
BAR_ROWS = 100_000
FORMATS = {"CSV": ExportResultRequest.FORMAT_CSV, "XLSX": ExportResultRequest.FORMAT_XLSX}


async def whole(erp: ErpServiceStub, mesh: Mesh) -> query_pb2.Query:
    """Everything that was ever invoiced, by document and item, in all companies of the user."""
    settings = (await erp.DescribeCatalog(DescribeCatalogRequest(), metadata=mesh.metadata)).settings
    return query_pb2.Query(
        metrics=["revenue"],
        groupings=[query_pb2.Grouping(dimension="sales_invoice"), query_pb2.Grouping(dimension="item")],
        range=query_pb2.DateRange(start_date=settings.data_start_date, end_date=settings.today),
        all_companies=True,
    )


async def exported(
    erp: ErpServiceStub, mesh: Mesh, query: query_pb2.Query, file_format: "ExportResultRequest.Format"
) -> tuple[float, float, int, int]:
    """Seconds to the first bytes and to the last; rows; bytes."""
    request = ExportResultRequest(query=query, format=file_format, request_id=uuid.uuid4().hex)
    began, first, rows, size = time.perf_counter(), 0.0, 0, 0
    async for part in erp.ExportResult(request, metadata=mesh.metadata, timeout=110):
        rows = part.total_row_count or rows
        size += len(part.data)
        if part.data and not first:
            first = time.perf_counter() - began
    return first, time.perf_counter() - began, rows, size


async def main() -> None:
    """Runs the benchmark against the mesh of MARU_HOME."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--user")
    given = arguments.parse_args()
    mesh = running_mesh(given.user)
    queries: list[float] = []
    found: dict[str, list[tuple[float, float, int, int]]] = {name: [] for name in FORMATS}
    options = [("grpc.max_receive_message_length", 16 * 1024 * 1024)]
    async with grpc.aio.insecure_channel(mesh.edge_address, options=options) as channel:
        erp = ErpServiceStub(channel)
        query = await whole(erp, mesh)
        for _ in range(given.rounds):
            began = time.perf_counter()
            await erp.RunQuery(RunQueryRequest(query=query), metadata=mesh.metadata, timeout=60)
            queries.append(time.perf_counter() - began)
            for name, file_format in FORMATS.items():
                found[name].append(await exported(erp, mesh, query, file_format))
    plain = statistics.median(queries)
    print(f"the query alone, at the edge   {plain:6.2f} s")
    met = True
    for name, runs in found.items():
        first, seconds = (statistics.median(run[at] for run in runs) for at in (0, 1))
        *_, rows, size = runs[0]
        met &= rows >= BAR_ROWS and seconds <= BAR_SECONDS
        print(
            f"{name:<5} {rows:>9,} rows {size / 1e6:6.1f} MB   first bytes {first:6.2f} s   whole {seconds:6.2f} s   "
            f"ratio to the query {seconds / plain:5.2f}"
        )
    print(f"bar: {BAR_ROWS:,} rows in {BAR_SECONDS:.0f} s: {'met' if met else 'NOT met'}")


if __name__ == "__main__":
    asyncio.run(main())
