"""`ports.ErpData` over the ERP service, which reads as the asker of the call being served."""

from collections import OrderedDict
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from typing import Final

import grpc
from maru.erp.v1 import erp_service_pb2 as pb
from maru.erp.v1.erp_service_pb2_grpc import ErpServiceStub

from services.chat.convert import erp as convert_erp
from services.chat.errors import RecordNotFound
from services.chat.result import Record, Result
from services.chat.semantic import Catalog, EntityKind, Query, Resolution
from services.kit.errors import RemoteError
from services.kit.identity import current_identity
from services.kit.status import remote

_MENTIONS_A_CALL: Final = 64
_LONGEST_MENTION: Final = 200
_CATALOGS: Final = 256
"""Catalogs kept: one for each set of roles and claims among the last askers."""


class GrpcErpData:
    """See `ports.ErpData`. `channel` is kit's `service_channel` to erp, which speaks for the asker."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = ErpServiceStub(channel)
        self._catalogs: OrderedDict[Hashable, Catalog] = OrderedDict()

    async def describe(self) -> Catalog:
        identity = current_identity()
        # Who is told the same; the ERP service itself says by the etag whether it still holds for this asker.
        key = replace(identity, subject="", username="", name="", employee=None, token="")
        kept = self._catalogs.get(key)
        with remote("erp"):
            response = await self._stub.DescribeCatalog(
                pb.DescribeCatalogRequest(etag=kept.etag if kept else "")
            )
        catalog = convert_erp.catalog(response)
        if kept and kept.etag == catalog.etag:
            # Then only the settings come back.
            catalog = replace(catalog, metrics=kept.metrics, dimensions=kept.dimensions)
        if catalog == kept:
            catalog = kept
        self._catalogs[key] = catalog
        self._catalogs.move_to_end(key)
        while len(self._catalogs) > _CATALOGS:
            self._catalogs.popitem(last=False)
        return catalog

    async def resolve(
        self, mentions: Sequence[str], kinds: Sequence[EntityKind] = ()
    ) -> Sequence[Resolution]:
        """A mention that no name is as long as, or an empty one, isn't asked for."""
        found: dict[str, Resolution] = {}
        askable = iter(dict.fromkeys(m for m in mentions if 1 <= len(m) <= _LONGEST_MENTION))
        wire_kinds = [convert_erp.kind_to_proto(kind) for kind in kinds]
        while batch := list(islice(askable, _MENTIONS_A_CALL)):
            with remote("erp"):
                response = await self._stub.ResolveEntities(
                    pb.ResolveEntitiesRequest(mentions=batch, kinds=wire_kinds)
                )
            found |= {
                resolution.mention: resolution for resolution in convert_erp.resolutions(response.resolutions)
            }
        return [found.get(mention, Resolution(mention)) for mention in mentions]

    async def run(self, query: Query) -> Result:
        with remote("erp"):
            response = await self._stub.RunQuery(pb.RunQueryRequest(query=convert_erp.query_to_proto(query)))
        return Result(convert_erp.table(response.table), convert_erp.context(response.context))

    async def record(self, name: str) -> Record:
        with _record_not_found(), remote("erp"):
            response = await self._stub.GetRecord(pb.GetRecordRequest(name=name))
        return convert_erp.record(response.record)


@contextmanager
def _record_not_found() -> Iterator[None]:
    try:
        yield
    except RemoteError as error:
        if error.reason == "RECORD_NOT_FOUND":
            raise RecordNotFound from None
        raise
