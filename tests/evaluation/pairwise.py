"""python -m tests.evaluation.pairwise: writes tests/cases/questions/pairwise.yaml from pairwise.yaml.

Measure × time × dimension × modifier × asker × phrasing: as few questions as a greedy search finds in which every possible
pair of two factors' values comes. The same templates give the same file.
"""

# ruff: noqa: S608 - the SQL is made of the templates beside this file and written to a file

import random
import sys
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import Any

import yaml

TEMPLATES = Path(__file__).with_name("pairwise.yaml")
QUESTIONS = Path(__file__).parents[1] / "cases" / "questions" / "pairwise.yaml"
HEAD = "# Written by python -m tests.evaluation.pairwise from tests/evaluation/pairwise.yaml; don't edit.\n"
TOP = 3
AT_LEAST = 10_000_000
_CANDIDATES = 400
_RANKED = ("top", "bottom", "share_top")
_OF_GROUPS = ("top", "bottom", "share", "share_top", "threshold")


@dataclass(frozen=True)
class Combination:
    """One question: a value of every factor; the dimension "" is none."""

    metric: str
    time: str
    dimension: str
    modifier: str
    asker: str
    phrasing: int

    @property
    def pairs(self) -> frozenset[tuple[Any, ...]]:
        named = [(field.name, value) for field, value in zip(fields(self), astuple(self), strict=True)]
        return frozenset(combinations(named, 2))


class Templates:
    """The factors and the SQL of their values."""

    def __init__(self, file: Path = TEMPLATES) -> None:
        self.loaded: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))

    @cached_property
    def possible(self) -> list[Combination]:
        """Every combination that means something."""
        return [
            Combination(metric, time, dimension, modifier, asker, phrasing)
            for metric, spec in self.loaded["metrics"].items()
            for time in self.loaded["times"]
            for dimension in ("", *spec["dimensions"])
            for modifier in self.loaded["modifiers"]
            if self._fits(spec, self.loaded["times"][time], dimension, modifier)
            for asker in self.loaded["askers"]
            if asker in self.loaded["domains"][spec["domain"]] or (not dimension and modifier == "plain")
            for phrasing in range(len(self.loaded["phrasings"]))
        ]

    def _fits(self, metric: dict[str, Any], time: dict[str, Any], dimension: str, modifier: str) -> bool:
        if dimension == "month" and not time.get("months"):
            return False
        if modifier in _OF_GROUPS and dimension in ("", "month"):
            return False
        if modifier == "cumulative" and (
            dimension != "month" or metric.get("ratio") or time["range"][0].month != 1
        ):
            return False
        if modifier in ("share", "share_top") and metric.get("ratio"):
            return False
        if modifier == "threshold" and (metric.get("ratio") or metric.get("count")):
            return False
        if modifier in ("before", "year"):
            return modifier in time and dimension != "month"
        return True

    def chosen(self) -> Iterator[Combination]:
        """Combinations until every pair has come, the most useful of some random ones first."""
        chance = random.Random(self.loaded["seed"])
        pairs = [each.pairs for each in self.possible]
        missing = set().union(*pairs)
        while missing:
            tried = chance.sample(range(len(pairs)), _CANDIDATES)
            if not any(pairs[each] & missing for each in tried):
                wanted = min(missing, key=repr)
                tried = [each for each, held in enumerate(pairs) if wanted in held]
            best = max(tried, key=lambda each: len(pairs[each] & missing))
            missing -= pairs[best]
            yield self.possible[best]

    def question(self, number: int, of: Combination) -> dict[str, Any]:
        """The question as the set's files have it."""
        metric, time = self.loaded["metrics"][of.metric], self.loaded["times"][of.time]
        words = {
            "t": _turned(time["words"], number),
            "d": f"{_turned(self.loaded['dimensions'][of.dimension]['words'], number)} "
            if of.dimension
            else "",
            "m": _turned(metric["words"], number),
            "x": self._modifier_words(time, of.modifier),
        }
        parts = ("pw", *map(str, astuple(of)[:4]), of.asker.partition(".")[0], str(of.phrasing))
        entry = {
            "id": "-".join(part for part in parts if part),
            "user": of.asker,
            "category": "pairwise",
            "ask": self.loaded["phrasings"][of.phrasing].format(**words),
        }
        if of.asker not in self.loaded["domains"][metric["domain"]]:
            return {**entry, "category": "forbidden", "expect": "refused"}
        return {**entry, "gold": self._gold(metric, time, of)}

    def _modifier_words(self, time: dict[str, Any], modifier: str) -> str:
        words = {
            "plain": "",
            "top": f" 상위 {TOP}개",
            "bottom": f" 하위 {TOP}개",
            "share": " 비중",
            "share_top": f" 비중 상위 {TOP}개",
            "threshold": " 1천만원 이상",
            "cumulative": " 누계",
        }
        return words[modifier] if modifier in words else f" {time[modifier][0]}"

    def _gold(self, metric: dict[str, Any], time: dict[str, Any], of: Combination) -> str:
        start, end = time["range"]
        value = metric["value"]
        rows = f"{metric['from']} AND day BETWEEN '{start}' AND '{end}'"
        column = self.loaded["dimensions"][of.dimension]["column"] if of.dimension else ""
        if of.modifier in ("before", "year"):
            _, earlier, until = time[of.modifier]
            return _compared(metric, column, (start, end), (earlier, until))
        if not column:
            return f"SELECT coalesce({value}, 0) FROM {rows}"
        if of.dimension == "month":
            return _months(metric, rows, start, end, cumulative=of.modifier == "cumulative")
        grouped = f"SELECT {column} AS g, {value} AS v FROM {rows} GROUP BY 1"
        match of.modifier:
            case "top" | "bottom":
                order = "DESC" if of.modifier == "top" else "ASC"
                number = "CAST(v AS REAL)"
                ranked = f"SELECT g, v, rank() OVER (ORDER BY {number} {order}) AS r FROM ({grouped})"
                return f"SELECT g, v FROM ({ranked}) WHERE r <= {TOP} ORDER BY {number} {order}"
            case "threshold":
                return f"SELECT g, v FROM ({grouped}) WHERE v >= {AT_LEAST}"
            case "share":
                return f"SELECT g, v, quotient(100 * v, (SELECT {value} FROM {rows})) FROM ({grouped})"
            case "share_top":
                return _shares_of_top(grouped, f"(SELECT {value} FROM {rows})")
            case _:
                return grouped


