"""One request: its tensors read and checked, its responses sent, its line in the log."""

import json
import threading
import time
from typing import Any

import numpy as np
import triton_python_backend_utils as pb_utils
from llama import Completion, Llama, Progress, Refused
from metrics import Metrics

VANISHED_CHECK_NS = 250_000_000
"""How often a sequence asks Triton whether its client is still there."""

_FINAL = pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL


class BadInput(Exception):
    """An input tensor has a value that can't be served."""


class Generation:
    """A sequence (see `sequences`) that answers one Triton request.

    Raises:
        BadInput: from the constructor, before anything was sent.
    """

    def __init__(self, request: Any, llama: Llama, max_output_tokens: int, metrics: Metrics) -> None:
        self.request_id: str = request.request_id()
        self._sender = request.get_response_sender()
        self._llama = llama
        self._metrics = metrics
        self._completion = read_completion(request, max_output_tokens)
        self._streaming = bool(read_scalar(request, "streaming", False))
        self._wants_finish_reason = bool(read_scalar(request, "return_finish_reason", False))
        self._wants_metrics = bool(read_scalar(request, "sampling_param_return_perf_metrics", False))
        excluded = read_scalar(request, "sampling_param_exclude_input_from_output", False)
        self._echo = "" if excluded else self._completion.prompt
        self._traceparent = str(json.loads(request.parameters() or "{}").get("traceparent", ""))
        self._progress = Progress()
        self._sending = threading.Lock()
        self._ended = False  # the last response was sent; from then on Triton's sender must not be touched
        self._arrival_ns = time.monotonic_ns()
        self._scheduled_ns = self._first_ns = self._last_ns = 0
        self._vanished_check_ns = self._arrival_ns + VANISHED_CHECK_NS

    def run(self) -> None:
        self._scheduled_ns = time.monotonic_ns()
        try:
            self._finish(self._llama.complete(self._completion, self._send_text, self._stopped))
        except Refused as error:
            self._fail(pb_utils.TritonError.INVALID_ARG, str(error))
        except Exception as error:  # whatever it is, the client must hear an end
            self._fail(pb_utils.TritonError.INTERNAL, type(error).__name__)
            pb_utils.Logger.log_error(f"llm: {type(error).__name__}: {error}")

    def stop(self) -> None:
        """The client hears the end now; llama.cpp, when it next reports."""
        self._finish(self._progress)

    def _stopped(self) -> bool:
        with self._sending:
            if self._ended:
                return True
            now = time.monotonic_ns()
            if now < self._vanished_check_ns:
                return False
            self._vanished_check_ns = now + VANISHED_CHECK_NS
            return bool(self._sender.is_cancelled())

    def _send_text(self, progress: Progress) -> None:
        self._progress = progress
        self._last_ns = time.monotonic_ns()
        self._first_ns = self._first_ns or self._last_ns
        with self._sending:
            if self._streaming and not self._ended:
                text = _string("text_output", self._echo + progress.text)
                self._sender.send(pb_utils.InferenceResponse([text]))

    def _fail(self, code: int, text: str) -> None:
        with self._sending:
            if not self._ended:
                self._ended = True
                send_error(self._sender, code, text)

    def _finish(self, progress: Progress) -> None:
        with self._sending:
            if self._ended:
                return
            self._ended = True
            self._sender.send(pb_utils.InferenceResponse(self._last_outputs(progress)), flags=_FINAL)
        self._metrics.ended(progress)
        duration_ms = (time.monotonic_ns() - self._arrival_ns) // 1_000_000
        pb_utils.Logger.log_info(
            f"generation request_id={self.request_id} traceparent={self._traceparent}"
            f" finish_reason={progress.finish_reason} prompt_tokens={progress.prompt_tokens}"
            f" cached_tokens={progress.cached_tokens} completion_tokens={progress.completion_tokens}"
            f" duration_ms={duration_ms}"
        )

    def _last_outputs(self, progress: Progress) -> list[Any]:
        outputs = [_string("text_output", self._echo + progress.text)]
        if self._wants_finish_reason:
            outputs.append(_string("finish_reason", progress.finish_reason))
        if self._wants_metrics:
            now = time.monotonic_ns()
            scheduled = self._scheduled_ns or now
            first = self._first_ns or now
            outputs += [
                _number("arrival_time_ns", self._arrival_ns, np.int64),
                _number("first_scheduled_time_ns", scheduled, np.int64),
                _number("first_token_time_ns", first, np.int64),
                _number("last_token_time_ns", max(self._last_ns, first), np.int64),
                _number("prompt_tokens", progress.prompt_tokens, np.int32),
                _number("cached_tokens", progress.cached_tokens, np.int32),
                _number("completion_tokens", progress.completion_tokens, np.int32),
            ]
        return outputs


def read_completion(request: Any, max_output_tokens: int) -> Completion:
    """What the request asks for, with upstream's defaults.

    Raises:
        BadInput: a tensor is missing or has a value that can't be served.
    """
    prompt = read_scalar(request, "text_input", None)
    if not prompt:
        raise BadInput("text_input is missing or empty")
    max_tokens = int(read_scalar(request, "sampling_param_max_tokens", max_output_tokens))
    if max_tokens < 1:
        raise BadInput("sampling_param_max_tokens must be at least 1")
    temperature = float(read_scalar(request, "sampling_param_temperature", 0.0))
    if not 0.0 <= temperature <= 2.0:
        raise BadInput("sampling_param_temperature must be from 0 to 2")
    guide_type = read_scalar(request, "guided_decoding_guide_type", None)
    guide = read_scalar(request, "guided_decoding_guide", None)
    if (guide_type, guide) != (None, None) and (guide_type != "ebnf_grammar" or not guide):
        raise BadInput("guided_decoding_guide_type must be ebnf_grammar, with a guided_decoding_guide")
    seed = read_scalar(request, "sampling_param_seed", None)
    stop = pb_utils.get_input_tensor_by_name(request, "sampling_param_stop")
    stops = [] if stop is None else stop.as_numpy().flat
    return Completion(
        prompt=prompt,
        max_tokens=min(max_tokens, max_output_tokens),
        temperature=temperature,
        seed=None if seed is None else int(seed),
        stop=tuple(_text("sampling_param_stop", each) for each in stops),
        grammar=guide,
    )


def read_scalar(request: Any, name: str, default: Any) -> Any:
    """The one value of an input tensor; bytes come as str.

    Raises:
        BadInput: text that is no UTF-8.
    """
    tensor = pb_utils.get_input_tensor_by_name(request, name)
    if tensor is None:
        return default
    value = tensor.as_numpy().item(0)
    return _text(name, value) if isinstance(value, bytes) else value


def send_error(sender: Any, code: int, text: str) -> None:
    """End a request with an error. A stream carries only the text, so the code stands in it too."""
    name = {
        pb_utils.TritonError.INVALID_ARG: "INVALID_ARGUMENT",
        pb_utils.TritonError.ALREADY_EXISTS: "ALREADY_EXISTS",
        pb_utils.TritonError.UNAVAILABLE: "UNAVAILABLE",
    }.get(code, "INTERNAL")
    error = pb_utils.TritonError(f"{name}: {text}", code)
    sender.send(pb_utils.InferenceResponse([], error), flags=_FINAL)


def _text(name: str, value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise BadInput(f"{name} is no UTF-8") from error


def _string(name: str, value: str) -> Any:
    return pb_utils.Tensor(name, np.array([value.encode()], dtype=np.object_))


def _number(name: str, value: int, dtype: type) -> Any:
    return pb_utils.Tensor(name, np.array([value], dtype=dtype))
