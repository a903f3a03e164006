"""Another company than the demo's: its business under English names, keys, trees, currencies and gaps of its own.

tests/cases/other_company/company.yaml holds what is called how; the questions beside it are asked of this company alone.
"""

# ruff: noqa: S608 - the tables and columns are the schema's own

import re
import sqlite3
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import count, product
from pathlib import Path
from random import Random
from typing import Any

import yaml

from services.launcher.evaluation.question_set import QuestionSet, read_set
from tests.evaluation.renaming import _ITEM_COLUMNS, _replace, _table_of, _tables, _update

FOLDER = Path(__file__).resolve().parents[1] / "cases" / "other_company"
_PROFILE = FOLDER / "company.yaml"
DEMO_USERS = Path(__file__).resolve().parents[2] / "services" / "identity" / "demo_users.yaml"
_AMOUNT = re.compile(
    r"amount|total(?!_qty)|(?<!exchange_)(?<!conversion_)rate$|value|debit|credit|billed_amt|cost"
)
_TIMES = 37
_WON_A_YEN = 10
_LINKS = (
    *(
        "company",
        "represents_company",
        "brand",
        "uom",
        "stock_uom",
        "warehouse",
        "fg_warehouse",
        "wip_warehouse",
    ),
    *(
        "source_warehouse",
        "account",
        "debit_to",
        "credit_to",
        "income_account",
        "expense_account",
        "paid_from",
        "paid_to",
    ),
    *(
        "cost_center",
        "department",
        "company_name",
        "parent_account",
        "parent_cost_center",
        "parent_department",
    ),
)
# What people leave empty.
_GAPS = (
    "UPDATE `tabSales Order` SET delivery_date = NULL WHERE rowid % 3 = 0",
    "UPDATE `tabSales Order Item` SET delivery_date = NULL WHERE parent IN "
    "(SELECT name FROM `tabSales Order` WHERE rowid % 6 = 0)",
    "UPDATE `tabPurchase Order` SET schedule_date = NULL WHERE rowid % 3 = 0",
    "UPDATE `tabItem` SET brand = NULL WHERE rowid % 4 = 0",
    "UPDATE `tabCustomer` SET customer_group = NULL WHERE rowid % 17 = 0",
    "UPDATE `tabAccount` SET account_number = NULL",
)


def profile() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(_PROFILE.read_text(encoding="utf-8"))
    return loaded


def questions(asked: Path) -> QuestionSet:
    """The questions of a folder as this company is asked them, and its own."""
    told = profile()["questions"]
    with tempfile.TemporaryDirectory() as folder:
        for file in asked.glob("*.yaml"):
            text = file.read_text(encoding="utf-8")
            for demo, other in told.items():
                text = text.replace(demo, other)
            Path(folder, file.name).write_text(text, encoding="utf-8")
        for file in FOLDER.glob("*.yaml"):
            if file != _PROFILE:
                Path(folder, f"other_{file.name}").write_text(
                    file.read_text(encoding="utf-8"), encoding="utf-8"
                )
        return read_set(Path(folder))


def other(source: Path) -> None:
    """Makes the demo's source this company's, in place, and writes the users with its claims beside it."""
    told = profile()
    named = _Names(told)
    with closing(sqlite3.connect(source)) as database:
        _parties(database, told, Random(11))
        _items(database, told)
        _trees(database, told)
        people = _table_of(database, "tabEmployee", "employee_name", _each(told["people"]))
        _replace(database, "employee_name", people)
        for label, kind in (("account_name", "accounts"), ("department_name", "departments")):
            _replace(database, label, told[kind])
        _replace(database, "cost_center_name", told["cost_centers"])
        _update(database, "tabCompany", "abbr", told["abbreviations"])
        for column in _LINKS:
            for table in _tables(database, column):
                _update(database, table, column, _table_of(database, table, column, named.of))
        for table in ("tabCompany", "tabBrand", "tabAccount", "tabCost Center", "tabDepartment"):
            _update(database, table, "name", _table_of(database, table, "name", named.of))
        _yen(database)
        _amounts(database)
        for statement in _GAPS:
            database.execute(statement)
        database.commit()
    entries = yaml.safe_load(DEMO_USERS.read_text(encoding="utf-8"))
    for entry in entries:
        entry["claims"] = {
            claim: [named.of(each) for each in value] if isinstance(value, list) else value
            for claim, value in entry.get("claims", {}).items()
        }
    source.with_name("users.yaml").write_text(yaml.safe_dump(entries, allow_unicode=True), encoding="utf-8")


