"""Runs a statement on either engine of the local model."""

from typing import Any

from sqlalchemy import Connection

from services.erp.ports import AnySelect, Fetched


def fetch(connection: Connection, statement: AnySelect) -> Fetched:
    """The rows, with the statement and its parameters as they were sent."""
    result = connection.execute(statement)
    context: Any = result.context
    return Fetched(result.all(), str(context.statement), repr(context.parameters))
