"""Parts that die, hang, lose their disk or their port while people ask: what the asker sees, and what is kept."""

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import psutil
import pytest
import yaml
from maru.chat.v1 import chat_service_pb2 as pb
from maru.chat.v1 import turn_pb2
from maru.chat.v1.turn_pb2 import Turn

from tests.e2e.asking import (
    LONG,
    SHORT,
    Asker,
    Heard,
    Rows,
    asking,
    assert_answer_true,
    assert_true,
    failure_of,
    until,
    until_model_free,
)
from tests.e2e.breaking import foreign_listener, full_disk, part_of, process_of, suspend_for, suspended
from tests.e2e.mesh import MARU, Mesh

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

DEATHS = yaml.safe_load(
    (Path(__file__).parents[1] / "cases" / "e2e" / "deaths.yaml").read_text(encoding="utf-8")
)
RESTART_LIMIT_S = 120
BROKEN = (grpc.StatusCode.INTERNAL, grpc.StatusCode.UNAVAILABLE)


@pytest.fixture(scope="module")
def asker(mesh: Mesh) -> Iterator[Asker]:
    with asking(mesh, "jung.exec") as asker:
        yield asker


@pytest.fixture(scope="module")
def truth(asker: Asker) -> dict[str, Rows]:
    """The tables of the questions asked here, while all is well."""
    return {question: asker.ask(question).rows for question in (LONG, SHORT)}


def told_by_the_model(heard: Heard) -> bool:
    return heard.answer.composer == turn_pb2.COMPOSER_MODEL


def wait_for_restart(mesh: Mesh, part: str, since: int) -> None:
    mesh.wait_for(lambda line: "✓" in line and f" {part} " in line, since=since, limit_s=RESTART_LIMIT_S)


# --- killed --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", DEATHS, ids=[case["part"] for case in DEATHS])
def test_a_part_is_killed_during_an_answer(
    mesh: Mesh, asker: Asker, truth: dict[str, Rows], case: dict[str, Any]
) -> None:
    parent, victim, since = asker.conversation(), process_of(mesh, case["part"]), len(mesh.output)
    heard = asker.ask(LONG, parent, at="text_delta", then=victim.kill)
    assert_true(heard, truth[LONG])
    if case["stream"] == "completed":
        assert turn_pb2.Composer.Name(heard.answer.composer) == case["composer"]
    else:
        assert heard.failure
        assert heard.failure.code in BROKEN

    kept = asker.ended_turn(heard.turn)
    assert Turn.State.Name(kept.state) == case["turn"]
    for after in (0, len(heard.events)):
        again = asker.watch(heard.turn, after)
        if kept.state == Turn.STATE_COMPLETED:
            assert again.failure is None
        else:
            assert again.failure
            assert (again.failure.code, again.failure.reason) == (
                grpc.StatusCode.ABORTED,
                "TURN_INTERRUPTED",
            )
            assert "다시 질문해 주세요" in again.failure.words["ko"]
    if kept.state == Turn.STATE_COMPLETED:
        assert_answer_true(kept.answer, truth[LONG])
        assert kept.answer.text.startswith(heard.text)

    wait_for_restart(mesh, part_of(case["part"]), since)
    assert not victim.is_running()
    assert_true(asker.until_answered(SHORT, parent, told_by_the_model), truth[SHORT])
    until_model_free(mesh)


