"""The events of one running turn: appended by whoever answers, followed by any number of streams."""

import asyncio
from collections.abc import AsyncIterator

from services.chat.conversation import EventBody, Heartbeat, TurnEvent
from services.kit.clock import Clock


class EventLog:
    """Events from sequence 1 without gaps. `heartbeat_seconds`: the longest silence of a stream that follows."""

    def __init__(self, clock: Clock, heartbeat_seconds: float) -> None:
        self._clock = clock
        self._heartbeat_seconds = heartbeat_seconds
        self._changed = asyncio.Event()
        self._ended = False
        self._failure: Exception | None = None
        self.events: list[TurnEvent] = []

    def next(self, body: EventBody, part: int = 0) -> TurnEvent:
        """The event that would come next; it is not in the log yet."""
        return TurnEvent(len(self.events) + 1, self._clock.now(), body, part)

    def append(self, body: EventBody, part: int = 0) -> None:
        """Add an event and wake the followers."""
        self.publish(self.next(body, part))

    def publish(self, event: TurnEvent) -> None:
        """Add an event made by `next`."""
        self.events.append(event)
        self._wake()

    def end(self, failure: Exception | None = None) -> None:
        """No more events; followers end, with the failure if there is one."""
        self._ended = True
        self._failure = failure
        self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def follow(self, after: int = 0) -> AsyncIterator[TurnEvent]:
        """The events after a sequence, then those to come; heartbeats with the last sequence in silence.

        Raises:
            Exception: what `end` was given, after the last event.
        """
        position = after
        while True:
            while position < len(self.events):
                yield self.events[position]
                position += 1
            if self._ended:
                if self._failure:
                    raise self._failure
                return
            changed = self._changed
            try:
                async with asyncio.timeout(self._heartbeat_seconds):
                    await changed.wait()
            except TimeoutError:
                part = self.events[position - 1].part if position else 0
                yield TurnEvent(position, self._clock.now(), Heartbeat(), part)
