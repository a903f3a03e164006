"""Turns: one at a time in a conversation, answered in a task of their own, followed by any number of streams.

The task outlives the call that began it. Whoever asks follows the turn's log; when the last follower leaves, the model is
let go and the narrator finishes; CancelTurn ends the turn with what was said so far. An ended turn is in the store, with
its events, before its last event is published.
"""

import asyncio
import unicodedata
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, Protocol

import structlog

from services.chat.answering import Answering
from services.chat.conversation import Asker, Completed, Started, Turn, TurnEvent, TurnState
from services.chat.disclosing import Disclosure
from services.chat.draft import Draft
from services.chat.errors import (
    QuestionTooLong,
    QuestionUnreadable,
    SequenceOutOfRange,
    TurnInterrupted,
)
from services.chat.event_log import EventLog
from services.chat.ports import Conversations
from services.kit.clock import Clock
from services.kit.errors import InternalFailure, MaruError, Overloaded

MAX_QUESTION: Final = 2000

_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_ALLOWED: Final = frozenset("\t\n\r\u200d\u200c\ufeff")

log = structlog.get_logger(__name__)


class TurnsMeter(Protocol):
    """What is counted of turns."""

    def turn_ended(self, turn: Turn) -> None:
        """A turn ended, well or not."""
        ...


@dataclass(slots=True)
class _Live:
    """A running turn."""

    turn: Turn
    draft: Draft
    stopped: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    followers: int = 0
    task: asyncio.Task[None] | None = None

    @property
    def log(self) -> EventLog:
        return self.draft.log