@pytest.mark.parametrize("part", ["envoy", "chat"])
def test_the_command_line_says_what_became_of_a_broken_answer(mesh: Mesh, part: str) -> None:
    since = len(mesh.output)
    with subprocess.Popen(
        [str(MARU), "ask", LONG, "--as", "lee.manager", "--json"],
        env=mesh.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as command:  # fmt: skip
        events = []
        for line in command.stdout or ():
            events.append(json.loads(line))
            if "text_delta" in events[-1]:
                process_of(mesh, part).kill()
                break
        printed, errors = command.communicate(timeout=RESTART_LIMIT_S)
    events += [json.loads(line) for line in printed.splitlines()]
    numbers = [int(event["sequence"]) for event in events if "heartbeat" not in event]
    assert numbers == list(range(1, len(numbers) + 1))
    if part == "chat":  # it was the one who answered
        assert command.returncode == 1
        assert "TURN_INTERRUPTED" in errors
        assert "다시 질문해 주세요" in errors
    else:
        assert command.returncode == 0, errors
        text = "".join(event["text_delta"]["text"] for event in events if "text_delta" in event)
        assert text == events[-1]["completed"]["turn"]["answer"]["text"]
    wait_for_restart(mesh, part, since)


def test_without_triton_the_narrator_answers_at_once(
    mesh: Mesh, asker: Asker, truth: dict[str, Rows]
) -> None:
    parent, since = asker.conversation(), len(mesh.output)
    process_of(mesh, "triton").kill()
    heard = asker.ask(SHORT, parent)
    assert_true(heard, truth[SHORT])
    assert heard.answer.composer == turn_pb2.COMPOSER_NARRATOR
    assert heard.answer.usage.total_duration.ToTimedelta().total_seconds() < 10
    wait_for_restart(mesh, "triton", since)
    asker.until_answered(SHORT, parent, told_by_the_model)


def test_without_the_erp_a_question_is_refused_and_can_be_asked_again(
    mesh: Mesh, asker: Asker, truth: dict[str, Rows]
) -> None:
    parent = asker.conversation()
    process_of(mesh, "erp").kill()
    heard = asker.ask(SHORT, parent)
    assert heard.failure
    assert (heard.failure.code, heard.failure.reason) == (
        grpc.StatusCode.UNAVAILABLE,
        "DEPENDENCY_UNAVAILABLE",
    )
    assert heard.failure.retry_after_s > 0
    assert "erp" in heard.failure.words["ko"]
    assert not heard.rows
    kept = asker.turn(heard.turn)
    assert (kept.state, kept.failure_reason) == (Turn.STATE_FAILED, "DEPENDENCY_UNAVAILABLE")
    assert_true(asker.until_answered(SHORT, parent, lambda _: True), truth[SHORT])


# --- hanging -------------------------------------------------------------------------------------------------------


def test_a_model_that_hangs_a_while_goes_on(mesh: Mesh, asker: Asker, truth: dict[str, Rows]) -> None:
    triton = (process_of(mesh, "triton"), process_of(mesh, "model"))
    heard = asker.ask(LONG, at="text_delta", then=lambda: suspend_for(3, *triton))
    assert_true(heard, truth[LONG])
    assert heard.failure is None
    assert process_of(mesh, "triton") == triton[0]


def test_a_model_that_hangs_is_left_to_the_narrator(mesh: Mesh, asker: Asker, truth: dict[str, Rows]) -> None:
    triton, parent = (process_of(mesh, "triton"), process_of(mesh, "model")), asker.conversation()
    with suspended(*triton):
        heard = asker.ask(SHORT, parent)
    assert_true(heard, truth[SHORT])
    assert heard.answer.composer == turn_pb2.COMPOSER_NARRATOR
    until_model_free(mesh)
    assert told_by_the_model(asker.until_answered(SHORT, parent, told_by_the_model))
    assert (process_of(mesh, "triton"), process_of(mesh, "model")) == triton


def test_an_erp_that_hangs_a_while_is_waited_for(mesh: Mesh, asker: Asker, truth: dict[str, Rows]) -> None:
    parent = asker.conversation()
    suspend_for(2, process_of(mesh, "erp"))
    heard = asker.ask(SHORT, parent)
    assert_true(heard, truth[SHORT])
    assert heard.failure is None


# --- the issuer, and a port that is taken --------------------------------------------------------------------------


def test_the_issuer_is_away_while_another_program_has_its_port(
    mesh: Mesh, asker: Asker, truth: dict[str, Rows]
) -> None:
    parent, since = asker.conversation(), len(mesh.output)
    issuer = process_of(mesh, "identity")
    port = int(mesh.environment["MARU_PORT_BASE"]) + 2
    issuer.kill()
    psutil.wait_procs([issuer], timeout=10)
    with foreign_listener(port):
        mesh.wait_for(
            lambda line: "✗" in line and "identity" in line and "exit code 1" in line,
            since=since,
            limit_s=RESTART_LIMIT_S,
        )
        mesh.wait_for(
            lambda line: "MARU_HTTP_ADDRESS" in line, since=since
        )  # its last words, with the remedy
        assert_true(asker.ask(SHORT, parent), truth[SHORT])  # who is signed in goes on
        refused = mesh.maru("token", "--as", "lee.manager", check=False)
        assert refused.returncode == 1
        assert "로그인 서버" in refused.stderr
        assert "maru status" in refused.stderr
    wait_for_restart(mesh, "identity", since)
    assert mesh.token("lee.manager")


# --- the disk ------------------------------------------------------------------------------------------------------


def test_a_full_disk_refuses_questions_and_keeps_what_was_kept(
    mesh: Mesh, asker: Asker, truth: dict[str, Rows]
) -> None:
    parent = asker.conversation()
    before = asker.ask(SHORT, parent)
    chat = process_of(mesh, "chat")
    with full_disk([chat]):
        with pytest.raises(grpc.RpcError) as told:
            asker.conversation()
        refusals = [failure_of(told.value), asker.ask(SHORT, parent).failure]
        for failure in refusals:
            assert failure
            assert failure.code in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED)
            assert failure.reason in ("DEPENDENCY_UNAVAILABLE", "STORAGE_FULL")
            assert "관리자" in failure.words["ko"]
        assert asker.turn(before.turn).answer == before.answer
    assert_true(asker.ask(SHORT, parent), truth[SHORT])
    assert process_of(mesh, "chat") == chat


