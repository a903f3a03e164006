"""Fixed words and the catalog's own, looked up at every edge of a word of the text."""

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Final

from services.chat.semantic import (
    DATE_DIMENSION,
    Catalog,
    ComparisonKind,
    EntityKind,
    Grain,
    Operator,
    UnitKind,
)
from services.chat.understanding.meanings import (
    BoundWord,
    ComparisonWord,
    CountWord,
    CurrencyWord,
    CutWord,
    DimensionWord,
    GrainNoun,
    GrainWord,
    Meaning,
    MetricWord,
    OrderWord,
    Sign,
    SizeWord,
    SmallTalkWord,
    Span,
    UnitWord,
    VagueMeasure,
)
from services.chat.understanding.numbers import AMOUNT, COUNT, amount, count
from services.chat.understanding.text import compact
from services.chat.understanding.words import alternatives, load

_NUMBERS: Final = load("numbers")
_RANKING: Final = load("ranking")
_GROUPING: Final = load("grouping")
_FOLLOWUP: Final = load("followup")
_IGNORABLE: Final = load("ignorable")
_SMALLTALK: Final = load("smalltalk")

_FACTORS: Final[Mapping[type, float]] = {
    MetricWord: 1.03,
    CurrencyWord: 1.03,
    DimensionWord: 1.01,
    SmallTalkWord: 0.9,
}
"""Which meaning wins where two claim the same characters; names stand at 1.02 (see `names`)."""

_SIGN_FACTORS: Final = {Sign.IGNORED: 0.9, Sign.UNSUPPORTED: 0.8, Sign.CONTINUES: 0.85, Sign.CORRECTS: 0.85}


def span(start: int, end: int, length: int, meaning: Meaning, factor: float | None = None) -> Span:
    """A claim that weighs the square of its length, so that one long claim beats several short ones."""
    if factor is None:
        factor = (
            _SIGN_FACTORS.get(meaning, 1.0) if isinstance(meaning, Sign) else _FACTORS.get(type(meaning), 1.0)
        )
    return Span(start, end, meaning, length * length * factor)


def _signs() -> Iterator[tuple[str, Meaning]]:
    for sign, phrases in (
        (Sign.BY, _GROUPING["by"]),
        (Sign.TREND, _GROUPING["trend"]),
        (Sign.SHARE, _GROUPING["share"]),
        (Sign.CUMULATIVE, _GROUPING["cumulative"]),
        (Sign.VERSUS, _GROUPING["versus"]),
        (Sign.COMPARE, _GROUPING["compare"]),
        (Sign.CHANGE, _GROUPING["change"]),
        (Sign.EXCLUDE, _GROUPING["exclude"]),
        (Sign.PRESENT, _GROUPING["present"]),
        (Sign.ALL_COMPANIES, _GROUPING["all_companies"]),
        (Sign.RANK, _RANKING["rank"]),
        (Sign.CONTINUES, _FOLLOWUP["continues"]),
        (Sign.CORRECTS, _FOLLOWUP["corrects"]),
        (Sign.WITHIN, _FOLLOWUP["within"]),
        (Sign.THAT, _FOLLOWUP["that"]),
        (Sign.IT, _FOLLOWUP["it"]),
        (Sign.IGNORED, _IGNORABLE["phrases"]),
        (Sign.UNSUPPORTED, _IGNORABLE["unsupported"]),
    ):
        yield from ((phrase, sign) for phrase in phrases)