class Turns:
    """The running turns of this process, and the way to the ended ones."""

    def __init__(
        self,
        store: Conversations,
        answering: Answering,
        disclosure: Disclosure,
        clock: Clock,
        meter: TurnsMeter,
        *,
        max_running: int,
        heartbeat_seconds: float = 10.0,
        retry_seconds: float = 1.0,
    ) -> None:
        """`retry_seconds`: how long to wait before a turn that could not be kept is tried again."""
        self._store = store
        self._answering = answering
        self._disclosure = disclosure
        self._clock = clock
        self._meter = meter
        self._max_running = max_running
        self._heartbeat_seconds = heartbeat_seconds
        self._retry_seconds = retry_seconds
        self._live: dict[str, _Live] = {}
        self._closing = asyncio.Event()

    @property
    def running(self) -> int:
        """How many turns run."""
        return len(self._live)

    async def ask(
        self,
        owner: str,
        conversation_id: str,
        question: str,
        request_id: str,
        choice_number: int,
        detached: Callable[[], None],
        asker: Asker | None = None,
    ) -> AsyncIterator[TurnEvent]:
        """Begin a turn, or find the one that the same request began, and follow it from its first event.

        `detached` is called in the turn's own task, before anything else: it takes off what binds the call. `asker`
        is for the audit.

        Raises:
            QuestionTooLong, QuestionUnreadable, ConversationNotFound, TurnRunning, RequestIdReused, Overloaded
            MaruError: what the turn failed with, after its last event.
        """
        _check(question)
        beginning = asyncio.create_task(
            self._begin(owner, conversation_id, question, request_id, choice_number, detached, asker)
        )
        try:
            turn = await asyncio.shield(beginning)
        except asyncio.CancelledError:
            # The caller left while the turn began: it is answered all the same, without the model.
            beginning.add_done_callback(self._leave_alone)
            raise
        async for event in self._follow(owner, turn, 0):
            yield event

    async def watch(
        self, owner: str, conversation_id: str, turn_id: str, after: int
    ) -> AsyncIterator[TurnEvent]:
        """A turn's events after a sequence, then those to come.

        Raises:
            TurnNotFound, SequenceOutOfRange, TurnInterrupted
            MaruError: what the turn failed with, after its last event.
        """
        turn = await self._store.get_turn(owner, conversation_id, turn_id)
        async for event in self._follow(owner, turn, after):
            yield event

    async def cancel(self, owner: str, conversation_id: str, turn_id: str) -> Turn:
        """Stop a running turn; the turn as it ended. No effect on an ended one."""
        turn = await self._store.get_turn(owner, conversation_id, turn_id)
        live = self._live.get(turn.id)
        if live:
            live.stopped.set()
            await live.ended.wait()
            turn = await self._store.get_turn(owner, conversation_id, turn_id)
        return await self._disclosure.turn(turn)

    async def close(self, seconds: float) -> None:
        """Let every running turn finish without the model; what is not done in time stays a running one in the store."""
        self._closing.set()
        for live in list(self._live.values()):
            live.draft.abandoned.set()
        tasks = [live.task for live in self._live.values() if live.task]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    # --- beginning -------------------------------------------------------------------------------

    async def _begin(
        self,
        owner: str,
        conversation_id: str,
        question: str,
        request_id: str,
        choice_number: int,
        detached: Callable[[], None],
        asker: Asker | None,
    ) -> Turn:
        if len(self._live) >= self._max_running:
            raise Overloaded(retry_after=timedelta(seconds=2))
        digest = sha256(f"{conversation_id}\n{choice_number}\n{question}".encode()).hexdigest()
        memory = await self._store.last_memory(owner, conversation_id)
        now = self._clock.now()
        turn, new = await self._store.begin_turn(
            owner, conversation_id, question, request_id, digest, now, asker
        )
        if new:
            draft = Draft(
                question=question,
                owner=owner,
                choice_number=choice_number,
                memory_before=memory,
                log=EventLog(self._clock, self._heartbeat_seconds),
                abandoned=asyncio.Event(),
            )
            live = self._live[turn.id] = _Live(turn, draft)
            live.log.append(Started(turn.name))
            live.task = asyncio.create_task(self._run(live, detached))
        return turn

    def _leave_alone(self, beginning: "asyncio.Task[Turn]") -> None:
        if not beginning.cancelled() and not beginning.exception():
            live = self._live.get(beginning.result().id)
            if live and not live.followers:
                live.draft.abandoned.set()

    # --- following -------------------------------------------------------------------------------

    async def _follow(self, owner: str, turn: Turn, after: int) -> AsyncIterator[TurnEvent]:
        live = self._live.get(turn.id)
        if live is None:
            async for event in self._replay(owner, turn, after):
                yield event
            return
        if after > len(live.log.events):
            raise _out_of_range(after, len(live.log.events))
        live.followers += 1
        try:
            async for event in live.log.follow(after):
                yield event
        finally:
            live.followers -= 1
            if not live.followers:
                live.draft.abandoned.set()

    async def _replay(self, owner: str, turn: Turn, after: int) -> AsyncIterator[TurnEvent]:
        """The events of an ended turn."""
        if turn.state is TurnState.RUNNING:  # it ended just now, or another process answers it
            turn = await self._store.get_turn(owner, turn.conversation_id, turn.id)
        if turn.state is TurnState.RUNNING:
            raise TurnInterrupted(turn=turn.name)
        events = await self._store.events(owner, turn.conversation_id, turn.id)
        if after > len(events) and turn.state is not TurnState.FAILED:  # whose events may not have been kept
            raise _out_of_range(after, len(events))
        for event in (await self._disclosure.events(turn, events))[after:]:
            yield event
        if turn.state is TurnState.FAILED:
            raise TurnInterrupted(turn=turn.name)

    # --- answering -------------------------------------------------------------------------------

    async def _run(self, live: _Live, detached: Callable[[], None]) -> None:
        """Answer, keep, publish. Never raises but for its own cancel, at shutdown."""
        try:
            detached()
            await self._keep(live, await self._outcome(live))
        finally:
            del self._live[live.turn.id]
            live.ended.set()

    async def _outcome(self, live: _Live) -> MaruError | None:
        """Answer; what it failed with, if it did."""
        try:
            await self._answer(live)
        except MaruError as error:
            return error
        except Exception:
            log.exception("turn_unforeseen", turn=live.turn.name)
            return InternalFailure(log_id=live.turn.id)
        return None

    async def _keep(self, live: _Live, failure: MaruError | None) -> None:
        """Keep the turn, then publish its end. One that can't be kept fails for those who follow it; it is kept as a
        failed one as soon as that is possible, since a running one keeps its conversation busy."""
        try:
            await self._end(live, failure)
            return
        except MaruError as error:
            reason: MaruError = error
        except Exception:
            log.exception("turn_not_kept", turn=live.turn.name)
            reason = InternalFailure(log_id=live.turn.id)
        live.log.end(reason)
        failed = _failed(live.turn, reason, self._clock.now())
        while not await self._is_kept(failed):
            if self._closing.is_set():
                return  # the next process finds it running, and fails it
            with suppress(TimeoutError):
                async with asyncio.timeout(self._retry_seconds):
                    await self._closing.wait()
        self._note(failed, live.draft)

    async def _is_kept(self, turn: Turn) -> bool:
        try:
            await self._store.end_turn(turn, [])
        except Exception:  # whatever it is, it was logged at the first time
            return False
        return True

    async def _answer(self, live: _Live) -> None:
        """The work, until it is done or stopped."""
        working = asyncio.create_task(self._answering.answer(live.draft))
        stopping = asyncio.create_task(live.stopped.wait())
        try:
            await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                live.draft.stop()
        finally:
            working.cancel()
            stopping.cancel()
            results = await asyncio.gather(working, stopping, return_exceptions=True)
        if isinstance(results[0], Exception):
            raise results[0]

    async def _end(self, live: _Live, failure: MaruError | None) -> None:
        draft, now = live.draft, self._clock.now()
        if failure:
            turn = _failed(live.turn, failure, now)
            await self._store.end_turn(turn, draft.log.events)
            self._note(turn, draft)
            draft.log.end(failure)
            return
        turn = Turn(
            id=live.turn.id,
            conversation_id=live.turn.conversation_id,
            question=live.turn.question,
            state=TurnState.COMPLETED,
            create_time=live.turn.create_time,
            complete_time=now,
            answer=draft.answer(),
            memory=draft.memory_text(),
        )
        completed = draft.log.next(Completed(turn))
        await self._store.end_turn(turn, [*draft.log.events, completed])
        self._note(turn, draft)
        draft.log.publish(completed)
        draft.log.end()

    def _note(self, turn: Turn, draft: Draft) -> None:
        """One log line and the counters; nothing of what was asked or told."""
        self._meter.turn_ended(turn)
        answer = turn.answer
        usage = answer.usage if answer else draft.first.usage
        log.info(
            "turn",
            turn=turn.name,
            state=turn.state,
            failure=turn.failure_reason or None,
            outcome=answer.outcome if answer else None,
            composer=answer.composer if answer else None,
            finish=answer.finish_reason if answer else None,
            refusal=answer.refusal_reason or None if answer else None,
            parts=len(draft.parts),
            intent=usage.intent.label if usage.intent else None,
            intent_probability=float(usage.intent.probability) if usage.intent else None,
            rows=len(answer.table.rows) if answer and answer.table else None,
            seconds=round(draft.since_start().total_seconds(), 4),
            understanding_ms=_ms(usage.understanding),
            query_ms=_ms(usage.query),
            table_ms=_ms(usage.time_to_table),
            first_text_ms=_ms(usage.time_to_first_text),
        )


