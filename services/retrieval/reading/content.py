"""What a file says, whatever its format: blocks in reading order."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Heading:
    """A line that names what follows. `level` 1 is the outermost; `page` from 1, 0 where the format has none."""

    level: int
    text: str
    page: int = 0


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text, without line breaks that only the page made."""

    text: str
    page: int = 0


@dataclass(frozen=True, slots=True)
class ListItem:
    """One entry of a list, its number or bullet included as it is printed. `depth` from 1."""

    text: str
    depth: int = 1
    page: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of equally many cells; what a merged cell says stands in each cell that it covers.

    The first `header_rows` rows name the columns; 0 where the file doesn't tell.
    """

    rows: tuple[tuple[str, ...], ...]
    header_rows: int = 1
    caption: str = ""
    page: int = 0


Block = Heading | Paragraph | ListItem | Table


@dataclass(frozen=True, slots=True)
class Content:
    """A file as read. Text is NFC. `title`: the file's own, "" where it has none; `page_count` 0 without pages.

    `scanned_pages`: pages that are pictures, whose text could not be read.
    """

    media_type: str
    blocks: tuple[Block, ...]
    title: str = ""
    page_count: int = 0
    scanned_pages: tuple[int, ...] = ()


class Cause(StrEnum):
    """Why a file could not be read; the names of the contract's `Quarantine.Cause`."""

    UNKNOWN_FORMAT = "unknown_format"
    WRONG_EXTENSION = "wrong_extension"
    ENCRYPTED = "encrypted"
    BROKEN = "broken"
    EXPANDS_TOO_FAR = "expands_too_far"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    EMPTY = "empty"
    SCANNED = "scanned"


class Unreadable(Exception):
    """The file is set aside. `detail`: what a reader adds, without the file's text; "" mostly."""

    def __init__(self, cause: Cause, detail: str = "") -> None:
        super().__init__(cause, detail)
        self.cause = cause
        self.detail = detail
