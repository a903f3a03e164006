"""`ports.Documents` over the retrieval service, which searches as the asker of the call being served."""

from datetime import date

import grpc
from maru.retrieval.v1 import passage_pb2
from maru.retrieval.v1 import retrieval_service_pb2 as pb
from maru.retrieval.v1.retrieval_service_pb2_grpc import RetrievalServiceStub

from services.chat.errors import PassageNotFound
from services.chat.passages import Found, Hit, Passage, PassageKind, Span
from services.kit.errors import RemoteError
from services.kit.status import remote

_LONGEST_QUERY = 2000


class GrpcDocuments:
    """See `ports.Documents`. `channel` is kit's `service_channel` to retrieval, which speaks for the asker."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = RetrievalServiceStub(channel)

    async def search(self, query: str, max_hits: int) -> Found:
        with remote("retrieval"):
            response = await self._stub.Search(
                pb.SearchRequest(query=query[:_LONGEST_QUERY], max_hits=max_hits)
            )
        return Found(tuple(_hit(hit) for hit in response.hits), response.answerable)

    async def passage(self, name: str) -> Passage:
        try:
            with remote("retrieval"):
                response = await self._stub.GetPassage(pb.GetPassageRequest(name=name))
        except RemoteError as error:
            if error.reason == "DOCUMENT_NOT_FOUND":
                raise PassageNotFound from None
            raise
        return _passage(response.passage)


def _hit(message: pb.SearchHit) -> Hit:
    return Hit(_passage(message.passage), message.score, tuple(_span(span) for span in message.highlights))


def _passage(message: passage_pb2.Passage) -> Passage:
    kind = passage_pb2.Passage.Kind.Name(message.kind).removeprefix("KIND_").lower()
    return Passage(
        name=message.name,
        kind=PassageKind(kind) if message.kind else PassageKind.TEXT,
        title=message.title,
        heading_path=tuple(message.heading_path),
        text=message.text,
        page=message.page,
        effective_date=date.fromisoformat(message.effective_date) if message.effective_date else None,
    )


def _span(message: passage_pb2.Span) -> Span:
    return Span(message.start_offset, message.end_offset)
