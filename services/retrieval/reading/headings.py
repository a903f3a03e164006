"""Headings and lists that stand in a document as plain text become headings and lists."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from services.retrieval.reading.content import Block, Heading, ListItem, Paragraph
from services.retrieval.reading.markers import Division, Number, division, may_be_title, number

_DIVISION, _NUMBERED = 0, 1
_DEEPEST: Final = 9


def recognise(blocks: Sequence[Block]) -> list[Block]:
    """Blocks with the headings that only their text tells: parts of rules everywhere, numbered sections where the file
    has no headings of its own. Paragraphs that begin with other numbers or bullets become list items.
    """
    styled = any(isinstance(block, Heading) for block in blocks)
    opened: list[Division | None] = [
        division(b.text) if isinstance(b, Paragraph | ListItem) else None for b in blocks
    ]
    numbers = [
        number(b.text) if isinstance(b, Paragraph) and opened[i] is None else None
        for i, b in enumerate(blocks)
    ]
    sections = set() if styled else set(_sections(blocks, numbers))
    ranks = _ranks([part for part in opened if not (styled and part and part.annex)], numbers, sections)
    titled = not styled and ranks and isinstance(blocks[0], Paragraph) and _opens(blocks[0], opened[0])
    found: list[Block] = []
    above = 1 if titled else 0  # depth of the file's own heading that holds
    for i, block in enumerate(blocks):
        part, counted = opened[i], numbers[i]
        if i == 0 and titled and isinstance(block, Paragraph):
            found.append(Heading(1, block.text, block.page))
        elif isinstance(block, Heading):
            above = block.level
            found.append(block)
        elif part is not None and isinstance(block, Paragraph | ListItem):
            level = (
                2 if styled and part.annex else min(_DEEPEST, above + 1 + ranks.index((_DIVISION, part.rank)))
            )
            found.append(Heading(level, part.heading, block.page))
            if part.rest:
                found.extend(_item(Paragraph(part.rest, block.page)))
        elif counted is not None and isinstance(block, Paragraph):
            if i in sections:
                level = min(_DEEPEST, above + 1 + ranks.index((_NUMBERED, counted.rank)))
                found.append(Heading(level, block.text, block.page))
            else:
                found.append(ListItem(block.text, 1, block.page))
        else:
            found.append(block)
    return list(_nested(found))


def _opens(first: Paragraph, part: Division | None) -> bool:
    return part is None and may_be_title(first.text)


def _item(paragraph: Paragraph) -> Iterator[Block]:
    yield paragraph if number(paragraph.text) is None else ListItem(paragraph.text, 1, paragraph.page)


def _sections(blocks: Sequence[Block], numbers: Sequence[Number | None]) -> Iterator[int]:
    """Numbered lines that head something: of their kind at least half are followed by what is not of their kind."""
    kinds: dict[int, list[tuple[int, bool]]] = {}
    for i, counted in enumerate(numbers):
        if counted is None:
            continue
        following = numbers[i + 1] if i + 1 < len(blocks) else None
        holds = i + 1 < len(blocks) and (following is None or following.rank > counted.rank)
        kinds.setdefault(counted.rank, []).append((i, counted.titled and holds))
    for places in kinds.values():
        heads = [i for i, holds in places if holds]
        if len(heads) * 2 >= len(places):
            yield from (i for i, _ in places if (counted := numbers[i]) is not None and counted.titled)


def _ranks(
    opened: Iterable[Division | None], numbers: Sequence[Number | None], sections: Iterable[int]
) -> list[tuple[int, int]]:
    """The kinds of headings that occur, outermost first; parts of rules hold numbered sections."""
    kinds = {(_DIVISION, part.rank) for part in opened if part is not None}
    kinds |= {(_NUMBERED, counted.rank) for i in sections if (counted := numbers[i]) is not None}
    return sorted(kinds)


def _nested(blocks: Iterable[Block]) -> Iterator[Block]:
    """Depths of neighbouring list items by the kinds of their numbers, in the order in which they opened."""
    kinds: list[int] = []
    for block in blocks:
        if not isinstance(block, ListItem):
            kinds = []
            yield block
            continue
        counted = number(block.text)
        if counted is None or block.depth > 1:
            yield block
            continue
        if counted.rank in kinds:
            del kinds[kinds.index(counted.rank) + 1 :]
        else:
            kinds.append(counted.rank)
        yield replace(block, depth=len(kinds))
