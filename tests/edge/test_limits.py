"""Rate limits, deadlines and sizes."""

import time

import pytest
from google.rpc import error_details_pb2, status_pb2

from services.launcher import envoy
from tests.edge.clients import Answer, grpc_call, grpc_web_call, http_call
from tests.edge.conftest import Mesh

ASK = "/maru.chat.v1.ChatService/Ask"
GET_TURN = "/maru.chat.v1.ChatService/GetTurn"
ASK_BURST = 60
RPC_BURST = 100
SIGN_IN_FORM_BURST = 30


def _spend(mesh: Mesh, path: str, headers: dict[str, str], limit: int) -> Answer:
    """Calls until one is refused; an error when none is well above the limit, or one is below it."""
    refused = [grpc_web_call(mesh.envoy.edge, path, headers) for _ in range(limit)]
    assert {answer.status for answer in refused} == {"OK"}
    for _ in range(limit):
        answer = grpc_web_call(mesh.envoy.edge, path, headers)
        if answer.status != "OK":
            return answer
    raise AssertionError("nothing was refused")


def test_questions_are_limited_for_each_user_apart(mesh: Mesh) -> None:
    greedy = mesh.user("greedy")
    refused = _spend(mesh, ASK, greedy, ASK_BURST)
    assert refused.status == "RESOURCE_EXHAUSTED"
    assert refused.reason == "RATE_LIMITED"
    assert grpc_call(mesh.envoy.edge, ASK, greedy).status == "RESOURCE_EXHAUSTED"
    assert grpc_call(mesh.envoy.edge, GET_TURN, greedy).status == "OK"
    assert grpc_call(mesh.envoy.edge, ASK, mesh.user("modest")).status == "OK"


def test_a_limited_call_says_when_to_come_back(mesh: Mesh) -> None:
    refused = _spend(mesh, ASK, mesh.user("hasty"), ASK_BURST)
    assert int(refused.headers["retry-after"]) == 1
    details = status_pb2.Status.FromString(refused.details).details
    retry = next(d for d in details if d.Is(error_details_pb2.RetryInfo.DESCRIPTOR))
    assert error_details_pb2.RetryInfo.FromString(retry.value).retry_delay.seconds == 1


def test_each_rpc_has_a_limit_of_its_own(mesh: Mesh) -> None:
    headers = mesh.user("poller")
    assert _spend(mesh, GET_TURN, headers, RPC_BURST).status == "RESOURCE_EXHAUSTED"
    assert grpc_call(mesh.envoy.edge, "/maru.erp.v1.ErpService/RunQuery", headers).status == "OK"


def test_another_token_of_the_same_user_has_no_limit_of_its_own(mesh: Mesh) -> None:
    _spend(mesh, ASK, mesh.user("many-tokens"), ASK_BURST)
    assert grpc_call(mesh.envoy.edge, ASK, mesh.user("many-tokens")).status == "RESOURCE_EXHAUSTED"


def test_a_header_does_not_change_who_is_limited(mesh: Mesh) -> None:
    headers = mesh.user("disguised")
    _spend(mesh, ASK, headers, ASK_BURST)
    disguised = headers | {"x-forwarded-for": "203.0.113.9", "x-user": "modest", "maru-user": "modest"}
    assert grpc_call(mesh.envoy.edge, ASK, disguised).status == "RESOURCE_EXHAUSTED"


def test_sign_in_forms_are_limited_by_address(mesh: Mesh) -> None:
    fresh = mesh.start_envoy()  # its own counts: every other test signs in from this address too
    form = "/realms/maru/protocol/openid-connect/auth"
    answers = [http_call(fresh.edge, form, method="POST") for _ in range(SIGN_IN_FORM_BURST + 10)]
    assert [answer.status for answer in answers[:SIGN_IN_FORM_BURST]] == ["200"] * SIGN_IN_FORM_BURST
    assert answers[-1].status == "429"
    assert answers[-1].headers["retry-after"] == "1"
    assert "1초 뒤에" in answers[-1].message
    assert http_call(fresh.edge, form, {"x-forwarded-for": "203.0.113.9"}, method="POST").status == "429"
    assert http_call(fresh.edge, "/realms/maru/protocol/openid-connect/token", method="POST").status == "200"
    assert http_call(fresh.edge, form).status == "200"


def test_the_clients_deadline_reaches_the_service(mesh: Mesh) -> None:
    answer = grpc_call(mesh.envoy.edge, ASK, mesh.user("deadline"), timeout=9)
    # gRPC hands a deadline on in whole milliseconds or more, rounded up: never by a hundredth of it.
    assert 5 < answer.echo["time_remaining"] <= 9.1


@pytest.mark.parametrize("path", [ASK, GET_TURN, "/maru.erp.v1.ErpService/RunQuery"])
def test_envoy_ends_a_call_at_the_clients_deadline(mesh: Mesh, path: str) -> None:
    headers = mesh.user("hanging") | {"grpc-timeout": "300m"}
    part = mesh.parts["erp" if "erp" in path else "chat"]
    part.ended.clear()
    start = time.monotonic()
    answer = grpc_web_call(mesh.envoy.edge, path, headers, {"hang": True})
    assert answer.status == "DEADLINE_EXCEEDED"
    assert 0.25 < time.monotonic() - start < 3
    assert part.ended.wait(3), "the service goes on with a call that nobody waits for"


def test_a_deadline_that_the_route_does_not_allow_is_cut(mesh: Mesh) -> None:
    text = "grpc_timeout_header_max: 60s     # the longest deadline"
    template = envoy.TEMPLATE.read_text(encoding="utf-8")
    assert template.count(text) == 1
    process = mesh.start_envoy(template.replace(text, text.replace("60s", "0.3s")))
    mesh.parts["chat"].ended.clear()
    headers = mesh.user("patient") | {"grpc-timeout": "90S"}
    assert grpc_web_call(process.edge, GET_TURN, headers, {"hang": True}).status == "DEADLINE_EXCEEDED"


def test_headers_larger_than_any_token_are_refused(mesh: Mesh) -> None:
    assert http_call(mesh.envoy.edge, "/", {"x-large": "a" * 40_000}).status == "431"
    assert grpc_call(mesh.envoy.edge, ASK, mesh.user("large") | {"x-large": "a" * 40_000}).status != "OK"


def test_more_headers_than_any_client_sends_are_refused(mesh: Mesh) -> None:
    assert http_call(mesh.envoy.edge, "/", {f"x-{number}": "a" for number in range(80)}).status == "431"


def test_a_message_larger_than_a_service_takes_is_the_services_to_refuse(mesh: Mesh) -> None:
    answer = grpc_call(mesh.envoy.edge, GET_TURN, mesh.user("heavy"), payload=b"{" + b" " * 5_000_000 + b"}")
    assert answer.status == "RESOURCE_EXHAUSTED"
    assert answer.reason == ""
    large = grpc_call(mesh.envoy.edge, GET_TURN, mesh.user("heavy"), payload=b"{" + b" " * 3_000_000 + b"}")
    assert large.status == "OK"
