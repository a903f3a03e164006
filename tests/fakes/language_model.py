"""chat's `LanguageModel`, scripted."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from services.chat.ports import FinishReason, GenerationChunk, GenerationRequest, Usage


@dataclass
class ScriptedModel:
    """Writes `text` in pieces. `hold` is waited for before each piece from the `hold_from`-th on."""

    text: str = ""
    piece: int = 4
    finish: FinishReason = FinishReason.STOP
    failure: Exception | None = None
    fail_from: int = 0
    hold: asyncio.Event | None = None
    hold_from: int = 1
    requests: list[GenerationRequest] = field(default_factory=list)
    active: int = 0
    most_active: int = 0
    wrote: asyncio.Event = field(default_factory=asyncio.Event)
    freed: asyncio.Event = field(default_factory=asyncio.Event)

    async def generate(self, request: GenerationRequest) -> AsyncIterator[GenerationChunk]:
        self.requests.append(request)
        self.active += 1
        self.most_active = max(self.most_active, self.active)
        try:
            pieces = [self.text[i : i + self.piece] for i in range(0, len(self.text), self.piece)]
            for index, piece in enumerate(pieces):
                if self.hold and index >= self.hold_from:
                    await self.hold.wait()
                if self.failure and index >= self.fail_from:
                    raise self.failure
                yield GenerationChunk(piece)
                self.wrote.set()
            if self.failure and self.fail_from >= len(pieces):
                raise self.failure
            yield GenerationChunk("", self.finish, Usage(100, 90, len(pieces)))
        finally:
            self.active -= 1
            self.freed.set()
