"""Quotations as an answer: what is said around them, and the citations that prove them."""

from typing import Final

from services.chat.composing import rendering
from services.chat.composing.grammar import Content
from services.chat.composing.quoting import Quotation, Quoted
from services.chat.composing.shapes import Shaped
from services.chat.conversation import Citation
from services.chat.semantic import Unit

_MAX_HEADINGS: Final = 10
_MAX_TITLE: Final = 300


def shape_quotations(quoted: Quoted) -> Shaped:
    """The shape of an answer that quotes; the marks are the citations' numbers."""
    rows = tuple(
        {"quote": one.text, "mark": f"[{number}]", "since": _since(one)}
        for number, one in enumerate(quoted.quotations, start=1)
    )
    first = quoted.quotations[0]
    atoms = {"title": rendering.name(first.passage.title)}
    flags: set[str] = set()
    if len({one.passage.version for one in quoted.quotations}) == 1 and atoms["title"]:
        flags.add("one_document")
    if quoted.contradicting:
        flags.add("contradicting")
    if quoted.valid:
        flags.add("valid")
        atoms["valid_title"] = rendering.name(quoted.valid.passage.title)
        atoms["valid_since"] = _since(quoted.valid)
    return Shaped("quotations", Content(atoms, frozenset(flags), rows))


def citations(quoted: Quoted) -> tuple[Citation, ...]:
    """One for each quotation, numbered from 1."""
    return tuple(
        Citation(
            number=number,
            document=one.passage.version,
            passage=one.passage.name,
            title=one.passage.title[:_MAX_TITLE],
            heading_path=one.passage.heading_path[:_MAX_HEADINGS],
            page=one.passage.page,
            quote=one.text,
            spans=one.spans,
            effective_date=one.passage.effective_date,
        )
        for number, one in enumerate(quoted.quotations, start=1)
    )


def _since(quotation: Quotation) -> str:
    since = quotation.passage.effective_date
    return f"{rendering.cell(since, Unit(), 0)} 시행" if since else "시행일이 적혀 있지 않음"
