"""What the chat core needs from outside, as protocols with their promises."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from services.chat.audit_chain import Link, NewEntry, Range, Verification
from services.chat.conversation import Asker, Conversation, Intent, Rating, Turn, TurnEvent
from services.chat.passages import Found, Passage
from services.chat.result import Record, Result
from services.chat.semantic import Catalog, EntityKind, Query, Resolution


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
    """Milliseconds, measured where the model runs: waiting for a slot, reading the prompt, writing."""

    queue_ms: float
    prefill_ms: float
    decode_ms: float


@dataclass(frozen=True, slots=True)
class GenerationChunk:
    """The next piece of text, which may be empty in the last chunk. Only the last one has a finish reason,
    and usage and timings where the model tells them."""

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


class IntentModel(Protocol):
    """Says what a question is about, by its words alone."""

    async def classify(self, text: str) -> Intent | None:
        """The label, "unsure" where no label is likely enough; None when the model is away, slow or busy.

        Answers within a time that an asker doesn't notice, whatever happens, and raises nothing. Cancelling the call
        cancels nothing behind it.
        """
        ...


class ErpData(Protocol):
    """The company's data, read under the asker's policy. The asker is the one of the request being served.

    Every method raises `services.kit.errors.MaruError`: what the ERP service answered, or that it is away.
    """

    async def describe(self) -> Catalog:
        """The catalog as the asker sees it; the same object as before while nothing changed."""
        ...

    async def resolve(
        self, mentions: Sequence[str], kinds: Sequence[EntityKind] = ()
    ) -> Sequence[Resolution]:
        """What each mention may name, in the order of the mentions; only what the asker may see.

        `kinds` empty means all. No match is a resolution without candidates. At most a few hundred mentions.
        """
        ...

    async def run(self, query: Query) -> Result:
        """The exact table of a query. Equal queries over equal data have equal results."""
        ...

    async def record(self, name: str) -> Record:
        """One document by its resource name, `records/{kind}/{number}`.

        Raises:
            RecordNotFound: there is none that the asker may see.
        """
        ...


class Documents(Protocol):
    """The company's documents, as far as the asker of the request being served may read them.

    Every method raises `services.kit.errors.MaruError`: what the retrieval service answered, or that it is away.
    """

    async def search(self, query: str, max_hits: int) -> Found:
        """The passages that may answer a question in the asker's words, the best first."""
        ...

    async def passage(self, name: str) -> Passage:
        """One passage by its resource name; of an older version of its document, too.

        Raises:
            PassageNotFound: there is none that the asker may read.
        """
        ...


@dataclass(frozen=True, slots=True)
class Page:
    """Where a page of a list begins and how many it holds. `after` is opaque to all but the store."""

    size: int
    after: str = ""


class Conversations(Protocol):
    """Keeps conversations, their turns and the events of the turns.

    `owner` is the asker's subject. What belongs to another owner does not exist: ConversationNotFound, TurnNotFound.
    Each method happens wholly or not at all. Times are kept to the millisecond at least and come back in UTC.

    Idempotence: a `request_id` is remembered for each owner together with `digest`, a digest of the request's other
    fields. The same id and digest gives the first call's answer and changes nothing; the same id with another digest
    raises RequestIdReused. `forget_requests` ends that for old ones.
    """

    async def create(
        self, owner: str, title: str, request_id: str, digest: str, now: datetime
    ) -> Conversation:
        """A new, empty conversation."""
        ...

    async def get(self, owner: str, conversation_id: str) -> Conversation:
        """One conversation."""
        ...

    async def list(self, owner: str, page: Page) -> tuple[Sequence[Conversation], str]:
        """The owner's conversations, the last changed first, and where the next page begins ("" at the end).

        A page that begins where one before ended has none of that one's. Raises PageTokenInvalid for an `after` that
        this store did not give for this owner.
        """
        ...

    async def rename(
        self,
        owner: str,
        conversation_id: str,
        title: str,
        etag: str,
        request_id: str,
        digest: str,
        now: datetime,
    ) -> Conversation:
        """Give it a title; every change gives it another etag.

        Raises:
            EtagMismatch: `etag` is neither empty nor the conversation's.
        """
        ...

    async def delete(self, owner: str, conversation_id: str, etag: str, request_id: str, digest: str) -> None:
        """Delete it with its turns.

        Raises:
            EtagMismatch: `etag` is neither empty nor the conversation's.
            TurnRunning: a turn of it is running.
        """
        ...

    async def begin_turn(
        self,
        owner: str,
        conversation_id: str,
        question: str,
        request_id: str,
        digest: str,
        now: datetime,
        asker: Asker | None = None,
    ) -> tuple[Turn, bool]:
        """A new running turn, and True; or the turn that the same request began before, and False.

        `asker` is kept for the audit; None where only the owner is known.

        The first question becomes the title of a conversation without one.

        Raises:
            TurnRunning: another turn of it is running.
        """
        ...

    async def last_memory(self, owner: str, conversation_id: str) -> str:
        """The memory of the last ended turn that left one; "" where there is none."""
        ...

    async def end_turn(self, turn: Turn, events: Sequence[TurnEvent]) -> None:
        """Keep an ended turn and its events, and append its entry to the audit: both or neither. The conversation
        counts as changed at the turn's end.

        A turn whose conversation is gone is dropped in silence; one that has ended already stays as it is.
        """
        ...

    async def get_turn(self, owner: str, conversation_id: str, turn_id: str) -> Turn:
        """One turn."""
        ...

    async def events(self, owner: str, conversation_id: str, turn_id: str) -> Sequence[TurnEvent]:
        """The kept events of an ended turn, in order; empty while it runs."""
        ...

    async def list_turns(self, owner: str, conversation_id: str, page: Page) -> tuple[Sequence[Turn], str]:
        """A conversation's turns, the oldest first, and where the next page begins, as in `list`."""
        ...

    async def rate_turn(self, owner: str, conversation_id: str, turn_id: str, rating: Rating | None) -> Turn:
        """Keep a rating, or take it back with None.

        Raises:
            TurnRunning: the turn is running.
        """
        ...

    async def fail_left(self, reason: str, now: datetime) -> int:
        """Every running turn that an earlier process in this one's place began, and every one whose lease is over,
        becomes a failed one, with its entry in the audit: called once at start. The number of them.

        Turns that other processes run are theirs: a lease lasts longer than a turn may run.
        """
        ...

    async def fail_lost(self, reason: str, now: datetime) -> int:
        """As `fail_left`, those alone whose lease is over: their process is gone for good. At any time."""
        ...

    async def forget_requests(self, before: datetime) -> int:
        """Forget the requests that came before: one repeated after that counts as new. The number of them."""
        ...


class AuditLog(Protocol):
    """The audit's chain: appended to, read, verified; nothing in it is ever changed."""

    async def append(self, entry: NewEntry) -> Link:
        """The entry in the chain; the first one with its event id, where there is one already."""
        ...

    async def read(self, wanted: Range, limit: int) -> Sequence[Link]:
        """At most `limit` entries, the last first."""
        ...

    async def verify(self, start: int, end: int, reading: NewEntry) -> Verification:
        """Verify from `start` (0: the first) to `end` (0: the last), and append `reading`, which says so."""
        ...
