"""Answers one message: takes its questions one by one, reads each, and tells what there is to it."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import replace
from typing import Final

from services.chat import word_answers
from services.chat.composing.replies import examples
from services.chat.conversation import Outcome, Progress, Step
from services.chat.data_answers import DataAnswers
from services.chat.draft import Draft, Part
from services.chat.ports import ErpData
from services.chat.routing import Router
from services.chat.understanding.analysis import Context
from services.chat.understanding.frame import (
    Defined,
    FuturePeriod,
    Memory,
    NotFound,
    QueryReading,
    QuestionBack,
    Reading,
    RecordReading,
    Refusal,
    Several,
    SmallTalk,
    load_memory,
)
from services.chat.understanding.reader import Reader
from services.chat.understanding.remembering import after, as_one, not_understood
from services.kit.clock import Clock

_STARTERS: Final = 6


class Answering:
    """Answers messages. Reading is work for a processor, so it runs in `executor`, off the event loop."""

    def __init__(
        self,
        reader: Reader,
        executor: Executor,
        erp: ErpData,
        data: DataAnswers,
        router: Router,
        clock: Clock,
    ) -> None:
        self._reader = reader
        self._executor = executor
        self._erp = erp
        self._data = data
        self._router = router
        self._clock = clock

    async def answer(self, draft: Draft) -> None:
        """Fill the draft. A question back ends it: the questions behind it wait for the reply.

        Raises:
            MaruError: the ERP is away, or answered with a failure.
        """
        draft.first.note(Progress(Step.UNDERSTANDING, "질문을 읽고 있습니다."))
        catalog = await self._erp.describe()
        memory = load_memory(draft.memory_before)
        context = Context(catalog, self._clock.today(), memory, draft.choice_number)
        loop = asyncio.get_running_loop()
        questions = await loop.run_in_executor(
            self._executor, self._reader.questions, draft.question, context
        )
        part: Part | None = None
        for place, question in enumerate(questions):
            rest = questions[place + 1 :]
            context = replace(context, memory=memory, choice_number=0 if place else draft.choice_number)
            earlier, told = memory, list[Memory]()
            for reading in _in_turn(await self._read(draft, question, context)):
                if isinstance(reading, SmallTalk) and (part or rest):
                    continue  # a greeting beside a question needs no answer
                part = draft.begin(question) if part else draft.first
                part.question = question
                await self._tell(draft, part, reading, context)
                asks_back = part.outcome is Outcome.CLARIFIED
                told += [part.memory] if part.memory else []
                whole = as_one(told) if part.memory and not asks_back else part.memory
                memory = draft.memory = after(
                    earlier, whole, rest if asks_back else (), not_understood(reading)
                )
            if part and part.outcome is Outcome.CLARIFIED:
                return

    async def starters(self) -> tuple[str, ...]:
        """Questions to begin with, made from what the asker may ask.

        Raises:
            MaruError: the ERP is away, or answered with a failure.
        """
        return examples(await self._erp.describe(), _STARTERS)

    async def _read(self, draft: Draft, question: str, context: Context) -> Reading:
        loop = asyncio.get_running_loop()
        part = draft.parts[-1]
        analysis = await loop.run_in_executor(self._executor, self._reader.analyse, question, context)
        routing = self._router.begin(question, analysis)
        lookups = analysis.lookups
        if lookups:
            part.note(Progress(Step.LINKING, "이름을 찾고 있습니다."))
        answers = await asyncio.gather(
            *(self._erp.resolve(lookup.mentions, lookup.kinds) for lookup in lookups)
        )
        resolutions = dict(zip(lookups, answers, strict=True))
        reading = await loop.run_in_executor(
            self._executor, self._reader.read, analysis, resolutions, context
        )
        reading, intent = await routing.end(reading)
        part.usage = replace(part.usage, understanding=part.since_start(), intent=intent)
        return reading

    async def _tell(self, draft: Draft, part: Part, reading: Reading, context: Context) -> None:
        catalog = context.catalog
        match reading:
            case QueryReading():
                await self._data.query(draft, part, reading, catalog)
            case RecordReading():
                await self._data.record(draft, part, reading)
            case QuestionBack():
                word_answers.ask_back(part, reading)
            case Refusal():
                word_answers.refuse(part, reading, catalog, context.memory.frame)
            case NotFound() | FuturePeriod():
                word_answers.tell_missing(part, reading)
            case Defined():
                word_answers.define(part, reading, catalog)
            case SmallTalk():
                word_answers.talk(part, reading, catalog)


def _in_turn(reading: Reading) -> Sequence[Reading]:
    """The readings of one question; at most one of them asks back, and that one comes last."""
    if not isinstance(reading, Several):
        return (reading,)
    asking = [one for one in reading.readings if isinstance(one, QuestionBack)]
    return [*(one for one in reading.readings if one not in asking), *asking[:1]]
