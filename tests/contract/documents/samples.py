"""The adapters over one database, and what is put into it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Final

import numpy as np

from services.kit.database import Engines
from services.retrieval.access import AccessList, Principals
from services.retrieval.adapters.documents_sql import SqlDocuments
from services.retrieval.adapters.import_queue_sql import Lease, SqlImportQueue
from services.retrieval.adapters.search_source_sql import SqlSearchSource
from services.retrieval.documents import Document
from services.retrieval.passages import Kind, Passage
from services.retrieval.ports import Vectors
from services.retrieval.store import NewVersion, ReadContent, Request

NOON: Final = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)
LEASE: Final = timedelta(minutes=5)
EVERYONE: Final = AccessList(Principals(everyone=True))
SALES: Final = AccessList(
    Principals(roles=frozenset({"sales"}), departments=frozenset({"영업본부/국내영업팀"})),
    deny=Principals(usernames=frozenset({"kim'; DROP TABLE document"})),
    stop_inheritance=True,
)
PASSAGES: Final = (
    Passage(Kind.TEXT, ("제1장 총칙", "제1조(목적)"), "이 규정은 여비를 정한다 🏭.", 0, 17, 1, 1),
    Passage(Kind.TABLE, (), "구분\t국내\n임원\t50,000원", 20, 40, 2, 3),
)
TERMS: Final = (("규정", "여비", "정하/V"), ())
CONTENT: Final = ReadContent(
    title="여비규정",
    has_own_title=True,
    media_type="application/pdf",
    page_count=3,
    effective_date=date(2026, 1, 1),
    plain="이 규정은 여비를 정한다 🏭.\n\n구분\t국내\n임원\t50,000원",
    passages=PASSAGES,
    terms=TERMS,
    scanned_pages=(2, 3),
)

_requests: Final = count()


def digest(content: str) -> str:
    return sha256(content.encode()).hexdigest()


def request(body: str = "", request_id: str = "", time: datetime = NOON) -> Request:
    return Request("kim", request_id or f"r{next(_requests)}", digest(body), time)


def vectors(*rows: tuple[float, ...]) -> Vectors:
    return np.array(rows, np.float32)


class Opened:
    """What a process has of the database."""

    def __init__(self, engines: Engines, holder: str = "one") -> None:
        self.engines = engines
        self.documents = SqlDocuments(engines)
        self.queue = SqlImportQueue(engines, Lease(holder, LEASE))
        self.source = SqlSearchSource(engines)

    async def import_file(
        self, path: str, content: str, access: AccessList | None = None, time: datetime = NOON
    ) -> Document:
        new = NewVersion(path, digest(content), len(content), access)
        return await self.documents.import_version(new, request(path + content, time=time))

    async def index(self, content: ReadContent = CONTENT, time: datetime = NOON) -> bool:
        """Reads what waits longest."""
        claim = await self.queue.claim(time)
        assert claim
        return await self.queue.finish(claim, content, time)

    async def indexed(
        self, path: str, content: str, access: AccessList | None = None, title: str = "여비규정"
    ) -> Document:
        """A document that is searched by words."""
        document = await self.import_file(path, content, access)
        assert await self.index(replace(CONTENT, title=title))
        return await self.documents.get(document.id)

    async def embed(self, made: Vectors, model: str = "e5@1", time: datetime = NOON) -> None:
        claim = await self.queue.claim_embedding(model, time)
        assert claim
        places = [place for place, _ in await self.queue.without_vector(claim, 100)]
        assert await self.queue.add_vectors(claim, places, made[: len(places)], time)
        assert await self.queue.finish_embedding(claim)
