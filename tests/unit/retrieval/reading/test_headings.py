"""Headings and lists that only the words of a document tell."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from services.retrieval.reading.content import Block, Heading, ListItem, Paragraph
from services.retrieval.reading.headings import recognise

_CASES = yaml.safe_load(Path("tests/cases/reading/headings.yaml").read_text(encoding="utf-8"))


def _shown(block: Block) -> str:
    match block:
        case Heading():
            return f"{'#' * block.level} {block.text}"
        case ListItem():
            return f"{'  ' * (block.depth - 1)}- {block.text}"
        case Paragraph():
            return block.text
    raise AssertionError(block)


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case["name"])
def test_structure_is_told_from_the_words(case: dict[str, Any]) -> None:
    found = recognise([Paragraph(line, 3) for line in case["text"].splitlines()])
    assert [_shown(block) for block in found] == case["read"].splitlines()
    assert {block.page for block in found} == {3}


def test_parts_of_a_rule_stand_below_the_headings_that_the_file_has() -> None:
    found = recognise(
        [
            Heading(1, "여비규정"),
            Heading(2, "총칙"),
            Paragraph("제1조(목적) 목적을 정한다."),
            Paragraph("1. 적용 대상"),
            Paragraph("모든 사원에게 적용한다."),
            Paragraph("부칙"),
        ]
    )
    assert found[2:] == [
        Heading(3, "제1조(목적)"),
        Paragraph("목적을 정한다."),
        ListItem("1. 적용 대상"),
        Paragraph("모든 사원에게 적용한다."),
        Heading(2, "부칙"),
    ]
