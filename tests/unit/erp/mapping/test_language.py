"""Mapping files are checked as a whole: every problem, with file and line."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from services.erp.load import MAPPINGS
from services.erp.local_model import BUSINESS_TABLES
from services.erp.mapping.language import parse_mapping, read_mapping
from services.erp.mapping.nodes import MappingError

CASES = Path(__file__).parents[3] / "cases/mapping"
PROBLEMS: dict[str, Any] = yaml.safe_load((CASES / "problems.yaml").read_text(encoding="utf-8"))
GOOD = """\
mapping: trial
types: {decimal: [qty]}
tables:
- to: customer
  from: partner
  key: [company, code]
  columns: {name: title, code: code, is_disabled: "off?"}
- to: supplier
  from: vendor
  optional: true
  key: id
  columns: {name: title}
"""


@pytest.mark.parametrize("case", PROBLEMS["cases"], ids=lambda case: str(case["case"]))
def test_problems_are_told_with_their_lines(case: dict[str, Any]) -> None:
    head = PROBLEMS["head"].removesuffix("tables:\n") + case.get("lookups", "") + "tables:\n"
    with pytest.raises(MappingError) as caught:
        parse_mapping(head + case["text"], "trial.yaml")
    said = str(caught.value).splitlines()
    assert len(said) == len(case["problems"]), said
    for line, expected in zip(said, case["problems"], strict=True):
        assert line.startswith(expected)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "trial.yaml:1: the file is empty"),
        ("tables: []", "trial.yaml:1: the entry 'mapping' is missing"),
        ("mapping: a", "trial.yaml:1: the entry 'tables' is missing"),
        ("a: [", "trial.yaml:1: not YAML"),
        ("mapping: a\ntables: []\nmore: 1", "trial.yaml:3: unknown entry 'more'"),
        ("mapping: a\ninexact: never\ntables: []", "trial.yaml:2: write reject or round, not 'never'"),
        ("mapping: a\ntypes: {number: [x]}\ntables: []", "trial.yaml:2: unknown entry 'number'"),
        ("- a\n- b", "trial.yaml:1: `name: value` lines are expected here"),
    ],
)
def test_a_file_that_is_none(text: str, problem: str) -> None:
    with pytest.raises(MappingError, match=r"^trial\.yaml") as caught:
        parse_mapping(text, "trial.yaml")
    assert str(caught.value).startswith(problem)


def test_a_missing_file() -> None:
    with pytest.raises(MappingError, match=r"none\.yaml:1: cannot be read"):
        read_mapping(Path("/nowhere/none.yaml"))


def test_what_the_source_lacks_is_told_at_once() -> None:
    mapping = parse_mapping(GOOD, "trial.yaml")
    mapping.check_source({"partner": ["company", "code", "title"]})
    with pytest.raises(MappingError) as caught:
        mapping.check_source({"partner": ["compani", "title"], "vendor": ["id"]})
    assert str(caught.value).splitlines() == [
        "trial.yaml:6: 'partner' has no column 'company'; did you mean compani?",
        "trial.yaml:6: 'partner' has no column 'code'",
        "trial.yaml:12: 'vendor' has no column 'title'",
    ]
    with pytest.raises(MappingError, match=r"trial\.yaml:4: the source has no table 'partner'; did you mean"):
        mapping.check_source({"partners": ["x"]})
    assert [table.source for table in mapping.absent({"partner": []})] == ["vendor"]


@pytest.mark.parametrize("path", sorted(MAPPINGS.glob("*.yaml")), ids=lambda path: str(path.stem))
def test_shipped_mappings_are_sound(path: Path) -> None:
    assert read_mapping(path).name == path.stem


def test_erpnext_fills_every_table_and_nearly_every_column() -> None:
    filled: dict[str, set[str]] = {}
    for table in read_mapping(MAPPINGS / "erpnext.yaml").tables:
        filled.setdefault(table.target.name, set()).update(table.values)
    assert filled.keys() == {table.name for table in BUSINESS_TABLES}
    empty = {
        f"{table.name}.{column.name}"
        for table in BUSINESS_TABLES
        for column in table.c
        if column.name not in filled[table.name]
    }
    # ERPNext keeps no remarks on these.
    assert empty == {
        f"{table}.remarks" for table in ("sales_order", "delivery", "purchase_order", "purchase_receipt")
    }
