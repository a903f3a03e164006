"""What is asked and exported over the real mesh is in the audit, for auditors alone; tampering with it is found."""

import csv
import json
import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import grpc
import openpyxl
import pytest
from google.protobuf.json_format import ParseDict
from maru.erp.v1.erp_service_pb2 import RunQueryRequest
from maru.erp.v1.erp_service_pb2_grpc import ErpServiceStub

from tests.e2e.mesh import Mesh

pytestmark = pytest.mark.e2e


def entries(mesh: Mesh, *more: str) -> list[dict[str, Any]]:
    printed = mesh.maru("audit", "list", "--json", *more).stdout
    return [json.loads(line) for line in printed.splitlines()]


def verified(mesh: Mesh, *more: str) -> tuple[int, dict[str, Any]]:
    done = mesh.maru("audit", "verify", "--json", *more, check=False)
    return done.returncode, json.loads(done.stdout)


@contextmanager
def tampered(mesh: Mesh, *statements: str) -> Iterator[None]:
    """Does it to the database as somebody with its file would, and undoes it."""
    path = mesh.home / "data" / "chat.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None, timeout=10)) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        kept = connection.execute("SELECT * FROM audit_entry").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
        try:
            yield
        finally:
            marks = ",".join("?" * len(kept[0]))
            connection.execute("DELETE FROM audit_entry WHERE sequence <= ?", kept[-1][:1])
            connection.executemany(f"INSERT INTO audit_entry VALUES ({marks})", kept)  # noqa: S608
            for _, sql in triggers:
                connection.execute(sql)


def test_what_is_asked_and_exported_is_recorded(mesh: Mesh, tmp_path: Path) -> None:
    text, book = tmp_path / "매출.csv", tmp_path / "매출.xlsx"
    events = mesh.events("올해 거래처별 매출", "kim.sales", "--export", str(text))
    turn = events[-1]["completed"]["turn"]
    mesh.maru("export", str(book), "--conversation", turn["name"], "--as", "kim.sales")
    rows = list(csv.reader(text.read_text("utf-8-sig").splitlines()))
    assert rows[0] == ["거래처", "매출 (원)"]
    assert len(rows) - 1 == int(turn["answer"]["table"]["total_row_count"])
    sheet = openpyxl.load_workbook(book)["결과"]
    assert [[str(cell.value) for cell in row] for row in sheet.iter_rows()] == rows

    export_xlsx, export_csv, asked = entries(mesh, "--user", "kim.sales", "--limit", "3")
    assert [entry["action"] for entry in (asked, export_csv, export_xlsx)] == [
        "ACTION_TURN", "ACTION_EXPORT", "ACTION_EXPORT",
    ]  # fmt: skip
    assert asked["question"] == "올해 거래처별 매출"
    assert asked["actor"] == "maru-operator"
    assert asked["resource"] == turn["name"]
    assert asked["query"]["metrics"] == ["revenue"]
    assert any(one["source"] == "SOURCE_POLICY" for one in asked["context"]["filters"])
    assert len(asked["context"]["statement_digest"]) == 64
    assert len(asked["trace_id"]) == 32
    assert asked["usage"]["total_duration"]
    assert (export_csv["resource"], export_xlsx["resource"]) == ("csv", "xlsx")
    assert export_csv["query"] == export_xlsx["query"] == asked["query"]


def test_what_is_read_past_the_chat_is_recorded_in_the_same_chain(mesh: Mesh) -> None:
    october = {"startDate": "2026-10-01", "endDate": "2026-10-31"}
    request = ParseDict({"query": {"metrics": ["revenue"], "range": october}}, RunQueryRequest())
    metadata = (("authorization", f"Bearer {mesh.token('kim.sales')}"),)
    with grpc.insecure_channel(mesh.edge_address) as channel:
        answer = ErpServiceStub(channel).RunQuery(request, metadata=metadata, timeout=20)
    (entry,) = entries(mesh, "--user", "kim.sales", "--limit", "1")
    assert (entry["action"], entry["outcome"]) == ("ACTION_DATA_READ", "OUTCOME_ANSWERED")
    assert entry["query"]["metrics"] == ["revenue"]
    assert entry["context"]["statement_digest"] == answer.context.statement_digest
    shown = mesh.maru("audit", "list", "--user", "kim.sales", "--limit", "1").stdout
    assert "RunQuery revenue" in shown
    assert verified(mesh)[0] == 0


def test_refusals_are_recorded_and_readings_too(mesh: Mesh) -> None:
    mesh.events("발주 취소해줘", "kim.sales")
    assert entries(mesh, "--limit", "1")[0]["outcome"] == "WRITE_REFUSED"
    reading = entries(mesh, "--limit", "1")[0]
    assert (reading["action"], reading["username"]) == ("ACTION_AUDIT_READ", "auditor")
    number = reading["name"].removeprefix("auditEntries/")
    assert json.loads(mesh.maru("audit", "show", number).stdout)["name"] == reading["name"]


def test_it_is_for_auditors(mesh: Mesh) -> None:
    for user in ("kim.sales", "admin"):
        for command in (["list"], ["show", "1"], ["verify"]):
            done = mesh.maru("audit", *command, "--as", user, check=False)
            assert done.returncode == 1
            assert "ROLE_MISSING" in done.stderr


def test_no_question_and_no_token_is_in_the_logs(mesh: Mesh) -> None:
    mesh.events("거래처 비밀번호7788의 매출", "kim.sales")
    assert any("비밀번호7788" in entry.get("question", "") for entry in entries(mesh, "--limit", "5"))
    kept = "".join(path.read_text("utf-8", "replace") for path in (mesh.home / "logs").glob("*.log"))
    assert "비밀번호7788" not in kept


def test_tampering_is_found_and_said(mesh: Mesh) -> None:
    mesh.events("지난달 매출은?", "kim.sales")
    assert verified(mesh)[0] == 0
    with tampered(
        mesh, "UPDATE audit_entry SET content = replace(content, '매출', '재고') WHERE sequence = 1"
    ):
        code, found = verified(mesh)
        assert (code, found["break"], found["break_sequence"]) == (1, "edited", "1")
        shown = mesh.maru("audit", "verify", check=False).stdout
        assert "1번 기록이 고쳐졌습니다 [edited]" in shown
        assert "Entry 1 was edited [edited]" in shown
        assert verified(mesh, "--from", "2")[0] == 0
    assert verified(mesh)[0] == 0
    with tampered(mesh, "DELETE FROM audit_entry WHERE sequence = 2"):
        code, found = verified(mesh)
        assert (code, found["break"], found["break_sequence"]) == (1, "removed", "2")
    assert verified(mesh)[0] == 0


def test_a_turn_cut_off_by_a_crash_is_recorded_and_the_chain_stays_whole(mesh: Mesh) -> None:
    before = int(entries(mesh, "--limit", "1")[0]["name"].removeprefix("auditEntries/"))
    pid = mesh.part_pid("chat")
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while (done := mesh.maru("audit", "verify", "--json", check=False)).returncode != 0:
        assert time.monotonic() < deadline, done.stdout + done.stderr
        time.sleep(0.5)
    assert int(json.loads(done.stdout)["verified_entry_count"]) > before
