"""What kept answers still tell: words of a document only as long as their asker may read it.

Who lost the right to a document, or whose document is gone, sees of its quotations in earlier answers that they are no
longer to be seen, and nothing of what they said. Access belongs to documents: one look for each is enough.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from services.chat.conversation import Answer, Citation, Completed, TextDelta, Turn, TurnEvent
from services.chat.errors import PassageNotFound
from services.chat.ports import Documents
from services.kit.errors import MaruError

GONE: Final = "더는 볼 수 없는 문서"
UNKNOWN: Final = "지금은 열 수 없는 문서"
"""Whether it may be read can't be found out now."""

_LOOKS_AT_ONCE: Final = 8


class Disclosure:
    """Withholds from kept turns what the asker of the request being served may not read."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def turns(self, turns: Sequence[Turn]) -> list[Turn]:
        """The turns as they may be told now."""
        withheld = await self._withheld(c for turn in turns for a in _answers(turn) for c in a.citations)
        return [_told(turn, withheld) for turn in turns]

    async def turn(self, turn: Turn) -> Turn:
        """One turn."""
        (told,) = await self.turns([turn])
        return told

    async def events(self, turn: Turn, events: Sequence[TurnEvent]) -> list[TurnEvent]:
        """The events of an ended turn; none is left out, so that their sequence stays whole."""
        (told,) = await self.turns([turn])
        if told == turn:
            return list(events)
        texts = {
            part: after.text
            for part, (before, after) in enumerate(zip(_answers(turn), _answers(told), strict=True))
            if before != after
        }
        citations = {
            (part, citation.number): citation
            for part, answer in enumerate(_answers(told))
            for citation in answer.citations
        }
        shown = []
        for event in events:
            body = event.body
            if isinstance(body, Completed):
                body = Completed(told)
            elif isinstance(body, Citation):
                body = citations.get((event.part, body.number), Citation(body.number, withheld=True))
            elif isinstance(body, TextDelta) and event.part in texts:
                body = TextDelta(texts[event.part])
                texts[event.part] = ""  # all of it stands in the first one
            shown.append(replace(event, body=body))
        return shown

    async def _withheld(self, citations: Iterable[Citation]) -> dict[str, str]:
        """Documents that may not be told of, with the words that stand for them."""
        passages = {_document(citation): citation.passage for citation in citations}
        at_once = asyncio.Semaphore(_LOOKS_AT_ONCE)

        async def look(passage: str) -> str:
            async with at_once:
                try:
                    await self._documents.passage(passage)
                except PassageNotFound:
                    return GONE
                except MaruError:
                    return UNKNOWN
                return ""

        found = await asyncio.gather(*map(look, passages.values()))
        return {document: words for document, words in zip(passages, found, strict=True) if words}


def _document(citation: Citation) -> str:
    return citation.document.partition("/versions/")[0]


def _answers(turn: Turn) -> Sequence[Answer]:
    return (turn.answer, *turn.answer.further) if turn.answer else ()


def _told(turn: Turn, withheld: dict[str, str]) -> Turn:
    if not withheld or not turn.answer:
        return turn
    further = tuple(_answer(one, withheld) for one in turn.answer.further)
    return replace(turn, answer=replace(_answer(turn.answer, withheld), further=further))


def _answer(answer: Answer, withheld: dict[str, str]) -> Answer:
    """The answer without the words of these documents: what is left are the other quotations."""
    if not any(_document(citation) in withheld for citation in answer.citations):
        return answer
    citations = tuple(
        Citation(citation.number, title=withheld[_document(citation)], withheld=True)
        if _document(citation) in withheld
        else citation
        for citation in answer.citations
    )
    lines = [f"{c.title} [{c.number}]" if c.withheld else f"“{c.quote}” [{c.number}]" for c in citations]
    return replace(answer, text="\n".join(lines), citations=citations)
