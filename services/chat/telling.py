"""Tells an answer: the model decodes it under its grammar, the narrator finishes what the model does not."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import structlog

from services.chat.composing.guard import foreign_parts
from services.chat.composing.language import Cursor, Language
from services.chat.conversation import Composer, FinishReason
from services.chat.errors import LanguageModelRejected, LanguageModelUnavailable
from services.chat.model_gate import ModelBusy, ModelGate
from services.chat.ports import FinishReason as Finish
from services.chat.ports import GenerationChunk, GenerationRequest, LanguageModel

log = structlog.get_logger(__name__)

MAX_TOKENS: Final = 512
_TOKENS_PER_CHARACTER: Final = 2
_STOP: Final = ("\n",)


class Told(Protocol):
    """What is counted of every telling."""

    def guard_refused(self) -> None:
        """The model wrote something that is not legal."""
        ...

    def model_failed(self, cause: str) -> None:
        """The model did not do its part."""
        ...


@dataclass(slots=True)
class Telling:
    """One answer's text as it grows."""

    language: Language
    emit: Callable[[str], None]
    text: str = ""
    cursor: Cursor = field(init=False)
    finish: Finish | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    first_text_at: float | None = None

    def __post_init__(self) -> None:
        self.cursor = self.language.start

    def add(self, text: str) -> bool:
        """Append as much as is legal; whether all of it was."""
        self.cursor, read = self.language.advance(self.cursor, text)
        if read:
            if self.first_text_at is None:
                self.first_text_at = time.perf_counter()
            self.text += text[:read]
            self.emit(text[:read])
        return read == len(text)

    @property
    def is_whole(self) -> bool:
        """Whether the text is a whole answer."""
        return bool(self.text) and self.language.is_whole(self.cursor)


class ForeignText(Exception):
    """The finished text holds a figure or a word that is neither an atom nor the writer's: a bug, never shown."""


class Teller:
    """Tells answers with a model behind a gate.

    `first_text_seconds` and `text_seconds` bound the model's silence before its first text and its whole text.
    """

    def __init__(
        self,
        model: LanguageModel,
        gate: ModelGate,
        told: Told,
        first_text_seconds: float,
        text_seconds: float,
    ) -> None:
        self._model = model
        self._gate = gate
        self._told = told
        self._first_text_seconds = first_text_seconds
        self._text_seconds = text_seconds

    async def tell(
        self, telling: Telling, prompt: str, owner: str, abandoned: asyncio.Event
    ) -> tuple[Composer, FinishReason]:
        """Tell all of it; returns who told it and why it ends.

        `abandoned`: nobody listens any more; the model is let go at once and the narrator finishes.

        Raises:
            ForeignText: the second look found something that must not be there.
        """
        if not abandoned.is_set():
            await self._until(abandoned, self._generate(telling, prompt, owner))
        begun = bool(telling.text)
        if telling.finish is Finish.STOP and (rest := telling.language.forced(telling.cursor)):
            telling.add(rest)  # what the model's grammar leaves out, since nothing is left to choose
        if not telling.is_whole:
            telling.add(telling.language.complete(telling.text))
            composer = Composer.MODEL_THEN_NARRATOR if begun else Composer.NARRATOR
        else:
            composer = Composer.MODEL
        if foreign_parts(telling.text, telling.language.atoms):
            raise ForeignText
        cut = composer is Composer.MODEL_THEN_NARRATOR and telling.finish is Finish.LENGTH
        return composer, FinishReason.MAX_TOKENS if cut else FinishReason.COMPLETE

    async def _until(self, abandoned: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
        """Do the work, or give it up as soon as nobody listens."""
        working = asyncio.ensure_future(work)
        leaving = asyncio.ensure_future(abandoned.wait())
        try:
            await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            working.cancel()
            leaving.cancel()
            await asyncio.gather(working, leaving, return_exceptions=True)
        if not working.cancelled():
            working.result()

    async def _generate(self, telling: Telling, prompt: str, owner: str) -> None:
        """Let the model write as far as it does; its failures end its part and nothing else."""
        language = telling.language
        request = GenerationRequest(
            prompt=prompt,
            max_tokens=min(MAX_TOKENS, language.longest * _TOKENS_PER_CHARACTER + 8),
            stop=_STOP,
            grammar=language.gbnf,
        )
        loop = asyncio.get_running_loop()
        try:
            async with (
                self._gate.slot(owner),
                asyncio.timeout(self._first_text_seconds) as bound,
                _closing(self._model.generate(request)) as chunks,
            ):
                async for chunk in chunks:
                    text = chunk.text
                    if text and not telling.text:
                        bound.reschedule(loop.time() + self._text_seconds)
                        text = text.lstrip(" ")
                    if text and not telling.add(text):
                        self._told.guard_refused()
                        return
                    if chunk.finish_reason:
                        telling.finish = chunk.finish_reason
                    if chunk.usage:
                        telling.prompt_tokens = chunk.usage.prompt_tokens
                        telling.completion_tokens = chunk.usage.completion_tokens
        except ModelBusy:
            self._told.model_failed("busy")
        except TimeoutError:
            self._told.model_failed("slow")
        except LanguageModelUnavailable:
            self._told.model_failed("unavailable")
        except LanguageModelRejected:
            self._told.model_failed("rejected")
        except Exception:  # whatever the model's adapter does, the answer is told
            log.exception("model_unforeseen")
            self._told.model_failed("unforeseen")


@asynccontextmanager
async def _closing(chunks: AsyncIterator[GenerationChunk]) -> AsyncIterator[AsyncIterator[GenerationChunk]]:
    """Close the iterator on leaving, however that happens: the model is then free."""
    try:
        yield chunks
    finally:
        if close := getattr(chunks, "aclose", None):
            await close()
