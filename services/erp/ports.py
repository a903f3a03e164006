"""What the core needs from outside, as protocols with their promises."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Select

AnySelect = Select[*tuple[Any, ...]]
"""Any SELECT."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """The rows of one statement, and the statement as it was sent with its parameters, for the audit."""

    rows: Sequence[Any]
    statement: str
    parameters: str


class LocalModel(Protocol):
    """The local model, read-only."""

    async def read(self, *statements: AnySelect) -> Sequence[Fetched]:
        """All rows of each statement, in order, all from one state of the data.

        Cancelling the call stops the statement that runs.

        Raises:
            LocalModelEmpty: nothing has been loaded yet.
            LocalModelUnavailable: it is missing, damaged or of another version, or its database does not
            answer. StatementTimeout: the statements together took longer than they may. QueryRefused: a sum is
            too large to be exact.
        """
        ...
