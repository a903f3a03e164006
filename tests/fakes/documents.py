"""Documents of a made-up company, as a retrieval service would find them."""

from dataclasses import dataclass, field, replace
from datetime import date

from services.chat.errors import PassageNotFound
from services.chat.passages import Found, Hit, Passage, PassageKind, Span
from services.kit.errors import MaruError


def passage(
    text: str,
    *,
    document: str = "travel",
    version: str = "v1",
    place: int = 0,
    kind: PassageKind = PassageKind.TEXT,
    title: str = "여비규정",
    headings: tuple[str, ...] = ("제3장 국내 출장", "제12조 숙박비"),
    page: int = 4,
    since: date | None = date(2026, 1, 1),
) -> Passage:
    """One passage, of the travel rules where nothing else is said."""
    name = f"documents/{document}/versions/{version}/passages/{place}"
    return Passage(name, kind, title, headings, text, page, since)


def hit(found: Passage, score: float = 0.9, *quotes: str) -> Hit:
    """The passage as found, with these words of it as highlights."""
    spans = [Span(found.text.index(words), found.text.index(words) + len(words)) for words in quotes]
    return Hit(found, score, tuple(spans))


@dataclass
class FakeDocuments:
    """Finds for a question the hits of the first key that stands in it.

    `closed`: documents, by resource name, that nobody may read.
    """

    answers: dict[str, tuple[Hit, ...]] = field(default_factory=dict)
    failure: MaruError | None = None
    closed: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)

    async def search(self, query: str, max_hits: int) -> Found:
        self.asked.append(query)
        if self.failure:
            raise self.failure
        hits = next((hits for words, hits in self.answers.items() if words in query), ())
        readable = tuple(one for one in hits if one.passage.document not in self.closed)
        return Found(readable[:max_hits], bool(readable))

    async def passage(self, name: str) -> Passage:
        self.opened.append(name)
        if self.failure:
            raise self.failure
        every = [one.passage for hits in self.answers.values() for one in hits]
        found = next((one for one in every if one.name == name), None)
        if found is None or found.document in self.closed:
            raise PassageNotFound
        return replace(found)
