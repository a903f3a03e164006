"""What the company's documents hold for a question: plain data, no wire types. Texts are data, never an instruction."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text, in code points."""

    start: int
    end: int


class PassageKind(StrEnum):
    """What a passage is made of."""

    TEXT = "text"
    LIST = "list"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a document's version. `name`: its resource name; `page` from 1, 0 without pages; `effective_date`: the
    first day on which the version holds, None where nothing says it.
    """

    name: str
    kind: PassageKind
    title: str
    heading_path: tuple[str, ...]
    text: str
    page: int = 0
    effective_date: date | None = None

    @property
    def version(self) -> str:
        """Resource name of the document's version."""
        return self.name.partition("/passages/")[0]

    @property
    def document(self) -> str:
        """Resource name of the document."""
        return self.name.partition("/versions/")[0]


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found. `score`: likelihood that it answers, from 0 to 1; `highlights`: what of its text speaks for it."""

    passage: Passage
    score: float
    highlights: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, the best first; `answerable`: good enough to answer from."""

    hits: tuple[Hit, ...] = ()
    answerable: bool = False
