"""Published ERPs' tables, a mapping file each: the same story, the same answers (tests/cases/mapping/erps)."""

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from google.protobuf.json_format import ParseDict
from maru.erp.v1 import query_pb2

from services.erp import convert
from services.erp.checking.__main__ import main as check
from services.erp.core.query import DateRange
from services.erp.core.result import EntityReference
from services.erp.load import main as load
from tests.integration.erp.queries.test_golden import Loader, Opened
from tests.unit.erp.queries.asking import asker, opened
from tests.unit.erp.queries.unconnected import disagreements

CASES = Path(__file__).parents[3] / "cases/mapping/erps"
ERPS = sorted(path.name for path in CASES.iterdir() if path.is_dir())
QUESTIONS = yaml.load((CASES / "expected.yaml").read_text(encoding="utf-8"), Loader)["questions"]  # noqa: S506 - a SafeLoader


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder, made = tmp_path_factory.mktemp("erps"), {}
    for name in ERPS:
        made[name] = folder / f"{name}.sqlite"
        with closing(sqlite3.connect(made[name])) as database:
            database.executescript((CASES / name / "source.sql").read_text(encoding="utf-8"))
    return made


@pytest.fixture(scope="module")
def models(sources: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Opened]]:
    folder, found, contexts = tmp_path_factory.mktemp("models"), {}, []
    with asyncio.Runner() as runner:
        for name, source in sources.items():
            model = folder / f"{name}.sqlite"
            arguments = ["--mapping", str(CASES / name / "mapping.yaml"), "--from", f"sqlite:///{source}"]
            assert load([*arguments, "--to", f"sqlite:///{model}"]) == 0
            contexts.append(opened(model))
            found[name] = Opened(runner, runner.run(contexts[-1].__aenter__()))
        yield found
        for context in contexts:
            runner.run(context.__aexit__(None, None, None))


@pytest.mark.parametrize("name", ERPS)
def test_the_check_has_no_complaint(
    name: str, sources: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [str(CASES / name / "mapping.yaml"), "--from", f"sqlite:///{sources[name]}", "--json"]
    code, report = check(arguments), json.loads(capsys.readouterr().out)
    serious = [f for f in report.get("findings", [report]) if f.get("severity") != "notice"]
    assert serious == []
    assert code == 0


def asked() -> list[Any]:
    return [
        pytest.param(
            name, question, id=f"{name}: {' '.join(question['metrics'])} {question.get('by', '')} {number}"
        )
        for name in ERPS
        for number, question in enumerate(QUESTIONS)
        if name in question.get("only", ERPS)
    ]


@pytest.mark.parametrize(("name", "question"), asked())
def test_the_answer(name: str, question: dict[str, Any], models: dict[str, Opened]) -> None:
    query = {key: value for key, value in question.items() if key in ("metrics", "range", "asOfDate")}
    if "by" in question:
        query["groupings"] = [{"dimension": question["by"]}]
    message = ParseDict(query, query_pb2.Query())
    erp = models[name]
    result = erp.runner.run(erp.erp.run_query(asker("executive", "people"), convert.to_query(message)))
    assert result.table is not None
    keys = [column.key for column in result.table.columns]
    metric = keys.index(question["metrics"][0])
    expected = question["expect"]
    if "by" not in question:
        assert [row[metric] for row in result.table.rows] == [Decimal(expected)]
        return
    member = keys.index(question["by"])
    found = {}
    for row in result.table.rows:
        value = row[member]
        assert isinstance(value, EntityReference)
        found[value.name] = row[metric]
    assert found == {label: Decimal(figure) for label, figure in expected.items()}


@pytest.mark.parametrize("name", ERPS)
def test_what_the_catalog_calls_unconnected_is_refused_and_nothing_else_is(
    name: str, models: dict[str, Opened]
) -> None:
    opened, who = models[name], asker("executive", "people", "purchasing", "production")
    june = DateRange(date(2026, 6, 1), date(2026, 6, 30))
    said, wrong = opened.runner.run(disagreements(opened.erp, who, june))
    assert said, "these ERPs leave something out"
    assert wrong == []
