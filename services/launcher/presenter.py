"""Shows a turn on a terminal as it happens: steps, table, text, and what the figures stand on."""

from collections.abc import AsyncIterator
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from maru.chat.v1 import turn_event_pb2, turn_pb2
from maru.erp.v1 import query_pb2, value_pb2
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from services.launcher.turn_record import cell_text, unit_word

MAX_SHOWN_ROWS = 30
MONTHS_OF_HALF = 6


class TurnPresenter:
    """Writes the events of a turn to a console. Everything that comes from data is shown literally."""

    def __init__(self, console: Console, timezone: str) -> None:
        self._console = console
        self._timezone = ZoneInfo(timezone)

    async def show(self, events: AsyncIterator[turn_event_pb2.TurnEvent]) -> turn_pb2.Turn | None:
        """Shows the events and returns the turn as it ended."""
        completed: turn_pb2.Turn | None = None
        in_text = False
        part = 0
        async for event in events:
            if event.part != part:
                part, in_text = event.part, False
                self._console.print("\n")
            match event.WhichOneof("event"):
                case "progress":
                    self._console.print(f"[dim]· {escape(event.progress.text)}[/dim]", highlight=False)
                case "result":
                    for assumption in event.result.assumptions:
                        self._console.print(f"※ {assumption}", markup=False, highlight=False)
                    self._show_table(event.result.table, event.result.query)
                case "text_delta":
                    if not in_text:
                        self._console.print()
                    in_text = True
                    self._console.print(
                        event.text_delta.text, end="", markup=False, highlight=False, soft_wrap=True
                    )
                case "completed":
                    completed = event.completed.turn
                case _:
                    pass
        if in_text:
            self._console.print()
        if completed is not None:
            for answer in (completed.answer, *completed.answer.further):
                if answer.question:
                    self._console.print(f"[dim]— {escape(answer.question)}[/dim]", highlight=False)
                self._show_proof(answer)
        return completed

    def _show_table(self, table: value_pb2.Table, query: query_pb2.Query) -> None:
        grid = Table(box=None, pad_edge=False, header_style="bold")
        grains = {g.dimension: g.grain for g in query.groupings}
        for column in table.columns:
            word = unit_word(column.unit) if column.HasField("unit") else ""
            figure = column.role not in (value_pb2.Column.ROLE_DIMENSION, value_pb2.Column.ROLE_FIELD)
            heading = f"{column.display_name} ({word})" if word else column.display_name
            grid.add_column(escape(heading), justify="right" if figure else "left", overflow="fold")
        for row in table.rows[:MAX_SHOWN_ROWS]:
            cells = zip(row.values, table.columns, strict=True)
            grid.add_row(*(escape(_shown(value, grains.get(column.key, 0))) for value, column in cells))
        self._console.print(grid)
        hidden = max(table.total_row_count, len(table.rows)) - min(len(table.rows), MAX_SHOWN_ROWS)
        if hidden > 0:
            self._console.print(f"[dim]… {hidden:,}행 더 있음 / {hidden:,} more rows[/dim]", highlight=False)

    def _show_proof(self, answer: turn_pb2.Answer) -> None:
        for choice in answer.clarification.choices:
            self._console.print(f"  {choice.number}. {choice.label}", markup=False, highlight=False)
        if answer.alternatives:
            self._console.print("다르게 보려면 번호로 답하세요 / other readings, by number:", highlight=False)
        for choice in answer.alternatives:
            self._console.print(f"  {choice.number}번: {choice.label}", markup=False, highlight=False)
        context = answer.context
        lines: list[str] = []
        if context.filters:
            lines.append("조건: " + " · ".join(applied.text for applied in context.filters))
        lines += [
            f"정의: {definition.display_name} = {definition.definition}" for definition in context.definitions
        ]
        if context.HasField("data_as_of"):
            as_of: datetime = context.data_as_of.ToDatetime(tzinfo=self._timezone)
            lines.append(f"데이터 기준: {as_of:%Y-%m-%d %H:%M}")
        if answer.composer:
            lines.append("문장: " + _COMPOSER_WORDS.get(answer.composer, "")
                         + (f" ({answer.usage.model})" if answer.usage.model else ""))  # fmt: skip
        for line in lines:
            self._console.print(f"[dim]{escape(line)}[/dim]", highlight=False)


_COMPOSER_WORDS = {
    turn_pb2.COMPOSER_MODEL: "언어 모델",
    turn_pb2.COMPOSER_NARRATOR: "서술기",
    turn_pb2.COMPOSER_MODEL_THEN_NARRATOR: "언어 모델, 서술기가 마무리",
}


def _shown(value: value_pb2.Value, grain: int) -> str:
    """A cell as people read it; `grain`: the step of a column of dates."""
    match value.WhichOneof("kind"):
        case "decimal":
            return f"{Decimal(value.decimal):,f}"
        case "integer":
            return f"{value.integer:,}"
        case "date" if grain:
            return _step(date.fromisoformat(value.date), grain)
        case _:
            return cell_text(value) or "–"


def _step(day: date, grain: int) -> str:
    """The step of time that begins on a day: "2026년 1월"."""
    steps = query_pb2.Grouping
    match grain:
        case steps.GRAIN_MONTH:
            return f"{day.year}년 {day.month}월"
        case steps.GRAIN_QUARTER:
            return f"{day.year}년 {(day.month + 2) // 3}분기"
        case steps.GRAIN_HALF:
            return f"{day.year}년 {'상' if day.month <= MONTHS_OF_HALF else '하'}반기"
        case steps.GRAIN_YEAR | steps.GRAIN_FISCAL_YEAR:
            return f"{day.year}년"
        case _:
            return day.isoformat()
