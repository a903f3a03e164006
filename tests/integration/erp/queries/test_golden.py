"""The golden queries of tests/cases/erp/queries: the service's answer is the source's, cell by cell."""

import asyncio
import os
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from google.protobuf.json_format import ParseDict
from maru.erp.v1 import query_pb2
from sqlalchemy import create_engine
from sqlalchemy.dialects import mysql, sqlite

from services.erp import convert
from services.erp.core.compiling import Statement, compile_plan
from services.erp.core.plan import Plan, make_plan
from services.erp.core.query import Filter, Query
from services.erp.core.result import EntityReference
from services.erp.core.selecting import selected, selecting_query
from services.erp.core.use_cases import Erp
from services.kit.identity import Identity
from tests.contract.local_model.server import copy, emptied, server_url
from tests.unit.erp.queries.asking import catalog, opened, opened_on_server, policy

CASES = Path(__file__).parents[3] / "cases" / "erp" / "queries"
STATEMENTS = CASES / "statements"
EXECUTIVE = {"roles": ["employee", "executive"], "claims": {"company": ["마루산업", "마루유통"]}}


class Loader(yaml.SafeLoader):
    """YAML in which a date is a text, as in JSON."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{file.stem}: {case['name']}")
        for file in sorted(CASES.glob("*.yaml"))
        for case in yaml.load(file.read_text("utf-8"), Loader)  # noqa: S506  # a safe one
    ]


def statement_name(case: dict[str, Any]) -> str:
    return f"{case['name'].replace(' ', '_').replace(',', '')}.sql"


@dataclass
class Opened:
    """The use cases, and the loop that they run in."""

    runner: asyncio.Runner
    erp: Erp


@pytest.fixture(scope="module")
def model(model_file: Path) -> Iterator[Opened]:
    yield from run(opened(model_file))


@pytest.fixture(scope="module")
def server_model(model_file: Path) -> Iterator[Opened]:
    """The same rows in MariaDB."""
    url = server_url()
    source, target = create_engine(f"sqlite:///{model_file}"), emptied(url)
    copy(source, target)
    source.dispose()
    target.dispose()
    yield from run(opened_on_server(url))


def run(context: AbstractAsyncContextManager[Erp]) -> Iterator[Opened]:
    with asyncio.Runner() as runner:
        yield Opened(runner, runner.run(context.__aenter__()))
        runner.run(context.__aexit__(None, None, None))


def plain(value: Any) -> Any:
    """A cell of either side in one form."""
    if isinstance(value, EntityReference):
        return value.key
    if isinstance(value, float | int | Decimal) and not isinstance(value, bool):
        return Decimal(str(round(value, 4))).normalize() + 0
    return None if value is None else str(value)


def parse(case: dict[str, Any]) -> tuple[Identity, query_pb2.Query]:
    ask = case.get("ask", EXECUTIVE)
    claims = {name: v if isinstance(v, str) else tuple(v) for name, v in ask["claims"].items()}
    who = Identity("sub", "kim", "김", frozenset(ask["roles"]), **claims)
    return who, ParseDict(case["query"], query_pb2.Query())


@pytest.mark.parametrize("case", cases())
def test_the_answer_is_the_sources(case: dict[str, Any], model: Opened, source: sqlite3.Connection):
    who, message = parse(case)
    result = model.runner.run(model.erp.run_query(who, convert.to_query(message)))
    assert result.table is not None
    keys = [column.key for column in result.table.columns]
    wanted = [keys.index(column) for column in case["columns"]]
    found = [[plain(row[at]) for at in wanted] for row in result.table.rows]
    expected = [[plain(value) for value in row] for row in source.execute(case["source"])]
    assert expected, "the case's SQL finds nothing: a case that can't fail"
    assert found == expected
    assert result.context.partial_view == case.get("partial", False)
    assert result.context.data_as_of is not None


@pytest.mark.timeout(300)  # the first one fills the server
@pytest.mark.parametrize("case", cases())
def test_mariadb_answers_the_same(case: dict[str, Any], model: Opened, server_model: Opened):
    who, message = parse(case)
    query = convert.to_query(message)
    one, other = (each.runner.run(each.erp.run_query(who, query)) for each in (model, server_model))
    assert one.table == other.table
    assert one.context.filters == other.context.filters


def literal(statement: Statement) -> str:
    return str(statement.select.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))


@pytest.mark.parametrize("case", cases())
def test_the_statement_is_the_reviewed_one(case: dict[str, Any], model: Opened):
    who, message = parse(case)
    reference = model.runner.run(model.erp._fresh_reference())
    grant = policy().grant(catalog(), who)

    def compiled(query: Query, conditions: tuple[Filter, ...] = ()) -> tuple[Plan, Statement]:
        plan = make_plan(query, catalog(), grant, reference, model.erp._clock.today(), conditions)
        return plan, compile_plan(plan, catalog().dimensions, 200_000)

    query = convert.to_query(message)
    text, conditions = "", []
    for one in query.selections:
        asked = selecting_query(one, query, catalog())
        plan, statement = compiled(asked)
        text += f"{literal(statement)};\n"
        result = model.runner.run(model.erp.run_query(who, asked))
        assert result.table is not None
        conditions.append(selected(one, plan, result.table, catalog(), grant, reference).filter)
    _, statement = compiled(query, tuple(conditions))
    text += literal(statement)
    text = "\n".join(line.rstrip() for line in text.splitlines()) + "\n"
    file = STATEMENTS / statement_name(case)
    if os.environ.get("MARU_WRITE_STATEMENTS"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")
    assert text == file.read_text("utf-8")
    assert str(statement.select.compile(dialect=mysql.dialect()))  # every construct has its MariaDB spelling


def test_no_statement_is_left_over():
    assert {file.name for file in STATEMENTS.iterdir()} == {
        statement_name(case.values[0]) for case in cases()
    }
