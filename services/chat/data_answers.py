"""Answers with data: runs a query or fetches a document, shows the exact result, then tells it."""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from services.chat.answer_composer import AnswerComposer
from services.chat.composing.charts import chart_of
from services.chat.composing.documents import aspects_of, shape_record
from services.chat.composing.facts import facts_of
from services.chat.composing.grammar import Content
from services.chat.composing.prompt import prompt_of
from services.chat.composing.shapes import Framing, Shaped, shape_result
from services.chat.conversation import Outcome, Progress, ResultReady, Step
from services.chat.draft import Draft, Part
from services.chat.errors import RecordNotFound
from services.chat.ports import ErpData
from services.chat.result import ResultContext, Table
from services.chat.semantic import Catalog, EntityReference, Query, TimeBehavior
from services.chat.suggesting import suggestions
from services.chat.understanding.frame import Memory, QueryReading, RecordReading
from services.chat.understanding.measures import names_of
from services.chat.word_answers import choices, say, write
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

_SHOWN: Final = 50
"""Rows whose members a conversation remembers, for "그 중에서" and "두 번째"."""


class DataAnswers:
    """Answers from the ERP's data. `stale_after`: data older than that is said to be old."""

    def __init__(
        self, erp: ErpData, composer: AnswerComposer, clock: Clock, *, stale_after: timedelta
    ) -> None:
        self._erp = erp
        self._composer = composer
        self._clock = clock
        self._stale_after = stale_after

    async def query(self, draft: Draft, part: Part, reading: QueryReading, catalog: Catalog) -> None:
        """Answer with a table.

        Raises:
            MaruError: the ERP is away, or answered with a failure.
        """
        query = reading.query
        part.query = query
        part.memory = memory_of(reading, Table((), ()))
        part.assumptions = reading.notes[:5]
        part.alternatives = choices(reading.alternatives)
        part.note(Progress(Step.QUERYING, _what_is_asked(reading, catalog)))
        asked = time.perf_counter()
        try:
            result = await self._erp.run(query)
        except MaruError as error:
            _refused_by_erp(part, error)
            return
        table = _only(result.table, reading.only)
        self._show(part, asked, table, result.context, query, reading.period_label, reading.frame.scale)
        part.chart = chart_of(query, table)
        part.suggestions = suggestions(reading, table, catalog)
        part.memory = memory_of(reading, table)
        framing = Framing(
            period=reading.period_label,
            base_period=reading.comparison_label,
            cut=reading.comparison_cut,
            stale_as_of=self._stale(result.context),
            scale=reading.frame.scale,
            premise=reading.frame.premise,
            chosen=reading.chosen,
            left_out=reading.left_out,
        )
        shaped = shape_result(query, table, result.context, framing, catalog)
        if shaped.shape == "nothing":
            part.outcome = Outcome.NO_DATA
            say(part, "nothing", shaped.content)
            return
        await self._told(draft, part, shaped)
        if part.chart:
            part.note(part.chart)

    async def record(self, draft: Draft, part: Part, reading: RecordReading) -> None:
        """Answer with a document.

        Raises:
            MaruError: as `query`.
        """
        entity = reading.entity
        part.memory = Memory(reading.frame)
        part.assumptions = reading.frame.notes
        part.note(Progress(Step.FETCHING_RECORD, f"{entity.display_name} 문서를 가져옵니다."))
        asked = time.perf_counter()
        try:
            record = await self._erp.record(f"records/{entity.kind}/{entity.key}")
        except RecordNotFound:
            part.outcome = Outcome.NO_DATA
            say(part, "not_found", Content({"about": entity.display_name}))
            return
        except MaruError as error:
            _refused_by_erp(part, error)
            return
        self._show(part, asked, record.lines or record.fields, record.context, None, entity.display_name)
        linked = (link.reference for link in record.links)
        spoken = (*_focus(record.fields), entity, *linked)
        shown = _things(record.lines) if record.lines else ()
        part.memory = replace(part.memory, spoken=tuple(dict.fromkeys(spoken)), shown=shown)
        await self._told(draft, part, shape_record(record, aspects_of(part.question)))

    def _show(
        self,
        part: Part,
        asked: float,
        table: Table,
        context: ResultContext,
        query: Query | None,
        label: str,
        scale: int = 0,
    ) -> None:
        """The exact result, before any text about it."""
        part.table, part.context = table, context
        part.facts = facts_of(table, query, label, scale)
        part.note(ResultReady(table, part.facts, context, query, part.assumptions))
        part.usage = replace(
            part.usage,
            query=timedelta(seconds=time.perf_counter() - asked),
            time_to_table=part.since_start(),
        )

    async def _told(self, draft: Draft, part: Part, shaped: Shaped) -> None:
        await self._composer.tell(draft, part, shaped, prompt_of(part.question, shaped.content))

    def _stale(self, context: ResultContext) -> datetime | None:
        as_of = context.data_as_of
        if as_of is None or self._clock.now() - as_of <= self._stale_after:
            return None
        return as_of.astimezone(self._clock.now().tzinfo)


