"""What questions are read as: cases as data, and variants of them that must not change the reading."""

import random
import time
import unicodedata
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.chat.semantic import Catalog
from services.chat.understanding.frame import (
    Memory,
    NotFound,
    QueryReading,
    QuestionBack,
    dump_memory,
    load_memory,
)
from services.chat.understanding.reader import Reader
from services.chat.understanding.text import normalise
from tests.fakes.company import catalog as company_catalog
from tests.unit.chat.readings import described, read, remembered

FOLDER = Path(__file__).parents[2] / "cases/understanding"
CASES = [
    pytest.param(case["ask"], case["want"], id=f"{path.stem}: {case['ask']}")
    for path in sorted(FOLDER.glob("*.yaml"))
    for case in yaml.safe_load(path.read_text("utf-8"))
]
SINGLE = [
    (case["ask"], case["want"])
    for name in ("time", "metrics", "names", "ranking", "comparison")
    for case in yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8"))
    if isinstance(case["ask"], str) and not case["want"].startswith(("ask", "refuse", "future"))
]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return company_catalog()


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 150


@pytest.mark.parametrize(("ask", "want"), CASES)
def test_reads_as_its_case_says(reader: Reader, catalog: Catalog, ask: Any, want: str) -> None:
    memory = Memory()
    for question in [ask] if isinstance(ask, str) else ask:
        reading = read(reader, catalog, question, memory)
        memory = load_memory(dump_memory(remembered(reading, memory)))
    assert described(reading) == want


def _full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isalnum() else c for c in text)


VARIANTS = {
    "asks politely": lambda q: f"{q} 알려 주세요",
    "asks formally": lambda q: f"{q} 알려 주십시오.",
    "asks casually": lambda q: f"{q} 좀 보여줘",
    "begins with a filler": lambda q: f"혹시 {q}",
    "greets first": lambda q: f"안녕하세요, {q}",
    "doubles the spaces": lambda q: q.replace(" ", "   ") + "  ",
    "decomposes the syllables": lambda q: unicodedata.normalize("NFD", q),
    "types in full width": _full_width,
    "shouts": lambda q: q.rstrip("?") + "?!",
    "wants the current state": lambda q: f"{q} 현황",
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_register_spacing_and_form_do_not_change_the_reading(
    reader: Reader, catalog: Catalog, variant: str
) -> None:
    change = VARIANTS[variant]
    changed = [
        (change(ask), described(read(reader, catalog, change(ask))), want)
        for ask, want in SINGLE
        if not ask.rstrip("?").endswith(("야", "지", "나", "어", "줘"))
    ]
    assert [c for c in changed if c[1] != c[2]] == []


def test_a_missing_space_never_gives_another_figure(reader: Reader, catalog: Catalog) -> None:
    """Written together a question reads the same, or is asked back: never as something else."""
    wrong = []
    same = 0
    for ask, want in SINGLE:
        together = ask.replace(" ", "")
        reading = read(reader, catalog, together)
        same += described(reading) == want
        if isinstance(reading, QueryReading) and described(reading) != want:
            wrong.append((together, described(reading), want))
    assert wrong == []
    assert same >= 0.8 * len(SINGLE)


@pytest.mark.parametrize("word", ["목표", "마진콜", "삼천리", "왜", "계약서", "zxcv", "예상치", "안"])
def test_a_word_that_nothing_used_stops_the_answer(reader: Reader, catalog: Catalog, word: str) -> None:
    for question in (f"지난달 {word} 매출", f"{word} 지난달 매출", f"지난달 매출 {word}"):
        reading = read(reader, catalog, question)
        assert isinstance(reading, QuestionBack | NotFound), question
        words = reading.words if isinstance(reading, QuestionBack) else (reading.about,)
        assert any(unused in word or word in unused for unused in words), question


def test_the_choice_number_picks_an_option(reader: Reader, catalog: Catalog) -> None:
    asked = read(reader, catalog, "대한 지난달 매출")
    memory = remembered(asked, Memory())
    picked = read(reader, catalog, "셋째 것", memory, choice_number=3)
    assert described(picked) == "revenue | 2026-10-01~2026-10-31 | customer C1"


def test_a_forbidden_or_unseen_name_is_no_option(reader: Reader, catalog: Catalog) -> None:
    """A supplier is no choice beside a metric of sales: 한빛전자 is one of both."""
    reading = read(reader, catalog, "한빛전자 지난달 매출")
    assert described(reading) == "revenue | 2026-10-01~2026-10-31 | customer C4"


def test_unused_words_are_told_as_they_were_typed(reader: Reader, catalog: Catalog) -> None:
    reading = read(reader, catalog, "지난달  ＡＢＣ존재  매출")
    assert isinstance(reading, QuestionBack)
    assert reading.words == ("ＡＢＣ존재",)


def test_normalising_keeps_the_way_back() -> None:
    typed = unicodedata.normalize("NFD", "대한") + "\u3000㈜ ９월"
    text = normalise(typed)
    assert text.normal == "대한 (주) 9월"
    assert text.as_typed(text.normal.index("(주)"), text.normal.index(")") + 1) == "㈜"
    assert text.as_typed(text.normal.index("9월"), len(text.normal)) == "９월"


def test_every_short_text_is_read_without_failing(reader: Reader, catalog: Catalog) -> None:
    source = random.Random(7)
    alphabet = [
        "매출",
        "지난달",
        "9월",
        "상위",
        "5개",
        "거래처별",
        "대비",
        "12번",
        "발주",
        "취소",
        "~",
        "-",
        ".",
        "(",
        ")",
        "ㄱ",
        "안",
        "1억",
        "이상",
        "빼고",
        "그",
        "A1",
        "％",
        "보다",
        "까지",
    ]
    for _ in range(300):
        question = source.choice(["", " "]).join(source.choices(alphabet, k=source.randint(1, 9)))
        read(reader, catalog, question)


def test_a_question_is_read_within_its_bound(reader: Reader, catalog: Catalog) -> None:
    took = []
    for ask, _ in SINGLE:
        started = time.perf_counter()
        read(reader, catalog, ask)
        took.append(time.perf_counter() - started)
    assert sorted(took)[len(took) // 2] <= 0.015
    started = time.perf_counter()
    read(reader, catalog, "지난달 대한물산 거래처별 매출 상위 5곳 " * 66)
    assert time.perf_counter() - started <= 2
