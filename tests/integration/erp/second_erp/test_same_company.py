"""Another ERP's tables, a mapping file alone: the same local model, the same answers."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import ParseDict
from maru.erp.v1 import query_pb2

from services.erp import convert
from services.erp.core.result import EntityReference
from services.kit.identity import Identity
from tests.integration.erp.queries.test_golden import EXECUTIVE, Opened, cases
from tests.integration.erp.second_erp.meaning import TABLES, Model, Translation
from tests.unit.erp.queries.asking import catalog, opened


@pytest.mark.parametrize("table", sorted(TABLES))
def test_the_rows_mean_the_same(table: str, first: Model, second: Model) -> None:
    ours, theirs = first.meanings(table), second.meanings(table)
    assert ours
    missing, surplus = list((ours - theirs).elements()), list((theirs - ours).elements())
    assert (missing[:2], surplus[:2]) == ([], [])


def test_nothing_was_rejected_and_deleted_rows_are_there_to_be_left_out(
    second: Model, package_file: Path
) -> None:
    assert second.rejected == []
    connection = sqlite3.connect(package_file)
    for table in ("CD_PARTNER", "CD_ITEM", "SA_SO_H", "SA_SO_D", "SA_IV_H", "SA_IV_D", "FI_AR"):
        assert connection.execute(f"SELECT count(*) FROM {table} WHERE YN_DEL = 'Y'").fetchone()[0] > 0, table  # noqa: S608
    both = "SELECT count(*) FROM CD_PARTNER WHERE YN_CUST = 'Y' AND YN_SUPP = 'Y' AND YN_DEL = 'N'"
    assert connection.execute(both).fetchone()[0] > 0
    connection.close()


# ---- the golden questions


@pytest.fixture(scope="module")
def erps(model_file: Path, package_model_file: Path) -> Iterator[tuple[Opened, Opened]]:
    with asyncio.Runner() as runner:
        contexts = [opened(model_file), opened(package_model_file)]
        yield tuple(Opened(runner, runner.run(each.__aenter__())) for each in contexts)  # type: ignore[misc]
        for each in contexts:
            runner.run(each.__aexit__(None, None, None))


@pytest.fixture(scope="module")
def translation(first: Model, second: Model) -> Translation:
    return Translation(first, second)


def table_of(dimension: str) -> str | None:
    table = catalog().dimensions[dimension].table
    return table.name if table is not None else None


def translated(value: Any, translation: Translation) -> Any:
    """A question with the other ERP's keys."""
    if isinstance(value, list):
        return [translated(each, translation) for each in value]
    if not isinstance(value, dict):
        return value
    if "dimension" in value and (table := table_of(value["dimension"])) is not None:
        keys = {name: value[name] for name in ("members", "nodes") if name in value}
        return value | {name: [translation.key(table, key) for key in inner] for name, inner in keys.items()}
    return {
        name: [translation.key("company", each) for each in inner]
        if name == "companies"
        else translated(inner, translation)
        for name, inner in value.items()
    }


def claims_of(ask: dict[str, Any], key: Callable[[str, str], str]) -> dict[str, Any]:
    """The asker's claims with the other ERP's keys."""
    return {
        name: key(name, claim) if isinstance(claim, str) else tuple(key(name, each) for each in claim)
        for name, claim in ask["claims"].items()
    }


@pytest.mark.parametrize("case", cases())
def test_the_same_question_has_the_same_answer(
    case: dict[str, Any], erps: tuple[Opened, Opened], translation: Translation, first: Model, second: Model
) -> None:
    ask = case.get("ask", EXECUTIVE)
    answers = []
    for erp, model, claims, query in (
        (erps[0], first, claims_of(ask, lambda _, key: key), case["query"]),
        (erps[1], second, claims_of(ask, translation.key), translated(case["query"], translation)),
    ):
        who = Identity("sub", "kim", "김", frozenset(ask["roles"]), **claims)
        message = ParseDict(query, query_pb2.Query())
        result = erp.runner.run(erp.erp.run_query(who, convert.to_query(message)))
        assert result.table is not None
        keys = [column.key for column in result.table.columns]
        answers.append(
            [
                {key: shown(value, model) for key, value in zip(keys, row, strict=True)}
                for row in result.table.rows
            ]
        )
    ordered = any(
        grouping.get("dimension") not in ("date", "due_date")
        for grouping in case["query"].get("groupings", [])
    )
    if ordered:  # namesakes, equal in the figure, come in the order of their keys, which are each ERP's own
        answers = [sorted(answer, key=repr) for answer in answers]
    assert answers[0] == answers[1]
    assert answers[0]


def shown(value: Any, model: Model) -> Any:
    """A cell without keys: a member by its label and by what tells it from namesakes."""
    if isinstance(value, EntityReference):
        return value.name if value.kind not in TABLES else model.meaning_of(value.kind.value, value.key)
    return value
