"""Reads the finite part of GBNF, llama.cpp's notation for grammars: literals, names, groups, `|` and `?`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_DEPTH = 64

_TOKEN = re.compile(
    r"""(?P<space>[ \t]+|\#[^\n]*) | (?P<line>\r?\n) | (?P<define>::=) | (?P<name>[A-Za-z0-9-]+)
      | "(?P<literal>(?:[^"\\\n]|\\.)*)" | (?P<mark>[|()?])""",
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([nrt\\\"\[\]]))")
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}


class NotFinite(Exception):
    """The grammar uses more than that, or refers to itself, or is none at all."""


@dataclass(frozen=True, eq=False)
class Alternative:
    """One way to go on; compared by identity, as it may be long."""

    items: "tuple[str | Fork, ...]"


@dataclass(eq=False)
class Fork:
    """Several ways to go on. A rule is one; all places that name it share it."""

    alternatives: list[Alternative] = field(default_factory=list)


def read(grammar: str) -> Fork:
    """The rule `root`.

    Raises:
        NotFinite: only llama.cpp can say more about this grammar.
    """
    try:
        parser = _Parser(grammar)
        parser.rules()
        root = parser.rule("root")
        _check(root, {})
    except RecursionError as error:
        raise NotFinite from error
    return root


class _Parser:
    def __init__(self, grammar: str) -> None:
        self._tokens = _tokens(grammar)
        self._kind = self._text = ""
        self._rules: dict[str, Fork] = {}
        self._advance()

    def rule(self, name: str) -> Fork:
        return self._rules.setdefault(name, Fork())

    def rules(self) -> None:
        self._skip_lines()
        while self._kind != "end":
            name = self._expect("name")
            self._expect("define")
            self.rule(name).alternatives = self._alternatives(nested=False)
            self._skip_lines()

    def _alternatives(self, nested: bool) -> list[Alternative]:
        alternatives: list[Alternative] = []
        while True:
            self._skip_lines()
            alternatives.append(self._alternative(nested))
            if self._text != "|" or self._kind != "mark":
                return alternatives
            self._advance()

    def _alternative(self, nested: bool) -> Alternative:
        items: list[str | Fork] = []
        while True:
            if nested:
                self._skip_lines()
            match self._kind, self._text:
                case "literal", text:
                    items.append(_ESCAPE.sub(_unescape, text))
                case "name", name:
                    items.append(self.rule(name))
                case "mark", "(":
                    self._advance()
                    items.append(Fork(self._alternatives(nested=True)))
                    if (self._kind, self._text) != ("mark", ")"):
                        raise NotFinite
                case "mark", "?" if items:
                    items[-1] = Fork([Alternative((items[-1],)), Alternative(())])
                case _:
                    return Alternative(tuple(items))
            self._advance()

    def _expect(self, kind: str) -> str:
        if self._kind != kind:
            raise NotFinite
        text = self._text
        self._advance()
        return text

    def _skip_lines(self) -> None:
        while self._kind == "line":
            self._advance()

    def _advance(self) -> None:
        self._kind, self._text = next(self._tokens)


def _tokens(grammar: str) -> Iterator[tuple[str, str]]:
    """(kind, text); a literal's text is what stands between its quotes."""
    position = 0
    while position < len(grammar):
        match = _TOKEN.match(grammar, position)
        if match is None:
            raise NotFinite
        position = match.end()
        kind = match.lastgroup or ""
        if kind != "space":
            yield kind, match[kind]
    yield "end", ""


def _unescape(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    return chr(int(code, 16)) if code else _ESCAPED.get(match[4], match[4])


def _check(fork: Fork, heights: dict[Fork, int | None]) -> int:
    """How deep the rule goes. None in `heights` = it is being looked at, so it refers to itself.

    Raises:
        NotFinite: it refers to itself, names what isn't defined, or goes too deep.
    """
    if fork in heights:
        height = heights[fork]
        if height is None:
            raise NotFinite
        return height
    heights[fork] = None
    if not fork.alternatives:
        raise NotFinite
    inner = (
        item for alternative in fork.alternatives for item in alternative.items if isinstance(item, Fork)
    )
    height = 1 + max((_check(item, heights) for item in inner), default=0)
    if height > MAX_DEPTH:
        raise NotFinite
    heights[fork] = height
    return height
