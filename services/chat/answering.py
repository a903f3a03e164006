"""Answers one message: takes its questions one by one, reads each, and tells what there is to it."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Final

from services.chat import word_answers
from services.chat.asking import Wanted, cuts, is_open, may_stand_in_documents, wanted
from services.chat.composing.replies import examples
from services.chat.conversation import Outcome, Progress, Step
from services.chat.data_answers import DataAnswers
from services.chat.document_answers import DocumentAnswers
from services.chat.draft import Draft, Part
from services.chat.passages import Found
from services.chat.ports import ErpData
from services.chat.routing import Router
from services.chat.understanding.analysis import Analysis, Context
from services.chat.understanding.frame import (
    AboutDocuments,
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
from services.kit.errors import MaruError

_STARTERS: Final = 6
_CUTS: Final = 4
"""In how many ways a question of figures and rules is taken apart at most."""


@dataclass(frozen=True, slots=True)
class _LookedUp:
    """What documents hold for a question, or why they can't be searched; and what of it to quote."""

    found: Found | MaruError
    wanted: Wanted


@dataclass(frozen=True, slots=True)
class _Read:
    """A question, or a part of one, and what it asks for; `looked_up` for a question about documents."""

    words: str
    reading: Reading
    looked_up: _LookedUp | None = None


class Answering:
    """Answers messages. Reading is work for a processor, so it runs in `executor`, off the event loop."""

    def __init__(
        self,
        reader: Reader,
        executor: Executor,
        erp: ErpData,
        data: DataAnswers,
        documents: DocumentAnswers,
        router: Router,
        clock: Clock,
    ) -> None:
        self._reader = reader
        self._executor = executor
        self._erp = erp
        self._data = data
        self._documents = documents
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
            for read in _in_turn(await self._read(draft, question, context)):
                reading = read.reading
                if isinstance(reading, SmallTalk) and (part or rest):
                    continue  # a greeting beside a question needs no answer
                part = draft.begin(read.words) if part else draft.first
                part.question = read.words
                await self._tell(draft, part, read, context)
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

    async def _read(self, draft: Draft, question: str, context: Context) -> list[_Read]:
        """What a question asks for: of the ERP, of documents, or of each a part."""
        part = draft.parts[-1]
        analysis = await self._analysed(question, context)
        routing = self._router.begin(question, analysis)
        before = await self._understood(part, analysis, context)
        reading, intent = await routing.end(before)
        part.usage = replace(part.usage, understanding=part.since_start(), intent=intent)
        about = isinstance(reading, AboutDocuments)
        for cut in cuts(analysis)[:_CUTS] if about or is_open(before) else ():
            figures = await self._understood(part, await self._analysed(cut.figures, context), context)
            if isinstance(figures, QueryReading | RecordReading):
                looked_up = await self._looked_up(part, cut.rules, await self._analysed(cut.rules, context))
                return [_Read(cut.figures, figures), _Read(cut.rules, AboutDocuments(), looked_up)]
        if about or may_stand_in_documents(before, reading, intent, analysis):
            looked_up = await self._looked_up(part, question, analysis)
            if about or (isinstance(looked_up.found, Found) and looked_up.found.answerable):
                return [_Read(question, AboutDocuments(), looked_up)]
        return [_Read(question, reading)]

    async def _looked_up(self, part: Part, question: str, analysis: Analysis) -> _LookedUp:
        return _LookedUp(await self._documents.look(part, question), wanted(question, analysis))

    async def _analysed(self, question: str, context: Context) -> Analysis:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, self._reader.analyse, question, context)

    async def _understood(self, part: Part, analysis: Analysis, context: Context) -> Reading:
        """What the parser makes of a question."""
        loop = asyncio.get_running_loop()
        lookups = analysis.lookups
        if lookups:
            part.note(Progress(Step.LINKING, "이름을 찾고 있습니다."))
        answers = await asyncio.gather(
            *(self._erp.resolve(lookup.mentions, lookup.kinds) for lookup in lookups)
        )
        resolutions = dict(zip(lookups, answers, strict=True))
        return await loop.run_in_executor(self._executor, self._reader.read, analysis, resolutions, context)

    async def _tell(self, draft: Draft, part: Part, read: _Read, context: Context) -> None:
        catalog = context.catalog
        match reading := read.reading:
            case QueryReading():
                await self._data.query(draft, part, reading, catalog)
            case RecordReading():
                await self._data.record(draft, part, reading)
            case QuestionBack():
                word_answers.ask_back(part, reading)
            case AboutDocuments() if read.looked_up:
                looked_up = read.looked_up
                await self._documents.tell(draft, part, looked_up.found, looked_up.wanted, catalog)
            case Refusal():
                word_answers.refuse(part, reading, catalog, context.memory.frame)
            case NotFound() | FuturePeriod():
                word_answers.tell_missing(part, reading)
            case Defined():
                word_answers.define(part, reading, catalog)
            case SmallTalk():
                word_answers.talk(part, reading, catalog)


def _in_turn(reads: Sequence[_Read]) -> Sequence[_Read]:
    """The readings of one question one by one; at most one of them asks back, and that one comes last."""
    apart = [
        replace(read, reading=one)
        for read in reads
        for one in (read.reading.readings if isinstance(read.reading, Several) else (read.reading,))
    ]
    asking = [read for read in apart if isinstance(read.reading, QuestionBack)]
    return [*(read for read in apart if read not in asking), *asking[:1]]
