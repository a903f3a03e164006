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
    """A dimension; `party`: the word means customer or supplier, whichever the metric says. `asks`: it only stands for
    what the rows are (곳, 데), as a question word does (see `PartyGrouping`).
    """

    keys: tuple[str, ...]
    party: bool = False
    asks: str = ""


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
    """A period, or None for one left open ("최근"). `until`, `since`: only its end, its beginning was said."""

    period: Period | None
    note: str = ""
    until: bool = False
    since: bool = False


@dataclass(frozen=True, slots=True)
class NewestWord:
    """마지막으로, 가장 최근: the last of what happens, or the `first`; `day`: when it was is asked."""

    first: bool = False
    day: bool = False


@dataclass(frozen=True, slots=True)
class ComparisonWord:
    """전월 대비, 전년 동월 대비. `year_before`: 전년 대비, which follows the size of what is asked.

    `alone`: 전년 동월 without 대비, a period by itself where nothing else is compared with it.
    """

    kind: ComparisonKind
    unit: Grain | None = None
    year_before: bool = False
    alone: bool = False


@dataclass(frozen=True, slots=True)
class ChangeWord:
    """늘어난, 감소율: `direction` 1 up, -1 down, 0 either; `restricting` a noun behind it ("늘어난 거래처")."""

    direction: int
    rate: bool = False
    restricting: bool = False
    yearly: bool = False
    """성장률: against a year ago where nothing else is said."""


@dataclass(frozen=True, slots=True)
class BoundWord:
    """100만원 이상; with `upper` 1억에서 5억 사이."""

    operator: Operator
    value: Decimal
    unit: UnitKind | None
    upper: Decimal | None = None
    short: bool = False
    """천 or 백 stands at its end without a unit: of money, so many 만 are meant ("5천 넘는 거래처")."""
    is_premise: bool = False
    """It is said of the whole, not asked of rows ("10억 넘었지?")."""


@dataclass(frozen=True, slots=True)
class AmountWord:
    """3천만원, 10%: an amount that says by itself what it is an amount of, or nothing."""

    value: Decimal
    unit: UnitKind | None
    short: bool = False
    """As of a `BoundWord`."""


@dataclass(frozen=True, slots=True)
class AgeWord:
    """30일 넘은, 3개월 이상, 7일 이내."""

    count: int
    unit: Grain
    operator: Operator


@dataclass(frozen=True, slots=True)
class DueWord:
    """납기, 입고 예정, 만기: the dates beside it are due dates; `measures` are names of what falls due. `left`: without a
    date it is what is left to do (나가야 하는).
    """

    measures: tuple[str, ...]
    left: bool = False


@dataclass(frozen=True, slots=True)
class DocumentWord:
    """수주, 미출고 수주: documents one by one. Names of the measure and of the count of such documents."""

    kind: EntityKind
    measure: str
    count: str
    open: bool = False
    """Only what is left to do ("미출고")."""


@dataclass(frozen=True, slots=True)
class StateWord:
    """미출고, 납기 지난: names of measures of what is left to do, or late. `listed`: one by one (안 들어온 것들); `flow`: of
    what has not happened in a period (올해 안 나간).
    """

    measures: tuple[str, ...]
    listed: bool = False
    flow: str = ""


@dataclass(frozen=True, slots=True)
class StatusWord:
    """보류 중, 미결제: keys of a document's status."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OwnWord:
    """내, 우리 팀: the asker's own member of a dimension."""

    dimension: str


@dataclass(frozen=True, slots=True)
class AverageWord:
    """월평균; `grain` None for 평균 alone."""

    grain: Grain | None


@dataclass(frozen=True, slots=True)
class LevelWord:
    """대분류: a level of a tree, of a dimension's own or of the one named beside it."""

    level: int
    kind: EntityKind | None = None


@dataclass(frozen=True, slots=True)
class ScaleWord:
    """백만원 단위로: how the text writes amounts."""

    factor: int


@dataclass(frozen=True, slots=True)
class HowManyWord:
    """몇 곳, 몇 명: how many rows there are."""

    counted: EntityKind | None = None
    party: bool = False


@dataclass(frozen=True, slots=True)
class AbsentWord:
    """없는, 안 (팔린); `restricting` a noun behind it."""

    restricting: bool = False


@dataclass(frozen=True, slots=True)
class CutWord:
    """상위 5개, 하위, 1위, 가장: `count` None where no number is said; `single` for 가장 and 최고.

    `first`: 3 of 3위부터 5위.
    """

    count: int | None
    descending: bool | None = None
    single: bool = False
    party: bool = False
    documents: bool = False
    first: int = 0


@dataclass(frozen=True, slots=True)
class CountWord:
    """5곳, 3개: how many rows; `counted` is the kind of thing that the counter is for."""

    count: int
    counted: EntityKind | None = None
    party: bool = False
    only: bool = False
    documents: bool = False


@dataclass(frozen=True, slots=True)
class SizeWord:
    """많은, 적은."""

    descending: bool


@dataclass(frozen=True, slots=True)
class OrderWord:
    """순으로, 내림차순; `descending` None where the size word says it. `by_date`: 오래된 것부터, 납기순."""

    descending: bool | None = None
    by_date: bool = False


@dataclass(frozen=True, slots=True)
class CurrencyWord:
    """달러."""

    code: str


@dataclass(frozen=True, slots=True)
class VagueMeasure:
    """팔린, 실적: names of measures that it may mean; `due`: the dates beside it are due dates ("갚을 돈")."""

    words: tuple[str, ...]
    due: bool = False


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


@dataclass(frozen=True, slots=True)
class PlaceWord:
    """ "두 번째", "2위": a row of the answer before; -1 is the last one."""

    place: int


class Sign(StrEnum):
    """Words that need nothing beside what they are."""

    BY = "by"
    TREND = "trend"
    SHARE = "share"
    CUMULATIVE = "cumulative"
    VERSUS = "versus"
    COMPARE = "compare"
    RANK = "rank"
    EXCLUDE = "exclude"
    REGARDLESS = "regardless"
    UNSET = "unset"
    PRESENT = "present"
    ALL_COMPANIES = "all_companies"
    CONTINUES = "continues"
    BESIDES = "besides"
    CORRECTS = "corrects"
    WITHIN = "within"
    THAT = "that"
    IT = "it"
    UNFILTERED = "unfiltered"
    CONDITION = "condition"
    TOTAL = "total"
    REVERSED = "reversed"
    AGAIN = "again"
    WHICH_ONES = "which_ones"
    NEXT = "next"
    REST = "rest"
    INCLUDE = "include"
    ANEW = "anew"
    IGNORED = "ignored"
    UNSUPPORTED = "unsupported"
    LIST = "list"
    WHY = "why"
    MERGED = "merged"
    AT_ALL = "at_all"
    ARISEN = "arisen"
    DOCUMENTS = "documents"


Meaning = (
    MetricWord
    | DimensionWord
    | GrainWord
    | GrainNoun
    | TimeWord
    | NewestWord
    | ComparisonWord
    | ChangeWord
    | BoundWord
    | AmountWord
    | AgeWord
    | DueWord
    | DocumentWord
    | StateWord
    | StatusWord
    | OwnWord
    | AverageWord
    | LevelWord
    | ScaleWord
    | HowManyWord
    | AbsentWord
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
    | PlaceWord
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
