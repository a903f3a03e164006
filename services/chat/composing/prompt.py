"""What the model reads: a fixed beginning, which its prompt cache keeps, then the facts and the question."""

from typing import Final

from services.chat.composing.grammar import Content

_EXAMPLES: Final = """\
질문: 9월 매출 얼마야?
사실: 2026년 9월 | 매출 | 1,200원
답: 네, 2026년 9월 매출은 1,200원입니다.

질문: 올해 매출 상위 거래처 알려줘
사실: 2026년 | 매출 | 가온상사 3,400원 | 누리물산 2,100원
답: 2026년 매출 상위 거래처는 가온상사 3,400원, 누리물산 2,100원입니다.

"""

_MAX_QUESTION: Final = 160
_MAX_FACTS: Final = 400
_ORDER: Final = (
    "scope",
    "excluded",
    "period",
    "metric",
    "value",
    "number",
    "status",
    "base_period",
    "base_value",
    "change",
    "rate",
)


def prompt_of(question: str, content: Content) -> str:
    """The whole prompt. Question and names are data: whatever they say, only legal sentences can follow."""
    facts = [content.atoms[key] for key in _ORDER if key in content.atoms]
    facts += [f"{row['name']} {row.get('value', '')}".strip() for row in content.rows]
    said = " ".join(question.split())[:_MAX_QUESTION]
    return f"{_EXAMPLES}질문: {said}\n사실: {' | '.join(facts)[:_MAX_FACTS]}\n답:"
