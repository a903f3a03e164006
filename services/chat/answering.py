"""Answers one question: reads it, asks the ERP, and tells what came back, noting each step as it goes."""

import asyncio
import time
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from services.chat.composing.facts import facts_of
from services.chat.composing.grammar import Content
from services.chat.composing.language import Language
from services.chat.composing.prompt import prompt_of
from services.chat.composing.replies import examples, quoted, reply
from services.chat.composing.shapes import Framing, Shaped, chart_of, shape_record, shape_result
from services.chat.composing.wording import Register, grammar, register_of
from services.chat.conversation import (
    Answer,
    ChartHint,
    Choice,
    Clarification,
    Composer,
    Fact,
    FinishReason,
    Outcome,
    Progress,
    ResultReady,
    Step,
    TextDelta,
    Usage,
)
from services.chat.errors import RecordNotFound
from services.chat.event_log import EventLog
from services.chat.ports import ErpData
from services.chat.semantic import Catalog, EntityReference, Query, ResultContext, Table, TimeBehavior
from services.chat.suggesting import suggestions
from services.chat.telling import Teller, Telling
from services.chat.understanding.analysis import Context
from services.chat.understanding.frame import (
    Ask,
    Frame,
    FuturePeriod,
    Memory,
    NotFound,
    QueryReading,
    QuestionBack,
    Reading,
    RecordReading,
    Refusal,
    RefusalKind,
    SmallTalk,
    dump_memory,
    load_memory,
)
from services.chat.understanding.reader import Reader
from services.kit.clock import Clock
from services.kit.errors import MaruError

REFUSED_BY_ERP: Final = frozenset(
    {
        "METRIC_FORBIDDEN",
        "UNKNOWN_METRIC",
        "UNKNOWN_DIMENSION",
        "QUERY_REFUSED",
        "ROW_LIMIT_EXCEEDED",
        "COST_LIMIT_EXCEEDED",
        "STATEMENT_TIMEOUT",
        "DATA_TOO_STALE",
        "NOT_AVAILABLE_YET",
    }
)
"""Reasons by which the ERP refuses a query: an outcome of the answer, not a failure."""

_REASONS: Final = {
    RefusalKind.WRITE: "WRITE_REFUSED",
    RefusalKind.UNKNOWN: "QUESTION_NOT_UNDERSTOOD",
    RefusalKind.INJECTION: "QUESTION_NOT_UNDERSTOOD",
    RefusalKind.FORBIDDEN: "METRIC_FORBIDDEN",
}


@dataclass(slots=True)
class Draft:
    """An answer as far as it has come. What is here when the asker stops is what stays."""

    question: str
    owner: str
    choice_number: int
    memory_before: str
    log: EventLog
    abandoned: asyncio.Event
    started: float = field(default_factory=time.perf_counter)
    outcome: Outcome = Outcome.ANSWERED
    finish_reason: FinishReason = FinishReason.COMPLETE
    composer: Composer = Composer.NARRATOR
    text: str = ""
    telling: Telling | None = None
    table: Table | None = None
    facts: tuple[Fact, ...] = ()
    context: ResultContext | None = None
    query: Query | None = None
    clarification: Clarification | None = None
    suggestions: tuple[str, ...] = ()
    chart: ChartHint | None = None
    assumptions: tuple[str, ...] = ()
    refusal_reason: str = ""
    memory: Memory | None = None
    usage: Usage = field(default_factory=Usage)

    @property
    def register(self) -> Register:
        return register_of(self.question)

    def since_start(self) -> timedelta:
        """How long the turn has taken so far."""
        return timedelta(seconds=time.perf_counter() - self.started)

    def stop(self) -> None:
        """Nothing more comes: what is there is the answer."""
        self.finish_reason = FinishReason.STOPPED
        if self.telling:
            self.text = self.telling.text
            self.composer = Composer.MODEL if self.text else Composer.NARRATOR

    def answer(self) -> Answer:
        """The answer, as it stands."""
        usage = self.usage
        if self.telling:
            first = self.telling.first_text_at
            usage = replace(
                usage,
                prompt_tokens=self.telling.prompt_tokens,
                completion_tokens=self.telling.completion_tokens,
                time_to_first_text=timedelta(seconds=first - self.started) if first else None,
            )
        return Answer(
            text=self.text,
            outcome=self.outcome,
            finish_reason=self.finish_reason,
            composer=self.composer,
            table=self.table,
            facts=self.facts,
            context=self.context,
            query=self.query,
            clarification=self.clarification,
            suggestions=self.suggestions,
            chart=self.chart,
            assumptions=self.assumptions,
            refusal_reason=self.refusal_reason,
            usage=replace(usage, total=self.since_start()),
        )

    def memory_text(self) -> str:
        """What the conversation remembers of this turn; "" leaves what was there."""
        return dump_memory(self.memory) if self.memory else ""


