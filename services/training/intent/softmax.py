"""Softmax regression with weight decay, fitted by gradient descent with momentum; its temperature and its thresholds."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.int64]

EMBEDDING: Final = 384
DECAY: Final = 3e-4
STEPS: Final = 300
RATE: Final = 2.0
MOMENTUM: Final = 0.9


@dataclass(frozen=True, slots=True)
class Regression:
    """`vectors @ weights + bias` are logits. weights [dimensions, labels], bias [labels]."""

    weights: Floats
    bias: Floats

    def logits(self, vectors: NDArray[np.float32]) -> Floats:
        """[n, dimensions] -> [n, labels]."""
        return np.asarray(vectors @ self.weights + self.bias)


def fit(vectors: NDArray[np.float32], labels: Ints, sample_weights: Floats) -> Regression:
    """Every label weighs the same in all. Embeddings are standardised first, which is then put into the weights."""
    mean = vectors.mean(0)
    spread = np.ones_like(mean)  # letters are unit rows already
    spread[:EMBEDDING] = vectors[:, :EMBEDDING].std(0) * np.sqrt(EMBEDDING)
    x = (vectors - mean) / spread
    wanted = np.eye(int(labels.max()) + 1, dtype=np.float32)[labels]
    of_label = wanted.T @ sample_weights
    weight = (sample_weights / of_label[labels] / len(of_label))[:, None].astype(np.float32)
    w, b = np.zeros((x.shape[1], len(of_label)), np.float32), np.zeros(len(of_label), np.float32)
    w_step, b_step = np.zeros_like(w), np.zeros_like(b)
    for _ in range(STEPS):
        wrong = (probabilities(x @ w + b) - wanted) * weight
        w_step = MOMENTUM * w_step - RATE * (x.T @ wrong + DECAY * w)
        b_step = MOMENTUM * b_step - RATE * wrong.sum(0)
        w, b = w + w_step, b + b_step
    folded = w / spread[:, None]
    return Regression(folded, b - mean @ folded)


def probabilities(logits: Floats, temperature: float = 1.0) -> Floats:
    """Softmax of each row."""
    raised = np.exp((logits - logits.max(1, keepdims=True)) / temperature)
    return np.asarray(raised / raised.sum(1, keepdims=True))


def temperature_of(logits: Floats, labels: Ints) -> float:
    """The temperature, in steps of 0.02, under which the labels are likeliest."""
    rows = np.arange(len(labels))
    tried = np.arange(0.1, 5.0, 0.02)
    losses = [-np.log(probabilities(logits, t)[rows, labels] + 1e-12).mean() for t in tried]
    return round(float(tried[int(np.argmin(losses))]), 2)


def thresholds_of(found: Floats, labels: Ints, precision: float) -> list[float]:
    """For each label the least probability, in steps of 0.01 from 0.5, from which on at least `precision` of what is
    called so is so; 1 where there is none."""
    called, sure = found.argmax(1), found.max(1)
    thresholds = []
    for label in range(found.shape[1]):
        mine = called == label
        enough = (
            step / 100
            for step in range(50, 100)
            if (kept := mine & (sure >= step / 100)).sum() >= 20
            and (labels[kept] == label).mean() >= precision
        )
        thresholds.append(next(enough, 1.0))
    return thresholds


def calibration_error(found: Floats, labels: Ints, bins: int = 10) -> float:
    """Expected calibration error: by how much the probability misses the share that is right."""
    sure, right = found.max(1), found.argmax(1) == labels
    places = np.minimum((sure * bins).astype(int), bins - 1)
    filled = [places == b for b in range(bins) if (places == b).any()]
    return float(sum(at.mean() * abs(sure[at].mean() - right[at].mean()) for at in filled))
