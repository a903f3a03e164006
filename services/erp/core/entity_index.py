"""What a name in a question may mean: all names of the local model in memory, searched as people type them.

Only what the asker may see is found. Documents are found by number in the database (document_numbers.py).
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from services.erp.core import names
from services.erp.core.policy import Grant
from services.erp.core.result import EntityKind, EntityReference
from services.erp.core.sounds import SoundIndex


class Match(IntEnum):
    """How a mention fits a name; lower is closer."""

    FULL = 1
    EXACT = 2
    ALIAS = 3
    NUMBER_TAIL = 4
    PREFIX = 5
    PARTIAL = 6
    INITIALS = 7
    FUZZY = 8


@dataclass(frozen=True, slots=True)
class Entity:
    """One name. `places`: dimension -> member, for those by which a policy may narrow rows."""

    kind: EntityKind
    key: str
    name: str
    detail: str = ""
    codes: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    disabled: bool = False
    places: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing that a mention may name."""

    entity: EntityReference
    match: Match


@dataclass(frozen=True, slots=True)
class Resolution:
    """The closest candidates of a mention, cut to what was asked for; `total` counts all of them."""

    mention: str
    candidates: tuple[Candidate, ...]
    total: int


_MIN_PARTIAL = 2
_MIN_FUZZY = 3
_DEPTH = 32


class EntityIndex:
    """Names of one state of the local model. `trees`: dimension -> node -> parent."""

    def __init__(self, entities: Iterable[Entity], trees: Mapping[str, Mapping[str, str | None]]) -> None:
        self._entities = tuple(entities)
        self._trees = trees
        self._inner = {dimension: set(parents.values()) for dimension, parents in trees.items()}
        self._by_key = {(e.kind, e.key): e for e in self._entities}
        self._code: dict[str, list[int]] = defaultdict(list)
        self._full: dict[str, list[int]] = defaultdict(list)
        self._exact: dict[str, list[int]] = defaultdict(list)
        self._alias: dict[str, list[int]] = defaultdict(list)
        self._initials: dict[str, list[int]] = defaultdict(list)
        searched: list[tuple[str, int]] = []
        for at, entity in enumerate(self._entities):
            core = names.core(entity.name)
            if names.is_corporate(entity.name):
                self._full[names.full(entity.name)].append(at)
            for code in {names.full(entity.key), *map(names.full, entity.codes)} - {core}:
                self._code[code].append(at)
            self._exact[core].append(at)
            others = {names.core(alias) for alias in entity.aliases}
            spelled = {names.spelled(name) for name in {core, *others}}
            for alias in (others | spelled) - {core}:
                self._alias[alias].append(at)
            self._initials[names.initials(core)].append(at)
            searched += [(name, at) for name in {core, *others, *spelled, *map(names.core, entity.codes)}]
        self._searched = _Searched(searched)
        self._sounds = SoundIndex(
            (name, at) for at, entity in enumerate(self._entities) for name in (entity.name, *entity.aliases)
        )
        self._searched_initials = _Searched(
            (initials, at) for initials, found in self._initials.items() for at in found
        )

    def __len__(self) -> int:
        return len(self._entities)

    def find(self, kind: EntityKind, key: str, grant: Grant) -> EntityReference | None:
        """The thing with this key, if the asker may see it."""
        entity = self._by_key.get((kind, key))
        return _reference(entity) if entity and self._visible(entity, grant) else None

    def members(self, kind: EntityKind, grant: Grant) -> Iterator[Entity]:
        """Everything of a kind that the asker may see."""
        return (e for e in self._entities if e.kind is kind and self._visible(e, grant))

    def has_below(self, dimension: str, key: str) -> bool:
        """Something lies below the node."""
        return key in self._inner.get(dimension, ())

    def resolve(
        self, mention: str, kinds: Collection[EntityKind], grant: Grant, max_candidates: int
    ) -> Resolution:
        """The closest visible candidates; a worse kind of match only where there is no better one.

        Things that are disabled are found by their exact name alone, and only when nothing else has it.
        """
        found: dict[int, Match] = {}
        for tier in self._tiers(mention):
            for at, match in tier:
                entity = self._entities[at]
                if (not kinds or entity.kind in kinds) and self._visible(entity, grant):
                    found[at] = min(match, found.get(at, match))
            enabled = {at: match for at, match in found.items() if not self._entities[at].disabled}
            if enabled:
                found = enabled
                break
            if found and min(found.values()) <= Match.ALIAS:
                break
            found = {}
        ordered = sorted(found, key=lambda at: (found[at], self._entities[at].name, self._entities[at].kind))
        candidates = tuple(
            Candidate(_reference(self._entities[at]), found[at]) for at in ordered[:max_candidates]
        )
        return Resolution(mention, candidates, len(ordered))

    def lies_below(self, dimension: str, key: str | None, members: Collection[str]) -> bool:
        """The key is one of the members, or a descendant of one."""
        parents = self._trees.get(dimension, {})
        for _ in range(_DEPTH):
            if key is None:
                return False
            if key in members:
                return True
            key = parents.get(key)
        return False

    def _visible(self, entity: Entity, grant: Grant) -> bool:
        if entity.kind in grant.closed_entities:
            return False
        for dimension, key in entity.places.items():
            members = grant.members(dimension)
            # Without a company a name is everybody's; its rows still need one.
            if members is None or (key is None and dimension == EntityKind.COMPANY):
                continue
            if not self.lies_below(dimension, key, members):
                return False
        return True

    def _is_typo(self, core: str, at: int) -> bool:
        return names.is_typo(core, names.core(self._entities[at].name))

    def _tiers(self, mention: str) -> Iterator[list[tuple[int, Match]]]:
        full, core = names.full(mention), names.core(mention)
        if not core:
            return
        yield [(at, Match.FULL) for at in self._full.get(full, ())]
        if form := names.corporate_form(
            mention
        ):  # typed with (주): not its namesake without, wherever it stands
            exact = self._exact.get(core, ())
            yield [(at, Match.FULL) for at in exact if names.corporate_form(self._entities[at].name) == form]
        # Without its (주) people mean the one that is registered with it as well as its namesake without.
        yield [(at, Match.FULL) for at in self._code.get(full, ())] + [
            (at, Match.EXACT) for at in self._exact.get(core, ())
        ]
        yield [
            (at, Match.ALIAS) for form in {core, names.spelled(core)} for at in self._alias.get(form, ())
        ] + [(at, Match.ALIAS) for at in self._exact.get(names.spelled(core), ())]
        sounding = self._sounds.like(mention)
        # What is short may sound so by chance: fixed words go before it, as before parts of names.
        yield [
            (each.at, Match.ALIAS if each.sure else Match.PREFIX)
            for each in sounding
            if each.whole or each.sure
        ]
        if len(core) >= _MIN_PARTIAL:
            yield [
                (at, Match.PREFIX if starts else Match.PARTIAL)
                for at, starts in self._searched.containing(core)
            ]
        if names.is_initials(core):
            yield [(at, Match.INITIALS) for at in self._initials.get(core, ())]
            yield [(at, Match.INITIALS) for at, _ in self._searched_initials.containing(core)]
        yield [(each.at, Match.PREFIX) for each in sounding]
        if len(core) >= _MIN_FUZZY:
            alike = [at for at in self._initials.get(names.initials(core), ()) if self._is_typo(core, at)]
            yield [(at, Match.FUZZY) for at in (*alike, *self._searched.typos_of(core))]


