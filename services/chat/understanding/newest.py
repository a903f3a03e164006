"""The last or the first of what happens: 마지막으로 출고한 날짜, 최근 주문 언제야, 가장 최근 송장, 최근 발주 3건."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from services.chat.semantic import DATE_DIMENSION, Catalog, Grain, Grouping, TimeBehavior
from services.chat.understanding.claims import Claims
from services.chat.understanding.document_slots import FIGURES, kind_of
from services.chat.understanding.frame import Frame
from services.chat.understanding.meanings import (
    CountWord,
    CutWord,
    GrainNoun,
    NewestWord,
    OrderWord,
    SizeWord,
    Span,
    TimeWord,
)
from services.chat.understanding.measures import known
from services.chat.understanding.morphemes import Morpheme
from services.chat.understanding.weights import span
from services.chat.understanding.words import alternatives, load

_WORDS: Final = load("newest")
_KIND: Final = alternatives(word for words in load("documents")["kinds"].values() for word in words)
_DAYS: Final = frozenset(_WORDS["days"])
_END: Final = re.compile(
    rf"(?P<most>(?:{alternatives(_WORDS['most'])})\s*)?"
    rf"(?:(?P<recent>{alternatives(_WORDS['recent'])})|(?P<last>{alternatives(_WORDS['last'])})"
    rf"|(?P<first>{alternatives(_WORDS['first'])}))(?:에|으로|의)?(?![가-힣])"
)
_DOCUMENT: Final = re.compile(rf"\s*(?:[가-힣]+[은는ㄴ한된온]\s+)?(?:{_KIND})(?![가-힣]*(?:액|량|별))")


def newest(text: str, morphemes: Sequence[Morpheme], spans: Sequence[Span]) -> Iterator[Span]:
    """Their claims: where a day is asked for, or documents stand behind."""
    days = list(_day_words(morphemes))
    asks_day = bool(days) or any(m.form == "언제" for m in morphemes)
    for match in _END.finditer(text):
        ranked = (CutWord, SizeWord, OrderWord)
        others = [s for s in spans if isinstance(s.meaning, ranked) and s.start >= match.end()]
        timed = any(
            isinstance(s.meaning, TimeWord) and s.meaning.period and s.start <= match.start() < s.end
            for s in spans
        )
        if timed or any(isinstance(s.meaning, SizeWord | OrderWord) for s in others):
            continue
        listed = _DOCUMENT.match(text, match.end()) is not None
        several = any(isinstance(s.meaning, CountWord) for s in spans)
        if asks_day or (listed and (match["most"] or not match["recent"] or several)):
            word = NewestWord(first=match["first"] is not None, day=asks_day)
            length = len(match[0].replace(" ", ""))
            yield span(match.start(), match.end(), length, word, 1.1)
            yield from (span(m.start, m.end, 1, GrainNoun(Grain.DAY)) for m in days)


def _day_words(morphemes: Sequence[Morpheme]) -> Iterator[Morpheme]:
    """날, 날짜, and 일 of 출하일."""
    for before, here in pairwise(morphemes):
        attached = before.end == here.start and before.tag.startswith("N")
        if here.form in _DAYS or (here.form == "일" and attached and here.tag.startswith(("N", "XSN"))):
            yield here


def newest_slots(frame: Frame, claims: Claims, catalog: Catalog) -> Frame:
    """One row a day or a document, the last first; of a flow alone: a balance is as of every day."""
    words = claims.of(NewestWord)
    if words and not frame.metrics and not frame.metric_options:
        frame = replace(frame, metrics=_figures(frame, catalog)[:1])
    metrics = [catalog.metrics[key] for key in (*frame.metrics, *frame.metric_options)]
    if not words or not metrics or any(m.time_behavior is not TimeBehavior.FLOW for m in metrics):
        return frame
    ((index, word), *_) = words
    counts = claims.of(CountWord)
    claims.use(index, *(place for place, _ in counts[:1]))
    claims.use(*(place for place, noun in claims.of(GrainNoun) if noun.grain is Grain.DAY))
    own = tuple(g for g in frame.groupings if g.dimension != DATE_DIMENSION)
    frame = replace(
        frame,
        groupings=(*own, Grouping(DATE_DIMENSION, Grain.DAY)),
        documents=None if word.day else frame.documents or kind_of(metrics[0].display_name),
        by_time=True,
        descending=not word.first,
        top=counts[0][1].count if counts else 1,
        rank=False,
        trend=False,
        open_period=False,
        all_time=frame.period is None,
    )
    outer = len(own) + bool(frame.party)
    return replace(frame, top_within=outer) if outer and word.day else frame


def _figures(frame: Frame, catalog: Catalog) -> tuple[str, ...]:
    """The measure of the documents that the rows are of."""
    kinds = [catalog.dimensions[g.dimension].entity_kind for g in frame.groupings]
    return known(catalog, [FIGURES[kind][0] for kind in kinds if kind in FIGURES])
