"""Phrases that stand beside each other, each with a measure of its own things: "A 매출이랑 B 미수금"."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from services.chat.semantic import DATE_DIMENSION, Catalog, EntityKind, TimeBehavior
from services.chat.understanding.claims import JOINS, Claims
from services.chat.understanding.frame import Frame, Name
from services.chat.understanding.meanings import GrainWord, MetricWord, NameWord, TimeWord
from services.chat.understanding.periods import Period

_AND: Final = frozenset({"와", "과", "랑", "이랑", "하고", "및"})
"""What stands between two things, never between two conditions on one: a comma may."""


@dataclass(frozen=True, slots=True)
class _Phrase:
    metrics: tuple[str, ...] = ()
    names: tuple[Name, ...] = ()
    period: Period | None = None


def apart(claims: Claims, frame: Frame, catalog: Catalog) -> tuple[Frame, ...]:
    """The question of each phrase, where one alone can't ask for them all; else none.

    What a phrase lacks is as in the one before, but for the day of a balance. Names of different kinds are conditions on
    the same rows, unless they are listed (부산이랑 대한상사 매출).
    """
    if len(claims.said(NameWord)) != len(frame.names):
        return ()
    phrases = [one for phrase in _phrases(claims, frame.names) for one in _by_kind(phrase, claims, frame)]
    metrics = {key for phrase in phrases for key in phrase.metrics}
    if len(phrases) < 2 or not metrics <= set(frame.metrics):
        return ()
    own_times = all(phrase.period for phrase in phrases)
    filled, before = [], replace(phrases[0], period=phrases[0].period or frame.period)
    for phrase in phrases:
        keys = phrase.metrics or before.metrics
        balance = all(catalog.metrics[key].time_behavior is TimeBehavior.BALANCE for key in keys)
        period = phrase.period or (None if balance else before.period or frame.period)
        before = _Phrase(keys, phrase.names or before.names, period)
        filled.append(before)
    one_thing = len({(frozenset(p.metrics), p.period, _kinds(p.names)) for p in filled}) == 1
    same_names = len({p.names for p in filled}) == 1
    if one_thing or (same_names and not (own_times and len({p.metrics for p in filled}) > 1)):
        return ()
    by_date = any(isinstance(s.meaning, GrainWord) for s in claims.spans)
    steps = tuple(g for g in frame.groupings if by_date or not own_times or g.dimension != DATE_DIMENSION)
    return tuple(
        replace(
            frame,
            metrics=phrase.metrics,
            names=phrase.names,
            period=phrase.period,
            groupings=steps,
            listed=frame.listed and len(phrase.names) > 1,
        )
        for phrase in filled
    )


def _phrases(claims: Claims, names: tuple[Name, ...]) -> Iterator[_Phrase]:
    """Each ends with its measures, and what joins it to the next; what stands behind the last is of them all."""
    phrase, left = _Phrase(), iter(names)
    for index, claim in enumerate(claims.spans):
        match claim.meaning:
            case NameWord():
                phrase = replace(phrase, names=(*phrase.names, next(left)))
            case TimeWord(period) if period:
                phrase = replace(phrase, period=period)
            case MetricWord(keys):
                phrase = replace(phrase, metrics=(*phrase.metrics, *keys[:1]))
                behind = claims.spans[index + 1 : index + 2]
                joined = behind and claims.gap(index, index + 1) in JOINS
                if joined and not isinstance(behind[0].meaning, MetricWord):
                    yield phrase
                    phrase = _Phrase()
    if phrase.metrics:
        yield phrase


def _by_kind(phrase: _Phrase, claims: Claims, frame: Frame) -> Iterator[_Phrase]:
    """One for each run of names of one kind, where 와 stands between names of different kinds."""
    places = {id(name): index for name, (index, _) in zip(frame.names, claims.said(NameWord), strict=True)}
    runs: list[list[Name]] = []
    for name in phrase.names:
        before = runs[-1][-1] if runs else None
        listed = before is not None and claims.gap(places[id(before)], places[id(name)]) in _AND
        if before is None or (listed and not _kinds((before,)) & _kinds((name,))):
            runs.append([name])
        else:
            runs[-1].append(name)
    for run in runs or [[]]:
        yield replace(phrase, names=tuple(run))


def _kinds(names: tuple[Name, ...]) -> frozenset[EntityKind]:
    return frozenset(candidate.entity.kind for name in names for candidate in name.candidates)
