"""Triton's side of the embedded LLM. The contract of its tensors stands in ../README.md."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import triton_python_backend_utils as pb_utils
from generation import BadInput, Generation, read_scalar, send_error
from llama import Llama, LlamaSettings, Progress
from sequences import DuplicateId, Sequences, TooManyWaiting


class TritonPythonModel:
    """One instance: llama.cpp, the sequences in it, and their metrics."""

    def initialize(self, args: dict[str, str]) -> None:
        parameters = json.loads(args["model_config"])["parameters"]

        def number(key: str) -> int:
            return int(parameters[key]["string_value"])

        weights = Path(args["model_repository"]) / args["model_version"] / "model.gguf"
        if not weights.exists():
            raise pb_utils.TritonModelException(f"no weights: put or link a GGUF file at {weights}")
        settings = LlamaSettings(
            slots=number("slots"),
            max_prompt_tokens=number("max_prompt_tokens"),
            max_output_tokens=number("max_output_tokens"),
            threads=number("threads"),
            threads_batch=number("threads_batch"),
            step_tokens=number("step_tokens"),
            log_verbosity=number("log_verbosity"),
        )
        self._max_output_tokens = settings.max_output_tokens
        self._max_waiting = number("max_waiting")
        self._llama = Llama(weights, settings)
        self._metrics = Metrics(args["model_name"], args["model_version"])
        self._sequences = Sequences(settings.slots, self._max_waiting, self._metrics.sequences)

    def execute(self, requests: list[Any]) -> None:
        """Takes requests up. Responses are sent later, from the threads of the sequences."""
        for request in requests:
            sender = request.get_response_sender()
            try:
                if read_scalar(request, "stop", False):
                    self._stop(request.request_id())
                    sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
                else:
                    self._sequences.start(
                        Generation(request, self._llama, self._max_output_tokens, self._metrics)
                    )
            except BadInput as error:
                send_error(sender, pb_utils.TritonError.INVALID_ARG, str(error))
            except DuplicateId:
                send_error(sender, pb_utils.TritonError.ALREADY_EXISTS, "a request with this id is under way")
            except TooManyWaiting:
                text = f"{self._max_waiting} requests wait already, try again later"
                send_error(sender, pb_utils.TritonError.UNAVAILABLE, text)

    def finalize(self) -> None:
        """Stops what is under way."""
        self._sequences.close()

    def _stop(self, request_id: str) -> None:
        if not request_id:
            raise BadInput("a stop needs the id of the request that it stops")
        self._sequences.stop(request_id)


class Metrics:
    """Counts and gauges on Triton's metrics port; used from any thread."""

    def __init__(self, model: str, version: str) -> None:
        self._labels = {"model": model, "version": version}
        counter, gauge = pb_utils.MetricFamily.COUNTER, pb_utils.MetricFamily.GAUGE
        self._families: list[Any] = []  # a metric fails once its family is collected
        sequences = self._family("maru_llm_sequences", "Sequences being decoded or waiting.", gauge)
        tokens = self._family("maru_llm_tokens_total", "Tokens read, found in the cache, written.", counter)
        ended = self._family("maru_llm_generations_total", "Sequences that ended, by reason.", counter)
        self._decoding = self._metric(sequences, state="decoding")
        self._waiting = self._metric(sequences, state="waiting")
        self._tokens = {
            kind: self._metric(tokens, kind=kind) for kind in ("prompt", "prompt_cached", "completion")
        }
        self._ended = {
            reason: self._metric(ended, finish_reason=reason) for reason in ("stop", "length", "cancelled")
        }

    def sequences(self, decoding: int, waiting: int) -> None:
        with _never_failing():
            self._decoding.set(decoding)
            self._waiting.set(waiting)

    def ended(self, progress: Progress) -> None:
        with _never_failing():
            self._ended[progress.finish_reason].increment(1)
            self._tokens["prompt"].increment(progress.prompt_tokens - progress.cached_tokens)
            self._tokens["prompt_cached"].increment(progress.cached_tokens)
            self._tokens["completion"].increment(progress.completion_tokens)

    def _family(self, name: str, description: str, kind: int) -> Any:
        self._families.append(pb_utils.MetricFamily(name=name, description=description, kind=kind))
        return self._families[-1]

    def _metric(self, family: Any, **labels: str) -> Any:
        return family.Metric(labels=self._labels | labels)


@contextmanager
def _never_failing() -> Iterator[None]:
    """If `execute` fails a request whose sequence runs, Triton 2.51 crashes: no metric may do that."""
    try:
        yield
    except pb_utils.TritonModelException as error:
        pb_utils.Logger.log_warn(f"llm: metric not kept: {error}")
