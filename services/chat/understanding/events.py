"""What happens in business, and what of it is still to happen: 안 갚은 돈, 나가야 하는, 출하가 늦어지는, 발주했는데 안 온.

The morphemes are written in a line ("아직/MAG 안/MAG 들어오/VV ᆫ/ETM"); each event's aspects are patterns on it.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from services.chat.semantic import Catalog, EntityKind
from services.chat.understanding.meanings import (
    DocumentWord,
    DueWord,
    Meaning,
    MetricWord,
    Span,
    StateWord,
    StatusWord,
    VagueMeasure,
)
from services.chat.understanding.morphemes import Morpheme
from services.chat.understanding.weights import span
from services.chat.understanding.words import load

_WORDS: Final = load("events")
_DOCUMENTS: Final = load("documents")
_OPEN: Final = _DOCUMENTS["open"]
_STATES: Final = frozenset(s["measure"] for s in _OPEN if "count" in s)
_KINDS: Final = {state["measure"]: state["kind"] for state in _OPEN}
_GIVEN: Final = frozenset((*load("grouping")["party"], *_WORDS["objects"]["papers"]))
"""Behind what has not been paid: who has not, and papers to which it has not."""
_MONEY: Final = frozenset(_WORDS["objects"]["money"])


def _any(forms: Iterable[str], tag: str = r"\w+") -> str:
    """One of these, 들어오 also where Kiwi reads 들 + 어 + 오."""
    split = [f"{f[0]}/VV 어/EC {f[2]}" for f in forms if len(f) == 3 and f[1] == "어"]
    return rf"(?:{'|'.join([*forms, *split])})/{tag} " if forms else r"(?!)"


_PARTICLE: Final = r"(?:[^ ]+/J(?!C)\w+ )?"
_TAIL: Final = r"(?:[^ ]+/(?:E[CFP]|VX|XSV) )*(?:[^ ]+/ETM )?"
_YET: Final = rf"(?:{_any(_WORDS['yet'])}{_PARTICLE})*"
_NOT: Final = r"(?:안|못|덜)/(?:MAG|NNG) "
_MAKES: Final = rf"(?:{_any(_WORDS['makes'], '(?:XSV|VV|VX)')}|한/MM )"
_HANDLED: Final = rf"(?:{_any(_WORDS['handled'], 'NN.')}{_PARTICLE})*"
_PLANNED: Final = rf"(?:{_any(_WORDS['planned'], 'NN.')}(?:이/VCP {_TAIL})?)"
_MUST: Final = rf"어야/EC {_PARTICLE}(?:하|되)/\w+ {_TAIL}"
_PROMISED: Final = rf"기/ETN 로/JKB {_YET}(?:하|되)/\w+ {_TAIL}"
_WILL: Final = r"[ᆯ을]/ETM "
_CAN: Final = r"(?:(?:수|줄|때|듯|리|만|뿐)/|(?:것|거)/NNB 이/VCP )"
_LATE: Final = (
    rf"(?:{_any(_WORDS['lateness'], 'NN.')}(?:{_PARTICLE}{_MAKES}{_TAIL}|중/NNB (?:이/VCP {_TAIL})?)?"
    rf"|{_any(_WORDS['late'], 'V.')}{_TAIL})"
)
_PUNCTURED: Final = r"(?:펑크|빵꾸)/NNG (?:[이가]/JKS )?나/VV "
_OVER: Final = (
    rf"(?:(?:{_PUNCTURED}|{_any(_WORDS['over'], 'V.')}){_TAIL}|{_any(_WORDS['over'], 'NN.')}(?:{_MAKES}{_TAIL})?"
    rf"|{_NOT}(?:지키|맞추)/VV {_TAIL}|(?:지키|맞추)/VV 지/EC (?:못하|않)/VX {_TAIL})"
)


@dataclass(frozen=True, slots=True)
class _Clause:
    """One aspect of one event."""

    pattern: re.Pattern[str]
    aspect: str
    event: Mapping[str, Any]


def _aspects(does: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Patterns of what is said of an event by its stems."""
    noun, verb = _any(does, "NN."), _any(does, r"V.")
    done = rf"(?:{noun}{_HANDLED}{_MAKES}|{verb})"
    undone = rf"{_NOT}{done}|{noun}{_PARTICLE}{_HANDLED}{_YET}{_NOT}{_MAKES}|{done}지/EC {_PARTICLE}(?:않|못하)/V. "
    yield "left", rf"(?:{undone})(?!는/ETM){_TAIL}"
    will = rf"{_WILL}(?:{_PLANNED}|(?!{_CAN}|{_any(_WORDS['days'])}))"
    yield (
        "due",
        rf"(?:{done}(?:{_MUST}{_PLANNED}?|{_PROMISED}|{will})|{noun}{_PARTICLE}{_PLANNED})",
    )
    yield (
        "late",
        rf"(?:{noun}{_PARTICLE}{_LATE}|(?:{noun}|{done}{_WILL}){_any(_WORDS['days'])}{_PARTICLE}{_OVER})",
    )
    yield "came", rf"{verb}[ᆫ은]/ETM "
    yield "had", rf"{done}었/EP {_TAIL}(?:[^ ]+/E[CF] )*"
    yield "done", rf"{done}(?!지/EC|어야/EC|{_WILL}|기/ETN|는/ETM 데/){_TAIL}"


