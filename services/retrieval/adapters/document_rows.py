"""Rows to documents and back; what is kept as JSON."""

import json
from datetime import date
from functools import lru_cache
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import Row, Select, select

from services.retrieval.access import AccessList
from services.retrieval.adapters import document_tables as tables
from services.retrieval.documents import Document, Folder, State, Version
from services.retrieval.passages import Kind, Passage
from services.retrieval.reading.content import Cause

_ACCESS: Final = TypeAdapter(AccessList)
_DOCUMENT: Final = TypeAdapter(Document)
_FOLDER: Final = TypeAdapter(Folder)

_content: Final = tables.content
_version: Final = tables.version

VERSIONS: Final[Select[Any]] = select(
    _version,
    _content.c.media_type,
    _content.c.page_count,
    _content.c.scanned_pages,
    _content.c.effective_date,
).select_from(_version.outerjoin(_content, _content.c.id == _version.c.content_id))
"""For `version_of`."""


def dump_access(access: AccessList) -> str:
    return _ACCESS.dump_json(access, exclude_defaults=True).decode()


@lru_cache(maxsize=1000)
def load_access(kept: str) -> AccessList:
    """Most documents have the same few."""
    return _ACCESS.validate_json(kept)


def dump_document(document: Document) -> str:
    return _DOCUMENT.dump_json(document).decode()


def load_document(kept: str) -> Document:
    return _DOCUMENT.validate_json(kept)


def dump_folder(folder: Folder) -> str:
    return _FOLDER.dump_json(folder).decode()


def load_folder(kept: str) -> Folder:
    return _FOLDER.validate_json(kept)


def version_of(row: Row[Any]) -> Version:
    """Of a row of `VERSIONS`."""
    return Version(
        id=row.id,
        document_id=row.document_id,
        state=State(row.state),
        digest=row.digest,
        size_bytes=row.size_bytes,
        import_time=row.import_time,
        effective_date=row.stated_date or row.effective_date,
        media_type=row.media_type or "",
        page_count=row.page_count or 0,
        passage_count=row.passage_count,
        cause=Cause(row.cause) if row.cause else None,
        detail=row.detail,
        scanned_pages=tuple(map(int, row.scanned_pages.split(","))) if row.scanned_pages else (),
    )


def folder_of(row: Row[Any]) -> Folder:
    return Folder(folder_id(row.path_digest), row.path, load_access(row.access), row.revision)


def folder_id(path_digest: str) -> str:
    """A folder is named by its path alone: it needs no row to have a name."""
    return path_digest[:32]


def passage_columns(passage: Passage) -> dict[str, Any]:
    return {
        "kind": passage.kind.value,
        "heading_path": json.dumps(passage.heading_path, ensure_ascii=False),
        "body": passage.text,
        "start_offset": passage.start,
        "end_offset": passage.end,
        "page": passage.page,
        "end_page": passage.end_page,
    }


def passage_of(row: Row[Any]) -> Passage:
    return Passage(
        Kind(row.kind),
        tuple(json.loads(row.heading_path)),
        row.body,
        row.start_offset,
        row.end_offset,
        row.page,
        row.end_page,
    )


def effective_date_of(row: Row[Any]) -> date | None:
    """As given at import, else as the text says."""
    found: date | None = row.stated_date or row.effective_date
    return found
