"""Which format a file has, by its content; its extension is only held against it."""

import io
import re
import zipfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Final

import olefile

from services.retrieval.reading.content import Cause, Unreadable
from services.retrieval.reading.text import decode


class Format(StrEnum):
    """Media types of what can be read."""

    PDF = "application/pdf"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    HWP = "application/x-hwp"
    HWPX = "application/hwp+zip"
    HTML = "text/html"
    MARKDOWN = "text/markdown"
    TEXT = "text/plain"
    CSV = "text/csv"
    MAIL = "message/rfc822"


# Texts look alike: among these the extension decides. A programme that exports to .xls often writes HTML.
_TEXTS: Final = frozenset({Format.HTML, Format.MARKDOWN, Format.TEXT, Format.CSV, Format.MAIL})
EXTENSIONS: Final = {
    ".pdf": {Format.PDF},
    ".docx": {Format.DOCX},
    ".docm": {Format.DOCX},
    ".xlsx": {Format.XLSX},
    ".xlsm": {Format.XLSX},
    ".pptx": {Format.PPTX},
    ".pptm": {Format.PPTX},
    ".hwp": {Format.HWP, Format.HWPX},
    ".hwpx": {Format.HWPX, Format.HWP},
    ".html": {Format.HTML},
    ".htm": {Format.HTML},
    ".xhtml": {Format.HTML},
    ".md": {Format.MARKDOWN},
    ".markdown": {Format.MARKDOWN},
    ".txt": {Format.TEXT},
    ".text": {Format.TEXT},
    ".log": {Format.TEXT},
    ".csv": {Format.CSV},
    ".tsv": {Format.CSV},
    ".eml": {Format.MAIL},
    ".doc": {Format.DOCX, Format.HTML},
    ".xls": {Format.XLSX, Format.HTML, Format.CSV},
    ".ppt": {Format.PPTX},
}
"""What a file with an extension may hold."""

_PACKAGES: Final = (("word/", Format.DOCX), ("xl/", Format.XLSX), ("ppt/", Format.PPTX))
_HEAD: Final = 20_000
_HTML: Final = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|table|div|p|h1|meta)\b",
    re.IGNORECASE | re.DOTALL,
)
_MAIL: Final = re.compile(r"(?:[A-Za-z][A-Za-z0-9-]*:[^\n]*\r?\n(?:[ \t][^\n]*\r?\n)*){2,}", re.MULTILINE)
_MAIL_FIELDS: Final = re.compile(
    r"^(?:From|To|Date|Received|Message-ID|MIME-Version|Return-Path|Delivered-To|Subject):",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Recognised:
    """A file's format and, for texts, its text."""

    format: Format
    text: str = ""


def recognise(data: bytes, name: str) -> Recognised:
    """The format of `data`. Unreadable: EMPTY, ENCRYPTED, WRONG_EXTENSION, BROKEN, UNKNOWN_FORMAT."""
    if not data.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise Unreadable(Cause.EMPTY)
    expected = EXTENSIONS.get(PurePosixPath(name).suffix.lower(), set())
    found = _binary(data, expected)
    if found is not None:
        if expected and found not in expected:
            raise Unreadable(Cause.WRONG_EXTENSION, found)
        return Recognised(found)
    text = decode(data)
    if (
        text is None
        and (not expected or Format.MAIL in expected)
        and _is_mail(data[:_HEAD].decode("latin-1"))
    ):
        return Recognised(Format.MAIL)  # its parts may be in different encodings
    if text is None:
        raise Unreadable(Cause.WRONG_EXTENSION if expected else Cause.UNKNOWN_FORMAT)
    if expected and not expected & _TEXTS:
        raise Unreadable(Cause.WRONG_EXTENSION, "text")
    return Recognised(_text(text, expected), text)


def _binary(data: bytes, expected: set[Format]) -> Format | None:
    if b"%PDF-" in data[:1024] and (Format.PDF in expected or data.lstrip().startswith(b"%PDF-")):
        return Format.PDF
    if data.startswith(b"HWP Document File V"):
        return Format.HWP
    if data.startswith(b"PK\x03\x04"):
        return _package(data)
    if data.startswith(olefile.MAGIC):
        return _compound(data)
    return None


def _package(data: bytes) -> Format:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = package.namelist()
            kind = (
                package.read("mimetype")[:100] if "mimetype" in names and _small(package, "mimetype") else b""
            )
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        raise Unreadable(Cause.BROKEN, "zip") from error
    if kind.strip() == Format.HWPX.encode() or any(name.startswith("Contents/section") for name in names):
        return Format.HWPX
    if "[Content_Types].xml" in names:
        for folder, found in _PACKAGES:
            if any(name.startswith(folder) for name in names):
                return found
    raise Unreadable(Cause.UNKNOWN_FORMAT, "zip")


def _small(package: zipfile.ZipFile, name: str) -> bool:
    return package.getinfo(name).file_size <= 1000


def _compound(data: bytes) -> Format:
    """Compound files hold HWP 5, Office files before 2007, and Office files under a password."""
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as compound:
            streams = {"/".join(parts).lower() for parts in compound.listdir()}
    except Exception as error:  # olefile raises what its reading of broken tables runs into
        raise Unreadable(Cause.BROKEN, "compound file") from error
    if "encryptedpackage" in streams or "encryptioninfo" in streams:
        raise Unreadable(Cause.ENCRYPTED)
    if "fileheader" in streams:
        return Format.HWP
    if streams & {"worddocument", "workbook", "book", "powerpoint document"}:
        raise Unreadable(Cause.UNKNOWN_FORMAT, "Office 97-2003")
    raise Unreadable(Cause.BROKEN if not streams else Cause.UNKNOWN_FORMAT, "compound file")


def _text(text: str, expected: set[Format]) -> Format:
    texts = expected & _TEXTS
    if len(texts) == 1:
        return next(iter(texts))
    if _HTML.match(text[:5000]):
        return Format.HTML
    if Format.CSV in texts:
        return Format.CSV
    return Format.MAIL if _is_mail(text[:_HEAD]) else Format.TEXT


def _is_mail(text: str) -> bool:
    head = _MAIL.match(text)
    return head is not None and len(_MAIL_FIELDS.findall(head.group())) >= 2
