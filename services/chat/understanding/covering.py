"""The best choice of claims on the text: none overlap, and together they weigh the most."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from operator import attrgetter

from services.chat.understanding.meanings import Span


def best_covering(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Weighted interval scheduling; in the order of the text, and the same for the same spans in any order."""
    ordered: Sequence[Span] = sorted(spans, key=lambda s: (s.end, s.start, -s.weight, repr(s.meaning)))
    ends = [span.end for span in ordered]
    best = [0.0]
    take = []
    for index, span in enumerate(ordered):
        before = bisect_right(ends, span.start, 0, index)
        with_it = best[before] + span.weight
        take.append(with_it > best[index])
        best.append(max(with_it, best[index]))
    chosen = []
    index = len(ordered)
    while index:
        if take[index - 1]:
            span = ordered[index - 1]
            chosen.append(span)
            index = bisect_right(ends, span.start, 0, index - 1)
        else:
            index -= 1
    return tuple(sorted(chosen, key=attrgetter("start")))
