"""Writes a document of the demo company in its format; the same file each time."""

import html as markup
import io
import itertools
import re
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Final

from docx import Document
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from hwpx import HwpxDocument
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from playwright.sync_api import Browser
from pptx import Presentation
from pptx.util import Inches, Pt

from services.retrieval.reading.content import Heading, ListItem, Paragraph
from tests.documents.company import ABOVE, LEFT, Block, Grid, Source
from tests.documents.writers import saved

HWPLIB: Final = "kr.dogfoot:hwplib:1.1.10"
WRITE_HWP: Final = Path(__file__).parents[1] / "cases" / "reading" / "hwp" / "WriteHwp.java"

_ARTICLE: Final = re.compile(r"제\d+조")
_NUMBER: Final = re.compile(r"-?\d{1,3}(?:,\d{3})*|-?\d+")
_CHANGED: Final = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(?=<)")
_PRINTED: Final = re.compile(rb"(/(?:CreationDate|ModDate) \(D:)\d{14}")
_CHANCE: Final = re.compile(rb'(?<![\w:-])id="\d{6,}"')
_STYLE: Final = """
body { font: 10.5pt/1.65 "Noto Sans CJK KR", sans-serif; max-width: 48em; word-break: keep-all }
h1 { font-size: 20pt } h2 { font-size: 15pt } h3 { font-size: 12.5pt } h4 { font-size: 11.5pt }
table { border-collapse: collapse; margin: 8px 0 } td, th { border: 1px solid #444; padding: 4px 8px }
"""


def docx(source: Source) -> bytes:
    """Word's styles; header rows marked as such."""
    document = Document()
    document.core_properties.title = _title(source)
    document.core_properties.author = "마루산업"
    for block in source.blocks:
        match block:
            case Heading():
                document.add_heading(block.text, level=block.level)
            case ListItem() if block.text.startswith("- "):
                document.add_paragraph(block.text[2:], style="List Bullet")
            case Grid():
                table = document.add_table(len(block.rows), len(block.rows[0]), style="Table Grid")
                for row, column, text in _own(block):
                    table.cell(row, column).text = text
                for top, left, bottom, right in block.merged():
                    table.cell(top, left).merge(table.cell(bottom, right))
                for line in table.rows[: block.header_rows]:
                    line._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
                document.add_paragraph()
            case _:
                document.add_paragraph(block.text)
    for style in document.styles.element.iter(qn("w:rFonts")):
        style.set(qn("w:eastAsia"), "맑은 고딕")
    return _repacked(saved(document.save))


def xlsx(source: Source) -> bytes:
    """A sheet for each outermost heading; amounts as numbers."""
    book = Workbook()
    book.remove(book.active)
    sheet, at = None, 1
    for block in source.blocks:
        if isinstance(block, Heading) and block.level == 1:
            sheet, at = book.create_sheet(block.text), 1
        elif sheet is None:
            raise ValueError(f"{source.path}: text before the first sheet")
        elif isinstance(block, Grid):
            for row, column, text in _own(block):
                cell = sheet.cell(at + row, column + 1, text)
                if _NUMBER.fullmatch(text) and (text == "0" or not text.lstrip("-").startswith("0")):
                    cell.value = int(text.replace(",", ""))
                    cell.number_format = "#,##0" if "," in text or len(text) < 4 else "0"
                if row < block.header_rows:
                    cell.font = Font(bold=True)
                    cell.alignment = Alignment(horizontal="center")
            for top, left, bottom, right in block.merged():
                sheet.merge_cells(
                    start_row=at + top, start_column=left + 1, end_row=at + bottom, end_column=right + 1
                )
            at += len(block.rows) + 1
        else:
            sheet.cell(at, 1, block.text)
            at += 2
    return _repacked(saved(book.save))


def pptx(source: Source) -> bytes:
    """A slide for each heading; a table stands on its heading's slide."""
    show = Presentation()
    show.core_properties.title = _title(source)
    for heading, group in _below_headings(source.blocks):
        body = [block for block in group if not isinstance(block, Grid)]
        layout = show.slide_layouts[0 if heading.level == 1 else 1 if body else 5]
        slide = show.slides.add_slide(layout)
        slide.shapes.title.text = heading.text
        if body:
            frame = slide.placeholders[1].text_frame
            for place, block in enumerate(body):
                paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
                paragraph.text = block.text.removeprefix("- ")
                paragraph.font.size = Pt(18)
        top = Inches(4.2 if body else 1.8)
        for block in group:
            if isinstance(block, Grid):
                size = len(block.rows), len(block.rows[0])
                shape = slide.shapes.add_table(*size, Inches(0.6), top, Inches(8.8), Inches(0.35 * size[0]))
                for row, column, text in _own(block):
                    shape.table.cell(row, column).text = text
                    shape.table.cell(row, column).text_frame.paragraphs[0].font.size = Pt(12)
                for first, left, bottom, right in block.merged():
                    shape.table.cell(first, left).merge(shape.table.cell(bottom, right))
                top += Inches(0.35 * size[0] + 0.3)
    return _repacked(saved(show.save))


