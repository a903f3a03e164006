"""Bytes to text, and text to its one form: NFC, no control characters, no blanks that only a page made."""

import re
import unicodedata
from typing import Final

_BLANKS: Final = re.compile(r"[ \t\f\v\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_LINE_BREAKS: Final = re.compile(r" ?(?:\r\n|[\n\r\u0085\u2028\u2029]) ?")
# Soft hyphens, zero-width marks, directions of writing and byte order marks show nothing; other controls mean nothing.
_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
# Hancom's own bullets stand in the private use area.
_BULLETS: Final = str.maketrans(
    dict.fromkeys("\uf06c\uf09f\uf0b7\uf0a7\uf0a1\uf0d8\uf076\uf06e\uf071\uf0fc", "•")
)
_BROKEN_LETTER: Final = "\ufffd"
_SHORTEST_DAMAGED: Final = 20
_TEXT_CONTROLS: Final = frozenset(b"\t\n\r\f\x1a\x1b")


def tidy(text: str) -> str:
    """One line of text."""
    return " ".join(tidy_lines(text).split("\n"))


def tidy_lines(text: str) -> str:
    """Text whose line breaks mean something; empty lines are left out."""
    if text.isprintable() and "  " not in text and unicodedata.is_normalized("NFC", text):
        return text.strip()  # nearly all of it: nothing below would change anything
    text = _UNSEEN.sub("", unicodedata.normalize("NFC", text)).translate(_BULLETS)
    lines = _LINE_BREAKS.sub("\n", _BLANKS.sub(" ", text)).split("\n")
    return "\n".join(line.strip() for line in lines if line.strip())


def decode(data: bytes, declared: str = "") -> str | None:
    """Text in UTF-8, UTF-16 or CP949 (which holds EUC-KR), or in the encoding `declared`; None for what isn't text. In
    text that is damaged here and there U+FFFD stands for what is lost.
    """
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return _strict(data, encoding)
    if b"\0" in data[:4096]:
        return _utf16(data)
    if sum(byte < 32 and byte not in _TEXT_CONTROLS for byte in data[:4096]):
        return None
    for encoding in ("utf-8", declared, "cp949"):
        text = _strict(data, encoding) if encoding else None
        if text is not None:
            return text
    return _damaged(data)


def _damaged(data: bytes) -> str | None:
    """Text of which a byte here and there is broken, or which was cut within a letter."""
    readings = [data.decode(encoding, errors="replace") for encoding in ("utf-8", "cp949")]
    text = min(readings, key=lambda reading: reading.count(_BROKEN_LETTER))
    return (
        text
        if text.count(_BROKEN_LETTER) <= 1 + len(text) // 100 and len(text) >= _SHORTEST_DAMAGED
        else None
    )


def decode_some(data: bytes, declared: str = "") -> str:
    """Text of a part known to be text, whatever can't be read replaced."""
    text = decode(data, declared)
    return data.decode("utf-8", errors="replace") if text is None else text


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (LookupError, UnicodeError, ValueError):
        return None


def _utf16(data: bytes) -> str | None:
    """UTF-16 without a mark shows in its blanks and digits: every second byte of many is zero."""
    for encoding, zeros in (("utf-16-le", data[1:4096:2]), ("utf-16-be", data[0:4096:2])):
        text = _strict(data, encoding) if zeros.count(0) * 8 >= len(zeros) else None
        if text is not None and not any(
            unicodedata.category(letter) in ("Cn", "Co", "Cs") for letter in text[:2048]
        ):
            return text
    return None
