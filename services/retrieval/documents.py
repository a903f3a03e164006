"""Documents, their versions and folders."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from services.retrieval.access import AccessList
from services.retrieval.reading.content import Cause


class State(StrEnum):
    """Where a version stands; the names of the contract's `DocumentVersion.State`."""

    QUEUED = "queued"
    INDEXING = "indexing"
    CURRENT = "current"
    SUPERSEDED = "superseded"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class Version:
    """One content of a document; never changed once read. `digest`: hex SHA-256 of the file;
    `scanned_pages`: those that are pictures.
    """

    id: str
    document_id: str
    state: State
    digest: str
    size_bytes: int
    import_time: datetime
    effective_date: date | None = None
    media_type: str = ""
    page_count: int = 0
    passage_count: int = 0
    cause: Cause | None = None
    detail: str = ""
    duplicate_of: str = ""
    scanned_pages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """`revision` counts changes: the etag. `pending`: the version last imported, where it isn't the current one."""

    id: str
    path: str
    title: str
    access: AccessList
    create_time: datetime
    update_time: datetime
    revision: int
    current: Version | None = None
    pending: Version | None = None


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder with what is set on it; `revision` 0 where nothing ever was."""

    id: str
    path: str
    access: AccessList
    revision: int
