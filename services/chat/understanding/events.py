"""What happens in business, by verbs: money and goods that come, go, are late (안 갚은 돈, 덜 들어온 물량, 밀린 거)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from services.chat.understanding.meanings import DueWord, Meaning, Span, StateWord, VagueMeasure
from services.chat.understanding.morphemes import Morpheme
from services.chat.understanding.weights import span
from services.chat.understanding.words import load

_WORDS: Final = load("events")
_EVENTS: Final[Mapping[str, Mapping[str, Mapping[str, list[str]]]]] = {
    verb: event for event in _WORDS["events"] for verb in event["verbs"]
}
_OBJECTS: Final = {noun: of for of, nouns in _WORDS["objects"].items() for noun in nouns}
_HEADS: Final = frozenset((*_WORDS["objects"]["money"], *_WORDS["things"]))
_NOT: Final = frozenset(_WORDS["not"])
_LEFT: Final = frozenset(_WORDS["left"])
_STATES: Final = frozenset(s["measure"] for s in load("documents")["open"] if "count" in s)
_PARTIES: Final = frozenset(load("grouping")["party"])
_NEGATING: Final = ("않", "못하")
_MAKING: Final = ("하", "되", "시키")


def events(morphemes: Sequence[Morpheme]) -> Iterator[Span]:
    """Their claims, each with the adverbs before the verb, its endings, and what it is of, where that stands beside."""
    for index, morpheme in enumerate(morphemes):
        event = _EVENTS.get(_stem(morphemes, index))
        if event is None:
            continue
        first = _adverbs(morphemes, index)
        last, negated = _endings(morphemes, index)
        if morpheme.tag.startswith("N") and last == index:
            continue  # 출고 by itself
        said = {m.form for m in morphemes[first:index]}
        before, beside = _object_before(morphemes, first)
        behind = morphemes[last + 1].form if _restricts(morphemes[last]) and last + 1 < len(morphemes) else ""
        of = before or _OBJECTS.get(behind) or "other"
        if said & _LEFT:
            how = ["left", "open"]
        elif said or negated:
            how = ["open"]
        else:
            how = ["due"] if _is_due(morphemes, index, last) else ["done"]
        measures = next((m for step in how if (m := event.get(of, {}).get(step))), None)
        if measures is None:
            continue
        begin = morphemes[beside if beside is not None else first].start
        end = max(m.end for m in morphemes[index : last + 1 + (behind in _HEADS)])
        meaning = _meaning(_by_whom(measures, morphemes, first, last), how[0])
        yield span(begin, end, end - begin, meaning)


def _stem(morphemes: Sequence[Morpheme], index: int) -> str:
    """들어오, also where Kiwi reads 들 + 어 + 오."""
    morpheme = morphemes[index]
    tag = morpheme.tag.split("-")[0]
    behind = morphemes[index + 1 : index + 3]
    if tag == "VV" and [m.tag for m in behind] == ["EC", "VX"]:
        whole = f"{morpheme.form}{behind[0].form}{behind[1].form}/VV"
        if whole in _EVENTS:
            return whole
    return morpheme.stem


def _adverbs(morphemes: Sequence[Morpheme], index: int) -> int:
    """The place of the first of 아직, 안, 덜 … right before the verb."""
    first = index
    while first and (morphemes[first - 1].form in _NOT or _is_particle_of_adverb(morphemes, first - 1)):
        first -= 1
    return first


def _is_particle_of_adverb(morphemes: Sequence[Morpheme], index: int) -> bool:
    return index > 0 and morphemes[index].form == "도" and morphemes[index - 1].form in _NOT


def _endings(morphemes: Sequence[Morpheme], index: int) -> tuple[int, bool]:
    """The place of the verb's last ending, and whether it negates (갚지 않은)."""
    last = index
    negated = False
    for place in range(index + 1, len(morphemes)):
        following = morphemes[place]
        makes = place == index + 1 and following.form in _MAKING
        obliges = following.form in ("되", "하") and morphemes[place - 1].form.endswith("야")
        if not (following.tag.startswith(("E", "VX", "XSV")) or makes or obliges):
            break
        negated = negated or following.form in _NEGATING
        last = place
        if following.tag == "ETM":
            break
    return last, negated


def _object_before(morphemes: Sequence[Morpheme], first: int) -> tuple[str, int | None]:
    """What the event is of, by the noun before it, and the noun's place if nothing stands between."""
    place = first - 1
    while place >= 0 and (morphemes[place].is_particle or morphemes[place].tag == "MAG"):
        place -= 1
    of = _OBJECTS.get(morphemes[place].form, "") if place >= 0 else ""
    near = all(m.is_particle for m in morphemes[place + 1 : first])
    return of, place if of and near else None


def _restricts(morpheme: Morpheme) -> bool:
    return morpheme.tag == "ETM"


def _is_due(morphemes: Sequence[Morpheme], index: int, last: int) -> bool:
    """갚을, 줘야 되는, not 갚을 수 있는."""
    obliges = any(m.form.endswith("야") and m.tag == "EC" for m in morphemes[index + 1 : last + 1])
    possible = last + 1 < len(morphemes) and morphemes[last + 1].form == "수"
    return obliges or (_restricts(morphemes[last]) and morphemes[last].form in ("ᆯ", "을") and not possible)


def _by_whom(measures: Sequence[str], morphemes: Sequence[Morpheme], first: int, last: int) -> Sequence[str]:
    """우리가 안 준, 우리한테 안 준, 안 준 거래처: which of the two it is."""
    if len(measures) != 2 or set(measures) <= _STATES:
        return measures
    for place in range(1, first):
        if morphemes[place - 1].tag == "NP" and morphemes[place - 1].form in ("우리", "저희"):
            if morphemes[place].form in ("가", "이", "는", "은"):
                return measures[1:]
            if morphemes[place].form in ("한테", "에게", "께"):
                return measures[:1]
    giver = _restricts(morphemes[last]) and last + 1 < len(morphemes) and morphemes[last + 1].form in _PARTIES
    return measures[:1] if giver else measures


def _meaning(measures: Sequence[str], how: str) -> Meaning:
    names = tuple(measures)
    if how == "due" and set(names) <= _STATES:
        return DueWord(names)
    return StateWord(names) if set(names) <= _STATES else VagueMeasure(names, due=how == "due")
