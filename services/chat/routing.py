"""Where the intent model has a say: among answers that hold no number.

What the parser can't read becomes small talk, help, a question for the documents, a refusal that says why, or stays what
it was. What the parser reads
is left alone but for one thing: a sentence with a word that can ask for a change, and of which the model is sure that it
does, is refused. A refusal never becomes a query.
"""

import asyncio
from typing import Final, Protocol

from services.chat.conversation import Intent
from services.chat.ports import IntentModel
from services.chat.understanding.analysis import Analysis
from services.chat.understanding.frame import (
    AboutDocuments,
    Ask,
    QueryReading,
    QuestionBack,
    Reading,
    RecordReading,
    Refusal,
    RefusalKind,
    SmallTalk,
)
from services.chat.understanding.writes import change_word, wonders

_WORDLESS: Final[dict[str, Reading]] = {
    "documents": AboutDocuments(),
    "smalltalk": SmallTalk("chat"),
    "help": SmallTalk("help"),
    "write": Refusal(RefusalKind.WRITE),
    "other": Refusal(RefusalKind.OUT_OF_SCOPE),
}
"""What a question without any data in it becomes, by its label."""


class IntentsMeter(Protocol):
    """What is counted of the intent model."""

    def intent_told(self, label: str, *, changed: bool) -> None:
        """The model was asked."""
        ...


class Router:
    """Asks the intent model where its answer can matter."""

    def __init__(self, model: IntentModel, meter: IntentsMeter) -> None:
        self._model = model
        self._meter = meter

    def begin(self, question: str, analysis: Analysis) -> "Routing":
        """A question is taken apart: where a word of change stands in it, the model reads while names are looked up."""
        word = change_word(analysis.morphemes)
        wondering = word is not None and wonders(analysis.morphemes)
        word = None if wondering else word
        change = analysis.text.as_typed(word.start, word.end) if word else ""
        asked = asyncio.create_task(self._model.classify(question)) if change else None
        return Routing(self._model, self._meter, question, change, asked, wondering=wondering)


class Routing:
    """One question on its way."""

    def __init__(
        self,
        model: IntentModel,
        meter: IntentsMeter,
        question: str,
        change: str,
        asked: "asyncio.Task[Intent | None] | None",
        *,
        wondering: bool,
    ) -> None:
        """`wondering`: who, when or why somebody does it is asked ("누가 승인해"), which rules say."""
        self._wondering = wondering
        self._model = model
        self._meter = meter
        self._question = question
        self._change = change
        self._asked = asked

    async def end(self, reading: Reading) -> tuple[Reading, Intent | None]:
        """What the question comes to, and what the model took it for where that was asked."""
        if self._wondering and isinstance(reading, Refusal) and reading.kind is RefusalKind.UNKNOWN:
            return AboutDocuments(), None
        if not _is_open(reading) and not (self._change and _is_whole(reading)):
            return reading, None
        intent = await (self._asked or self._model.classify(self._question))
        routed = _routed(reading, intent.label, self._change) if intent else reading
        self._meter.intent_told(intent.label if intent else "away", changed=routed is not reading)
        return routed, intent


def _is_open(reading: Reading) -> bool:
    """The parser found words that it doesn't know."""
    match reading:
        case Refusal(RefusalKind.UNKNOWN) | QuestionBack(Ask.WORDS):
            return True
    return False


def _is_whole(reading: Reading) -> bool:
    return isinstance(reading, QueryReading | RecordReading | QuestionBack)


def _routed(reading: Reading, label: str, change: str) -> Reading:
    """`change`: the word that can ask for a change, as it was typed."""
    if label == "write" and change:
        return Refusal(RefusalKind.WRITE, change)
    match reading:
        case Refusal(RefusalKind.UNKNOWN):
            return _WORDLESS.get(label, reading)
        case QuestionBack(Ask.WORDS, options) if label == "documents" or (not options and label != "write"):
            return _WORDLESS.get(label, reading)
    return reading
