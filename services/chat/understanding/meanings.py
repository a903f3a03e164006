"""What words of a question can mean. One span of the text has one of these."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from services.chat.semantic import Candidate, ComparisonKind, EntityKind, Grain, Operator, UnitKind
from services.chat.understanding.periods import Period


@dataclass(frozen=True, slots=True)
class MetricWord:
    """A measure; several keys where the word names several."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DimensionWord:
    """A dimension; `party`: the word means customer or supplier, whichever the metric says."""

    keys: tuple[str, ...]
    party: bool = False


@dataclass(frozen=True, slots=True)
class GrainWord:
    """월별, 매주."""

    grain: Grain


@dataclass(frozen=True, slots=True)
class GrainNoun:
    """달, 분기: a step of time where something is ranked ("가장 많은 달")."""

    grain: Grain


@dataclass(frozen=True, slots=True)
class TimeWord:
    """A period, or None for one left open ("최근")."""

    period: Period | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class ComparisonWord:
    """전월 대비, 전년 동월 대비. `year_before`: 전년 대비, which follows the size of what is asked."""

    kind: ComparisonKind
    unit: Grain | None = None
    year_before: bool = False


@dataclass(frozen=True, slots=True)
class BoundWord:
    """100만원 이상."""

    operator: Operator
    value: Decimal
    unit: UnitKind | None


@dataclass(frozen=True, slots=True)
class CutWord:
    """상위 5개, 하위, 1위, 가장: `count` None where no number is said; `single` for 가장 and 최고."""

    count: int | None
    descending: bool | None = None
    single: bool = False
    party: bool = False


@dataclass(frozen=True, slots=True)
class CountWord:
    """5곳, 3개: how many rows; `counted` is the kind of thing that the counter is for."""

    count: int
    counted: EntityKind | None = None
    party: bool = False
    only: bool = False


@dataclass(frozen=True, slots=True)
class SizeWord:
    """많은, 적은."""

    descending: bool


@dataclass(frozen=True, slots=True)
class OrderWord:
    """순으로, 내림차순; `descending` None where the size word says it."""

    descending: bool | None = None


@dataclass(frozen=True, slots=True)
class CurrencyWord:
    """달러."""

    code: str


@dataclass(frozen=True, slots=True)
class VagueMeasure:
    """팔린, 실적: names of measures that it may mean."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NameWord:
    """A name, with what it may name."""

    mention: str
    candidates: tuple[Candidate, ...]
    total_count: int
    others: bool = False
    """Other things fit less closely."""


@dataclass(frozen=True, slots=True)
class DocumentNumber:
    """ "12번 발주": a number with a document kind, with the documents that it may be."""

    number: str
    kind: EntityKind | None
    candidates: tuple[Candidate, ...] = ()
    total_count: int = 0


@dataclass(frozen=True, slots=True)
class UnitWord:
    """금액, 수량: the kind of figure wanted; BALANCE words fit balances only."""

    kind: UnitKind | None
    balance: bool = False


@dataclass(frozen=True, slots=True)
class SmallTalkWord:
    """A greeting, thanks, a call for help."""

    kind: str


class Sign(StrEnum):
    """Words that need nothing beside what they are."""

    BY = "by"
    TREND = "trend"
    SHARE = "share"
    CUMULATIVE = "cumulative"
    VERSUS = "versus"
    COMPARE = "compare"
    CHANGE = "change"
    RANK = "rank"
    EXCLUDE = "exclude"
    PRESENT = "present"
    ALL_COMPANIES = "all_companies"
    CONTINUES = "continues"
    CORRECTS = "corrects"
    WITHIN = "within"
    THAT = "that"
    IT = "it"
    RESHAPE = "reshape"
    IGNORED = "ignored"
    UNSUPPORTED = "unsupported"


Meaning = (
    MetricWord
    | DimensionWord
    | GrainWord
    | GrainNoun
    | TimeWord
    | ComparisonWord
    | BoundWord
    | CutWord
    | CountWord
    | SizeWord
    | OrderWord
    | CurrencyWord
    | VagueMeasure
    | NameWord
    | DocumentNumber
    | UnitWord
    | SmallTalkWord
    | Sign
)


@dataclass(frozen=True, slots=True)
class Span:
    """A claim of a meaning on the text from `start` to `end`; the heavier claim wins where two overlap."""

    start: int
    end: int
    meaning: Meaning
    weight: float
    exact: bool = True
    """False for a name that only a part of a registered one fits."""
