"""Markdown to blocks: CommonMark with tables; HTML inside it is read as HTML."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from services.retrieval.reading.content import Block, Draft, Heading, Limits, ListItem, Paragraph
from services.retrieval.reading.grid import Cell, fill, to_blocks
from services.retrieval.reading.text import decode_some, tidy
from services.retrieval.reading.web import html_blocks

_FRONT_MATTER: Final = re.compile(r"\A---\n(?P<fields>.*?)\n(?:---|\.\.\.)\n", re.DOTALL)
_FIELD: Final = re.compile(r"^title:\s*[\"']?(.+?)[\"']?\s*$", re.MULTILINE)


def read_markdown(data: bytes, _: Limits) -> Draft:
    """Blocks, and the title in the front matter."""
    text = decode_some(data).replace("\r\n", "\n").lstrip("\ufeff")
    front = _FRONT_MATTER.match(text)
    field = _FIELD.search(front["fields"]) if front is not None else None
    tokens = (
        MarkdownIt("commonmark").enable("table").parse(text[front.end() :] if front is not None else text)
    )
    return Draft(list(_blocks(tokens)), field[1] if field is not None else "")


def _blocks(tokens: Sequence[Token]) -> Iterator[Block]:
    lists: list[int | None] = []
    label = ""  # of the list item whose first paragraph is awaited
    heading = 0
    place = 0
    while place < len(tokens):
        token = tokens[place]
        match token.type:
            case "heading_open":
                heading = int(token.tag[1])
            case "heading_close":
                heading = 0
            case "bullet_list_open":
                lists.append(None)
            case "ordered_list_open":
                lists.append(int(token.attrGet("start") or 1))
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
            case "list_item_open":
                count = lists[-1]
                label = "•" if count is None else f"{count}."
                lists[-1] = None if count is None else count + 1
            case "inline":
                text = tidy(_inline(token))
                if text and heading:
                    yield Heading(heading, text)
                elif text and label:
                    yield ListItem(f"{label} {text}", len(lists))
                elif text:
                    yield Paragraph(text)
                label = ""
            case "code_block" | "fence":
                if text := tidy(token.content):
                    yield Paragraph(text)
            case "html_block":
                yield from html_blocks(token.content).blocks
            case "table_open":
                end = next(i for i in range(place, len(tokens)) if tokens[i].type == "table_close")
                yield from _table(tokens[place:end])
                place = end
            case _:
                pass
        place += 1


def _inline(token: Token) -> str:
    pieces = []
    for child in token.children or ():
        if child.type in ("text", "code_inline"):
            pieces.append(child.content)
        elif child.type in ("softbreak", "hardbreak") or child.content.lower().startswith("<br"):
            pieces.append("\n")
    return "".join(pieces)


def _table(tokens: Sequence[Token]) -> list[Block]:
    rows: list[list[Cell]] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(Cell(_inline(token)))
    return to_blocks(fill(rows), 1)
