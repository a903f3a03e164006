"""Rows of the conversation tables as the core's data, and back."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Row

from services.chat.adapters.conversation_json import load_answer
from services.chat.conversation import Conversation, Rating, RatingReason, Thumb, Turn, TurnState


def columns_of(conversation: Conversation) -> dict[str, Any]:
    """The columns of the conversation's row, beside its owner."""
    columns = asdict(conversation)
    columns["revision"] = int(columns.pop("etag"))
    return columns


def conversation_of(row: Row[Any], title: str) -> Conversation:
    """A conversation from its own row, or from that of a request that was answered with it."""
    key = row.conversation_id if "conversation_id" in row._fields else row.id
    return Conversation(key, title, row.create_time, row.update_time, row.turn_count, str(row.revision))


def turn_of(row: Row[Any]) -> Turn:
    """A turn from its row."""
    return Turn(
        row.id,
        row.conversation_id,
        row.question,
        TurnState(row.state),
        row.create_time,
        row.complete_time,
        None if row.answer is None else load_answer(row.answer),
        row.failure_reason,
        row.thumb and Rating(Thumb(row.thumb), RatingReason(row.rating_reason), row.rating_comment),
        row.memory,
    )
