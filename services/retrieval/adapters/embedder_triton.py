"""`Embedder` on Triton. The tensors stand in triton_models/embedder/README.md.

A call is left alone when nobody waits for it any more, and never cancelled: Triton 2.51 can crash on a cancelled call.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

import grpc
import numpy as np
import structlog
from numpy.typing import NDArray
from tritonclient.grpc import service_pb2, service_pb2_grpc

from services.kit.errors import DependencyUnavailable
from services.kit.metrics import Metrics
from services.retrieval.ports import Vectors

_AT_ONCE: Final = 4
"""Passages a call: joining them gains little, and a longer call stands longer in others' way."""
_LONGEST: Final = 4_000
"""Characters of a text that the model takes."""
_PEOPLE_WAIT, _IMPORT = 1, 2
_DRAIN_S: Final = 120.0
"""A call still open after this long hangs."""

log = structlog.get_logger(__name__)


class EmbeddingUnavailable(DependencyUnavailable):
    """The embedding model does not answer."""

    ko = "문장을 벡터로 바꾸는 모델이 응답하지 않습니다. 잠시 뒤에 다시 시도해 주세요."
    en = "The model that turns sentences to vectors doesn't answer. Try again in a moment."

    def __init__(self) -> None:
        super().__init__(dependency="embedder", retry_after=timedelta(seconds=1))


class TritonEmbedder:
    """Embeds with version `version` of `name` behind `channel`: kit's `triton_channel`."""

    def __init__(
        self,
        channel: grpc.aio.Channel,
        name: str,
        version: int,
        dimensions: int,
        query_seconds: float,
        metrics: Metrics,
    ) -> None:
        """`query_seconds`: how long a question's vector is waited for."""
        self._stub = service_pb2_grpc.GRPCInferenceServiceStub(channel)
        self._name, self._version = name, str(version)
        self._dimensions = dimensions
        self._query_seconds = query_seconds
        self._metrics = metrics
        self._calls: set[asyncio.Task[Vectors]] = set()

    @property
    def model(self) -> str:
        """See `Embedder.model`."""
        return f"{self._name}/{self._version}"

    @property
    def dimensions(self) -> int:
        """See `Embedder.dimensions`."""
        return self._dimensions

    async def embed_query(self, text: str) -> NDArray[np.float32]:
        """See `Embedder.embed_query`."""
        vectors = await self._embed([text], b"query", _PEOPLE_WAIT, self._query_seconds)
        vector: NDArray[np.float32] = vectors[0]
        return vector

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder.embed_passages`."""
        parts = [
            await self._embed(texts[first : first + _AT_ONCE], b"passage", _IMPORT, _DRAIN_S)
            for first in range(0, len(texts), _AT_ONCE)
        ]
        return np.concatenate(parts)

    async def close(self) -> None:
        """Wait until Triton has answered every call."""
        await asyncio.gather(*self._calls, return_exceptions=True)

    async def _embed(self, texts: Sequence[str], kind: bytes, priority: int, seconds: float) -> Vectors:
        call = asyncio.create_task(self._call(texts, kind, priority))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)
        done, _ = await asyncio.wait({call}, timeout=seconds)
        if not done:
            log.warning("embedder_slow", model=self.model, seconds=seconds)
            raise EmbeddingUnavailable
        return call.result()

    async def _call(self, texts: Sequence[str], kind: bytes, priority: int) -> Vectors:
        request = service_pb2.ModelInferRequest(model_name=self._name, model_version=self._version)
        request.parameters["priority"].uint64_param = priority
        cut = [text[:_LONGEST].encode() for text in texts]
        for name, values in (("text", cut), ("kind", [kind] * len(cut))):
            request.inputs.add(
                name=name,
                datatype="BYTES",
                shape=[len(values), 1],
                contents=service_pb2.InferTensorContents(bytes_contents=values),
            )
        try:
            with self._metrics.triton_call(self._name):
                response = await self._stub.ModelInfer(request, timeout=_DRAIN_S)
            return _vectors(response, (len(texts), self._dimensions))
        except grpc.aio.AioRpcError as error:
            log.warning("embedder_unavailable", model=self.model, code=error.code().name)
        except ValueError:
            log.exception("embedder_unreadable", model=self.model)
        raise EmbeddingUnavailable


def _vectors(response: Any, shape: tuple[int, int]) -> Vectors:
    """Raises ValueError where it isn't a vector for each text."""
    (content,) = response.raw_output_contents
    vectors: Vectors = np.frombuffer(content, "<f4").reshape(shape)
    return vectors
