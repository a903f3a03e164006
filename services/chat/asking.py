"""Which questions documents may answer: what rules, procedures and limits say, and not what the ERP counts."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from services.chat.conversation import Intent
from services.chat.understanding.analysis import Analysis
from services.chat.understanding.frame import (
    Ask,
    NotFound,
    QuestionBack,
    Reading,
    Refusal,
    RefusalKind,
    SmallTalk,
)
from services.chat.understanding.meanings import MetricWord, Sign, TimeWord
from services.chat.understanding.words import alternatives, load

_WORDS: Final = load("rules")
_MARKS: Final = re.compile(alternatives(_WORDS["marks"]))
_ASKING: Final = frozenset(_WORDS["asking"])
_ALLOWED: Final = re.compile("|".join(_WORDS["allowed"]))
_ORDERING: Final = re.compile("|".join(_WORDS["ordering"]))
_PROCEDURE: Final = re.compile(alternatives(_WORDS["procedure"]))
_FIGURE: Final = re.compile(alternatives(_WORDS["figure"]))
_BETWEEN: Final = re.compile(rf"\s*(?:{'|'.join(_WORDS['between'])})\s*$")
_AND: Final = frozenset(_WORDS["and"])
_EMPTY: Final = frozenset(_WORDS["empty"])
_MEANINGFUL: Final = ("NN", "NR", "SL", "SN", "XR", "VV", "VA", "MAG")
_TALK: Final = frozenset({"smalltalk", "help"})


def may_stand_in_documents(
    before: Reading, routed: Reading, intent: Intent | None, analysis: Analysis
) -> bool:
    """Whether documents are looked into before a question is refused or asked back.

    `before`: what the parser made of it; `routed`: what it came to with the intent model's word.
    """
    label = intent.label if intent else ""
    if isinstance(routed, SmallTalk) or label in _TALK:
        return False
    match before, routed:
        case _, Refusal(RefusalKind.WRITE | RefusalKind.INJECTION):
            return _asks_what_holds(analysis)
        case Refusal(RefusalKind.UNKNOWN), _:
            return True
    return is_open(before) and label != "data" and not _says_when(analysis)


def is_open(reading: Reading) -> bool:
    """The parser found words that it doesn't know."""
    match reading:
        case Refusal(RefusalKind.UNKNOWN) | QuestionBack(Ask.WORDS) | NotFound(is_name=True):
            return True
    return False


def _asks_what_holds(analysis: Analysis) -> bool:
    """언제까지 신청해야 하나요, 택시비 써도 돼: nothing is ordered."""
    text = analysis.text.normal
    asks = any(m.form in _ASKING for m in analysis.morphemes) or _ALLOWED.search(text)
    return bool(asks) and not _ORDERING.search(text) and not analysis.numbers


def _says_when(analysis: Analysis) -> bool:
    """지난달, 10월: a figure of a time, which no rule has."""
    return any(isinstance(span.meaning, TimeWord) for span in analysis.spans)


# --- figures and rules in one question ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cut:
    """A question taken apart, as typed: what the ERP counts, and what documents say."""

    figures: str
    rules: str


def cuts(analysis: Analysis) -> Sequence[Cut]:
    """Where a question may fall into figures and a rule, the likeliest first (여비 한도 대비 | 이번 달 출장비)."""
    text = analysis.text.normal
    rules = [(s.start, s.end) for s in analysis.spans if s.meaning is Sign.DOCUMENTS]
    rules += [match.span() for match in _MARKS.finditer(text)]
    times = [(s.start, s.end) for s in analysis.spans if isinstance(s.meaning, TimeWord)]
    figures = times + [(s.start, s.end) for s in analysis.spans if isinstance(s.meaning, MetricWord)]
    if not rules or not figures:
        return ()
    found = sorted(_cuts(analysis, rules, figures, times), key=lambda one: one[0])
    return tuple(dict.fromkeys(cut for _, cut in found))


def _cuts(
    analysis: Analysis,
    rules: Sequence[tuple[int, int]],
    figures: Sequence[tuple[int, int]],
    times: Sequence[tuple[int, int]],
) -> Iterator[tuple[tuple[bool, int], Cut]]:
    """Each with its place in the order: those with a word between first, then those with most in the figures' part."""
    text = analysis.text
    clauses = {m.end for m in analysis.morphemes if m.tag == "EC" and m.form in _AND}
    for space in re.finditer(r"\s+", text.normal):
        joint = _BETWEEN.search(text.normal, 0, space.start())
        head = joint.start() if joint else space.start()
        sides = ((0, head), (space.end(), len(text.normal)))
        for rule, figure in (sides, sides[::-1]):
            if _inside(rules, rule) and not _inside(rules, figure) and _inside(figures, figure):
                bare = not joint and space.start() not in clauses
                if bare and not _inside(times, figure):
                    continue  # 연차 규정, 미수금 관리 지침: what the rule is about
                size = figure[1] - figure[0]
                yield (
                    (bare, -size),
                    Cut(text.as_typed(*figure), text.as_typed(*rule)),
                )


def _inside(places: Sequence[tuple[int, int]], side: tuple[int, int]) -> bool:
    return any(side[0] <= start and end <= side[1] for start, end in places)


# --- what is looked for ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a question wants of a passage. `stems`: its words, as they stand in a text; `procedure`: all the steps;
    `figure`: how much, how long, until when.
    """

    stems: tuple[str, ...]
    procedure: bool = False
    figure: bool = False


def wanted(question: str, analysis: Analysis) -> Wanted:
    """What to quote for a question."""
    stems = [m.form for m in analysis.morphemes if m.tag.startswith(_MEANINGFUL) and m.form not in _EMPTY]
    return Wanted(
        tuple(dict.fromkeys(stems)), bool(_PROCEDURE.search(question)), bool(_FIGURE.search(question))
    )
