"""Prometheus metrics under OpenTelemetry's names, served on the service's loopback port.

A service's own metric: `Counter("chat_turns_total", "...", ["outcome"], registry=chassis.metrics.registry)`.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, Histogram, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.ext.asyncio import AsyncEngine

_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
_SCRAPE_SECONDS: Final = 5.0
_STATEMENT_KIND: Final = re.compile(r"\s*(?:--[^\n]*\n\s*|/\*.*?\*/\s*)*([A-Za-z]+)", re.DOTALL)
_STATEMENT_KINDS: Final = frozenset(
    {"SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE", "ALTER", "DROP", "PRAGMA"}
)


class TritonCall:
    """One call to a model, being timed."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self.first_response_seconds: float | None = None

    def first_response(self) -> None:
        """Tell that the first response is here; later ones don't count."""
        if self.first_response_seconds is None:
            self.first_response_seconds = self.elapsed()

    def elapsed(self) -> float:
        return time.perf_counter() - self._started


class Metrics:
    """One process's metrics."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self._rpc = Histogram(
            "rpc_server_duration_seconds",
            "Time from a call's arrival to its end.",
            ["rpc_service", "rpc_method", "rpc_grpc_status_code"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._active = Gauge(
            "rpc_server_active_requests",
            "Calls being served.",
            ["rpc_service", "rpc_method"],
            registry=self.registry,
        )
        self._statements = Histogram(
            "db_client_operation_duration_seconds",
            "Time of one SQL statement, by its kind.",
            ["db_system_name", "db_operation_name", "error_type"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._triton = Histogram(
            "gen_ai_client_operation_duration_seconds",
            "Time of one call to a model on Triton.",
            ["gen_ai_request_model", "error_type"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._triton_first = Histogram(
            "gen_ai_client_operation_time_to_first_chunk_seconds",
            "Time to the first response of a call to a model on Triton.",
            ["gen_ai_request_model"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._dependencies = Gauge(
            "maru_dependency_up",
            "1 while the dependency answers its probe.",
            ["dependency"],
            registry=self.registry,
        )

    def rpc_started(self, method: str) -> None:
        self._active.labels(*_split(method)).inc()

    def rpc_ended(self, method: str, code: str, seconds: float) -> None:
        self._active.labels(*_split(method)).dec()
        self._rpc.labels(*_split(method), code).observe(seconds)

    def dependency(self, name: str, up: bool) -> None:
        self._dependencies.labels(name).set(up)

    @contextmanager
    def triton_call(self, model: str) -> Iterator[TritonCall]:
        """Time one call to `model`; an exception counts under its class name."""
        call = TritonCall()
        error_type = ""
        try:
            yield call
        except BaseException as error:
            error_type = type(error).__name__
            raise
        finally:
            self._triton.labels(model, error_type).observe(call.elapsed())
            if call.first_response_seconds is not None:
                self._triton_first.labels(model).observe(call.first_response_seconds)

    def instrument_engine(self, engine: "Engine | AsyncEngine") -> None:
        """Time every statement of the engine, by its kind (SELECT, INSERT, …), never by its text."""
        from sqlalchemy import (
            event,
        )  # its import takes longer than all of this package: only where it is used

        sync_engine = getattr(engine, "sync_engine", engine)
        system = sync_engine.dialect.name

        def started(
            conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
        ) -> None:
            conn.info["maru_statement"] = (time.perf_counter(), _statement_kind(statement))

        def ended(conn: Any, *_: Any) -> None:
            begin, kind = conn.info.pop("maru_statement")
            self._statements.labels(system, kind, "").observe(time.perf_counter() - begin)

        def failed(failure: Any) -> None:
            begun = failure.connection and failure.connection.info.pop("maru_statement", None)
            if begun:
                error_type = type(failure.original_exception).__name__
                self._statements.labels(system, begun[1], error_type).observe(time.perf_counter() - begun[0])

        event.listen(sync_engine, "before_cursor_execute", started)
        event.listen(sync_engine, "after_cursor_execute", ended)
        event.listen(sync_engine, "handle_error", failed)

    @asynccontextmanager
    async def served(self, host: str, port: int) -> AsyncIterator[int]:
        """Serve GET /metrics to Prometheus on the event loop; yields the bound port.

        Raises:
            OSError: the port is taken.
        """
        server = await asyncio.start_server(self._respond, host, port)
        async with server:
            yield server.sockets[0].getsockname()[1]

    async def _respond(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_SCRAPE_SECONDS):
                request = await reader.readuntil(b"\r\n\r\n")
                if request.startswith(b"GET /metrics "):
                    status, body = "200 OK", generate_latest(self.registry)
                else:
                    status, body = "404 Not Found", b"GET /metrics\n"
                head = f"HTTP/1.1 {status}\r\nContent-Type: {CONTENT_TYPE_LATEST}\r\n"
                head += f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
                writer.write(head.encode() + body)
                await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # whoever it was has gone, or doesn't speak HTTP
        finally:
            writer.close()


def _split(method: str) -> tuple[str, str]:
    service, _, name = method.removeprefix("/").partition("/")
    return service, name


def _statement_kind(statement: str) -> str:
    match = _STATEMENT_KIND.match(statement)
    kind = match[1].upper() if match else ""
    return kind if kind in _STATEMENT_KINDS else "OTHER"
