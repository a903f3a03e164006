"""What every change of the documents' database begins and ends with, inside its transaction."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Final, TypeVar

from sqlalchemy import and_, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.retrieval.adapters import document_tables as tables
from services.retrieval.errors import RequestIdReused
from services.retrieval.store import Request

_counter: Final = tables.change_counter
_request: Final = tables.request

T = TypeVar("T")


async def alone(connection: AsyncConnection) -> None:
    """Waits until no other transaction changes documents; first in each, so that none waits for another in a ring.
    Numbers of changes become visible in their order.
    """
    await connection.execute(select(_counter.c.last_number).with_for_update())


async def next_change(connection: AsyncConnection) -> int:
    """The number of a change."""
    await connection.execute(update(_counter).values(last_number=_counter.c.last_number + 1))
    number: int = (await connection.execute(select(_counter.c.last_number))).scalar_one()
    return number


async def claim_request(connection: AsyncConnection, request: Request) -> str | None:
    """None for a new request, which is known from now on; for a repeated one the answer of the first, as kept."""
    mine = and_(_request.c.owner == request.owner, _request.c.request_id == request.request_id)
    known = (await connection.execute(select(_request).where(mine))).one_or_none()
    if known is None:
        columns = asdict(request)
        columns["made_time"] = columns.pop("time")
        await connection.execute(insert(_request).values(columns))
        return None
    if known.digest != request.digest:
        raise RequestIdReused(request_id=request.request_id)
    return known.answer or ""


async def answered(connection: AsyncConnection, request: Request, answer: T, dump: Callable[[T], str]) -> T:
    """Keeps the answer for who repeats the request."""
    mine = and_(_request.c.owner == request.owner, _request.c.request_id == request.request_id)
    await connection.execute(update(_request).where(mine).values(answer=dump(answer)))
    return answer
