"""Fixed words and the catalog's own, looked up at every edge of a word of the text."""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import Final

from services.chat.semantic import (
    DATE_DIMENSION,
    Catalog,
    ComparisonKind,
    EntityKind,
    Grain,
    UnitKind,
)
from services.chat.understanding.meanings import (
    AverageWord,
    ChangeWord,
    ComparisonWord,
    CurrencyWord,
    CutWord,
    DimensionWord,
    DocumentWord,
    DueWord,
    GrainNoun,
    GrainWord,
    HowManyWord,
    LevelWord,
    Meaning,
    MetricWord,
    OrderWord,
    OwnWord,
    Sign,
    SizeWord,
    SmallTalkWord,
    Span,
    StateWord,
    StatusWord,
    UnitWord,
    VagueMeasure,
)
from services.chat.understanding.patterns import patterns
from services.chat.understanding.placeholders import WHERE
from services.chat.understanding.spelling import Spelling
from services.chat.understanding.text import compact
from services.chat.understanding.weights import span
from services.chat.understanding.words import load

_NUMBERS: Final = load("numbers")
_RANKING: Final = load("ranking")
_GROUPING: Final = load("grouping")
_FOLLOWUP: Final = load("followup")
_IGNORABLE: Final = load("ignorable")
_DOCUMENTS: Final = load("documents")
_SMALLTALK: Final = load("smalltalk")


_COMPARED_WITH: Final = [
    f"{particle} {word}" for particle in _GROUPING["with"] for word in _GROUPING["compared"]
]


def _signs() -> Iterator[tuple[str, Meaning]]:
    for sign, phrases in (
        (Sign.BY, _GROUPING["by"]),
        (Sign.TREND, _GROUPING["trend"]),
        (Sign.SHARE, _GROUPING["share"]),
        (Sign.CUMULATIVE, _GROUPING["cumulative"]),
        (Sign.VERSUS, [*_GROUPING["versus"], *_COMPARED_WITH]),
        (Sign.COMPARE, _GROUPING["compare"]),
        (Sign.EXCLUDE, _GROUPING["exclude"]),
        (Sign.REGARDLESS, _GROUPING["regardless"]),
        (Sign.UNSET, _GROUPING["unset"]),
        (Sign.ALL_COMPANIES, _GROUPING["all_companies"]),
        (Sign.RANK, _RANKING["rank"]),
        (Sign.CONTINUES, _FOLLOWUP["continues"]),
        (Sign.BESIDES, _FOLLOWUP["besides"]),
        (Sign.CORRECTS, _FOLLOWUP["corrects"]),
        (Sign.WITHIN, _FOLLOWUP["within"]),
        (Sign.THAT, _FOLLOWUP["that"]),
        (Sign.IT, _FOLLOWUP["it"]),
        (Sign.UNFILTERED, _FOLLOWUP["unfiltered"]),
        (Sign.CONDITION, _FOLLOWUP["condition"]),
        (
            Sign.TOTAL,
            [f"{who} {word}".strip() for who in _FOLLOWUP["together"] for word in _FOLLOWUP["total"]],
        ),
        (Sign.REVERSED, _FOLLOWUP["reversed"]),
        (Sign.AGAIN, _FOLLOWUP["again"]),
        (Sign.WHICH_ONES, _FOLLOWUP["which_ones"]),
        (Sign.NEXT, _FOLLOWUP["next"]),
        (Sign.REST, _FOLLOWUP["rest"]),
        (Sign.INCLUDE, _FOLLOWUP["include"]),
        (Sign.ANEW, _FOLLOWUP["anew"]),
        (Sign.IGNORED, _IGNORABLE["phrases"]),
        (Sign.UNSUPPORTED, _IGNORABLE["unsupported"]),
        (Sign.LIST, _DOCUMENTS["list"]),
        (Sign.WHY, _GROUPING["why"]),
        (Sign.MERGED, _GROUPING["merged"]),
        (Sign.AT_ALL, _GROUPING["at_all"]),
        (Sign.DOCUMENTS, _DOCUMENTS["rules"]),
    ):
        yield from ((phrase, sign) for phrase in phrases)


