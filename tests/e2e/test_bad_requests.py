"""Requests that no client of ours sends: what can't be read, what is too large, what tries to be more than a question."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
import yaml
from maru.chat.v1 import chat_service_pb2 as pb
from maru.chat.v1 import turn_pb2

from tests.e2e.asking import SHORT, Asker, Rows, asking, assert_true
from tests.e2e.breaking import process_of
from tests.e2e.mesh import Mesh

pytestmark = pytest.mark.e2e

QUESTIONS = yaml.safe_load(
    (Path(__file__).parents[1] / "cases" / "e2e" / "bad_questions.yaml").read_text(encoding="utf-8")
)
MIB = 1024 * 1024
MEMORY_TOLERANCE = 64 * MIB


@pytest.fixture(scope="module")
def asker(mesh: Mesh) -> Iterator[Asker]:
    with asking(mesh, "park.finance") as asker:
        yield asker


@pytest.fixture(scope="module")
def parent(asker: Asker) -> str:
    return asker.conversation()


@pytest.fixture(scope="module")
def truth(asker: Asker) -> Rows:
    return asker.ask(SHORT).rows


@pytest.mark.parametrize("case", QUESTIONS, ids=[case["id"] for case in QUESTIONS])
def test_a_bad_question_is_told_why(asker: Asker, parent: str, case: dict[str, Any]) -> None:
    heard = asker.ask(case["question"] * case.get("times", 1), parent)
    if "code" in case:
        assert heard.failure
        assert (heard.failure.code.name, heard.failure.reason) == (case["code"], case["reason"])
        assert case["says"] in heard.failure.words["ko"]
        assert heard.failure.words["en"]
        assert not heard.events
    else:
        assert_true(heard, heard.rows)
        answer = heard.answer
        assert turn_pb2.Outcome.Name(answer.outcome) == case["outcome"]
        assert answer.refusal_reason == case.get("reason", "")
        assert not answer.HasField("table")
        if case["outcome"] == "OUTCOME_CLARIFIED":
            assert answer.clarification.unused_words
        assert len(answer.text) < 1000


def test_after_all_of_it_a_question_is_answered_rightly(asker: Asker, parent: str, truth: Rows) -> None:
    assert_true(asker.ask(SHORT, parent), truth)


def _request(parent: str, question: bytes) -> bytes:
    """An AskRequest with whatever bytes as its question."""
    whole = pb.AskRequest(parent=parent, question="Q" * len(question), request_id="r").SerializeToString()
    return whole.replace(b"Q" * len(question), question)


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda parent: b"\xff" * 8, id="no_message"),
        pytest.param(lambda parent: _request(parent, b"question")[:-4], id="cut_off"),
        pytest.param(lambda parent: _request(parent, b"\xed\xa0\x80"), id="lone_surrogate"),
        pytest.param(lambda parent: _request(parent, b"\xc0\xaf"), id="overlong_utf_8"),
        pytest.param(lambda parent: b"\x12\xff\xff\xff\xff\x0f" + b"a", id="length_that_lies"),
        pytest.param(lambda parent: b"\x0b" * 10_000, id="ten_thousand_groups"),
    ],
)
def test_bytes_that_are_no_message_are_refused(asker: Asker, parent: str, damage: Any) -> None:
    failure = asker.send(damage(parent)).failure
    assert failure
    assert (failure.code, failure.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "FIELD_INVALID")
    assert failure.words["ko"]


@pytest.mark.parametrize(
    ("size", "compression"),
    [(5 * MIB, None), (5 * MIB, grpc.Compression.Gzip), (64 * MIB, grpc.Compression.Gzip)],
    ids=["large", "large_and_compressed", "bomb"],
)
def test_a_message_that_is_too_large_is_refused_and_not_held(
    mesh: Mesh, asker: Asker, parent: str, truth: Rows, size: int, compression: grpc.Compression | None
) -> None:
    """The transport refuses it, before there is anything of ours that could give a reason."""
    chat, envoy = process_of(mesh, "chat"), process_of(mesh, "envoy")
    before = chat.memory_info().rss + envoy.memory_info().rss
    failure = asker.send(_request(parent, b"a" * size), compression).failure
    assert failure
    assert failure.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert chat.memory_info().rss + envoy.memory_info().rss - before < MEMORY_TOLERANCE
    assert_true(asker.ask(SHORT, parent), truth)
    assert (process_of(mesh, "chat"), process_of(mesh, "envoy")) == (chat, envoy)
