"""Triton's side of the intent model. The contract of its tensors stands in ../README.md."""

import json
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import triton_python_backend_utils as pb_utils
from classifier import Classifier
from numpy.typing import NDArray


class BadText(Exception):
    """A text that can't be classified; the message says why."""


class EmbedderAway(Exception):
    """The embedder didn't answer."""


class TritonPythonModel:
    """One instance: a matrix, and calls to the embedder beside it."""

    def initialize(self, args: dict[str, str]) -> None:
        parameters = json.loads(args["model_config"])["parameters"]
        self._max_characters = int(parameters["max_characters"]["string_value"])
        self._classifier = Classifier(Path(args["model_repository"]) / args["model_version"])

    def execute(self, requests: list[Any]) -> list[Any]:
        """Classifies the texts of all requests together, unless one of them can't be."""
        try:
            texts = [self._texts(request) for request in requests]
            together = list(chain(*texts))
            labels, found = self._classifier.classify(together, _embedded(together))
        except BadText as error:
            if len(requests) == 1:
                return [_failed(str(error), pb_utils.TritonError.INVALID_ARG)]
            return [response for request in requests for response in self.execute([request])]
        except EmbedderAway as error:
            return [_failed(str(error), pb_utils.TritonError.UNAVAILABLE) for _ in requests]
        responses, begin = [], 0
        for part in texts:
            end = begin + len(part)
            responses.append(_response(labels[begin:end], found[begin:end]))
            begin = end
        return responses

    def _texts(self, request: Any) -> list[str]:
        raw = pb_utils.get_input_tensor_by_name(request, "text").as_numpy().reshape(-1)
        try:
            texts = [text.decode("utf-8") for text in raw]
        except UnicodeDecodeError:
            raise BadText("text must be UTF-8") from None
        for text in texts:
            if not text.strip():
                raise BadText("text is empty")
            if len(text) > self._max_characters:
                raise BadText(f"text has {len(text)} characters, at most {self._max_characters} are read")
        return texts


def _embedded(texts: list[str]) -> NDArray[np.float32]:
    """[len(texts), 384]; both models take as many texts at once."""
    text = np.array([[text.encode()] for text in texts], dtype=np.object_)
    kind = np.full_like(text, b"query")
    request = pb_utils.InferenceRequest(
        model_name="embedder",
        requested_output_names=["embedding"],
        inputs=[pb_utils.Tensor("text", text), pb_utils.Tensor("kind", kind)],
    )
    response = request.exec()
    if response.has_error():
        raise (BadText if "text " in response.error().message() else EmbedderAway)(response.error().message())
    vectors: NDArray[np.float32] = pb_utils.get_output_tensor_by_name(response, "embedding").as_numpy()
    return vectors


def _response(labels: list[str], found: NDArray[np.float32]) -> Any:
    names = np.array([[label.encode()] for label in labels], dtype=np.object_)
    return pb_utils.InferenceResponse(
        [
            pb_utils.Tensor("label", names),
            pb_utils.Tensor("probability", found.max(1, keepdims=True)),
            pb_utils.Tensor("probabilities", found),
        ]
    )


def _failed(message: str, code: Any) -> Any:
    return pb_utils.InferenceResponse(error=pb_utils.TritonError(message, code))
