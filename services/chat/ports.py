"""What the chat core needs from outside, as protocols with their promises."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class FinishReason(StrEnum):
    """Why a generation ended."""

    STOP = "stop"  # the model ended, the grammar was complete, or a stop string came
    LENGTH = "length"  # max_tokens reached
    CANCELLED = "cancelled"  # stopped from outside


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """One completion. `grammar` is GBNF; the text is then always a prefix of one of its sentences."""

    prompt: str
    max_tokens: int
    temperature: float = 0.0
    seed: int | None = None
    stop: tuple[str, ...] = ()
    grammar: str | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one generation; `cached_tokens` of the prompt were taken from the prompt cache."""

    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int


@dataclass(frozen=True, slots=True)
class GenerationTimings:
    """Milliseconds, measured where the model runs: waiting for a slot, reading the prompt, writing the text."""

    queue_ms: float
    prefill_ms: float
    decode_ms: float


@dataclass(frozen=True, slots=True)
class GenerationChunk:
    """The next piece of text. Only the last chunk has a finish reason, and usage and timings if the model tells them."""

    text: str
    finish_reason: FinishReason | None = None
    usage: Usage | None = None
    timings: GenerationTimings | None = None


class LanguageModel(Protocol):
    """Completes a prompt, streamed."""

    def generate(self, request: GenerationRequest) -> AsyncIterator[GenerationChunk]:
        """Yield the text in order, append only; the last chunk, and only it, has a finish reason.

        Close the iterator (or cancel the task that reads it) to stop: the sequence is freed in the
        background, nothing more is awaited. Close it explicitly (`contextlib.aclosing`) when leaving early.

        Raises, from the first or a later step:
            LanguageModelUnavailable: the model is away, overloaded, or went away in mid-text; what was
                yielded stays valid.
            LanguageModelRejected: the request can't be served as it is (bad grammar, prompt too long).
        """
        ...
