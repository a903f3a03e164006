"""Another ERP by a mapping file alone, asked in Korean through chat and erp: answered, or refused by name."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from maru.chat.v1 import turn_pb2

from services.erp.load import main as load
from services.identity.users import read_users
from tests.evaluation.company import REPOSITORY
from tests.evaluation.in_process import answering
from tests.integration.erp.other_erps.test_other_erps import CASES

USERS = REPOSITORY / "services" / "identity" / "demo_users.yaml"
TODAY = date(2026, 11, 20)


@asynccontextmanager
async def asking(erp: str, folder: Path, without: str = "", as_of: str = "") -> AsyncIterator[Any]:
    """The story in this ERP's tables, its mapping without the entries of one local table, loaded at a time."""
    source, mapping, model = folder / "erp.db", folder / "mapping.yaml", folder / "model.sqlite"
    with closing(sqlite3.connect(source)) as database:
        database.executescript((CASES / erp / "source.sql").read_text(encoding="utf-8"))
    head, *entries = (CASES / erp / "mapping.yaml").read_text(encoding="utf-8").split("\n- ")
    kept = [entry for entry in entries if f"to: {without}\n" not in entry]
    assert (len(kept) < len(entries)) == bool(without)
    mapping.write_text("\n- ".join([head, *kept]), encoding="utf-8")
    assert (
        load(["--mapping", str(mapping), "--from", f"sqlite:///{source}", "--to", f"sqlite:///{model}"]) == 0
    )
    users = folder / "users.yaml"
    listed = yaml.safe_load(USERS.read_text(encoding="utf-8"))
    chosen = next(user for user in listed if "executive" in user["role"])
    users.write_text(
        yaml.safe_dump([{**chosen, "claims": {}}]), encoding="utf-8"
    )  # claims name an ERP's own keys
    if as_of:
        with closing(sqlite3.connect(model)) as loaded, loaded:
            loaded.execute("UPDATE load_watermark SET as_of = ?", [as_of])
    files: Any = SimpleNamespace(model=model)
    questions: Any = SimpleNamespace(today=TODAY)
    async with answering(files, questions, read_users(users)) as company:
        yield company


async def answer(
    erp: str, folder: Path, question: str, without: str = "", as_of: str = ""
) -> turn_pb2.Answer:
    async with asking(erp, folder, without, as_of) as company:
        (user,) = company._users
        say = await company.converse(user)
        found: turn_pb2.Answer = await say(question)
        return found


@pytest.mark.parametrize("erp", ["odoo", "idempiere", "business_one"])
async def test_a_question_is_answered(erp: str, tmp_path: Path) -> None:
    said = await answer(erp, tmp_path, "10월 매출 알려줘")
    assert "10,000" in said.text


async def test_what_is_not_connected_is_refused_by_name(tmp_path: Path) -> None:
    said = await answer("idempiere", tmp_path, "10월 매출원가는?", without="stock_move")
    assert "연결되어 있지 않아" in said.text
    assert "stock_move" in said.text


async def test_data_that_is_too_old_is_an_answer_that_says_so(tmp_path: Path) -> None:
    said = await answer("odoo", tmp_path, "10월 매출 알려줘", as_of="2020-01-02 03:04:05")
    assert said.outcome == turn_pb2.OUTCOME_REFUSED
    assert said.refusal_reason == "DATA_TOO_STALE"
    assert "2020-01-02 12:04" in said.text
    assert "10,000" not in said.text
    assert not said.HasField("table")
