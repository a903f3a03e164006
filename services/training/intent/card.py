"""The trained model on disk: weights and model card, beside the Triton model that reads them."""

import json
from pathlib import Path
from typing import Any, Final

import numpy as np

from services.training.intent.embedding import REPOSITORY
from services.training.intent.sentences import LABELS
from services.training.intent.softmax import Regression
from services.training.intent.training import PRECISION, IntentModel

VERSION: Final = REPOSITORY / "triton_models" / "intent" / "1"


def write(
    folder: Path, model: IntentModel, data: dict[str, Any], embedder: str, scores: dict[str, Any]
) -> None:
    """weights.npz and card.json, the same bytes for the same model."""
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(
        folder / "weights.npz",
        weights=model.regression.weights.astype(np.float32),
        bias=model.regression.bias.astype(np.float32),
    )
    card = {
        "labels": list(LABELS),
        "temperature": model.temperature,
        "thresholds": model.thresholds,
        "precision_wanted": PRECISION,
        "embedder": embedder,
        "data": data,
        "held_back": scores,
    }
    text = json.dumps(card, ensure_ascii=False, indent=1)
    (folder / "card.json").write_text(f"{text}\n", encoding="utf-8")


def read(folder: Path) -> IntentModel:
    """What `write` wrote."""
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    with np.load(folder / "weights.npz") as file:
        regression = Regression(file["weights"], file["bias"])
    return IntentModel(regression, card["temperature"], card["thresholds"])
