"""The intent model with its weights, in this process."""

from decimal import Decimal

from services.chat.conversation import Intent
from services.training.intent import card, embedding
from services.training.intent.sentences import LABELS


class InProcessIntents:
    """What `triton_models/intent` answers, without Triton."""

    def __init__(self) -> None:
        self._model = card.read(card.VERSION)
        self._embedder = embedding.embedder()
        self._known: dict[str, Intent] = {}

    async def classify(self, text: str) -> Intent | None:
        if text not in self._known:
            self._known[text] = self._intent(text)
        return self._known[text]

    def _intent(self, text: str) -> Intent:
        vectors = self._embedder.embed([text.encode()], [b"query"])
        (found,) = self._model.probabilities(embedding.beside_letters(vectors, [text]))
        likeliest = int(found.argmax())
        sure = found[likeliest] >= self._model.thresholds[likeliest]
        return Intent(LABELS[likeliest] if sure else "unsure", Decimal(f"{found[likeliest]:.4f}"), "intent/1")
