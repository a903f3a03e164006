"""Conversations as their owners see them: create, read, rename, delete; their ended turns; ratings."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from services.chat.conversation import Conversation, Rating, Thumb, Turn
from services.chat.disclosing import Disclosure
from services.chat.errors import UpdateMaskInvalid
from services.chat.ports import Conversations, Page
from services.kit.clock import Clock

CONVERSATIONS_A_PAGE: Final = (50, 200)
TURNS_A_PAGE: Final = (20, 100)
"""Default and largest."""


class Library:
    """The conversations of all owners; each method sees one owner's only."""

    def __init__(self, store: Conversations, disclosure: Disclosure, clock: Clock) -> None:
        self._store = store
        self._disclosure = disclosure
        self._clock = clock

    async def create(self, owner: str, title: str, request_id: str) -> Conversation:
        """A new conversation; repeatable by its request id."""
        return await self._store.create(
            owner, title.strip(), request_id, _digest("create", title), self._clock.now()
        )

    async def get(self, owner: str, conversation_id: str) -> Conversation:
        """One conversation."""
        return await self._store.get(owner, conversation_id)

    async def list(self, owner: str, page_size: int, page_token: str) -> tuple[Sequence[Conversation], str]:
        """A page of conversations, the last changed first."""
        return await self._store.list(owner, _page(page_size, page_token, CONVERSATIONS_A_PAGE))

    async def rename(
        self, owner: str, conversation_id: str, title: str, etag: str, mask: Sequence[str], request_id: str
    ) -> Conversation:
        """Give a conversation a title.

        Raises:
            UpdateMaskInvalid: the mask names something else.
        """
        for path in mask:
            if path != "title":
                raise UpdateMaskInvalid(path=path)
        digest = _digest("rename", conversation_id, title, etag)
        now = self._clock.now()
        return await self._store.rename(owner, conversation_id, title.strip(), etag, request_id, digest, now)

    async def delete(self, owner: str, conversation_id: str, etag: str, request_id: str) -> None:
        """Delete a conversation with its turns; repeatable by its request id."""
        await self._store.delete(
            owner, conversation_id, etag, request_id, _digest("delete", conversation_id, etag)
        )

    async def get_turn(self, owner: str, conversation_id: str, turn_id: str) -> Turn:
        """One turn."""
        return await self._disclosure.turn(await self._store.get_turn(owner, conversation_id, turn_id))

    async def list_turns(
        self, owner: str, conversation_id: str, page_size: int, page_token: str
    ) -> tuple[Sequence[Turn], str]:
        """A page of turns, the oldest first."""
        page = _page(page_size, page_token, TURNS_A_PAGE)
        turns, next_page = await self._store.list_turns(owner, conversation_id, page)
        return await self._disclosure.turns(turns), next_page

    async def rate(self, owner: str, conversation_id: str, turn_id: str, rating: Rating) -> Turn:
        """Keep a rating; one without a thumb takes an earlier one back."""
        kept = rating if rating.thumb is not Thumb.NONE else None
        return await self._disclosure.turn(await self._store.rate_turn(owner, conversation_id, turn_id, kept))


def _page(size: int, token: str, bounds: tuple[int, int]) -> Page:
    default, largest = bounds
    return Page(min(size or default, largest), token)


def _digest(*parts: str) -> str:
    return sha256("\n".join(parts).encode()).hexdigest()
