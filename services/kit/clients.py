"""Channels to the other parts, through the mesh. They connect at the first call, and again when it breaks.

`service_channel` speaks for the asker being served: their token, this service's own identity, the ids, the
trace and the time that is left. `triton_channel` carries ids, trace and identity only: a model has no use for
the asker's token, and a deadline would cancel the call inside Triton, which is stopped in band instead.
"""

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

import grpc
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from services.kit.context import CONVERSATION_ID_KEY, REQUEST_ID_KEY, current_request, remaining_seconds
from services.kit.identity import asker
from services.kit.workload import METADATA_KEY, WorkloadSigner

DEFAULT_TIMEOUT_SECONDS: Final = 30.0
"""For a call made outside a request, which nothing else bounds."""

MAX_MESSAGE_BYTES: Final = 16 * 1024 * 1024

_OPTIONS: Final = (
    ("grpc.enable_http_proxy", 0),
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.initial_reconnect_backoff_ms", 100),  # a part that the launcher restarts is back within a second
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2_000),
)

_propagator = TraceContextTextMapPropagator()


def service_channel(url: str, service: str, signer: WorkloadSigner) -> grpc.aio.Channel:
    """A channel to `service` at `url`, grpc://HOST:PORT. TLS is Envoy's. Close it in `app`."""

    def metadata() -> list[tuple[str, str]]:
        identity = asker()
        token = [("authorization", f"Bearer {identity.token}")] if identity else []
        return [*_carried(service, signer), *token]

    return _BoundChannel(_connect(url, service), metadata, _time_left)


def triton_channel(url: str, signer: WorkloadSigner) -> grpc.aio.Channel:
    """A channel to Triton at `url`. Calls have the timeout that the caller gives, and none otherwise."""
    return _BoundChannel(_connect(url, "triton"), lambda: _carried("triton", signer), lambda timeout: timeout)


def _carried(service: str, signer: WorkloadSigner) -> list[tuple[str, str]]:
    """What goes with every call: this service's identity, the ids and the trace."""
    trace: dict[str, str] = {}
    _propagator.inject(trace)
    metadata = [(METADATA_KEY, signer.assertion(service)), *trace.items()]
    request = current_request()
    if request and request.request_id:
        metadata.append((REQUEST_ID_KEY, request.request_id))
    if request and request.conversation_id:
        metadata.append((CONVERSATION_ID_KEY, request.conversation_id))
    return metadata


def _time_left(timeout: float | None) -> float:
    """The caller's own timeout within what is left of the request; never without one."""
    bounds = [seconds for seconds in (timeout, remaining_seconds()) if seconds is not None]
    return min(bounds, default=DEFAULT_TIMEOUT_SECONDS)


def _connect(url: str, authority: str) -> grpc.aio.Channel:
    parts = urlsplit(url)
    if parts.scheme != "grpc" or not parts.hostname or not parts.port:
        raise ValueError(f"{parts.scheme}://{parts.hostname}: write grpc://HOST:PORT")
    options = (*_OPTIONS, ("grpc.default_authority", authority))  # which part, for the mesh's routes
    return grpc.aio.insecure_channel(f"{parts.hostname}:{parts.port}", options)


class _BoundCallable:
    """A method of a channel that adds metadata and a timeout to each call."""

    def __init__(self, call: Any, channel: "_BoundChannel") -> None:
        self._call = call
        self._channel = channel

    def __call__(
        self, request: Any = None, *, timeout: float | None = None, metadata: Any = None, **rest: Any
    ) -> Any:
        carried = [*self._channel.metadata(), *(metadata or ())]
        return self._call(request, timeout=self._channel.timeout(timeout), metadata=tuple(carried), **rest)


class _BoundChannel(grpc.aio.Channel):
    """A channel whose calls carry what `metadata` and `timeout` say at the moment of the call.

    Not client interceptors: those wrap each call in a task of their own, between the caller and its cancel.
    """

    def __init__(
        self,
        channel: grpc.aio.Channel,
        metadata: Callable[[], list[tuple[str, str]]],
        timeout: Callable[[float | None], float | None],
    ) -> None:
        self._channel = channel
        self.metadata = metadata
        self.timeout = timeout

    def unary_unary(self, *args: Any, **kwargs: Any) -> Any:
        return _BoundCallable(self._channel.unary_unary(*args, **kwargs), self)

    def unary_stream(self, *args: Any, **kwargs: Any) -> Any:
        return _BoundCallable(self._channel.unary_stream(*args, **kwargs), self)

    def stream_unary(self, *args: Any, **kwargs: Any) -> Any:
        return _BoundCallable(self._channel.stream_unary(*args, **kwargs), self)

    def stream_stream(self, *args: Any, **kwargs: Any) -> Any:
        return _BoundCallable(self._channel.stream_stream(*args, **kwargs), self)

    async def close(self, grace: float | None = None) -> None:
        await self._channel.close(grace)

    def get_state(self, try_to_connect: bool = False) -> grpc.ChannelConnectivity:
        return self._channel.get_state(try_to_connect)

    async def wait_for_state_change(self, last_observed_state: grpc.ChannelConnectivity) -> None:
        await self._channel.wait_for_state_change(last_observed_state)

    async def channel_ready(self) -> None:
        await self._channel.channel_ready()

    async def __aenter__(self) -> "_BoundChannel":
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()
