"""The slots of a question, as far as they have been filled; what a conversation remembers between turns."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Final

from pydantic import TypeAdapter

from services.chat.semantic import (
    Candidate,
    ComparisonKind,
    DimensionMember,
    EntityKind,
    EntityReference,
    Grain,
    Grouping,
    Operator,
    Query,
    Role,
    UnitKind,
)
from services.chat.understanding.periods import Period

PERIOD_OF_BEFORE: Final = "앞 질문의 기간"
COMPARED_BY_DEFAULT: Final = "비교할 기간을 말하지 않아"
"""How the notes begin that call for other readings (see `other_readings`)."""


@dataclass(frozen=True, slots=True)
class ComparisonSlot:
    """A comparison as it was said; `base` where the asker named the other period."""

    kind: ComparisonKind
    base: Period | None = None
    unit: Grain | None = None
    """The size that the words themselves name (전월 대비)."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit on a figure; `metric` empty means the first one."""

    operator: Operator
    value: Decimal
    unit: UnitKind | None = None
    metric: str = ""
    role: Role = Role.NONE
    """Of the change or the share instead of the figure itself."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name that may be one of several things, not yet decided."""

    mention: str
    candidates: tuple[Candidate, ...]
    total_count: int
    excluded: bool = False
    others: bool = False
    """Other things fit less closely: what it was taken for is said."""
    chosen: bool = False
    """The asker chose this one: nothing is assumed any more."""
    among: bool = False
    """It is told apart from what stands before it (해외 중 일본)."""


@dataclass(frozen=True, slots=True)
class Members:
    """Members of a dimension that rows must, or must not, belong to; `fresh` ones were said in this question."""

    dimension: str
    members: tuple[EntityReference, ...] = ()
    excluded: bool = False
    fresh: bool = False
    own: bool = False
    """The asker's own member ("우리 팀")."""
    narrowed: bool = False
    """Rows that were shown, of which some are asked for ("그 중 연체된 데")."""
    values: tuple[DimensionMember, ...] = ()
    """Of a dimension with fixed members ("보류 중인")."""
    missing: bool = False
    """Rows without a member ("브랜드 없는")."""
    namesakes: tuple[EntityReference, ...] = ()
    """Things of other kinds that the name fits as well: another measure may mean those."""


@dataclass(frozen=True, slots=True)
class PartyGrouping:
    """거래처별: by customer or supplier, whichever the metric says; `keys` are the catalog's own meanings.

    `asks`: only a question word or a placeholder says so (누구: who; 어디, 곳, 데: where; 뭐: what): the rows of before
    may be meant.
    """

    keys: tuple[str, ...] = ()
    asks: str = ""
    position: int = 0
    """How many other groupings stand before it."""


@dataclass(frozen=True)
class Frame:
    """Slots; an empty one was not said. Serialised into a turn's memory, so fields are only ever added."""

    metrics: tuple[str, ...] = ()
    metric_options: tuple[str, ...] = ()
    """Metrics of which one is meant."""
    period: Period | None = None
    open_period: bool = False
    """A period was asked for without saying which ("최근")."""
    comparison: ComparisonSlot | None = None
    groupings: tuple[Grouping, ...] = ()
    party: PartyGrouping | None = None
    members: tuple[Members, ...] = ()
    names: tuple[Name, ...] = ()
    listed: bool = False
    """The names were listed (A와 B): each has its own row."""
    narrow: bool = False
    """The names stay inside the members of before ("그 중에서")."""
    carried: bool = False
    """Slots of the question before stand beside these names."""
    bounds: tuple[Bound, ...] = ()
    descending: bool | None = None
    top: int = 0
    by_time: bool = False
    """The order is by day, and not by the figure ("마지막 주문")."""
    rank: bool = False
    trend: bool = False
    share: bool = False
    part: bool = False
    """Of the names, the last is the part of which the share is asked ("A 매출에서 B가 차지하는 비중")."""
    cumulative: bool = False
    companies: tuple[EntityReference, ...] = ()
    all_companies: bool = False
    currency: str = ""
    due: Period | None = None
    """When the things fall due ("이번 주 납기")."""
    average: Grain | None = None
    open_average: bool = False
    """An average was asked for without saying over what."""
    ordered_by: Role = Role.NONE
    """The order is by the change or its rate ("가장 많이 늘어난")."""
    without: bool = False
    """Those that have none ("안 팔린 품목")."""
    counted: bool = False
    """How many rows there are ("몇 곳")."""
    rank_from: int = 0
    """The cut begins at this place ("3위부터 5위")."""
    both_ends: bool = False
    """The other end of the ranking is asked for as well ("가장 큰 곳과 가장 작은 곳")."""
    chosen: "Chosen | None" = None
    """Only things that another question chooses ("매출 상위 10개 거래처 중 …")."""
    top_within: int = 0
    """The cut counts inside each member of this many groupings ("지역별 상위 3개")."""
    merged: bool = False
    """The names are one sum ("A랑 B 합쳐서")."""
    documents: EntityKind | None = None
    """One row a document of this kind."""
    all_time: bool = False
    """No period was said, and none is needed: documents in a state."""
    only: tuple[EntityReference, ...] = ()
    """Of the rows, those of these alone are shown ("대한상사의 비중")."""
    premise: int = 0
    """Which way the asker takes it to have gone ("왜 줄었지?"): 1 up, -1 down."""
    scale: int = 0
    """In which unit the text writes amounts ("백만원 단위로")."""
    record: EntityReference | None = None
    notes: tuple[str, ...] = ()
    others: tuple["Option", ...] = ()
    """Other readings of the question, offered beside the answer."""
    focus: tuple[EntityReference, ...] = ()
    """What the answer spoke of first; "그 거래처" points at it."""

    @property
    def ranked(self) -> bool:
        return self.descending is not None or self.top > 0

    @property
    def grouped(self) -> bool:
        return bool(self.groupings or self.party or self.listed or self.documents)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What another question shows, as a condition: its slots; `excluded`: all but that; `shown`: one row for each."""

    frame: Frame
    excluded: bool = False
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a question back, with the slots as they are when it is chosen."""

    label: str
    frame: Frame
    entity: EntityReference | None = None


