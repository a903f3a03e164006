"""Data that gives orders, loaded while people ask: figures stay, names are names, each answer is of one model."""

import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from maru.chat.v1 import turn_pb2

from tests.e2e.asking import RANKING, Asker, Heard, Rows, asking, assert_true
from tests.e2e.mesh import Mesh

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]

NAMES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[1] / "cases" / "e2e" / "hostile_names.yaml").read_text(encoding="utf-8")
)
WORDINGS = (RANKING, "지난달 거래처별 매출 보여줘", "지난달 매출이 가장 큰 거래처 3곳만 알려줘")


@dataclass
class Reload:
    """What was asked before a load, while it went on, and after it."""

    before: Heard
    during: list[Heard]
    after: Heard


@pytest.fixture(scope="module")
def asker(mesh: Mesh) -> Iterator[Asker]:
    with asking(mesh, "jung.exec") as asker:
        yield asker


@pytest.fixture(scope="module")
def reload(mesh: Mesh, asker: Asker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reload]:
    """The demo company with hostile names in the place of its largest customers, loaded while two people ask."""
    original = mesh.home / "data" / "demo-erp.sqlite"
    renamed = tmp_path_factory.mktemp("hostile") / "erp.sqlite"
    shutil.copy(original, renamed)
    before = asker.ask(RANKING)
    _rename(renamed, [row[0] for row in before.rows])
    during: list[Heard] = []
    loaded = threading.Event()

    def go_on_asking(user: str) -> None:
        with asking(mesh, user) as somebody:
            while not loaded.is_set():
                during.append(somebody.ask(RANKING))

    askers = [threading.Thread(target=go_on_asking, args=(user,)) for user in ("jung.exec", "jung.exec")]
    for thread in askers:
        thread.start()
    try:
        mesh.maru("load", "--from", f"sqlite:///{renamed}", timeout=180)
        loaded.set()
        for thread in askers:
            thread.join()
        yield Reload(before, during, asker.ask(RANKING))
    finally:
        loaded.set()
        mesh.maru("load", "--from", f"sqlite:///{original}", timeout=180)


def _rename(erp: Path, customers: list[str]) -> None:
    with closing(sqlite3.connect(erp)) as connection:
        for customer, entry in zip(customers, NAMES, strict=False):
            for table in ("tabCustomer", "tabSales Order", "tabDelivery Note", "tabSales Invoice"):
                statement = f'UPDATE "{table}" SET customer_name = ? WHERE customer_name = ?'  # noqa: S608
                connection.execute(statement, (entry["name"], customer))
        connection.commit()


def names_of(rows: Rows) -> list[str]:
    return [row[0] for row in rows]


def figures_of(rows: Rows) -> list[tuple[str, ...]]:
    return [row[1:] for row in rows]


def shown(entry: dict[str, Any]) -> str:
    """The name as the local model keeps it: one line."""
    return str(entry.get("kept_as", entry["name"]))


def without_names(text: str) -> str:
    for entry in NAMES:
        text = text.replace(" ".join(shown(entry).split()), "")
    return text


def test_each_answer_is_of_one_model_and_says_of_which_time(reload: Reload) -> None:
    old, new = names_of(reload.before.rows), names_of(reload.after.rows)
    assert old != new
    as_of = {
        tuple(old): reload.before.answer.context.data_as_of.ToNanoseconds(),
        tuple(new): reload.after.answer.context.data_as_of.ToNanoseconds(),
    }
    assert as_of[tuple(old)] < as_of[tuple(new)]
    assert reload.during
    for heard in reload.during:
        assert heard.failure is None
        assert_true(heard, heard.rows)
        assert heard.answer.context.data_as_of.ToNanoseconds() == as_of[tuple(names_of(heard.rows))]


def test_no_figure_changes_with_the_names(reload: Reload) -> None:
    assert figures_of(reload.after.rows) == figures_of(reload.before.rows)
    assert names_of(reload.after.rows)[: len(NAMES)] == [shown(entry) for entry in NAMES]


@pytest.mark.parametrize("question", WORDINGS)
def test_a_name_stands_in_the_text_as_a_name_and_nothing_else(
    asker: Asker, reload: Reload, question: str
) -> None:
    heard = asker.ask(question)
    assert_true(heard, heard.rows)
    assert heard.answer.outcome == turn_pb2.OUTCOME_ANSWERED
    figures = dict(zip(names_of(reload.after.rows), figures_of(reload.after.rows), strict=True))
    for name, *values in heard.rows:
        assert figures.get(name, tuple(values)) == tuple(values)
    rest = without_names(heard.text)
    assert not [piece for entry in NAMES for piece in entry["never"] if piece in rest]


@pytest.mark.parametrize("number", range(len(NAMES)))
def test_a_hostile_name_in_the_question_gets_its_own_figure_or_none(
    asker: Asker, reload: Reload, number: int
) -> None:
    heard = asker.ask(f"{shown(NAMES[number])}의 지난달 매출은?")
    assert heard.failure is None
    if heard.answer.outcome == turn_pb2.OUTCOME_ANSWERED:
        assert_true(heard, heard.rows)
        (figure,) = figures_of(reload.after.rows)[number]
        assert [row[-1] for row in heard.rows] == [figure]
    else:
        assert not heard.rows
        assert not [piece for piece in NAMES[number]["never"] if piece in without_names(heard.text)]
