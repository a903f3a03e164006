"""A page printed by Chromium, as most PDFs of web systems are: letters as outlines, blanks and line ends only by place."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from services.retrieval.reading.content import Block, Heading, ListItem, Paragraph, Table
from services.retrieval.reading.readers import read
from tests.chromium import headless_chromium
from tests.documents.writers import ARTICLES, CHAPTER, HEADER_ROWS, ITEMS, ROWS, TITLE, html

pytestmark = pytest.mark.browser

_STYLE = """<style>
body { font-size: 11pt; line-height: 1.6 } table { border-collapse: collapse } td, th { border: 1px solid; padding: 4px }
</style></html>"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with headless_chromium() as chromium:
        yield chromium


def test_a_printed_page_keeps_its_structure(browser: Browser) -> None:
    page = browser.new_page()
    page.route("http://**", lambda route: route.abort())
    page.set_content(html().decode().replace("</html>", _STYLE))
    page.evaluate("document.querySelector('nav').remove()")
    content = read(page.pdf(format="A4"), "규정.pdf")
    expected: tuple[Block, ...] = (
        Heading(1, TITLE, 1),
        Heading(2, CHAPTER, 1),
        Heading(3, ARTICLES[0][0], 1),
        Paragraph(ARTICLES[0][1], 1),
        Heading(3, ARTICLES[1][0], 1),
        Paragraph(ARTICLES[1][1], 1),
        ListItem(f"1. {ITEMS[0]}", 1, 1),
        ListItem(f"2. {ITEMS[1]}", 1, 1),
        Table(ROWS, HEADER_ROWS, page=1),
    )
    assert [block for block in content.blocks if block != Paragraph("스크립트", 1)] == list(expected)
    assert content.page_count == 1
