"""A turn's answer as far as it has come: one part for each question of the message."""

import asyncio
import time
from dataclasses import dataclass, field, replace
from datetime import timedelta

from services.chat.composing.wording import Register, register_of
from services.chat.conversation import (
    Answer,
    ChartHint,
    Choice,
    Citation,
    Clarification,
    Composer,
    EventBody,
    Fact,
    FinishReason,
    Outcome,
    Usage,
)
from services.chat.event_log import EventLog
from services.chat.result import ResultContext, Table
from services.chat.semantic import Query
from services.chat.telling import Telling
from services.chat.understanding.frame import Memory, dump_memory


@dataclass(slots=True)
class Part:
    """The answer to one question. `memory`: what the next question must know of it."""

    question: str
    register: Register
    index: int
    log: EventLog
    started: float = field(default_factory=time.perf_counter)
    outcome: Outcome = Outcome.ANSWERED
    finish_reason: FinishReason = FinishReason.COMPLETE
    composer: Composer = Composer.NARRATOR
    text: str = ""
    telling: Telling | None = None
    table: Table | None = None
    facts: tuple[Fact, ...] = ()
    context: ResultContext | None = None
    query: Query | None = None
    clarification: Clarification | None = None
    suggestions: tuple[str, ...] = ()
    chart: ChartHint | None = None
    assumptions: tuple[str, ...] = ()
    alternatives: tuple[Choice, ...] = ()
    refusal_reason: str = ""
    citations: tuple[Citation, ...] = ()
    memory: Memory | None = None
    usage: Usage = field(default_factory=Usage)

    def note(self, body: EventBody) -> None:
        """An event of this part."""
        self.log.append(body, self.index)

    def since_start(self) -> timedelta:
        """How long this part has taken so far."""
        return timedelta(seconds=time.perf_counter() - self.started)

    def stop(self) -> None:
        """Nothing more comes: what is there is the answer."""
        self.finish_reason = FinishReason.STOPPED
        if self.telling:
            self.text = self.telling.text
            self.composer = Composer.MODEL if self.text else Composer.NARRATOR

    def answer(self) -> Answer:
        """The answer, as it stands."""
        usage = self.usage
        if self.telling:
            first = self.telling.first_text_at
            usage = replace(
                usage,
                prompt_tokens=self.telling.prompt_tokens,
                completion_tokens=self.telling.completion_tokens,
                time_to_first_text=timedelta(seconds=first - self.started) if first else None,
            )
        return Answer(
            text=self.text,
            outcome=self.outcome,
            finish_reason=self.finish_reason,
            composer=self.composer,
            table=self.table,
            facts=self.facts,
            context=self.context,
            query=self.query,
            clarification=self.clarification,
            suggestions=self.suggestions,
            chart=self.chart,
            assumptions=self.assumptions,
            alternatives=self.alternatives,
            refusal_reason=self.refusal_reason,
            citations=self.citations,
            usage=replace(usage, total=usage.total or self.since_start()),
        )


@dataclass(slots=True)
class Draft:
    """The answer to one message. What is here when the asker stops is what stays."""

    question: str
    owner: str
    choice_number: int
    memory_before: str
    log: EventLog
    abandoned: asyncio.Event
    parts: list[Part] = field(default_factory=list)
    memory: Memory | None = None
    """What the conversation remembers of the turn; None leaves what was there."""

    def __post_init__(self) -> None:
        self.begin(self.question)

    @property
    def first(self) -> Part:
        return self.parts[0]

    def begin(self, question: str) -> Part:
        """The part of the next question."""
        register = register_of(self.question)
        self.parts.append(Part(question, register, len(self.parts), self.log))
        return self.parts[-1]

    def since_start(self) -> timedelta:
        """How long the turn has taken so far."""
        return self.first.since_start()

    def stop(self) -> None:
        """Nothing more comes: what is there is the answer."""
        self.parts[-1].stop()

    def answer(self) -> Answer:
        """The answers, as they stand: the first with the further ones inside."""
        first, *further = (part.answer() for part in self.parts)
        if not further:
            return first
        asked = [replace(a, question=p.question) for a, p in zip((first, *further), self.parts, strict=True)]
        return replace(asked[0], further=tuple(asked[1:]))

    def memory_text(self) -> str:
        """What the conversation remembers of this turn; "" leaves what was there."""
        return dump_memory(self.memory) if self.memory else ""
