"""A set of questions with their gold, read from YAML: docs/evaluation.md describes the files."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import yaml

from services.launcher.errors import LauncherError

SET_FILE: Final = "set.yaml"
HALVES: Final = ("tune", "report")
_MACRO: Final = re.compile(r"\$(\w+)(?:\(([^()]*)\))?")
_QUESTION_KEYS: Final = frozenset({"id", "user", "category", "turns", "ask", "expect", "gold", "notes"})
_TURN_KEYS: Final = frozenset({"ask", "expect", "gold", "notes"})
_GOLD_KEYS: Final = frozenset(
    {"rows", "members", "record", "lines", "says", "choices", "words", "talk", "parts"}
)


class Expectation(StrEnum):
    """What an answer should be, as in the wire's outcomes."""

    ANSWERED = "answered"
    CLARIFIED = "clarified"
    REFUSED = "refused"
    NO_DATA = "no_data"


@dataclass(frozen=True)
class Gold:
    """What a right answer holds. Every text is SQL on the source but `words`; empty = not asked for.

    rows: the table, row by row; `ORDER BY` at its end makes the order count. members: key column and, if any, one figure
    that must add up to the same for each key; the table may have further columns. record: the number of the document;
    lines: its lines; says: values that the text, the fields or the table hold. choices: names or keys that may be
    offered, at least two of them; words: each stands in one of the offered choices. talk: an answer without a table.
    parts: the rows of each question, where several stand in one message.
    """

    rows: str = ""
    members: str = ""
    record: str = ""
    lines: str = ""
    says: str = ""
    choices: str = ""
    words: tuple[str, ...] = ()
    talk: bool = False
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Turn:
    """One thing said to Maru; the first expectation is the one that counts, the others are as good."""

    ask: str
    expect: tuple[Expectation, ...]
    gold: Gold = Gold()


@dataclass(frozen=True)
class Question:
    """One conversation of one person."""

    id: str
    user: str
    category: str
    turns: tuple[Turn, ...]

    @property
    def half(self) -> str:
        """`tune` or `report`, by the id alone. Phrasings of one question (`id~2`) stand in the same half."""
        stem = self.id.partition("~")[0]
        return HALVES[hashlib.sha256(stem.encode()).digest()[0] & 1]


@dataclass(frozen=True)
class QuestionSet:
    """Questions, and what they share: the day, the tables that gold is written on, names taken from the data.

    tables: name -> SELECT on the source, made as temporary tables in this order for each asker. names: name -> SELECT of
    what people say and, after it, the key.
    """

    today: date
    tables: Mapping[str, str]
    names: Mapping[str, str]
    questions: Sequence[Question] = field(repr=False)

    def only(self, half: str = "", categories: Sequence[str] = ()) -> "QuestionSet":
        """The questions of one half and of some categories; empty = all."""
        kept = [
            question
            for question in self.questions
            if (not half or question.half == half) and (not categories or question.category in categories)
        ]
        return QuestionSet(self.today, self.tables, self.names, kept)


def read_set(path: Path) -> QuestionSet:
    """The set in a folder (set.yaml and the questions beside it), or one file of a set with the set.yaml beside it.

    Raises:
        LauncherError: a file can't be read or has a mistake; says which and where.
    """
    folder = path if path.is_dir() else path.parent
    shared = _yaml(folder / SET_FILE)
    macros = {name: str(body) for name, body in (shared.get("macros") or {}).items()}
    files = sorted(folder.glob("*.yaml")) if path.is_dir() else [path]
    questions = [
        question
        for file in files
        if file.name != SET_FILE
        for question in _questions(file, _yaml(file), macros)
    ]
    twice = [q.id for index, q in enumerate(questions) if q.id in {other.id for other in questions[:index]}]
    if twice:
        raise _mistake(path, f"id {twice[0]!r}: 두 번 나옵니다", f"id {twice[0]!r} stands here twice")
    tables = {name: _filled(str(sql), macros) for name, sql in (shared.get("tables") or {}).items()}
    names = {name: _filled(str(sql), macros) for name, sql in (shared.get("names") or {}).items()}
    return QuestionSet(shared["today"], tables, names, questions)


