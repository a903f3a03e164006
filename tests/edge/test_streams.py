"""Streams pass message by message and end where they should."""

import json

import grpc

from tests.edge.clients import grpc_web_frames
from tests.edge.conftest import Mesh

ASK = "/maru.chat.v1.ChatService/Ask"


def test_grpc_messages_pass_one_by_one(mesh: Mesh) -> None:
    chat = mesh.parts["chat"]
    with grpc.insecure_channel(mesh.envoy.edge) as channel:
        metadata = tuple(mesh.user("streaming").items())
        stream = channel.unary_stream(ASK)(b'{"messages": 3, "gated": true}', metadata=metadata, timeout=10)
        for number in range(3):
            # The part sends the next one only when it is let: nothing but message by message gets here.
            assert json.loads(next(stream))["number"] == number
            chat.gate.put(None)
        assert stream.code() == grpc.StatusCode.OK
    chat.gate.get()


def test_grpc_web_messages_pass_one_by_one(mesh: Mesh) -> None:
    chat = mesh.parts["chat"]
    frames = grpc_web_frames(mesh.envoy.edge, ASK, mesh.user("streaming-web"), {"messages": 3, "gated": True})
    for number in range(3):
        kind, content = next(frames)
        assert kind == "message"
        assert json.loads(content)["number"] == number
        chat.gate.put(None)
    kind, answer = next(frames)
    assert (kind, answer.status) == ("end", "OK")
    chat.gate.get()


def test_a_failure_in_the_middle_of_a_stream_keeps_its_status(mesh: Mesh) -> None:
    wanted = {"status": "FAILED_PRECONDITION"}
    frames = list(grpc_web_frames(mesh.envoy.edge, ASK, mesh.user("failing"), wanted))
    assert [kind for kind, _ in frames] == ["end"]
    assert frames[0][1].status == "FAILED_PRECONDITION"
    assert frames[0][1].message == "as asked"


def test_a_cancel_reaches_the_service(mesh: Mesh) -> None:
    chat = mesh.parts["chat"]
    chat.ended.clear()
    with grpc.insecure_channel(mesh.envoy.edge) as channel:
        metadata = tuple(mesh.user("cancelling").items())
        stream = channel.unary_stream(ASK)(b'{"messages": 2, "gated": true}', metadata=metadata)
        next(stream)
        stream.cancel()
        assert chat.ended.wait(2)
    chat.gate.put(None)


def test_a_vanished_browser_reaches_the_service(mesh: Mesh) -> None:
    chat = mesh.parts["chat"]
    chat.ended.clear()
    frames = grpc_web_frames(mesh.envoy.edge, ASK, mesh.user("vanishing"), {"messages": 2, "gated": True})
    next(frames)
    frames.close()
    assert chat.ended.wait(2)
    chat.gate.put(None)
