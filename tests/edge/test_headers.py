"""What passes the edge inwards and outwards, and what is written down."""

from tests.edge.clients import grpc_call, grpc_web_call, http_call
from tests.edge.conftest import Mesh

GET_TURN = "/maru.chat.v1.ChatService/GetTurn"


def test_the_asker_is_passed_on_and_claims_of_the_inside_are_not(mesh: Mesh) -> None:
    headers = mesh.user("pretender")
    forged = {
        **mesh.workload("chat"),
        "Maru-Workload-Extra": "x",
        "x-maru-conversation-id": "somebody-elses",
        "x-envoy-upstream-rq-timeout-ms": "1",
        "x-envoy-retry-on": "5xx",
        "x-envoy-max-retries": "100",
        "x-envoy-force-trace": "1",
        "x-request-id": "chosen",
    }
    seen = grpc_web_call(mesh.envoy.edge, GET_TURN, headers | forged).echo["metadata"]
    assert seen["authorization"] == headers["authorization"]
    assert not ({name.lower() for name in forged} - {"x-request-id"}) & seen.keys()
    assert seen["x-request-id"] != "chosen"


def test_a_header_with_an_underscore_is_refused(mesh: Mesh) -> None:
    answer = http_call(mesh.envoy.edge, "/", {"maru_workload": "x"})
    assert answer.status == "400"


def test_the_mesh_keeps_the_callers_proof_and_request_id(mesh: Mesh) -> None:
    carried = {
        **mesh.user("asker"),
        **mesh.workload("chat", "erp"),
        "x-request-id": "5f0c9a52-5a0e-4f5f-8d39-3c4a1f2b7e10",
        "x-maru-conversation-id": "7c2e",
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "x-envoy-upstream-rq-timeout-ms": "1",
    }
    seen = grpc_call(mesh.envoy.mesh, "/maru.erp.v1.ErpService/RunQuery", carried).echo["metadata"]
    for name in ("authorization", "maru-workload", "x-request-id", "x-maru-conversation-id"):
        assert seen[name] == carried[name]
    assert "x-envoy-upstream-rq-timeout-ms" not in seen
    assert seen["traceparent"].split("-")[1] == "0af7651916cd43dd8448eb211c80319c"


def test_every_call_gets_a_request_id_and_a_trace(mesh: Mesh) -> None:
    answer = grpc_web_call(mesh.envoy.edge, GET_TURN, mesh.user("traced"))
    seen = answer.echo["metadata"]
    assert answer.headers["x-request-id"] == seen["x-request-id"]
    version, trace, span, _ = seen["traceparent"].split("-")
    assert (version, len(trace), len(span)) == ("00", 32, 16)


def test_no_answer_says_what_software_made_it(mesh: Mesh) -> None:
    for answer in (
        http_call(mesh.envoy.edge, "/"),
        http_call(mesh.envoy.edge, "/nowhere"),
        http_call(mesh.envoy.edge, "/realms/maru/account"),
        grpc_web_call(mesh.envoy.edge, GET_TURN, mesh.user("curious")),
    ):
        assert not {"server", "x-powered-by", "x-envoy-upstream-service-time"} & answer.headers.keys()


def test_another_origin_is_told_nothing(mesh: Mesh) -> None:
    foreign = {"origin": "http://evil.example", "access-control-request-method": "POST"}
    for path in (GET_TURN, "/", "/assets/app-B3x.js"):
        preflight = http_call(mesh.envoy.edge, path, foreign, method="OPTIONS")
        assert preflight.status == "401" or path.startswith("/assets/")
        simple = http_call(mesh.envoy.edge, path, foreign)
        for answer in (preflight, simple):
            assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_a_name_that_is_not_ours_is_refused(mesh: Mesh) -> None:
    """A page of another site that has pointed its own name at this address gets nothing."""
    assert http_call(mesh.envoy.edge, "/", {"host": "evil.example:8080"}).status in {"401", "404"}
    sign_in = http_call(mesh.envoy.edge, "/realms/maru/account", {"host": "evil.example:8080"})
    assert sign_in.status in {"401", "404"}
    assert http_call(mesh.envoy.edge, "/", {"host": "localhost:1234"}).status == "200"


def test_the_access_log_names_the_call_and_holds_no_secret(mesh: Mesh) -> None:
    headers = mesh.user("logged") | {"user-agent": "access-log-test"}
    answer = grpc_web_call(mesh.envoy.edge, GET_TURN, headers)
    http_call(mesh.envoy.edge, "/callback?code=secret-code&state=s", {"user-agent": "access-log-callback"})
    line = mesh.envoy.access_log("access-log-test")[0]
    assert line["request_id"] == answer.headers["x-request-id"]
    assert line["user"] == mesh.issuer.claims("logged")["sub"]
    assert line["client"] == "maru-web"
    assert (line["path"], line["grpc_status"], line["upstream"]) == (GET_TURN, "OK", "chat")
    assert line["trace_id"] == answer.echo["metadata"]["traceparent"].split("-")[1]
    assert mesh.envoy.access_log("access-log-callback")[0]["path"] == "/callback"
    written = mesh.envoy.log_text()
    assert "secret-code" not in written
    assert "Bearer " not in written
    assert mesh.issuer.token("logged").split(".")[0] not in written


def test_the_log_says_why_a_token_was_refused(mesh: Mesh) -> None:
    expired = {"authorization": f"Bearer {mesh.issuer.token('late', exp=1)}", "user-agent": "refused-test"}
    assert grpc_web_call(mesh.envoy.edge, GET_TURN, expired).reason == "TOKEN_EXPIRED"
    assert mesh.envoy.access_log("refused-test")[0]["details"] == "jwt_authn_access_denied{Jwt_is_expired}"


def test_the_admin_port_reads_only(mesh: Mesh) -> None:
    admin = f"127.0.0.1:{mesh.envoy.ports.envoy_admin}"
    assert http_call(admin, "/ready").status == "200"
    assert "envoy_cluster_membership_healthy" in http_call(admin, "/stats/prometheus").message
    for path in ("/quitquitquit", "/drain_listeners", "/logging?level=debug", "/config_dump"):
        assert http_call(admin, path, method="POST").status == "403"


def test_calls_are_counted_by_method(mesh: Mesh) -> None:
    name = "cluster.chat.grpc.maru.chat.v1.ChatService.RateTurn.success"
    before = mesh.envoy.stat(name)
    grpc_web_call(mesh.envoy.edge, "/maru.chat.v1.ChatService/RateTurn", mesh.user("counted"))
    assert mesh.envoy.stat(name) == before + 1
    grpc_web_call(mesh.envoy.edge, "/maru.chat.v1.ChatService/Invented", mesh.user("counted"))
    assert "Invented" not in mesh.envoy.admin("/stats?filter=Invented")
