"""Everything of a chat service but its wire, with a model, an ERP and an intent model that do as a test says."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from services.chat.conversation import (
    Completed,
    TextDelta,
    Turn,
    TurnEvent,
    TurnState,
)
from services.chat.ports import Conversations, Page
from services.chat.turns import Turns
from services.kit.testing import FakeClock
from tests.fakes.company import FakeErpData
from tests.fakes.documents import FakeDocuments
from tests.fakes.intent_model import ScriptedIntents
from tests.fakes.language_model import ScriptedModel

OWNER = "kim"
TOLD = "2026년 10월 매출은 1,000,000원입니다."
OTHER_WAY = "네, 2026년 10월의 매출은 총 1,000,000원입니다."


@dataclass
class Counted:
    """What the service counts."""

    turns: list[Turn] = field(default_factory=list)
    refusals: int = 0
    failures: list[str] = field(default_factory=list)
    intents: list[tuple[str, bool]] = field(default_factory=list)

    def turn_ended(self, turn: Turn) -> None:
        self.turns.append(turn)

    def intent_told(self, label: str, *, changed: bool) -> None:
        self.intents.append((label, changed))

    def guard_refused(self) -> None:
        self.refusals += 1

    def model_failed(self, cause: str) -> None:
        self.failures.append(cause)


@dataclass
class Desk:
    """Everything of a chat service but its wire."""

    turns: Turns
    store: Conversations
    model: ScriptedModel
    intents: ScriptedIntents
    erp: FakeErpData
    documents: FakeDocuments
    counted: Counted
    clock: FakeClock
    conversation: str
    asked: int = 0

    def stream(
        self, question: str, *, request_id: str = "", owner: str = OWNER, choice: int = 0
    ) -> AsyncIterator[TurnEvent]:
        self.asked += 1
        return self.turns.ask(
            owner, self.conversation, question, request_id or f"r{self.asked}", choice, lambda: None
        )

    async def ask(self, question: str, **more: object) -> list[TurnEvent]:
        return [event async for event in self.stream(question, **more)]  # type: ignore[arg-type]

    async def answer(self, question: str, **more: object) -> Turn:
        return completed(await self.ask(question, **more))


def completed(events: list[TurnEvent]) -> Turn:
    body = events[-1].body
    assert isinstance(body, Completed)
    return body.turn


def text_of(events: list[TurnEvent]) -> str:
    return "".join(e.body.text for e in events if isinstance(e.body, TextDelta))


async def until(holds: Callable[[], bool]) -> None:
    """Let the other tasks run until something holds."""
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110  the turns have no event of their own for it
            await asyncio.sleep(0.001)


async def state_of(desk: Desk, conversation_id: str) -> TurnState | None:
    turns, _ = await desk.store.list_turns(OWNER, conversation_id, page())
    return turns[0].state if turns else None


def page() -> Page:
    return Page(10)


async def collect(desk: Desk, turn_id: str, after: int = 0) -> list[TurnEvent]:
    return [event async for event in desk.turns.watch(OWNER, desk.conversation, turn_id, after)]
