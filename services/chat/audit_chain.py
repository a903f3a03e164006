"""The chain of the audit: each entry's hash covers the one before, so that none can be changed unnoticed. Pure.

The encoding that is hashed (SHA-256, UTF-8), a line feed after each: `maru-audit/VERSION`, sequence, hash before, time,
then event id, action, username and content, each as `LENGTH:TEXT` with its length in characters. The head is anchored
outside the database, signed; without that, entries cut off at the end would not be missed.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

VERSION: Final = 1
GENESIS: Final = "0" * 64
"""What the first entry has for a hash before."""
ANCHOR_LOST: Final = "anchor-lost/"
"""Event ids of the entries which say that the anchor was missing when they were written."""


@dataclass(frozen=True, slots=True)
class NewEntry:
    """What is to be appended; `content` is JSON; `event_id` is unique in the chain; time in microseconds since 1970."""

    event_id: str
    event_time: int
    action: str
    username: str
    content: str


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as it stands in the chain, its columns as they are kept."""

    sequence: int
    version: int
    previous_hash: str
    event_id: str
    event_time: int
    action: str
    username: str
    content: str
    hash: str


@dataclass(frozen=True, slots=True)
class Range:
    """Which entries to read; unset bounds are None, all users "", all actions ()."""

    sequence: int | None = None
    before: int | None = None
    start_time: int | None = None
    end_time: int | None = None
    username: str = ""
    actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Head:
    """An entry by its sequence (0: before the first) and hash."""

    sequence: int = 0
    hash: str = GENESIS


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where the chain ends: at `head`, or at `pending` if that was written before its process ended."""

    head: Head
    pending: Head | None = None

    def allows(self, last: Head) -> bool:
        return last in (self.head, self.pending)


def linked(head: Head, entry: NewEntry) -> Link:
    """The entry behind the head."""
    link = Link(
        head.sequence + 1,
        VERSION,
        head.hash,
        entry.event_id,
        entry.event_time,
        entry.action,
        entry.username,
        entry.content,
        "",
    )
    return Link(
        link.sequence, VERSION, head.hash, link.event_id, link.event_time, link.action, link.username,
        link.content, digest(link),
    )  # fmt: skip


def digest(link: Link) -> str:
    """The hash that the entry must have, in hex."""
    # What somebody put there need not be of the column's type: it must not match, and not stop the verification.
    event_id, action, username, content = map(str, (link.event_id, link.action, link.username, link.content))
    covered = (
        f"maru-audit/{link.version}\n{link.sequence}\n{link.previous_hash}\n{link.event_time}\n"
        f"{len(event_id)}:{event_id}\n{len(action)}:{action}\n{len(username)}:{username}\n"
        f"{len(content)}:{content}\n"
    )
    return hashlib.sha256(covered.encode("utf-8", "surrogatepass")).hexdigest()


class Break(StrEnum):
    """How the chain breaks: the likeliest of what would leave it as it is."""

    EDITED = "edited"
    REMOVED = "removed"
    INSERTED = "inserted"
    CUT_OFF = "cut_off"
    ANCHOR_LOST = "anchor_lost"


@dataclass(slots=True)
class Verification:
    """Entries are handed to `feed` in the order of their sequences; `end` says how it went.

    `before`: the entry before the first one, where the range begins later in the chain; its hash is taken as it is.
    """

    before: Head = field(default_factory=Head)
    anchor: Anchor | None = None
    verified: int = 0
    broken: Break | None = None
    sequence: int = 0
    """Where it breaks first; 0 when it doesn't."""
    _last: Head = field(init=False)
    _hash_before_last: str = field(init=False, default="")
    _suspect: tuple[Break, int] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._last = self.before

    @property
    def last(self) -> Head:
        """The last entry found right."""
        return self._last

    def feed(self, links: Iterable[Link]) -> None:
        """Verify further entries; after a break there is nothing more to do."""
        for link in links:
            if self.broken:
                return
            if self._suspect:  # what follows tells which kind it is
                kind, at = self._suspect
                self._break(Break.INSERTED if link.previous_hash == self._last.hash else kind, at)
                return
            self._check(link)

    def end(self, *, at_head: bool, exclusive: bool) -> None:
        """No more entries. `at_head`: they reached the chain's end, which must be where the anchor says; with
        `exclusive`, nobody but this machine appends."""
        if self._suspect and not self.broken:
            kind, at = self._suspect
            beyond = exclusive and self.anchor is not None and at > self.anchor.head.sequence
            self._break(Break.INSERTED if beyond else kind, at)
        if self.broken or not at_head:
            return
        last = self._last
        if self.anchor is None:
            if last.sequence:
                self._break(Break.ANCHOR_LOST, last.sequence)
        elif last.sequence < self.anchor.head.sequence:
            self._break(Break.CUT_OFF, last.sequence + 1)
        elif not self.anchor.allows(last):
            if last.sequence == self.anchor.head.sequence:
                self._break(Break.EDITED, last.sequence)
            elif exclusive:
                self._break(Break.INSERTED, self.anchor.head.sequence + 1)

    def _check(self, link: Link) -> None:
        expected = self._last.sequence + 1
        if link.sequence != expected:
            self._break(
                Break.REMOVED if link.sequence > expected else Break.INSERTED, min(expected, link.sequence)
            )
            return
        right = digest(link) == link.hash
        if link.previous_hash != self._last.hash:
            if link.previous_hash == self._hash_before_last:
                self._break(Break.INSERTED, self._last.sequence)  # it follows the one before that
            elif right and link.sequence > 1 and self.verified:
                self._suspect = (Break.EDITED, self._last.sequence)  # with its own hash computed anew
            else:
                self._suspect = (Break.REMOVED, link.sequence)
            return
        if not right:
            self._suspect = (Break.EDITED, link.sequence)
            return
        if link.event_id.startswith(ANCHOR_LOST):
            self._break(Break.ANCHOR_LOST, link.sequence)
            return
        if self.anchor and link.sequence == self.anchor.head.sequence and link.hash != self.anchor.head.hash:
            self._suspect = (Break.EDITED, link.sequence)
            return
        self._hash_before_last = self._last.hash
        self._last = Head(link.sequence, link.hash)
        self.verified += 1

    def _break(self, kind: Break, sequence: int) -> None:
        self.broken, self.sequence = kind, sequence
