"""Search in documents alone, without an answer made of it: over the edge, as any client."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Self

import grpc
from maru.retrieval.v1 import retrieval_service_pb2 as wire
from maru.retrieval.v1.retrieval_service_pb2_grpc import RetrievalServiceStub

from services.launcher.chat_client import MAX_RATE_LIMIT_WAITS, UNARY_DEADLINE_S, too_busy, wait_if_limited

MOST_HITS = 50
"""What the service gives at once; `by_document` makes fewer of them."""


@dataclass(frozen=True, slots=True)
class DocumentHit:
    """The best passage of a document: `document` is its path, `heading` the headings down to the passage, `page` from
    1 or 0, `score` how likely it answers, 0 to 1.
    """

    document: str
    heading: str
    page: int
    score: float
    text: str

    def record(self) -> dict[str, object]:
        """For a JSON line; without the text."""
        fields = asdict(self)
        del fields["text"]
        return fields


@dataclass(frozen=True, slots=True)
class DocumentHits:
    """The best document first. `answerable`: one of them is good enough to answer from."""

    hits: tuple[DocumentHit, ...]
    answerable: bool


class SearchClient:
    """One connection to the edge."""

    def __init__(self, edge_url: str) -> None:
        """`edge_url` is `http://host:port`."""
        self._channel = grpc.aio.insecure_channel(edge_url.removeprefix("http://"))
        self._stub = RetrievalServiceStub(self._channel)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._channel.close()

    async def search(self, query: str, token: str) -> DocumentHits:
        """What the token's owner may read. A rate limit is waited out.

        Raises:
            LauncherError: the service refused, or is away.
        """
        request = wire.SearchRequest(query=query, max_hits=MOST_HITS)
        metadata = (("authorization", f"Bearer {token}"), ("accept-language", "ko"))
        for _ in range(MAX_RATE_LIMIT_WAITS):
            try:
                response = await self._stub.Search(request, timeout=UNARY_DEADLINE_S, metadata=metadata)
                return DocumentHits(tuple(by_document(response)), response.answerable)
            except grpc.aio.AioRpcError as error:
                await wait_if_limited(error)
        raise too_busy()


def by_document(response: wire.SearchResponse) -> Iterator[DocumentHit]:
    """The first passage of each document, in the order of the hits."""
    seen: set[str] = set()
    for hit in response.hits:
        passage = hit.passage
        document = passage.name.split("/versions/")[0]
        if document not in seen:
            seen.add(document)
            yield DocumentHit(
                passage.path,
                " > ".join(passage.heading_path),
                passage.page,
                round(hit.score, 4),
                passage.text,
            )
