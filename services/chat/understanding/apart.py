"""Slots that need more than one query: several frames, or flows and balances asked for together."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from services.chat.semantic import DATE_DIMENSION, Catalog, TimeBehavior
from services.chat.understanding.frame import Chosen, Frame, Reading, Several
from services.chat.understanding.query import finalise


def readings_of(frames: Sequence[Frame], catalog: Catalog, today: date) -> Reading:
    """What the frames ask for, each with as many queries as it needs."""
    ends = [one for frame in frames for one in _ends(frame)]
    readings = tuple(finalise(one, catalog, today) for frame in ends for one in _apart(frame, catalog))
    return readings[0] if len(readings) == 1 else Several(readings)


def _ends(frame: Frame) -> list[Frame]:
    """가장 큰 곳과 가장 작은 곳: each end of the ranking has a table of its own."""
    if not frame.both_ends:
        return [frame]
    one = replace(frame, both_ends=False)
    return [one, replace(one, descending=not one.descending)]


def _apart(frame: Frame, catalog: Catalog) -> list[Frame]:
    """A flow of a period and a balance of a day stand in tables of their own, but for steps of time."""
    metrics = [catalog.metrics[key] for key in frame.metrics if key in catalog.metrics]
    behaviors = list(dict.fromkeys(metric.time_behavior for metric in metrics))
    by_date = frame.trend or any(grouping.dimension == DATE_DIMENSION for grouping in frame.groupings)
    if len(behaviors) < 2 or by_date or not all(metric.permitted for metric in metrics):
        return [frame]
    parts = []
    for behavior in behaviors:
        keys = tuple(metric.key for metric in metrics if metric.time_behavior is behavior)
        bounds = tuple(b for b in frame.bounds if (b.metric or frame.metrics[0]) in keys)
        part = replace(frame, metrics=keys, bounds=bounds)
        if behavior is TimeBehavior.BALANCE and frame.period and not frame.period.as_of:
            part = replace(part, period=None, comparison=None)
        parts.append(part)
    return _under_limits_of_each_other(parts) if frame.bounds and not frame.chosen else parts


def _under_limits_of_each_other(parts: Sequence[Frame]) -> list[Frame]:
    """매출 1억 이상이면서 미수금 1억 이상: what is limited in one table chooses the rows of the other."""
    limited = [part for part in parts if part.bounds]
    under = [
        replace(part, chosen=Chosen(_clause(other)))
        for part in parts
        for other in limited[:2]
        if other is not part
    ]
    if len(limited) == len(parts):
        return under[:1]  # both say who it is: one table does
    return [*limited, *under]


def _clause(frame: Frame) -> Frame:
    return replace(frame, notes=(), top=0, descending=None, rank=False, share=False, counted=False)
