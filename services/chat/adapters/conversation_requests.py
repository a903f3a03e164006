"""Requests that change conversations, each known by its id so that a repeated one changes nothing."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chat.adapters import conversation_tables as tables
from services.chat.adapters.conversation_rows import columns_of
from services.chat.conversation import Conversation
from services.chat.errors import RequestIdReused

_request: Final = tables.request


@dataclass(frozen=True, slots=True)
class Request:
    """A request that changes something, and what it makes or changes."""

    owner: str
    request_id: str
    digest: str
    conversation_id: str
    turn_id: str | None = None

    async def claim(self, connection: AsyncConnection) -> Row[Any] | None:
        """None for a new request, which is known from now on; for a repeated one, what is known of the first.

        First in its transaction: two of the same at once then wait for each other here.
        """
        known = (await connection.execute(select(_request).where(self._row))).one_or_none()
        if known is None:
            await connection.execute(insert(_request).values(**asdict(self), made_time=datetime.now(UTC)))
        elif known.digest != self.digest:
            raise RequestIdReused(request_id=self.request_id)
        return known

    async def remember(self, connection: AsyncConnection, answer: Conversation) -> None:
        """The title isn't kept: it comes with the request again."""
        columns = columns_of(answer)
        kept = {name: columns[name] for name in ("create_time", "update_time", "turn_count", "revision")}
        await connection.execute(update(_request).where(self._row).values(kept))

    @property
    def _row(self) -> ColumnElement[bool]:
        return and_(_request.c.owner == self.owner, _request.c.request_id == self.request_id)