def _failed(turn: Turn, failure: MaruError, now: datetime) -> Turn:
    return Turn(
        id=turn.id,
        conversation_id=turn.conversation_id,
        question=turn.question,
        state=TurnState.FAILED,
        create_time=turn.create_time,
        complete_time=now,
        failure_reason=failure.reason,
    )


def _ms(duration: timedelta | None) -> float | None:
    return round(duration.total_seconds() * 1000, 1) if duration is not None else None


def _out_of_range(after: int, last: int) -> SequenceOutOfRange:
    return SequenceOutOfRange(after_sequence=str(after), last_sequence=str(last))


def _check(question: str) -> None:
    """A question must be short enough, plain text, and say something.

    Raises:
        QuestionTooLong: more than `MAX_QUESTION` characters.
        QuestionUnreadable: control characters, invisible direction marks, or no letter or digit at all.
    """
    if len(question) > MAX_QUESTION:
        words = {"length": f"{len(question):,}", "maximum": f"{MAX_QUESTION:,}"}
        raise QuestionTooLong(words=words, length=str(len(question)), maximum=str(MAX_QUESTION))
    hidden = any(unicodedata.category(c) in _INVISIBLE and c not in _ALLOWED for c in question)
    if hidden or not any(character.isalnum() for character in question):
        raise QuestionUnreadable
