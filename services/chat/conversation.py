"""Conversations, turns, answers and the events of a turn: plain data."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from services.chat.passages import Span
from services.chat.result import ResultContext, Table
from services.chat.semantic import EntityReference, Query, Unit


@dataclass(frozen=True, slots=True)
class Conversation:
    """A thread of questions of one person. `id` is the bare id, without its collection."""

    id: str
    title: str
    create_time: datetime
    update_time: datetime
    turn_count: int
    etag: str

    @property
    def name(self) -> str:
        return f"conversations/{self.id}"


class TurnState(StrEnum):
    """Where a turn stands."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


class Outcome(StrEnum):
    """How a question was answered."""

    ANSWERED = "answered"
    CLARIFIED = "clarified"
    REFUSED = "refused"
    NO_DATA = "no_data"


class FinishReason(StrEnum):
    """Why the text ends where it ends."""

    COMPLETE = "complete"
    STOPPED = "stopped"
    MAX_TOKENS = "max_tokens"


class Composer(StrEnum):
    """Who worded the text."""

    MODEL = "model"
    NARRATOR = "narrator"
    MODEL_THEN_NARRATOR = "model_then_narrator"


@dataclass(frozen=True, slots=True)
class Fact:
    """A cell of the table, next to the thing it belongs to."""

    value: str
    unit: Unit
    rendered: str
    row_index: int
    column_key: str
    metric: str
    label: str = ""
    entity: EntityReference | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a question back, or another reading of an answered one; `number` from 1."""

    number: int
    label: str
    entity: EntityReference | None = None


@dataclass(frozen=True, slots=True)
class Clarification:
    """A question back."""

    question: str
    choices: tuple[Choice, ...] = ()
    unused_words: tuple[str, ...] = ()


class ChartKind(StrEnum):
    """How to draw a table."""

    BAR = "bar"
    LINE = "line"
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class ChartHint:
    """Kind of chart, the column along the axis, the columns drawn."""

    kind: ChartKind
    category_column: str
    value_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage that the text rests on. `number`: by which the text refers to it, from 1; `document` and `passage`: the
    resource names of the version and of the passage; `quote`: its words as the text has them, which lie at `spans`
    of the passage's text; `effective_date`: None where nothing says it; `withheld`: the asker can't read it any more.
    """

    number: int
    document: str = ""
    passage: str = ""
    title: str = ""
    heading_path: tuple[str, ...] = ()
    page: int = 0
    quote: str = ""
    spans: tuple[Span, ...] = ()
    effective_date: date | None = None
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Intent:
    """What the intent model took a question for. `label`: data, documents, smalltalk, help, write, other, or unsure;
    `model`: name and version, as Triton names them."""

    label: str
    probability: Decimal
    model: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What an answer cost; None where a step did not happen."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    understanding: timedelta | None = None
    query: timedelta | None = None
    time_to_table: timedelta | None = None
    time_to_first_text: timedelta | None = None
    composing: timedelta | None = None
    total: timedelta | None = None
    model: str = ""
    intent: Intent | None = None
    """Where the intent model was asked and answered in time."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with its proof. `further`: those to the further questions of the message; `question`: the words that
    this one answers, where there are several.
    """

    text: str
    outcome: Outcome
    finish_reason: FinishReason = FinishReason.COMPLETE
    composer: Composer = Composer.NARRATOR
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
    usage: Usage = field(default_factory=Usage)
    further: tuple["Answer", ...] = ()
    question: str = ""
    citations: tuple[Citation, ...] = ()


class Thumb(StrEnum):
    """A rating's thumb."""

    NONE = "unspecified"
    UP = "up"
    DOWN = "down"


class RatingReason(StrEnum):
    """What is wrong with an answer."""

    NONE = "unspecified"
    WRONG_NUMBER = "wrong_number"
    MISUNDERSTOOD = "misunderstood"
    INCOMPLETE = "incomplete"
    STALE = "stale"
    WORDING = "wording"
    SLOW = "slow"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Rating:
    """What the asker thinks of an answer."""

    thumb: Thumb
    reason: RatingReason = RatingReason.NONE
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asked a turn, beside the conversation's owner, for the audit. `actor`: the client that acted for them."""

    username: str
    actor: str = ""
    trace_id: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and its answer. `memory` is what the next turn must know of this one, in the core's own JSON."""

    id: str
    conversation_id: str
    question: str
    state: TurnState
    create_time: datetime
    complete_time: datetime | None = None
    answer: Answer | None = None
    failure_reason: str = ""
    rating: Rating | None = None
    memory: str = ""

    @property
    def name(self) -> str:
        return f"conversations/{self.conversation_id}/turns/{self.id}"


# --- events -----------------------------------------------------------------------------------------------------------


class Step(StrEnum):
    """Steps of answering."""

    UNDERSTANDING = "understanding"
    LINKING = "linking"
    QUERYING = "querying"
    FETCHING_RECORD = "fetching_record"
    RETRIEVING = "retrieving"
    COMPOSING = "composing"


@dataclass(frozen=True, slots=True)
class Started:
    """The question was accepted."""

    turn: str


@dataclass(frozen=True, slots=True)
class Progress:
    """A step began; Korean words for people."""

    step: Step
    text: str


@dataclass(frozen=True, slots=True)
class ResultReady:
    """The exact result; comes before any text about it."""

    table: Table
    facts: tuple[Fact, ...]
    context: ResultContext
    query: Query | None
    assumptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TextDelta:
    """Text to append."""

    text: str


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Nothing new; never kept."""


@dataclass(frozen=True, slots=True)
class Completed:
    """The turn ended; holds all of the answer."""

    turn: Turn


EventBody = (
    Started
    | Progress
    | ResultReady
    | TextDelta
    | ChartHint
    | Citation
    | Clarification
    | Heartbeat
    | Completed
)


@dataclass(frozen=True, slots=True)
class TurnEvent:
    """One step of a turn as it happens; `sequence` from 1 without gaps; `part`: which question of the message."""

    sequence: int
    time: datetime
    body: EventBody
    part: int = 0
