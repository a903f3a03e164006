"""grpc.health.v1 that tells the truth: what the probes of the dependencies last said, checked all the time.

Names that can be asked: "" and each service (SERVING while every required dependency answers), and
`dependency/<name>` for each dependency.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import grpc
import structlog
from grpc_health.v1 import health_pb2, health_pb2_grpc

from services.kit.metrics import Metrics

PROBE_TIMEOUT_SECONDS = 3.0

DEPENDENCIES_KEY = "maru-dependencies"
"""Trailing metadata of an answer: the names of the dependencies that can be asked, comma-separated."""

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING
SERVICE_UNKNOWN = health_pb2.HealthCheckResponse.SERVICE_UNKNOWN

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Dependency:
    """Something the service stands on. `probe` returns when it answers and raises when not."""

    name: str
    """As in `dependency/<name>`: "local-model", "triton", "erp"."""
    probe: Callable[[], Awaitable[object]]
    required: bool = True
    """Without it the service doesn't serve at all. False: it goes on, with less."""


class Health(health_pb2_grpc.HealthServicer):  # type: ignore[misc]  # its package has no types
    """The health service of one process."""

    def __init__(self, services: Sequence[str], dependencies: Sequence[Dependency], metrics: Metrics) -> None:
        self._services = ("", *services)
        self._dependencies = dependencies
        self._metrics = metrics
        self._draining = False
        self._statuses = dict.fromkeys(self._services, NOT_SERVING)
        self._statuses |= {f"dependency/{d.name}": NOT_SERVING for d in dependencies}
        self._changed = asyncio.Condition()

    @property
    def serving(self) -> bool:
        return bool(self._statuses[""] == SERVING)

    async def refresh(self) -> None:
        """Probe every dependency now, all at once, and publish what they said."""
        said = await asyncio.gather(*(_answers(d) for d in self._dependencies), return_exceptions=True)
        answers = [answer is True for answer in said]  # a probe may even let a cancellation of its own out
        statuses = {}
        for dependency, up in zip(self._dependencies, answers, strict=True):
            self._metrics.dependency(dependency.name, up)
            statuses[f"dependency/{dependency.name}"] = SERVING if up else NOT_SERVING
        usable = all(up for d, up in zip(self._dependencies, answers, strict=True) if d.required)
        statuses |= dict.fromkeys(self._services, SERVING if usable and not self._draining else NOT_SERVING)
        await self._publish(statuses)

    async def watch_dependencies(self, interval_seconds: float) -> None:
        """Refresh for ever; every second while something required is missing."""
        while True:
            await asyncio.sleep(interval_seconds if self.serving else min(1.0, interval_seconds))
            await self.refresh()

    async def drain(self) -> None:
        """Say NOT_SERVING from now on, and end the watches, which would outlast the grace."""
        await self._publish(dict.fromkeys(self._services, NOT_SERVING))
        async with self._changed:
            self._draining = True
            self._changed.notify_all()

    async def _publish(self, statuses: dict[str, Any]) -> None:
        changed = {name: status for name, status in statuses.items() if self._statuses[name] != status}
        if not changed:
            return
        async with self._changed:
            self._statuses |= changed
            self._changed.notify_all()
        for name, status in changed.items():
            log.info("health", part=name or "all", serving=status == SERVING)

    async def Check(
        self, request: health_pb2.HealthCheckRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> health_pb2.HealthCheckResponse:
        status = self._statuses.get(request.service)
        if status is None:
            await context.abort(grpc.StatusCode.NOT_FOUND, "no such service")
        context.set_trailing_metadata(((DEPENDENCIES_KEY, ",".join(d.name for d in self._dependencies)),))
        return health_pb2.HealthCheckResponse(status=status)

    async def Watch(
        self, request: health_pb2.HealthCheckRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> AsyncIterator[health_pb2.HealthCheckResponse]:
        told = None
        while True:
            async with self._changed:
                while (status := self._statuses.get(request.service, SERVICE_UNKNOWN)) == told:
                    if self._draining:
                        return
                    await self._changed.wait()
            told = status
            yield health_pb2.HealthCheckResponse(status=status)


async def _answers(dependency: Dependency) -> bool:
    try:
        async with asyncio.timeout(PROBE_TIMEOUT_SECONDS):
            await dependency.probe()
    except Exception as error:  # whatever the probe raises, the dependency doesn't answer
        log.debug("probe_failed", dependency=dependency.name, error=type(error).__name__)
        return False
    return True
