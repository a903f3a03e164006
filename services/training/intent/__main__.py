"""python -m services.training.intent train|evaluate"""

import argparse
import sys
import time
from typing import Any

from services.training.intent import card, embedding, sentences, training


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m services.training.intent", description=__doc__)
    parser.add_argument("action", choices=("train", "evaluate"), help="evaluate: the model as it is on disk")
    action = parser.parse_args().action
    began = time.monotonic()
    said = sentences.load()
    vectors = embedding.inputs([s.text for s in said])
    model = training.train(said, vectors) if action == "train" else card.read(card.VERSION)
    scores = training.evaluate(model, said, vectors)
    if action == "train":
        card.write(card.VERSION, model, sentences.summary(said), embedding.made_by(), scores)
    _show(model, scores)
    for sure, label, called, text in training.surely_wrong(model, said, vectors):
        _say(f"  {sure:.2f} {label} -> {called}: {text}")
    _say(f"{time.monotonic() - began:.1f} s")
    return 0


def _show(model: training.IntentModel, scores: dict[str, Any]) -> None:
    _say(
        f"held back {scores['sentences']}: accuracy {scores['accuracy']}, calibration error "
        f"{scores['calibration_error']} (temperature {model.temperature}), sure of {scores['sure']}, "
        f"of which right {scores['sure_precision']}"
    )
    _say(f"{'':>10} " + " ".join(f"{label:>9}" for label in sentences.LABELS) + "  threshold  sure recall")
    for label, row in scores["confusion"].items():
        figures = scores["labels"][label]
        cells = " ".join(f"{n:>9}" for n in row)
        _say(f"{label:>10} {cells}  {figures['threshold']:>9}  {figures['sure_recall']:>11}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
