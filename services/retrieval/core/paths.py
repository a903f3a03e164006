"""Paths of documents and folders: one way to write each."""

import unicodedata
from typing import Final

from services.retrieval.errors import PathInvalid

LONGEST: Final = 1000

_DIRECTIONS: Final = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Signs that show a name otherwise than it is: "fdp.hwp" as "pwh.pdf"."""


def document_path(path: str) -> str:
    """The path in NFC, as Korean is typed: macOS takes its syllables apart. Raises PathInvalid."""
    normal = unicodedata.normalize("NFC", path)
    for part in normal.split("/"):
        if part in ("", ".", ".."):
            raise PathInvalid("path", "has an empty, `.` or `..` part")
    if any(sign in _DIRECTIONS or unicodedata.category(sign) in ("Cc", "Cs") for sign in normal):
        raise PathInvalid("path", "holds control characters")
    if len(normal) > LONGEST:
        raise PathInvalid("path", f"is longer than {LONGEST} characters")
    return normal


def folder_path(path: str) -> str:
    """As `document_path`; "" is the top."""
    return document_path(path) if path else ""


def file_name(path: str) -> str:
    """The last part."""
    return path.rpartition("/")[2]


def stem(path: str) -> str:
    """The file's name without its extension: a title where the document has none."""
    name = file_name(path)
    return name.rpartition(".")[0] or name
