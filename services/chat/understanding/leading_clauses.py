"""What came before and says only whose documents a clause is about: 발주했는데 아직 안 들어온, 주문은 받았는데 못 나간."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from services.chat.understanding.meanings import Span, StateWord
from services.chat.understanding.morphemes import Morpheme
from services.chat.understanding.weights import span
from services.chat.understanding.words import load

_LEADING: Final = load("events")["leading"]
_KINDS: Final = {state["measure"]: state["kind"] for state in load("documents")["open"]}
_NOUNS: Final = "|".join(_LEADING["nouns"])
_VERBS: Final = "|".join(_LEADING["verbs"])
_ENDINGS: Final = "|".join(_LEADING["endings"])
_CLAUSE: Final = re.compile(
    rf"(?<![^ ])(?P<noun>{_NOUNS})/NNG (?:[^ ]+/J\w+ )?(?:(?:{_VERBS})/\S+ (?:었/EP )?(?:{_ENDINGS})/EC|하고/J\w+) "
)


def led(spans: Sequence[Span], morphemes: Sequence[Morpheme]) -> Iterator[Span]:
    """One claim of the leading clause and the state behind it, of the kinds of documents that lead to it."""
    states = [(s, s.meaning) for s in spans if isinstance(s.meaning, StateWord)]
    line = "".join(f"{m.stem.replace(' ', '')} " for m in morphemes) if states else ""
    for match in _CLAUSE.finditer(line):
        first, behind = (line[:place].count(" ") for place in match.span())
        if behind == len(morphemes):
            continue
        kinds = _LEADING["nouns"][match["noun"]]
        for state, word in states:
            measures = tuple(m for m in word.measures if _KINDS.get(m) in kinds)
            if state.start == morphemes[behind].start and measures:
                begin = morphemes[first].start
                yield span(begin, state.end, state.end - begin, replace(word, measures=measures))
