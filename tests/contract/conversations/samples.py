"""Turns with something of everything in them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final

from services.chat.conversation import (
    Answer,
    ChartHint,
    ChartKind,
    Choice,
    Clarification,
    Completed,
    Composer,
    Fact,
    FinishReason,
    Outcome,
    Progress,
    ResultReady,
    Started,
    Step,
    TextDelta,
    Turn,
    TurnEvent,
    TurnState,
    Usage,
)
from services.chat.result import AppliedFilter, Column, FilterSource, MetricDefinition, ResultContext, Table
from services.chat.semantic import (
    Comparison,
    ComparisonKind,
    DateRange,
    EntityKind,
    EntityReference,
    Grain,
    Grouping,
    MemberCondition,
    MetricCondition,
    Modifier,
    Operator,
    Ordering,
    Query,
    Role,
    Unit,
    UnitKind,
)

NOON: Final = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)

_WON: Final = Unit(UnitKind.CURRENCY, "KRW")
_CUSTOMER: Final = EntityReference(
    EntityKind.CUSTOMER, "CUST-0007", "대한상사(주) 🏭 '; DROP TABLE turn", "본사"
)
_OCTOBER: Final = DateRange(date(2026, 10, 1), date(2026, 10, 31))

QUERY: Final = Query(
    metrics=("revenue", "quantity"),
    groupings=(Grouping("customer"), Grouping("date", Grain.MONTH)),
    range=_OCTOBER,
    members=(MemberCondition("customer", (_CUSTOMER,), excluded=True),),
    conditions=(MetricCondition("revenue", Operator.GREATER_OR_EQUAL, Decimal("1000000.50")),),
    orderings=(Ordering("revenue", descending=True),),
    top=5,
    comparison=Comparison(ComparisonKind.NAMED, DateRange(date(2025, 10, 1), date(2025, 10, 31))),
    modifiers=(Modifier.SHARE, Modifier.RANK),
    companies=("본사",),
    currency="USD",
)

TABLE: Final = Table(
    columns=(
        Column("customer", "거래처", Role.DIMENSION),
        Column("revenue", "매출", Role.METRIC, "revenue", _WON, 2, additive=True),
        Column("orders", "건수", Role.METRIC, "orders", Unit(UnitKind.COUNT)),
        Column("date", "날짜", Role.FIELD),
        Column("remark", "비고", Role.FIELD),
        Column("closed", "마감", Role.FIELD),
    ),
    rows=(
        (_CUSTOMER, Decimal("-1234567.80"), 12, date(2026, 10, 31), "12.50", True),
        (None, Decimal("0E-9"), 0, None, "", False),
    ),
    total_row_count=2,
    truncated=True,
)

FACTS: Final = (Fact("-1234567.80", _WON, "-1,234,567.80원", 0, "revenue", "revenue", entity=_CUSTOMER),)

CONTEXT: Final = ResultContext(
    filters=(AppliedFilter("2026-10-01~2026-10-31", "date", FilterSource.QUESTION),),
    definitions=(MetricDefinition("revenue", "매출", "확정된 송장의 공급가액"),),
    data_as_of=NOON - timedelta(hours=1),
    partial_view=True,
    statement_digest="0f" * 32,
)

CLARIFICATION: Final = Clarification(
    "어느 거래처인가요?", (Choice(1, "대한상사(주)", _CUSTOMER), Choice(2, "모두")), ("쫌",)
)

ANSWER: Final = Answer(
    text="지난달 매출은 -1,234,567.80원입니다.",
    outcome=Outcome.ANSWERED,
    finish_reason=FinishReason.MAX_TOKENS,
    composer=Composer.MODEL_THEN_NARRATOR,
    table=TABLE,
    facts=FACTS,
    context=CONTEXT,
    query=QUERY,
    clarification=CLARIFICATION,
    suggestions=("그럼 9월은?",),
    chart=ChartHint(ChartKind.BAR, "customer", ("revenue",)),
    assumptions=("올해로 보았습니다.",),
    refusal_reason="WRITE_REFUSED",
    usage=Usage(
        100,
        20,
        timedelta(milliseconds=12.345),
        None,
        timedelta(seconds=1),
        total=timedelta(seconds=2),
        model="llm",
    ),
)

PLAIN_ANSWER: Final = Answer("안녕하세요.", Outcome.ANSWERED)


def completed(turn: Turn, answer: Answer = ANSWER, memory: str = '{"frame": {}}') -> Turn:
    """The turn as it ends well, two seconds after it began."""
    return replace(
        turn,
        state=TurnState.COMPLETED,
        complete_time=turn.create_time + timedelta(seconds=2),
        answer=answer,
        memory=memory,
    )


def failed(turn: Turn, reason: str = "DEPENDENCY_UNAVAILABLE") -> Turn:
    """The turn as it ends by a failure, a second after it began."""
    return replace(
        turn,
        state=TurnState.FAILED,
        complete_time=turn.create_time + timedelta(seconds=1),
        failure_reason=reason,
    )


def events_of(turn: Turn) -> list[TurnEvent]:
    """What was streamed of a completed turn with `ANSWER`."""
    bodies = (
        Started(turn.name),
        Progress(Step.QUERYING, "매출을 조회합니다"),
        ResultReady(TABLE, FACTS, CONTEXT, QUERY, ("올해로 보았습니다.",)),
        TextDelta("지난달 "),
        TextDelta("매출은 -1,234,567.80원입니다."),
        ChartHint(ChartKind.LINE, "date", ("revenue",)),
        CLARIFICATION,
        Completed(turn),
    )
    return [
        TurnEvent(number, turn.create_time + timedelta(milliseconds=number), body)
        for number, body in enumerate(bodies, 1)
    ]
