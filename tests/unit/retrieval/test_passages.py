"""Passages stand by themselves, and where they say they do."""

import random

import pytest

from services.retrieval.passages import MAX_CHARACTERS, CutContent, Kind, cut
from services.retrieval.reading.content import Block, Content, Heading, ListItem, Paragraph, Table

LONG = "연차는 다음 해로 이월되지 않는다. " * 10  # 190 characters


def of(*blocks: Block) -> CutContent:
    return cut(Content("text/markdown", blocks))


def test_a_section_that_stands_by_itself_keeps_its_heading() -> None:
    content = of(
        Heading(1, "취업규칙"),
        Heading(2, "제1장 총칙"),
        Paragraph(LONG + "끝."),
        Paragraph(LONG),
        Heading(2, "제2장 휴가"),
        Paragraph(LONG),
    )
    assert [passage.heading_path for passage in content.passages] == [
        ("취업규칙", "제1장 총칙"),
        ("취업규칙", "제2장 휴가"),
    ]


def test_rows_of_a_long_table_repeat_its_header() -> None:
    rows = [("직급", "한도"), *((f"{number}급", f"{number}0,000원") for number in range(60))]
    content = of(Heading(1, "별표"), Table(tuple(rows), caption="여비 한도"))
    assert len(content.passages) > 1
    for passage in content.passages:
        assert passage.kind is Kind.TABLE
        assert passage.text.startswith("여비 한도\n직급\t한도\n")
    told = [line for passage in content.passages for line in passage.text.splitlines()[2:]]
    assert told == ["\t".join(row) for row in rows[1:]]


def test_a_heading_with_nothing_below_is_said() -> None:
    (passage,) = of(Heading(1, "폐지된 규정")).passages
    assert passage.text == "폐지된 규정"


@pytest.mark.parametrize("seed", range(60))
def test_every_word_is_in_a_passage_at_its_place(seed: int) -> None:
    """Of 60 documents at random: in order, without overlap, whole, none too long."""
    choose = random.Random(seed)

    def words(most: int) -> str:
        return " ".join(
            f"말{choose.randrange(1000)}{choose.choice(['', '.', '다.'])}"
            for _ in range(choose.randint(1, most))
        )

    def block() -> Block:
        kind = choose.randrange(6)
        if kind == 0:
            return Heading(choose.randint(1, 4), words(4))
        if kind == 1:
            columns = choose.randint(1, 4)
            rows = tuple(tuple(words(3) for _ in range(columns)) for _ in range(choose.randint(1, 30)))
            return Table(rows, choose.randint(0, 2), choose.choice(["", "표 1"]))
        return ListItem(words(10)) if kind == 2 else Paragraph(words(choose.choice([5, 60, 400])))

    content = of(*(block() for _ in range(choose.randint(1, 25))))
    end = 0
    headings: set[str] = set()
    for passage in content.passages:
        assert passage.start >= end, "overlap"
        skipped = content.plain[end : passage.start]
        headings.update(line for line in skipped.splitlines() if line.strip())
        assert passage.text.endswith(content.plain[passage.start : passage.end])
        assert len(passage.text) <= MAX_CHARACTERS * 2
        end = passage.end
    assert not content.plain[end:].strip()
    said = {text for passage in content.passages for text in passage.heading_path}
    assert headings <= said
