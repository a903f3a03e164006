"""RunQuery beside plain sqlite3 running the same SQL: in the core, and over gRPC.

    .venv/bin/python benchmarks/erp_query.py [--lines 100000] [--rounds 30] [--model FILE]

Makes a demo company of about so many invoice lines and loads it, once, under .maru/benchmarks (100,000 lines
take minutes, a million an hour); `--model` takes a loaded local model instead. In each round every question is
asked in all three ways, in turn, so that all see the same machine. Prints p50 and p99 of each and the ratio of
the medians. Bars: 100,000 lines p50 a few to 50 ms; a million lines p50 <= 150 ms, p99 <= 500 ms.
"""

import argparse
import ast
import asyncio
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import structlog
from google.protobuf.json_format import ParseDict
from maru.erp.v1 import erp_service_pb2 as pb
from maru.erp.v1 import query_pb2
from maru.erp.v1.erp_service_pb2_grpc import ErpServiceStub

from services.erp import convert
from services.erp.adapters.local_model_sqlite import open_local_model
from services.erp.app import app
from services.erp.core.catalog_loader import load_catalog
from services.erp.core.policy_loader import load_policy
from services.erp.core.use_cases import Erp, Limits
from services.erp.ports import AnySelect, Fetched, LocalModel
from services.erp.settings import Settings
from services.kit.clock import SystemClock
from services.kit.identity import Identity
from services.kit.metrics import Metrics
from services.kit.testing import LOOPBACK, served

TODAY = date(2026, 11, 20)
MONTH = {"startDate": "2026-10-01", "endDate": "2026-10-31"}
BEFORE = {"startDate": "2026-09-01", "endDate": "2026-09-30"}
YEAR = {"startDate": "2026-01-01", "endDate": "2026-11-20"}
EVERYBODY = {"roles": {"employee", "executive"}, "company": ["마루산업", "마루유통"]}
SALESPERSON = {"roles": {"employee", "sales"}, "company": ["마루산업"], "territory": ["수도권"]}

QUESTIONS: dict[str, dict[str, Any]] = {
    "매출 of a month": {"metrics": ["revenue"], "range": MONTH},
    "매출 against the month before": {
        "metrics": ["revenue"],
        "range": MONTH,
        "comparison": {"kind": "KIND_PREVIOUS_PERIOD", "range": BEFORE},
    },
    "매출 of the year": {"metrics": ["revenue"], "range": YEAR},
    "매출 of the year by month": {
        "metrics": ["revenue"],
        "range": YEAR,
        "groupings": [{"dimension": "date", "grain": "GRAIN_MONTH"}],
    },
    "top 10 customers of a month": {
        "metrics": ["revenue"],
        "range": MONTH,
        "groupings": [{"dimension": "customer"}],
        "top": 10,
    },
    "top 10 customers of the year": {
        "metrics": ["revenue"],
        "range": YEAR,
        "groupings": [{"dimension": "customer"}],
        "top": 10,
    },
    "top 10 items of a month": {
        "metrics": ["revenue", "sales_quantity"],
        "range": MONTH,
        "groupings": [{"dimension": "item"}],
        "top": 10,
    },
    "순매출, 객단가 of a month": {"metrics": ["net_revenue", "average_order_value"], "range": MONTH},
    "매출총이익률 of a month": {"metrics": ["gross_margin"], "range": MONTH},
    "a customer's 매출 of the year": {
        "metrics": ["revenue"],
        "range": YEAR,
        "filter": {"member": {"dimension": "customer", "members": ["CUST-00001"]}},
    },
    "수주액, 수주 건수 of a month": {"metrics": ["orders_received", "sales_order_count"], "range": MONTH},
    "수주잔량 by item": {"metrics": ["open_sales_quantity"], "groupings": [{"dimension": "item"}], "top": 10},
    "발주액 by supplier": {
        "metrics": ["purchase_orders"],
        "range": MONTH,
        "groupings": [{"dimension": "supplier"}],
        "top": 5,
    },
    "재고 of an item": {
        "metrics": ["stock_quantity"],
        "groupings": [{"dimension": "warehouse"}],
        "filter": {"member": {"dimension": "item", "members": ["BRG-6204"]}},
    },
    "재고금액 at a past day": {"metrics": ["stock_value"], "asOfDate": "2026-09-30"},
    "미수금": {"metrics": ["receivables"]},
    "미수금, top 10 customers": {
        "metrics": ["receivables"],
        "groupings": [{"dimension": "customer"}],
        "top": 10,
    },
    "연체 미수금": {"metrics": ["overdue_receivables"]},
    "수금액 of a month": {"metrics": ["payments_received"], "range": MONTH},
    "월평균 매출 of the year": {"metrics": ["revenue"], "range": YEAR, "averageOver": "GRAIN_MONTH"},
    "largest orders of a month": {
        "metrics": ["orders_received"],
        "range": MONTH,
        "groupings": [{"dimension": "sales_order"}, {"dimension": "customer"}],
        "top": 10,
    },
    "orders due this week": {
        "metrics": ["open_sales_quantity"],
        "groupings": [{"dimension": "sales_order"}, {"dimension": "due_date", "grain": "GRAIN_DAY"}],
        "dueRange": {"startDate": "2026-11-16", "endDate": "2026-11-22"},
    },
    "안전재고 미달 by item": {"metrics": ["below_safety_stock"], "groupings": [{"dimension": "item"}]},
    "재고회전율": {"metrics": ["inventory_turnover"]},
    "손익 of a month": {"metrics": ["profit"], "range": MONTH},
}


