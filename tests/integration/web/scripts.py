"""What the scripted chat service streams: whole turns of each kind."""

from typing import Any

from google.protobuf.json_format import ParseDict
from maru.chat.v1.turn_event_pb2 import TurnEvent

from tests.integration.web.fake_edge import CONVERSATION

QUESTION = "지난달 매출 상위 거래처는?"
TEXT = "2026년 10월 매출은 한빛상사(주)가 가장 많고, 대한정밀공업이 그 뒤를 잇습니다."
STEPS = ("질문을 읽습니다", "2026년 10월 매출을 거래처별로 조회합니다", "문장을 씁니다")
NAMES = (
    "한빛상사(주)",
    "대한정밀공업",
    "가나다라마바사아자차카타파하 종합무역 주식회사 부산지점",
    "<script>alert(1)</script>",
)
WON = {"kind": "KIND_CURRENCY", "code": "KRW"}


def _column(key: str, name: str, role: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "display_name": name, "role": f"ROLE_{role}", **more}


def _row(number: int) -> dict[str, Any]:
    return {
        "values": [
            {"text": NAMES[number % len(NAMES)]},
            {"decimal": f"{90071992547409931 - number}"},
            {"decimal": f"{1234567890 + number}"},
            {"decimal": f"-{number}234567"},
            {} if number % 7 == 3 else {"decimal": f"{number}.25"},
            {"integer": number * 1000},
        ]
    }


TABLE = {
    "columns": [
        _column("customer", "거래처", "DIMENSION"),
        _column("revenue", "매출", "METRIC", unit=WON),
        _column("comparison", "전년 동월 매출", "COMPARISON", unit=WON),
        _column("change", "증감", "CHANGE", unit=WON),
        _column("rate", "증감률", "CHANGE_RATE", unit={"kind": "KIND_PERCENT"}, decimal_places=1),
        _column("quantity", "수량", "METRIC", unit={"kind": "KIND_QUANTITY", "code": "EA"}),
    ],
    "rows": [_row(number) for number in range(30)],
    "total_row_count": 30,
}
CONTEXT = {
    "filters": [
        {"text": "2026-10-01~2026-10-31", "source": "SOURCE_QUESTION"},
        {"text": "마루정밀(주)", "source": "SOURCE_DEFAULT"},
        {"text": "지역: 수도권", "source": "SOURCE_POLICY"},
    ],
    "definitions": [
        {
            "metric": "revenue",
            "display_name": "매출",
            "definition": "제출된 매출 송장의 공급가액 합계이며 반품은 빼고 셉니다.",
        }
    ],
    "data_as_of": "2026-11-20T00:00:00Z",
    "partial_view": True,
}


def turn(question: str, **answer: Any) -> list[TurnEvent]:
    """A whole turn, from `started` to `completed`; `answer` has the fields of maru.chat.v1.Answer."""
    name = f"{CONVERSATION}/turns/t1"
    whole = {
        "outcome": "OUTCOME_ANSWERED",
        "finish_reason": "FINISH_REASON_COMPLETE",
        "composer": "COMPOSER_MODEL",
        **answer,
    }
    completed = {"name": name, "question": question, "state": "STATE_COMPLETED", "answer": whole}
    shown = {key: answer[key] for key in ("table", "context") if key in answer}
    events = [
        {"started": {"turn": name}},
        *({"progress": {"text": step}} for step in STEPS),
        *([{"result": shown}] if shown else []),
        *({"text_delta": {"text": word + " "}} for word in answer["text"].split()),
        {"completed": {"turn": completed}},
    ]
    return [ParseDict({"sequence": at, **event}, TurnEvent()) for at, event in enumerate(events, start=1)]


ANSWER = turn(
    QUESTION, text=TEXT, table=TABLE, context=CONTEXT, suggestions=["그럼 9월은?", "품목별로 보여줘"]
)
RECORD = turn(
    "SAL-ORD-2026-00012",
    text="SAL-ORD-2026-00012는 한빛상사(주)의 수주입니다.",
    table={
        "columns": [
            _column("name", "번호", "FIELD"),
            _column("customer", "거래처", "FIELD"),
            _column("date", "수주일", "FIELD"),
            _column("total", "금액", "FIELD", unit=WON),
            _column("project", "프로젝트", "FIELD"),
        ],
        "rows": [
            {
                "values": [
                    {"text": "SAL-ORD-2026-00012"},
                    {"text": "한빛상사(주)"},
                    {"date": "2026-10-02"},
                    {"decimal": "12345678.0000"},
                    {},
                ]
            }
        ],
        "total_row_count": 1,
    },
    context={"data_as_of": "2026-11-20T00:00:00Z"},
    composer="COMPOSER_NARRATOR",
)
ASKED_BACK = turn(
    "한빛 매출은?",
    text="어느 거래처인가요?",
    outcome="OUTCOME_CLARIFIED",
    clarification={
        "question": "어느 거래처인가요?",
        "choices": [
            {
                "number": number,
                "label": label,
                "entity": {"kind": "ENTITY_KIND_CUSTOMER", "key": f"C{number}", "detail": detail},
            }
            for number, (label, detail) in enumerate(
                (("한빛상사(주)", "서울"), ("한빛전자(주)", "부산")), start=1
            )
        ],
    },
)
REFUSED = turn(
    "발주 취소해줘",
    text="마루는 조회만 할 수 있습니다. 변경은 ERP에서 직접 해 주세요.",
    outcome="OUTCOME_REFUSED",
)
