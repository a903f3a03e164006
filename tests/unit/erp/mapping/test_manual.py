"""The manual is true: its example connects Northwind, its list of the local model is the local model's."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from services.erp.checking import needs
from services.erp.load import load
from services.erp.loading.model_file import ModelFile
from services.erp.loading.progress import Progress
from services.erp.local_model import metadata
from services.erp.local_model.__main__ import describe
from services.erp.local_model.glossary import MEANINGS
from services.erp.mapping.functions import FUNCTIONS, METHODS, SAME_KIND
from services.erp.mapping.language import parse_mapping

DOCS = Path(__file__).parents[4] / "docs"
MANUAL = (DOCS / "mapping.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", MANUAL, re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.split("\n", 1)[0])
def test_examples_are_sound(example: str) -> None:
    assert parse_mapping(example, "manual.yaml").tables


@pytest.mark.parametrize("part", re.findall(r"```yaml part\n(.*?)```", MANUAL, re.DOTALL))
def test_parts_of_files_are_sound(part: str) -> None:
    """Recipes; what is not a whole file is the list of its tables."""
    tables = "tables:\n" if part.startswith("-") else ""
    assert parse_mapping(f"mapping: part\n{tables}{part}", "manual.yaml").tables


def test_northwind(tmp_path: Path) -> None:
    source, model = tmp_path / "northwind.db", ModelFile(tmp_path / "model.sqlite")
    with closing(sqlite3.connect(source)) as connection:
        connection.executescript(Path(__file__).with_name("northwind.sql").read_text(encoding="utf-8"))
    mapping = parse_mapping(EXAMPLES[-1], "northwind.yaml")
    assert mapping.name == "northwind"
    events: list[object] = []
    load(f"sqlite:///{source}", model, mapping, Progress(events.append))
    with closing(sqlite3.connect(model.path)) as local:

        def rows(sql: str) -> list[tuple[object, ...]]:
            return local.execute(sql).fetchall()

        assert rows("SELECT * FROM rejected_row") == []
        assert rows("SELECT id FROM territory ORDER BY id") == [("France",), ("Germany",)]
        # 14*12 + 9.65*7*0.85 = 225.4175; 9.65*3*0.75 = 21.7125: by hand. Order 101 is not shipped.
        assert rows(
            "SELECT i.customer_id, i.posting_date, sum(l.base_net_amount) FROM sales_invoice i "
            "JOIN sales_invoice_line l ON l.sales_invoice_id = i.id WHERE i.state = 'submitted' GROUP BY i.id"
        ) == [("ALPHA", "2024-07-16", 2254175), ("GAMMA", "2024-07-12", 217125)]
        assert rows(
            "SELECT o.id, sum(l.open_quantity) FROM sales_order o "
            "JOIN sales_order_line l ON l.sales_order_id = o.id "
            "WHERE o.status NOT IN ('closed', 'on_hold') GROUP BY o.id"
        ) == [("101", 5_000_000)]
        assert rows("SELECT name, manager_id FROM employee ORDER BY id") == [
            ("Anna Kim", "2"),
            ("Bo Lee", None),
        ]
        assert rows("SELECT item_id, projected_quantity FROM stock_balance ORDER BY 1") == [
            ("11", 39_000_000),
            ("12", 83_000_000),
        ]
        assert rows("SELECT id, is_disabled FROM item ORDER BY 1") == [("11", 0), ("12", 1)]
        assert rows("SELECT id, currency FROM company") == [("NW", "USD")]


def test_the_list_of_the_local_model_is_fresh() -> None:
    """Mend with: python -m services.erp.local_model > docs/local-model.md"""
    assert (DOCS / "local-model.md").read_text(encoding="utf-8") == describe()


def test_the_glossary_names_only_columns_that_exist() -> None:
    columns = {column.name for table in metadata.tables.values() for column in table.c}
    assert set(MEANINGS) <= columns


def test_every_function_is_in_the_manual() -> None:
    for name in (*FUNCTIONS, *SAME_KIND, "key"):
        assert f"`{name}(" in MANUAL
    for name in METHODS:
        assert f".{name}(" in MANUAL


def test_the_list_of_what_metrics_need_is_fresh() -> None:
    """Mend with: python -m services.erp.checking.needs > docs/metric-needs.md"""
    assert (DOCS / "metric-needs.md").read_text(encoding="utf-8") == needs.describe()


def test_every_test_of_soundness_and_every_kind_of_finding_is_explained() -> None:
    for kind in ("rejected", "repeated_key", "no_rows", "unlisted_word", "lookup_missed", "lookup_repeated"):
        assert f"`{kind}`" in MANUAL
    for kind in ("unsound", "dangling", "lossy", "always_empty", "not_connected", "lookup_unreadable"):
        assert f"`{kind}`" in MANUAL