def _words() -> Iterator[tuple[str, Meaning]]:
    yield from _signs()
    for grain, phrases in _GROUPING["grains"].items():
        adverbs = [f"{phrase}로" for phrase in phrases if phrase.endswith("별")]
        yield from ((phrase, GrainWord(Grain(grain))) for phrase in (*phrases, *adverbs))
    for grain, phrases in _GROUPING["grain_nouns"].items():
        yield from ((phrase, GrainNoun(Grain(grain))) for phrase in phrases)
    yield from _comparisons()
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
        if kind not in ("injection", "help_patterns"):
            yield from ((phrase, SmallTalkWord(kind)) for phrase in phrases)


def _comparisons() -> Iterator[tuple[str, Meaning]]:
    """전월 대비, 전년 동월보다, 작년 같은 기간: every way to name the other period, with and without 대비."""
    words = _GROUPING["comparison"]
    against = [*words["against"], *_COMPARED_WITH]
    for unit, names in words["previous"].items():
        meaning = ComparisonWord(ComparisonKind.PREVIOUS_PERIOD, Grain(unit) if unit != "any" else None)
        yield from ((f"{name}{other}", meaning) for name in names for other in against)
        same = [name for name in words["same"]["any"] if unit != "any"]
        yield from (
            (f"{n} {s}{other}", meaning)
            for n in (*names, *words["before"].get(unit, ()))
            for s in same
            for other in against
        )
    yearly = ComparisonWord(ComparisonKind.SAME_PERIOD_LAST_YEAR, Grain.YEAR)
    before = ComparisonWord(ComparisonKind.SAME_PERIOD_LAST_YEAR, Grain.YEAR, year_before=True)
    yield from ((f"{year}{other}", before) for year in words["year"] for other in against)
    for year in (*words["year"], *words["year_of_that"]):
        for unit, names in words["same"].items():
            alone = ComparisonWord(
                ComparisonKind.SAME_PERIOD_LAST_YEAR, Grain(unit) if unit != "any" else None, alone=True
            )
            same_year = replace(yearly, unit=alone.unit or Grain.YEAR)
            for name in names:
                yield f"{year} {name}", alone
                yield from ((f"{year} {name}{other}", same_year) for other in against)
    yield from ((name, yearly) for name in words["year_on_year"])
    for name, unit in words["period_on_period"].items():
        yield name, ComparisonWord(ComparisonKind.PREVIOUS_PERIOD, Grain(unit))
    for direction, phrases in _GROUPING["change_rates"].items():
        yield from ((phrase, ChangeWord(_DIRECTIONS[direction], rate=True)) for phrase in phrases)
    for direction, phrases in _GROUPING["changes"].items():
        yield from ((phrase, ChangeWord(_DIRECTIONS[direction])) for phrase in phrases)
    yield from ((phrase, ChangeWord(1, rate=True, yearly=True)) for phrase in _GROUPING["growth_rates"])


_DIRECTIONS: Final = {"up": 1, "down": -1, "either": 0}


def _documents() -> Iterator[tuple[str, Meaning]]:
    """Words about documents, their dates and states that mean the same in every catalog."""
    states: dict[str, tuple[str, ...]] = {}
    for state in _DOCUMENTS["open"]:
        for phrase in state["phrases"]:
            states[compact(phrase)] = (*states.get(compact(phrase), ()), state["measure"])
    yield from ((phrase, StateWord(measures)) for phrase, measures in states.items())
    for kinds in _DOCUMENTS["due"]:
        yield from ((phrase, DueWord(tuple(kinds["measures"]))) for phrase in kinds["phrases"])
    for status in _DOCUMENTS["statuses"]:
        yield from ((phrase, StatusWord(tuple(status["keys"]))) for phrase in status["phrases"])
    for dimension, phrases in _GROUPING["own"].items():
        yield from ((phrase, OwnWord(dimension)) for phrase in phrases)
    in_charge = _GROUPING["in_charge"]
    for dimension, nouns in in_charge["nouns"].items():
        for whose, charge, noun in product(in_charge["whose"], in_charge["charge"], nouns):
            yield f"{whose} {charge} {noun}", OwnWord(dimension)
    for grain, phrases in _GROUPING["averages"].items():
        yield from ((phrase, AverageWord(Grain(grain))) for phrase in phrases)
    yield from ((phrase, AverageWord(None)) for phrase in _GROUPING["average"])
    for level, phrases in _GROUPING["levels"].items():
        yield from ((phrase, LevelWord(level)) for phrase in phrases)
    yield from ((phrase, HowManyWord()) for phrase in _GROUPING["how_many"]["any"])
    yield from ((phrase, HowManyWord(party=True)) for phrase in _GROUPING["how_many"]["party"])
    for kind, phrases in _GROUPING["how_many"]["kinds"].items():
        yield from ((phrase, HowManyWord(EntityKind(kind))) for phrase in phrases)


