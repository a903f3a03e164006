"""Questions about the demo company's documents: what they expect is there, for whom they say."""

import hashlib
import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from maru.retrieval.v1 import access_pb2

from services.launcher.documents.access_file import read_access_file
from services.retrieval.access import AccessList, Asker, Principals, may_read
from services.retrieval.passages import cut
from services.retrieval.reading.readers import read
from tests.documents.company import DEMO, FILES

ROOT = Path(__file__).parents[3]
QUESTIONS: list[dict[str, Any]] = [
    json.loads(line) for line in (ROOT / "tests/cases/retrieval/demo.jsonl").read_text("utf-8").splitlines()
]
ANSWERED = [question for question in QUESTIONS if question["relevant"]]
UNANSWERED = [question for question in QUESTIONS if not question["relevant"]]
ACCESS = read_access_file(DEMO / "access.yaml")


def _principals(given: access_pb2.Principals) -> Principals:
    return Principals(
        given.everyone, frozenset(given.roles), frozenset(given.departments), frozenset(given.usernames)
    )


def _list(given: access_pb2.AccessList) -> AccessList:
    return AccessList(_principals(given.allow), _principals(given.deny), given.stop_inheritance)


FOLDERS = {path: _list(given) for path, given in ACCESS.folders.items()}
ASKERS = {
    user["username"]: Asker(
        user["username"],
        frozenset(user["role"]),
        frozenset(user.get("claims", {}).get("department", ())),
    )
    for user in yaml.safe_load((ROOT / "services/identity/demo_users.yaml").read_text("utf-8"))
}


def _may_read(username: str, path: str) -> bool:
    own = ACCESS.of_document(path)
    return may_read(ASKERS[username], path, _list(own) if own else AccessList(), FOLDERS)


@cache
def _passages(path: str) -> list[str]:
    """Each with the headings that stand above it."""
    content = read((FILES / path).read_bytes(), path)
    return ["\n".join((*passage.heading_path, passage.text)) for passage in cut(content).passages]


@pytest.mark.parametrize("question", ANSWERED, ids=lambda question: question["id"])
def test_the_answer_stands_in_a_passage_that_the_asker_may_read(question: dict[str, Any]) -> None:
    assert question["answer"]
    for path in question["relevant"]:
        assert _may_read(question["user"], path)
        assert any(question["answer"] in passage for passage in _passages(path))


@pytest.mark.parametrize("question", UNANSWERED, ids=lambda question: question["id"])
def test_without_an_answer_or_out_of_reach(question: dict[str, Any]) -> None:
    assert question["kind"] in {"unanswerable", "forbidden"}
    unreadable = question.get("unreadable", [])
    assert bool(unreadable) == (question["kind"] == "forbidden")
    assert not any(_may_read(question["user"], path) for path in unreadable)
    assert all((FILES / path).is_file() for path in unreadable)


def test_enough_of_every_kind_and_half() -> None:
    assert len({question["id"] for question in QUESTIONS}) == len(QUESTIONS)
    assert len({question["query"] for question in ANSWERED}) == len(ANSWERED) >= 250
    assert len(UNANSWERED) >= 50
    kinds = Counter(question["kind"] for question in QUESTIONS)
    assert set(kinds) == {
        *("fact", "limit", "procedure", "table", "definition", "person", "versions", "department"),
        *("unanswerable", "forbidden"),
    }
    files = {file.relative_to(FILES).as_posix() for file in FILES.rglob("*") if file.is_file()}
    assert {path for question in ANSWERED for path in question["relevant"]} == files
    halves = Counter(hashlib.sha256(question["id"].encode()).digest()[0] % 2 for question in QUESTIONS)
    assert min(halves.values()) > 0.4 * len(QUESTIONS)
