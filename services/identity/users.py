"""The people who may sign in: a YAML file that an administrator edits, read again whenever it changes.

- username: kim.sales
  password_hash: $argon2id$v=19$m=65536,t=3,p=4$…   # python -m services.identity hash-password
  name: 김민준
  role: [sales]                                      # one name or a list; everybody is an employee as well
  claims:                                            # what they may see; an absent claim filters nothing
    company: [마루산업]
    employee: HR-EMP-00001
"""

import hashlib
import json
import re
import threading
import unicodedata
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import structlog
import yaml
from argon2 import extract_parameters
from argon2.exceptions import InvalidHashError
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
)

from services.identity.errors import ConfigurationError

log = structlog.get_logger(__name__)

MAX_FILE_BYTES = 4 * 1024 * 1024
EVERYBODYS_ROLE = "employee"

# Names a person's `sub`. It outlives a change of the issuer's address, as conversations keep their owner.
_SUBJECTS = uuid.UUID("5c9be6a0-6a0d-5b57-9c39-8c1a2a5f8f0e")

_KEYS = "username, password_hash, name, role, claims (company, territory, warehouse, employee, department)"

_COMPOUND_FAMILY_NAMES = ("남궁", "황보", "제갈", "사공", "선우", "서문", "독고", "동방", "어금", "망절")


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _text(value: str) -> str:
    value = unicodedata.normalize("NFC", value)
    if not value.strip() or any(unicodedata.category(c) == "Cc" for c in value):
        raise ValueError("비어 있거나 제어 문자가 있습니다 / is empty or holds control characters")
    return value


def _username(value: str) -> str:
    value = _text(value)
    if not re.fullmatch(r"[\w.@+-]+", value):
        raise ValueError(
            "문자, 숫자, . _ @ + - 만 쓸 수 있습니다 / may hold letters, digits and . _ @ + - only"
        )
    return value


def _role(value: str) -> str:
    value = _text(value)
    if not re.fullmatch(r"[\w.:-]+", value):
        raise ValueError(
            "역할 이름에 공백이나 기호를 쓸 수 없습니다 / a role's name may hold no spaces or symbols"
        )
    return value


def _argon2(value: str) -> str:
    try:
        parameters = extract_parameters(value)
    except InvalidHashError:
        raise ValueError(
            "argon2 해시가 아닙니다. python -m services.identity hash-password 로 만드세요"
            " / is not an argon2 hash; make one with: python -m services.identity hash-password"
        ) from None
    if (
        parameters.memory_cost > 1024 * 1024 or parameters.time_cost > 20
    ):  # KiB; a check must not take seconds
        raise ValueError("해시의 비용이 너무 큽니다 / costs too much to check (at most 1 GiB and 20 rounds)")
    return value


Text = Annotated[str, Field(max_length=256), AfterValidator(_text)]
# An empty list could be read as "sees nothing" or as "no filter"; it is refused so that nobody has to guess.
TextList = Annotated[tuple[Text, ...], BeforeValidator(_as_list), Field(min_length=1, max_length=256)]


class Claims(BaseModel):
    """What of the company's data a person may see, as it stands in the access token."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    company: TextList | None = None
    territory: TextList | None = None
    warehouse: TextList | None = None
    employee: Text | None = None
    department: TextList | None = None


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    username: Annotated[str, Field(max_length=128), AfterValidator(_username)]
    password_hash: Annotated[str, Field(max_length=512), AfterValidator(_argon2)]
    name: Text
    role: Annotated[
        tuple[Annotated[str, Field(max_length=64), AfterValidator(_role)], ...],
        BeforeValidator(_as_list),
        Field(max_length=64),
    ] = ()
    claims: Claims = Claims()


_ENTRIES = TypeAdapter(list[_Entry])


@dataclass(frozen=True, slots=True)
class User:
    """One person of the users file."""

    username: str
    password_hash: str = field(repr=False)
    name: str
    roles: tuple[str, ...]
    claims: Claims
    fingerprint: str = field(repr=False)
    """Changes with anything in the entry: a sign-in made under another fingerprint is over."""

    @property
    def subject(self) -> str:
        """The stable `sub` of this username: a UUID."""
        return str(uuid.uuid5(_SUBJECTS, self.username.casefold()))

    @property
    def family_and_given_name(self) -> tuple[str, str]:
        """Korean names stand family name first, without a space; a compound family name has two syllables."""
        if " " in self.name:
            family, _, given = self.name.partition(" ")
            return family, given.strip()
        if re.fullmatch(r"[가-힣]{2,}", self.name):
            length = 2 if self.name.startswith(_COMPOUND_FAMILY_NAMES) and len(self.name) > 2 else 1
            return self.name[:length], self.name[length:]
        return "", self.name


class UserDirectory:
    """The users file, kept current. A broken edit is logged and leaves the last good state in force."""

    def __init__(self, path: Path) -> None:
        """Raises ConfigurationError when the file can't be read: an issuer never starts on a broken one."""
        self.path = path
        self._lock = threading.Lock()
        self._seen = _signature(path)
        self._users = read_users(path)
        self.error: ConfigurationError | None = None

    def find(self, username: str) -> User | None:
        """The person of that username, letters of either case, as the file says now."""
        self._reload_when_changed()
        return self._users.get(fold(username))

    def everybody(self) -> list[User]:
        """All people of the file as last read."""
        return list(self._users.values())

    def _reload_when_changed(self) -> None:
        with self._lock:
            signature = _signature(self.path)
            if signature == self._seen:
                return
            self._seen = signature
            try:
                self._users = read_users(self.path)
            except ConfigurationError as error:
                self.error = error
                log.error("users_file_refused", ko=error.ko, en=error.en, kept="the last good state")
            else:
                self.error = None
                log.info("users_file_read", path=str(self.path), users=len(self._users))