class _Names:
    """Companies, brands, units, and what ends in a company's abbreviation."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self._labels = told["warehouses_above"] | {old: new[0] for old, new in told["warehouse_of"].items()}
        self._labels |= told["departments"] | told["cost_centers"] | told["accounts"]
        self._short = told["abbreviations"]
        self._whole = told["companies"] | told["brands"] | told["units"] | told["territories_above"]

    def of(self, value: str) -> str:
        if value in self._whole:
            return str(self._whole[value])
        found = re.fullmatch(r"(?:\d{4} - )?(.+) - (\w+)", value)
        if found and found.group(2) in self._short:
            label, short = found.groups()
            return f"{self._labels.get(label, label)} - {self._short[short]}"
        return value


def _parties(database: sqlite3.Connection, told: Mapping[str, Any], random: Random) -> None:
    """Customers and suppliers; one firm that is both stays one. Their names become their keys."""
    tables = {"tabCustomer": "customer_name", "tabSupplier": "supplier_name"}
    firms = _firms(told, random)
    renamed = dict(told["companies"])
    for table, column in tables.items():
        keys: dict[str, str] = {}
        for key, label in database.execute(
            f'SELECT name, "{column}" FROM "{table}" ORDER BY name'
        ).fetchall():
            if label not in renamed:
                renamed[label] = next(firms)
            keys[key] = renamed[label]
        database.execute(f'UPDATE "{table}" SET custom_alias = NULL')
        _replace(database, column, renamed | keys)
        _replace(database, column.removesuffix("_name"), keys)
        _update(database, table, "name", keys)
        _replace(database, "party", keys)
    _replace(database, "party_name", renamed)


def _firms(told: Mapping[str, Any], random: Random) -> Iterator[str]:
    yield from told["firms"]
    pairs = list(product(told["roots"], range(len(told["trades"]))))
    random.shuffle(pairs)
    for root, trade in pairs:
        korean = not root.isascii()
        name = f"{root}{told['korean_trades'][trade]}" if korean else f"{root} {told['trades'][trade]}"
        firm = ("{}" if korean else random.choice(told["forms"])).format(name)
        if firm not in told["firms"]:
            yield firm


def _items(database: sqlite3.Connection, told: Mapping[str, Any]) -> None:
    words = re.compile("|".join(sorted(told["items"], key=len, reverse=True)))
    named = _table_of(
        database,
        "tabItem",
        "item_name",
        lambda name: words.sub(lambda word: told["items"][word.group()], name),
    )
    _replace(database, "item_name", named)
    keys = [key for (key,) in database.execute("SELECT name FROM `tabItem` ORDER BY rowid")]
    codes = {key: str(880_100_000 + 37 * index) for index, key in enumerate(keys)}
    codes |= {f"BOM-{key}-001": f"BOM-{code}-001" for key, code in codes.items()}
    for column in (*_ITEM_COLUMNS, "default_bom", "bom_no"):
        _replace(database, column, codes)
    for table in ("tabItem", "tabBOM"):
        _update(database, table, "name", codes)
    for table in _tables(database, "parenttype"):
        _update(database, table, "parent", codes, "AND parenttype IN ('Item', 'BOM')")
    database.execute("UPDATE `tabItem` SET custom_alias = NULL, description = item_name")


def _trees(database: sqlite3.Connection, told: Mapping[str, Any]) -> None:
    """Trees of their own depth; a master's rows are spread over the places that stand for its old one."""
    for doctype, master in (("Territory", "Customer"), ("Customer Group", "Customer"),
                            ("Supplier Group", "Supplier"), ("Item Group", "Item")):  # fmt: skip
        column = doctype.lower().replace(" ", "_")
        places = told[f"{column}_of"]
        rows = database.execute(f'SELECT name, "{column}" FROM "tab{master}" ORDER BY rowid').fetchall()
        spread = {key: places[old][index % len(places[old])] for index, (key, old) in enumerate(rows)}
        _replace(database, column, {old: new[0] for old, new in places.items()})
        database.executemany(
            f'UPDATE "tab{master}" SET "{column}" = ? WHERE name = ?',
            [(new, key) for key, new in spread.items()],
        )
        database.execute(f'DELETE FROM "tab{doctype}"')
        for name, above, left, right in _nested(told[column]):
            database.execute(
                f'INSERT INTO "tab{doctype}" (name, {column}_name, parent_{column}, is_group, lft, rgt) '
                "VALUES (?, ?, ?, ?, ?, ?)",
                (name, name, above, right > left + 1, left, right),
            )
    database.execute("DELETE FROM `tabWarehouse`")
    for (company, short), root in zip(
        zip(told["companies"].values(), told["abbreviations"].values(), strict=True),
        told["warehouse"].items(),
        strict=True,
    ):
        for name, above, left, right in _nested(dict([root])):
            database.execute(
                "INSERT INTO `tabWarehouse` (name, warehouse_name, company, parent_warehouse, is_group, disabled, lft, rgt) "
                "VALUES (?, ?, ?, ?, ?, 0, ?, ?)",
                (
                    f"{name} - {short}",
                    name,
                    company,
                    above and f"{above} - {short}",
                    right > left + 1,
                    left,
                    right,
                ),
            )


