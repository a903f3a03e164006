"""Who may read a document: its own list and those of the folders above it. Nobody may by default; deny wins."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from services.kit.identity import Identity

TOP: Final = ""
"""The folder above all documents."""


@dataclass(frozen=True, slots=True)
class Asker:
    """What of an identity access lists speak of. Equal for people who may read the same."""

    username: str
    roles: frozenset[str]
    departments: frozenset[str]

    @classmethod
    def of(cls, identity: Identity) -> "Asker":
        return cls(identity.username, identity.roles, frozenset(identity.department))


@dataclass(frozen=True, slots=True)
class Principals:
    """A set of people: who fits any entry is in it. A department stands for those below it ("영업본부/국내영업팀")."""

    everyone: bool = False
    roles: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()
    usernames: frozenset[str] = frozenset()

    def __contains__(self, asker: Asker) -> bool:
        return (
            self.everyone
            or asker.username in self.usernames
            or not self.roles.isdisjoint(asker.roles)
            or any(place in self.departments for mine in asker.departments for place in _upwards(mine))
        )


@dataclass(frozen=True, slots=True)
class AccessList:
    """What is set on one document or folder. `stop_inheritance`: what folders above allow does not count here; what
    they deny still does.
    """

    allow: Principals = Principals()
    deny: Principals = Principals()
    stop_inheritance: bool = False


def may_read(asker: Asker, path: str, own: AccessList, folders: Mapping[str, AccessList]) -> bool:
    """`path` of the document, `folders` by their paths. Pure: the same answer for the same lists."""
    lists = [own, *(folders[place] for place in folders_above(path) if place in folders)]
    if any(asker in one.deny for one in lists):
        return False
    for one in lists:
        if asker in one.allow:
            return True
        if one.stop_inheritance:
            return False
    return False


def folders_above(path: str) -> Iterator[str]:
    """The folder that the document lies in, then outwards to the top."""
    yield from _upwards(path.rpartition("/")[0])
    yield TOP


def _upwards(path: str) -> Iterator[str]:
    while path:
        yield path
        path = path.rpartition("/")[0]
