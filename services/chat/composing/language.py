"""All the legal sentences of one answer: matching, completing, and the grammar that constrains the model.

A tree becomes a graph without loops whose edges carry text. The guard walks it with what the model wrote; the narrator
walks it from wherever the model stopped. GBNF is llama.cpp's notation for the same language.
"""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from services.chat.composing.grammar import EMPTY, Atom, Choice, Literal, Node, Series, atoms_of, series

_WORTH_NAMING: Final = 8
"""Characters from which a repeated part gets a rule of its own."""

_ESCAPES: Final = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a text has come: places in the graph, each a state, an edge of it and characters of that edge's text."""

    places: frozenset[tuple[int, int, int]]


class Language:
    """The sentences of one bound tree."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._edges: list[list[tuple[str, int]]] = [[]]
        """For each state its edges in the writer's order; an empty text is taken without reading."""
        self._final = self._add(node, 0)

    def _state(self) -> int:
        self._edges.append([])
        return len(self._edges) - 1

    def _add(self, node: Node, start: int) -> int:
        match node:
            case Literal(text) | Atom(text):
                end = self._state()
                self._edges[start].append((text, end))
                return end
            case Series(parts):
                for part in parts:
                    start = self._add(part, start)
                return start
            case Choice(options):
                end = self._state()
                for option in options:
                    first = self._state()
                    self._edges[start].append(("", first))
                    self._edges[self._add(option, first)].append(("", end))
                return end

    # --- matching --------------------------------------------------------------------------------

    @cached_property
    def start(self) -> Cursor:
        """Before the first character."""
        return Cursor(frozenset(self._open([0])))

    def _open(self, states: list[int]) -> set[tuple[int, int, int]]:
        """The edges with text that can be read from these states, and (state, -1, 0) for the end."""
        places: set[tuple[int, int, int]] = set()
        seen = set(states)
        while states:
            state = states.pop()
            if state == self._final:
                places.add((state, -1, 0))
            for index, (text, target) in enumerate(self._edges[state]):
                if text:
                    places.add((state, index, 0))
                elif target not in seen:
                    seen.add(target)
                    states.append(target)
        return places

    def advance(self, cursor: Cursor, text: str) -> tuple[Cursor, int]:
        """Read on as far as the text is legal; the new cursor and how many characters were read."""
        places = set(cursor.places)
        for count, character in enumerate(text):
            following: set[tuple[int, int, int]] = set()
            for state, index, offset in places:
                if index < 0:
                    continue
                edge, target = self._edges[state][index]
                if edge[offset] == character:
                    if offset + 1 < len(edge):
                        following.add((state, index, offset + 1))
                    else:
                        following |= self._open([target])
            if not following:
                return Cursor(frozenset(places)), count
            places = following
        return Cursor(frozenset(places)), len(text)

    def is_whole(self, cursor: Cursor) -> bool:
        """Whether the text up to here is a whole sentence."""
        return any(index < 0 for _, index, _ in cursor.places)

    def accepts(self, text: str) -> bool:
        """Whether the text is one of the sentences."""
        cursor, read = self.advance(self.start, text)
        return read == len(text) and self.is_whole(cursor)

    def forced(self, cursor: Cursor) -> str | None:
        """What must follow, where nothing is left to choose; None where there is."""
        if len(cursor.places) != 1:
            return None
        ((state, index, offset),) = cursor.places
        if index < 0:
            return ""
        text, state = self._edges[state][index]
        rest = text[offset:]
        while state != self._final:
            if len(self._edges[state]) != 1:
                return None
            ((text, state),) = self._edges[state]
            rest += text
        return rest

    # --- completing ------------------------------------------------------------------------------

    def complete(self, prefix: str) -> str:
        """What the narrator adds: the first path in the writer's order that begins with a legal prefix.

        Raises:
            ValueError: no sentence begins with it.
        """
        dead: set[tuple[int, int]] = set()
        stack: list[tuple[int, int, int, str]] = [(0, 0, 0, "")]
        # (state, next edge to try, characters of the prefix read, text beyond the prefix)
        while stack:
            state, index, read, beyond = stack.pop()
            if state == self._final:
                if read == len(prefix):
                    return beyond
                continue
            if index >= len(self._edges[state]):
                dead.add((state, read))
                continue
            stack.append((state, index + 1, read, beyond))
            text, target = self._edges[state][index]
            rest = prefix[read : read + len(text)]
            if text.startswith(rest) and (target, read + len(rest)) not in dead:
                stack.append((target, 0, read + len(rest), beyond + text[len(rest) :]))
        raise ValueError("no sentence begins with this")

    @property
    def first(self) -> str:
        """The narrator's own sentence."""
        return self.complete("")

    # --- size, samples, notation -----------------------------------------------------------------

    @property
    def count(self) -> int:
        """How many paths there are; two may give the same sentence."""
        return _count(self._node)

    def sample(self, source: random.Random) -> str:
        """A sentence by a random path."""
        return _sample(self._node, source)

    @property
    def longest(self) -> int:
        """Characters of the longest sentence: it bounds the tokens that the model may write."""
        return _longest(self._node)

    @cached_property
    def atoms(self) -> frozenset[str]:
        """The texts of all atoms."""
        return frozenset(atoms_of(self._node))

    @cached_property
    def gbnf(self) -> str:
        """The language in llama.cpp's notation, behind one space, as it follows a prompt's colon.

        What is said in several places stands once, under a name. What stands fixed at the end is left out: a model
        has nothing to choose there, and every token costs time (see `forced`).
        """
        return _Gbnf(_up_to_the_last_choice(self._node)).text