def hwpx(source: Source) -> bytes:
    """Paragraphs without styles, as most offices write them: headings are known by their words."""
    document = HwpxDocument.new()
    for block in _plain(source.blocks):
        if isinstance(block, Grid):
            table = document.add_table(len(block.rows), len(block.rows[0]))
            for top, left, bottom, right in block.merged():
                table.merge_cells(top, left, bottom, right)
            for row, column, text in _own(block):
                if text:
                    table.set_cell_text(row, column, text)
        else:
            document.add_paragraph(block)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "written.hwpx"
        document.save_to_path(path)
        numbers = itertools.count(1)
        return _repacked(
            path.read_bytes(), lambda part: _CHANCE.sub(lambda _: b'id="%d"' % next(numbers), part)
        )


def hwp(source: Source, hwplib: Path) -> bytes:
    """By `WriteHwp.java`; without styles as well, since Hangul's own outline styles print numbers of their own."""
    lines: list[str] = []
    for block in _plain(source.blocks):
        lines += (
            [*(f"| {' | '.join(row)} |" for row in block.rows), ""] if isinstance(block, Grid) else [block]
        )
    with tempfile.TemporaryDirectory() as folder:
        written, read = Path(folder) / "out.hwp", Path(folder) / "in.txt"
        read.write_text("\n".join(lines) + "\n", "utf-8")
        subprocess.run(["java", "-Dfile.encoding=UTF-8", "-cp", hwplib, WRITE_HWP, read, written], check=True)
        return written.read_bytes()


def html(source: Source) -> bytes:
    """A page of the company's portal: menu and foot around the text."""
    title = markup.escape(_title(source))
    return f"""<!doctype html>
<html lang="ko"><head><meta charset="utf-8"><title>{title} - 마루 사내 포털</title><style>{_STYLE}</style></head><body>
<nav><a href="/">사내 포털</a> · <a href="/notice">공지</a> · <a href="/rules">규정</a></nav>
<main>
{_body(source.blocks)}
</main>
<footer>마루산업 사내 포털</footer>
</body></html>
""".encode()


def pdf(source: Source, browser: Browser) -> bytes:
    """Printed by Chromium."""
    page = browser.new_page()
    page.set_content(
        f"<!doctype html><html lang=ko><meta charset=utf-8><title>{markup.escape(_title(source))}</title>"
        f"<style>{_STYLE} body {{ word-break: normal }}</style>{_body(source.blocks)}</html>"
    )
    foot = '<div style="font-size: 8pt; width: 100%; text-align: center"><span class=pageNumber></span></div>'
    printed = page.pdf(
        format="A4",
        margin={"top": "22mm", "bottom": "22mm", "left": "22mm", "right": "22mm"},
        display_header_footer=True,
        header_template="<div></div>",
        footer_template=foot,
    )
    page.close()
    return _PRINTED.sub(rb"\g<1>20260101000000", printed)


def markdown(source: Source) -> bytes:
    """CommonMark; what a merged cell covers is written out."""
    parts: list[str] = []
    for listed, group in itertools.groupby(source.blocks, lambda block: isinstance(block, ListItem)):
        if listed:
            parts.append("\n".join(block.text for block in group if isinstance(block, ListItem)))
            continue
        for block in group:
            match block:
                case Heading():
                    parts.append(f"{'#' * block.level} {block.text}")
                case Grid():
                    rows = [f"| {' | '.join(row)} |" for row in block.expanded()]
                    parts.append("\n".join([rows[0], "|" + "---|" * len(block.rows[0]), *rows[1:]]))
                case _:
                    parts.append(block.text)
    return "\n\n".join(parts).encode() + b"\n"


def text(source: Source) -> bytes:
    """Lines; `encoding` as the source says."""
    lines: list[str] = []
    for block in source.blocks:
        match block:
            case Heading():
                lines += ["", block.text]
            case Grid():
                lines += ["\t".join(row) for row in block.expanded()]
            case _:
                lines.append(block.text)
    return ("\r\n".join(lines).strip() + "\r\n").encode(source.about.get("encoding", "utf-8"))


