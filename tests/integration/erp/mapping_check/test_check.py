"""`python -m services.erp.checking`: a right mapping has no errors; what is wrong with another is told, with its place."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from services.erp.checking.__main__ import main
from services.erp.checking.soundness import tests as soundness_tests
from services.erp.demo_company.korean_package import translate
from services.erp.demo_company.simulation import generate
from services.erp.load import MAPPINGS
from services.erp.local_model import BUSINESS_TABLES
from tests.integration.erp.conftest import TODAY

MAPPING = (MAPPINGS / "korean_package.yaml").read_text(encoding="utf-8")
Check = Callable[..., tuple[int, Mapping[str, Any]]]


@pytest.fixture(scope="module")
def package_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("package")
    generate(folder / "erp.sqlite", seed=2026, lines=500, today=TODAY, say=lambda _: None)
    translate(folder / "erp.sqlite", folder / "package.sqlite")
    return folder / "package.sqlite"


@pytest.fixture
def check(package_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Check:
    def check(*changes: tuple[str, str]) -> tuple[int, Mapping[str, Any]]:
        """The shipped mapping with these replacements."""
        text = MAPPING
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        file = tmp_path / "changed.yaml"
        file.write_text(text, encoding="utf-8")
        code = main([str(file), "--from", f"sqlite:///{package_file}", "--json"])
        return code, json.loads(capsys.readouterr().out)

    return check


def found(report: Mapping[str, Any], kind: str) -> dict[str, Mapping[str, Any]]:
    return {finding["where"]: finding for finding in report["findings"] if finding["kind"] == kind}


def line_of(text: str) -> str:
    """Where the mapping says this."""
    return f"changed.yaml:{MAPPING[: MAPPING.index(text)].count(chr(10)) + 1}"


def test_a_right_mapping(check: Check) -> None:
    code, report = check()
    assert code == 0
    assert [f for f in report["findings"] if f["severity"] == "error"] == []
    assert found(report, "unsound") == {}
    assert found(report, "dangling") == {}
    assert all(not metric["lacks"] for metric in report["metrics"])
    entries = {(entry["to"], entry["from"]): entry for entry in report["entries"]}
    customers = entries["customer", "CD_PARTNER"]
    assert customers["read"] == customers["kept"] + customers["left_out"]
    assert {each["when"]: each["rows"] > 0 for each in customers["left_out_by"]} == {
        "!YN_DEL": True,
        "YN_CUST": True,
    }
    lines = entries["sales_invoice_line", "SA_IV_D"]
    unit = next(column for column in lines["columns"] if column["column"] == "unit")
    assert unit["from"] == "unit.NM_CODE"
    assert unit["samples"][0]["before"] == unit["samples"][0]["after"]
    state = next(c for c in entries["sales_order", "SA_SO_H"]["columns"] if c["column"] == "state")
    assert {"10", "20", "90"} <= state["words"].keys()
    unused = {(each["table"], each["column"]) for each in report["unmapped"]["source_columns"]}
    assert ("SA_SO_D", "AM_VAT") in unused


def test_values_that_are_not_listed(check: Check) -> None:
    code, report = check(
        ('"90": cancelled, return: return, "0": unpaid', '"90": cancelled, return: return, "X": unpaid')
    )
    assert code == 1
    rejected = found(report, "rejected")
    where = line_of("""      from: "= ST_DOC != '20' ? ST_DOC : TP_IV == '2' ? 'return' : ST_RCP\"""")
    assert where in rejected
    assert "매핑의 values에 없는 값입니다" in rejected[where]["ko"]
    assert rejected[where]["samples"][0]["value"] == "0"
    assert found(report, "dangling")  # lines of the headers that are lost


def test_returns_that_stay_positive(check: Check) -> None:
    code, report = check(("= sales_invoice.TP_IV == '2' ? -AM_SUP : AM_SUP", "= AM_SUP"))
    assert code == 1
    unsound = found(report, "unsound")["sales_invoice_line.base_net_amount"]
    assert "음수여야" in unsound["ko"] or "합계가" in unsound["ko"]
    assert unsound["count"] > 0


