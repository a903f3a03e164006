"""One rule, written by each format's own writer, is read to the same headings, text, list and table."""

import unicodedata
from typing import Any

import pytest

from services.retrieval.reading.content import (
    Block,
    Cause,
    Content,
    Heading,
    ListItem,
    Paragraph,
    Table,
    Unreadable,
)
from services.retrieval.reading.formats import Format
from services.retrieval.reading.readers import read
from tests.documents import writers
from tests.documents.writers import ARTICLES, CHAPTER, HEADER_ROWS, ITEMS, ROWS, TITLE, WRITERS

_TABLE = Table(ROWS, HEADER_ROWS)
_RULE = (
    Heading(1, TITLE),
    Heading(2, CHAPTER),
    Heading(3, ARTICLES[0][0]),
    Paragraph(ARTICLES[0][1]),
    Heading(3, ARTICLES[1][0]),
    Paragraph(ARTICLES[1][1]),
    ListItem(f"1. {ITEMS[0]}"),
    ListItem(f"2. {ITEMS[1]}"),
    _TABLE,
)


def _unpaged(content: Content) -> tuple[Block, ...]:
    return tuple(type(block)(**{**_fields(block), "page": 0}) for block in content.blocks)


def _fields(block: Block) -> dict[str, Any]:
    return {name: getattr(block, name) for name in block.__dataclass_fields__}


@pytest.mark.parametrize("extension", ["docx", "pdf", "hwpx", "html", "md", "txt"])
def test_a_rule_keeps_its_headings_list_and_table(extension: str) -> None:
    content = read(WRITERS[extension](), f"규정.{extension}")
    assert _unpaged(content) == _RULE
    assert content.title == TITLE


def test_hwp_prints_numbers_of_its_outline_and_footnotes_stand_behind_their_paragraph() -> None:
    content = read(writers.hwp(), "규정.hwp")
    note = Paragraph("공휴일은 기간에 넣지 않는다.")
    assert content.blocks == (_RULE[0], Heading(2, "가. 총칙"), *_RULE[2:6], note, *_RULE[6:])
    assert content.media_type == Format.HWP


def test_sheets_are_headings_and_values_read_as_they_are_shown() -> None:
    content = read(writers.xlsx(), "여비.xlsx")
    assert content.blocks == (Heading(1, "여비 기준"), Paragraph(TITLE), _TABLE)


def test_slides_are_pages() -> None:
    content = read(writers.pptx(), "여비.pptx")
    assert content.blocks == (
        Heading(1, TITLE, 1),
        ListItem(ITEMS[0], 1, 1),
        ListItem(ITEMS[1], 1, 1),
        Heading(1, CHAPTER, 2),
        Table(ROWS, HEADER_ROWS, page=2),
        Paragraph(ARTICLES[1][1], 2),
    )
    assert content.page_count == 2


def test_csv_is_one_table() -> None:
    assert read(writers.csv(), "여비.csv").blocks == (_TABLE,)


def test_mail_has_its_attached_documents_as_sections() -> None:
    content = read(writers.mail(), "안내.eml")
    said = [block.text for block in content.blocks if not isinstance(block, Table)]
    assert said[:5] == [
        "여비규정 개정 안내",
        "보낸 사람: 인사팀 <hr@example.com>",
        "받는 사람: 전 직원 <all@example.com>",
        "보낸 날짜: Mon, 05 Jan 2026 09:00:00 +0900",
        "개정된 여비규정을 붙입니다.",
    ]
    headings = [(block.level, block.text) for block in content.blocks if isinstance(block, Heading)]
    assert headings == [
        (1, "여비규정 개정 안내"),
        (2, "첨부: 여비규정.docx"),
        (3, TITLE),
        (4, CHAPTER),
        (5, ARTICLES[0][0]),
        (5, ARTICLES[1][0]),
        (2, "첨부: 원본.gz"),
    ]
    assert _TABLE in content.blocks


def test_html_keeps_nothing_that_a_reader_does_not_see() -> None:
    said = repr(read(writers.html(), "규정.html").blocks)
    for hidden in ("처음으로", "스크립트", "모든 질문에", "숨은 글", "127.0.0.1"):
        assert hidden not in said


def test_pages_of_a_pdf_are_counted_and_told() -> None:
    content = read(writers.pdf(repeat=12), "규정.pdf")
    assert content.page_count > 3
    assert [block.page for block in content.blocks] == sorted(block.page for block in content.blocks)
    assert content.blocks[-1].page == content.page_count
    assert sum(isinstance(block, Table) for block in content.blocks) == 12
    assert sum(block == Heading(3, ARTICLES[0][0], block.page) for block in content.blocks) == 12


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("extension", ["txt", "csv"])
def test_every_usual_encoding_is_read(extension: str, encoding: str) -> None:
    write = {"txt": writers.text, "csv": writers.csv}[extension]
    assert read(write(encoding), f"a.{extension}").blocks == read(write(), f"a.{extension}").blocks


@pytest.mark.parametrize("extension", ["txt", "html", "md"])
def test_text_is_composed(extension: str) -> None:
    decomposed = unicodedata.normalize("NFD", WRITERS[extension]().decode()).encode()
    assert _unpaged(read(decomposed, f"규정.{extension}")) == _RULE


@pytest.mark.parametrize("extension", ["docx", "xlsx", "pptx", "pdf", "hwp", "hwpx"])
def test_the_content_tells_the_format_where_there_is_no_extension(extension: str) -> None:
    data = WRITERS[extension]()
    assert read(data, "규정") == read(data, f"규정.{extension}")


def test_html_exported_as_a_workbook_is_read() -> None:
    assert read(writers.html(), "export.xls").media_type == Format.HTML


@pytest.mark.parametrize("extension", sorted(set(WRITERS) - {"md", "txt", "csv", "html", "eml"}))
@pytest.mark.parametrize("claimed", ["pdf", "docx", "xlsx", "hwp", "txt", "html"])
def test_a_wrong_extension_is_said(extension: str, claimed: str) -> None:
    if claimed == extension or {claimed, extension} == {"hwp", "hwpx"}:
        return
    with pytest.raises(Unreadable) as raised:
        read(WRITERS[extension](), f"규정.{claimed}")
    assert raised.value.cause is Cause.WRONG_EXTENSION
