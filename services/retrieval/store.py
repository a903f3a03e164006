"""What importing and keeping documents needs of their database and their folder of files, as protocols."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from services.retrieval.access import AccessList
from services.retrieval.documents import Document, Folder, State, Version
from services.retrieval.passages import Passage
from services.retrieval.ports import Vectors
from services.retrieval.reading.content import Cause


@dataclass(frozen=True, slots=True)
class Request:
    """One that changes something. `digest`: of all that it asks; `owner`: whose request ids these are."""

    owner: str
    request_id: str
    digest: str
    time: datetime


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A file to be a document's next version. `access` None: as it is. `digest`: hex SHA-256 of the file."""

    path: str
    digest: str
    size_bytes: int
    access: AccessList | None = None
    stated_date: date | None = None


@dataclass(frozen=True, slots=True)
class Copy:
    """A version with the same content as another, and what tells who may know of it."""

    version_id: str
    document_id: str
    path: str
    access: AccessList


class DocumentStore(Protocol):
    """The documents with their versions and folders.

    What changes something is done once for each request: a repeated one gets the answer of the first, and raises
    RequestIdReused where it asks for something else. Every method raises DependencyUnavailable when the database is
    away, those that write StorageFull when it takes no more.
    """

    async def import_version(self, wanted: NewVersion, request: Request) -> Document:
        """The document at the path, with the file as its next version, queued; as it is where its latest version has
        the same content. The file itself is in `Originals` already.
        """

    async def retry(self, document_id: str, request: Request) -> Document:
        """Queues the version last imported where it is quarantined. Raises DocumentNotFound."""

    async def get(self, document_id: str) -> Document:
        """Raises DocumentNotFound."""

    async def at_path(self, path: str) -> Document | None:
        """None where there is none."""

    async def list(
        self, folder_path: str, states: Sequence[State], after_path: str, limit: int
    ) -> Sequence[Document]:
        """Documents below the folder ("" = all) with a version in one of the states (none = any), by path, those after
        `after_path`.
        """

    async def path_of(self, document_id: str) -> str | None:
        """None where it is gone."""

    async def versions(self, document_id: str, before: int, limit: int) -> Sequence[tuple[int, Version]]:
        """With their numbers, the last imported first, those below `before` (0 = all)."""

    async def version(self, document_id: str, version_id: str) -> Version:
        """Raises DocumentNotFound."""

    async def copies(self, digests: Sequence[str]) -> Mapping[str, Sequence[Copy]]:
        """Versions that can be read with these contents, the first imported first."""

    async def delete(self, document_id: str, etag: str, request: Request) -> Sequence[str]:
        """The digests of files that nothing refers to any longer. Raises DocumentNotFound, EtagMismatch ("" = any)."""

    async def set_access(self, document_id: str, access: AccessList, etag: str, request: Request) -> Document:
        """Raises DocumentNotFound, EtagMismatch."""

    async def folder_lists(self) -> Mapping[str, AccessList]:
        """The access lists that are set on folders, by path."""

    async def list_folders(self, after_path: str | None, limit: int) -> Sequence[Folder]:
        """Folders with documents below or with an access list, by path; None = from the top."""

    async def path_of_folder(self, folder_id: str) -> str | None:
        """None where it is gone."""

    async def set_folder_access(self, path: str, access: AccessList, etag: str, request: Request) -> Folder:
        """Raises EtagMismatch; the etag of a folder that never had a list is ""."""

    async def unreferenced(self, digests: Sequence[str]) -> Sequence[str]:
        """Those of the digests that no version has."""

    async def forget_requests(self, before: datetime) -> int:
        """Requests made before then are new again; how many there were."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A version that this process alone reads for a while. `attempts`: this one among them."""

    version_id: str
    document_id: str
    path: str
    digest: str
    attempts: int


@dataclass(frozen=True, slots=True)
class ReadContent:
    """A file as read and cut. `title`: its own or, where it has none, its file's name."""

    title: str
    has_own_title: bool
    media_type: str
    page_count: int
    effective_date: date | None
    plain: str
    passages: Sequence[Passage]
    terms: Sequence[Sequence[str]]
    scanned_pages: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class EmbeddingClaim:
    """A content that this process alone embeds for a while."""

    content_id: str
    title: str


class ImportQueue(Protocol):
    """What is to be read and embedded, by processes that may end at any moment: who doesn't renew a claim in time loses
    it. What only the holder may do answers whether the claim still held; nothing is done where not.
    """

    async def claim(self, now: datetime) -> Claim | None:
        """The version that waits longest, from now on being indexed. Versions of one document go one after the other,
        equal contents too.
        """

    async def renew(self, claim: Claim, now: datetime) -> bool: ...

    async def finish_as_known(self, claim: Claim, title: str, now: datetime) -> bool:
        """Makes the version current where its content has been read before, under a title of its own or under `title`.
        False where it hasn't been.
        """

    async def finish(self, claim: Claim, content: ReadContent, now: datetime) -> bool:
        """Makes the version current, and the one before superseded, in one."""

    async def quarantine(self, claim: Claim, cause: Cause, detail: str, now: datetime) -> bool:
        """The version before stays current."""

    async def release(self, claim: Claim) -> None:
        """Puts it back, as if it had not been tried."""

    async def release_left(self) -> None:
        """Puts back what an earlier process with this one's name left behind."""

    async def claim_embedding(self, model: str, now: datetime) -> EmbeddingClaim | None:
        """A content that is searched and has no vectors, or those of another model."""

    async def without_vector(self, claim: EmbeddingClaim, limit: int) -> Sequence[tuple[int, Passage]]:
        """The first passages, by place, that have none yet."""

    async def add_vectors(
        self, claim: EmbeddingClaim, places: Sequence[int], vectors: Vectors, now: datetime
    ) -> bool:
        """Keeps them and renews the claim."""

    async def finish_embedding(self, claim: EmbeddingClaim) -> bool:
        """From now on the vectors are searched."""

    async def release_embedding(self, claim: EmbeddingClaim, now: datetime) -> None:
        """Puts it back behind all others, so that one that fails keeps none of them waiting. Vectors that are there stay."""


class Originals(Protocol):
    """The imported files, by their digests."""

    async def put(self, digest: str, content: bytes) -> None:
        """Returns when the file would outlive a power cut. Raises StorageFull."""

    def path(self, digest: str) -> Path:
        """Where the file lies, whether it is there or not."""

    async def remove(self, digest: str) -> None:
        """Repeatable."""

    async def older_than(self, time: datetime) -> Sequence[str]:
        """Digests of the files written before then. What was half written before then is removed."""
