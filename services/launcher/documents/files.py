"""Files of this machine to the documents that they are."""

import os
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from services.launcher.documents.client import LARGEST_FILE
from services.launcher.errors import LauncherError

_NO_DOCUMENTS: Final = frozenset({"thumbs.db", "desktop.ini"})
_OPEN_IN_OFFICE: Final = "~$"


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file, and the document's `path` that it is for. `stamp` changes with its content, as far as can be told without
    reading it.
    """

    path: str
    file: bytes
    size: int
    stamp: tuple[int, int, int]

    def read(self) -> bytes:
        """Raises OSError."""
        with open(self.file, "rb") as opened:
            return opened.read(LARGEST_FILE + 1)


@dataclass(frozen=True, slots=True)
class Problem:
    """A file that is not sent, or a document that could not be read, and why, in both languages."""

    path: str
    korean: str
    english: str


@dataclass(frozen=True, slots=True)
class Scan:
    """What lies on the paths that were given. `whole`: among them are folders, so what is missing was removed."""

    files: dict[str, LocalFile]
    problems: Sequence[Problem]
    whole: bool


def scan(paths: Sequence[Path], into: str) -> Scan:
    """The files: of a folder all below it, by their paths from there; a file by its name; all below the folder `into`.

    Raises:
        LauncherError: a path isn't there, or two files are for one document.
    """
    files: dict[str, LocalFile] = {}
    problems: list[Problem] = []
    for given in paths:
        if not given.exists():
            raise LauncherError(f"{given}: 파일이나 폴더가 없습니다.", f"{given}: no such file or folder.")
        top = os.fsencode(given if given.is_dir() else given.parent)
        for file in _below(top) if given.is_dir() else [os.fsencode(given)]:
            found = _looked_at(file, os.path.relpath(file, top), into)
            if isinstance(found, Problem):
                problems.append(found)
            elif found and (other := files.setdefault(found.path, found)) is not found:
                raise LauncherError(
                    f"두 파일의 문서 경로가 같습니다: {found.path} ({os.fsdecode(other.file)}, {os.fsdecode(file)}). "
                    "--into로 나누어 가져오세요.",
                    f"Two files are for the same document: {found.path}. Import them apart, with --into.",
                )
    return Scan(dict(sorted(files.items())), problems, any(path.is_dir() for path in paths))


def digest(content: bytes) -> str:
    """As the service has it."""
    return sha256(content).hexdigest()


def _below(folder: bytes) -> Iterator[bytes]:
    """Files below, without what a name hides or a link leads to."""
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(b"."))
        yield from (os.path.join(where, name) for name in sorted(names) if not name.startswith(b"."))


def _looked_at(file: bytes, relative: bytes, into: str) -> LocalFile | Problem | None:
    """None for what no one means to import."""
    text = _decoded(relative)
    if text is None:
        return Problem(
            repr(relative)[2:-1],
            "파일 이름의 글자를 알 수 없습니다(UTF-8도 CP949도 아님). 이름을 바꾼 뒤 다시 가져오세요.",
            "Its name is neither UTF-8 nor CP949. Rename the file.",
        )
    path = "/".join(part for part in (into, unicodedata.normalize("NFC", text)) if part)
    name = path.rpartition("/")[2]
    if name.lower() in _NO_DOCUMENTS or name.startswith(_OPEN_IN_OFFICE):
        return None
    try:
        status = os.stat(file, follow_symlinks=False)
        if not os.path.isfile(file) or os.path.islink(file):
            return Problem(path, "파일이 아니라 연결(링크)입니다.", "A link, not a file.")
        if not os.access(file, os.R_OK):
            raise PermissionError
    except OSError:
        return Problem(path, "읽을 권한이 없습니다.", "It may not be read.")
    if status.st_size == 0:
        return Problem(path, "빈 파일입니다.", "The file is empty.")
    if status.st_size > LARGEST_FILE:
        # In the service's own words: which of the two refuses it makes no difference.
        return Problem(
            path,
            f"파일이 너무 큽니다({status.st_size}바이트). {LARGEST_FILE}바이트 이하의 파일로 나누어 가져와 주세요. "
            "[DOCUMENT_TOO_LARGE]",
            f"The file is too large ({status.st_size} bytes). Split it into files of at most {LARGEST_FILE} bytes.",
        )
    return LocalFile(path, file, status.st_size, (status.st_ino, status.st_size, status.st_mtime_ns))


def _decoded(name: bytes) -> str | None:
    """Names from old Korean Windows are CP949."""
    for encoding in ("utf-8", "cp949"):
        try:
            return name.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