@dataclass(frozen=True, slots=True)
class Memory:
    """What a turn leaves for the next one.

    `options`: the choices of a question back; `more`: there were more than offered; `alternatives`: other readings of
    an answer; `shown`: what the rows of the answer were about, in their order; `spoken`: what was spoken of, the latest
    first; `waiting`: questions of the message that come after the reply.
    """

    frame: Frame = Frame()
    options: tuple[Option, ...] = ()
    more: bool = False
    alternatives: tuple[Option, ...] = ()
    shown: tuple[EntityReference, ...] = ()
    spoken: tuple[EntityReference, ...] = ()
    waiting: tuple[str, ...] = ()
    unmet: tuple[str, ...] = ()
    """Words that were not understood, and that no answer has taken up since."""
    earlier: tuple[Frame, ...] = ()
    """What was asked of other measures before, the latest first: "아까 매출로"."""


_MEMORY: Final = TypeAdapter(Memory)


def dump_memory(memory: Memory) -> str:
    """As JSON, for the store."""
    return _MEMORY.dump_json(memory, exclude_defaults=True).decode()


def load_memory(text: str) -> Memory:
    """The memory of a turn; empty for a turn without one."""
    return _MEMORY.validate_json(text) if text else Memory()


# --- readings -----------------------------------------------------------------------------------


class Ask(StrEnum):
    """What a question back is about; its wording is looked up by this."""

    METRIC = "metric"
    PERIOD = "period"
    NAME = "name"
    DIMENSION = "dimension"
    GROUP_BY = "group_by"
    WHICH_YEAR = "which_year"
    WORDS = "words"
    UNIT = "unit"
    PERIODS = "periods"
    DOCUMENT = "document"
    COMPARISON = "comparison"
    AVERAGE = "average"


class RefusalKind(StrEnum):
    """Why a question is not answered."""

    WRITE = "write"
    UNKNOWN = "unknown"
    INJECTION = "injection"
    FORBIDDEN = "forbidden"
    OUT_OF_SCOPE = "out_of_scope"
    CAUSE = "cause"
    LIMIT = "limit"
    """Something that no query can say yet; `about` names it."""


@dataclass(frozen=True, slots=True)
class QueryReading:
    """A typed query; `frame` is what the conversation remembers, `notes` are assumptions to be said."""

    query: Query
    frame: Frame
    period_label: str
    comparison_label: str = ""
    comparison_cut: bool = False
    """The other period was cut to as many days as have passed of the asked one."""
    notes: tuple[str, ...] = ()
    alternatives: tuple[Option, ...] = ()
    """Other readings, with the slots as they are then."""
    only: tuple[EntityReference, ...] = ()
    """The rows of these alone are the answer; the others are there for their sum."""
    chosen: str = ""
    """What another question chose, in words ("매출 상위 5곳 거래처")."""
    left_out: str = ""
    """The same, where it is left out."""


@dataclass(frozen=True, slots=True)
class RecordReading:
    """One document."""

    entity: EntityReference
    frame: Frame


@dataclass(frozen=True, slots=True)
class QuestionBack:
    """Something is missing or open; `about` and `words` fill the wording."""

    ask: Ask
    options: tuple[Option, ...] = ()
    about: str = ""
    words: tuple[str, ...] = ()
    total_count: int = 0
    frame: Frame = field(default_factory=Frame)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Not answered, with the reason."""

    kind: RefusalKind
    about: str = ""
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AboutDocuments:
    """What rules, manuals and notices say, and not what the ERP counts."""


@dataclass(frozen=True, slots=True)
class NotFound:
    """A document was asked for by a number that none has, or something by a name that nothing has."""

    about: str
    is_name: bool = False
    frame: Frame = Frame()
    """The rest of the question, for a name said better."""


@dataclass(frozen=True, slots=True)
class FuturePeriod:
    """A period that has not begun, or (`past`) is over before the data begins: there is no data of it."""

    period_label: str
    about: str
    past: bool = False


@dataclass(frozen=True, slots=True)
class SmallTalk:
    """A greeting, thanks or a call for help."""

    kind: str


@dataclass(frozen=True, slots=True)
class Defined:
    """What these measures mean is asked for, and not how much they are."""

    metrics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Several:
    """Measures of one question that need a query each."""

    readings: tuple["Reading", ...]


Reading = (
    QueryReading
    | RecordReading
    | QuestionBack
    | Refusal
    | AboutDocuments
    | NotFound
    | FuturePeriod
    | SmallTalk
    | Defined
    | Several
)