def _clauses() -> Iterator[_Clause]:
    things = f"(?<=/ETM ){_any(_WORDS['things'], 'NN.')}(?:들/XSN )?"
    objects = {name: _any(nouns, "NN.") for name, nouns in _WORDS["objects"].items()}
    for event in _WORDS["events"]:
        of_money = {m in _STATES for m in event.get("left", event.get("done", ()))} == {False}
        takes = objects["money" if of_money else "goods"]
        given = f"{takes}|{things}" if of_money else things
        before = rf"(?:{takes}{_PARTICLE})?{_YET}"
        meant = {aspect for aspect in ("left", "late", "done") if aspect in event}
        meant |= {"due"} if event.get("due", "left" in event) else {"left"} if "statuses" in event else set()
        for aspect, pattern in _aspects(event.get("does", ())):
            if aspect == "came" and "flow" in event and not of_money:  # 이번 주 들어온 물건
                came = re.compile(rf"{pattern}(?={objects['goods']})")
                yield _Clause(came, "done", {"done": [event["flow"]]})
            if aspect in meant and (aspect != "done" or "left" not in event):
                behind = rf"(?:{given})?"
                yield _Clause(re.compile(before + pattern + behind), aspect, event)
        for name, does in event.get("of", {}).items():
            for aspect, pattern in _aspects(does):
                if aspect == "had" and name == "money" and event.get("done"):
                    led = rf"{objects[name]}{_PARTICLE}(?:얼마\w?/\w+ (?:씩/XSN )?)?{pattern}"
                    yield _Clause(re.compile(led), "done", {"done": event["done"]})
                if aspect in meant:
                    led = rf"{objects[name]}{_PARTICLE}{_YET}{pattern}(?:{things})?"
                    yield _Clause(re.compile(rf"{led}|{_YET}{pattern}{objects[name]}"), aspect, event)
    late = {"late": tuple(m for each in _WORDS["deadlines"] for m in each["late"] if m in _STATES)}
    still = rf"{_any(_WORDS['late'], 'V.')}(?:[^ ]+/(?:E[CP]|VX) )*고/EC 있/VX 는/ETM (?:{things})?"
    yield _Clause(re.compile(still), "late", late)  # 늦어지고 있는 수주
    for deadline in _WORDS["deadlines"]:
        days = _any(deadline["days"], "NN.")
        yield _Clause(re.compile(rf"{days}{_PARTICLE}(?:{_OVER}|{_LATE})(?:{things})?"), "late", deadline)


_CLAUSES: Final = tuple(_clauses())
_WHEN: Final = [
    (re.compile(rf"{_any(e['does'])}(?:{_MAKES})?(?:[^ ]+/(?:EF|EC|VX|ETM) )+"), e)
    for e in _WORDS["events"]
    if "flow" in e
]
_REMAINS: Final = re.compile(rf"{_PARTICLE}(?:남|있)/V. (?:[^ ]+/(?:EC|VX) )*[^ ]+/ETM ")
_LEADING: Final = _WORDS["leading"]
_ORIGIN: Final = re.compile(
    rf"(?P<noun>{'|'.join(_LEADING['nouns'])})/NNG {_PARTICLE}"
    rf"(?:{_any(_LEADING['verbs'])}(?:었/EP )?(?:(?:{'|'.join(_LEADING['endings'])})/EC |는/ETM 데/NNB )|하고/J\w+ )"
)