def _words() -> Iterator[tuple[str, Meaning]]:
    yield from _signs()
    for grain, phrases in _GROUPING["grains"].items():
        adverbs = [f"{phrase}로" for phrase in phrases if phrase.endswith("별")]
        yield from ((phrase, GrainWord(Grain(grain))) for phrase in (*phrases, *adverbs))
    for grain, phrases in _GROUPING["grain_nouns"].items():
        yield from ((phrase, GrainNoun(Grain(grain))) for phrase in phrases)
    units = {compact(word): Grain(grain) for word, grain in _GROUPING["comparison_units"].items()}
    for kind, phrases in _GROUPING["comparison"].items():
        for phrase in phrases:
            unit = next((g for word, g in units.items() if compact(phrase).startswith(word)), None)
            if kind == "year_before":
                yield phrase, ComparisonWord(ComparisonKind.SAME_PERIOD_LAST_YEAR, None, year_before=True)
            else:
                same_year = kind == ComparisonKind.SAME_PERIOD_LAST_YEAR
                yield phrase, ComparisonWord(ComparisonKind(kind), None if same_year else unit)
    yield from ((phrase, CutWord(None, True)) for phrase in _RANKING["top"])
    yield from ((phrase, CutWord(None, False)) for phrase in _RANKING["bottom"])
    yield from ((phrase, CutWord(None, True, single=True)) for phrase in _RANKING["most"])
    yield from ((phrase, CutWord(None, False, single=True)) for phrase in _RANKING["least"])
    yield from ((phrase, CutWord(None, None, single=True)) for phrase in _RANKING["superlative"])
    yield from ((phrase, SizeWord(True)) for phrase in _RANKING["large"])
    yield from ((phrase, SizeWord(False)) for phrase in _RANKING["small"])
    yield from ((phrase, OrderWord()) for phrase in _RANKING["order"])
    yield from ((phrase, OrderWord(True)) for phrase in _RANKING["descending"])
    yield from ((phrase, OrderWord(False)) for phrase in _RANKING["ascending"])
    yield from ((phrase, VagueMeasure(tuple(names))) for phrase, names in _RANKING["vague_measures"].items())
    for code, phrases in _NUMBERS["currencies"].items():
        yield from ((phrase, CurrencyWord(code)) for phrase in phrases)
    for unit, phrases in _IGNORABLE["unit_words"].items():
        yield from ((phrase, UnitWord(UnitKind(unit))) for phrase in phrases)
    yield from ((phrase, UnitWord(None, balance=True)) for phrase in _IGNORABLE["balance_words"])
    for kind, phrases in _SMALLTALK.items():
        if kind != "injection":
            yield from ((phrase, SmallTalkWord(kind)) for phrase in phrases)


def _table(words: Iterable[tuple[str, Meaning]]) -> dict[str, tuple[Meaning, ...]]:
    table: dict[str, tuple[Meaning, ...]] = {}
    for phrase, meaning in words:
        key = compact(phrase)
        table[key] = (*table.get(key, ()), meaning)
    return table


_FIXED: Final = _table(_words())


class Lexicon:
    """The fixed words together with one catalog's metrics and dimensions."""

    def __init__(self, catalog: Catalog) -> None:
        metrics: dict[str, set[str]] = {}
        for metric in catalog.metrics.values():
            for name in (metric.display_name, *metric.synonyms):
                metrics.setdefault(compact(name), set()).add(metric.key)
        dimensions: dict[str, set[str]] = {}
        for dimension in catalog.dimensions.values():
            for name in (dimension.display_name, *dimension.synonyms):
                if dimension.key == DATE_DIMENSION and compact(name) in _FIXED:
                    continue  # 월별, 추이: the fixed words say more
                dimensions.setdefault(compact(name), set()).add(dimension.key)
        party = {compact(word) for word in _GROUPING["party"]}
        own: list[tuple[str, Meaning]] = [
            (name, MetricWord(tuple(sorted(keys)))) for name, keys in metrics.items()
        ]
        own += [
            (name, DimensionWord(tuple(sorted(dimensions.get(name, ()))), party=name in party))
            for name in dimensions.keys() | party
        ]
        known = metrics.keys() | dimensions.keys()
        table = dict(_FIXED)
        for name in known:  # the catalog knows better than the list of what is not supported
            table[name] = tuple(m for m in table.get(name, ()) if m is not Sign.UNSUPPORTED)
        for name, meaning in own:
            table[name] = (*table.get(name, ()), meaning)
        self._table = table
        self._longest = max(map(len, table))

    def spans(self, text: str, edges: Container[int]) -> Iterator[Span]:
        """Every claim of a word on the text, and of the patterns with numbers."""
        places = [index for index, character in enumerate(text) if character != " "]
        squeezed = "".join(text[index] for index in places).casefold()
        if len(squeezed) != len(places):  # a character that folds to several: compare as typed
            squeezed = "".join(text[index] for index in places)
        for begin, start in enumerate(places):
            if start not in edges:
                continue
            for length in range(1, min(self._longest, len(places) - begin) + 1):
                meanings = self._table.get(squeezed[begin : begin + length])
                if not meanings:
                    continue
                end = places[begin + length - 1] + 1
                spaced = end - start > length
                if end not in edges and (length == 1 or spaced):
                    continue
                for meaning in meanings:
                    yield span(start, end, length, meaning)
        yield from _patterns(text, edges)


