"""What Word keeps outside of plain paragraphs."""

import io
from collections.abc import Callable
from typing import Any

from docx import Document
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement, parse_xml

from services.retrieval.reading.content import Block, Heading, ListItem, Paragraph, Table
from services.retrieval.reading.readers import read
from tests.documents.writers import saved

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def _read(write: Callable[[Any], None]) -> tuple[Block, ...]:
    document = Document()
    write(document)
    return read(saved(document.save), "a.docx").blocks


def _body(xml: str) -> tuple[Block, ...]:
    def write(document: Any) -> None:
        for one in parse_xml(f"<w:body {_W}>{xml}</w:body>"):
            document.element.body.insert_element_before(one, "w:sectPr")

    return _read(write)


def test_lists_are_numbered_as_they_are_printed() -> None:
    def write(document: Any) -> None:
        numbering = document.part.numbering_part.element
        levels = "".join(
            f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
            for depth, (form, text) in enumerate(
                (("decimal", "%1)"), ("ganada", "%2."), ("decimalEnclosedCircle", "%3"))
            )
        )
        numbering.insert(0, parse_xml(f'<w:abstractNum {_W} w:abstractNumId="77">{levels}</w:abstractNum>'))
        numbering.append(parse_xml(f'<w:num {_W} w:numId="77"><w:abstractNumId w:val="77"/></w:num>'))
        restart = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>'
        numbering.append(
            parse_xml(f'<w:num {_W} w:numId="78"><w:abstractNumId w:val="77"/>{restart}</w:num>')
        )
        for number, depth, text in (
            (77, 0, "첫째"), (77, 1, "하나"), (77, 1, "둘"), (77, 2, "셋"),
            (77, 0, "둘째"), (77, 1, "다시"), (78, 0, "다섯째"),
        ):  # fmt: skip
            properties = document.add_paragraph(text)._p.get_or_add_pPr()
            properties.append(
                parse_xml(f'<w:numPr {_W}><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>')
            )

    assert _read(write) == (
        ListItem("1) 첫째", 1),
        ListItem("가. 하나", 2),
        ListItem("나. 둘", 2),
        ListItem("① 셋", 3),
        ListItem("2) 둘째", 1),
        ListItem("가. 다시", 2),
        ListItem("5) 다섯째", 1),
    )


def test_deleted_hidden_and_field_text_is_left_out() -> None:
    blocks = _body(
        "<w:p><w:r><w:t>남은 </w:t></w:r><w:ins><w:r><w:t>새 글</w:t></w:r></w:ins>"
        "<w:del><w:r><w:delText>지운 글</w:delText></w:r></w:del>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>숨은 글</w:t></w:r>"
        '<w:r><w:instrText>HYPERLINK "http://example.com"</w:instrText></w:r></w:p>'
    )
    assert blocks == (Paragraph("남은 새 글"),)


def test_content_controls_and_text_boxes_are_read() -> None:
    blocks = _body(
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>양식 안</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        "<w:p><w:r><w:t>글상자 옆</w:t></w:r><w:r><w:pict><w:txbxContent><w:p><w:r><w:t>글상자 안</w:t></w:r></w:p>"
        "</w:txbxContent></w:pict></w:r></w:p>"
    )
    assert blocks == (Paragraph("양식 안"), Paragraph("글상자 옆"), Paragraph("글상자 안"))


def test_tables_fill_merged_cells_and_say_nested_ones() -> None:
    def cell(text: str, properties: str = "", inside: str = "") -> str:
        return f"<w:tc><w:tcPr>{properties}</w:tcPr><w:p><w:r><w:t>{text}</w:t></w:r></w:p>{inside}</w:tc>"

    wide, first, further = '<w:gridSpan w:val="2"/>', '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    inner = f"<w:tbl><w:tr>{cell('속1')}{cell('속2')}</w:tr></w:tbl><w:p/>"
    blocks = _body(
        f"<w:tbl><w:tr>{cell('구분', wide)}{cell('한도')}</w:tr>"
        f"<w:tr>{cell('임원', first)}{cell('국내', '', inner)}{cell('5만원')}</w:tr>"
        f"<w:tr>{cell('', further)}{cell('국외')}{cell('7만원')}</w:tr></w:tbl>"
    )
    assert blocks == (
        Table((("구분", "구분", "한도"), ("임원", "국내\n속1 속2", "5만원"), ("임원", "국외", "7만원")), 1),
    )


def test_outline_levels_make_headings_and_a_table_of_contents_is_left_out() -> None:
    def write(document: Any) -> None:
        styles = document.styles
        contents = styles.add_style("toc 1", 1)
        document.add_paragraph("개요 ..... 1", style=contents)
        own = styles.add_style("우리 제목", 1)
        level = OxmlElement("w:outlineLvl")
        level.set(qn("w:val"), "1")
        own.element.get_or_add_pPr().append(level)
        derived = styles.add_style("파란 제목", 1)
        derived.base_style = own
        document.add_heading("개요", 1)
        document.add_paragraph("배경", style=own)
        document.add_paragraph("목표", style=derived)

    assert _read(write) == (Heading(1, "개요"), Heading(2, "배경"), Heading(2, "목표"))


def test_the_stated_title_counts_unless_a_programme_made_it_up() -> None:
    def titled(title: str) -> str:
        document = Document()
        document.core_properties.title = title
        document.add_paragraph("안녕하세요. 총무팀입니다.")
        written = io.BytesIO()
        document.save(written)
        return read(written.getvalue(), "a.docx").title

    assert titled("소방 훈련 안내") == "소방 훈련 안내"
    assert titled("Microsoft Word - 문서1.docx") == ""
    assert titled("제목 없음") == ""
