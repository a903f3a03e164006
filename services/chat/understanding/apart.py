"""Slots that need more than one query: several frames, or flows and balances asked for together."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from services.chat.semantic import DATE_DIMENSION, Catalog, TimeBehavior
from services.chat.understanding.frame import Ask, Frame, Option, QuestionBack, Reading, Several
from services.chat.understanding.query import finalise


def readings_of(frames: Sequence[Frame], catalog: Catalog, today: date) -> Reading:
    """What the frames ask for, each with as many queries as it needs."""
    for frame in frames:
        if asked := _limits_of_both(frame, catalog):
            return asked
    apart = [one for frame in frames for one in _apart(frame, catalog, today)]
    readings = tuple(finalise(frame, catalog, today) for frame in apart)
    return readings[0] if len(readings) == 1 else Several(readings)


def _limits_of_both(frame: Frame, catalog: Catalog) -> QuestionBack | None:
    """매출 1억 이상이면서 미수금 1억 이상: a flow and a balance have no table together, so no limits together."""
    metrics = [catalog.metrics[key] for key in frame.metrics if key in catalog.metrics]
    if len({metric.time_behavior for metric in metrics}) < 2 or not frame.bounds:
        return None
    options = tuple(
        Option(
            metric.display_name,
            replace(
                frame,
                metrics=(metric.key,),
                bounds=tuple(b for b in frame.bounds if b.metric in ("", metric.key)),
            ),
        )
        for metric in metrics
    )
    return QuestionBack(Ask.TOGETHER, options, frame=frame)


def _apart(frame: Frame, catalog: Catalog, today: date) -> list[Frame]:
    """A flow of a period and a balance of a day stand in tables of their own, but for steps of time."""
    metrics = [catalog.metrics[key] for key in frame.metrics if key in catalog.metrics]
    behaviors = list(dict.fromkeys(metric.time_behavior for metric in metrics))
    by_date = frame.trend or any(grouping.dimension == DATE_DIMENSION for grouping in frame.groupings)
    if len(behaviors) < 2 or by_date or not all(metric.permitted for metric in metrics):
        return [frame]
    found = []
    for behavior in behaviors:
        keys = tuple(metric.key for metric in metrics if metric.time_behavior is behavior)
        own = replace(frame, metrics=keys)
        if behavior is TimeBehavior.BALANCE and frame.period and not frame.period.as_of:
            own = replace(own, period=None, comparison=None)
        found.append(own)
    return found
