"""The same company under other names: every customer, supplier, item and person is called otherwise, at random.

What resembled each other still does: parts of names are exchanged for other parts, one for one.
"""

# ruff: noqa: S608 - the tables and columns are the schema's own

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from random import Random

from services.erp.demo_company import names

_SYLLABLES = (
    "가강건경고광구근기길나남노누다단달담대도동두라로루리마만명모무미민바반백범보봄봉비빈산새서석선설성세소솔송수순시신아안양"
    "여연영오온옥완우운원월유윤은음의인일자장재전정제조주준지진찬창채천철청초추태평하한해향현호홍화환효훈휘희"
)
_TRADES = (
    *("무역", "화학", "전자", "바이오", "로지스", "섬유", "글로벌", "코리아", "제약", "식품", "목재", "상회"),
    *(
        "인터내셔널",
        "컴퍼니",
        "솔루션",
        "에너지",
        "환경",
        "조선",
        "통상",
        "네트웍스",
        "파트너스",
        "인더스트리",
        "메탈",
        "테크윈",
    ),
)
_PRODUCTS = (
    *(
        "유량계",
        "압력센서",
        "서보모터",
        "인버터",
        "실린더",
        "히터",
        "냉각팬",
        "펌프헤드",
        "가스켓",
        "노즐",
        "필터",
        "스위치",
    ),
    *(
        "릴레이",
        "커넥터",
        "케이블",
        "변압기",
        "차단기",
        "열교환기",
        "진공관",
        "로드셀",
        "엔코더",
        "컨트롤러",
        "버너",
        "댐퍼",
    ),
    *("임펠러", "부싱", "스프링", "와셔", "리벳", "핀", "호스", "밸런서"),
)
_SURNAMES = "구나노도마민배백변봉성손심양엄여옥우원위유육은인전제주지진차채천추탁표피하함현"
_ITEM_COLUMNS = ("item_code", "item", "production_item", "variant_of")
_LEGAL = re.compile(r"(\((?:주|유)\)|주식회사)")


def rename(source: Path, seed: int = 7) -> None:
    """Renames in the ERP's own tables, in place."""
    random = Random(seed)
    with closing(sqlite3.connect(source)) as database:
        firm = _Firms(random)
        for table, column in (("tabCustomer", "customer_name"), ("tabSupplier", "supplier_name")):
            _replace(database, column, _table_of(database, table, column, firm.renamed))
        for table in ("tabCustomer", "tabSupplier"):
            aliases = _table_of(database, table, "custom_alias", firm.renamed)
            database.executemany(
                f'UPDATE "{table}" SET custom_alias = ? WHERE custom_alias = ?',
                [(new, old) for old, new in aliases.items()],
            )
        item = _Items(random)
        _replace(database, "item_name", _table_of(database, "tabItem", "item_name", item.renamed))
        codes = _table_of(database, "tabItem", "name", item.recoded)
        for column in _ITEM_COLUMNS:
            _replace(database, column, codes)
        _update(database, "tabItem", "name", codes)
        for table in _tables(database, "parenttype"):
            _update(database, table, "parent", codes, "AND parenttype = 'Item'")
        database.execute("UPDATE `tabItem` SET custom_alias = NULL, description = item_name")
        people = _people(random)
        _replace(
            database,
            "employee_name",
            _table_of(database, "tabEmployee", "employee_name", lambda _: next(people)),
        )
        database.commit()


