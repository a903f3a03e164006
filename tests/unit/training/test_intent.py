"""The intent model's data, its fitting, and that what is served was made of what is here."""

import json
from collections import Counter

import numpy as np
import pytest

from services.training.intent import card, embedding, sentences, softmax


@pytest.fixture(scope="module")
def said() -> list[sentences.Sentence]:
    return sentences.load()


def test_there_are_enough_templates_and_none_has_two_labels(said: list[sentences.Sentence]) -> None:
    labels = {sentence.template: sentence.label for sentence in said}
    assert len(labels) == len({(sentence.template, sentence.label) for sentence in said})
    assert min(Counter(labels.values())[label] for label in sentences.LABELS) >= 150


def test_a_template_is_on_one_side_and_every_label_on_both(said: list[sentences.Sentence]) -> None:
    folds = {sentence.template: sentence.fold for sentence in said}
    assert len(folds) == len({(sentence.template, sentence.fold) for sentence in said})
    for label in sentences.LABELS:
        held_back = [s.fold < 0 for s in said if s.label == label]
        assert 0.1 < np.mean(held_back) < 0.3


def test_no_slot_is_left_open(said: list[sentences.Sentence]) -> None:
    assert not [s.text for s in said if "<" in s.text or ">" in s.text]


def test_sentences_are_the_same_each_time(said: list[sentences.Sentence]) -> None:
    assert sentences.load() == said


def test_what_is_served_was_trained_on_this(said: list[sentences.Sentence]) -> None:
    """If this fails: python -m services.training.intent train."""
    written = json.loads((card.VERSION / "card.json").read_text(encoding="utf-8"))
    assert written["labels"] == list(sentences.LABELS)
    assert written["data"] == sentences.summary(said)
    assert written["embedder"] == embedding.made_by()
    assert written["held_back"]["sure_precision"] >= 0.98


def test_a_regression_separates_what_can_be_separated() -> None:
    chance = np.random.default_rng(5)
    labels = np.arange(300) % 3
    vectors = chance.normal(size=(300, 400)).astype(np.float32) * 0.1
    vectors[np.arange(300), labels] += 1
    model = softmax.fit(vectors, labels, np.ones(300))
    assert (model.logits(vectors).argmax(1) == labels).all()
    found = softmax.probabilities(model.logits(vectors))
    assert found.sum(1) == pytest.approx(np.ones(300))


def test_the_temperature_takes_back_what_is_too_sure() -> None:
    chance = np.random.default_rng(5)
    logits = chance.normal(size=(4000, 3)) * 2
    odds = softmax.probabilities(logits)
    labels = np.array([chance.choice(3, p=row) for row in odds])
    assert softmax.temperature_of(logits * 2.5, labels) == pytest.approx(2.5, rel=0.1)
    assert softmax.calibration_error(odds, labels) < 0.03
    assert softmax.calibration_error(softmax.probabilities(logits * 2.5), labels) > 0.08


def test_a_threshold_is_where_precision_begins() -> None:
    sure = np.repeat([0.6, 0.7, 0.8, 0.9], 100)
    found = np.stack([sure, 1 - sure], axis=1)
    labels = np.zeros(400, dtype=np.int64)
    labels[:100] = 1  # at 0.6 all are wrong
    labels[100:105] = 1  # from 0.7 on five in three hundred are
    assert softmax.thresholds_of(found, labels, 0.98) == [0.61, 1.0]
    assert softmax.thresholds_of(found, labels, 0.99) == [0.71, 1.0]
