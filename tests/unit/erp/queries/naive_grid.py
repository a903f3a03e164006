"""The rows of a question before anything is ordered or cut: what counts, in which group, in which step."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import product
from typing import Any

from services.erp.core.query import AllOf, DateRange, Grouping, Member, Query
from tests.unit.erp.queries.naive_facts import (
    BESIDE,
    COUNTS,
    QUANTITIES,
    STOCK_COUNTS,
    Thing,
    stock_counts,
    stock_things,
    things,
)
from tests.unit.erp.queries.naive_figures import (
    BALANCES,
    FORMULAS,
    Cell,
    Key,
    at_level,
    named,
    passes,
    step_of,
    unit_order,
)
from tests.unit.erp.queries.naive_policy import ALL_DOCUMENTS, Claims, allowed, below
from tests.unit.erp.queries.small_company import TODAY, TREES, Data


def dated(grouping: Grouping) -> bool:
    return grouping.dimension == "date"


def rolled(grouping: Grouping, key: str | None) -> list[str | None]:
    """The members under which a row of this one counts."""
    if grouping.level:
        return [at_level(grouping.dimension, key, grouping.level)]
    return [node for node in grouping.nodes if below(grouping.dimension, key, (node,))] or [key]


class Grid:
    def __init__(
        self, data: Data, query: Query, claims: Claims, names: Mapping[str, Mapping[str, str]]
    ) -> None:
        self.data, self.query, self.claims, self.names = data, query, claims, names
        self.selected: list[tuple[str, set[Any], bool]] = []
        """Of each selection: its dimension, the members that its query shows, whether they are left out."""
        self.steps_of_averages: dict[Any, list[date]] = {}
        self.dated = next((g for g in query.groupings if g.dimension == "date"), None)
        visible = [c for c in ("A", "B") if not claims.company or c in claims.company]
        grouped = any(g.dimension == "company" for g in query.groupings)
        self.companies = set(
            query.companies or (visible if query.all_companies or grouped else (*claims.company, "A")[:1])
        )

    def averaged(self, span: Any) -> list[date]:
        if span not in self.steps_of_averages:
            self.steps_of_averages[span] = self.average_steps(span)
        return self.steps_of_averages[span]

    def average_steps(self, span: Any) -> list[date]:
        """First days of the steps of an average that the span holds whole and that are over; else the one begun."""
        assert self.query.average_over
        over = self.query.average_over
        days = [span.start + timedelta(days=n) for n in range((span.end - span.start).days + 1)]
        steps = sorted({step_of(day, over) for day in days})

        def last(step: date) -> date:
            day = step
            while step_of(day + timedelta(days=1), over) == step:
                day += timedelta(days=1)
            return day

        whole = [s for s in steps if s >= span.start and last(s) <= span.end and last(s) < TODAY]
        return whole or [s for s in steps if max(s, span.start) <= TODAY] or steps

    def narrowed(self, span: Any) -> Any:
        """The days of an average's steps."""
        if not self.query.average_over or not span:
            return span
        steps = self.averaged(span)
        days = [span.start + timedelta(days=n) for n in range((span.end - span.start).days + 1)]
        kept = [day for day in days if step_of(day, self.query.average_over) in steps]
        return DateRange(kept[0], kept[-1])

    def divisor(self, slot: str, at: int) -> int:
        if not self.query.average_over:
            return 1
        asked, compared = self.query.range, self.query.comparison
        span = asked if slot == "asked" or not compared else compared.range
        steps = self.averaged(span)
        if not self.dated or not self.dated.grain:
            return len(steps)
        own = self.steps(self.narrowed(span))[at]
        return sum(step_of(max(s, self.narrowed(span).start), self.dated.grain) == own for s in steps)

    @property
    def figures(self) -> list[str]:
        """The metrics, and what is shown beside them item by item."""
        found = list(self.query.metrics)
        if any(g.dimension == "item" for g in self.query.groupings):
            found += [f"{metric}.{name}" for metric in found for name in BESIDE.get(metric, ())]
        return found

    # groups of one slot: (members, due) -> step -> Cell
    def slot(self, span: Any, as_of: date | None) -> dict[Key, dict[date | None, Cell]]:
        day = as_of or (min(span.end, TODAY) if span else TODAY)
        found: dict[Key, dict[date | None, Cell]] = {}
        leaves = {leaf for metric in self.figures for leaf in FORMULAS.get(metric, ((metric,),))[0]}
        for leaf in leaves:
            if leaf in BALANCES and self.dated:
                for step in self.steps(span):
                    if step <= day:
                        end = min(self.end_of(step, span), day)
                        self.collect(
                            found, leaf, self.things(leaf, end, past=True), lambda _, step=step: step
                        )
            elif leaf in BALANCES:
                self.collect(found, leaf, self.things(leaf, day), lambda _: None)
            else:
                dated = (t for t in self.things(leaf, day) if t.day and span.start <= t.day <= span.end)
                grain = self.dated.grain if self.dated else None
                self.collect(
                    found, leaf, dated, lambda t, grain=grain: step_of(t.day, grain) if grain else None
                )
        return found

    def things(self, leaf: str, day: date, *, past: bool = False) -> Iterator[Thing]:
        source: Iterable[Thing]
        counted = leaf.partition(".")[0]
        if counted in STOCK_COUNTS:
            column = "stock_quantity" if counted == "below_safety_stock" else "projected_quantity"
            balances = [
                t
                for t in stock_things(self.data, column, TODAY)
                if t.company in self.companies and allowed(t, column, self.claims)
            ]
            told = stock_counts(self.data, counted, balances, self.companies)
            source = [thing for name, thing in told if name == leaf]
        elif past and leaf in ("stock_quantity", "stock_value", "turnover.close") and day == TODAY:
            # a trend is made of moves, to its last day as well
            column = "stock_value" if leaf == "turnover.close" else leaf
            source = [
                t
                for t in stock_things(self.data, column, TODAY + timedelta(days=1))
                if t.day and t.day <= TODAY
            ]
        else:
            source = things(self.data, leaf, day)
        due = self.query.due_range
        for thing in source:
            if (
                thing.company in self.companies
                and allowed(thing, leaf, self.claims)
                and passes(thing, self.query.filter)
                and self.chosen(thing)
                and (due is None or (thing.due is not None and due.start <= thing.due <= due.end))
                and self.in_grain(thing, leaf)
            ):
                yield thing

    def in_grain(self, thing: Thing, leaf: str) -> bool:
        """Whole documents are counted once, or by their lines where a question needs the lines' members."""
        if leaf not in COUNTS:
            return True
        by_line = any(d in ("item", "item_group", "brand", "warehouse") for d in self.dimensions())
        return ("item" in thing.members) == by_line

    def dimensions(self) -> set[str]:
        chosen = {one.query.groupings[0].dimension for one in self.query.selections}
        return {g.dimension for g in self.query.groupings} | {d for d, _ in named(self.query.filter)} | chosen

    def collect(
        self, found: Any, leaf: str, source: Iterable[Thing], step: Callable[[Thing], date | None]
    ) -> None:
        for thing in source:
            choices: list[list[Any]] = []
            for grouping in self.query.groupings:
                if grouping.dimension == "date":
                    continue
                if grouping.dimension == "due_date":
                    choices.append(
                        [step_of(thing.due, grouping.grain) if thing.due and grouping.grain else None]
                    )
                    continue
                key = thing.members.get(grouping.dimension)
                choices.append(rolled(grouping, key))
            for members in product(*choices):
                cell = found.setdefault(members, {}).setdefault(step(thing), Cell())
                cell.leaves.setdefault(leaf, []).append(thing)

    def steps(self, span: Any) -> list[date]:
        assert self.dated
        assert self.dated.grain
        days = (span.end - span.start).days + 1
        return sorted({step_of(span.start + timedelta(days=n), self.dated.grain) for n in range(days)})

    def end_of(self, step: date, span: Any) -> date:
        assert self.dated
        assert self.dated.grain
        day = max(step, span.start)
        while day < span.end and step_of(day + timedelta(days=1), self.dated.grain) == step:
            day += timedelta(days=1)
        return day

    def named_members(self, groupings: list[Grouping]) -> list[str]:
        """The leaves of the one grouping's dimension that the filter asks for by name, to be shown whatever there is."""
        query = self.query
        cut = query.top or query.count_rows or query.without_rows
        if not query.show_named or cut or len(groupings) != 1 or groupings[0].level:
            return []
        dimension = groupings[0].dimension
        if dimension in ALL_DOCUMENTS or dimension in ("brand", "status", "currency", "due_date"):
            return []
        parts = query.filter.filters if isinstance(query.filter, AllOf) else [query.filter]
        found = [one for one in parts if isinstance(one, Member) and one.dimension == dimension]
        inner, nodes = set(TREES.get(dimension, {}).values()), groupings[0].nodes
        named = [key for one in found for key in one.members]
        return [key for key in named if (key in nodes if nodes else key not in inner)]

    def chosen(self, thing: Thing) -> bool:
        """The thing's member is, or is not, among those that each selection's query shows."""
        return all(
            (thing.members.get(dimension) in keys) is not excluded
            for dimension, keys, excluded in self.selected
        )

    def grid(self, asked: Any, compared: Any) -> list[dict[str, Any]]:
        keys = {**asked, **(compared or {})}
        members = [g for g in self.query.groupings if g.dimension != "date"]
        if not keys and not members:
            keys = {(): {}}
        for one in self.named_members(members):
            keys.setdefault((one,), {})
        steps: list[date | None] = self.steps(self.narrowed(self.query.range)) if self.dated else [None]
        others: list[date | None] = [None]
        if self.dated and self.query.comparison:
            others = self.steps(self.narrowed(self.query.comparison.range))
        today = min(self.query.range.end, TODAY) if self.query.range else TODAY
        rows = []
        for key in keys:
            series, beside = asked.get(key, {}), (compared or {}).get(key, {})
            units = sorted(
                {
                    t.unit
                    for cells in (series, beside)
                    for cell in cells.values()
                    for leaf, found in cell.leaves.items()
                    if leaf in QUANTITIES
                    for t in found
                },
                key=unit_order,
            ) or [None]
            for at, step in enumerate(steps):
                gaps = self.query.top or any(g.dimension in ALL_DOCUMENTS for g in self.query.groupings)
                begun = step is None or (step <= today and not gaps)
                if not begun and step not in series:
                    continue
                for number, unit in enumerate(units):
                    other = Cell() if at < len(others) and compared is not None else None
                    if other is not None:
                        other = beside.get(others[at], other)
                    rows.append(
                        {
                            "key": key,
                            "step": step,
                            "at": at,
                            "unit": unit,
                            "first": number == 0,
                            "asked": series.get(step, Cell()),
                            "compared": other,
                        }
                    )
        return rows
