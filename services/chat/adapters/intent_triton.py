"""`IntentModel` on Triton: one unary call to a model that takes a text and gives a label with its probability.

A call is left alone when its answer comes too late, and never cancelled, since Triton 2.51 can crash on a cancelled call.
"""

import asyncio
import struct
from decimal import Decimal
from typing import Any, Final

import grpc
import structlog
from tritonclient.grpc import service_pb2, service_pb2_grpc

from services.chat.conversation import Intent
from services.kit.metrics import Metrics

_MAX_UNDER_WAY: Final = 8
"""Calls at once. Where Triton is slow, more would only make it slower."""
_DRAIN_S: Final = 60.0
"""A call still open after this long hangs."""

_log = structlog.get_logger(__name__)


class TritonIntentModel:
    """Classifies with `model` behind `channel`: kit's `triton_channel`."""

    def __init__(self, channel: grpc.aio.Channel, model: str, seconds: float, metrics: Metrics) -> None:
        """`seconds`: how long an answer is waited for."""
        self._stub = service_pb2_grpc.GRPCInferenceServiceStub(channel)
        self._model = model
        self._seconds = seconds
        self._metrics = metrics
        self._calls: set[asyncio.Task[Intent | None]] = set()

    async def classify(self, text: str) -> Intent | None:
        """See `IntentModel.classify`."""
        if len(self._calls) >= _MAX_UNDER_WAY:
            return None
        call = asyncio.create_task(self._call(text))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)
        done, _ = await asyncio.wait({call}, timeout=self._seconds)
        return call.result() if done and not call.cancelled() else None

    async def close(self) -> None:
        """Wait until Triton has answered every call."""
        await asyncio.gather(*self._calls, return_exceptions=True)

    async def _call(self, text: str) -> Intent | None:
        message = service_pb2.ModelInferRequest(model_name=self._model)
        message.inputs.add(
            name="text",
            datatype="BYTES",
            shape=[1, 1],
            contents=service_pb2.InferTensorContents(bytes_contents=[text.encode()]),
        )
        try:
            with self._metrics.triton_call(self._model):
                response = await self._stub.ModelInfer(message, timeout=_DRAIN_S)
            return _intent(response)
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.INVALID_ARGUMENT:  # a text too long to be a question
                _log.warning("intent_unavailable", model=self._model, code=error.code().name)
        except (KeyError, ValueError, struct.error, UnicodeDecodeError):
            _log.exception("intent_unreadable", model=self._model)
        return None


def _intent(response: Any) -> Intent:
    outputs = dict(
        zip((output.name for output in response.outputs), response.raw_output_contents, strict=True)
    )
    label = outputs["label"][4:].decode()  # behind its length
    (probability,) = struct.unpack("<f", outputs["probability"])
    return Intent(label, Decimal(f"{probability:.4f}"), f"{response.model_name}/{response.model_version}")
