"""The words of a question that carry a meaning and that nothing used."""

from collections.abc import Collection, Sequence
from typing import Final

from services.chat.semantic import EntityKind, TimeBehavior, UnitKind
from services.chat.understanding.analysis import Analysis, Context
from services.chat.understanding.claims import Claims
from services.chat.understanding.frame import Frame, NotFound
from services.chat.understanding.meanings import (
    CountWord,
    DimensionWord,
    HowManyWord,
    MetricWord,
    NameWord,
    Sign,
    Span,
    TimeWord,
    UnitWord,
)
from services.chat.understanding.morphemes import Morpheme
from services.chat.understanding.plausible import is_ignorable
from services.chat.understanding.text import Text
from services.chat.understanding.unknown_names import unknown_name
from services.chat.understanding.words import load
from services.chat.understanding.writes import is_showing

_NOUNS: Final = (NameWord, MetricWord, DimensionWord, TimeWord)
_TITLES: Final = frozenset(load("ignorable")["titles"])
_GROUP_NOUNS: Final = frozenset(load("ignorable")["groups"])
_GROUPS: Final = frozenset(kind for kind in EntityKind if kind.value.endswith("_group"))
_DETERMINERS: Final = ("그", "해당")
_SPLITTING: Final = frozenset(load("ignorable")["splitting"])
_SUMS: Final = ("총액", "합계", "총합", "총계")
_OWING: Final = {"받": "미수금", "주": "미지급금", "갚": "미지급금", "내": "미지급금"}
_ACCOUNTS: Final = tuple(e for kind in load("accounts")["kinds"] for e in kind["endings"] if e != "대")
_ANY_PARTICLE: Final = frozenset(load("names")["particles"])


