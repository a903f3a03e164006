"""maru.chat.v1 messages <-> plain data. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from maru.chat.v1 import conversation_pb2, turn_event_pb2, turn_pb2
from maru.retrieval.v1 import passage_pb2

from services.chat.conversation import (
    Answer,
    ChartHint,
    Choice,
    Citation,
    Clarification,
    Completed,
    Conversation,
    Fact,
    Heartbeat,
    Progress,
    Rating,
    RatingReason,
    ResultReady,
    Started,
    TextDelta,
    Thumb,
    Turn,
    TurnEvent,
    Usage,
)
from services.chat.convert import erp as convert_erp


def _timestamp(when: datetime | None) -> Timestamp | None:
    if when is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(when.astimezone(UTC))
    return stamp


def _duration(length: timedelta | None) -> Duration | None:
    if length is None:
        return None
    duration = Duration()
    duration.FromTimedelta(length)
    return duration


def conversation_to_proto(conversation: Conversation) -> conversation_pb2.Conversation:
    return conversation_pb2.Conversation(
        name=conversation.name,
        title=conversation.title,
        create_time=_timestamp(conversation.create_time),
        update_time=_timestamp(conversation.update_time),
        turn_count=conversation.turn_count,
        etag=conversation.etag,
    )


# --- turns --------------------------------------------------------------------------------------


def turn_to_proto(turn: Turn) -> turn_pb2.Turn:
    return turn_pb2.Turn(
        name=turn.name,
        question=turn.question,
        state=turn_pb2.Turn.State.Value(f"STATE_{turn.state.upper()}"),
        answer=answer_to_proto(turn.answer) if turn.answer else None,
        failure_reason=turn.failure_reason,
        create_time=_timestamp(turn.create_time),
        complete_time=_timestamp(turn.complete_time),
        rating=rating_to_proto(turn.rating) if turn.rating else None,
    )


def rating_to_proto(rating: Rating) -> turn_pb2.Rating:
    return turn_pb2.Rating(
        thumb=turn_pb2.Rating.Thumb.Value(f"THUMB_{rating.thumb.upper()}"),
        reason=turn_pb2.Rating.Reason.Value(f"REASON_{rating.reason.upper()}"),
        comment=rating.comment,
    )


def rating(message: turn_pb2.Rating) -> Rating:
    return Rating(
        Thumb(turn_pb2.Rating.Thumb.Name(message.thumb).removeprefix("THUMB_").lower()),
        RatingReason(turn_pb2.Rating.Reason.Name(message.reason).removeprefix("REASON_").lower()),
        message.comment,
    )


def answer_to_proto(answer: Answer) -> turn_pb2.Answer:
    return turn_pb2.Answer(
        text=answer.text,
        outcome=turn_pb2.Outcome.Value(f"OUTCOME_{answer.outcome.upper()}"),
        finish_reason=turn_pb2.FinishReason.Value(f"FINISH_REASON_{answer.finish_reason.upper()}"),
        composer=turn_pb2.Composer.Value(f"COMPOSER_{answer.composer.upper()}"),
        table=convert_erp.table_to_proto(answer.table) if answer.table else None,
        facts=_facts_to_proto(answer.facts),
        context=convert_erp.context_to_proto(answer.context) if answer.context else None,
        query=convert_erp.query_to_proto(answer.query) if answer.query else None,
        clarification=_clarification_to_proto(answer.clarification) if answer.clarification else None,
        suggestions=answer.suggestions,
        chart=_chart_to_proto(answer.chart) if answer.chart else None,
        assumptions=answer.assumptions,
        alternatives=_choices_to_proto(answer.alternatives),
        further=[answer_to_proto(one) for one in answer.further],
        question=answer.question,
        citations=[_citation_to_proto(citation) for citation in answer.citations],
        usage=usage_to_proto(answer.usage),
        refusal_reason=answer.refusal_reason,
    )


def _facts_to_proto(facts: Sequence[Fact]) -> list[turn_pb2.Fact]:
    return [
        turn_pb2.Fact(
            entity=convert_erp.entity_to_proto(fact.entity) if fact.entity else None,
            label=fact.label,
            metric=fact.metric,
            value=fact.value,
            unit=convert_erp.unit_to_proto(fact.unit),
            rendered=fact.rendered,
            row_index=fact.row_index,
            column_key=fact.column_key,
        )
        for fact in facts
    ]


def _citation_to_proto(citation: Citation) -> turn_pb2.Citation:
    return turn_pb2.Citation(
        number=citation.number,
        document=citation.document,
        passage=citation.passage,
        title=citation.title,
        heading_path=citation.heading_path,
        page=citation.page,
        quote=citation.quote,
        spans=[passage_pb2.Span(start_offset=span.start, end_offset=span.end) for span in citation.spans],
        effective_date=citation.effective_date.isoformat() if citation.effective_date else "",
        withheld=citation.withheld,
    )


def _clarification_to_proto(clarification: Clarification) -> turn_pb2.Clarification:
    return turn_pb2.Clarification(
        question=clarification.question,
        choices=_choices_to_proto(clarification.choices),
        unused_words=clarification.unused_words,
    )


def _choices_to_proto(choices: Sequence[Choice]) -> list[turn_pb2.Choice]:
    return [
        turn_pb2.Choice(
            number=choice.number,
            label=choice.label,
            entity=convert_erp.entity_to_proto(choice.entity) if choice.entity else None,
        )
        for choice in choices
    ]


def _chart_to_proto(chart: ChartHint) -> turn_pb2.ChartHint:
    return turn_pb2.ChartHint(
        kind=turn_pb2.ChartHint.Kind.Value(f"KIND_{chart.kind.upper()}"),
        category_column=chart.category_column,
        value_columns=chart.value_columns,
    )


def usage_to_proto(usage: Usage) -> turn_pb2.Usage:
    return turn_pb2.Usage(
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        understanding_duration=_duration(usage.understanding),
        query_duration=_duration(usage.query),
        time_to_table=_duration(usage.time_to_table),
        time_to_first_text=_duration(usage.time_to_first_text),
        composing_duration=_duration(usage.composing),
        total_duration=_duration(usage.total),
        model=usage.model,
    )


# --- events -------------------------------------------------------------------------------------


def event_to_proto(event: TurnEvent) -> turn_event_pb2.TurnEvent:
    message = turn_event_pb2.TurnEvent(
        sequence=event.sequence, event_time=_timestamp(event.time), part=event.part
    )
    match event.body:
        case Started(turn):
            message.started.turn = turn
        case Progress(step, text):
            message.progress.step = turn_event_pb2.TurnProgress.Step.Value(f"STEP_{step.upper()}")
            message.progress.text = text
        case ResultReady(table, facts, context, query, assumptions):
            message.result.assumptions.extend(assumptions)
            message.result.table.CopyFrom(convert_erp.table_to_proto(table))
            message.result.facts.extend(_facts_to_proto(facts))
            message.result.context.CopyFrom(convert_erp.context_to_proto(context))
            if query:
                message.result.query.CopyFrom(convert_erp.query_to_proto(query))
        case TextDelta(text):
            message.text_delta.text = text
        case ChartHint() as chart:
            message.chart.CopyFrom(_chart_to_proto(chart))
        case Citation() as citation:
            message.citation.CopyFrom(_citation_to_proto(citation))
        case Clarification() as clarification:
            message.clarification.CopyFrom(_clarification_to_proto(clarification))
        case Heartbeat():
            message.heartbeat.SetInParent()
        case Completed(turn):
            message.completed.turn.CopyFrom(turn_to_proto(turn))
    return message
