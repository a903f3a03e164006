"""What each metric lacks in this ERP, known before anybody asks: `connected` refuses the same when they do."""

from collections.abc import Iterator
from dataclasses import dataclass

from services.erp.core.catalog import Catalog, Dimension, Measure, Metric, Window
from services.erp.core.filled import Filled, Need, dimension_needs, measure_needs
from services.erp.core.query import DATE


@dataclass(frozen=True, slots=True)
class Gaps:
    """What a plain question for a metric lacks, and the dimensions that one by them lacks something for."""

    needs: tuple[Need, ...] = ()
    dimensions: tuple[str, ...] = ()


def gaps(catalog: Catalog, metric: Metric, known: Filled) -> Gaps:
    """What the mapping leaves out that the metric needs."""
    leaves = catalog.leaves(metric)
    needs = dict.fromkeys(need for leaf in leaves for need in _needs(_read(leaf), known))
    dimensions = (catalog.dimensions[key] for key in sorted(catalog.dimensions_of(metric)))
    closed = [one.key for one in dimensions if any(_lacks(leaf, one, known) for leaf in leaves)]
    return Gaps(tuple(needs), tuple(closed))


def _lacks(leaf: Metric, dimension: Dimension, known: Filled) -> bool:
    measure = _read(leaf, dimension)
    return any(_needs(measure, known)) or any(dimension_needs(measure.fact, dimension, known))


def _needs(measure: Measure, known: Filled) -> Iterator[Need]:
    return measure_needs(measure, known, dated=not measure.fact.snapshot)


def _read(leaf: Metric, dimension: Dimension | None = None) -> Measure:
    """The measure that a question about today reads, as `make_plan` chooses it."""
    past = leaf.window is not Window.OWN or (dimension is not None and dimension.key == DATE)
    measures = leaf.measures if past and leaf.measures else (*leaf.now, *leaf.measures)
    return next(one for one in measures if dimension is None or one.fact.expression(dimension.key))
