"""Queries answered the slow and obvious way, over Python rows. Knows neither catalog nor compiler nor SQL.

A result is a list of rows, each a dict: member keys by dimension, `unit`, and the columns' values.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cmp_to_key
from typing import Any

from services.erp.core.query import Modifier, Operator, Ordering, Query
from services.erp.core.result import Role
from tests.unit.erp.queries.naive_facts import (
    BESIDE,
    COUNTS,
    OPEN_COUNTS,
    QUANTITIES,
    STOCK_COUNTS,
    by_id,
)
from tests.unit.erp.queries.naive_figures import (
    BALANCES,
    EXACT,
    FORMULAS,
    RATES,
    Cell,
    final,
    percent,
    possible,
    unit_order,
)
from tests.unit.erp.queries.naive_grid import Grid, dated
from tests.unit.erp.queries.naive_policy import Claims, visible
from tests.unit.erp.queries.small_company import TREES, Data


def evaluate(
    data: Data, query: Query, claims: Claims, names: Mapping[str, Mapping[str, str]]
) -> list[dict[str, Any]]:
    """The rows of the result, in order."""
    return Evaluation(data, query, claims, names).rows()


class Evaluation(Grid):
    def rows(self) -> list[dict[str, Any]]:
        for selection in self.query.selections:
            (grouping,) = selection.query.groupings
            every = self.query.all_companies or any(g.dimension == "company" for g in self.query.groupings)
            query = replace(
                selection.query,
                companies=self.query.companies,
                all_companies=every and not self.query.companies,
            )
            shown = evaluate(self.data, query, self.claims, self.names)
            keys = {row[grouping.dimension] for row in shown}
            self.selected.append((grouping.dimension, keys, selection.excluded))
        asked = self.slot(self.narrowed(self.query.range), self.query.as_of)
        compared = None
        if self.query.comparison:
            compared = self.slot(self.narrowed(self.query.comparison.range), self.query.comparison.as_of)
        rows = self.grid(asked, compared)
        if self.query.without_rows:
            return self.absent(rows)
        self.shares(rows)
        self.cumulate(rows)
        kept = [row for row in rows if self.meets(row)]
        if self.query.count_rows:
            known = {
                (row["key"], row["step"])
                for row in kept
                if None
                not in [
                    self.member(row, g.dimension) for g in self.query.groupings if "date" not in g.dimension
                ]
            }
            return [{"row_count": len(known)}]
        if self.query.top:
            kept = [row for row in kept if self.has_rank(row)]
        kept.sort(key=cmp_to_key(self.compare))
        groups: dict[Any, list[Any]] = {}
        for row in kept:
            groups.setdefault(self.group(row), []).append(row)
        for group in groups.values():
            self.rank(group)
        if self.query.top:
            share = Modifier.SHARE in self.query.modifiers
            if share and not groups and not self.query.top_within:
                groups[()] = []
            for key, group in groups.items():
                cut = self.cut(group)
                left = [row for row in rows if self.group(row) == key]
                groups[key] = cut + (self.others(rows, left, cut) if share and (cut or not key) else [])
        return [self.shown(row) for group in groups.values() for row in group]

    def group(self, row: Any) -> Any:
        return tuple(self.member(row, g.dimension) for g in self.query.groupings[: self.query.top_within])

    def has_rank(self, row: Any) -> bool:
        """Something stands behind what is ranked by: of a change in either period."""
        slots = {Role.METRIC: ["asked"], Role.SHARE: ["asked"], Role.COMPARISON: ["compared"]}.get(
            self.by.role, ["asked", "compared"]
        )
        there = any(row[slot] and row[slot].present(self.by.key, row["unit"]) for slot in slots)
        return there and self.figure(row, self.by.key, self.by.role) is not None

    def absent(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Members without a row; of a balance, with nothing standing."""
        (grouping,) = self.query.groupings
        found = set()
        for row in rows:
            for metric in self.query.metrics:
                value = row["asked"].value(metric, row["unit"])
                if row["asked"].present(metric, row["unit"]) and (metric not in BALANCES or value):
                    found.add(row["key"][0])
        names = self.names.get(grouping.dimension, {})
        members = [
            key
            for key, row in by_id(self.data, grouping.dimension).items()
            if not row.get("is_disabled")
            and row.get("status") != "left"
            and key not in found
            and key not in TREES.get(grouping.dimension, {}).values()
            and visible(self.data, grouping.dimension, key, self.claims)
            and row.get("company_id") in {None, *self.companies}
            and possible(self.data, grouping.dimension, key, self.query.filter) is not False
        ]
        members.sort(key=lambda key: (names.get(key, key), key))
        if self.query.count_rows:
            return [{"row_count": len(members)}]
        return [{grouping.dimension: key} for key in members[: self.query.top or None]]

    # --- ordering, cutting, modifiers

    @property
    def orderings(self) -> tuple[Ordering, ...]:
        if self.query.orderings:
            return self.query.orderings
        dates = [g.dimension for g in self.query.groupings if g.dimension in ("date", "due_date")]
        dates.sort(key=["date", "due_date"].index)
        return (*map(Ordering, dates), Ordering(self.query.metrics[0], descending=True))

    @property
    def by(self) -> Ordering:
        metrics = [o for o in self.orderings if o.key in self.query.metrics]
        return metrics[0] if metrics else Ordering(self.query.metrics[0], descending=True)

    def adds_up(self, metric: str) -> bool:
        """No document is in two rows."""
        dimensions = {g.dimension for g in self.query.groupings}
        by_line = dimensions & {"item", "item_group", "brand", "warehouse"}
        lines = by_line or self.dimensions() & {"item", "item_group", "brand", "warehouse"}
        for leaf in FORMULAS.get(metric, ((metric,),))[0]:
            if leaf.partition(".")[0] in STOCK_COUNTS and (
                "." in leaf or dimensions - {"item", "item_group", "brand"}
            ):
                return False
            if leaf in OPEN_COUNTS and (by_line or "due_date" in dimensions):
                return False
            orders = leaf in ("sales_order_count", "purchase_order_count")
            if leaf in COUNTS and (by_line or (orders and lines and "due_date" in dimensions)):
                return False
        return True

    def of(self, row: Any, metric: str) -> Decimal | None:
        if row.get("others") and not (self.adds_up(metric) and not (self.dated and metric in BALANCES)):
            return None
        return self.valued(row, metric, "asked")

    def valued(self, row: Any, metric: str, slot: str) -> Decimal | None:
        found: Decimal | None = row[slot].value(metric, row["unit"])
        divisor = self.divisor(slot, row["at"])
        return found if found is None or divisor == 1 else EXACT.divide(found, divisor)

    def before(self, row: Any, metric: str) -> Decimal | None:
        if row["compared"] is None or (row.get("others") and self.of(row, metric) is None):
            return None
        return self.valued(row, metric, "compared")

    def figure(self, row: Any, metric: str, role: Role) -> Decimal | None:
        """What an order or a condition looks at, unrounded."""
        now = self.of(row, metric)
        if role is Role.METRIC:
            return now
        if role is Role.SHARE:
            part: Decimal | None = row.get("shares", {}).get(metric)
            return part
        before = self.before(row, metric)
        if role is Role.COMPARISON:
            return before
        if now is None or before is None:
            return None
        if role is Role.CHANGE:
            return now - before
        return EXACT.divide((now - before) * 100, abs(before)) if before else None

    def member(self, row: Any, dimension: str) -> Any:
        if dimension == "date":
            return row["step"]
        plain = [g.dimension for g in self.query.groupings if g.dimension != "date"]
        return row["key"][plain.index(dimension)]

    def label(self, row: Any, dimension: str) -> Any:
        key = self.member(row, dimension)
        return self.names.get(dimension, {}).get(key, key) if isinstance(key, str) else key

    def meets(self, row: Any) -> bool:
        for condition in self.query.metric_conditions:
            value = self.figure(row, condition.metric, condition.role)
            if value is None:
                return False
            yes = {
                Operator.GREATER_OR_EQUAL: value >= condition.value,
                Operator.GREATER: value > condition.value,
                Operator.LESS_OR_EQUAL: value <= condition.value,
                Operator.LESS: value < condition.value,
                Operator.EQUAL: value == condition.value,
                Operator.NOT_EQUAL: value != condition.value,
            }[condition.operator]
            if not yes:
                return False
        return True

    def compare(self, a: Any, b: Any) -> int:
        names = [Ordering(g.dimension) for g in self.query.groupings]
        asked = {o.key: o for o in self.orderings}
        outer = []
        for grouping in self.query.groupings[: self.query.top_within]:
            outer += [asked.get(grouping.dimension, Ordering(grouping.dimension)), grouping]
        for ordering in [*outer, *self.orderings, *names]:
            if not isinstance(ordering, Ordering):  # namesakes stay in groups of their own
                x, y = (self.member(r, ordering.dimension) for r in (a, b))
                if x != y:
                    return 1 if x is None or (y is not None and x > y) else -1
                continue
            figure = ordering.key in self.query.metrics
            x, y = (
                self.figure(r, ordering.key, ordering.role) if figure else self.label(r, ordering.key)
                for r in (a, b)
            )
            if x != y:
                if x is None or y is None:
                    return 1 if x is None else -1
                return (-1 if x > y else 1) if ordering.descending else (-1 if x < y else 1)
        x, y = (
            ([k or "" for k in r["key"] if not isinstance(k, date)], unit_order(r["unit"])) for r in (a, b)
        )
        return -1 if x < y else 1

    def identity(self, row: Any) -> Any:
        return row["key"], row["step"], row["unit"] if self.by.key in QUANTITIES else None

    def rank(self, rows: list[Any]) -> None:
        ranked = {
            self.identity(r): self.figure(r, self.by.key, self.by.role) for r in rows if self.has_rank(r)
        }
        for row in rows:
            own = ranked.get(self.identity(row))
            if own is not None:
                better = [
                    v
                    for v in ranked.values()
                    if v is not None and (v > own if self.by.descending else v < own)
                ]
                row["rank"] = 1 + len(better)

    def cut(self, rows: list[Any]) -> list[Any]:
        identities = list(dict.fromkeys(self.identity(row) for row in rows))
        firsts = identities[: self.query.top]
        if not firsts or len(identities) < self.query.rank_from:
            return []
        last = next(row for row in rows if self.identity(row) == firsts[-1])
        first = next(row for row in rows if self.identity(row) == firsts[max(self.query.rank_from - 1, 0)])

        def values(row: Any) -> list[Any]:
            return [
                self.figure(row, o.key, o.role) if o.key in self.query.metrics else self.label(row, o.key)
                for o in self.orderings
            ]

        begin = next(at for at, row in enumerate(rows) if values(row) == values(first))
        kept = [row for row in rows if self.identity(row) in firsts or values(row) == values(last)]
        return kept[begin:]

    def has_share(self, metric: str) -> bool:
        only_dates = [g.dimension for g in self.query.groupings] == ["date"]
        return self.adds_up(metric) and metric not in RATES and not (only_dates and metric in BALANCES)

    def whole(self, rows: list[Any], row: Any, metric: str) -> Decimal:
        by_step = len(self.query.groupings) > 1
        total = Decimal(0)
        seen = set()
        for other in rows:
            if by_step and other["step"] != row["step"]:
                continue
            if metric in QUANTITIES and other["unit"] != row["unit"]:
                continue
            if metric not in QUANTITIES and (other["key"], other["step"]) in seen:
                continue
            seen.add((other["key"], other["step"]))
            total += self.of(other, metric) or Decimal(0)
        return total

    def shares(self, rows: list[Any]) -> None:
        if Modifier.SHARE in self.query.modifiers:
            for row in rows:
                for metric in filter(self.has_share, self.query.metrics):
                    total, part = self.whole(rows, row, metric), self.of(row, metric)
                    there = total and part is not None
                    row[f"{metric}.share"] = percent(part, total) if there else None
                    exact = EXACT.divide(part * 100, total) if there else None
                    row.setdefault("shares", {})[metric] = exact

    def cumulate(self, rows: list[Any]) -> None:
        if Modifier.CUMULATIVE not in self.query.modifiers:
            return
        for row in rows:
            so_far = [
                r
                for r in rows
                if r["key"] == row["key"] and r["unit"] == row["unit"] and r["step"] <= row["step"]
            ]
            cell = Cell()
            for one in so_far:
                for leaf, found in one["asked"].leaves.items():
                    cell.leaves.setdefault(leaf, []).extend(found)
            for metric in self.query.metrics:
                if metric not in BALANCES:
                    row[f"{metric}.cumulative"] = final(metric, cell.value(metric, row["unit"]))

    def others(self, rows: list[Any], every: list[Any], kept: list[Any]) -> list[Any]:
        left = [row for row in every if not any(row is one for one in kept)]
        shown = {(row["key"], row["step"]) for row in kept}
        rest = []
        for number, unit in enumerate(sorted({row["unit"] for row in left}, key=unit_order)):
            row: dict[str, Any] = {
                "others": True,
                "unit": unit,
                "first": number == 0,
                "key": left[0]["key"],
                "step": left[0]["step"] if self.outer_date else None,
                "at": left[0]["at"],
            }
            for slot in ("asked", "compared"):
                cell = Cell()
                seen = set()
                for one in left:
                    for leaf, found in (one[slot].leaves if one[slot] else {}).items():
                        if leaf in QUANTITIES:
                            if one["unit"] == unit:
                                cell.leaves.setdefault(leaf, []).extend(t for t in found if t.unit == unit)
                        elif (one["key"], one["step"]) not in shown and (
                            one["key"],
                            one["step"],
                            leaf,
                        ) not in seen:
                            seen.add((one["key"], one["step"], leaf))
                            cell.leaves.setdefault(leaf, []).extend(found)
                row[slot] = cell if self.query.comparison or slot == "asked" else None
            by_step = self.dated and len(self.query.groupings) > 1 and not self.outer_date
            for metric in filter(self.has_share, self.query.metrics):
                total = Decimal(0) if by_step else self.whole(rows, row, metric)
                part = self.of(row, metric)
                row[f"{metric}.share"] = percent(part, total) if total and part is not None else None
            rest.append(row)
        return rest

    @property
    def outer_date(self) -> bool:
        return any(dated(g) for g in self.query.groupings[: self.query.top_within])

    def final(self, metric: str, value: Decimal | None) -> Decimal | None:
        if value is None or not self.query.average_over:
            return final(metric, value)
        money = metric not in QUANTITIES and metric not in COUNTS
        return value.quantize(Decimal(1) if money else Decimal("0.01"), ROUND_HALF_UP)

    def shown(self, row: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for at, grouping in enumerate(self.query.groupings):
            if row.get("others") and at >= self.query.top_within:
                found[grouping.dimension] = "기타" if at == self.query.top_within else None
            else:
                found[grouping.dimension] = self.member(row, grouping.dimension)
        if any(metric in QUANTITIES for metric in self.figures):
            found["unit"] = row["unit"] or None
        if Modifier.RANK in self.query.modifiers:
            found["rank"] = row.get("rank")
        for metric in self.query.metrics:
            now = self.of(row, metric)
            final = self.final
            found[metric] = final(metric, now)
            if self.query.comparison:
                before = self.before(row, metric)
                change = now - before if now is not None and before is not None else None
                found[f"{metric}.comparison"] = final(metric, before)
                found[f"{metric}.change"] = final(metric, change)
                if metric != "gross_margin":
                    found[f"{metric}.change_rate"] = (
                        percent(change, abs(before)) if change is not None and before else None
                    )
            if Modifier.SHARE in self.query.modifiers and self.has_share(metric):
                found[f"{metric}.share"] = row[f"{metric}.share"]
            if Modifier.CUMULATIVE in self.query.modifiers and metric not in BALANCES:
                found[f"{metric}.cumulative"] = row.get(f"{metric}.cumulative")  # the rest of a cut has none
            for name in BESIDE.get(metric, ()):
                beside = f"{metric}.{name}"
                if beside in self.figures:
                    found[beside] = self.of(row, beside)
        return found
