"""Walks a finite grammar along a text, to write what it leaves no choice about without asking the model.

A model that samples under a grammar looks through its whole vocabulary for each token, which takes longer
than computing one. In a sentence of given facts and a closed set of connectors most of the text is fixed:
only the few places where the grammar forks are worth a token.
"""

from collections import deque
from os.path import commonprefix

from gbnf import Alternative, Fork, read

LOOK_AHEAD = 16
"""Characters of each alternative that a fork shows: about as many as the longest token has."""
MAX_ALTERNATIVES = 1000
"""Past this many, the rest of a fork's alternatives are shown only as far as they are known by then."""

_Frame = tuple[Alternative, int, "_Frame | None"]
"""An alternative, how many of its items are behind, and what comes after it."""
_State = tuple[str, _Frame | None]
"""A literal that comes next, and what comes after it."""
_END: _State = ("", None)


class Walk:
    """All the places in a grammar where the text may stand that was taken so far.

    Raises:
        gbnf.NotFinite: from the constructor; such a grammar is for the sampler.
    """

    def __init__(self, grammar: str) -> None:
        self._states = _expand((Alternative((read(grammar),)), 0, None))

    @property
    def ended(self) -> bool:
        """Whether nothing may follow."""
        return self._states == {_END}

    def forced(self, limit: int) -> str:
        """Take, and return, what every sentence goes on with; "" at a fork. At most `limit` characters.

        A space before a fork is left to the fork: models have it in one token with the word that follows.
        """
        text, states = "", self._states
        while len(text) < limit:
            step = commonprefix([literal for literal, _ in states])  # noqa: RUF071 - of characters, indeed
            step = step[: limit - len(text)]
            if not step:
                break
            text, states = text + step, _take(states, step)
        if states != {_END}:
            text = text.rstrip(" ")
        self.take(text)
        return text

    def fork(self) -> set[str]:
        """How each sentence goes on, a few characters; "" among them where it may end."""
        ahead: set[str] = set()
        todo = deque(("", state) for state in self._states)
        while todo:
            text, (literal, after) = todo.popleft()
            text += literal
            full = len(text) >= LOOK_AHEAD or len(ahead) + len(todo) > MAX_ALTERNATIVES
            if full or (literal, after) == _END:
                ahead.add(text[:LOOK_AHEAD])
            else:
                todo += [(text, state) for state in _expand(after)]
        return ahead

    def take(self, text: str) -> None:
        """Go on along `text`.

        Raises:
            ValueError: no sentence goes on so.
        """
        states = _take(self._states, text)
        if not states:
            raise ValueError("the text left the grammar")
        self._states = states


def _take(states: set[_State], text: str) -> set[_State]:
    """Where `text` leads from `states`; empty if nowhere."""
    reached: set[_State] = set()
    todo = [(literal, after, text) for literal, after in states]
    while todo:
        literal, after, rest = todo.pop()
        if len(rest) < len(literal):
            if literal.startswith(rest):
                reached.add((literal[len(rest) :], after))
        elif literal and rest.startswith(literal):
            todo += [(*state, rest[len(literal) :]) for state in _expand(after)]
        elif not rest:
            reached.add(_END)
    return reached


def _expand(frame: _Frame | None) -> set[_State]:
    """Every literal that may come next, and the end where it may."""
    states: set[_State] = set()
    seen: set[_Frame | None] = set()
    todo = [frame]
    while todo:
        frame = todo.pop()
        if frame in seen:
            continue
        seen.add(frame)
        if frame is None:
            states.add(_END)
            continue
        alternative, position, after = frame
        if position == len(alternative.items):
            todo.append(after)
            continue
        item = alternative.items[position]
        behind = (alternative, position + 1, after)
        if isinstance(item, Fork):
            todo += [(inner, 0, behind) for inner in item.alternatives]
        elif item:
            states.add((item, behind))
        else:
            todo.append(behind)
    return states
