"""What the catalog and the policy say for people, and how mistakes and unknown names end."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from services.erp.describe import main
from services.erp.local_model import metadata
from tests.unit.erp.queries.small_company import random_company, write

KIM = {
    "username": "kim",
    "roles": ["employee", "sales"],
    "claims": {"company": ["A"], "territory": ["수도권"]},
}


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 0
    return capsys.readouterr().out


def test_the_shipped_files_are_right(capsys: pytest.CaptureFixture[str]):
    assert said(capsys, "check").startswith("✓ 지표 metrics ")
    assert "revenue  " in said(capsys, "list")


def test_the_list_says_what_the_loaded_data_lacks(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "model.sqlite"
    monkeypatch.setenv("MARU_DATABASE_URL", f"sqlite:///{path}")
    assert "✗" not in said(capsys, "list", "--data"), "nothing is known before anything is loaded"
    write(random_company(3), path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM load_watermark WHERE local_table = 'stock_balance'")
        columns = " ".join(set(metadata.tables["customer"].c.keys()) - {"territory_id"})
        connection.execute("UPDATE load_watermark SET columns = ? WHERE local_table = 'customer'", [columns])
    text = said(capsys, "list", "--data").splitlines()
    stock, revenue = (
        next(n for n, line in enumerate(text) if line.startswith(f"{key} "))
        for key in ("stock_quantity", "revenue")
    )
    assert "연결되지 않음" in text[stock + 1]
    assert "stock_balance" in text[stock + 1]
    assert "나눌 수 없음" in text[revenue + 1]
    assert "지역" in text[revenue + 1]
    assert "✗" not in said(capsys, "list")


@pytest.mark.parametrize("name", ["매출총이익률", "gross_margin", "마진율", "이익률"])
def test_a_metric_is_shown_by_its_names(capsys: pytest.CaptureFixture[str], name: str):
    text = said(capsys, "show", name)
    assert text.startswith("매출총이익률 (gross_margin)")
    assert "매출총이익 / 순매출" in text


def test_a_mistake_has_its_place_and_an_unknown_name_a_code_of_its_own(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    (tmp_path / "some.yaml").write_text("dimensions: {item: {name: Item}}", "utf-8")
    assert main(["--catalog", str(tmp_path), "check"]) == 1
    assert "some.yaml:1:" in capsys.readouterr().err
    assert main(["show", "없는 지표"]) == 2


def test_a_users_part_is_told(capsys: pytest.CaptureFixture[str]):
    text = said(capsys, "explain", "--asker", json.dumps(KIM))
    assert "영업 (sales)" in text
    assert "매출총이익" in text.split("못 봄")[1]
    assert "지역 = 수도권 과 그 아래" in text
    text = said(capsys, "explain", "--asker", json.dumps(KIM), "--metric", "매출")
    assert "✓ 매출 (revenue)" in text
    assert "지역 = 수도권" in text
    text = said(capsys, "explain", "--asker", json.dumps(KIM), "--metric", "매출원가")
    assert "✗ 매출원가" in text
    assert "수도권" not in text
