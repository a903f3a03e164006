import asyncio

import pytest
from grpc_health.v1 import health_pb2

from services.kit.health import DEPENDENCIES_KEY, NOT_SERVING, SERVICE_UNKNOWN, SERVING, Dependency, Health
from services.kit.metrics import Metrics


class Switch:
    """A dependency that is on, off, or hangs."""

    def __init__(self, on: bool = True) -> None:
        self.on = on

    async def probe(self) -> None:
        if not self.on:
            raise ConnectionError("off")


class Context:
    """Keeps what a call says beside its answer."""

    trailing: tuple[tuple[str, str], ...] = ()

    def set_trailing_metadata(self, metadata: tuple[tuple[str, str], ...]) -> None:
        self.trailing = metadata


async def statuses(health: Health, *names: str) -> list[int]:
    return [(await health.Check(health_pb2.HealthCheckRequest(service=n), Context())).status for n in names]


async def test_an_answer_names_the_dependencies_that_can_be_asked() -> None:
    health = Health([], [Dependency("db", Switch().probe), Dependency("triton", Switch().probe)], Metrics())
    context = Context()
    await health.Check(health_pb2.HealthCheckRequest(), context)
    assert context.trailing == ((DEPENDENCIES_KEY, "db,triton"),)


async def test_nothing_serves_before_the_first_probe() -> None:
    health = Health(["a.Service"], [Dependency("db", Switch().probe)], Metrics())
    assert await statuses(health, "", "a.Service", "dependency/db") == [NOT_SERVING] * 3


async def test_a_required_dependency_takes_the_service_down_and_up_again() -> None:
    database = Switch(on=False)
    metrics = Metrics()
    health = Health(["a.Service"], [Dependency("db", database.probe)], metrics)
    await health.refresh()
    assert await statuses(health, "", "a.Service", "dependency/db") == [NOT_SERVING] * 3
    assert metrics.registry.get_sample_value("maru_dependency_up", {"dependency": "db"}) == 0
    database.on = True
    await health.refresh()
    assert await statuses(health, "", "a.Service", "dependency/db") == [SERVING] * 3
    assert metrics.registry.get_sample_value("maru_dependency_up", {"dependency": "db"}) == 1


async def test_without_an_optional_dependency_the_service_goes_on() -> None:
    model = Switch(on=False)
    health = Health(["a.Service"], [Dependency("triton", model.probe, required=False)], Metrics())
    await health.refresh()
    assert await statuses(health, "", "a.Service", "dependency/triton") == [SERVING, SERVING, NOT_SERVING]


async def test_a_probe_that_lets_its_own_cancellation_out_is_down() -> None:
    async def probe() -> None:
        raise asyncio.CancelledError

    health = Health([], [Dependency("triton", probe)], Metrics())
    await health.refresh()
    assert await statuses(health, "") == [NOT_SERVING]


async def test_draining_ends_the_watches() -> None:
    health = Health([], [], Metrics())
    watch = health.Watch(health_pb2.HealthCheckRequest(), Context())
    assert (await anext(watch)).status == NOT_SERVING
    waiting = asyncio.ensure_future(anext(watch))
    await asyncio.sleep(0)
    await health.drain()
    with pytest.raises(StopAsyncIteration):
        await waiting


async def test_draining_outlasts_good_probes() -> None:
    health = Health(["a.Service"], [Dependency("db", Switch().probe)], Metrics())
    await health.refresh()
    await health.drain()
    await health.refresh()
    assert await statuses(health, "", "a.Service", "dependency/db") == [NOT_SERVING, NOT_SERVING, SERVING]


async def test_watchers_hear_every_change_and_one_leaving_takes_nothing_from_the_others() -> None:
    database = Switch()
    health = Health(["a.Service"], [Dependency("db", database.probe)], Metrics())
    request = health_pb2.HealthCheckRequest(service="a.Service")
    leaving, staying = health.Watch(request, None), health.Watch(request, None)
    assert (await anext(leaving)).status == NOT_SERVING
    assert (await anext(staying)).status == NOT_SERVING
    await leaving.aclose()
    told = asyncio.create_task(anext(staying))
    await health.refresh()
    assert (await told).status == SERVING
    await staying.aclose()


async def test_an_unknown_service_is_watched_as_unknown() -> None:
    health = Health([], [], Metrics())
    watch = health.Watch(health_pb2.HealthCheckRequest(service="nobody"), None)
    assert (await anext(watch)).status == SERVICE_UNKNOWN
    await watch.aclose()