class _Firms:
    """New parts for the parts of firms' names; what has no known parts gets a new name as a whole."""

    def __init__(self, random: Random) -> None:
        self._roots = _words(random, 2)
        trades = list(_TRADES)
        random.shuffle(trades)
        self._trades = dict(zip(names._BUSINESSES, trades, strict=False))
        self._known: dict[str, str] = {}

    def renamed(self, name: str) -> str:
        return "".join(
            part if _LEGAL.fullmatch(part) else self._words_of(part) for part in _LEGAL.split(name)
        )

    def _words_of(self, text: str) -> str:
        return re.sub(r"[^\s,]+", lambda match: self._word(match.group()), text)

    def _word(self, word: str) -> str:
        if word in names._BRANCHES or not re.search("[가-힣]", word):
            return self._latin(word) if re.match("[A-Z][a-z]{3}", word) else word
        root = next((root for root in names._ROOTS if word.startswith(root)), word)
        trade = word.removeprefix(root)
        return self._new(root) + self._trades.get(trade, trade and self._new(trade))

    def _new(self, part: str) -> str:
        return self._known.setdefault(part, next(self._roots))

    def _latin(self, word: str) -> str:
        letters = "bcdfghjklmnprstvz"
        hashed = Random(word)
        return "".join(hashed.choice(letters) + hashed.choice("aeiou") for _ in range(3)).capitalize()


class _Items:
    """Other products in other sizes, coded otherwise."""

    def __init__(self, random: Random) -> None:
        self._random = random
        products = list(_PRODUCTS)
        random.shuffle(products)
        self._products = iter(products)
        self._words: dict[str, str] = {}
        self._numbers: dict[str, str] = {}
        self._letters: dict[str, str] = {}

    def renamed(self, name: str) -> str:
        return re.sub(r"[가-힣]{2,}", self._product, self._sized(name))

    def recoded(self, code: str) -> str:
        return re.sub(r"^[A-Z]+(?=-)", self._series, self._sized(code))

    def _product(self, match: re.Match[str]) -> str:
        told = match.group()
        if told not in self._words:
            self._words[told] = next(self._products, told)
        return self._words[told]

    def _series(self, match: re.Match[str]) -> str:
        told = match.group()
        if told not in self._letters:
            taken = set(self._letters.values())
            self._letters[told] = next(
                code for code in self._codes(len(told)) if code not in taken and code not in ("KG", "EA")
            )
        return self._letters[told]

    def _codes(self, length: int) -> Iterator[str]:
        while True:
            yield "".join(self._random.choice("BCDFGHJKLMNPQRSTVWXZ") for _ in range(max(2, length)))

    def _sized(self, text: str) -> str:
        return re.sub(r"\d{3,}", self._number, text)

    def _number(self, match: re.Match[str]) -> str:
        told = match.group()
        while told not in self._numbers:
            new = str(self._random.randrange(10 ** (len(told) - 1), 10 ** len(told)))
            if new not in self._numbers.values():
                self._numbers[told] = new
        return self._numbers[told]


def _words(random: Random, syllables: int) -> Iterator[str]:
    """Invented words without end, none twice."""
    taken: set[str] = set()
    while True:
        word = "".join(random.choice(_SYLLABLES) for _ in range(syllables))
        if word not in taken and len(set(word)) == syllables:
            taken.add(word)
            yield word


def _people(random: Random) -> Iterator[str]:
    for given in _words(random, 2):
        yield random.choice(_SURNAMES) + given


def _table_of(
    database: sqlite3.Connection, table: str, column: str, renamed: Callable[[str], str]
) -> dict[str, str]:
    rows = database.execute(f'SELECT DISTINCT "{column}" FROM "{table}" ORDER BY 1')
    return {str(old): renamed(str(old)) for (old,) in rows if old}


def _tables(database: sqlite3.Connection, column: str) -> list[str]:
    """The tables that have the column."""
    tables = [
        str(name) for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    ]
    return [
        table
        for table in tables
        if column in {str(row[1]) for row in database.execute(f'PRAGMA table_info("{table}")')}
    ]


def _replace(database: sqlite3.Connection, column: str, new: dict[str, str]) -> None:
    for table in _tables(database, column):
        _update(database, table, column, new)


def _update(
    database: sqlite3.Connection, table: str, column: str, new: dict[str, str], more: str = ""
) -> None:
    database.create_function("renamed", 1, partial(_get, new), deterministic=True)
    database.execute(
        f'UPDATE "{table}" SET "{column}" = renamed("{column}") WHERE "{column}" IS NOT NULL {more}'
    )


def _get(new: dict[str, str], old: str) -> str:
    return new.get(old, old)