class Recorder:
    """A local model that notes the statement of a question, with its parameters."""

    def __init__(self, inner: LocalModel) -> None:
        self._inner = inner
        self.sql = ""
        self.parameters: Sequence[Any] = ()

    async def read(self, *statements: AnySelect) -> Sequence[Fetched]:
        found = await self._inner.read(*statements)
        for one in found:
            if "AS figures" in one.statement:
                self.sql, (self.parameters,) = one.statement, ast.literal_eval(one.parameters)
        return found


def model_of(lines: int) -> Path:
    """A local model of about so many invoice lines, made once."""
    folder = Path(".maru") / "benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    model, erp = folder / f"model-{lines}.sqlite", folder / f"erp-{lines}.sqlite"
    if not model.exists():
        source = [sys.executable, "-m", "services.erp.demo_company", "--out", str(erp)]
        subprocess.run([*source, "--lines", str(lines), "--today", TODAY.isoformat()], check=True)
        load = [sys.executable, "-m", "services.erp.load", "--from", f"sqlite:///{erp}"]
        subprocess.run([*load, "--to", f"sqlite:///{model}"], check=True)
        erp.unlink()
    return model


def plainly(connection: sqlite3.Connection, recorder: Recorder) -> None:
    connection.execute(recorder.sql, recorder.parameters).fetchall()


async def measure(model: Path, rounds: int) -> None:
    """Prints a line a question, and one for all of them."""
    catalog = load_catalog(Settings(**LOOPBACK).catalog_dir)
    policy = load_policy(Settings(**LOOPBACK).policy_file, catalog)
    settings = Settings(
        **LOOPBACK, today=TODAY, database_url=f"sqlite:///{model}", statement_timeout_seconds=60
    )
    plain = sqlite3.connect(f"file:{model}?mode=ro", uri=True)
    for pragma in ("cache_size = -32768", f"mmap_size = {1 << 30}", "temp_store = MEMORY"):
        plain.execute(f"PRAGMA {pragma}")
    async with served(settings, app) as server, open_local_model(model, Metrics(), 60) as local_model:
        recorder = Recorder(local_model)
        erp = Erp(catalog, policy, recorder, SystemClock(settings.timezone, TODAY), Limits())
        stub: Any = ErpServiceStub(server.channel)
        everything: dict[str, list[float]] = {"sqlite3": [], "core": [], "gRPC": []}
        print(f"{'':<34}{'sqlite3':>16}{'core':>22}{'gRPC':>22}   ms, p50 / p99, × sqlite3's p50")
        for who, claims in (("executive", EVERYBODY), ("one territory", SALESPERSON)):
            asker = Identity(
                "s", "u", "n", **{k: frozenset(v) if k == "roles" else tuple(v) for k, v in claims.items()}
            )
            permitted = policy.grant(catalog, asker).metrics
            for name, question in QUESTIONS.items():
                if not permitted.issuperset(question["metrics"]):
                    continue
                message = ParseDict(question, query_pb2.Query())
                query, request = convert.to_query(message), pb.RunQueryRequest(query=message)
                seconds: dict[str, list[float]] = {way: [] for way in everything}
                for number in range(rounds + 2):
                    chat = (
                        "maru-workload",
                        server.signer("chat").assertion("erp"),
                    )  # whose reads it doesn't record
                    metadata = (*server.issuer.metadata("u", **claims), chat)
                    began = time.perf_counter()
                    await erp.run_query(asker, query)
                    core = time.perf_counter()
                    plainly(plain, recorder)
                    alone = time.perf_counter()
                    await stub.RunQuery(request, metadata=metadata)
                    end = time.perf_counter()
                    if number > 1:  # the first ones fill caches
                        seconds["core"].append(core - began)
                        seconds["sqlite3"].append(alone - core)
                        seconds["gRPC"].append(end - alone)
                print(line(f"{name} ({who})", seconds))
                for way, found in seconds.items():
                    everything[way] += found
        print(line("all", everything))
    plain.close()


def line(name: str, seconds: dict[str, list[float]]) -> str:
    base = statistics.median(seconds["sqlite3"])
    cells = []
    for way, found in seconds.items():
        ordered = sorted(found)
        p99 = ordered[min(len(ordered) - 1, round(0.99 * len(ordered)))]
        ratio = "" if way == "sqlite3" else f" ×{statistics.median(found) / base:.1f}"
        cells.append(f"{statistics.median(found) * 1000:.1f}/{p99 * 1000:.1f}{ratio}")
    wide = sum("가" <= letter <= "힣" for letter in name)
    return f"{name:<{48 - wide}}{cells[0]:>16}{cells[1]:>22}{cells[2]:>22}"


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--lines", type=int, default=100_000)
    arguments.add_argument("--rounds", type=int, default=30)
    arguments.add_argument("--model", type=Path, help="a loaded local model")
    given = arguments.parse_args()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    model = given.model or model_of(given.lines)
    lines = sqlite3.connect(model).execute("SELECT count(*) FROM sales_invoice_line").fetchone()[0]
    print(f"{lines:,} invoice lines, {model.stat().st_size / 1e6:,.0f} MB")
    asyncio.run(measure(model, given.rounds))


if __name__ == "__main__":
    main()
