"""Who may see what: roles open domains of the catalog, claims narrow rows, roles hide figures and fields.

A policy never filters a result: it becomes conditions on every fact that a question touches (compiling), and
what one may not see is not found.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, TypeVar

from services.erp.core.catalog import Catalog, Dimension, Fact, Metric
from services.erp.core.query import Member
from services.erp.core.result import EntityKind
from services.kit.identity import Identity

T = TypeVar("T")

OWN: Final = frozenset({"employee", "department", "territory", "warehouse"})
"""The dimensions of which a claim names the asker's own members ("내", "우리 팀")."""


@dataclass(frozen=True, slots=True)
class Domain:
    """A business area: its documents, and kinds of names that nobody outside it can find."""

    name: str
    records: frozenset[EntityKind]
    entities: frozenset[EntityKind]


@dataclass(frozen=True, slots=True)
class Role:
    """What a role opens, and what it hides in that: metrics, and fields of documents as `table.column`."""

    domains: frozenset[str]
    hidden_metrics: frozenset[str]
    hidden_fields: frozenset[str]


@dataclass(frozen=True, slots=True)
class RowRule:
    """Rows of `facts` count only where their member of `dimension` is, or lies below, one that the claim
    names.
    """

    claim: str
    dimension: str
    facts: frozenset[str]
    unless: str
    """A domain that lifts the rule; without the domain, no claim means no rows."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What one asker may see."""

    metrics: frozenset[str]
    records: frozenset[EntityKind]
    closed_entities: frozenset[EntityKind]
    """Kinds of names that the asker can't find."""
    hidden_fields: frozenset[str]
    companies: tuple[str, ...]
    """Keys of the companies that the claim names, the default first; empty = all."""
    restrictions: tuple[tuple[Member, frozenset[str]], ...]
    """Row filters, each with the keys of the facts that it is for."""
    own: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Dimension -> the asker's own members, from the claims."""

    def knows(self, dimension: Dimension) -> bool:
        """The asker may know the dimension's members."""
        if dimension.is_document:
            return dimension.kind in self.records
        return dimension.kind not in self.closed_entities

    def on(self, fact: Fact) -> tuple[Member, ...]:
        """The row filters on a fact."""
        return tuple(member for member, facts in self.restrictions if fact.key in facts)

    def members(self, dimension: str) -> tuple[str, ...] | None:
        """The members of a dimension below which the asker's rows lie; None when nothing narrows it."""
        found = [member.members for member, _ in self.restrictions if member.dimension == dimension]
        return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Policy:
    """The whole policy, from one YAML file (policy_loader.py)."""

    domains: Mapping[str, Domain]
    roles: Mapping[str, Role]
    rows: tuple[RowRule, ...]
    digest: str

    def grant(self, catalog: Catalog, asker: Identity) -> Grant:
        """What the asker may see. Roles that the policy doesn't know open nothing."""
        roles = [self.roles[name] for name in sorted(asker.roles & self.roles.keys())]
        domains = _union(role.domains for role in roles)
        metrics = _union(opened(catalog, role) for role in roles)
        hidden = _union(role.hidden_metrics for role in roles) - metrics
        return Grant(
            metrics - revealing(catalog, hidden, metrics),
            _union(self.domains[name].records for name in domains) & catalog.records.keys(),
            _union(d.entities for d in self.domains.values())
            - _union(self.domains[name].entities for name in domains),
            frozenset(self._hidden_fields(catalog, roles)),
            tuple(asker.company),
            tuple(self._restrictions(asker, domains)),
            {dimension: _claim(asker, dimension) for dimension in sorted(OWN)},
        )

    def _hidden_fields(self, catalog: Catalog, roles: Iterable[Role]) -> Iterable[str]:
        """A field is hidden when every role that opens its kind of document hides it."""
        for kind, record in catalog.records.items():
            names = {record.table.name, record.lines.name if record.lines is not None else ""}
            hiding = [
                role.hidden_fields
                for role in roles
                if any(kind in self.domains[name].records for name in role.domains)
            ]
            if hiding:
                yield from (f for f in frozenset.intersection(*hiding) if f.partition(".")[0] in names)

    def _restrictions(
        self, asker: Identity, domains: frozenset[str]
    ) -> Iterable[tuple[Member, frozenset[str]]]:
        for rule in self.rows:
            claim = _claim(asker, rule.claim)
            if rule.unless:
                if rule.unless not in domains:
                    yield Member(rule.dimension, claim), rule.facts
            elif claim:
                yield Member(rule.dimension, claim), rule.facts


