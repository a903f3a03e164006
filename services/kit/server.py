"""The only place that builds a gRPC server: from settings and an `app` to a process that starts and drains.

# services/erp/__main__.py
from services.erp.app import app
from services.erp.settings import Settings
from services.kit.server import run
from services.kit.settings import load

if __name__ == "__main__":
    run(load(Settings), app)

# services/erp/app.py
@asynccontextmanager
async def app(settings: Settings, chassis: Chassis) -> AsyncIterator[App]:
    async with open_local_model(settings.database_url) as local_model:  # closed in reverse on the way out
        yield App(
            servicers=[Mounted(add_ErpServiceServicer_to_server, ErpServicer(local_model, chassis.clock))],
            dependencies=[Dependency("local-model", local_model.ping)],
        )
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import grpc
import structlog
from grpc_health.v1 import health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from opentelemetry.sdk.trace import TracerProvider

from services.kit import access, logs, pipeline
from services.kit.auth import IssuerKeys, TokenVerifier
from services.kit.clock import Clock
from services.kit.health import Dependency, Health
from services.kit.metrics import Metrics
from services.kit.settings import ServiceSettings, split_address
from services.kit.workload import WorkloadSigner, WorkloadVerifier

MAX_RECEIVE_BYTES: Final = 4 * 1024 * 1024
"""Of one message, where an app doesn't say otherwise."""
MAX_SEND_BYTES: Final = 16 * 1024 * 1024

_OPTIONS: Final = (
    ("grpc.so_reuseport", 0),  # a taken port is an error, not a second server beside the first
    ("grpc.max_send_message_length", MAX_SEND_BYTES),
    ("grpc.max_metadata_size", 32 * 1024),
    ("grpc.keepalive_time_ms", 30_000),  # notice a client whose machine is gone
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Chassis:
    """What the chassis gives to an app."""

    clock: Clock
    metrics: Metrics
    signer: WorkloadSigner
    """For the channels of `clients`."""


@dataclass(frozen=True, slots=True)
class Mounted:
    """A servicer and the generated function that adds it to a server."""

    add: Callable[[Any, grpc.aio.Server], None]
    servicer: object


@dataclass(frozen=True, slots=True)
class App:
    """What a service's `app` yields, ready to serve."""

    servicers: Sequence[Mounted]
    dependencies: Sequence[Dependency] = ()
    max_receive_bytes: int = MAX_RECEIVE_BYTES
    """The largest message that is taken in."""


@dataclass(frozen=True, slots=True)
class Running:
    """A started server."""

    port: int
    metrics_port: int
    health: Health


S = TypeVar("S", bound=ServiceSettings)
AppFactory = Callable[[S, Chassis], AbstractAsyncContextManager[App]]


def run(settings: S, app: AppFactory[S]) -> None:
    """Serve until SIGTERM or SIGINT, then drain and close in order.

    Raises:
        SystemExit: it can't start; the message says why and what to do.
    """
    logs.configure(settings.name, settings.log_level)
    asyncio.run(_serve(settings, app))


async def _serve(settings: S, app: AppFactory[S]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    signer = WorkloadSigner.from_file(settings.name, settings.workload_key_path)
    workloads = WorkloadVerifier(settings.workload_jwks_path, settings.name)
    keys = IssuerKeys(settings.oidc_jwks_url)
    tokens = TokenVerifier(keys, issuer=settings.oidc_issuer, audience=settings.oidc_audience)
    async with serving(settings, app, tokens, workloads, signer) as running:
        log.info(
            "ready", port=running.port, metrics_port=running.metrics_port, serving=running.health.serving
        )
        await stop.wait()
        log.info("stopping")
    log.info("stopped")


@asynccontextmanager
async def serving(
    settings: S,
    app: AppFactory[S],
    tokens: TokenVerifier,
    workloads: WorkloadVerifier,
    signer: WorkloadSigner,
) -> AsyncIterator[Running]:
    """A started server. Leaving: NOT_SERVING, grace for the running calls, adapters closed in reverse."""
    metrics = Metrics()
    async with AsyncExitStack() as stack:
        parts = await stack.enter_async_context(app(settings, Chassis(settings.clock, metrics, signer)))
        rules = access.rules(settings.profile)
        server = grpc.aio.server(
            interceptors=[
                pipeline.Pipeline(
                    rules,
                    [
                        pipeline.guard,
                        pipeline.tracing(TracerProvider()),
                        pipeline.measuring(metrics),
                        pipeline.admission(settings.max_concurrent_rpcs),
                        pipeline.deadline,
                        pipeline.authentication(tokens, workloads),
                        pipeline.authorization,
                    ],
                )
            ],
            options=(*_OPTIONS, ("grpc.max_receive_message_length", parts.max_receive_bytes)),
        )
        names = _mount(server, parts.servicers)
        health = Health(names, parts.dependencies, metrics)
        health_pb2_grpc.add_HealthServicer_to_server(health, server)
        reflection.enable_server_reflection(
            [*names, "grpc.health.v1.Health", reflection.SERVICE_NAME], server
        )
        try:
            metrics_port = await stack.enter_async_context(
                metrics.served(*split_address(settings.metrics_address))
            )
        except OSError as error:
            raise _taken("MARU_METRICS_ADDRESS", settings.metrics_address, error) from None
        try:
            port = server.add_insecure_port(settings.grpc_address)
        except RuntimeError as error:
            raise _taken("MARU_GRPC_ADDRESS", settings.grpc_address, error) from None
        await health.refresh()
        await server.start()
        watcher = asyncio.create_task(health.watch_dependencies(settings.health_interval_seconds))
        try:
            yield Running(port, metrics_port, health)
        finally:
            await health.drain()
            await server.stop(settings.shutdown_grace_seconds)
            watcher.cancel()
            await asyncio.gather(watcher, return_exceptions=True)


@dataclass(slots=True)
class _Names:
    """Stands before the server while servicers are added, and notes the services' full names."""

    server: grpc.aio.Server
    names: list[str] = field(default_factory=list)

    def add_generic_rpc_handlers(self, handlers: Sequence[Any]) -> None:
        self.names += [handler.service_name() for handler in handlers]
        self.server.add_generic_rpc_handlers(handlers)

    def add_registered_method_handlers(self, service_name: str, method_handlers: Any) -> None:
        self.server.add_registered_method_handlers(service_name, method_handlers)


def _mount(server: grpc.aio.Server, servicers: Sequence[Mounted]) -> list[str]:
    noting: Any = _Names(server)
    for mounted in servicers:
        mounted.add(mounted.servicer, noting)
    return list(noting.names)


def _taken(setting: str, address: str, error: Exception) -> SystemExit:
    log.error("cannot_listen", address=address, error=str(error))
    return SystemExit(
        f"{setting}={address}: 이 주소를 쓸 수 없습니다. 다른 프로그램을 끄거나 다른 포트를 정해 주세요. / "
        "This address can't be used. Stop the program that has it, or set another port."
    )
