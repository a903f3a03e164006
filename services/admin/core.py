"""How every part is, asked at once."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from services.admin.errors import PartUnreachable
from services.admin.ports import Part

ANSWER_TIMEOUT_SECONDS = 1.0


class Health(IntEnum):
    """How something is doing; the greater the worse."""

    SERVING = 1
    DEGRADED = 2
    """It answers, and something that it depends on doesn't."""
    NOT_SERVING = 3
    UNREACHABLE = 4


@dataclass(frozen=True, slots=True)
class Text:
    """One thing said in both languages."""

    ko: str
    en: str


@dataclass(frozen=True, slots=True)
class Status:
    """How a part is doing; `reason` and `remedy` where it isn't well."""

    part: str
    health: Health
    latency_seconds: float | None = None
    reason: Text | None = None
    remedy: Text | None = None
    dependencies: Mapping[str, Health] = field(default_factory=dict)


async def check_parts(parts: Mapping[str, Part]) -> list[Status]:
    """The status of each part, in the given order, within `ANSWER_TIMEOUT_SECONDS`, whatever they do."""
    return await asyncio.gather(*(_check(name, part) for name, part in parts.items()))


async def _check(name: str, part: Part) -> Status:
    started = time.perf_counter()
    try:
        async with asyncio.timeout(ANSWER_TIMEOUT_SECONDS):
            answer = await part.ask()
    except (PartUnreachable, TimeoutError):
        return _unreachable(name)
    latency = time.perf_counter() - started
    dependencies = {
        dependency: Health.SERVING if up else Health.NOT_SERVING
        for dependency, up in sorted(answer.dependencies.items())
    }
    missing = ", ".join(dependency for dependency, up in sorted(answer.dependencies.items()) if not up)
    if answer.serving and not missing:
        return Status(name, Health.SERVING, latency, dependencies=dependencies)
    health = Health.DEGRADED if answer.serving else Health.NOT_SERVING
    if not missing:
        reason, remedy = _STARTING
    else:
        reason = Text(
            f"필요한 것이 응답하지 않습니다: {missing}.",
            f"What it needs does not answer: {missing}.",
        )
        remedy = Text(
            f"{missing}부터 확인해 주세요. 돌아오면 {name} 서비스도 스스로 회복합니다.",
            f"Look at {missing} first; {name} recovers by itself when that is back.",
        )
    return Status(name, health, latency, reason, remedy, dependencies)


_STARTING = (
    Text("시작하거나 멈추는 중입니다.", "It is starting or stopping."),
    Text("잠시 뒤에 다시 확인해 주세요.", "Check again in a moment."),
)


def _unreachable(name: str) -> Status:
    return Status(
        name,
        Health.UNREACHABLE,
        reason=Text(
            f"{ANSWER_TIMEOUT_SECONDS:g}초 안에 응답하지 않았습니다.",
            f"It did not answer within {ANSWER_TIMEOUT_SECONDS:g} s.",
        ),
        remedy=Text(
            f"멈춘 서비스는 저절로 다시 시작됩니다. 계속되면 {name}의 로그를 확인해 주세요.",
            f"A part that stopped is started again by itself. If it stays away, see the log of {name}.",
        ),
    )