def test_a_disk_that_fills_up_during_an_answer_fails_the_turn_and_nothing_else(
    mesh: Mesh, asker: Asker, truth: dict[str, Rows]
) -> None:
    parent = asker.conversation()
    disk = full_disk([process_of(mesh, "chat")])
    heard = asker.ask(SHORT, parent, at="result", then=disk.__enter__)
    disk.__exit__(None, None, None)
    assert_true(heard, truth[SHORT])
    assert heard.failure
    assert heard.failure.reason in ("DEPENDENCY_UNAVAILABLE", "STORAGE_FULL")
    kept = asker.ended_turn(heard.turn)
    assert (kept.state, kept.failure_reason) == (Turn.STATE_FAILED, heard.failure.reason)
    assert_true(asker.until_answered(SHORT, parent, lambda _: True), truth[SHORT])


def test_a_full_disk_does_not_keep_a_part_from_being_started_again(mesh: Mesh) -> None:
    since = len(mesh.output)
    with full_disk([psutil.Process(mesh.process.pid)]):
        process_of(mesh, "envoy").kill()  # it keeps nothing; what has a database waits for space
        wait_for_restart(mesh, "envoy", since)
    process_of(mesh, "admin").kill()
    wait_for_restart(mesh, "admin", since)  # and its record is written again
    parts = json.loads(mesh.maru("status", "--json").stdout)["parts"]
    assert {part["state"] for part in parts} == {"HEALTH_STATE_SERVING"}


