"""Sentences as a tree of sequences and choices over literals and atoms.

Templates are what a writer edits: `"{period} {metric}{은/는} {value}입니다."` In braces stands an atom (a figure or a
name, always whole), a rule of the same file, or the two forms of a particle, which then follows the word before it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from services.chat.composing.particles import particle

_PART: Final = re.compile(r"\{([^{}]+)\}|([^{}]+)")


@dataclass(frozen=True, slots=True)
class Literal:
    """Words of the writer."""

    text: str


@dataclass(frozen=True, slots=True)
class Atom:
    """A figure or a name, whole. It is data."""

    text: str


@dataclass(frozen=True, slots=True)
class Series:
    """One after the other."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of these; the first is the narrator's."""

    options: tuple["Node", ...]


Node = Literal | Atom | Series | Choice

EMPTY: Final = Literal("")


@dataclass(frozen=True)
class Content:
    """What may be said: atoms by name, flags that templates ask for, and rows of atoms for what is listed."""

    atoms: Mapping[str, str]
    flags: frozenset[str] = frozenset()
    rows: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to say something, open when its flags are (not) set and its atoms are there."""

    template: str
    when: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """One way to list the rows: the template of a row, and what stands between."""

    template: str
    between: str
    last: str = ""
    when: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


class GrammarError(ValueError):
    """A wording file is wrong: it names an unknown rule, or a particle follows nothing."""


class Grammar:
    """The rules of one shape of answer in one register."""

    def __init__(self, rules: Mapping[str, Sequence[Alternative] | Sequence[Listing]]) -> None:
        self._rules = rules

    def bind(self, content: Content, rule: str = "root") -> Node:
        """The sentences that this content allows.

        Raises:
            GrammarError: no sentence of the rule can be said with it.
        """
        node = self._rule(rule, content, ())
        if node is None:
            raise GrammarError(f"{rule}: no alternative fits flags {sorted(content.flags)}")
        return node

    def _rule(self, name: str, content: Content, above: tuple[str, ...]) -> Node | None:
        if name in above:
            raise GrammarError(f"{name} refers to itself")
        options: list[Node] = []
        for alternative in self._rules[name]:
            if not content.flags.issuperset(alternative.when):
                continue
            if content.flags.intersection(alternative.unless):
                continue
            if isinstance(alternative, Listing):
                node = _listing(alternative, content)
            else:
                node = self._template(alternative.template, content, (*above, name))
            if node is not None and node not in options:
                options.append(node)
        return _choice(options)

    def _template(self, template: str, content: Content, above: tuple[str, ...]) -> Node | None:
        parts: list[Node] = []
        for inside, text in _PART.findall(template):
            if text:
                parts.append(Literal(text))
            elif "/" in inside:
                if not parts:
                    raise GrammarError(f"a particle follows nothing in {template!r}")
                quoted = len(parts) > 1 and isinstance(parts[-1], Literal) and not _sounds(parts[-1].text)
                place = -2 if quoted else -1  # a quotation mark has no sound
                parts[place:] = [_attach(series(parts[place:]), inside)]
            elif inside in self._rules:
                node = self._rule(inside, content, above)
                if node is None:
                    return None
                parts.append(node)
            elif inside in content.atoms:
                parts.append(Atom(content.atoms[inside]))
            else:
                return None
        return series(parts)


def _listing(listing: Listing, content: Content) -> Node | None:
    parts: list[Node] = []
    for index, row in enumerate(content.rows):
        if index:
            last = index == len(content.rows) - 1 and listing.last
            between = listing.last if last else listing.between
            if "/" in between:
                parts[-1:] = [_attach(parts[-1], between.strip("{} "))]
                parts.append(Literal(" "))
            else:
                parts.append(Literal(between))
        for inside, text in _PART.findall(listing.template):
            if text:
                parts.append(Literal(text))
            elif "/" in inside:
                parts[-1:] = [_attach(parts[-1], inside)]
            elif inside in row:
                parts.append(Atom(row[inside]))
            else:
                return None
    return series(parts) if parts else None


def _attach(node: Node, forms: str) -> Node:
    """The node with the particle that fits its end, in each of its alternatives."""
    match node:
        case Choice(options):
            return Choice(tuple(_attach(option, forms) for option in options))
        case Series(parts):
            last = parts[-1]
            if isinstance(last, Literal) and not _sounds(last.text):  # a bracket has no sound
                before = parts[-2]
                sound = before.text if isinstance(before, Literal | Atom) else ""
                return Series((*parts, Literal(particle(sound, forms))))
            return Series((*parts[:-1], _attach(last, forms)))
        case Literal(text) | Atom(text):
            return Series((node, Literal(particle(text, forms))))


def _sounds(text: str) -> bool:
    return any(map(str.isalnum, text))


def _choice(options: Sequence[Node]) -> Node | None:
    if not options:
        return None
    return options[0] if len(options) == 1 else Choice(tuple(options))


def series(parts: Sequence[Node]) -> Node:
    """Parts in a row, nested rows and neighbouring literals joined."""
    flat: list[Node] = []
    for part in parts:
        for piece in part.parts if isinstance(part, Series) else (part,):
            if isinstance(piece, Literal) and flat and isinstance(flat[-1], Literal):
                flat[-1] = Literal(flat[-1].text + piece.text)
            elif piece != EMPTY or not flat:
                flat.append(piece)
    if not flat:
        return EMPTY
    return flat[0] if len(flat) == 1 else Series(tuple(flat))


def atoms_of(node: Node) -> Iterator[str]:
    """Every atom's text in a tree."""
    match node:
        case Atom(text):
            yield text
        case Series(parts):
            for part in parts:
                yield from atoms_of(part)
        case Choice(options):
            for option in options:
                yield from atoms_of(option)
        case _:
            return
