"""Gold figures: SQL on the ERP's own tables, read-only, as far as an asker's claims let them see.

`SourceGold` gives each asker a connection with the set's tables made as temporary ones. Beside the source's own tables
they can read `asker(claim, value, position)`, `today(day)` and the functions `bare(name)` (a firm's name without its
legal form, spaces and case), `initials(name)` (초성), `exact(x)` (an aggregate: the sum as an exact decimal text) and
`quotient(a, b)`.
"""

import re
import sqlite3
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from services.launcher.errors import LauncherError
from services.launcher.evaluation.question_set import QuestionSet

Cell = str | int | float | None
Row = tuple[Cell, ...]

QUOTIENT_DIGITS: Final = 12
"""Digits after the point by which a quotient is known among gold figures: it counts as far as the table shows it."""

_PLACEHOLDER: Final = re.compile(r"\{(\w+)(?::(\w+))?(?:\|([가-힣]+)/([가-힣]+))?\}")
_LEGAL_FORM: Final = re.compile(r"\((?:주|유|재|사)\)|㈜|주식회사|유한회사")
_FINAL_DIGITS: Final = "013678"  # 영 일 삼 육 칠 팔 end in a consonant


@dataclass(frozen=True)
class Expected:
    """Rows of a gold query; `ordered` when their order counts."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    ordered: bool


@dataclass(frozen=True)
class Name:
    """What people say, and its key in the source."""

    spoken: str
    key: str


class MissingNameError(Exception):
    """The data has no such name as the question is about."""


class SourceGold:
    """Gold of one set over one source. `claims`: username -> claim -> values; roles are the claim `role`."""

    def __init__(
        self, source: str, questions: QuestionSet, claims: Mapping[str, Mapping[str, Sequence[str]]]
    ) -> None:
        """`source`: sqlite:///FILE.

        Raises:
            LauncherError: it is no SQLite database, or a table of the set can't be made from it.
        """
        if not source.startswith("sqlite:///"):
            raise LauncherError(
                "--source는 sqlite:///파일 이어야 합니다.", "--source must be sqlite:///FILE."
            )
        self._file = source.removeprefix("sqlite:///")
        self._set = questions
        self._claims = claims
        self._connections: dict[str, sqlite3.Connection] = {}
        self._names: dict[str, tuple[Name, ...]] = {}
        self._found: dict[tuple[Any, ...], Expected] = {}
        """What a query has found: phrasings of one question have the same gold."""

    def names(self, name: str) -> tuple[Name, ...]:
        """What the set's name stands for, the first choice first."""
        if name not in self._names:
            if name not in self._set.names:
                raise LauncherError(f"모르는 이름 {{{name}}}", f"Unknown name {{{name}}}")
            rows = self._run("", self._set.names[name], {}).rows
            self._names[name] = tuple(Name(str(row[0]), str(row[-1])) for row in rows)
        return self._names[name]

    def spoken(self, text: str, choice: int = 0) -> str:
        """The question with its names written in: `{name}`, `{name:form}` (see `_formed`), `{name|은/는}`.

        Raises:
            MissingNameError: the data has no such name.
        """

        def written(match: re.Match[str]) -> str:
            name, form, closed, opened = match.groups()
            said = _formed(self._chosen(name, choice).spoken, form)
            if closed:
                said += closed if _ends_in_consonant(said) else opened
            return said

        return _PLACEHOLDER.sub(written, text)

    def expected(self, user: str, sql: str, offered: Sequence[str] = (), choice: int = 0) -> Expected:
        """The rows of a gold query as the user may see them.

        `:name` in it is a name's key, `:name_name` what is said; `:choice_1` the key of what the turn before offered first.

        Raises:
            MissingNameError: the data has no such name.
            LauncherError: the SQL is wrong; says how.
        """
        wanted = set(re.findall(r"(?<!:):([a-z]\w*)", sql))
        values: dict[str, Any] = {}
        for each in wanted:
            if number := re.fullmatch(r"choice_(\d+)", each):
                index = int(number.group(1)) - 1
                values[each] = offered[index] if index < len(offered) else ""
            elif each.endswith("_name") and each.removesuffix("_name") in self._set.names:
                values[each] = self._chosen(each.removesuffix("_name"), choice).spoken
            else:
                values[each] = self._chosen(each, choice).key
        asked = (user, sql, *sorted(values.items()))
        if asked not in self._found:
            self._found[asked] = self._run(user, sql, values)
        return self._found[asked]

    def close(self) -> None:
        for connection in self._connections.values():
            connection.close()
        self._connections.clear()

    def _chosen(self, name: str, choice: int) -> Name:
        found = self.names(name)
        if not found:
            raise MissingNameError(name)
        return found[choice % len(found)]

    def _run(self, user: str, sql: str, values: Mapping[str, Any]) -> Expected:
        try:
            cursor = self._connection(user).execute(sql, values)
            rows = tuple(tuple(row) for row in cursor.fetchall())
        except sqlite3.Error as error:
            raise LauncherError(f"gold SQL: {error}\n{sql}", f"gold SQL: {error}\n{sql}") from error
        columns = tuple(str(column[0]) for column in cursor.description)
        tail = sql[sql.rfind(")") + 1 :] if sql.rstrip().endswith(")") else sql
        return Expected(columns, rows, bool(re.search(r"\border\s+by\b(?![^()]*\))", tail, re.IGNORECASE)))

    def _connection(self, user: str) -> sqlite3.Connection:
        if user not in self._connections:
            self._connections[user] = self._prepared(user)
        return self._connections[user]

    def _prepared(self, user: str) -> sqlite3.Connection:
        """A read-only connection whose temporary tables hold what this user may see; "" sees everything."""
        connection = sqlite3.connect(f"file:{self._file}?mode=ro", uri=True)
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.create_function("bare", 1, _bare, deterministic=True)
        connection.create_function("initials", 1, _initials, deterministic=True)
        connection.create_function("quotient", 2, _quotient, deterministic=True)
        connection.create_aggregate("exact", 1, _ExactSum)  # type: ignore[arg-type]
        connection.execute("CREATE TEMP TABLE today (day TEXT)")
        connection.execute("INSERT INTO today VALUES (?)", (self._set.today.isoformat(),))
        connection.execute("CREATE TEMP TABLE asker (claim TEXT, value TEXT, position INTEGER)")
        for claim, told in self._claims.get(user, {}).items():
            for position, value in enumerate(told):
                connection.execute("INSERT INTO asker VALUES (?, ?, ?)", (claim, value, position))
        for table, sql in self._set.tables.items():
            try:
                connection.execute(f'CREATE TEMP TABLE "{table}" AS {sql}')
            except sqlite3.Error as error:
                raise LauncherError(
                    f"set.yaml의 표 {table}: {error}", f"Table {table} of set.yaml: {error}"
                ) from error
        return connection


