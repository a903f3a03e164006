"""Answers that are broken off at random moments: Triton lives, no sequence is leaked, no memory grows.

The long campaign takes ten minutes and is not part of a plain run:
`.venv/bin/pytest -m slow tests/e2e/test_cancellation.py -k 2000_answers`.
"""

import asyncio
import random
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass

import grpc
import psutil
import pytest
from maru.chat.v1 import chat_service_pb2 as pb
from maru.chat.v1 import turn_pb2
from maru.chat.v1.chat_service_pb2_grpc import ChatServiceStub
from maru.chat.v1.turn_event_pb2 import TurnEvent
from maru.chat.v1.turn_pb2 import Turn

from services.launcher.credentials import Credentials, Issuer
from services.launcher.verification import unproven_figures
from tests.e2e.asking import LONG, RANKING, failure_of, llm_sequences, until_model_free
from tests.e2e.breaking import process_of
from tests.e2e.mesh import Mesh

pytestmark = pytest.mark.e2e

SEED = 20261120
USERS = ("kim.sales", "lee.manager", "park.finance", "jung.exec")
"""Who may ask about sales; a user may ask 60 questions at once."""
QUESTIONS = (LONG, RANKING, "올해 품목별 매출", "지난달 매출은?")
CONCURRENCY = 8
LONGEST_S = 1.5
WATCHED = ("triton", "model", "chat")
WARM_UP = 40
MIB = 1024 * 1024
GROWTH_TOLERANCE = 48 * MIB
"""Of each process over the campaign, after a warm-up: caches and arenas still settle, a leak would add up."""


@dataclass(frozen=True)
class BrokenOff:
    """A stream that was broken off: by whom, and what was heard of it."""

    user: str
    by_call: bool
    turn: str
    text: str
    ended: bool
    """It ended by itself before that."""


class Campaign:
    """Asks and breaks off, each stream at a moment and in a way of its own."""

    def __init__(self, mesh: Mesh, channel: grpc.aio.Channel) -> None:
        self._stub = ChatServiceStub(channel)
        self._issuer = Issuer(f"{mesh.edge_url}/realms/maru")
        self._credentials = Credentials(self._issuer, mesh.home / "keys" / "operator.pem", mesh.home / "run")
        self._random = random.Random(SEED)
        self._places = asyncio.Semaphore(CONCURRENCY)
        self._asked = 0

    async def run(self, streams: int) -> list[BrokenOff]:
        numbers = range(self._asked, self._asked + streams)
        self._asked += streams
        plans = [
            (
                USERS[number % len(USERS)],
                self._random.choice(QUESTIONS),
                self._random.uniform(0, LONGEST_S),
                number % 2 == 0,
            )
            for number in numbers
        ]
        return [done for done in await asyncio.gather(*(self._one(*plan) for plan in plans)) if done]

    def close(self) -> None:
        self._issuer._http.close()

    async def turn(self, done: BrokenOff) -> Turn:
        response = await self._stub.GetTurn(
            pb.GetTurnRequest(name=done.turn), metadata=self._metadata(done.user), timeout=30
        )
        return response.turn

    async def _one(self, user: str, question: str, after_s: float, by_call: bool) -> BrokenOff | None:
        async with self._places:
            made = await self._stub.CreateConversation(
                pb.CreateConversationRequest(request_id=uuid.uuid4().hex),
                metadata=self._metadata(user),
                timeout=30,
            )
            request = pb.AskRequest(
                parent=made.conversation.name, question=question, request_id=uuid.uuid4().hex
            )
            for _ in range(30):
                call = self._stub.Ask(request, metadata=self._metadata(user), timeout=100)
                events: list[TurnEvent] = []
                listening = asyncio.create_task(_listen(call, events))
                await asyncio.wait([listening], timeout=after_s)
                ended = listening.done()
                if by_call:
                    call.cancel()
                elif events:
                    await self._cancel_turn(user, events[0].started.turn)
                else:
                    ended = True  # there is nothing yet that could be cancelled by name
                failure = await listening
                if failure is None or failure_of(failure).reason != "RATE_LIMITED":
                    break
                await asyncio.sleep(1)
            if failure is not None and not (by_call and failure.code() is grpc.StatusCode.CANCELLED):
                raise AssertionError(failure)
            if not events:
                return None  # broken off before the question was taken
            text = "".join(event.text_delta.text for event in events)
            return BrokenOff(user, by_call, events[0].started.turn, text, ended)

    async def _cancel_turn(self, user: str, turn: str) -> None:
        await self._stub.CancelTurn(
            pb.CancelTurnRequest(name=turn), metadata=self._metadata(user), timeout=30
        )

    def _metadata(self, user: str) -> tuple[tuple[str, str], ...]:
        return (("authorization", f"Bearer {self._credentials.of_user(user)}"),)


async def _listen(
    call: AsyncIterator[pb.AskResponse], events: list[TurnEvent]
) -> grpc.aio.AioRpcError | None:
    try:
        async for response in call:
            events.append(response.event)  # noqa: PERF401  read meanwhile
    except grpc.aio.AioRpcError as error:
        return error
    except asyncio.CancelledError:
        if asyncio.current_task().cancelling():  # type: ignore[union-attr]
            raise
    return None


def memory(mesh: Mesh) -> dict[str, int]:
    """Resident bytes of the processes that answer."""
    return {part: process_of(mesh, part).memory_info().rss for part in WATCHED}


@pytest.fixture
async def campaign(mesh: Mesh) -> AsyncIterator[Campaign]:
    async with grpc.aio.insecure_channel(mesh.edge_address) as channel:
        campaign = Campaign(mesh, channel)
        yield campaign
        campaign.close()


async def _break_off(mesh: Mesh, campaign: Campaign, streams: int) -> None:
    processes: dict[str, psutil.Process] = {part: process_of(mesh, part) for part in WATCHED}
    all_done = await campaign.run(WARM_UP)
    await asyncio.to_thread(until_model_free, mesh)
    before = memory(mesh)
    all_done += await campaign.run(streams - WARM_UP)
    await asyncio.to_thread(until_model_free, mesh)
    after = memory(mesh)

    assert {part: process_of(mesh, part) for part in WATCHED} == processes
    assert llm_sequences(mesh) == {"decoding": 0, "waiting": 0}
    grown = {part: (after[part] - before[part]) // MIB for part in WATCHED}
    assert {part: size for part, size in grown.items() if size * MIB > GROWTH_TOLERANCE} == {}, grown

    ways: Counter[str] = Counter()
    for done in all_done:
        turn = await campaign.turn(done)
        assert turn.state == Turn.STATE_COMPLETED
        assert turn.answer.text.startswith(done.text)
        assert unproven_figures(turn.answer) == []
        stopped = turn.answer.finish_reason == turn_pb2.FINISH_REASON_STOPPED
        if stopped:
            assert not done.by_call
            assert turn.answer.text == done.text
        else:
            assert turn.answer.text.endswith(("다.", "요."))
        ways["ended" if done.ended else "call" if done.by_call else "turn"] += 1
    # A campaign in which nothing was broken off would show nothing.
    assert ways["call"] >= streams // 5, ways
    assert ways["turn"] >= streams // 5, ways


@pytest.mark.timeout(400)
async def test_200_answers_are_broken_off(mesh: Mesh, campaign: Campaign) -> None:
    await _break_off(mesh, campaign, 200)


@pytest.mark.slow
@pytest.mark.timeout(7200)
async def test_2000_answers_are_broken_off(mesh: Mesh, campaign: Campaign) -> None:
    await _break_off(mesh, campaign, 2000)
