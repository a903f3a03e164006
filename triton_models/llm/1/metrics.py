"""The model's counts and gauges, on Triton's metrics port."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import triton_python_backend_utils as pb_utils
from llama import Progress


class Metrics:
    """Used from any thread, one at a time: Triton 2.51 crashes when two change a metric at once."""

    def __init__(self, model: str, version: str) -> None:
        self._labels = {"model": model, "version": version}
        self._lock = threading.Lock()
        self._families: list[Any] = []  # a metric fails once its family is collected
        counter, gauge = pb_utils.MetricFamily.COUNTER, pb_utils.MetricFamily.GAUGE
        sequences = self._family("maru_llm_sequences", "Sequences being decoded or waiting.", gauge)
        tokens = self._family("maru_llm_tokens_total", "Tokens read, found in the cache, written.", counter)
        ended = self._family("maru_llm_generations_total", "Sequences that ended, by reason.", counter)
        self._metrics = {
            **{state: self._metric(sequences, state=state) for state in ("decoding", "waiting")},
            **{kind: self._metric(tokens, kind=kind) for kind in ("prompt", "prompt_cached", "completion")},
            **{
                reason: self._metric(ended, finish_reason=reason)
                for reason in ("stop", "length", "cancelled")
            },
        }

    def sequences(self, decoding: int, waiting: int) -> None:
        """How many there are now."""
        with self._changing() as metrics:
            metrics["decoding"].set(decoding)
            metrics["waiting"].set(waiting)

    def ended(self, progress: Progress) -> None:
        """A sequence ended, by itself or stopped."""
        with self._changing() as metrics:
            metrics[progress.finish_reason].increment(1)
            metrics["prompt"].increment(progress.prompt_tokens - progress.cached_tokens)
            metrics["prompt_cached"].increment(progress.cached_tokens)
            metrics["completion"].increment(progress.completion_tokens)

    def close(self) -> None:
        """Let go of them while Triton is there to hear it; its process crashes when it does that itself."""
        with self._lock:
            self._metrics.clear()
            self._families.clear()

    @contextmanager
    def _changing(self) -> Iterator[dict[str, Any]]:
        """If `execute` fails a request whose sequence runs, Triton 2.51 crashes: no metric may do that."""
        with self._lock:
            try:
                yield self._metrics
            except pb_utils.TritonModelException as error:
                pb_utils.Logger.log_warn(f"llm: metric not kept: {error}")

    def _family(self, name: str, description: str, kind: int) -> Any:
        self._families.append(pb_utils.MetricFamily(name=name, description=description, kind=kind))
        return self._families[-1]

    def _metric(self, family: Any, **labels: str) -> Any:
        return family.Metric(labels=self._labels | labels)