_OPERATORS: Final = {
    word.replace(" ", ""): Operator(op) for op, words in _NUMBERS["operators"].items() for word in words
}
_UNITS: Final = {word: UnitKind(kind) for word, kind in _NUMBERS["units"].items()}
_COUNTERS: Final = alternatives(_NUMBERS["counters"])
_PARTY_COUNTERS: Final = frozenset(compact(word) for word in _NUMBERS["party_counters"])
_EMPLOYEE_COUNTERS: Final = frozenset(_NUMBERS["employee_counters"])

_BOUND: Final = re.compile(
    rf"(?<![\d,.])({AMOUNT})\s*({alternatives(_UNITS)})?\s*(?:을|를|이|에)?\s*({alternatives(_OPERATORS)})",
    re.IGNORECASE,
)
_CUT: Final = re.compile(
    rf"({alternatives(_RANKING['top'])})\s*({COUNT})\s*(?:({_COUNTERS})(?![가-힣]*별))?(?!\s*(?:%|퍼센트|프로))|({alternatives(_RANKING['bottom'])})\s*({COUNT})\s*(?:({_COUNTERS})(?![가-힣]*별))?(?!\s*(?:%|퍼센트|프로))",
    re.IGNORECASE,
)
_PLACE: Final = re.compile(rf"(?<![\d,.])({COUNT})\s*(?:위|등)\s*(?:까지|안에|이내|안|부터)?")
_COUNTED: Final = re.compile(rf"(?<![\d,.])({COUNT})\s*({_COUNTERS})\s*(만)?")


def _patterns(text: str, edges: Container[int]) -> Iterator[Span]:
    for match in _BOUND.finditer(text):
        if match.start() in edges:
            unit = _UNITS.get((match[2] or "").lower())
            word = BoundWord(_OPERATORS[compact(match[3])], amount(match[1]), unit)
            yield span(*match.span(), len(compact(match[0])), word)
    for match in _CUT.finditer(text):
        if match.start() in edges:
            number = count(match[2] or match[5])
            party = compact(match[3] or match[6] or "") in _PARTY_COUNTERS
            cut = CutWord(number, match[1] is not None, party=party)
            yield span(*match.span(), len(compact(match[0])), cut)
    for match in _PLACE.finditer(text):
        if match.start() in edges:
            number = count(match[1])
            yield span(*match.span(), len(compact(match[0])), CutWord(number, None, single=number == 1))
    for match in _COUNTED.finditer(text):
        if match.start() in edges and match.end() in edges:
            counter = compact(match[2])
            kind = EntityKind.EMPLOYEE if counter in _EMPLOYEE_COUNTERS else None
            counted = CountWord(count(match[1]), kind, counter in _PARTY_COUNTERS, bool(match[3]))
            yield span(*match.span(), len(compact(match[0])), counted)
