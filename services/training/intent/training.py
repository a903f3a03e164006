"""Trains the intent model, and says how good it is on sentences that it never saw."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from services.training.intent.sentences import LABELS, Sentence
from services.training.intent.softmax import (
    Floats,
    Ints,
    Regression,
    calibration_error,
    fit,
    probabilities,
    temperature_of,
    thresholds_of,
)

PRECISION: Final = 0.99
FOLDS: Final = 5

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class IntentModel:
    """What is served. A label is sure where its probability reaches its threshold."""

    regression: Regression
    temperature: float
    thresholds: list[float]

    def probabilities(self, vectors: Vectors) -> Floats:
        """[n, 384] -> [n, labels]."""
        return probabilities(self.regression.logits(vectors), self.temperature)


def train(sentences: list[Sentence], vectors: Vectors) -> IntentModel:
    """Fits on what is not held back; temperature and thresholds on the folds that each fit leaves out."""
    labels, weights, folds = _labels(sentences), _weights(sentences), np.array([s.fold for s in sentences])
    seen = folds >= 0
    left_out = np.zeros((len(sentences), len(LABELS)))
    for fold in range(FOLDS):
        others, own = seen & (folds != fold), folds == fold
        left_out[own] = fit(vectors[others], labels[others], weights[others]).logits(vectors[own])
    temperature = temperature_of(left_out[seen], labels[seen])
    thresholds = thresholds_of(probabilities(left_out[seen], temperature), labels[seen], PRECISION)
    return IntentModel(fit(vectors[seen], labels[seen], weights[seen]), temperature, thresholds)


def evaluate(model: IntentModel, sentences: list[Sentence], vectors: Vectors) -> dict[str, Any]:
    """Scores on the held-back sentences, as written and as people type them."""
    held_back = np.array([s.fold < 0 for s in sentences])
    labels, found = _labels(sentences)[held_back], model.probabilities(vectors[held_back])
    called, sure = found.argmax(1), found.max(1) >= np.array(model.thresholds)[found.argmax(1)]
    confusion = np.zeros((len(LABELS), len(LABELS)), dtype=int)
    np.add.at(confusion, (labels, called), 1)
    return {
        "sentences": len(labels),
        "accuracy": _rounded((called == labels).mean()),
        "calibration_error": _rounded(calibration_error(found, labels)),
        "sure": _rounded(sure.mean()),
        "sure_precision": _rounded((called == labels)[sure].mean()),
        "labels": {
            label: {
                "threshold": model.thresholds[n],
                "recall": _rounded((called == labels)[labels == n].mean()),
                "sure_recall": _rounded((sure & (called == n))[labels == n].mean()),
                "sure_called": int((sure & (called == n)).sum()),
                "sure_wrong": int((sure & (called == n) & (labels != n)).sum()),
            }
            for n, label in enumerate(LABELS)
        },
        "confusion": {label: confusion[n].tolist() for n, label in enumerate(LABELS)},
    }


def surely_wrong(
    model: IntentModel, sentences: list[Sentence], vectors: Vectors
) -> list[tuple[float, str, str, str]]:
    """Held-back sentences of which the model is sure and wrong: (probability, label, called, text)."""
    held_back = [n for n, s in enumerate(sentences) if s.fold < 0]
    found = model.probabilities(vectors[held_back])
    wrong = []
    for row, place in zip(found, held_back, strict=True):
        called = int(row.argmax())
        sentence = sentences[place]
        if LABELS[called] != sentence.label and row[called] >= model.thresholds[called]:
            wrong.append((_rounded(row[called]), sentence.label, LABELS[called], sentence.text))
    return sorted(wrong, reverse=True)


def _labels(sentences: list[Sentence]) -> Ints:
    return np.array([LABELS.index(s.label) for s in sentences])


def _weights(sentences: list[Sentence]) -> Floats:
    """A template weighs one, however many sentences are made of it."""
    _, places, counts = np.unique([s.template for s in sentences], return_inverse=True, return_counts=True)
    return np.asarray(1.0 / counts[places])


def _rounded(figure: float) -> float:
    return round(float(figure), 4)