def _union(sets: Iterable[frozenset[T]]) -> frozenset[T]:
    return frozenset[T]().union(*sets)


def _claim(asker: Identity, name: str) -> tuple[str, ...]:
    value: tuple[str, ...] | str | None = getattr(asker, name)
    return (value,) if isinstance(value, str) else tuple(value or ())


def opened(catalog: Catalog, role: Role) -> frozenset[str]:
    """The metrics that the role opens: of its domains, without the hidden ones and what is computed from
    them.
    """
    hidden = set(role.hidden_metrics)
    while True:
        derived = {key for key, metric in catalog.metrics.items() if hidden & set(metric.parts)} - hidden
        if not derived:
            break
        hidden |= derived
    return frozenset(
        key
        for key, metric in catalog.metrics.items()
        if key not in hidden and not role.domains.isdisjoint(metric.domains)
    )


def revealing(catalog: Catalog, hidden: frozenset[str], visible: frozenset[str]) -> frozenset[str]:
    """Visible metrics to take away, so that no hidden one can be computed. One role alone needs none (the
    loader checks it); several together may: one opens the parts of what the other hides.
    """
    left = visible
    while found := revealed(catalog, hidden, left):
        metric = catalog.metrics[found[0]]
        parts = {metric.key, *metric.parts}
        smaller = frozenset(
            key
            for key in left
            if key not in parts and not parts & {leaf.key for leaf in catalog.leaves(catalog.metrics[key])}
        )
        left = smaller if smaller < left else frozenset()
    return visible - left


def revealed(catalog: Catalog, hidden: Iterable[str], visible: Iterable[str]) -> tuple[str, ...]:
    """The hidden metrics that can be computed from visible ones by adding, subtracting, dividing."""
    known = _Span()
    ratios = []
    for key in visible:
        metric = catalog.metrics[key]
        if metric.sides:
            ratios.append(metric.sides)
        else:
            known.add(_vector(catalog, metric))
    for _ in ratios:  # a known ratio and one of its sides give the other
        for pair in ratios:
            sides = [_vector(catalog, catalog.metrics[side]) for side in pair]
            if any(known.holds(side) for side in sides):
                for side in sides:
                    known.add(side)
    return tuple(
        key
        for key in sorted(hidden)
        if all(
            known.holds(_vector(catalog, catalog.metrics[side]))
            for side in catalog.metrics[key].sides or (key,)
        )
    )


def _vector(catalog: Catalog, metric: Metric) -> dict[str, Fraction]:
    """A metric as a sum of leaves: leaf -> how often."""
    if not metric.formula:
        return {metric.key: Fraction(1)}
    found: dict[str, Fraction] = {}
    for term in metric.formula:
        for leaf, times in _vector(catalog, catalog.metrics[term.name]).items():
            found[leaf] = found.get(leaf, Fraction(0)) + term.sign * times
    return found


class _Span:
    """All sums of multiples of some vectors, kept as echelon rows: pivot -> row."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[str, Fraction]] = {}

    def add(self, vector: Mapping[str, Fraction]) -> None:
        rest = self._reduced(vector)
        if rest:
            pivot = min(rest)
            self._rows[pivot] = {key: value / rest[pivot] for key, value in rest.items()}

    def holds(self, vector: Mapping[str, Fraction]) -> bool:
        return not self._reduced(vector)

    def _reduced(self, vector: Mapping[str, Fraction]) -> dict[str, Fraction]:
        rest = dict(vector)
        for pivot in sorted(self._rows):
            times = rest.get(pivot, Fraction(0))
            if times:
                for key, value in self._rows[pivot].items():
                    rest[key] = rest.get(key, Fraction(0)) - times * value
        return {key: value for key, value in rest.items() if value}