def events(morphemes: Sequence[Morpheme]) -> Iterator[Span]:
    """Claims of clauses; one with what leads to it, and two beside each other, are one more claim."""
    line = _Line(morphemes)
    found = [
        (first, last, _meaning(clause, morphemes, first, last))
        for clause in _CLAUSES
        for first, last in line.places(clause.pattern)
    ]
    if any(m.form == "언제" for m in morphemes) and not any(m.form in _MONEY for m in morphemes):
        found += [
            (*place, DueWord(tuple(e["left"]))) for pattern, e in _WHEN for place in line.places(pattern)
        ]
    for first, last, meaning in found:
        yield from line.claim(first, last, meaning)
        for begin, end, then in found:
            if begin == last and (late := _late_of(meaning, then)):
                yield from line.claim(first, end, late)
    for begin, end in line.places(_ORIGIN):
        kinds = _LEADING["nouns"][morphemes[begin].form]
        for first, last, meaning in found:
            if first == end and isinstance(meaning, StatusWord):
                figures = _DOCUMENTS["figures"][kinds[0]]
                yield from line.claim(begin, end, DocumentWord(EntityKind(kinds[0]), figures[0], figures[1]))
            elif first == end and (led := _of_kinds(meaning, kinds)):
                yield from line.claim(begin, last, led)


def _meaning(clause: _Clause, morphemes: Sequence[Morpheme], first: int, last: int) -> Meaning:
    event, aspect = clause.event, clause.aspect
    if "statuses" in event:
        return StatusWord(tuple(event["statuses"]))
    measures = tuple(event.get(aspect) or event["left"])
    if not set(measures) & _STATES and aspect != "late":
        measures = _by_whom(measures, morphemes, first, last)
        said = bool(_MONEY & {morphemes[first].form, morphemes[last - 1].form})
        if aspect == "done" or len(measures) > 1 or (aspect == "due" and said):
            return VagueMeasure(measures, due=aspect == "due")
    if aspect == "due":
        return DueWord(measures, left=True)
    listed = any(m.form in _WORDS["things"] for m in morphemes[last - 2 : last])
    flow = event.get("flow", "") if aspect == "left" and morphemes[first].form not in _WORDS["yet"] else ""
    return StateWord(measures, listed, flow)


def _by_whom(
    measures: tuple[str, ...], morphemes: Sequence[Morpheme], first: int, last: int
) -> tuple[str, ...]:
    """우리가 안 준, 우리한테 안 준, 안 준 거래처: which of the two it is."""
    if len(measures) != 2:
        return measures
    for place in range(1, first):
        if morphemes[place - 1].form in _WORDS["us"]:
            if morphemes[place].form in ("가", "이", "는", "은"):
                return measures[1:]
            if morphemes[place].form in ("한테", "에게", "께"):
                return measures[:1]
    given = morphemes[last - 1].tag == "ETM" and any(m.form in _GIVEN for m in morphemes[last : last + 1])
    return measures[:1] if given else measures


def _late_of(meaning: Meaning, then: Meaning) -> StateWord | None:
    """납기가 지났는데 못 나간: of what is left, what is late."""
    if not isinstance(meaning, StateWord) or not isinstance(then, StateWord):
        return None
    late = {m for deadline in _WORDS["deadlines"] for m in deadline["late"]}
    both = {_KINDS.get(m) for m in meaning.measures} & {_KINDS.get(m) for m in then.measures}
    said = (*meaning.measures, *then.measures)
    measures = tuple(dict.fromkeys(m for m in said if m in late and _KINDS[m] in both))
    return replace(then, measures=measures, flow="") if measures else None


def _of_kinds(meaning: Meaning, kinds: Sequence[str]) -> Meaning | None:
    """The same of these kinds of documents alone; None where it is about others."""
    if not isinstance(meaning, StateWord | DueWord):
        return None
    measures = tuple(m for m in meaning.measures if _KINDS.get(m) in kinds)
    return replace(meaning, measures=measures) if measures else None


