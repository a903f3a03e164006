"""Who may read what, as a YAML file: path patterns to access lists.

- path: /                      # the top: holds for all
  allow: {roles: [employee]}
- path: 인사/                  # ends with a slash: a folder, inherited by all below
  allow: {departments: [인사팀], users: [kim.sales]}
  deny: {roles: [sales]}
  stop_inheritance: true
- path: "**/급여*.xlsx"        # otherwise documents: * within a name, ** over folders; the first that fits counts
  allow: everyone
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml
from maru.retrieval.v1.access_pb2 import AccessList, Principals

from services.launcher.errors import LauncherError

EVERYONE: Final = "everyone"
_KEYS: Final = frozenset({"path", "allow", "deny", "stop_inheritance"})
_FIELDS: Final[Mapping[str, str]] = {"roles": "roles", "departments": "departments", "users": "usernames"}


@dataclass(frozen=True, slots=True)
class AccessFile:
    """`folders` by path, "" the top; `patterns` of documents in the file's order."""

    folders: Mapping[str, AccessList]
    patterns: Sequence[tuple[re.Pattern[str], AccessList]]

    def of_document(self, path: str) -> AccessList | None:
        """None: nothing is said of it."""
        return next((access for pattern, access in self.patterns if pattern.fullmatch(path)), None)


NOTHING: Final = AccessFile({}, ())


def read_access_file(file: Path) -> AccessFile:
    """The file.

    Raises:
        LauncherError: it can't be read; names the entry that is wrong and what it should be.
    """
    try:
        entries = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        where = getattr(error, "problem_mark", None)
        line = f":{where.line + 1}" if where else ""
        raise LauncherError(
            f"{file}{line}: YAML 파일로 읽을 수 없습니다.", f"{file}{line}: it can't be read as YAML."
        ) from error
    if not isinstance(entries, list):
        raise _wrong(
            file, 0, "{path: …, allow: …}의 목록이어야 합니다", "it must be a list of {path: …, allow: …}"
        )
    folders: dict[str, AccessList] = {}
    patterns: list[tuple[re.Pattern[str], AccessList]] = []
    for number, entry in enumerate(entries, start=1):
        path, access = _entry(file, number, entry)
        if path.endswith("/"):
            folders[path.strip("/")] = access
        else:
            patterns.append((re.compile(_pattern(path.lstrip("/"))), access))
    return AccessFile(folders, patterns)


def principals(given: Any) -> Principals:
    """`everyone`, or {roles: […], departments: […], users: […]}. Raises ValueError, which says what is wrong."""
    if given in (None, {}):
        return Principals()
    if given == EVERYONE:
        return Principals(everyone=True)
    if not isinstance(given, dict) or not given.keys() <= _FIELDS.keys():
        raise ValueError(f"everyone | {{{', '.join(_FIELDS)}}}")
    found = Principals()
    for key, names in given.items():
        listed = [names] if isinstance(names, str) else names
        if not isinstance(listed, list) or not all(isinstance(name, str) and name for name in listed):
            raise ValueError(f"{key}: […]")
        getattr(found, _FIELDS[key]).extend(sorted(set(listed)))
    return found


def same(one: AccessList, other: AccessList) -> bool:
    """Whether two lists let in the same people, whatever the order."""
    return _comparable(one) == _comparable(other)


def is_set(access: AccessList) -> bool:
    """Whether it says anything."""
    return not same(access, AccessList())


def in_words(access: AccessList) -> str:
    """A line for people."""
    parts = [
        f"{mark} {', '.join(_named(who))}"
        for mark, who in (("허용 allow:", access.allow), ("금지 deny:", access.deny))
        if who.ByteSize()
    ]
    if access.stop_inheritance:
        parts.append("상위 허용 무시 stop_inheritance")
    return " · ".join(parts) or "–"


def _named(who: Principals) -> list[str]:
    return [
        *(["모두 everyone"] if who.everyone else []),
        *(f"role:{name}" for name in who.roles),
        *(f"department:{name}" for name in who.departments),
        *(f"user:{name}" for name in who.usernames),
    ]


def _comparable(access: AccessList) -> tuple[Any, ...]:
    return (
        *((who.everyone, set(who.roles), set(who.departments), set(who.usernames))
          for who in (access.allow, access.deny)),
        access.stop_inheritance,
    )  # fmt: skip


def _entry(file: Path, number: int, entry: Any) -> tuple[str, AccessList]:
    if not isinstance(entry, dict) or not isinstance(entry.get("path"), str) or not entry["path"]:
        raise _wrong(file, number, "path: 경로가 있어야 합니다", "it needs a path:")
    if unknown := entry.keys() - _KEYS:
        names = ", ".join(sorted(map(str, unknown)))
        raise _wrong(file, number, f"모르는 항목입니다: {names}", f"unknown key: {names}")
    stop = entry.get("stop_inheritance", False)
    if not isinstance(stop, bool):
        raise _wrong(
            file, number, "stop_inheritance는 true나 false입니다", "stop_inheritance is true or false"
        )
    lists = {}
    for key in ("allow", "deny"):
        try:
            lists[key] = principals(entry.get(key))
        except ValueError as error:
            raise _wrong(
                file, number, f"{key}는 이렇게 씁니다: {error}", f"write {key} as: {error}"
            ) from error
    return entry["path"], AccessList(stop_inheritance=stop, **lists)


def _pattern(path: str) -> str:
    """`**/` any folders or none, `**` anything, `*` and `?` within a name."""
    out = ""
    for part in re.split(r"(\*\*/|\*\*|\*|\?)", path):
        out += {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}.get(part, re.escape(part))
    return out


def _wrong(file: Path, number: int, korean: str, english: str) -> LauncherError:
    where = f"{file}, {number}" if number else str(file)
    return LauncherError(
        f"{where}번째 항목: {korean}." if number else f"{where}: {korean}.", f"{where}: {english}."
    )
