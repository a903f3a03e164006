"""What a PDF doesn't say of itself: which lines are one paragraph, what every page repeats, where a table goes on."""

import io
from itertools import pairwise
from pathlib import Path

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import PageBreak, SimpleDocTemplate, TableStyle
from reportlab.platypus import Paragraph as Written
from reportlab.platypus import Table as Ruled

from services.retrieval.reading.content import Heading, Paragraph, Table
from services.retrieval.reading.pdf_joints import Joints
from services.retrieval.reading.readers import read
from tests.documents import hostile_pdf

_FONT = "HYSMyeongJo-Medium"
_PARAGRAPHS = Path("tests/cases/reading/paragraphs.txt").read_text(encoding="utf-8").splitlines()

registerFont(UnicodeCIDFont(_FONT))


def _style(size: float = 10.5) -> ParagraphStyle:
    return ParagraphStyle(
        f"s{size}", fontName=_FONT, fontSize=size, leading=size * 1.6, spaceAfter=8, wordWrap="CJK"
    )


def _pdf(story: list[object], head: str = "") -> bytes:
    def frame(canvas: Canvas, document: SimpleDocTemplate) -> None:
        canvas.setFont(_FONT, 9)
        canvas.drawString(60, A4[1] - 40, head)
        canvas.drawCentredString(A4[0] / 2, 30, f"- {document.page} -")

    written = io.BytesIO()
    SimpleDocTemplate(written, pagesize=A4, invariant=1).build(
        story, onFirstPage=frame if head else lambda *_: None, onLaterPages=frame if head else lambda *_: None
    )
    return written.getvalue()


def test_paragraphs_are_whole_again_though_lines_break_within_words() -> None:
    blocks = read(_pdf([Written(text, _style()) for text in _PARAGRAPHS]), "a.pdf").blocks
    assert len(blocks) == len(_PARAGRAPHS)
    said = [block.text for block in blocks if isinstance(block, Paragraph)]
    assert [text.replace(" ", "") for text in said] == [text.replace(" ", "") for text in _PARAGRAPHS]
    assert sum(text != stated for text, stated in zip(said, _PARAGRAPHS, strict=True)) <= 2


def test_blanks_at_the_ends_of_lines_are_told_from_the_document() -> None:
    """Ten paragraphs broken at each of fifty widths: a blank everywhere would be wrong three times in five."""
    wrong = always = places = 0
    for width in range(25, 75):
        pairs, blanks, lines = [], [], []
        for text in _PARAGRAPHS:
            lines += [text[at : at + width].strip() for at in range(0, len(text), width)]
            for at in range(width, len(text) - 1, width):
                pairs.append((text[at - width : at].strip(), text[at : at + width].strip()))
                blanks.append(" " in (text[at - 1], text[at]))
        joints = Joints(lines, pairs)
        wrong += sum(
            (joints.between(*pair) == " ") != blank for pair, blank in zip(pairs, blanks, strict=True)
        )
        always += blanks.count(False)
        places += len(pairs)
    assert wrong <= 0.16 * places
    assert always >= 0.5 * places


def test_lines_that_break_only_between_words_are_joined_by_blanks() -> None:
    lines, pairs = [], []
    for text in _PARAGRAPHS:
        words = text.split()
        broken = [" ".join(words[i : i + 7]) for i in range(0, len(words), 7)]
        lines += broken
        pairs += list(pairwise(broken))
    joints = Joints(lines, pairs)
    assert sum(joints.between(*pair) == "" for pair in pairs) <= 0.1 * len(pairs)


def test_a_paragraph_goes_on_on_the_next_page() -> None:
    story: list[object] = [Written(" ".join(_PARAGRAPHS), _style(20))]
    blocks = read(_pdf(story, "사내 한정"), "a.pdf").blocks
    assert len(blocks) == 1
    assert blocks[0].page == 1


def test_running_heads_and_page_numbers_are_left_out() -> None:
    story: list[object] = []
    for number, text in enumerate(_PARAGRAPHS[:5], start=1):
        story += [Written(f"제{number}장 {text[:6]}", _style(16)), Written(text, _style()), PageBreak()]
    content = read(_pdf(story, "주식회사 마루 · 사내 한정"), "a.pdf")
    assert content.page_count == 5
    said = [block.text for block in content.blocks if not isinstance(block, Table)]
    assert not any("사내 한정" in text or text.startswith("- ") for text in said)
    assert [block for block in content.blocks if isinstance(block, Heading)] == [
        Heading(1, f"제{number}장 {text[:6].strip()}", number)
        for number, text in enumerate(_PARAGRAPHS[:5], start=1)
    ]


def test_a_table_over_pages_is_one_and_its_header_stands_once() -> None:
    rows = [["품목", "단가"], *([f"부품 {number}", f"{number * 100}원"] for number in range(1, 91))]
    table = Ruled(rows, colWidths=120, repeatRows=1)
    table.setStyle(
        TableStyle([("FONTNAME", (0, 0), (-1, -1), _FONT), ("GRID", (0, 0), (-1, -1), 0.5, colors.black)])
    )
    content = read(_pdf([table], "단가표"), "a.pdf")
    assert content.page_count > 1
    assert content.blocks == (Table(tuple(map(tuple, rows)), 1, page=1),)


def test_a_table_with_open_sides_keeps_its_outer_columns() -> None:
    rows = [["품목", "단가", "비고"], ["볼트", "80원", "국산"], ["너트", "60원", "수입"]]
    table = Ruled(rows, colWidths=120)
    lines = [
        ("LINEABOVE", (0, 0), (-1, -1), 0.5, colors.black),
        ("LINEBELOW", (0, -1), (-1, -1), 0.5, colors.black),
    ]
    inner = ("INNERGRID", (0, 0), (-1, -1), 0.5, colors.black)
    table.setStyle(TableStyle([("FONTNAME", (0, 0), (-1, -1), _FONT), *lines, inner]))
    assert read(_pdf([table]), "a.pdf").blocks == (Table(tuple(map(tuple, rows)), 1, page=1),)


def test_a_frame_around_text_is_no_table() -> None:
    frame = Ruled([[Written(_PARAGRAPHS[0], _style())]], colWidths=400)
    frame.setStyle(TableStyle([("BOX", (0, 0), (-1, -1), 0.5, colors.black)]))
    assert read(_pdf([frame]), "a.pdf").blocks == (Paragraph(_PARAGRAPHS[0], 1),)


def test_pages_that_are_pictures_are_told() -> None:
    content = read(hostile_pdf.partly_scanned(), "a.pdf")
    assert content.scanned_pages == (2, 3)
    assert content.page_count == 4
