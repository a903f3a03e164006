"""Contract to dataclasses and back."""

from datetime import date, datetime

from google.protobuf.timestamp_pb2 import Timestamp
from maru.retrieval.v1 import access_pb2, document_pb2, passage_pb2, retrieval_service_pb2

from services.kit.errors import FieldInvalid, FieldViolation
from services.retrieval.access import AccessList, Principals
from services.retrieval.core.quarantine import MESSAGES
from services.retrieval.core.search import Found
from services.retrieval.documents import Document, Folder, State, Version
from services.retrieval.ports import StoredPassage

_HEADINGS = 10
_HEADING_LENGTH = 300
_LONGEST_TEXT = 8000
_HIGHLIGHTS = 20
_SCANNED_PAGES = 100


def access_of(wire: access_pb2.AccessList) -> AccessList:
    return AccessList(_principals_of(wire.allow), _principals_of(wire.deny), wire.stop_inheritance)


def date_of(field: str, text: str) -> date | None:
    """None for "". Raises FieldInvalid for a day that isn't in the calendar."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise FieldInvalid([FieldViolation(field, "is no day of the calendar")]) from None


def state_of(wire: document_pb2.DocumentVersion.State.ValueType) -> State:
    return State(document_pb2.DocumentVersion.State.Name(wire).removeprefix("STATE_").lower())


def document_to_proto(document: Document, *, with_access: bool) -> document_pb2.Document:
    found = document_pb2.Document(
        name=f"documents/{document.id}",
        path=document.path,
        title=document.title,
        create_time=_time(document.create_time),
        update_time=_time(document.update_time),
        etag=str(document.revision),
    )
    if with_access:
        found.access.CopyFrom(access_to_proto(document.access))
    if document.current:
        found.current_version.CopyFrom(version_to_proto(document.current))
    if document.pending:
        found.pending_version.CopyFrom(version_to_proto(document.pending))
    return found


def version_to_proto(version: Version) -> document_pb2.DocumentVersion:
    found = document_pb2.DocumentVersion(
        name=f"documents/{version.document_id}/versions/{version.id}",
        state=document_pb2.DocumentVersion.State.Value(f"STATE_{version.state.name}"),
        media_type=version.media_type,
        size_bytes=version.size_bytes,
        content_digest=version.digest,
        page_count=version.page_count,
        passage_count=version.passage_count,
        effective_date=version.effective_date.isoformat() if version.effective_date else "",
        import_time=_time(version.import_time),
        duplicate_of=version.duplicate_of,
        scanned_pages=version.scanned_pages[:_SCANNED_PAGES],
    )
    if version.cause:
        found.quarantine.cause = document_pb2.Quarantine.Cause.Value(f"CAUSE_{version.cause.name}")
        found.quarantine.message = MESSAGES[version.cause]
    return found


def passage_to_proto(stored: StoredPassage) -> passage_pb2.Passage:
    passage, key = stored.passage, stored.key
    name = f"documents/{stored.document_id}/versions/{key.version_id}/passages/{key.place}"
    return passage_pb2.Passage(
        name=name,
        kind=passage_pb2.Passage.Kind.Value(f"KIND_{passage.kind.name}"),
        path=stored.path,
        title=stored.title,
        heading_path=[heading[:_HEADING_LENGTH] for heading in passage.heading_path[:_HEADINGS]],
        page=passage.page,
        end_page=passage.end_page,
        text=passage.text[:_LONGEST_TEXT],
        span=passage_pb2.Span(start_offset=passage.start, end_offset=passage.end),
        effective_date=stored.effective_date.isoformat() if stored.effective_date else "",
    )


def search_to_proto(found: Found) -> retrieval_service_pb2.SearchResponse:
    return retrieval_service_pb2.SearchResponse(
        hits=[
            retrieval_service_pb2.SearchHit(
                passage=passage_to_proto(hit.passage),
                score=hit.likelihood,
                highlights=[
                    passage_pb2.Span(start_offset=span.start, end_offset=span.end)
                    for span in hit.highlights[:_HIGHLIGHTS]
                ],
            )
            for hit in found.hits
        ],
        answerable=found.answerable,
        index_version=str(found.revision),
    )


def folder_to_proto(folder: Folder) -> access_pb2.Folder:
    return access_pb2.Folder(
        name=f"folders/{folder.id}",
        path=folder.path,
        access=access_to_proto(folder.access),
        etag=str(folder.revision) if folder.revision else "",
    )


def access_to_proto(access: AccessList) -> access_pb2.AccessList:
    return access_pb2.AccessList(
        allow=_principals_to_proto(access.allow),
        deny=_principals_to_proto(access.deny),
        stop_inheritance=access.stop_inheritance,
    )


def _principals_of(wire: access_pb2.Principals) -> Principals:
    return Principals(
        wire.everyone, frozenset(wire.roles), frozenset(wire.departments), frozenset(wire.usernames)
    )


def _principals_to_proto(principals: Principals) -> access_pb2.Principals:
    return access_pb2.Principals(
        everyone=principals.everyone,
        roles=sorted(principals.roles),
        departments=sorted(principals.departments),
        usernames=sorted(principals.usernames),
    )


def _time(moment: datetime) -> Timestamp:
    found = Timestamp()
    found.FromDatetime(moment)
    return found
