"""Reads a question: the parts of this package in their order."""

import re
from dataclasses import replace
from typing import Final

from services.chat.semantic import Catalog
from services.chat.understanding import names, replying
from services.chat.understanding.analysis import Analysis, Context, Resolutions, edges_of
from services.chat.understanding.apart import readings_of
from services.chat.understanding.events import documents_in_state, events
from services.chat.understanding.frame import (
    Ask,
    NotFound,
    QueryReading,
    QuestionBack,
    Reading,
    Refusal,
    RefusalKind,
    SmallTalk,
)
from services.chat.understanding.inflected import inflected
from services.chat.understanding.lexicon import Lexicon
from services.chat.understanding.meanings import (
    BoundWord,
    CountWord,
    CutWord,
    Sign,
    TimeWord,
)
from services.chat.understanding.morphemes import Analyser
from services.chat.understanding.newest import newest
from services.chat.understanding.plausible import is_ignorable
from services.chat.understanding.questions import split
from services.chat.understanding.reading import QuestionReading
from services.chat.understanding.spelling import respelled
from services.chat.understanding.text import Text, compact, normalise
from services.chat.understanding.times import TimeMatcher
from services.chat.understanding.weights import span
from services.chat.understanding.words import load

_SLANG: Final = re.compile(
    rf"(?:([ㄱ-ㅎㅏ-ㅣ])\1+|{'|'.join(load('ignorable')['slang'])}|[;~^]{{2,}})(?=[\s?!.~ㅋㅎㅠㅜ]*$)"
)
_HEARSAY: Final = re.compile("|".join(load("ignorable")["hearsay"]))


class Reader:
    """Reads questions in one language with one set of words. Shared, without state."""

    def __init__(self, analyser: Analyser) -> None:
        self._analyser = analyser
        self._lexicons: dict[int, tuple[Catalog, Lexicon]] = {}

    def _lexicon(self, catalog: Catalog) -> Lexicon:
        """The words of a catalog, made once for each."""
        kept = self._lexicons.get(id(catalog))
        if kept is None or kept[0] is not catalog:
            if len(self._lexicons) > 64:
                self._lexicons.clear()
            kept = self._lexicons[id(catalog)] = (catalog, Lexicon(catalog))
        return kept[1]

    def questions(self, message: str, context: Context) -> tuple[str, ...]:
        """The questions of a message: one, mostly. A reply to a question back goes on with those that wait for it."""
        text = normalise(message)
        if replying.chosen(context.memory, text.normal, context.choice_number):
            return (message, *context.memory.waiting)
        return split(text, self._analyser.analyse(text.normal))

    def analyse(self, question: str, context: Context) -> Analysis:
        """Take one question apart, and once more as it may have been meant."""
        typed = self._analyse(normalise(question), context)
        spelling = self._lexicon(context.catalog).spelling
        meant = tuple(spelling.respellings(typed.text.normal, typed.morphemes, typed.spans))
        if not meant:
            return typed
        again = self._analyse(normalise(respelled(typed.text.normal, meant)), context)
        notes = tuple(
            f"‘{typed.text.as_typed(m.start, m.end)}’: {m.word} 기준으로 보았습니다." for m in meant
        )
        return replace(typed, respelled=replace(again, notes=notes))

    def _analyse(self, text: Text, context: Context) -> Analysis:
        morphemes = self._analyser.analyse(text.normal)
        catalog = context.catalog
        places = edges_of(text.normal, morphemes)
        matcher = TimeMatcher(context.today, catalog.fiscal_year_start_month, catalog.data_start)
        times = tuple(matcher.matches(text.normal, places))
        spans = [
            span(
                m.start,
                m.end,
                len(compact(text.normal[m.start : m.end])),
                TimeWord(m.period, m.note, m.until, m.since),
                0.99 if m.ambiguous else 1.04,
            )
            for m in times
        ]
        endings = {(m.start, m.end) for m in morphemes if m.tag == "EC"}
        words = self._lexicon(catalog).spans(text.normal, places | {s.end for s in spans})
        spans += [s for s in words if (s.start, s.end) not in endings]
        spans += [
            span(m.start, m.end, m.end - m.start, Sign.IGNORED, 0.5)
            for m in morphemes
            if is_ignorable(m) and m.end > m.start
        ]
        spans += [*inflected(morphemes), *events(morphemes)]
        spans += list(documents_in_state(spans, morphemes, catalog))
        spans += list(newest(text.normal, morphemes, spans))
        slang = [match.span() for match in _SLANG.finditer(text.normal) if match.start()]
        spans += [span(start, end, end - start, Sign.IGNORED, 1.1) for start, end in slang]
        hearsay = [match.span() for match in _HEARSAY.finditer(text.normal)]
        spans += [span(start, end, 2 * (end - start), Sign.IGNORED) for start, end in hearsay]
        slang += hearsay
        numbers = names.numbered(text.normal)
        names_too = {(m.start, m.end) for m in times if m.ambiguous}
        taken = [
            (s.start, s.end)
            for s in spans
            if isinstance(s.meaning, TimeWord | BoundWord | CutWord | CountWord)
            and (s.start, s.end) not in names_too
        ]
        taken += [*slang, *((n.start, n.end) for n in numbers)]
        idle = names.code_like(text.normal)
        cuts = {s.start for s in spans if s.end - s.start > 1 and s.meaning is not Sign.IGNORED}
        found = names.mentions(text.normal, morphemes, taken, idle, cuts)
        beside = names.beside(text.normal, found, spans, catalog)
        return Analysis(text, morphemes, tuple(spans), found, numbers, beside)

    def read(self, analysis: Analysis, resolutions: Resolutions, context: Context) -> Reading:
        """What the question asks for."""
        frames = replying.chosen(context.memory, analysis.text.normal, context.choice_number)
        if frames:
            return readings_of(frames, context.catalog, context.today)
        if replying.is_no(context.memory, analysis.text.normal):
            return SmallTalk("dismissed")
        reading = QuestionReading(analysis, resolutions, context).read()
        if analysis.respelled is None or not _is_not_understood(reading):
            return reading
        meant = QuestionReading(analysis.respelled, resolutions, context).read()
        if isinstance(meant, QueryReading):
            return replace(meant, notes=(*analysis.respelled.notes, *meant.notes))
        guessed = isinstance(meant, Refusal) or _is_not_understood(meant)
        return reading if guessed else meant


def _is_not_understood(reading: Reading) -> bool:
    match reading:
        case Refusal(kind):
            return kind is RefusalKind.UNKNOWN
        case QuestionBack(ask):
            return ask is Ask.WORDS
        case NotFound(is_name=is_name):
            return is_name
    return False