def csv(source: Source) -> bytes:
    """Its one table, with a byte order mark as spreadsheets want it; in another `encoding` without."""
    (grid,) = (block for block in source.blocks if isinstance(block, Grid))
    rows = ("".join(f"{','.join(map(_field, row))}\r\n") for row in grid.rows)
    return "".join(rows).encode(source.about.get("encoding", "utf-8-sig"))


def mail(source: Source) -> bytes:
    """Plain text and HTML beside each other."""
    message = EmailMessage(policy=SMTP.clone(max_line_length=998))
    for name in ("Subject", "From", "To", "Date"):
        message[name] = source.about[name.lower()]
    message.set_content(text(source).decode(), charset="utf-8", cte="base64")
    message.add_alternative(f"<html><body>{_body(source.blocks)}</body></html>", subtype="html", cte="base64")
    message.set_boundary("=-maru-demo-company-=")
    return message.as_bytes()


PLAIN_WRITERS: Final[dict[str, Callable[[Source], bytes]]] = {
    "docx": docx,
    "xlsx": xlsx,
    "pptx": pptx,
    "hwpx": hwpx,
    "html": html,
    "md": markdown,
    "txt": text,
    "csv": csv,
    "eml": mail,
}
"""By extension; HWP and PDF need another programme."""


def _title(source: Source) -> str:
    return next((block.text for block in source.blocks if isinstance(block, Heading)), "")


def _own(grid: Grid) -> Iterator[tuple[int, int, str]]:
    """Row, column and text of each cell that is not covered by another."""
    for row, cells in enumerate(grid.rows):
        for column, text in enumerate(cells):
            if text not in (LEFT, ABOVE):
                yield row, column, text


def _plain(blocks: Sequence[Block]) -> Iterator[str | Grid]:
    """Lines without styles; an article's name begins its first paragraph."""
    article = ""
    for block in blocks:
        match block:
            case Heading() if _ARTICLE.match(block.text):
                if article:
                    yield article
                article = block.text
            case Paragraph() if article:
                yield f"{article} {block.text}"
                article = ""
            case _:
                if article:
                    yield article
                    article = ""
                yield block if isinstance(block, Grid) else block.text


def _below_headings(blocks: Sequence[Block]) -> Iterator[tuple[Heading, list[Paragraph | ListItem | Grid]]]:
    heading, below = None, list[Paragraph | ListItem | Grid]()
    for block in blocks:
        if isinstance(block, Heading):
            if heading:
                yield heading, below
            heading, below = block, []
        else:
            below.append(block)
    if heading:
        yield heading, below


def _body(blocks: Sequence[Block]) -> str:
    parts: list[str] = []
    for bulleted, group in itertools.groupby(
        blocks, lambda b: isinstance(b, ListItem) and b.text.startswith("- ")
    ):
        if bulleted:
            items = "".join(f"<li>{markup.escape(b.text[2:])}" for b in group if isinstance(b, ListItem))
            parts.append(f"<ul>{items}</ul>")
            continue
        for block in group:
            match block:
                case Heading():
                    parts.append(f"<h{block.level}>{markup.escape(block.text)}</h{block.level}>")
                case Grid():
                    parts.append(_table(block))
                case _:
                    parts.append(f"<p>{markup.escape(block.text)}</p>")
    return "\n".join(parts)


def _table(grid: Grid) -> str:
    spans = {(top, left): (bottom - top + 1, right - left + 1) for top, left, bottom, right in grid.merged()}
    rows = []
    for number, row in enumerate(grid.rows):
        tag = "th" if number < grid.header_rows else "td"
        cells = []
        for column, said in enumerate(row):
            if said not in (LEFT, ABOVE):
                down, across = spans.get((number, column), (1, 1))
                span = f' rowspan="{down}"' * (down > 1) + f' colspan="{across}"' * (across > 1)
                cells.append(f"<{tag}{span}>{markup.escape(said)}</{tag}>")
        rows.append(f"<tr>{''.join(cells)}</tr>")
    head = "".join(rows[: grid.header_rows])
    return f"<table><thead>{head}</thead><tbody>{''.join(rows[grid.header_rows :])}</tbody></table>"


def _field(said: str) -> str:
    return '"' + said.replace('"', '""') + '"' if set(said) & set(',"\n') else said


def _repacked(data: bytes, change: Callable[[bytes], bytes] = lambda part: part) -> bytes:
    """The same archive without the time at which it was written, each part changed."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new,
    ):
        for part in old.infolist():
            content = change(old.read(part))
            if part.filename == "docProps/core.xml":
                content = _CHANGED.sub(rb"\g<1>2026-01-01T00:00:00Z", content)
            info = zipfile.ZipInfo(part.filename)
            info.compress_type = part.compress_type
            new.writestr(info, content)
    return written.getvalue()
