"""`LanguageModel` on Triton: a decoupled model with the tensor names of TensorRT-LLM's llmapi backend.

Serves `triton_models/llm` (llama.cpp) and TensorRT-LLM itself. One generation is one gRPC stream, which
carries the request and, when the text is no longer wanted, its stop: on a second stream the stop might reach
another Triton behind the load balancer. The stream is read to its end and never cancelled, since Triton 2.51
can crash on a cancelled call; so a task of its own reads it, which no cancel of the asker's reaches.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any
from uuid import uuid4

import grpc
import structlog
from tritonclient.grpc import service_pb2, service_pb2_grpc

from services.chat.errors import LanguageModelRejected, LanguageModelUnavailable
from services.chat.ports import FinishReason, GenerationChunk, GenerationRequest, GenerationTimings, Usage
from services.kit.metrics import Metrics

_RETRY_DELAYS_S = (0.1, 0.3)
_DRAIN_S = 60.0
"""A stopped sequence ends at once, unless it waits behind others. A stream still open after this long hangs."""

_log = structlog.get_logger(__name__)


class TritonLanguageModel:
    """Generates with `model` behind `channel`: kit's `triton_channel`, which sends identity and trace."""

    def __init__(self, channel: grpc.aio.Channel, model: str, metrics: Metrics) -> None:
        self._stub = service_pb2_grpc.GRPCInferenceServiceStub(channel)
        self._model = model
        self._metrics = metrics
        self._streams: set[_Stream] = set()

    async def generate(self, request: GenerationRequest) -> AsyncIterator[GenerationChunk]:
        """See `LanguageModel.generate`. What can't be reached is tried again, before the first text only."""
        with self._metrics.triton_call(self._model) as timed:
            for delay_s in (*_RETRY_DELAYS_S, None):
                stream = self._open(request)
                sent = 0
                try:
                    while (end := stream.end) is None:
                        await stream.wait()
                        if len(stream.text) > sent:
                            timed.first_response()
                            delta, sent = stream.text[sent:], len(stream.text)
                            yield GenerationChunk(delta)
                finally:
                    stream.stop()
                if not (stream.unreached and delay_s):
                    break
                await asyncio.sleep(delay_s)
            if isinstance(end, GenerationChunk):
                yield end
            elif end:
                raise end

    async def close(self) -> None:
        """Stop every generation and wait until Triton has let go of it."""
        for stream in self._streams:
            stream.stop()
        await asyncio.gather(*(stream.task for stream in self._streams))

    def _open(self, request: GenerationRequest) -> "_Stream":
        stream = _Stream(self._stub, self._model, request)
        self._streams.add(stream)
        stream.task.add_done_callback(lambda _: self._streams.discard(stream))
        return stream


class _Stream:
    """One call to Triton. `text` grows until `end` tells how it ended: the last chunk or the error."""

    def __init__(self, stub: Any, model: str, request: GenerationRequest) -> None:
        self.text = ""
        self.end: GenerationChunk | Exception | None = None
        self.unreached = False
        """It ended because Triton could not be reached: nothing of it was begun."""
        self._model = model
        self._id = uuid4().hex
        self._changed = asyncio.Event()
        self._over = asyncio.Event()
        self._finished = False  # Triton works on it no longer
        self.task = asyncio.create_task(self._run(stub, request))

    async def wait(self) -> None:
        """Wait until `text` or `end` has changed since the last call."""
        await self._changed.wait()
        self._changed.clear()

    def stop(self) -> None:
        """The text is no longer wanted; harmless once the stream has ended."""
        self._over.set()

    async def _run(self, stub: Any, request: GenerationRequest) -> None:
        call = stub.ModelStreamInfer()
        writing = asyncio.create_task(self._write(call, request))
        answered = False
        try:
            while (response := await call.read()) is not grpc.aio.EOF:
                answered = True
                self._take(response)
            self._ended(self._unavailable("the stream ended before the text did"))
        except grpc.aio.AioRpcError as error:
            self.unreached = error.code() is grpc.StatusCode.UNAVAILABLE and not answered
            self._ended(self._unavailable(f"{error.code().name}: {error.details()}"))
        except asyncio.CancelledError:
            self._ended(self._unavailable("the call was cut"))
            if (task := asyncio.current_task()) and task.cancelling():
                raise
        finally:
            writing.cancel()
            await asyncio.wait([writing])

    async def _write(self, call: Any, request: GenerationRequest) -> None:
        """The request; then, if its end is asked for before it comes by itself, the stop."""
        with suppress(grpc.aio.AioRpcError, asyncio.InvalidStateError):  # `_run` hears why the call is gone
            await call.write(_request(self._model, self._id, request))
            await self._over.wait()
            if not self._finished:
                await call.write(_stop_request(self._model, self._id))
            await call.done_writing()
            await asyncio.sleep(_DRAIN_S)
            _log.warning("triton_stream_cut", model=self._model, triton_request_id=self._id)
            call.cancel()

    def _take(self, response: Any) -> None:
        if response.error_message:
            self._finished = True
            self._ended(self._error(response.error_message))
            return
        outputs = _outputs(response.infer_response)
        text = _text(outputs.get("text_output", b""))
        if not text.startswith(self.text):
            self._ended(self._unavailable("it took back text that it had sent"))
            return
        self.text = text
        if response.infer_response.parameters["triton_final_response"].bool_param:
            self._finished = True
            self._ended(_last_chunk(outputs))
        self._changed.set()

    def _ended(self, end: GenerationChunk | Exception) -> None:
        """The first word on how it ended counts; what a stop is answered comes after it."""
        if self.end is None:
            self.end = end
            self._over.set()
            self._changed.set()

    def _error(self, message: str) -> Exception:
        if message.startswith("INVALID_ARGUMENT: "):
            return LanguageModelRejected(message)
        return self._unavailable(message)

    def _unavailable(self, cause: str) -> LanguageModelUnavailable:
        return LanguageModelUnavailable(f"{self._model}: {cause}")