def test_keys_that_repeat_or_meet_nothing(check: Check) -> None:
    _, report = check(
        ("  from: IN_STOCK\n  key: [CD_CORP, CD_WH, CD_ITEM]", "  from: IN_STOCK\n  key: [CD_CORP, CD_ITEM]")
    )
    (repeated,) = found(report, "repeated_key").values()
    assert "stock_balance <- IN_STOCK" in repeated["en"]
    _, report = check(
        (
            "    warehouse_id: {key: [CD_CORP, CD_WH]}\n    actual_quantity",
            "    warehouse_id: CD_WH\n    actual_quantity",
        )
    )
    assert found(report, "dangling")["stock_balance.warehouse_id"]["samples"] != []
    _, report = check(
        (
            "  delivery: {from: SA_DV_H, key: [CD_CORP, NO_DV]",
            "  delivery: {from: SA_DV_H, key: [CD_CORP, TP_DV]",
        )
    )
    assert "lookup_repeated" in {finding["kind"] for finding in report["findings"]}
    assert "lookup_missed" in {finding["kind"] for finding in report["findings"]}


def test_what_is_lost(check: Check) -> None:
    _, report = check(("base_net_amount: AM_SUP\n", 'base_net_amount: "= AM_SUP / 7"\n'))
    assert any("base_net_amount" in finding["en"] for finding in found(report, "lossy").values())


def test_a_table_that_is_left_out_is_named_with_its_metrics(check: Check) -> None:
    start = MAPPING.index("- to: gl_entry")
    entry = MAPPING[start : MAPPING.index("# ---- people")]
    code, report = check((entry, ""))
    assert code == 0
    assert "gl_entry" in report["unmapped"]["tables"]
    assert "FI_SLIP_D" in report["unmapped"]["source_tables"]
    refused = found(report, "not_connected")
    assert "gl_entry" in refused["income"]["ko"]
    assert "profit" in refused


def test_a_column_that_is_left_out_is_told_with_what_it_would_divide(check: Check) -> None:
    start = MAPPING.index("    territory_id:")
    line = MAPPING[start : MAPPING.index("\n", start) + 1]
    before = {metric["metric"]: metric for metric in check()[1]["metrics"]}
    after = {metric["metric"]: metric for metric in check((line, ""))[1]["metrics"]}
    assert "지역" not in before["revenue"]["not_by"]
    assert "지역" in after["revenue"]["not_by"]
    assert after["revenue"]["lacks"] == []


def test_a_condition_that_leaves_nothing(check: Check) -> None:
    code, report = check(
        (
            'when: ["!YN_DEL", YN_SUPP]\n  columns:\n    code',
            'when: ["!YN_DEL", "ST_BUY == \'x\'"]\n  columns:\n    code',
        )
    )
    assert code == 1
    assert any("supplier <- CD_PARTNER" in finding["en"] for finding in found(report, "no_rows").values())


def test_what_cannot_be_tried(package_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(
        "mapping: bad\ntables:\n- {to: customer, from: CD_PARTNERS, key: CD_PARTNER, columns: {name: NM}}\n"
    )
    assert main([str(file), "--from", f"sqlite:///{package_file}"]) == 2
    said = capsys.readouterr().err
    assert "bad.yaml:3: the source has no table 'CD_PARTNERS'; did you mean CD_PARTNER, CD_PRICE?" in said
    assert main([str(file), "--from", "sqlite:////nowhere.db", "--json"]) == 2
    assert "원본 파일이 없습니다" in json.loads(capsys.readouterr().out)["failed"]["ko"]


def test_as_a_person_reads_it(package_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--erp", "korean_package", "--from", f"sqlite:///{package_file}"]) == 0
    said = capsys.readouterr().out
    assert "── customer <- CD_PARTNER: 읽음 read" in said
    assert "오류 errors 0" in said


def test_every_soundness_test_names_what_there_is() -> None:
    columns = {f"{table.name}.{column.name}" for table in BUSINESS_TABLES for column in table.c}
    for test in soundness_tests():
        assert test["where"] in columns
        assert set(test) == {"where", "severity", "ko", "en", "sql"}
