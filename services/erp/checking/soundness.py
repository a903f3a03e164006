"""Contradictions in a filled local model, as soundness.yaml lists them."""

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import Connection

from services.erp.checking.findings import Finding, Severity


def contradictions(model: Connection, filled: Mapping[str, Collection[str]]) -> Iterator[Finding]:
    """Those in the model; `filled`: the local tables, and the columns of each, that the mapping fills."""
    for test in tests():
        table, _, column = test["where"].partition(".")
        if column not in filled.get(table, ()):
            continue
        count, sample = model.exec_driver_sql(test["sql"]).one()
        if count:
            samples: tuple[Any, ...] = () if sample is None else (sample,)
            yield Finding(
                *(Severity(test["severity"]), "unsound", test["where"], test["ko"], test["en"]),
                int(count),
                samples,
            )


@cache
def tests() -> tuple[Mapping[str, str], ...]:
    """Every test, written out for each of its tables."""
    listed = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    return tuple(
        {
            key: text.format(name=name, **listed["names"].get(name, {}))
            for key, text in test.items()
            if key != "for"
        }
        for test in listed["tests"]
        for name in test.get("for", [""])
    )