def _formed(name: str, form: str | None) -> str:
    """A name as it may be said instead of written out in full."""
    match form:
        case "bare":
            return _LEGAL_FORM.sub("", name).strip()
        case "joined":
            return name.replace(" ", "")
        case "spaced":
            bare = _LEGAL_FORM.sub("", name).strip()
            return f"{bare[:2]} {bare[2:]}"
        case "latinform":
            return _LEGAL_FORM.sub("㈜", name)
        case "tail" | "short":
            return "-".join(name.split("-")[-1 if form == "tail" else -2 :])
        case _:
            return name


def _initials(name: str | None) -> str:
    """The first consonant of each syllable; other characters stay."""
    return "".join(
        "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"[(ord(each) - ord("가")) // 588]
        if "가" <= each <= "힣"
        else each
        for each in name or ""
    )


def _bare(name: str | None) -> str | None:
    if name is None:
        return None
    return re.sub(r"\s+", "", _LEGAL_FORM.sub("", unicodedata.normalize("NFC", name))).casefold()


def _quotient(above: Any, below: Any) -> str | None:
    """Exact to `QUOTIENT_DIGITS` digits; None where there is nothing to divide by."""
    if above is None or below is None or not Decimal(str(below)):
        return None
    return f"{Decimal(str(above)) / Decimal(str(below)):.{QUOTIENT_DIGITS}f}"


def _ends_in_consonant(word: str) -> bool:
    last = re.sub(r"[^\w]", "", word)[-1:]
    if "가" <= last <= "힣":
        return (ord(last) - ord("가")) % 28 != 0
    return last in _FINAL_DIGITS or last.lower() in "lmnr"


class _ExactSum:
    """Adds decimals as they are written, so that cents stay cents."""

    def __init__(self) -> None:
        self._sum: Decimal | None = None

    def step(self, value: Any) -> None:
        if value is not None:
            self._sum = (self._sum or Decimal(0)) + Decimal(str(value))

    def finalize(self) -> str | None:
        return None if self._sum is None else format(self._sum, "f")