def fold(username: str) -> str:
    """How usernames are compared: letters of either case, however Hangul was composed."""
    return unicodedata.normalize("NFC", username).casefold()


def _signature(path: Path) -> tuple[int, int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def read_users(path: Path) -> dict[str, User]:
    """The users of a file by folded username.

    Raises:
        ConfigurationError: names the file, the line, what is wrong there and what to write instead.
    """
    text = _read_text(path)
    node: yaml.Node | None = None
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        entries = _ENTRIES.validate_python(loader.construct_document(node) if node is not None else None)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _at(path, line, "YAML 형식이 올바르지 않습니다", f"this is not YAML: {error.problem}") from None
    except (yaml.YAMLError, RecursionError) as error:  # control characters, endless nesting: no line is known
        raise _at(path, 1, "YAML에 쓸 수 없는 문자가 있습니다", f"this is not YAML: {error}") from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        ko, en = _explain(first["type"], first["loc"], first["msg"])
        raise _at(path, _line_of(node, first["loc"]), ko, en) from None

    users: dict[str, User] = {}
    for index, entry in enumerate(entries):
        key = fold(entry.username)
        if key in users:
            raise _at(
                path,
                _line_of(node, (index, "username")),
                f"username {entry.username!r} 이(가) 두 번 나옵니다. 하나를 지우세요",
                f"the username {entry.username!r} stands here twice; remove one",
            )
        users[key] = User(
            username=entry.username,
            password_hash=entry.password_hash,
            name=entry.name,
            roles=tuple(sorted({EVERYBODYS_ROLE, *entry.role})),
            claims=entry.claims,
            fingerprint=_fingerprint(entry),
        )
    return users


def _read_text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise ConfigurationError(
            f"사용자 파일 {path} 을(를) 읽을 수 없습니다. MARU_USERS_FILE 의 경로와 권한을 확인하세요.",
            f"The users file {path} can't be read ({error.strerror}). Check MARU_USERS_FILE and its mode.",
        ) from None
    if len(raw) > MAX_FILE_BYTES:
        raise _at(path, 1, "파일이 4 MiB보다 큽니다", "the file is larger than 4 MiB")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        ko, en = "UTF-8이 아닙니다. UTF-8로 저장하세요", "this is not UTF-8; save the file as UTF-8"
        raise _at(path, line, ko, en) from None


def _at(path: Path, line: int, ko: str, en: str) -> ConfigurationError:
    return ConfigurationError(f"{path}:{line}: {ko}.", f"{path}:{line}: {en}.")


def _fingerprint(entry: _Entry) -> str:
    return hashlib.sha256(json.dumps(entry.model_dump(), sort_keys=True).encode()).hexdigest()


def _explain(kind: str, loc: tuple[int | str, ...], message: str) -> tuple[str, str]:
    """A validation error in Korean and English. `message` is the validator's own where it is one of ours."""
    where = ".".join(part for part in loc if isinstance(part, str)) or "users"
    if kind == "value_error":
        ko, _, en = message.removeprefix("Value error, ").partition(" / ")
        return f"{where}: {ko}", f"{where}: {en}"
    ko, en = {
        "missing": ("이 항목이 있어야 합니다", "this key is required"),
        "extra_forbidden": (
            f"모르는 항목입니다. 쓸 수 있는 것: {_KEYS}",
            f"this key is unknown; the keys are {_KEYS}",
        ),
        "list_type": ("목록이어야 합니다 (- 로 시작)", "this must be a list (items that start with -)"),
        "tuple_type": ("문자열이나 목록이어야 합니다", "this must be a text or a list of texts"),
        "string_type": ("문자열이어야 합니다. 숫자는 따옴표로 묶으세요", "this must be text; quote a number"),
        "model_type": ("항목: 값 형식이어야 합니다", "this must be a mapping of keys to values"),
        "too_short": (
            "목록이 비었습니다. 제한이 없으면 항목을 지우세요",
            "the list is empty; remove the key if there is to be no filter",
        ),
    }.get(kind, ("값이 올바르지 않습니다", message))
    return f"{where}: {ko}", f"{where}: {en}"


def _line_of(node: yaml.Node | None, loc: tuple[int | str, ...]) -> int:
    """The line of the value at `loc`, or of the closest thing around it that exists."""
    if node is None:
        return 1
    line = node.start_mark.line
    for part in loc:
        if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line
        elif isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == part:
                    node, line = value, key.start_mark.line
                    break
            else:
                break
    return line + 1


class _Loader(yaml.SafeLoader):
    """SafeLoader that refuses a key written twice, which YAML would silently let win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            name = str(key.value)
            if name in seen:
                problem = f"the key {name!r} stands here twice"
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
            seen.add(name)
        return super().construct_mapping(node, deep)