def _yaml(file: Path) -> dict[str, Any]:
    try:
        loaded = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise LauncherError(f"{file}을(를) 읽을 수 없습니다.", f"{file} can't be read.") from error
    except yaml.YAMLError as error:
        raise _mistake(file, f"YAML이 아닙니다: {error}", f"not YAML: {error}") from error
    if not isinstance(loaded, dict):
        raise _mistake(file, "questions: 로 시작하는 YAML이어야 합니다", "must be a mapping with questions:")
    return loaded


def _questions(file: Path, loaded: dict[str, Any], macros: Mapping[str, str]) -> Iterator[Question]:
    defaults = loaded.get("defaults") or {}
    for entry in loaded.get("questions") or ():
        unknown = entry.keys() - _QUESTION_KEYS
        if unknown or "id" not in entry or ("ask" in entry) == ("turns" in entry):
            raise _mistake(
                file,
                f"{entry.get('id', entry)}: id와 ask 또는 turns가 있어야 합니다 (모르는 항목: {sorted(unknown)})",
                f"{entry.get('id', entry)}: needs id, and ask or turns (unknown: {sorted(unknown)})",
            )
        whole = {**defaults, **entry}
        phrasings = whole["ask"] if isinstance(whole.get("ask"), list) else [whole.get("ask")]
        for number, phrasing in enumerate(phrasings, 1):
            turns = whole.get("turns") or [
                {"ask": phrasing, "gold": whole.get("gold"), "expect": whole.get("expect")}
            ]
            yield Question(
                str(whole["id"]) if number == 1 else f"{whole['id']}~{number}",
                str(whole["user"]),
                str(whole["category"]),
                tuple(_turn(file, str(whole["id"]), turn, macros) for turn in turns),
            )


def _turn(file: Path, identifier: str, entry: dict[str, Any], macros: Mapping[str, str]) -> Turn:
    if entry.keys() - _TURN_KEYS or not isinstance(entry.get("ask"), str):
        raise _mistake(
            file,
            f"{identifier}: 차례에는 ask, expect, gold, notes만",
            f"{identifier}: a turn has ask, expect, gold, notes",
        )
    gold = _gold(file, identifier, entry.get("gold"), macros)
    told = entry.get("expect") or _usual(gold)
    try:
        expect = tuple(Expectation(each) for each in ([told] if isinstance(told, str) else told))
    except ValueError as error:
        raise _mistake(file, f"{identifier}: expect: {error}", f"{identifier}: expect: {error}") from error
    if expect[0] is Expectation.ANSWERED and gold == Gold():
        raise _mistake(file, f"{identifier}: gold가 없습니다", f"{identifier}: answered without gold")
    return Turn(entry["ask"], expect, gold)


def _usual(gold: Gold) -> str:
    return Expectation.CLARIFIED if gold.choices or gold.words else Expectation.ANSWERED


def _gold(file: Path, identifier: str, entry: Any, macros: Mapping[str, str]) -> Gold:
    if entry is None:
        return Gold()
    if isinstance(entry, str):
        return Gold(rows=_filled(entry, macros))
    if not isinstance(entry, dict) or entry.keys() - _GOLD_KEYS:
        raise _mistake(
            file,
            f"{identifier}: gold는 SQL이거나 {sorted(_GOLD_KEYS)}",
            f"{identifier}: gold is SQL or {sorted(_GOLD_KEYS)}",
        )
    fields: dict[str, Any] = {
        key: _filled(value, macros) if isinstance(value, str) else value for key, value in entry.items()
    }
    fields["words"] = tuple(fields.get("words", ()))
    fields["parts"] = tuple(_filled(sql, macros) for sql in fields.get("parts", ()))
    return Gold(**fields)


def _filled(sql: str, macros: Mapping[str, str]) -> str:
    """The SQL with its macros written out: `$name(a, b)` puts a and b for $1 and $2 of the macro's body."""

    def written(match: re.Match[str]) -> str:
        name, told = match.groups()
        if name not in macros:
            return match.group()
        given = [each.strip() for each in (told or "").split(",")]
        body = re.sub(r"\$(\d)", lambda number: given[int(number.group(1)) - 1], macros[name])
        return body if told is not None or match.group() == f"${name}" else match.group()

    for _ in range(5):  # a macro may use others
        filled = _MACRO.sub(written, sql)
        if filled == sql:
            break
        sql = filled
    return sql


def _mistake(file: Path, korean: str, english: str) -> LauncherError:
    return LauncherError(f"{file}: {korean}.", f"{file}: {english}.")
