"""Reads one question whose words and names are known."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from services.chat.semantic import Candidate, EntityKind, Grain, Match
from services.chat.understanding import followup, going_on, names, pointing
from services.chat.understanding.about_documents import beside, documents
from services.chat.understanding.agreeing_times import agree
from services.chat.understanding.analysis import Analysis, Context, Resolutions, all_kinds, of_kinds
from services.chat.understanding.apart import readings_of
from services.chat.understanding.background import background
from services.chat.understanding.claims import Claims
from services.chat.understanding.covering import best_covering
from services.chat.understanding.definitions import defined
from services.chat.understanding.frame import (
    AboutDocuments,
    Ask,
    Defined,
    Frame,
    Memory,
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
from services.chat.understanding.in_stock import in_stock
from services.chat.understanding.leftover import Leftover
from services.chat.understanding.meanings import (
    AmountWord,
    BoundWord,
    ChangeWord,
    ComparisonWord,
    CountWord,
    CutWord,
    DimensionWord,
    DocumentWord,
    GrainWord,
    MetricWord,
    NameWord,
    Sign,
    SmallTalkWord,
    Span,
    TimeWord,
    UnitWord,
    VagueMeasure,
)
from services.chat.understanding.morphemes import Morpheme
from services.chat.understanding.periods import Period, label
from services.chat.understanding.phrases import apart
from services.chat.understanding.plausible import is_ignorable, plausible
from services.chat.understanding.remembering import gone_back
from services.chat.understanding.slots import Slots, fill
from services.chat.understanding.timing import ask_comparison
from services.chat.understanding.tying import edits
from services.chat.understanding.weights import span
from services.chat.understanding.words import load
from services.chat.understanding.writes import asks_in_english, reshaping, write_request

_INJECTION: Final = re.compile(
    "|".join(f"(?:{p})" for p in load("smalltalk")["injection"]), re.IGNORECASE | re.DOTALL
)


_LIMITS: Final = {key: re.compile(pattern, re.IGNORECASE) for key, pattern in load("limits").items()}
_HELP: Final = re.compile("|".join(f"(?:{p})" for p in load("smalltalk")["help_patterns"]))
_IN_DETAIL: Final = ("자세히", "상세", "내용")
"""What wants one document and no figure: "그 수주 자세히"."""
_ADDING: Final = frozenset({"추가", "넣"})
_MOVING: Final = frozenset({"올리", "내리", "낮추", "높이"})
"""They move the one limit of before, and nothing else of it."""
_RESHAPABLE: Final = (
    AmountWord,
    BoundWord,
    MetricWord,
    DimensionWord,
    TimeWord,
    NameWord,
    CutWord,
    CountWord,
    GrainWord,
    ComparisonWord,
    UnitWord,
)
"""What can stand beside 바꿔 줘, 추가해 줘, 빼 줘, where they are meant for the question before."""


class QuestionReading:
    """One question being read."""

    def __init__(self, analysis: Analysis, resolutions: Resolutions, context: Context) -> None:
        self._analysis = analysis
        self._text = analysis.text.normal
        self._context = context
        self._catalog = context.catalog
        spans = [
            *analysis.spans,
            *names.name_spans(analysis.mentions, all_kinds(resolutions), analysis.morphemes),
            *names.kind_spans(
                analysis.beside, of_kinds(resolutions), all_kinds(resolutions), self._usable_kinds(analysis)
            ),
            *names.number_spans(analysis.numbers, of_kinds(resolutions)),
        ]
        spans = plausible(spans, analysis.morphemes, self._catalog, self._text)
        self._chosen = best_covering(spans)
        torn = self._torn_names()
        if torn:  # a part of a word is no name: what is left of the word would change its meaning
            self._chosen = best_covering([s for s in spans if s not in torn])
        self._chosen = names.told_apart(self._chosen, self._text)
        asides = background(analysis.morphemes, self._chosen)
        self._chosen = _without(self._chosen, asides)
        self._said = tuple(m for m in analysis.morphemes if not any(a <= m.start < b for a, b in asides))
        self._claims = Claims(self._text, self._chosen)
        agree(self._claims)
        if self._claims.take(Sign.ANEW):
            self._context = context = replace(context, memory=Memory())
        self._leftover = Leftover(analysis, self._chosen, self._claims, context)

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
        if metrics := defined(self._claims, self._said, self._catalog):
            return Defined(metrics)
        record = self._record()
        before = self._context.memory.frame
        if self._claims.signs(Sign.DOCUMENTS):
            return AboutDocuments()
        write = write_request(self._said, self._text, names_thing=record is not None or self._names_thing())
        if write and not (write[1] and (self._leaves_out(write[0]) or self._reshapes(write[0], before))):
            return Refusal(RefusalKind.WRITE, self._analysis.text.as_typed(write[0].start, write[0].end))
        if limit := next((key for key, pattern in _LIMITS.items() if pattern.search(self._text)), ""):
            return Refusal(RefusalKind.LIMIT, limit)
        if english := asks_in_english(self._text):
            return Refusal(RefusalKind.WRITE, english)
        if record is not None:
            return record
        verb = write[0] if write else reshaping(self._analysis.morphemes)
        return self._question(before, verb if verb and self._reshapes(verb, before) else None)

    def _names_thing(self) -> bool:
        """Whether a thing or a kind of document stands there, and no time: "대한상사 거래처 정보 수정"."""
        meanings = [claim.meaning for claim in self._claims.spans]
        things = any(isinstance(m, NameWord | DocumentWord | DimensionWord) for m in meanings)
        return things and not any(isinstance(m, TimeWord) for m in meanings)

    def _leaves_out(self, verb: Morpheme) -> bool:
        """10월 매출 거래처별로, 대한상사는 빼줘: of figures that are asked for, all but the things right before the verb."""
        claims = self._claims
        place = next((i for i, s in enumerate(claims.spans) if s.start <= verb.start < s.end), 0)
        if not place or claims.spans[place].meaning is not Sign.EXCLUDE:
            return False
        names = isinstance(claims.spans[place - 1].meaning, NameWord) and claims.following(
            place - 1, Sign.EXCLUDE
        )
        meanings = [claim.meaning for claim in claims.spans]
        figures = any(isinstance(m, MetricWord | VagueMeasure) for m in meanings)
        asked = any(isinstance(m, TimeWord | DimensionWord | GrainWord | CutWord) for m in meanings)
        return bool(names) and figures and asked

    # --- documents -------------------------------------------------------------------------------

    def _record(self) -> Reading | None:
        """Documents asked for by their numbers, unless other words ask for something else as well."""
        found = list(documents(self._claims))
        if not found:
            return None
        missing = next((index for index, name in found if not name.candidates), None)
        kinds = [c.entity.kind for _, name in found for c in name.candidates]
        around = beside(self._analysis, self._chosen, kinds, self._catalog, goes_on=False)
        if around.something_else:
            return QuestionBack(Ask.WORDS, words=self._leftover.typed(around.something_else))
        if missing is not None:
            return NotFound(self._claims.text(missing))
        unknown = ", ".join(f"‘{word}’" for word in self._leftover.typed(around.unknown))
        notes = (f"{unknown}: 문서에서 찾지 못한 말이라 빼고 보았습니다.",) if unknown else ()
        frames = [Frame(names=(name,), notes=notes) for _, name in found]
        return readings_of(frames, self._catalog, self._context.today)

    def _record_of_before(self, before: Frame) -> Reading | None:
        """The document spoken of, or one that is pointed at, where the question is about nothing else."""
        pointed = names.pointed_document(self._text)
        kinds = [pointed[0]] if pointed else [before.record.kind] if before.record else []
        if not kinds:
            return None
        chosen = [
            replace(s, meaning=Sign.IGNORED) if pointed and self._text[s.start : s.end] == pointed[1] else s
            for s in self._chosen
        ]
        if beside(self._analysis, chosen, kinds, self._catalog, goes_on=True).something_else:
            return None
        if pointed and (found := self._pointed_record(before, *pointed)):
            return found
        if pointed and not before.record and any(word in self._text for word in _IN_DETAIL):
            return QuestionBack(Ask.WORDS, words=self._leftover.pointing() or (pointed[1],), frame=before)
        return RecordReading(before.record, replace(before, notes=())) if before.record else None

    def _pointed_record(self, before: Frame, kind: EntityKind, word: str) -> Reading | None:
        """A document of those that were listed or spoken of, or beside the one shown: "그 수주", "그 송장"."""
        if before.record and before.record.kind is kind:
            return None
        memory = self._context.memory
        known = [e for e in memory.shown if e.kind is kind] or [
            e for e in (*before.focus, *memory.spoken) if e.kind is kind
        ]
        if not known:
            return NotFound(f"이어진 {word}") if before.record else None
        found = Name(word, tuple(Candidate(e, Match.FULL) for e in dict.fromkeys(known)), len(known))
        return readings_of((Frame(names=(found,)),), self._catalog, self._context.today)

    # --- a question of data ----------------------------------------------------------------------

    def _question(self, before: Frame, verb: Morpheme | None) -> Reading:
        """`verb`: 바꿔 줘, 추가해 줘, meant for the question before."""
        claims = self._claims
        acting = [i for i, s in enumerate(claims.spans) if verb and s.start <= verb.start < s.end]
        claims.use(*(i for i in acting if claims.spans[i].meaning is not Sign.EXCLUDE))
        talk = claims.of(SmallTalkWord)
        claims.use(*(index for index, _ in talk))
        if not talk and (record := self._record_of_before(before)):
            return record
        memory = self._context.memory
        limit = going_on.new_limit(before, claims)
        adding = verb is not None and verb.form in _ADDING
        tied = edits(claims, memory, self._said, verb, adding=adding)
        things = going_on.listed(before, self._catalog)
        if (
            things != before
            and all(isinstance(s.meaning, Sign) for s in claims.spans)
            and (claims.take(Sign.WHICH_ONES, Sign.LIST) or tied.again)
        ):
            memory, tied = replace(memory, frame=things), replace(tied, again=True)
        number = going_on.how_many(before, claims, self._catalog)
        if number != before:
            memory, tied = replace(memory, frame=number), replace(tied, again=True)
        today = Period(self._context.today, self._context.today, Grain.DAY)
        slots = fill(claims, self._catalog, today, before.period)
        kept = in_stock(slots.frame, claims, self._analysis.morphemes, self._catalog)
        slots = replace(slots, frame=replace(kept, bounds=limit or kept.bounds))
        alone = slots.frame.metrics
        if alone or slots.frame.metric_options:
            claims.take(Sign.WHICH_ONES)  # "미달 품목이 뭐뭐 있어"
        slots = going_on.going_on(slots, claims, memory, self._catalog, self._context.today)
        tied = replace(tied, tied=tied.tied or slots.frame.metrics != alone)
        if tied.back:
            memory = gone_back(memory, slots.frame.metrics)
            before = memory.frame
        unused = self._leftover.words(verb=verb)
        hanging = tied.says_something and before != Frame() and not before.record
        said = replace(slots.frame, notes=()) != Frame() or bool(slots.that) or slots.it
        if not said and before.period and claims.take(Sign.COMPARE) and not self._leftover.words(verb=verb):
            return ask_comparison(before, before.period, self._catalog)
        if not said and not hanging:
            return self._without_slots(before, talk[0][1].kind if talk else "", unused)
        merged = followup.merge(
            memory, slots, self._catalog, Period(self._context.today, self._context.today), tied
        )
        if isinstance(merged, QuestionBack):
            return merged if not unused else QuestionBack(Ask.WORDS, words=unused, frame=before)
        frame = pointing.with_that(merged, memory, slots, self._catalog, tied)
        if frame is None:
            return QuestionBack(Ask.WORDS, words=self._leftover.pointing(), frame=merged)
        if isinstance(frame, QuestionBack):
            return frame if not unused else QuestionBack(Ask.WORDS, words=unused, frame=before)
        unused = (*unused, *self._leftover.differing_units(frame))
        if not unused and (phrases := apart(claims, frame, self._catalog)):
            return readings_of(phrases, self._catalog, self._context.today)
        unused = (*unused, *self._leftover.unsplit(frame, several=bool(slots.periods)))
        unused = (*unused, *self._leftover.beside_count(frame))
        if not unused and slots.periods:
            return self._one_period(frame, slots)
        if unused:
            return self._unknown_words(frame, slots, unused)
        if again := pointing.still_open(frame, memory, slots.frame, self._catalog):
            return again
        return readings_of((replace(frame, premise=self._premise()),), self._catalog, self._context.today)

    def _premise(self) -> int:
        """Which way the asker takes the figure to have gone."""
        changes = [s.meaning for s in self._claims.spans if isinstance(s.meaning, ChangeWord)]
        said = {change.direction for change in changes if not change.restricting and not change.rate}
        return said.pop() if len(said) == 1 else 0

    def _without_slots(self, before: Frame, talk: str, unused: tuple[str, ...]) -> Reading:
        if not unused or (not talk and _HELP.search(self._text)):
            return SmallTalk(talk or "help")
        if all(s.meaning is Sign.WHY for s in self._claims.unused()) and self._claims.signs(Sign.WHY):
            return Refusal(RefusalKind.CAUSE)
        missing = self._leftover.unknown_name(unused) if before.metrics else None
        code = self._unknown_code(unused, measured=False)
        account = self._leftover.unknown_account(unused)
        return code or missing or account or Refusal(RefusalKind.UNKNOWN, words=unused)

    def _unknown_code(self, unused: Sequence[str], *, measured: bool) -> NotFound | None:
        """Something written like a code that names nothing: it isn't there, or not for this asker."""
        codes = [self._analysis.text.as_typed(*place) for place in names.code_like(self._text)]
        lost = [code for code in codes if any(code in word for word in unused)]
        is_name = measured and not names.says_document(self._text)
        return NotFound(lost[0], is_name=is_name) if lost else None

    def _unknown_words(self, frame: Frame, slots: Slots, unused: tuple[str, ...]) -> Reading:
        """Words that no slot took: ask, and offer to leave them out where the rest is whole."""
        about_data = bool(
            slots.frame.metrics
            or slots.frame.metric_options
            or slots.frame.names
            or slots.frame.grouped
            or slots.frame.ranked
        )
        if unknown := self._unknown_code(unused, measured=bool(slots.frame.metrics)):
            return unknown
        if frame.metrics and (missing := self._leftover.unknown_name(unused)):
            return replace(missing, frame=frame)
        if not about_data:
            if account := self._leftover.unknown_account(unused):
                return account
            return Refusal(RefusalKind.UNKNOWN, words=unused)
        options: tuple[Option, ...] = ()
        if frame.metrics and slots.frame.metrics and not self._leftover.is_inside(unused):
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
        partial = [s for s in self._chosen if isinstance(s.meaning, NameWord) and not s.exact]
        begins = {
            s.start for s in partial
        }  # two parts of names make no name, nor does a word with a part behind it
        ends = {s.end for s in self._chosen if not isinstance(s.meaning, TimeWord)}
        return {
            s for s in partial if s.start - 1 in bare or s.end in bare or s.start in ends or s.end in begins
        }

    def _reshapes(self, verb: Morpheme, before: Frame) -> bool:
        """Whether "바꿔줘", "추가해줘" is about the question before: only its slots stand beside the verb."""
        if before == Frame() or before.record:
            return False
        others = [s for s in self._claims.spans if not s.start <= verb.start < s.end]
        if verb.form in _MOVING and not (before.bounds and len(others) == 1):
            return False
        slots = [
            s
            for s in others
            if isinstance(s.meaning, _RESHAPABLE)
            or s.meaning in (Sign.BY, Sign.CONDITION, Sign.ALL_COMPANIES, Sign.AGAIN, Sign.TOTAL, Sign.THAT)
        ]
        only_slots = bool(slots) and len(slots) == len(others)
        return only_slots and not self._leftover.words(verb=verb, unused_claims=False)


def _without(chosen: Sequence[Span], asides: Sequence[tuple[int, int]]) -> tuple[Span, ...]:
    """The claims without those of these clauses, which are ignored as a whole."""
    kept = [s for s in chosen if not any(start <= s.start < end for start, end in asides)]
    kept += [span(start, end, end - start, Sign.IGNORED) for start, end in asides]
    return tuple(sorted(kept, key=lambda s: s.start))