class Answering:
    """Answers questions. Reading is work for a processor, so it runs in `executor`, off the event loop."""

    def __init__(
        self,
        reader: Reader,
        executor: Executor,
        erp: ErpData,
        teller: Teller,
        clock: Clock,
        *,
        model_name: str,
        stale_after: timedelta,
    ) -> None:
        self._reader = reader
        self._executor = executor
        self._erp = erp
        self._teller = teller
        self._clock = clock
        self._model_name = model_name
        self._stale_after = stale_after

    async def answer(self, draft: Draft) -> None:
        """Fill the draft.

        Raises:
            MaruError: the ERP is away, or answered with a failure.
        """
        draft.log.append(Progress(Step.UNDERSTANDING, "질문을 읽고 있습니다."))
        catalog = await self._erp.describe()
        reading = await self._read(draft, catalog)
        draft.usage = replace(draft.usage, understanding=draft.since_start())
        match reading:
            case QueryReading():
                await self._query(draft, reading, catalog)
            case RecordReading(entity, frame):
                await self._record(draft, entity, frame, catalog)
            case QuestionBack():
                self._ask_back(draft, reading)
            case Refusal():
                self._refuse(draft, reading, catalog)
            case NotFound(about):
                draft.outcome = Outcome.NO_DATA
                self._say(draft, "not_found", Content({"about": about}))
            case FuturePeriod(period, about):
                draft.outcome = Outcome.NO_DATA
                self._say(draft, "future", Content({"period": period, "metric": about}))
            case SmallTalk(kind):
                self._say(draft, kind, _with_examples({}, frozenset(), catalog))
                draft.suggestions = examples(catalog)

    # --- reading ---------------------------------------------------------------------------------

    async def _read(self, draft: Draft, catalog: Catalog) -> Reading:
        loop = asyncio.get_running_loop()
        memory = load_memory(draft.memory_before)
        context = Context(catalog, self._clock.today(), memory, draft.choice_number)
        analysis = await loop.run_in_executor(self._executor, self._reader.analyse, draft.question, context)
        lookups = analysis.lookups
        if lookups:
            draft.log.append(Progress(Step.LINKING, "이름을 찾고 있습니다."))
        answers = await asyncio.gather(
            *(self._erp.resolve(lookup.mentions, lookup.kinds) for lookup in lookups)
        )
        resolutions = dict(zip(lookups, answers, strict=True))
        return await loop.run_in_executor(self._executor, self._reader.read, analysis, resolutions, context)

    # --- data ------------------------------------------------------------------------------------

    async def _query(self, draft: Draft, reading: QueryReading, catalog: Catalog) -> None:
        query = reading.query
        draft.query = query
        draft.memory = Memory(reading.frame)
        draft.assumptions = reading.notes[:5]
        draft.log.append(Progress(Step.QUERYING, _what_is_asked(reading, catalog)))
        asked = time.perf_counter()
        try:
            result = await self._erp.run(query)
        except MaruError as error:
            self._refused_by_erp(draft, error)
            return
        self._show(draft, asked, result.table, result.context, query, reading.period_label)
        draft.chart = chart_of(query, result.table)
        draft.suggestions = suggestions(reading, catalog)
        draft.memory = Memory(replace(reading.frame, focus=_focus(result.table)))
        framing = Framing(
            period=reading.period_label,
            base_period=reading.comparison_label,
            cut=reading.comparison_cut,
            stale_as_of=self._stale(result.context),
        )
        shaped = shape_result(query, result.table, result.context, framing, catalog)
        if shaped.shape == "nothing":
            draft.outcome = Outcome.NO_DATA
            self._say(draft, "nothing", shaped.content)
            return
        await self._tell(draft, shaped)
        if draft.chart:
            draft.log.append(draft.chart)

    async def _record(self, draft: Draft, entity: EntityReference, frame: Frame, catalog: Catalog) -> None:
        draft.memory = Memory(frame)
        draft.log.append(Progress(Step.FETCHING_RECORD, f"{entity.display_name} 문서를 가져옵니다."))
        asked = time.perf_counter()
        try:
            record = await self._erp.record(f"records/{entity.kind}/{entity.key}")
        except RecordNotFound:
            draft.outcome = Outcome.NO_DATA
            self._say(draft, "not_found", Content({"about": entity.display_name}))
            return
        except MaruError as error:
            self._refused_by_erp(draft, error)
            return
        self._show(draft, asked, record.lines or record.fields, record.context, None, entity.display_name)
        await self._tell(draft, shape_record(record))

    def _show(
        self,
        draft: Draft,
        asked: float,
        table: Table,
        context: ResultContext,
        query: Query | None,
        label: str,
    ) -> None:
        """The exact result, before any text about it."""
        draft.table, draft.context = table, context
        draft.facts = facts_of(table, query, label)
        draft.log.append(ResultReady(table, draft.facts, context, query))
        draft.usage = replace(
            draft.usage,
            query=timedelta(seconds=time.perf_counter() - asked),
            time_to_table=draft.since_start(),
        )

    def _refused_by_erp(self, draft: Draft, error: MaruError) -> None:
        """A refusal of the query as an answer; anything else is a failure and goes on."""
        if error.reason == "MEMBER_NOT_FOUND":
            draft.outcome = Outcome.NO_DATA
        elif error.reason in REFUSED_BY_ERP:
            draft.outcome = Outcome.REFUSED
            draft.refusal_reason = error.reason
        else:
            raise error
        self._text(draft, error.message_ko)

    async def _tell(self, draft: Draft, shaped: Shaped) -> None:
        draft.log.append(Progress(Step.COMPOSING, "답을 쓰고 있습니다."))
        begun = time.perf_counter()
        language = Language(grammar(shaped.shape, draft.register).bind(shaped.content))
        draft.telling = Telling(language, lambda text: draft.log.append(TextDelta(text)))
        prompt = prompt_of(draft.question, shaped.content)
        draft.composer, draft.finish_reason = await self._teller.tell(
            draft.telling, prompt, draft.owner, draft.abandoned
        )
        draft.text = draft.telling.text
        model = self._model_name if draft.composer is not Composer.NARRATOR else ""
        composing = timedelta(seconds=time.perf_counter() - begun)
        draft.usage = replace(draft.usage, composing=composing, model=model)

    def _stale(self, context: ResultContext) -> datetime | None:
        as_of = context.data_as_of
        if as_of is None or self._clock.now() - as_of <= self._stale_after:
            return None
        return as_of.astimezone(self._clock.now().tzinfo)

    # --- words only ------------------------------------------------------------------------------

    def _say(self, draft: Draft, rule: str, content: Content) -> None:
        self._text(draft, reply(rule, draft.register, content))

    def _text(self, draft: Draft, text: str) -> None:
        draft.text = text
        draft.usage = replace(draft.usage, time_to_first_text=draft.since_start())
        draft.log.append(TextDelta(text))

    def _ask_back(self, draft: Draft, question: QuestionBack) -> None:
        draft.outcome = Outcome.CLARIFIED
        draft.memory = Memory(question.frame, question.options)
        atoms = {"about": question.about, "total": str(question.total_count)}
        flags = set()
        if question.words:
            atoms["words"] = quoted(question.words)
            flags.add("worded")
        if question.options:
            flags.add("choices")
        if question.total_count > len(question.options):
            flags.add("more")
        text = reply(f"ask_{question.ask}", draft.register, Content(atoms, frozenset(flags)))
        choices = tuple(Choice(n, o.label, o.entity) for n, o in enumerate(question.options, start=1))
        unused = question.words if question.ask is Ask.WORDS else ()
        draft.clarification = Clarification(text, choices, unused[:20])
        self._text(draft, text)
        draft.log.append(draft.clarification)

    def _refuse(self, draft: Draft, refusal: Refusal, catalog: Catalog) -> None:
        draft.outcome = Outcome.REFUSED
        draft.refusal_reason = _REASONS[refusal.kind]
        atoms = {"about": refusal.about}
        flags: set[str] = set()
        if refusal.words:
            atoms["words"] = quoted(refusal.words)
            flags.add("worded")
        self._say(draft, f"refuse_{refusal.kind}", _with_examples(atoms, frozenset(flags), catalog))
        if refusal.kind in (RefusalKind.UNKNOWN, RefusalKind.INJECTION):
            draft.suggestions = examples(catalog)


def _with_examples(atoms: dict[str, str], flags: frozenset[str], catalog: Catalog) -> Content:
    said = examples(catalog)
    return Content(atoms, flags | {"examples"} if said else flags, tuple({"name": text} for text in said))


def _focus(table: Table) -> tuple[EntityReference, ...]:
    """The thing that the first row is about, for "그 거래처"."""
    if not table.rows:
        return ()
    return tuple(value for value in table.rows[0] if isinstance(value, EntityReference))


def _what_is_asked(reading: QueryReading, catalog: Catalog) -> str:
    """The step's words: "2026년 10월 매출을 거래처별로 조회합니다."."""
    names = ", ".join(catalog.metrics[key].display_name for key in reading.query.metrics)
    groupings = [catalog.dimensions[g.dimension].display_name for g in reading.query.groupings]
    by = f" {', '.join(groupings)}별로" if groupings else ""
    flow = any(catalog.metrics[key].time_behavior is TimeBehavior.FLOW for key in reading.query.metrics)
    period = reading.period_label if flow or reading.period_label != "현재" else "현재"
    return f"{period} {names} 값을{by} 조회합니다."
