"""Rows, mappings, sources and targets that are wrong: the message says what to do, and no password."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from services.erp.load import main
from services.erp.loading.errors import LoadError
from services.erp.loading.model_file import ModelFile
from services.erp.loading.source import open_source
from tests.integration.erp.load.trial import MAPPING, change, content, run


def test_rejected_rows_are_set_aside_with_their_reasons(source: Path, model: ModelFile) -> None:
    change(source, "INSERT INTO region VALUES ('', 'no key', NULL)")
    change(source, "INSERT INTO region VALUES ('r1', 'again', NULL)")
    change(source, "INSERT INTO region VALUES ('x', ?, NULL)", "가" * 200)
    change(source, "INSERT INTO region VALUES ('y', CAST(x'b4ebc7d1' AS TEXT), NULL)")
    summary = run(source, model)
    assert summary["rejected"] == 4
    assert summary["rows"] == 20
    assert [(why["column_name"], why["rows"]) for why in summary["reasons"]] == [
        ("id", 1),
        ("id", 1),
        ("name", 1),
        ("name", 1),
    ]
    assert {"190자를 넘습니다 / longer than 190 characters"} <= {why["reason"] for why in summary["reasons"]}
    with closing(sqlite3.connect(model.path)) as reader:
        rejected = reader.execute(
            "SELECT source_key, column_name, reason FROM rejected_row ORDER BY 1"
        ).fetchall()
        marks = reader.execute(
            "SELECT local_table, source_table, mapping, rows, rejected, rounded, epoch FROM load_watermark"
        ).fetchall()
        times = reader.execute("SELECT as_of <= loaded_at, as_of > '2026' FROM load_watermark").fetchall()
        names = dict(reader.execute("SELECT id, name FROM territory"))
    assert [(key, column) for key, column, _ in rejected] == [
        (None, "id"),
        ("r1", "id"),
        ("x", "name"),
        ("y", "name"),
    ]
    assert [reason.split(" / ")[0] for *_, reason in rejected] == [
        "필수 값이 비어 있습니다",
        "같은 키가 이미 있습니다",
        "190자를 넘습니다",
        "깨진 글자가 있습니다",
    ]
    assert marks == [("territory", "region", "trial", 20, 4, 0, 2)]
    assert times == [(1, 1)]
    assert names["r1"] == "1"  # the first one stays


def test_a_mapping_that_does_not_fit_stops_the_load(source: Path, model: ModelFile) -> None:
    before = content(model)
    with pytest.raises(LoadError, match=r"20/20 rows of region cannot be read.*start_date: 날짜가 아닙니다"):
        run(
            source,
            model,
            MAPPING + "- to: fiscal_year\n  from: region\n  key: id\n"
            "  columns: {name: name, start_date: id, end_date: id}\n",
        )
    assert content(model) == before


# ---- sources and targets that are wrong


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 1
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("sqlite:////nowhere/erp.db", "원본 파일이 없습니다: /nowhere/erp.db"),
        ("oracle://u:s3cret@h/x", "oracle 원본은 아직 읽을 수 없습니다"),
        ("s3cret nonsense", "원본 주소를 읽을 수 없습니다"),
        ("mysql://u:s3cret@part@127.0.0.1:1/erp", "%40"),
        ("mysql://u:s3cret@127.0.0.1:1/erp", "원본을 읽지 못했습니다: mysql+pymysql://u:***@127.0.0.1:1/erp"),
        ("mariadb+aiomysql://u:s3cret@127.0.0.1:1/erp", "mariadb+pymysql://u:***@127.0.0.1:1/erp"),
    ],
)
def test_a_wrong_source(capsys: pytest.CaptureFixture[str], tmp_path: Path, url: str, message: str) -> None:
    output = said(capsys, "--from", url, "--to", f"sqlite:///{tmp_path}/model.sqlite")
    assert message in output
    assert "s3cret" not in output
    assert "Load failed: " in output


def test_a_source_that_is_no_database(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "erp.db").write_text("this is no database, it only lies where one should be" * 20)
    output = said(capsys, "--from", f"sqlite:///{tmp_path}/erp.db", "--to", f"sqlite:///{tmp_path}/m.sqlite")
    assert "SQLite 데이터베이스가 아니거나 손상" in output


def test_a_locked_source(
    capsys: pytest.CaptureFixture[str], source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.erp.loading.source._LOCK_SECONDS", 0.1)
    with closing(sqlite3.connect(source, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        output = said(capsys, "--from", f"sqlite:///{source}", "--to", f"sqlite:///{tmp_path}/m.sqlite")
    assert "원본이 다른 프로그램에 의해 잠겨 있습니다" in output


def test_a_source_without_the_tables(
    capsys: pytest.CaptureFixture[str], source: Path, tmp_path: Path
) -> None:
    output = said(capsys, "--from", f"sqlite:///{source}", "--to", f"sqlite:///{tmp_path}/m.sqlite")
    assert "erpnext.yaml:" in output
    assert "the source has no table 'tabSales Invoice'" in output


def test_the_source_is_one_snapshot(source: Path) -> None:
    change(source, "PRAGMA journal_mode = WAL")
    with open_source(f"sqlite:///{source}") as opened:
        before = opened.count("region")
        change(source, "INSERT INTO region VALUES ('z', 'z', NULL)")
        rows = [row for chunk in opened.rows("region", ["id"]) for row in chunk]
        assert before == len(rows) == 20


def test_the_source_is_never_written(source: Path) -> None:
    with (
        open_source(f"sqlite:///{source}") as opened,
        pytest.raises(Exception, match="readonly"),
    ):
        opened._connection.exec_driver_sql("DELETE FROM region")


@pytest.mark.parametrize("content_", [b"not a model at all" * 100, None])
def test_a_target_that_is_something_else(
    capsys: pytest.CaptureFixture[str], source: Path, tmp_path: Path, content_: bytes | None
) -> None:
    """Another file, or another database, is not overwritten."""
    target = tmp_path / "precious"
    if content_ is None:
        change(target, "CREATE TABLE precious (id)")
    else:
        target.write_bytes(content_)
    before = target.read_bytes()
    mapping = tmp_path / "trial.yaml"
    mapping.write_text(MAPPING)
    source_url, target_url = f"sqlite:///{source}", f"sqlite:///{target}"
    output = said(capsys, "--mapping", str(mapping), "--from", source_url, "--to", target_url)
    assert "로컬 모델이 아니거나 손상된 파일입니다" in output
    assert target.read_bytes() == before


def test_the_erp_itself_as_target(capsys: pytest.CaptureFixture[str], source: Path) -> None:
    output = said(capsys, "--from", f"sqlite:///{source}", "--to", f"sqlite+aiosqlite:///{source}")
    assert "같은 파일" in output


def test_a_target_that_is_no_file(capsys: pytest.CaptureFixture[str], source: Path) -> None:
    output = said(capsys, "--from", f"sqlite:///{source}", "--to", "oracle://u:s3cret@h/db")
    assert "sqlite:///파일" in output
    assert "s3cret" not in output


def test_an_unknown_erp(capsys: pytest.CaptureFixture[str], source: Path, tmp_path: Path) -> None:
    arguments = ("--from", f"sqlite:///{source}", "--to", f"sqlite:///{tmp_path}/m.sqlite")
    assert "erpnext" in said(capsys, "--erp", "sap", *arguments)
    assert "sap" in said(capsys, "--erp", "../../sap", *arguments)
