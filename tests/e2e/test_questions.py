"""First questions on the real mesh: facts against SQL on the ERP's own tables, and outcomes."""

import sqlite3
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.mesh import Mesh

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

CASES = yaml.safe_load(
    (Path(__file__).parents[1] / "cases" / "e2e" / "questions.yaml").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def records(mesh: Mesh, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The last turn's record of each case, all asked in one batch."""
    lines = [{"id": case["id"], "user": case["user"], "turns": case["turns"]} for case in CASES]
    return {record["id"]: record for record in mesh.batch(lines, tmp_path_factory.mktemp("batch"))}


def _expected(mesh: Mesh, sql: str) -> list[tuple[str | None, Decimal]]:
    # SQLite adds the ERP's columns as floats: rounded to what an amount can hold.
    with sqlite3.connect(mesh.home / "data" / "demo-erp.sqlite") as erp:
        rows = erp.execute(sql).fetchall()
    return [
        (row[0] if len(row) == 2 else None, Decimal(repr(row[-1])).quantize(Decimal("0.0001")))
        for row in rows
    ]


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_a_question(mesh: Mesh, records: dict[str, dict[str, Any]], case: dict[str, Any]) -> None:
    record = records[case["id"]]
    assert record["outcome"] == case.get("outcome", "answered"), record["text"]
    assert record["text"]
    if record["outcome"] == "clarified":
        assert len(record["choices"]) >= 2
    if "sql" in case:
        wanted = _expected(mesh, case["sql"])
        found = [
            (
                fact["entity"] if wanted[0][0] is not None else None,
                Decimal(fact["value"]).quantize(Decimal("0.0001")),
            )
            for fact in record["facts"]
        ]
        assert found == wanted
        assert record["as_of"]


def test_every_event_has_its_number_and_the_table_comes_before_the_text(mesh: Mesh) -> None:
    events = mesh.events("지난달 매출 상위 3개 거래처는?", "jung.exec")
    numbered = [event for event in events if "heartbeat" not in event]
    assert [int(event["sequence"]) for event in numbered] == list(range(1, len(numbered) + 1))
    kinds = [next(kind for kind in event if kind not in ("sequence", "event_time")) for event in numbered]
    assert kinds[0] == "started"
    assert kinds[-1] == "completed"
    assert kinds.index("result") < kinds.index("text_delta")
    text = "".join(event["text_delta"]["text"] for event in events if "text_delta" in event)
    assert text == events[-1]["completed"]["turn"]["answer"]["text"]


def test_the_pasted_grpcurl_line_works(mesh: Mesh) -> None:
    line = next(line for line in mesh.output if line.startswith("grpcurl"))
    done = subprocess.run(
        ["bash", "-c", line.removeprefix("grpcurl").strip()],
        env=mesh.environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "conversations/" in done.stdout
