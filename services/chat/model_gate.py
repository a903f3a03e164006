"""How many askers the model serves at once, and who comes next."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class ModelBusy(Exception):
    """No place in the queue, or none within the time: the narrator answers."""


class ModelGate:
    """At most `slots` generations at once and `queue` waiting. Owners take turns, so that nobody's many questions
    keep another's one waiting."""

    def __init__(self, slots: int, queue: int, wait_seconds: float) -> None:
        self._free = slots
        self._queue = queue
        self._wait_seconds = wait_seconds
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()

    @property
    def waiting(self) -> int:
        """How many wait."""
        return sum(map(len, self._waiting.values()))

    @asynccontextmanager
    async def slot(self, owner: str) -> AsyncIterator[None]:
        """A place at the model.

        Raises:
            ModelBusy: the queue is full, or no place came free in time.
        """
        await self._enter(owner)
        try:
            yield
        finally:
            self._leave()

    async def _enter(self, owner: str) -> None:
        if self._free:
            self._free -= 1
            return
        if self.waiting >= self._queue:
            raise ModelBusy
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(owner, deque()).append(place)
        try:
            async with asyncio.timeout(self._wait_seconds):
                await place
        except BaseException as error:
            if place.done() and not place.cancelled():
                self._leave()  # the place came at the very moment of giving up
            self._forget(owner, place)
            if isinstance(error, TimeoutError):
                raise ModelBusy from None
            raise

    def _leave(self) -> None:
        """Hand the place to the first of the next owner, who then goes to the end."""
        while self._waiting:
            owner, places = self._waiting.popitem(last=False)
            place = places.popleft()
            if places:
                self._waiting[owner] = places
            if not place.done():
                place.set_result(None)
                return
        self._free += 1

    def _forget(self, owner: str, place: asyncio.Future[None]) -> None:
        places = self._waiting.get(owner)
        if places and place in places:
            places.remove(place)
            if not places:
                del self._waiting[owner]
