"""What an answer says of what it took over from the question before, and what it left out."""

import pytest

from services.chat.semantic import Catalog
from services.chat.understanding.frame import Memory, QueryReading
from services.chat.understanding.reader import Reader
from tests.fakes.company import catalog as company_catalog
from tests.unit.chat.readings import described, read, remembered


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return company_catalog()


def _last(reader: Reader, catalog: Catalog, *questions: str) -> QueryReading:
    memory = Memory()
    for question in questions:
        reading = read(reader, catalog, question, memory)
        memory = remembered(reading, memory)
    assert isinstance(reading, QueryReading), described(reading)
    return reading


@pytest.mark.parametrize("first", ["지난달 목표 매출", "지난달 매출 목표"])
def test_words_not_understood_are_said_to_be_left_out(reader: Reader, catalog: Catalog, first: str) -> None:
    going_on = _last(reader, catalog, first, "9월은?")
    assert any("목표" in note and "넣지 않았습니다" in note for note in going_on.notes)


def test_they_are_said_once_and_not_beside_a_new_question(reader: Reader, catalog: Catalog) -> None:
    assert not any("목표" in n for n in _last(reader, catalog, "지난달 목표 매출", "9월은?", "8월은?").notes)
    assert not any("목표" in n for n in _last(reader, catalog, "지난달 목표 매출", "이번 달 수주액").notes)


@pytest.mark.parametrize("split", ["지역별로", "거래처별로"])
def test_a_condition_that_goes_is_said_and_one_click_away(
    reader: Reader, catalog: Catalog, split: str
) -> None:
    reading = _last(reader, catalog, "대한물산 지난달 매출", split)
    assert any("대한물산" in note and "빼고" in note for note in reading.notes)
    assert [option.label for option in reading.alternatives] == ["대한물산(주)만"]


def test_the_measure_taken_for_an_open_word_is_said(reader: Reader, catalog: Catalog) -> None:
    reading = _last(reader, catalog, "지난달 거래처별 매출 상위 5개", "두 번째 거래처는 뭘 샀어? 품목별로")
    assert any("매출 기준" in note for note in reading.notes)
    assert any(option.label == "판매수량" for option in reading.alternatives)
