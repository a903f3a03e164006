"""How the outside talks to Envoy: native gRPC, gRPC-Web and plain HTTP, each answered as one `Answer`."""

import base64
import http.client
import json
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import grpc
from google.rpc import error_details_pb2, status_pb2


@dataclass(frozen=True)
class Answer:
    """`status` is a gRPC code's name or an HTTP status; `echo` what the part saw, when one answered."""

    status: str
    message: str
    headers: Mapping[str, str]
    body: bytes = b""
    details: bytes = b""

    @property
    def echo(self) -> dict[str, Any]:
        parsed: dict[str, Any] = json.loads(self.body)
        return parsed

    @property
    def reason(self) -> str:
        """The ErrorInfo's reason in the status details."""
        for detail in status_pb2.Status.FromString(self.details).details:
            if detail.Is(error_details_pb2.ErrorInfo.DESCRIPTOR):
                return error_details_pb2.ErrorInfo.FromString(detail.value).reason
        return ""


def grpc_call(
    address: str,
    path: str,
    headers: Mapping[str, str] | None = None,
    request: Mapping[str, Any] | None = None,
    *,
    payload: bytes | None = None,
    timeout: float = 10,
    authority: str | None = None,
) -> Answer:
    """One call over HTTP/2, its first message."""
    options = [("grpc.enable_http_proxy", 0), ("grpc.max_metadata_size", 128 * 1024)]
    options += [("grpc.default_authority", authority)] if authority else []
    with grpc.insecure_channel(address, options) as channel:
        method = channel.unary_unary(path)
        body = payload if payload is not None else json.dumps(request).encode() if request else b""
        try:
            answer, call = method.with_call(body, timeout=timeout, metadata=tuple((headers or {}).items()))
        except grpc.RpcError as error:
            trailers = dict((*error.initial_metadata(), *error.trailing_metadata()))
            return Answer(
                error.code().name,
                error.details() or "",
                trailers,
                details=trailers.get("grpc-status-details-bin", b""),
            )
        return Answer("OK", "", dict(call.initial_metadata()), answer)


def http_call(
    address: str,
    path: str,
    headers: Mapping[str, str] | None = None,
    *,
    method: str = "GET",
    body: bytes | None = None,
) -> Answer:
    """One HTTP/1.1 request, its path sent as it is."""
    connection = http.client.HTTPConnection(address, timeout=10)
    try:
        connection.request(method, path, body, dict(headers or {}))
        answer = connection.getresponse()
        content = answer.read()
        received = {key.lower(): value for key, value in answer.getheaders()}
        return Answer(str(answer.status), content.decode(errors="replace"), received, content)
    finally:
        connection.close()


def grpc_web_call(
    address: str,
    path: str,
    headers: Mapping[str, str] | None = None,
    request: Mapping[str, Any] | None = None,
) -> Answer:
    """One gRPC-Web call as a browser makes it, its last message."""
    messages = b""
    answer = None
    for kind, content in grpc_web_frames(address, path, headers, request):
        if kind == "message":
            messages = content
        else:
            answer = content
    assert isinstance(answer, Answer)
    return Answer(answer.status, answer.message, answer.headers, messages, answer.details)


def grpc_web_frames(
    address: str,
    path: str,
    headers: Mapping[str, str] | None = None,
    request: Mapping[str, Any] | None = None,
) -> Iterator[tuple[str, Any]]:
    """Each message as it arrives, then the `Answer` of the trailers (or of a refusal's headers)."""
    payload = json.dumps(request or {}).encode()
    connection = http.client.HTTPConnection(address, timeout=10)
    try:
        connection.request(
            "POST",
            path,
            struct.pack(">BI", 0, len(payload)) + payload,
            {"content-type": "application/grpc-web+proto", "x-grpc-web": "1", **(headers or {})},
        )
        answer = connection.getresponse()
        received = {key.lower(): value for key, value in answer.getheaders()}
        assert answer.status == 200, f"{answer.status}: a gRPC-Web client wants its status in the trailers"
        assert received["content-type"].startswith("application/grpc-web"), received
        while head := answer.read(5):
            flags, length = struct.unpack(">BI", head)
            content = answer.read(length)
            if flags & 0x80:
                lines = (line.split(":", 1) for line in content.decode().splitlines() if line)
                received |= {key.strip().lower(): value.strip() for key, value in lines}
            else:
                yield "message", content
        yield "end", _web_answer(received)
    finally:
        connection.close()


def _web_answer(headers: Mapping[str, str]) -> Answer:
    code = next(code for code in grpc.StatusCode if code.value[0] == int(headers["grpc-status"]))
    encoded = headers.get("grpc-status-details-bin", "")
    details = base64.b64decode(encoded + "=" * (-len(encoded) % 4))
    return Answer(code.name, unquote(headers.get("grpc-message", "")), headers, details=details)
