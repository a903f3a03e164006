"""What the admin service needs of the other parts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Answer:
    """What a part says of itself."""

    serving: bool
    dependencies: Mapping[str, bool] = field(default_factory=dict)
    """What it depends on, by name, and whether that answers it."""


class Part(Protocol):
    """A part of the house that can be asked how it is."""

    async def ask(self) -> Answer:
        """Its answer now, never a remembered one. Can be cancelled at any moment and asked again.

        Raises:
            PartUnreachable: it gave no answer.
        """
