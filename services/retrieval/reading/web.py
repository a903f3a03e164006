"""HTML to blocks: what a reader sees of a page, without its scripts, menus and hidden parts. Nothing is fetched."""

import re
from collections.abc import Iterator
from typing import Any, Final

from lxml import etree, html

from services.retrieval.reading.content import Block, Draft, Heading, Limits, ListItem, Paragraph, Table
from services.retrieval.reading.grid import Cell, fill, to_blocks
from services.retrieval.reading.text import decode, tidy

_UNSEEN: Final = frozenset(
    {
        "script",
        "style",
        "noscript",
        "template",
        "head",
        "nav",
        "svg",
        "canvas",
        "iframe",
        "object",
        "embed",
        "audio",
    }
    | {"video", "button", "input", "select", "textarea", "dialog", "datalist", "map", "menu"}
)
_BLOCKS: Final = frozenset(
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
    }
    | {
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
    }
    | {
        "legend",
        "li",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
    }
    | {"tr", "ul"}
)
_HIDDEN: Final = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d]*[1-9])|opacity\s*:\s*0(?![.\d]*[1-9])",
    re.IGNORECASE,
)
_MENUS: Final = frozenset({"navigation", "search", "menu", "menubar", "toolbar"})
_DECLARED: Final = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([A-Za-z0-9_-]{2,30})", re.IGNORECASE)
_MAX_SPAN: Final = 1_000


def read_html(data: bytes, _: Limits) -> Draft:
    """Blocks and the title that the page states."""
    declared = _DECLARED.search(data[:4096])
    text = decode(data, declared[1].decode() if declared is not None else "")
    return html_blocks(data.decode("utf-8", errors="replace") if text is None else text)


def html_blocks(text: str) -> Draft:
    """As `read_html`, of text."""
    parser = html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root = html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*>", "", text), parser)
    except (etree.ParserError, ValueError):
        return Draft([])
    title = root.findtext(".//head/title") or ""
    mains = root.findall(".//main")
    top = mains[0] if len(mains) == 1 else root.find("body")
    return Draft(list(_Walk().blocks(root if top is None else top)), title)


class _Walk:
    """Goes through a page in order; text outside of any block gathers into a paragraph."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._depth = 0
        self._item: int | None = None  # depth of the list item whose first text is awaited
        self._label = "•"
        self._counts: list[int | None] = []

    def blocks(self, element: Any) -> Iterator[Block]:
        yield from self._inside(element)
        yield from self._flush()

    def _inside(self, element: Any) -> Iterator[Block]:
        self._pieces.append(element.text or "")
        for one in element:
            if isinstance(one.tag, str) and not _hidden(one):
                yield from self._element(one)
            self._pieces.append(one.tail or "")

    def _element(self, one: Any) -> Iterator[Block]:
        tag = one.tag.lower()
        if tag == "br":
            self._pieces.append("\n")
        elif _is_frame(one):
            yield from self._flush()
            yield from _headings(one)
        elif tag not in _BLOCKS:
            yield from self._inside(one)
        elif tag == "table" and not _is_layout(one):
            yield from self._flush()
            yield from _table(one)
        else:
            yield from self._flush()
            if tag in ("ul", "ol"):
                yield from self._list(one, tag == "ol")
            elif tag == "li":
                yield from self._list_item(one)
            elif tag == "pre":
                yield from self._preformatted(one)
            elif len(tag) == 2 and tag[0] == "h" and tag[1] in "123456":
                heading = tidy(_text(one))
                if heading:
                    yield Heading(int(tag[1]), heading)
            else:
                yield from self._inside(one)
                yield from self._flush()

    def _list(self, one: Any, ordered: bool) -> Iterator[Block]:
        self._depth += 1
        start = one.get("start", "1")
        self._counts.append(
            (int(start) if start.lstrip("-").isdigit() and len(start) < 7 else 1) if ordered else None
        )
        yield from self._inside(one)
        yield from self._flush()
        self._counts.pop()
        self._depth -= 1

    def _list_item(self, one: Any) -> Iterator[Block]:
        self._item = max(1, self._depth)
        self._label = "•"
        if self._counts and (count := self._counts[-1]) is not None:
            self._label, self._counts[-1] = f"{count}.", count + 1
        yield from self._inside(one)
        yield from self._flush()
        self._item = None

    def _preformatted(self, one: Any) -> Iterator[Block]:
        for group in re.split(r"\n\s*\n", _text(one)):
            if text := tidy(group):
                yield Paragraph(text)

    def _flush(self) -> Iterator[Block]:
        text = tidy("".join(self._pieces))
        self._pieces = []
        if not text:
            return
        if self._item is not None:
            yield ListItem(f"{self._label} {text}", self._item)
            self._item = None
        else:
            yield Paragraph(text)


def _hidden(one: Any) -> bool:
    return (
        one.tag.lower() in _UNSEEN
        or one.get("hidden") is not None
        or one.get("aria-hidden") == "true"
        or one.get("role", "") in _MENUS
        or _HIDDEN.search(one.get("style", "")) is not None
    )


def _is_frame(one: Any) -> bool:
    """What stands around a page, not in a part of it: the site's name, its links, its owner."""
    if one.get("role") in ("banner", "contentinfo", "complementary"):
        return True
    within = {"main", "article", "section"}
    return one.tag in ("header", "footer", "aside") and not any(
        above.tag in within for above in one.iterancestors()
    )


def _headings(one: Any) -> Iterator[Block]:
    for heading in one.iter("h1", "h2", "h3"):
        if text := tidy(_text(heading)):
            yield Heading(int(heading.tag[1]), text)


def _text(element: Any) -> str:
    pieces = [element.text or ""]
    for one in element:
        if isinstance(one.tag, str) and not _hidden(one):
            tag = one.tag.lower()
            pieces.append("\n" if tag == "br" else _text(one))
            if tag in _BLOCKS:
                pieces.append("\n")
        pieces.append(one.tail or "")
    return "".join(pieces)


def _is_layout(table: Any) -> bool:
    """Tables that only place things on the page hold tables, headings or lists."""
    return table.get("role") in ("presentation", "none") or any(
        table.find(f".//{tag}") is not None for tag in ("table", "h1", "h2", "h3")
    )


def _table(table: Any) -> Iterator[Table | Paragraph]:
    rows = [row for row in table.iter("tr") if not _hidden(row)]
    header = 0
    while header < len(rows) and (
        rows[header].getparent().tag == "thead" or all(cell.tag == "th" for cell in _cells(rows[header]))
    ):
        header += 1
    caption = table.find("caption")
    grid = fill(
        [Cell(_text(cell), _span(cell.get("rowspan")), _span(cell.get("colspan"))) for cell in _cells(row)]
        for row in rows
    )
    for block in to_blocks(grid, header or None, _text(caption) if caption is not None else ""):
        if isinstance(block, Table | Paragraph):
            yield block


def _cells(row: Any) -> list[Any]:
    return [cell for cell in row if cell.tag in ("td", "th") and not _hidden(cell)]


def _span(text: str | None) -> int:
    text = (text or "1").strip()
    return min(_MAX_SPAN, max(1, int(text))) if text.isdigit() and text.isascii() and len(text) < 10 else 1