def _table(words: Iterable[tuple[str, Meaning]]) -> dict[str, tuple[Meaning, ...]]:
    table: dict[str, tuple[Meaning, ...]] = {}
    for phrase, meaning in words:
        key = compact(phrase)
        table[key] = (*table.get(key, ()), meaning)
    return table


_FIXED: Final = _table((*_words(), *_documents()))
_SPELLING: Final = Spelling(_FIXED)


def _spellings(name: str) -> tuple[str, ...]:
    """마진율, 마진률: whichever of the two endings is right, people write both."""
    other = {"율": "률", "률": "율"}.get(name[-1:], "")
    return (name, name[:-1] + other) if other else (name,)


class Lexicon:
    """The fixed words together with one catalog's metrics and dimensions."""

    def __init__(self, catalog: Catalog) -> None:
        metrics: dict[str, set[str]] = {}
        for metric in catalog.metrics.values():
            for name in (metric.display_name, *metric.synonyms):
                for spelt in _spellings(compact(name)):
                    metrics.setdefault(spelt, set()).add(metric.key)
        dimensions: dict[str, set[str]] = {}
        for dimension in catalog.dimensions.values():
            for name in (dimension.display_name, *dimension.synonyms):
                if dimension.key == DATE_DIMENSION and compact(name) in _FIXED:
                    continue  # 월별, 추이: the fixed words say more
                dimensions.setdefault(compact(name), set()).add(dimension.key)
        places = {compact(word) for word in _GROUPING["places"]}
        party = {compact(word) for word in _GROUPING["party"]} | places
        own: list[tuple[str, Meaning]] = [
            (name, MetricWord(tuple(sorted(keys)))) for name, keys in metrics.items()
        ]
        own += [
            (
                name,
                DimensionWord(
                    tuple(sorted(dimensions.get(name, ()))), name in party, WHERE if name in places else ""
                ),
            )
            for name in dimensions.keys() | party
        ]
        for kind, words in (
            (EntityKind.EMPLOYEE, _GROUPING["persons"]),
            (EntityKind.COMPANY, _GROUPING["companies"]),
            (EntityKind.ITEM, _GROUPING["things"]),
        ):
            if named := catalog.dimension_of(kind):
                own += [(compact(word), DimensionWord((named.key,))) for word in words]
        own += self._document_words(catalog, metrics)
        known = metrics.keys() | dimensions.keys()
        table = dict(_FIXED)
        for name in known:  # the catalog knows better than the list of what is not supported
            table[name] = tuple(m for m in table.get(name, ()) if m is not Sign.UNSUPPORTED)
        own += [(f"{name}s", meaning) for name, meaning in own if name.isascii() and name.isalpha()]
        for name, meaning in own:
            table[name] = (*table.get(name, ()), meaning)
        self._table = table
        self._longest = max(map(len, table))
        said = {name: meanings for name, meanings in table.items() if meanings is not _FIXED.get(name)}
        self.spelling = Spelling(said, _SPELLING)

    @staticmethod
    def _document_words(
        catalog: Catalog, metrics: Mapping[str, set[str]]
    ) -> Iterator[tuple[str, DocumentWord]]:
        """수주, 발주서, 주문 …"""
        for name, words in _DOCUMENTS["kinds"].items():
            kind = EntityKind(name)
            figures = _DOCUMENTS["figures"].get(name)
            if figures is None:
                continue
            for word in map(compact, words):
                act = word.removesuffix("건").removesuffix("전표")
                own = metrics.get(word) or metrics.get(f"{act}액", set())
                measure = catalog.metrics[next(iter(own))].display_name if len(own) == 1 else figures[0]
                yield word, DocumentWord(kind, measure, f"{act}건수" if measure != figures[0] else figures[1])

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
        yield from patterns(text, edges)
