import asyncio
import time

import pytest

from services.admin.core import ANSWER_TIMEOUT_SECONDS, Health, check_parts
from services.admin.errors import PartUnreachable
from services.admin.ports import Answer


class Says:
    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    async def ask(self) -> Answer:
        return self._answer


class Gone:
    async def ask(self) -> Answer:
        raise PartUnreachable("UNAVAILABLE")


class Hangs:
    """Never answers; notes that it was let go."""

    def __init__(self) -> None:
        self.let_go = False

    async def ask(self) -> Answer:
        try:
            await asyncio.Event().wait()
        finally:
            self.let_go = True
        raise AssertionError


@pytest.mark.parametrize(
    ("answer", "health"),
    [
        (Answer(True), Health.SERVING),
        (Answer(True, {"erp": True}), Health.SERVING),
        (Answer(True, {"erp": True, "triton": False}), Health.DEGRADED),
        (Answer(False, {"erp": False, "triton": True}), Health.NOT_SERVING),
        (Answer(False), Health.NOT_SERVING),
    ],
)
async def test_health_from_the_answer(answer: Answer, health: Health) -> None:
    [status] = await check_parts({"chat": Says(answer)})
    assert status.health == health
    assert status.latency_seconds is not None
    assert (status.reason is None) == (status.remedy is None) == (health == Health.SERVING)


async def test_a_part_without_something_names_it_in_both_languages() -> None:
    [status] = await check_parts({"chat": Says(Answer(True, {"triton": False, "erp": False, "turns": True}))})
    assert status.reason is not None
    assert status.remedy is not None
    for text in (status.reason.ko, status.reason.en, status.remedy.ko, status.remedy.en):
        assert "erp, triton" in text
        assert "turns" not in text
    assert status.dependencies == {
        "erp": Health.NOT_SERVING,
        "triton": Health.NOT_SERVING,
        "turns": Health.SERVING,
    }


async def test_parts_that_do_not_answer_hold_nobody_up() -> None:
    hanging = [Hangs() for _ in range(5)]
    parts = {"erp": Says(Answer(True)), "envoy": Gone()} | {
        f"hung-{i}": part for i, part in enumerate(hanging)
    }
    started = time.perf_counter()
    statuses = await check_parts(parts)
    assert time.perf_counter() - started < ANSWER_TIMEOUT_SECONDS + 0.5
    assert [status.part for status in statuses] == list(parts)
    assert [status.health for status in statuses] == [Health.SERVING] + [Health.UNREACHABLE] * 6
    assert all(status.latency_seconds is None and status.reason for status in statuses[1:])
    assert all(part.let_go for part in hanging)