def _up_to_the_last_choice(node: Node) -> Node:
    """The tree without what follows its last choice; all of it where there is none."""
    if not isinstance(node, Series):
        return node
    parts = list(node.parts)
    while parts and not isinstance(parts[-1], Choice):
        parts.pop()
    return series(parts) if parts else node


def _count(node: Node) -> int:
    match node:
        case Series(parts):
            total = 1
            for part in parts:
                total *= _count(part)
            return total
        case Choice(options):
            return sum(map(_count, options))
        case _:
            return 1


def _sample(node: Node, source: random.Random) -> str:
    match node:
        case Literal(text) | Atom(text):
            return text
        case Series(parts):
            return "".join(_sample(part, source) for part in parts)
        case Choice(options):
            return _sample(source.choice(options), source)


def _longest(node: Node) -> int:
    match node:
        case Literal(text) | Atom(text):
            return len(text)
        case Series(parts):
            return sum(map(_longest, parts))
        case Choice(options):
            return max(map(_longest, options))


class _Gbnf:
    """Writes a tree as rules. Small rules keep the model's sampler quick: it expands them for every token."""

    def __init__(self, node: Node) -> None:
        self._counts: Counter[Node] = Counter()
        self._tally(node)
        self._names: dict[Node, str] = {}
        self._rules: list[str] = []
        root = self._body(node)
        self.text = "\n".join(['root ::= " " s', f"s ::= {root}", *self._rules])

    def _tally(self, node: Node) -> None:
        self._counts[node] += 1
        if self._counts[node] > 1:
            return
        for part in _children(node):
            self._tally(part)

    def _write(self, node: Node) -> str:
        """The node where it is used: by its name if it is used more than once and worth it."""
        if self._counts[node] < 2 or _longest(node) < _WORTH_NAMING:
            return self._body(node)
        if node not in self._names:
            name = self._names[node] = f"r{len(self._names)}"
            self._rules.append(f"{name} ::= {self._body(node)}")
        return self._names[node]

    def _body(self, node: Node) -> str:
        match node:
            case Literal(text) | Atom(text):
                return f'"{text.translate(_ESCAPES)}"'
            case Series(parts):
                return " ".join(self._write(part) for part in self._joined(parts))
            case Choice(options):
                some = [self._write(option) for option in options if option != EMPTY]
                return "(" + " | ".join(some) + (")?" if EMPTY in options else ")")

    def _joined(self, parts: Sequence[Node]) -> list[Node]:
        """Neighbouring texts as one, apart from those that have a rule."""
        joined: list[Node] = []
        for part in parts:
            plain = isinstance(part, Literal | Atom) and self._write(part).startswith('"')
            if plain and joined and isinstance(part, Literal | Atom) and isinstance(joined[-1], Literal):
                joined[-1] = Literal(joined[-1].text + part.text)
            elif plain and isinstance(part, Literal | Atom):
                joined.append(Literal(part.text))
            else:
                joined.append(part)
        return joined


def _children(node: Node) -> tuple[Node, ...]:
    match node:
        case Series(parts):
            return parts
        case Choice(options):
            return options
        case _:
            return ()