def _request(model: str, request_id: str, request: GenerationRequest) -> Any:
    message = service_pb2.ModelInferRequest(model_name=model, id=request_id)
    _add(message, "text_input", "BYTES", bytes_contents=[request.prompt.encode()])
    _add(message, "sampling_param_max_tokens", "INT32", int_contents=[request.max_tokens])
    _add(message, "sampling_param_temperature", "FP32", fp32_contents=[request.temperature])
    if request.seed is not None:
        _add(message, "sampling_param_seed", "UINT64", uint64_contents=[request.seed])
    if request.stop:
        _add(message, "sampling_param_stop", "BYTES", bytes_contents=[text.encode() for text in request.stop])
    if request.grammar is not None:
        _add(message, "guided_decoding_guide_type", "BYTES", bytes_contents=[b"ebnf_grammar"])
        _add(message, "guided_decoding_guide", "BYTES", bytes_contents=[request.grammar.encode()])
    for switch in (
        "streaming",
        "return_finish_reason",
        "sampling_param_exclude_input_from_output",
        "sampling_param_return_perf_metrics",
    ):
        _add(message, switch, "BOOL", bool_contents=[True])
    return message


def _stop_request(model: str, request_id: str) -> Any:
    message = service_pb2.ModelInferRequest(model_name=model, id=request_id)
    _add(message, "stop", "BOOL", bool_contents=[True])
    return message


def _add(message: Any, name: str, datatype: str, **contents: list[Any]) -> None:
    (values,) = contents.values()
    message.inputs.add(
        name=name,
        datatype=datatype,
        shape=[len(values)],
        contents=service_pb2.InferTensorContents(**contents),
    )


def _outputs(response: Any) -> dict[str, bytes]:
    return {
        output.name: raw for output, raw in zip(response.outputs, response.raw_output_contents, strict=True)
    }


def _text(raw: bytes) -> str:
    """The first string of a BYTES tensor, where each stands behind its length in four bytes."""
    return raw[4 : 4 + int.from_bytes(raw[:4], "little")].decode()


def _last_chunk(outputs: dict[str, bytes]) -> GenerationChunk:
    numbers = {
        name: int.from_bytes(raw, "little", signed=True)
        for name, raw in outputs.items()
        if name.endswith(("_tokens", "_ns"))
    }
    usage = timings = None
    if "prompt_tokens" in numbers:
        usage = Usage(numbers["prompt_tokens"], numbers["cached_tokens"], numbers["completion_tokens"])
    if "arrival_time_ns" in numbers:
        arrival, scheduled, first, last = (
            numbers[name] / 1e6
            for name in (
                "arrival_time_ns",
                "first_scheduled_time_ns",
                "first_token_time_ns",
                "last_token_time_ns",
            )
        )
        timings = GenerationTimings(scheduled - arrival, first - scheduled, last - first)
    return GenerationChunk("", FinishReason(_text(outputs["finish_reason"])), usage, timings)
