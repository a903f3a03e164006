"""Triton's side of the embedding model. The contract of its tensors stands in ../README.md."""

import json
from itertools import chain
from typing import Any

import numpy as np
import triton_python_backend_utils as pb_utils
from embedding import BadText, Embedder
from numpy.typing import NDArray


class TritonPythonModel:
    """One instance: the engine with its weights, which all processes share in memory."""

    def initialize(self, args: dict[str, str]) -> None:
        parameters = json.loads(args["model_config"])["parameters"]
        self._embedder = Embedder(
            threads=int(parameters["threads"]["string_value"]),
            max_characters=int(parameters["max_characters"]["string_value"]),
        )
        self._embedder.embed([b"warm"], [b"query"])

    def execute(self, requests: list[Any]) -> list[Any]:
        """Embeds the texts of all requests together, unless one of them can't be."""
        try:
            texts = [_strings(request, "text") for request in requests]
            kinds = [_strings(request, "kind") for request in requests]
            vectors = self._embedder.embed(list(chain(*texts)), list(chain(*kinds)))
        except BadText as error:
            if len(requests) == 1:
                return [_refused(str(error))]
            return [response for request in requests for response in self.execute([request])]
        parts = np.split(vectors, np.cumsum([len(part) for part in texts])[:-1])
        return [pb_utils.InferenceResponse([pb_utils.Tensor("embedding", part)]) for part in parts]


def _strings(request: Any, name: str) -> list[bytes]:
    tensor: NDArray[np.object_] = pb_utils.get_input_tensor_by_name(request, name).as_numpy()
    return list(tensor.reshape(-1))


def _refused(message: str) -> Any:
    return pb_utils.InferenceResponse(error=pb_utils.TritonError(message, pb_utils.TritonError.INVALID_ARG))
