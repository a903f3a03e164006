"""What stands behind Envoy in these tests: echoing gRPC parts and an issuer, in this process."""

import json
import queue
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from services.kit.testing import Issuer

MAX_RECEIVE_BYTES = 4 * 1024 * 1024


@dataclass
class EchoPart:
    """A gRPC server that answers every method with what reached it.

    The request is JSON: `messages` to stream (1), `gated` to wait for `gate` before each but the first,
    `hang` to wait until the call ends, `status` to fail with.
    """

    name: str
    port: int
    gate: "queue.Queue[None]" = field(default_factory=queue.Queue)
    ended: threading.Event = field(default_factory=threading.Event)
    """Set when a hanging or gated call was ended from outside."""
    _server: grpc.Server | None = None

    def start(self) -> None:
        server = grpc.server(
            ThreadPoolExecutor(16),
            options=(("grpc.so_reuseport", 0), ("grpc.max_receive_message_length", MAX_RECEIVE_BYTES)),
        )
        servicer = health.HealthServicer()
        servicer.set("", health_pb2.HealthCheckResponse.SERVING)
        health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
        server.add_generic_rpc_handlers((_Echo(self),))
        if server.add_insecure_port(f"127.0.0.1:{self.port}") != self.port:
            raise OSError(f"port {self.port} is taken")
        server.start()
        self._server = server

    def stop(self) -> None:
        if self._server:
            self._server.stop(None).wait()
            self._server = None


class _Echo(grpc.GenericRpcHandler):
    def __init__(self, part: EchoPart) -> None:
        self._part = part

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
        return grpc.stream_stream_rpc_method_handler(
            lambda requests, context: self._answer(details, requests, context)
        )

    def _answer(self, details: grpc.HandlerCallDetails, requests: Any, context: grpc.ServicerContext) -> Any:
        part = self._part
        wanted = json.loads(next(requests) or b"{}")
        context.add_callback(part.ended.set)
        if "status" in wanted:
            context.abort(grpc.StatusCode[wanted["status"]], "as asked")
        if wanted.get("hang"):
            part.ended.wait(20)
            return
        for number in range(wanted.get("messages", 1)):
            if number and wanted.get("gated"):
                part.gate.get(timeout=10)
            yield json.dumps(
                {
                    "part": part.name,
                    "method": details.method,
                    "metadata": {key: str(value) for key, value in details.invocation_metadata},
                    "time_remaining": context.time_remaining(),
                    "number": number,
                }
            ).encode()
        part.ended.set()


class IssuerServer:
    """The issuer's HTTP side: keys, discovery, and an echo for its other pages."""

    def __init__(self, issuer: Issuer, port: int) -> None:
        self.issuer = issuer
        self.port = port
        self._server: ThreadingHTTPServer | None = None

    def start(self) -> None:
        server = ThreadingHTTPServer(
            ("127.0.0.1", self.port), type("Handler", (_IssuerHandler,), {"issuer": self.issuer})
        )
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self._server = server

    def stop(self) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


class _IssuerHandler(BaseHTTPRequestHandler):
    issuer: Issuer

    def do_GET(self) -> None:
        if self.path.endswith("/protocol/openid-connect/certs"):
            self._send(self.issuer.jwks())
        else:
            self._send(
                {
                    "part": "identity",
                    "method": self.path,
                    "metadata": {k.lower(): v for k, v in self.headers.items()},
                }
            )

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.do_GET()

    def _send(self, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Quiet."""


class HangingUp:
    """A port that accepts and hangs up at each call: a part that dies of it."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(2)
                received = b""
                try:
                    while b"\x01\x04" not in received and b"\x01\x24" not in received:  # a HEADERS frame
                        chunk = connection.recv(65536)
                        if not chunk:
                            break
                        received += chunk
                except OSError:
                    continue

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