def test_a_load_that_runs_out_of_disk_leaves_the_old_model(
    mesh: Mesh, asker: Asker, truth: dict[str, Rows]
) -> None:
    model, erp = mesh.home / "data" / "model.sqlite", mesh.home / "data" / "demo-erp.sqlite"
    as_of = asker.ask(SHORT).answer.context.data_as_of
    record = (mesh.home / "data" / "source.json").read_text()
    kibibytes = model.stat().st_size // 1024 // 2
    done = subprocess.run(
        ["bash", "-c", f'ulimit -f {kibibytes} && exec "$0" load --from "$1"', str(MARU), f"sqlite:///{erp}"],
        env=mesh.environment, capture_output=True, text=True, timeout=RESTART_LIMIT_S, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "디스크" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert not list(model.parent.glob(".*.loading*"))
    assert (mesh.home / "data" / "source.json").read_text() == record
    heard = asker.ask(SHORT)
    assert_true(heard, truth[SHORT])
    assert heard.answer.context.data_as_of == as_of


# --- one question and another --------------------------------------------------------------------------------------


def test_a_deadline_that_nobody_can_keep_leaves_a_turn_that_can_be_read(
    asker: Asker, truth: dict[str, Rows]
) -> None:
    parent = asker.conversation()
    heard = asker.ask(LONG, parent, timeout_s=0.05)
    assert heard.failure
    # The edge counts the same deadline: once an answer has begun it can only reset the stream, which gRPC calls INTERNAL.
    assert heard.failure.code in (grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.INTERNAL)
    for turn in asker.turns(parent):  # there is none where not even the question arrived in time
        kept = asker.ended_turn(turn.name)
        assert kept.state == Turn.STATE_COMPLETED
        assert_answer_true(kept.answer, truth[LONG])
    assert_true(asker.until_answered(SHORT, parent, lambda _: True), truth[SHORT])


def test_the_same_request_is_answered_once(asker: Asker) -> None:
    parent = asker.conversation()
    first, again = (asker.ask(SHORT, parent, request_id="once") for _ in range(2))
    assert again.events == first.events
    other = asker.ask("지난달 수주는?", parent, request_id="once")
    assert other.failure
    assert (other.failure.code, other.failure.reason) == (
        grpc.StatusCode.ALREADY_EXISTS,
        "REQUEST_ID_REUSED",
    )
    assert len(asker.turns(parent)) == 1


def test_a_second_question_waits_for_the_first(asker: Asker, truth: dict[str, Rows]) -> None:
    parent, second = asker.conversation(), Heard()

    def ask_another() -> None:
        second.failure = asker.ask(SHORT, parent).failure

    first = asker.ask(LONG, parent, at="text_delta", then=ask_another)
    assert_true(first, truth[LONG])
    assert second.failure
    assert (second.failure.code, second.failure.reason) == (
        grpc.StatusCode.FAILED_PRECONDITION,
        "TURN_RUNNING",
    )
    assert "끝나거나 멈춘 뒤" in second.failure.words["ko"]


def test_a_user_who_floods_is_held_back_and_others_are_not(mesh: Mesh, asker: Asker) -> None:
    with asking(mesh, "auditor") as flooding:
        parent = flooding.conversation()
        request = pb.AskRequest(parent=parent, question="…", request_id="r")
        told = []
        for _ in range(80):
            with pytest.raises(grpc.RpcError) as error:
                next(iter(flooding.stub.Ask(request, metadata=flooding.metadata, timeout=30)))
            told.append(failure_of(error.value))
        limited = [failure for failure in told if failure.code is grpc.StatusCode.RESOURCE_EXHAUSTED]
        assert {failure.reason for failure in told} == {"QUESTION_UNREADABLE", "RATE_LIMITED"}
        assert {failure.reason for failure in limited} == {"RATE_LIMITED"}
        assert all(failure.retry_after_s > 0 for failure in limited)
        assert asker.ask("안녕하세요").failure is None
        time.sleep(limited[-1].retry_after_s)  # what was promised
        with pytest.raises(grpc.RpcError) as error:
            next(iter(flooding.stub.Ask(request, metadata=flooding.metadata, timeout=30)))
        assert failure_of(error.value).reason == "QUESTION_UNREADABLE"


def test_a_damaged_record_of_the_running_mesh_is_said(mesh: Mesh) -> None:
    record = mesh.home / "run" / "up.json"
    content = record.read_text()
    record.write_text(content[: len(content) // 2])
    try:
        refused = mesh.maru("ask", SHORT, "--as", "jung.exec", check=False)
    finally:
        record.write_text(content)
    assert refused.returncode == 1
    assert "up.json" in refused.stderr
    assert until(lambda: mesh.maru("ask", SHORT, "--as", "jung.exec").stdout, 10)