def _nested(
    tree: Mapping[str, Any], above: str | None = None, left: int = 1
) -> Iterator[tuple[str, str | None, int, int]]:
    """Each node, the one above it, lft and rgt."""
    for name, below in tree.items():
        rows = list(_nested(below or {}, name, left + 1))
        right = left + 2 * len(rows) + 1
        yield name, above, left, right
        yield from rows
        left = right + 1


def _yen(database: sqlite3.Connection) -> None:
    """What was traded with Japan in dollars was traded in yen."""
    for party, master, where in (
        ("customer", "tabCustomer", "territory IN ('Tokyo', 'Osaka')"), ("supplier", "tabSupplier", "country = 'Japan'")
    ):  # fmt: skip
        theirs = f"IN (SELECT name FROM \"{master}\" WHERE {where} AND default_currency = 'USD')"
        for table in _tables(database, "conversion_rate"):
            columns = _columns(database, table)
            if party not in columns:
                continue
            found = f"currency = 'USD' AND \"{party}\" {theirs}"
            lines = f"{table} Item"
            database.execute(
                f'UPDATE "{lines}" SET {_own(_columns(database, lines))} '
                f'WHERE parent IN (SELECT name FROM "{table}" WHERE {found})'
            )
            database.execute(
                f'UPDATE "{table}" SET {_own(columns)}, conversion_rate = {_WON_A_YEN}, '
                f"currency = 'JPY' WHERE {found}"
            )
        database.execute(
            f"UPDATE \"{master}\" SET default_currency = 'JPY' WHERE default_currency = 'USD' AND {where}"
        )


def _own(columns: Collection[str]) -> str:
    """Amounts in yen from those in won."""
    return ", ".join(
        f'"{name}" = "base_{name}" / {_WON_A_YEN}.0' for name in columns if f"base_{name}" in columns
    )


def _amounts(database: sqlite3.Connection) -> None:
    for table in _tables(database, "name"):
        amounts = [
            column for column, kind in _columns(database, table).items()
            if kind.startswith("decimal") and _AMOUNT.search(column)
        ]  # fmt: skip
        if amounts:
            times = ", ".join(f'"{each}" = "{each}" * {_TIMES}' for each in amounts)
            database.execute(f'UPDATE "{table}" SET {times}')


def _columns(database: sqlite3.Connection, table: str) -> dict[str, str]:
    return {str(row[1]): str(row[2]) for row in database.execute(f'PRAGMA table_info("{table}")')}


def _each(words: Sequence[str]) -> Callable[[str], str]:
    """The next of the words for each thing, with a number when they run out."""
    counted = ((word, turn) for turn in count() for word in words)

    def next_one(_: str) -> str:
        word, turn = next(counted)
        return word if not turn else f"{word[0]}{'가나다라마바'[turn]}{word[-1]}"

    return next_one