def _compared(metric: dict[str, Any], column: str, now: tuple[Any, Any], before: tuple[Any, Any]) -> str:
    """Both periods beside each other, for each group that has rows in either."""

    def rows(span: tuple[Any, Any]) -> str:
        return f"{metric['from']} AND day BETWEEN '{span[0]}' AND '{span[1]}'"

    value = metric["value"]
    if not column:
        return f"SELECT (SELECT coalesce({value}, 0) FROM {rows(now)}), (SELECT coalesce({value}, 0) FROM {rows(before)})"
    empty = "NULL" if metric.get("ratio") else "0"
    one = f"(SELECT {value} AS v FROM {{}} AND {column} IS k.g)"
    return (
        f"SELECT k.g, coalesce({one.format(rows(now))}, {empty}), coalesce({one.format(rows(before))}, {empty}) FROM "
        f"(SELECT DISTINCT {column} AS g FROM {rows(now)} UNION SELECT DISTINCT {column} FROM {rows(before)}) k"
    )


def _months(metric: dict[str, Any], rows: str, start: Any, end: Any, *, cumulative: bool) -> str:
    empty = "NULL" if metric.get("ratio") else "0"
    each = (
        f"SELECT m.day AS m, coalesce((SELECT {metric['value']} FROM {rows} AND $month(day) = m.day), {empty}) AS v "
        f"FROM months m WHERE m.day BETWEEN '{start}' AND '{end}'"
    )
    if cumulative:
        return f"SELECT m, v, sum(v) OVER (ORDER BY m) FROM ({each}) ORDER BY m"
    return f"SELECT m, v FROM ({each}) ORDER BY m"


def _shares_of_top(grouped: str, total: str) -> str:
    """The first of them with their shares of the whole, and the rest as one row."""
    ranked = f"SELECT g, v, rank() OVER (ORDER BY v DESC) AS r FROM ({grouped})"
    return (
        f"SELECT g, v, quotient(100 * v, {total}) FROM ({ranked}) WHERE r <= {TOP} UNION ALL "
        f"SELECT '기타', sum(v), quotient(100 * sum(v), {total}) FROM ({ranked}) WHERE r > {TOP} HAVING count(*) > 0"
    )


def _turned(words: list[str], number: int) -> str:
    return str(words[number % len(words)])


def written() -> str:
    """The file's text."""
    templates = Templates()
    questions = [templates.question(number, each) for number, each in enumerate(templates.chosen())]
    return HEAD + yaml.safe_dump({"questions": questions}, allow_unicode=True, sort_keys=False, width=160)


if __name__ == "__main__":
    QUESTIONS.write_text(written(), encoding="utf-8")
    sys.stdout.write(f"{QUESTIONS}\n")
