"""Reads a question: the parts of this package in their order."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from services.chat.semantic import Catalog, EntityKind, Grain
from services.chat.understanding import followup, names, replying
from services.chat.understanding.analysis import Analysis, Context, Resolutions, all_kinds, edges_of, of_kinds
from services.chat.understanding.apart import readings_of
from services.chat.understanding.claims import PARTICLES, Claims
from services.chat.understanding.covering import best_covering
from services.chat.understanding.frame import (
    Ask,
    Frame,
    Name,
    NotFound,
    Option,
    QuestionBack,
    Reading,
    RecordReading,
    Refusal,
    RefusalKind,
    SmallTalk,
)
from services.chat.understanding.inflected import inflected
from services.chat.understanding.lexicon import Lexicon
from services.chat.understanding.meanings import (
    BoundWord,
    ComparisonWord,
    CountWord,
    CutWord,
    DimensionWord,
    DocumentNumber,
    DocumentWord,
    GrainWord,
    MetricWord,
    NameWord,
    Sign,
    SmallTalkWord,
    Span,
    TimeWord,
    UnitWord,
)
from services.chat.understanding.morphemes import Analyser, Morpheme
from services.chat.understanding.periods import Period, label
from services.chat.understanding.plausible import is_ignorable, plausible
from services.chat.understanding.questions import split
from services.chat.understanding.slots import Slots, fill
from services.chat.understanding.text import Text, compact, normalise
from services.chat.understanding.times import TimeMatcher
from services.chat.understanding.tying import ties
from services.chat.understanding.unknown_names import unknown_name
from services.chat.understanding.weights import span
from services.chat.understanding.words import load
from services.chat.understanding.writes import is_showing, write_request

_ABOUT_RECORD: Final = frozenset(compact(word) for word in load("documents")["about"])


_INJECTION: Final = re.compile(
    "|".join(f"(?:{p})" for p in load("smalltalk")["injection"]), re.IGNORECASE | re.DOTALL
)


_ADDING: Final = frozenset({"추가", "넣"})
_RESHAPABLE: Final = (
    MetricWord,
    DimensionWord,
    TimeWord,
    NameWord,
    CutWord,
    CountWord,
    GrainWord,
    ComparisonWord,
)
"""What can stand beside 바꿔 줘, 추가해 줘, 빼 줘, where they are meant for the question before."""
_HELP: Final = re.compile("|".join(f"(?:{p})" for p in load("smalltalk")["help_patterns"]))


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
        """Take one question apart."""
        text = normalise(question)
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
        spans += self._lexicon(catalog).spans(text.normal, places | {s.end for s in spans})
        spans += [
            span(m.start, m.end, m.end - m.start, Sign.IGNORED, 0.5)
            for m in morphemes
            if is_ignorable(m) and m.end > m.start
        ]
        spans += inflected(morphemes)
        numbers = names.numbered(text.normal)
        names_too = {(m.start, m.end) for m in times if m.ambiguous}
        taken = [
            (s.start, s.end)
            for s in spans
            if isinstance(s.meaning, TimeWord | BoundWord | CutWord | CountWord)
            and (s.start, s.end) not in names_too
        ]
        taken += [(n.start, n.end) for n in numbers]
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
        return _Reading(analysis, resolutions, context).read()


class _Reading:
    """One question being read."""

    def __init__(self, analysis: Analysis, resolutions: Resolutions, context: Context) -> None:
        self._analysis = analysis
        self._text = analysis.text.normal
        self._context = context
        self._catalog = context.catalog
        spans = [
            *analysis.spans,
            *names.name_spans(analysis.mentions, all_kinds(resolutions)),
            *names.kind_spans(
                analysis.beside, of_kinds(resolutions), all_kinds(resolutions), self._usable_kinds(analysis)
            ),
            *names.number_spans(analysis.numbers, of_kinds(resolutions)),
        ]
        spans = plausible(spans, analysis.morphemes, self._catalog)
        self._chosen = best_covering(spans)
        torn = self._torn_names()
        if torn:  # a part of a word is no name: what is left of the word would change its meaning
            self._chosen = best_covering([s for s in spans if s not in torn])
        self._chosen = names.told_apart(self._chosen, self._text)
        self._claims = Claims(self._text, self._chosen)
        self._lost: list[tuple[int, int]] = []

    def _usable_kinds(self, analysis: Analysis) -> frozenset[EntityKind]:
        """The kinds of things by which one of the measures that are spoken of can be filtered."""
        metrics = {key for s in analysis.spans if isinstance(s.meaning, MetricWord) for key in s.meaning.keys}
        metrics = metrics or set(self._catalog.metrics)
        keys = {key for metric in metrics for key in self._catalog.metrics[metric].dimensions}
        dimensions = [self._catalog.dimensions[key] for key in keys if key in self._catalog.dimensions]
        return frozenset(d.entity_kind for d in dimensions if d.entity_kind)

    def read(self) -> Reading:
        if _INJECTION.search(self._text):
            return Refusal(RefusalKind.INJECTION)
        record = self._record()
        before = self._context.memory.frame
        if self._claims.signs(Sign.DOCUMENTS):
            return Refusal(RefusalKind.DOCUMENTS)
        write = write_request(
            self._analysis.morphemes, self._text, names_thing=record is not None or self._names_thing()
        )
        if write and not (write[1] and self._reshapes(write[0], before)):
            return Refusal(RefusalKind.WRITE, self._analysis.text.as_typed(write[0].start, write[0].end))
        if record is not None:
            return record
        return self._question(before, write[0] if write else None)

    def _names_thing(self) -> bool:
        """Whether a thing or a kind of document stands there, and no time: "대한상사 거래처 정보 수정"."""
        meanings = [claim.meaning for claim in self._claims.spans]
        things = any(isinstance(m, NameWord | DocumentWord) for m in meanings)
        return things and not any(isinstance(m, TimeWord) for m in meanings)

    # --- documents -------------------------------------------------------------------------------

    def _record(self) -> Reading | None:
        """A document asked for by its number, unless other words ask for something else as well."""
        for index, word in self._claims.of(DocumentNumber):
            rest = self._unused(record=True, but=self._claims.spans[index])
            if rest:
                return QuestionBack(Ask.WORDS, words=rest)
            if not word.candidates:
                return NotFound(self._claims.text(index))
            name = Name(word.number, word.candidates, word.total_count)
            return readings_of((Frame(names=(name,)),), self._catalog, self._context.today)
        return None

    # --- a question of data ----------------------------------------------------------------------

    def _question(self, before: Frame, verb: Morpheme | None) -> Reading:
        """`verb`: 바꿔 줘, 추가해 줘, meant for the question before."""
        claims = self._claims
        claims.use(*(i for i, s in enumerate(claims.spans) if verb and s.start <= verb.start < s.end))
        talk = claims.of(SmallTalkWord)
        claims.use(*(index for index, _ in talk))
        if before.record and not talk and not self._unused(record=True):
            return RecordReading(before.record, before)
        memory = self._context.memory
        adding = verb is not None and verb.form in _ADDING
        tied = ties(claims, memory, verb, adding=adding, plural="들" in self._text)
        slots = fill(claims, self._catalog, Period(self._context.today, self._context.today, Grain.DAY))
        documents = [
            n
            for n in slots.frame.names
            if n.candidates and all(c.entity.kind.is_document for c in n.candidates)
        ]
        if documents:
            rest = self._unused(record=True)
            return (
                QuestionBack(Ask.WORDS, words=rest)
                if rest
                else readings_of((Frame(names=tuple(documents)),), self._catalog, self._context.today)
            )
        unused = self._unused(record=False, verb=verb)
        hanging = tied.says_something and before != Frame() and not before.record
        said = replace(slots.frame, notes=()) != Frame() or bool(slots.that) or slots.it
        if not said and not hanging:
            return self._without_slots(before, talk[0][1].kind if talk else "", unused)
        merged = followup.merge(
            memory, slots, self._catalog, Period(self._context.today, self._context.today), tied
        )
        if isinstance(merged, QuestionBack):
            return merged if not unused else QuestionBack(Ask.WORDS, words=unused, frame=before)
        frame = followup.with_that(merged, memory, slots, self._catalog, tied)
        if frame is None:
            return QuestionBack(Ask.WORDS, words=self._that_words(), frame=merged)
        if isinstance(frame, QuestionBack):
            return frame if not unused else QuestionBack(Ask.WORDS, words=unused, frame=before)
        unused = (*unused, *self._units_that_differ(frame))
        if not unused and slots.periods:
            return self._one_period(frame, slots)
        if unused:
            return self._unknown_words(frame, slots, unused)
        return readings_of((frame,), self._catalog, self._context.today)

    def _without_slots(self, before: Frame, talk: str, unused: tuple[str, ...]) -> Reading:
        if not unused or (not talk and _HELP.search(self._text)):
            return SmallTalk(talk or "help")
        missing = self._unknown_name(unused) if before.metrics else None
        return self._unknown_code() or missing or Refusal(RefusalKind.UNKNOWN, words=unused)

    def _unknown_code(self) -> NotFound | None:
        """Something written like a document's number that names nothing: it isn't there, or not for this asker."""
        codes = names.code_like(self._text)
        return NotFound(self._analysis.text.as_typed(*codes[0])) if codes else None

    def _unknown_name(self, unused: Sequence[str]) -> NotFound | None:
        """A word that nothing used and that can only be a name: nothing is called so, or nothing for this asker."""
        typed = self._analysis.text
        places = [
            place
            for place in _words(typed, self._analysis.morphemes, self._lost)
            if typed.as_typed(*place) in unused
        ]
        kinds = {key: dimension.entity_kind for key, dimension in self._catalog.dimensions.items()}
        found = unknown_name(self._text, places, self._analysis.morphemes, self._chosen, kinds)
        return NotFound(typed.as_typed(*found), is_name=True) if found else None

    def _unknown_words(self, frame: Frame, slots: Slots, unused: tuple[str, ...]) -> Reading:
        """Words that no slot took: ask, and offer to leave them out where the rest is whole."""
        about_data = bool(
            slots.frame.metrics
            or slots.frame.metric_options
            or slots.frame.names
            or slots.frame.grouped
            or slots.frame.ranked
        )
        if not slots.frame.metrics and (unknown := self._unknown_code()):
            return unknown
        if frame.metrics and (missing := self._unknown_name(unused)):
            return missing
        if not about_data:
            return Refusal(RefusalKind.UNKNOWN, words=unused)
        options: tuple[Option, ...] = ()
        if frame.metrics and slots.frame.metrics and not self._inside_words(unused):
            words = ", ".join(f"‘{word}’" for word in unused)
            options = (Option(f"{words} 빼고 보기", frame),)
        return QuestionBack(Ask.WORDS, options, words=unused, frame=frame)

    def _one_period(self, frame: Frame, slots: Slots) -> QuestionBack:
        options = tuple(Option(label(p), replace(frame, period=p)) for p in slots.periods)
        return QuestionBack(Ask.PERIODS, options, frame=frame)

    def _torn_names(self) -> set[Span]:
        """Names that were matched by a part, and take only a part of a typed word with meaning in the rest."""
        covered = {i for s in self._chosen for i in range(s.start, s.end)}
        bare = {
            i
            for m in self._analysis.morphemes
            if not m.is_function and not is_ignorable(m)
            for i in range(m.start, m.end)
            if i not in covered
        }
        return {
            s
            for s in self._chosen
            if isinstance(s.meaning, NameWord) and not s.exact and (s.start - 1 in bare or s.end in bare)
        }

    def _inside_words(self, unused: Sequence[str]) -> bool:
        """Whether a part of one of these words was used: 재고 of 안전재고 is not what was asked for."""
        text = self._analysis.text.normal
        taken = [
            self._text[s.start : s.end]
            for s in self._chosen
            if isinstance(s.meaning, MetricWord | DimensionWord)
        ]
        return any(word in text and part in word for word in unused for part in taken)

    # --- words -----------------------------------------------------------------------------------

    def _reshapes(self, verb: Morpheme, before: Frame) -> bool:
        """Whether "바꿔줘", "추가해줘" is about the question before: only its slots stand beside the verb."""
        if before == Frame() or before.record:
            return False
        others = [s for s in self._claims.spans if not s.start <= verb.start < s.end]
        slots = [
            s
            for s in others
            if isinstance(s.meaning, _RESHAPABLE)
            or s.meaning in (Sign.BY, Sign.CONDITION, Sign.ALL_COMPANIES)
        ]
        only_slots = bool(slots) and len(slots) == len(others)
        return only_slots and not self._unused(record=False, verb=verb, unused_claims=False)

    def _unused(
        self,
        *,
        record: bool,
        but: Span | None = None,
        verb: Morpheme | None = None,
        unused_claims: bool = True,
    ) -> tuple[str, ...]:
        """The words with a meaning that nothing used, as typed. `record`: words about a document's fields are used."""
        lost: list[tuple[int, int]] = []
        if unused_claims and not record:
            lost += [(s.start, s.end) for s in self._claims.unused() if not self._harmless(s)]
        covered = [(s.start, s.end) for s in self._chosen if s.meaning is not Sign.UNSUPPORTED]
        if record:
            covered = [
                (s.start, s.end)
                for s in self._chosen
                if s is but
                or s.meaning in (Sign.IGNORED, Sign.LIST, Sign.ARISEN)
                or isinstance(s.meaning, SmallTalkWord | DocumentWord)
            ]
            covered += [
                (s.start, s.end)
                for s in self._chosen
                if compact(self._text[s.start : s.end]) in _ABOUT_RECORD or _is_document_name(s)
            ]
        for morpheme in self._analysis.morphemes:
            if morpheme.is_function or morpheme.end == morpheme.start or is_ignorable(morpheme):
                continue
            if (verb is not None and morpheme.start == verb.start) or is_showing(morpheme, self._text):
                continue
            if record and (morpheme.form in _ABOUT_RECORD or morpheme.tag.startswith("VV")):
                continue
            if not all(
                any(a <= i < b for a, b in covered)
                for i in range(morpheme.start, morpheme.end)
                if self._text[i] != " "
            ) and not self._is_particle(morpheme):
                lost.append((morpheme.start, morpheme.end))
        self._lost = lost
        typed = self._analysis.text
        words = _words(typed, self._analysis.morphemes, lost)
        return tuple(dict.fromkeys(typed.as_typed(start, end) for start, end in words))

    def _is_particle(self, morpheme: Morpheme) -> bool:
        """Whether what stands here, behind a name to the end of the typed word, can only be a particle of it, fitting or
        not: "에너지은" is read as silver."""
        begin = max((s.end for s in self._chosen if s.end <= morpheme.start), default=0)
        names_before = any(s.end == begin and isinstance(s.meaning, NameWord) for s in self._chosen)
        after = self._text.find(" ", morpheme.start)
        rest = self._text[begin : after if after >= 0 else len(self._text)].rstrip("?!.,~")
        return names_before and rest in PARTICLES

    def _harmless(self, claim: Span) -> bool:
        """Claims that may go unused: units that agree are checked later, "그" beside nothing says nothing."""
        return isinstance(claim.meaning, UnitWord) or (
            claim.meaning is Sign.THAT and self._context.memory.frame != Frame()
        )

    def _units_that_differ(self, frame: Frame) -> tuple[str, ...]:
        """금액, 수량, 남은 …, where the metrics are not counted like that."""
        differing = []
        metrics = [self._catalog.metrics[key] for key in frame.metrics if key in self._catalog.metrics]
        for index, word in self._claims.of(UnitWord):
            fits = [
                m.time_behavior == "balance" if word.balance else m.unit.kind is word.kind for m in metrics
            ]
            if metrics and not any(fits):
                claim = self._claims.spans[index]
                differing.append(self._analysis.text.as_typed(claim.start, claim.end))
        return tuple(differing)

    def _that_words(self) -> tuple[str, ...]:
        places = [s for s in self._claims.spans if s.meaning in (Sign.THAT, Sign.IT)]
        return tuple(self._analysis.text.as_typed(s.start, s.end) for s in places)


def _is_document_name(claim: Span) -> bool:
    meaning = claim.meaning
    return isinstance(meaning, NameWord) and all(c.entity.kind.is_document for c in meaning.candidates)


def _words(
    text: Text, morphemes: Sequence[Morpheme], places: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """The whole words at these places, without the particles behind them; neighbours within one word are one."""
    words: list[tuple[int, int]] = []
    for start, end in sorted(set(places)):
        before, after = text.normal.rfind(" ", 0, start) + 1, text.normal.find(" ", end)
        stop = after if after >= 0 else len(text.normal)
        kept = [m.end for m in morphemes if before <= m.start < m.end <= stop and not m.is_particle]
        place = (before, max(*kept, end) if kept else end)
        if not words or words[-1] != place:
            words.append(place)
    return words
