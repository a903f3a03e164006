"""The day from which a document says that it holds."""

from datetime import date

import pytest

from services.retrieval.core.effective_dates import effective_date


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("이 규정은 2026년 3월 1일부터 시행한다.", date(2026, 3, 1)),
        ("시행일: 2026. 3. 1.", date(2026, 3, 1)),
        ("시행일자 2026-03-01", date(2026, 3, 1)),
        ("[시행 2025. 12. 31.]", date(2025, 12, 31)),
        ("2026.3.1 시행", date(2026, 3, 1)),
        ("이 기준은 2026년 1월 1일자로 적용한다", date(2026, 1, 1)),
        ("부칙 2024년 1월 1일부터 시행한다. 부칙 2026년 7월 1일부터 시행한다.", date(2026, 7, 1)),
        ("2026년 2월 30일부터 시행한다.", None),
        ("2026년 3월 1일에 회의를 했다.", None),
        ("시행하지 않는다.", None),
        ("", None),
    ],
)
def test_effective_date(text: str, found: date | None) -> None:
    assert effective_date(text) == found
