"""A file of any format to its content."""

import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Final

from services.retrieval.reading.content import (
    Block,
    Cause,
    Content,
    Draft,
    Heading,
    Limits,
    Table,
    Unreadable,
)
from services.retrieval.reading.formats import Format, Recognised, recognise
from services.retrieval.reading.hangul import read_hwp, read_hwpx
from services.retrieval.reading.headings import recognise as recognise_headings
from services.retrieval.reading.mail import read_mail
from services.retrieval.reading.markdown import read_markdown
from services.retrieval.reading.pdf import read_pdf
from services.retrieval.reading.plain import read_csv, read_text
from services.retrieval.reading.sheets import read_xlsx
from services.retrieval.reading.slides import read_pptx
from services.retrieval.reading.text import tidy, tidy_lines
from services.retrieval.reading.web import read_html
from services.retrieval.reading.word import read_docx

_READERS: Final[dict[Format, Callable[[bytes, Limits], Draft]]] = {
    Format.PDF: read_pdf,
    Format.DOCX: read_docx,
    Format.XLSX: read_xlsx,
    Format.PPTX: read_pptx,
    Format.HWP: read_hwp,
    Format.HWPX: read_hwpx,
    Format.HTML: read_html,
    Format.MARKDOWN: read_markdown,
    Format.TEXT: read_text,
    Format.CSV: read_csv,
}
# In these a heading is written as one; in a table file nothing is a heading that isn't.
_EXPLICIT: Final = frozenset({Format.XLSX, Format.CSV, Format.PPTX})
_DEEPEST_ATTACHMENT: Final = 2
_NEAR_THE_TOP: Final = 8
# Titles that programmes write when nobody gave one.
_NO_TITLES: Final = (
    "microsoft word",
    "microsoft powerpoint",
    "제목 없음",
    "untitled",
    "powerpoint 프레젠테이션",
    "document",
    "문서",
    ".hwp",
)


def read(data: bytes, name: str, limits: Limits | None = None) -> Content:
    """What a file says; `name` is its file name. Unreadable says why it can't be read.

    Reads whatever it is given in this process: files from outside are read by `Readers` in a process of their own.
    """
    limits = limits or Limits()
    if len(data) > limits.file_bytes:
        raise Unreadable(Cause.EXPANDS_TOO_FAR, f"{len(data)} bytes")
    found = recognise(data, name)
    draft = _draft(data, found, limits, 0)
    blocks = list(_tidied(draft.blocks))
    if found.format not in _EXPLICIT:
        blocks = recognise_headings(blocks)
    if sum(_characters(block) for block in blocks) > limits.characters:
        raise Unreadable(Cause.EXPANDS_TOO_FAR, "text")
    if not blocks:
        raise Unreadable(Cause.SCANNED if draft.scanned_pages else Cause.EMPTY)
    title = _title(
        draft.title, [] if found.format is Format.XLSX else blocks
    )  # a sheet's name is no title of all
    return Content(found.format, tuple(blocks), title, draft.page_count, draft.scanned_pages)


def _draft(data: bytes, found: Recognised, limits: Limits, depth: int) -> Draft:
    try:
        if found.format is not Format.MAIL:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of libraries, about odd files
                return _READERS[found.format](data, limits)

        def attached(inside: bytes, name: str) -> list[Block]:
            if depth >= _DEEPEST_ATTACHMENT:
                raise Unreadable(Cause.EXPANDS_TOO_FAR, "attachments in attachments")
            return _draft(inside, recognise(inside, name), limits, depth + 1).blocks

        return read_mail(data, attached)
    except RecursionError as error:
        raise Unreadable(Cause.EXPANDS_TOO_FAR, "nesting") from error
    except MemoryError as error:
        raise Unreadable(Cause.OUT_OF_MEMORY) from error


def _tidied(blocks: Iterable[Block]) -> Iterator[Block]:
    """Blocks in one form of text, those that say nothing left out."""
    for block in blocks:
        if isinstance(block, Table):
            yield replace(
                block,
                rows=tuple(tuple(tidy_lines(text) if text else "" for text in row) for row in block.rows),
                caption=tidy(block.caption),
            )
        elif text := tidy(block.text):
            yield replace(block, text=text)


def _characters(block: Block) -> int:
    if isinstance(block, Table):
        return len(block.caption) + sum(len(text) for row in block.rows for text in row)
    return len(block.text)


def _title(stated: str, blocks: list[Block]) -> str:
    """The one outermost heading near the top, else the title among the properties unless a programme made it up."""
    outermost = [
        (place, block.text)
        for place, block in enumerate(blocks)
        if isinstance(block, Heading) and block.level == 1
    ]
    if outermost and (outermost[0][0] == 0 or (len(outermost) == 1 and outermost[0][0] < _NEAR_THE_TOP)):
        return outermost[0][1]
    stated = tidy(stated)
    return (
        ""
        if stated.lower().startswith(_NO_TITLES[:-1]) or stated.lower().endswith(_NO_TITLES[-1])
        else stated
    )
