"""An edge for the web page alone: its files under Envoy's headers, a scripted chat service over gRPC-Web."""

import json
import re
import socket
import struct
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from pathlib import Path

import yaml
from google.protobuf.message import Message
from maru.chat.v1 import chat_service_pb2, turn_event_pb2

REPOSITORY = Path(__file__).parents[3]
DIST = REPOSITORY / "web" / "dist"
CONVERSATION = "conversations/c1"
BREAK = "break"
"""In a script: the line breaks here, the first time."""

_TEMPLATE = (REPOSITORY / "envoy" / "envoy.yaml").read_text(encoding="utf-8")
_ENVOY = yaml.safe_load(re.sub(r"\$\{\w+\}", "null", _TEMPLATE))
PAGES = re.compile(_ENVOY["x-web"]["page_routes"])
HEADERS: dict[str, str] = _ENVOY["x-web"]["headers"]

Script = Sequence[turn_event_pb2.TurnEvent | threading.Event | str]
"""What Ask sends: events, waits until something is set, or BREAK."""


@dataclass
class FakeEdge:
    """`scripts`: question -> what is streamed. `asked`: the requests in order."""

    url: str
    scripts: dict[str, Script] = field(default_factory=dict)
    asked: list[chat_service_pb2.AskRequest] = field(default_factory=list)
    watched: list[chat_service_pb2.WatchTurnRequest] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)

    @property
    def signed_in(self) -> str:
        """A script that leaves a signed-in user in the browser, as oidc-client-ts keeps one."""
        user = {
            "access_token": "token",
            "token_type": "Bearer",
            "scope": "openid profile",
            "profile": {"sub": "u1", "name": "김민준"},
            "expires_at": int(time.time()) + 3600,
        }
        key = f"oidc.user:{self.url}/realms/maru:maru-web"
        return f"sessionStorage.setItem({json.dumps(key)}, {json.dumps(json.dumps(user))})"


@contextmanager
def running_edge() -> Iterator[FakeEdge]:
    """A fake edge on a free port."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.edge = FakeEdge(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.edge
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    edge: FakeEdge


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        path = "/index.html" if PAGES.fullmatch(self.path.partition("?")[0]) else self.path
        file = DIST / path.removeprefix("/")
        found = file.is_file()
        content = file.read_bytes() if found else b""
        self.send_response(200 if found else 404)
        self.send_header("content-type", guess_type(file.name)[0] or "application/octet-stream")
        self.send_header("content-length", str(len(content)))
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))[5:]
        method = self.path.rpartition("/")[2]
        self.send_response(200)
        self.send_header("content-type", "application/grpc-web+proto")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        try:
            getattr(self, method)(body)
            self._frame(0x80, b"grpc-status: 0\r\n")
            self.wfile.write(b"0\r\n\r\n")
        except ConnectionError:
            self.close_connection = True

    def CreateConversation(self, _: bytes) -> None:
        self._send(chat_service_pb2.CreateConversationResponse(conversation={"name": CONVERSATION}))

    def SuggestQuestions(self, _: bytes) -> None:
        self._send(chat_service_pb2.SuggestQuestionsResponse())

    def Ask(self, body: bytes) -> None:
        request = chat_service_pb2.AskRequest.FromString(body)
        is_repeated = request in self.server.edge.asked
        self.server.edge.asked.append(request)
        for item in self.server.edge.scripts[request.question]:
            if item == BREAK and not is_repeated:
                self.connection.shutdown(socket.SHUT_RDWR)
                raise ConnectionResetError
            if isinstance(item, threading.Event):
                item.wait(10)
            elif isinstance(item, turn_event_pb2.TurnEvent):
                self._send(chat_service_pb2.AskResponse(event=item))

    def WatchTurn(self, body: bytes) -> None:
        request = chat_service_pb2.WatchTurnRequest.FromString(body)
        self.server.edge.watched.append(request)
        for item in self.server.edge.scripts[self.server.edge.asked[-1].question]:
            if isinstance(item, turn_event_pb2.TurnEvent) and item.sequence > request.after_sequence:
                self._send(chat_service_pb2.WatchTurnResponse(event=item))

    def CancelTurn(self, body: bytes) -> None:
        name = chat_service_pb2.CancelTurnRequest.FromString(body).name
        self.server.edge.cancelled.append(name)
        answer = {"text": "한빛상사가", "finish_reason": "FINISH_REASON_STOPPED"}
        self._send(chat_service_pb2.CancelTurnResponse(turn={"name": name, "answer": answer}))

    def ListTurns(self, _: bytes) -> None:
        completed = self.server.edge.scripts[self.server.edge.asked[-1].question][-1]
        assert isinstance(completed, turn_event_pb2.TurnEvent)
        self._send(chat_service_pb2.ListTurnsResponse(turns=[completed.completed.turn]))

    def _send(self, message: Message) -> None:
        self._frame(0, message.SerializeToString())

    def _frame(self, flag: int, content: bytes) -> None:
        frame = struct.pack(">BI", flag, len(content)) + content
        self.wfile.write(b"%x\r\n%b\r\n" % (len(frame), frame))
        self.wfile.flush()
