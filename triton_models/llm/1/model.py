"""Triton's side of the embedded LLM. The contract of its tensors stands in ../README.md."""

import json
from pathlib import Path
from typing import Any

import triton_python_backend_utils as pb_utils
from generation import BadInput, Generation, read_scalar, send_error
from llama import Llama, LlamaSettings
from metrics import Metrics
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
        self._metrics.close()

    def _stop(self, request_id: str) -> None:
        if not request_id:
            raise BadInput("a stop needs the id of the request that it stops")
        self._sequences.stop(request_id)