class Leftover:
    """What is left of one question. Asked again after slots have used their claims, it has less to say."""

    def __init__(self, analysis: Analysis, chosen: Sequence[Span], claims: Claims, context: Context) -> None:
        self._analysis = analysis
        self._text = analysis.text.normal
        self._chosen = chosen
        self._claims = claims
        self._context = context
        self._catalog = context.catalog
        self._lost: list[tuple[int, int]] = []

    def words(self, *, verb: Morpheme | None = None, unused_claims: bool = True) -> tuple[str, ...]:
        """The words with a meaning that nothing used, as typed."""
        lost: list[tuple[int, int]] = []
        if unused_claims:
            lost += [(s.start, s.end) for s in self._claims.unused() if not self._harmless(s)]
        covered = [(s.start, s.end) for s in self._chosen if s.meaning is not Sign.UNSUPPORTED]
        for morpheme in self._analysis.morphemes:
            if morpheme.is_function or morpheme.end == morpheme.start or is_ignorable(morpheme):
                continue
            if morpheme.form in _TITLES and (
                self._behind(morpheme, {EntityKind.EMPLOYEE}) or self._is_called(morpheme)
            ):
                continue  # 김민수 과장; 선배님, 지난달 매출 …
            if morpheme.form == "점" and self._softens(morpheme):
                continue
            if morpheme.describes and self._says_who_owes(morpheme):
                continue  # 줘야 할 미지급금
            if morpheme.form in _GROUP_NOUNS and self._behind(morpheme, _GROUPS):
                continue
            if (verb is not None and morpheme.start == verb.start) or is_showing(morpheme, self._text):
                continue
            if not all(
                any(a <= i < b for a, b in covered)
                for i in range(morpheme.start, morpheme.end)
                if self._text[i].isalnum()
            ) and not self._is_particle(morpheme):
                lost.append((morpheme.start, morpheme.end))
        self._lost = lost
        return self.typed(lost)

    def typed(self, places: Sequence[tuple[int, int]]) -> tuple[str, ...]:
        """The whole words at these places as typed, each once."""
        typed = self._analysis.text
        words = _words(typed, self._analysis.morphemes, places)
        return tuple(dict.fromkeys(typed.as_typed(start, end) for start, end in words))

    def unknown_name(self, unused: Sequence[str]) -> NotFound | None:
        """A word that nothing used and that can only be a name: nothing is called so, or nothing for this asker."""
        typed = self._analysis.text
        places = [
            place
            for place in _words(typed, self._analysis.morphemes, self._lost)
            if typed.as_typed(*place) in unused
        ]
        kinds = {key: dimension.entity_kind for key, dimension in self._catalog.dimensions.items()}
        of_people = any(
            self._catalog.metrics[key].unit.kind is UnitKind.DAYS
            for s in self._chosen
            if isinstance(s.meaning, MetricWord)
            for key in s.meaning.keys
        )
        found = unknown_name(
            self._text, places, self._analysis.morphemes, self._chosen, kinds, of_people=of_people
        )
        return NotFound(typed.as_typed(*found), is_name=True) if found else None

    def unknown_account(self, unused: Sequence[str]) -> NotFound | None:
        """지난달 접대비: called like an account, where there is none of that name."""
        timed = any(isinstance(s.meaning, TimeWord) for s in self._claims.spans)
        if len(unused) != 1 or len(unused[0]) < 3 or not timed:
            return None
        return NotFound(unused[0], is_name=True) if unused[0].endswith(_ACCOUNTS) else None

    def is_inside(self, unused: Sequence[str]) -> bool:
        """Whether a part of one of these words was used: 재고 of 안전재고 is not what was asked for."""
        text = self._analysis.text.normal
        taken = [
            self._text[s.start : s.end]
            for s in self._chosen
            if isinstance(s.meaning, MetricWord | DimensionWord)
        ]
        return any(word in text and part in word for word in unused for part in taken)

    def differing_units(self, frame: Frame) -> tuple[str, ...]:
        """금액, 수량, 남은 …, where the metrics are not counted like that."""
        differing = []
        metrics = [self._catalog.metrics[key] for key in frame.metrics if key in self._catalog.metrics]
        for index, word in self._claims.of(UnitWord):
            fits = [
                (m.time_behavior == "balance" or m.display_name.endswith(("이익", "손익")))
                if word.balance
                else m.unit.kind is word.kind
                or (m.unit.kind, word.kind) == (UnitKind.DAYS, UnitKind.QUANTITY)
                for m in metrics
            ]
            counted = frame.counted and word.kind in (UnitKind.QUANTITY, UnitKind.COUNT)
            if metrics and not any(fits) and not counted:
                claim = self._claims.spans[index]
                differing.append(self._analysis.text.as_typed(claim.start, claim.end))
        return tuple(differing)

    def unsplit(self, frame: Frame, *, several: bool) -> tuple[str, ...]:
        """각각, 따로, 나눠서, where there is nothing of which each could have a row."""
        if (
            several
            or frame.chosen
            or frame.grouped
            or frame.trend
            or frame.comparison
            or len(frame.metrics) != 1
        ):
            return ()
        places = [(m.start, m.end) for m in self._analysis.morphemes if m.stem in _SPLITTING]
        return self.typed([place for place in places if self._claims.is_free(*place)])

    def beside_count(self, frame: Frame) -> tuple[str, ...]:
        """연체 업체 수와 총액, 거래처 수와 그 매출 합계: a number and a sum are no one table."""
        spans = self._claims.spans
        sums = [
            i
            for i, s in enumerate(spans)
            if s.meaning in (Sign.TOTAL, Sign.MERGED)
            or (isinstance(s.meaning, UnitWord | MetricWord) and self._claims.text(i).endswith(_SUMS))
        ]
        listed = any(
            self._claims.joined(i, i + 1)
            for i in range(len(spans) - 1)
            if i in sums or isinstance(spans[i].meaning, HowManyWord)
        )
        return self.typed([(spans[i].start, spans[i].end) for i in sums]) if frame.counted and listed else ()

    def pointing(self) -> tuple[str, ...]:
        places = [s for s in self._claims.spans if s.meaning in (Sign.THAT, Sign.IT)]
        return tuple(self._analysis.text.as_typed(s.start, s.end) for s in places)

    def _behind(self, morpheme: Morpheme, kinds: Collection[EntityKind]) -> bool:
        """Whether it stands right behind the name of such a thing, and so says nothing more."""
        return any(
            s.end in (morpheme.start, morpheme.start - 1)
            and isinstance(s.meaning, NameWord)
            and all(c.entity.kind in kinds for c in s.meaning.candidates)
            for s in self._chosen
        )

    def _is_called(self, morpheme: Morpheme) -> bool:
        """선배님, 지난달 매출 …: somebody spoken to at the beginning, with no particle that would make them a part."""
        at = self._analysis.morphemes.index(morpheme)
        behind = self._analysis.morphemes[at + 1 : at + 2]
        honoured = bool(behind) and behind[0].form in ("님", "아", "야")
        stop = behind[0].end if honoured else morpheme.end
        return (
            not self._text[: morpheme.start].strip(" ,.!~")
            and honoured
            and self._text[stop : stop + 1] in " ,!~"
        )

    def _says_who_owes(self, morpheme: Morpheme) -> bool:
        behind = [s for s in self._chosen if isinstance(s.meaning, MetricWord) and s.start > morpheme.start]
        keys = behind[0].meaning.keys if behind and isinstance(behind[0].meaning, MetricWord) else ()
        owed = _OWING.get(morpheme.form, "")
        return bool(keys) and all(self._catalog.metrics[key].display_name == owed for key in keys)

    def _softens(self, morpheme: Morpheme) -> bool:
        """재고점, 리스트점: 좀 as it is typed in chats, behind a word that is whole without it."""
        whole = any(
            s.end == morpheme.start and (isinstance(s.meaning, MetricWord) or s.meaning is Sign.LIST)
            for s in self._chosen
        )
        asks = self._text[: morpheme.start].endswith(("확인", "조회", "체크", "부탁"))
        return (whole or asks) and not self._text[morpheme.end :].strip(" 요여?!.~")

    def _is_particle(self, morpheme: Morpheme) -> bool:
        """Whether what stands here, behind a name to the end of the typed word, can only be a particle of it, fitting or
        not: "에너지은" is read as silver."""
        begin = max((s.end for s in self._chosen if s.end <= morpheme.start), default=0)
        is_noun = any(s.end == begin and isinstance(s.meaning, _NOUNS) for s in self._chosen)
        after = self._text.find(" ", morpheme.start)
        rest = self._text[begin : after if after >= 0 else len(self._text)].strip(" ?!.,~")
        return is_noun and (rest.removesuffix("요") or "요") in _ANY_PARTICLE

    def _harmless(self, claim: Span) -> bool:
        """Claims that may go unused: units that agree are checked later, "그" beside nothing says nothing."""
        if claim.meaning is Sign.AT_ALL and self._claims.has("아직", "여태"):  # 연차 아직 며칠 쓸 수 있어
            return any(map(self._is_left, self._claims.spans))
        if isinstance(claim.meaning, CountWord):  # A와 B 두 곳
            return 1 < claim.meaning.count == len(self._claims.said(NameWord))
        return isinstance(claim.meaning, UnitWord) or (
            claim.meaning is Sign.THAT and (self._context.memory.frame != Frame() or self._points_back(claim))
        )

    def _is_left(self, claim: Span) -> bool:
        """남은, or a measure of what there is at a time: 줄 돈 아직 얼마 있지."""
        if isinstance(claim.meaning, MetricWord):
            metrics = [self._catalog.metrics[key] for key in claim.meaning.keys]
            return all(metric.time_behavior is TimeBehavior.BALANCE for metric in metrics)
        return isinstance(claim.meaning, UnitWord) and claim.meaning.balance

    def _points_back(self, claim: Span) -> bool:
        """거래처와 그 금액: the figure of what stands before it in the same question."""
        index = self._claims.spans.index(claim)
        before = any(isinstance(s.meaning, _NOUNS) for s in self._claims.spans[:index])
        behind = self._claims.next_is(index, UnitWord) or any(
            isinstance(s.meaning, MetricWord) for s in self._claims.spans[index + 1 : index + 2]
        )
        return before and bool(behind) and self._text[claim.start : claim.end] in _DETERMINERS


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
