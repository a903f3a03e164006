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

    The first `header_rows` rows name the columns: as the file says, else as far as their words tell; 0 = none do.
    Lines of a cell are parted by "\n".
    """

    rows: tuple[tuple[str, ...], ...]
    header_rows: int = 1
    caption: str = ""
    page: int = 0


Block = Heading | Paragraph | ListItem | Table


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost. The defaults hold a rule book of a thousand pages."""

    file_bytes: int = 100 * 2**20
    """Size of the file; a larger one is not opened."""
    expanded_bytes: int = 400 * 2**20
    """What its packed parts may unpack to, together."""
    characters: int = 10_000_000
    """Text that may come out of it, merged cells repeated."""
    memory_bytes: int = 2**30
    """Address space of the process that reads it, beyond what the readers themselves take."""
    seconds: float = 60.0
    """Processor time until the process is killed."""

    @property
    def clock_seconds(self) -> float:
        """Time by the clock until the process is killed: a busy machine is slow, not the file."""
        return self.seconds * 3


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


@dataclass(frozen=True, slots=True)
class Draft:
    """What a format's reader found: as `Content`, before its text is brought to one form and its plain headings are
    recognised.
    """

    blocks: list[Block]
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