class _Searched:
    """Names in one text, for searching inside them, and sorted both ways, for typos."""

    def __init__(self, named: Iterable[tuple[str, int]]) -> None:
        self._forward = sorted(named)
        self._backward = sorted((name[::-1], at) for name, at in self._forward)
        self._text = "\n" + "\n".join(name for name, _ in self._forward)
        starts = []
        position = 1
        for name, _ in self._forward:
            starts.append(position)
            position += len(name) + 1
        self._starts: Sequence[int] = starts

    def containing(self, part: str) -> Iterator[tuple[int, bool]]:
        """(entity, the name begins with it) for each name that contains the part."""
        position = self._text.find(part)
        while position >= 0:
            line = bisect_right(self._starts, position) - 1
            yield self._forward[line][1], position == self._starts[line]
            following = self._starts[line + 1] if line + 1 < len(self._starts) else len(self._text)
            position = self._text.find(part, following)

    def typos_of(self, name: str) -> Iterator[int]:
        """Names a typo away that share their first or their last half with it."""
        shared = max(1, (len(name) - 1) // 2)
        for listed, wanted in ((self._forward, name), (self._backward, name[::-1])):
            begin = wanted[:shared]
            for position in range(bisect_left(listed, (begin, -1)), len(listed)):
                other, at = listed[position]
                if not other.startswith(begin):
                    break
                if names.is_typo(wanted, other):
                    yield at


def _reference(entity: Entity) -> EntityReference:
    return EntityReference(entity.kind, entity.key, entity.name, entity.detail)