def _refused_by_erp(part: Part, error: MaruError) -> None:
    """A refusal of the query as an answer; anything else is a failure and goes on."""
    if error.reason == "MEMBER_NOT_FOUND":
        part.outcome = Outcome.NO_DATA
    elif error.reason in REFUSED_BY_ERP:
        part.outcome = Outcome.REFUSED
        part.refusal_reason = error.reason
    else:
        raise error
    write(part, error.message_ko)


def memory_of(reading: QueryReading, table: Table) -> Memory:
    """What the next question must know of an answer."""
    frame = replace(reading.frame, focus=_focus(table))
    return Memory(frame, alternatives=reading.alternatives, shown=_shown(reading.query, table))


def _focus(table: Table) -> tuple[EntityReference, ...]:
    """The thing that the first row is about, for "그 거래처"."""
    if not table.rows:
        return ()
    return tuple(value for value in table.rows[0] if isinstance(value, EntityReference))


def _things(table: Table) -> tuple[EntityReference, ...]:
    """What the lines of a document are about, in their order."""
    firsts = (next((v for v in row if isinstance(v, EntityReference)), None) for row in table.rows[:_SHOWN])
    return tuple(dict.fromkeys(thing for thing in firsts if thing))


def _shown(query: Query, table: Table) -> tuple[EntityReference, ...]:
    """What the rows are about, in their order: the members of the one grouping, or the documents of a list."""
    if not query.groupings or len(table.rows) > _SHOWN:
        return ()
    column = next((i for i, c in enumerate(table.columns) if c.key == query.groupings[0].dimension), None)
    if column is None:
        return ()
    members = tuple(v for row in table.rows if isinstance(v := row[column], EntityReference))
    alone = len(query.groupings) == 1 or all(member.kind.is_document for member in members)
    return tuple(dict.fromkeys(members)) if alone and len(members) == len(table.rows) else ()


def _what_is_asked(reading: QueryReading, catalog: Catalog) -> str:
    """The step's words: "2026년 10월 매출을 거래처별로 조회합니다."."""
    names = names_of(catalog.metrics[key] for key in reading.query.metrics)
    groupings = [catalog.dimensions[g.dimension].display_name for g in reading.query.groupings]
    by = f" {', '.join(groupings)}별로" if groupings else ""
    flow = any(catalog.metrics[key].time_behavior is TimeBehavior.FLOW for key in reading.query.metrics)
    period = reading.period_label if flow or reading.period_label != "현재" else "현재"
    return f"{period} {names} 값을{by} 조회합니다."


def _only(table: Table, entities: Sequence[EntityReference]) -> Table:
    """The rows of these things alone; all where none are named."""
    if not entities:
        return table
    keys = {(entity.kind, entity.key) for entity in entities}
    rows = tuple(
        row
        for row in table.rows
        if any(isinstance(cell, EntityReference) and (cell.kind, cell.key) in keys for cell in row)
    )
    return replace(table, rows=rows, total_row_count=len(rows))