def documents_in_state(
    spans: Sequence[Span], morphemes: Sequence[Morpheme], catalog: Catalog
) -> Iterator[Span]:
    """미출고 수주, 아직 안 들어온 발주, 잔량이 남은 발주: a state and the documents behind it are one claim."""
    words = [m for m in morphemes if not m.is_function]
    metrics = {
        (s.start, n) for s in spans if isinstance(s.meaning, MetricWord) for n in range(s.start, s.end)
    }
    documents = [(s, s.meaning) for s in spans if isinstance(s.meaning, DocumentWord)]
    remaining = list(_remaining(spans, morphemes, catalog))
    yield from remaining
    yield from _state_behind(spans, morphemes, documents)
    for state in (*spans, *remaining):
        measures = state.meaning.measures if isinstance(state.meaning, StateWord) else ()
        for claim, document in documents if measures else ():
            between = any(state.end < m.end and m.start < claim.start for m in words)
            if not 0 <= claim.start - state.end <= 4 or between or (claim.start, claim.end) in metrics:
                continue
            if each := next(
                (e for e in _OPEN if e["kind"] == document.kind and e["measure"] in measures), None
            ):
                meaning = DocumentWord(document.kind, each["measure"], each.get("count", ""), open=True)
                yield span(state.start, claim.end, claim.end - state.start, meaning)


def _state_behind(
    spans: Sequence[Span], morphemes: Sequence[Morpheme], documents: Sequence[tuple[Span, DocumentWord]]
) -> Iterator[Span]:
    """발주 남은 거, 발주 걸려 있는 수량: what is left of the documents right before it."""
    things = {m.start: m.end for m in morphemes if m.form in _WORDS["things"]}
    whole = {m.start for m in morphemes if m.form in _WORDS["objects"]["goods"]} | things.keys()
    for state in spans:
        behind = whole & {state.end, state.end + 1}
        for claim, document in documents if isinstance(state.meaning, StateWord) and behind else ():
            measures = state.meaning.measures if isinstance(state.meaning, StateWord) else ()
            each = next((e for e in _OPEN if e["kind"] == document.kind and e["measure"] in measures), None)
            if each and 0 <= state.start - claim.end <= 2:
                meaning = DocumentWord(document.kind, each["measure"], each.get("count", ""), open=True)
                end = max(things.get(place, state.end) for place in behind)
                yield span(claim.start, end, end - claim.start, meaning)


def _remaining(spans: Sequence[Span], morphemes: Sequence[Morpheme], catalog: Catalog) -> Iterator[Span]:
    """발주잔량이 남은 발주, 미수금 있는 송장: a state by the name of its measure, before documents or their number."""
    line = _Line(morphemes)
    ends = {morphemes[first - 1].end: last for first, last in line.places(_REMAINS) if first}
    starts = {s.start for s in spans if isinstance(s.meaning, DocumentWord)}
    for claim in spans:
        last = ends.get(claim.end, len(morphemes))
        if (
            isinstance(claim.meaning, MetricWord)
            and last < len(morphemes)
            and morphemes[last].start in starts
        ):
            names = tuple(catalog.metrics[key].display_name for key in claim.meaning.keys)
            end = max(m.end for m in morphemes[:last])
            yield span(claim.start, end, end - claim.start, StateWord(names))


class _Line:
    """Morphemes in a line, and where each begins in it."""

    def __init__(self, morphemes: Sequence[Morpheme]) -> None:
        self._morphemes = morphemes
        self._starts = [0]
        for part in (parts := [f"{m.stem.replace(' ', '')} " for m in morphemes]):
            self._starts.append(self._starts[-1] + len(part))
        self._text = "".join(parts)

    def places(self, pattern: re.Pattern[str]) -> Iterator[tuple[int, int]]:
        """The first morpheme of each match, and the one behind the last."""
        for first, start in enumerate(self._starts[:-1]):
            if (match := pattern.match(self._text, start)) and match.end() > start:
                yield first, bisect_left(self._starts, match.end())

    def claim(self, first: int, last: int, meaning: Meaning) -> Iterator[Span]:
        """None of a single letter: 낼 and 올 are days."""
        said = {place for m in self._morphemes[first:last] for place in range(m.start, m.end)}
        if len(said) > 1:
            yield span(min(said), max(said) + 1, len(said), meaning)
