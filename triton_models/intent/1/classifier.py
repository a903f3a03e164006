"""Embeddings and letters to labels, by the weights and the card beside this file."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from features import letter_features
from numpy.typing import NDArray

UNSURE = "unsure"


class Classifier:
    """Softmax regression with a temperature, and a threshold for each label."""

    def __init__(self, folder: Path) -> None:
        card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
        with np.load(folder / "weights.npz") as file:
            self._weights, self._bias = file["weights"], file["bias"]
        self._labels: list[str] = card["labels"]
        self._temperature: float = card["temperature"]
        self._thresholds = np.array(card["thresholds"])

    def classify(
        self, texts: Sequence[str], embeddings: NDArray[np.float32]
    ) -> tuple[list[str], NDArray[np.float32]]:
        """Each text's label, "unsure" under its threshold, and all probabilities [len(texts), labels]."""
        inputs = np.hstack([embeddings, letter_features(texts)])
        logits = (inputs @ self._weights + self._bias) / self._temperature
        raised = np.exp(logits - logits.max(1, keepdims=True))
        found = (raised / raised.sum(1, keepdims=True)).astype(np.float32)
        likeliest = found.argmax(1)
        sure = found.max(1) >= self._thresholds[likeliest]
        labels = [self._labels[n] if is_sure else UNSURE for n, is_sure in zip(likeliest, sure, strict=True)]
        return labels, found
