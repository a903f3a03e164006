"""Files that mean harm or are damaged, the same in every run: what each may be set aside for."""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from functools import cache
from typing import Final

from docx import Document
from msoffcrypto.format.ooxml import OOXMLFile
from openpyxl import Workbook

from services.retrieval.reading.content import Cause
from tests.documents import hostile_pdf, writers
from tests.documents.compound import compound_file

_WRITERS: Final = {extension: cache(write) for extension, write in writers.WRITERS.items()}
_BINARY: Final = ("docx", "xlsx", "pptx", "pdf", "hwp", "hwpx")
_PASSWORD: Final = "비밀번호1"
_COSTS: Final = frozenset({Cause.EXPANDS_TOO_FAR, Cause.OUT_OF_MEMORY, Cause.TIMED_OUT})
_BROKEN: Final = frozenset({Cause.BROKEN})
_NO_FORMAT: Final = frozenset({Cause.UNKNOWN_FORMAT})
_WRONG: Final = frozenset({Cause.WRONG_EXTENSION})
_ENCRYPTED: Final = frozenset({Cause.ENCRYPTED})
_EMPTY: Final = frozenset({Cause.EMPTY})


@dataclass(frozen=True)
class Hostile:
    """`causes`: one of them is said. `harmless`: it may also be read, since the harm can miss what is read."""

    name: str
    write: Callable[[], bytes]
    causes: frozenset[Cause]
    harmless: bool = False


def all_hostile() -> list[Hostile]:
    """Every case, by kind."""
    return [
        *_cut_short(),
        *_overwritten(),
        *_wrongly_named(),
        *_garbage(),
        *_empty(),
        *_locked(),
        *_bombs(),
        *_malformed(),
    ]


def _cut_short() -> Iterator[Hostile]:
    for extension in _BINARY:
        for percent in (1, 5, 15, 30, 50, 65, 80, 90, 95, 99):
            yield Hostile(
                f"cut-at-{percent}.{extension}",
                lambda extension=extension, percent=percent: _cut(_WRITERS[extension](), percent),
                frozenset({Cause.BROKEN, Cause.WRONG_EXTENSION, Cause.UNKNOWN_FORMAT}),
                # The end of a small compound file is padding.
                harmless=extension == "hwp" and percent >= 80,
            )


def _cut(data: bytes, percent: int) -> bytes:
    return data[: max(1, len(data) * percent // 100)]


def _overwritten() -> Iterator[Hostile]:
    for extension in _BINARY:
        for seed in range(12):
            yield Hostile(
                f"overwritten-{seed}.{extension}",
                lambda extension=extension, seed=seed: _overwrite(_WRITERS[extension](), seed),
                frozenset(Cause),
                harmless=True,
            )


def _overwrite(data: bytes, seed: int) -> bytes:
    """A few stretches of random bytes, and bits turned."""
    chance = random.Random(seed)
    changed = bytearray(data)
    for _ in range(1 + seed % 4):
        at, length = chance.randrange(len(changed)), chance.randrange(1, 200)
        changed[at : at + length] = chance.randbytes(min(length, len(changed) - at))
    for _ in range(seed * 3):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _wrongly_named() -> Iterator[Hostile]:
    for extension in _BINARY:
        for claimed in ("txt", "csv", "html", "eml", "pdf", "docx", "hwpx"):
            if claimed != extension and {claimed, extension} != {"hwp", "hwpx"}:
                yield Hostile(f"{extension}-named.{claimed}", _WRITERS[extension], _WRONG)
    for claimed in _BINARY:
        yield Hostile(f"text-named.{claimed}", writers.text, _WRONG)


def _garbage() -> Iterator[Hostile]:
    for seed in range(8):
        data = random.Random(100 + seed).randbytes(10 ** (1 + seed % 5))
        yield Hostile(f"garbage-{seed}", lambda data=data: b"\xff\x00\x01" + data, _NO_FORMAT)
        yield Hostile(f"garbage-{seed}.hwp", lambda data=data: b"\xff\x00\x01" + data, _WRONG)
    for magic, extension in (
        (b"%PDF-1.7\n", "pdf"),
        (b"PK\x03\x04", "docx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "hwp"),
    ):
        yield Hostile(
            f"only-magic.{extension}", lambda magic=magic: magic + random.Random(7).randbytes(5000), _BROKEN
        )
    yield Hostile("picture.png", lambda: b"\x89PNG\r\n\x1a\n" + random.Random(8).randbytes(500), _NO_FORMAT)
    yield Hostile("programme.exe", lambda: b"MZ\x90\x00" + random.Random(9).randbytes(500), _NO_FORMAT)
    yield Hostile("archive.zip", lambda: _zip({"a.txt": b"text"}), _NO_FORMAT)


def _empty() -> Iterator[Hostile]:
    for extension in writers.WRITERS:
        yield Hostile(f"empty.{extension}", lambda: b"", _EMPTY)
    yield Hostile("blank.txt", lambda: b" \r\n\t\n" * 100, _EMPTY)
    yield Hostile("mark.txt", lambda: b"\xef\xbb\xbf", _EMPTY)
    yield Hostile("zeros", lambda: b"\0" * 10_000, _EMPTY)
    yield Hostile("nothing.html", lambda: b"<html><body><script>alert(1)</script></body></html>", _EMPTY)
    yield Hostile("nothing.docx", lambda: writers.saved(Document().save), _EMPTY)
    yield Hostile("nothing.xlsx", lambda: writers.saved(Workbook().save), _EMPTY)
    yield Hostile("blank-page.pdf", lambda: hostile_pdf.pages(1), _EMPTY)
    yield Hostile("scanned.pdf", hostile_pdf.scanned, frozenset({Cause.SCANNED}))


def _locked() -> Iterator[Hostile]:
    yield Hostile("locked.pdf", lambda: writers.pdf(password=_PASSWORD), _ENCRYPTED)
    for extension in ("docx", "xlsx", "pptx"):
        yield Hostile(
            f"locked.{extension}", lambda extension=extension: _office_locked(extension), _ENCRYPTED
        )
    yield Hostile("locked.hwp", _hwp_locked, _ENCRYPTED)
    yield Hostile("locked.hwpx", _hwpx_locked, _ENCRYPTED)
    yield Hostile("locked-parts.docx", _zip_locked, _ENCRYPTED)


def _bombs() -> Iterator[Hostile]:
    zeros = b"\0" * 2**20
    document = {"[Content_Types].xml": b"<Types/>", "_rels/.rels": _OFFICE_RELS}
    yield Hostile("zip-bomb.docx", lambda: _zip(document | {"word/document.xml": zeros * 64}), _COSTS)
    yield Hostile("zip-bomb.xlsx", lambda: _zip(document | {"xl/workbook.xml": zeros * 64}), _COSTS)
    yield Hostile(
        "zip-bomb.hwpx",
        lambda: _zip({"mimetype": b"application/hwp+zip", "Contents/section0.xml": zeros * 64}),
        _COSTS,
    )
    yield Hostile(
        "many-parts.docx", lambda: _zip(document | {f"word/{i}": b"" for i in range(30_000)}), _COSTS
    )
    yield Hostile("says-small.docx", lambda: _understated("word/document.xml"), _COSTS | _BROKEN)
    yield Hostile("says-small.hwpx", lambda: _understated("Contents/section0.xml"), _COSTS | _BROKEN)
    yield Hostile("inflates.hwp", _hwp_bomb, frozenset({Cause.EXPANDS_TOO_FAR}))
    yield Hostile(
        "laughs.docx", lambda: _replaced("docx", "word/document.xml", _laughs("w:document")), _BROKEN
    )
    yield Hostile("laughs.pptx", lambda: _replaced("pptx", "ppt/presentation.xml", _laughs("p")), _BROKEN)
    yield Hostile("laughs.xlsx", lambda: _replaced("xlsx", "xl/workbook.xml", _laughs("workbook")), _BROKEN)
    yield Hostile(
        "laughs.hwpx",
        lambda: _replaced("hwpx", "Contents/section0.xml", _laughs("sec")),
        _BROKEN | _COSTS | _EMPTY,
    )
    yield Hostile("outside.docx", lambda: _replaced("docx", "word/document.xml", _OUTSIDE), _BROKEN)
    yield Hostile("spans.html", _html_spans, _COSTS)
    yield Hostile("nested.html", lambda: b"<div>" * 200_000 + b"x", _COSTS | _EMPTY, harmless=True)
    yield Hostile(
        "nested-tables.html", lambda: b"<table><tr><td>" * 20_000 + b"x", _COSTS | _EMPTY, harmless=True
    )
    yield Hostile("nested-tables.docx", _docx_nested, _COSTS | _BROKEN)
    yield Hostile("merged.xlsx", _xlsx_merged, _COSTS)
    yield Hostile("far-cell.xlsx", _xlsx_far, _COSTS | _EMPTY, harmless=True)
    yield Hostile("quotes.md", lambda: b">" * 200_000 + b" x", _COSTS | _EMPTY, harmless=True)
    yield Hostile("brackets.md", lambda: b"[" * 100_000 + b"](" * 100_000, _COSTS | _BROKEN, harmless=True)
    yield Hostile("field.csv", lambda: b'"' + b"a," * 2_000_000, _COSTS | _BROKEN)
    yield Hostile("columns.csv", lambda: b"a," * 5_000 + b"\n", _COSTS)
    yield Hostile("dots.txt", lambda: "제1조 ".encode() + b". " * 500_000 + b"x", _COSTS, harmless=True)
    yield Hostile("parts.eml", _mail_nested, _COSTS | _BROKEN, harmless=True)
    yield Hostile("mails-in-mails.eml", _mail_in_mail, _COSTS | _BROKEN, harmless=True)
    yield Hostile("page-tree-loop.pdf", hostile_pdf.page_tree_loop, _BROKEN | _COSTS | _EMPTY)
    yield Hostile(
        "pages-claimed.pdf", lambda: hostile_pdf.pages(1, claimed=2_000_000_000), _BROKEN | _COSTS | _EMPTY
    )
    yield Hostile("giant-page.pdf", lambda: hostile_pdf.pages(1, size=2_000_000_000), _EMPTY)
    yield Hostile("filters.pdf", hostile_pdf.nested_filters, _BROKEN | _COSTS | _EMPTY)
    yield Hostile("form-loop.pdf", hostile_pdf.form_loop, _BROKEN | _COSTS | _EMPTY)
    yield Hostile("many-operators.pdf", hostile_pdf.many_operators, _BROKEN | _COSTS | _EMPTY, harmless=True)


def _malformed() -> Iterator[Hostile]:
    yield Hostile(
        "no-document.docx", lambda: _zip({"[Content_Types].xml": b"<Types/>", "word/x.xml": b"<x/>"}), _BROKEN
    )
    yield Hostile("not-xml.docx", lambda: _replaced("docx", "word/document.xml", b"<w:document"), _BROKEN)
    yield Hostile(
        "not-xml.xlsx",
        lambda: _replaced("xlsx", "xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row"),
        _BROKEN,
    )
    yield Hostile(
        "no-sheet.xlsx", lambda: _replaced("xlsx", "xl/workbook.xml", b"<workbook/>"), _BROKEN | _EMPTY
    )
    yield Hostile("no-slides.pptx", lambda: _replaced("pptx", "ppt/presentation.xml", b"<p/>"), _EMPTY)
    yield Hostile(
        "not-xml.hwpx", lambda: _replaced("hwpx", "Contents/section0.xml", b"<hs:sec"), _BROKEN | _EMPTY
    )
    yield Hostile("old-word.doc", _old_office, _NO_FORMAT | _BROKEN)
    yield Hostile("bad-date.xlsx", _xlsx_dates, _BROKEN, harmless=True)
    yield Hostile(
        "header.eml",
        lambda: (
            b"From: =?utf-8?b?!!!?=\r\nTo: \xff\xfe<>,,;@\r\nDate: never\r\nContent-Type: multipart/mixed\r\n\r\nx"
        ),
        _BROKEN,
        harmless=True,
    )


_OFFICE_RELS: Final = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="'
    b'http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>'
    b"</Relationships>"
)
_OUTSIDE: Final = (
    b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r>'
    b"<w:t>&e;</w:t></w:r></w:p></w:body></w:document>"
)


def _zip(parts: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return written.getvalue()


def _replaced(extension: str, part: str, data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(_WRITERS[extension]())) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    if part not in parts:
        raise KeyError(part)
    return _zip(parts | {part: data})


def _understated(part: str) -> bytes:
    """A package whose tables say that a part of 64 MiB has ten bytes."""
    parts = {"[Content_Types].xml": b"<Types/>", "_rels/.rels": _OFFICE_RELS, part: b" " * 2**26}
    if part.startswith("Contents"):
        parts = {"mimetype": b"application/hwp+zip"} | parts
    data = _zip(parts)
    return data.replace(struct.pack("<I", 2**26), struct.pack("<I", 10))


def _laughs(root: str) -> bytes:
    entities = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12))
    return f'<?xml version="1.0"?><!DOCTYPE {root} [<!ENTITY l0 "ha">{entities}]><r>&l11;</r>'.encode()


def _html_spans() -> bytes:
    cell = f"<td colspan=1000 rowspan=60000>{'가' * 20_000}"
    return ("<table><tr><td>a<td>b" + f"<tr>{cell}" + "<tr><td>x" * 20_000).encode()


def _docx_nested() -> bytes:
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    deep = "<w:tbl><w:tr><w:tc>" * 5_000 + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 5_000
    return _replaced(
        "docx",
        "word/document.xml",
        f'<w:document xmlns:w="{word}"><w:body>{deep}</w:body></w:document>'.encode(),
    )


def _xlsx_merged() -> bytes:
    with zipfile.ZipFile(io.BytesIO(_WRITERS["xlsx"]())) as package:
        sheet = package.read("xl/worksheets/sheet1.xml")
    return _replaced("xlsx", "xl/worksheets/sheet1.xml", sheet.replace(b"A1:D1", b"A1:XFD1048576"))


def _xlsx_far() -> bytes:
    book = Workbook()
    book.active["XFD1048576"] = "끝"
    return writers.saved(book.save)


def _xlsx_dates() -> bytes:
    book = Workbook()
    for row, value in enumerate((1e300, -5, 99999999, float("nan")), start=1):
        cell = book.active.cell(row, 1, value)
        cell.number_format = "yyyy-mm-dd"
    return writers.saved(book.save)


def _office_locked(extension: str) -> bytes:
    written = io.BytesIO()
    OOXMLFile(io.BytesIO(_WRITERS[extension]())).encrypt(_PASSWORD, written)
    return written.getvalue()


def _hwp_locked() -> bytes:
    return _hwp(flags=3, body=random.Random(5).randbytes(5_000))


def _hwp_bomb() -> bytes:
    """A body that unpacks to 64 MiB."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    return _hwp(flags=1, body=deflate.compress(b"\0" * 2**26) + deflate.flush())


def _hwp(flags: int, body: bytes) -> bytes:
    """A file of HWP 5; bit 0 of its flags says that it is packed, bit 1 that it has a password."""
    header = b"HWP Document File".ljust(32, b"\0") + struct.pack("<II", 0x05000300, flags)
    return compound_file({"FileHeader": header, "DocInfo": b"\3\0", "BodyText/Section0": body})


def _hwpx_locked() -> bytes:
    with zipfile.ZipFile(io.BytesIO(_WRITERS["hwpx"]())) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    manifest = b'<odf:manifest xmlns:odf="urn:x"><odf:file-entry><odf:encryption-data/></odf:file-entry></odf:manifest>'
    return _zip(parts | {"META-INF/manifest.xml": manifest})


def _zip_locked() -> bytes:
    """Bit 0 of each part's flags says that it is encrypted."""
    data = bytearray(_WRITERS["docx"]())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature)
        while at >= 0:
            data[at + flags] |= 1
            at = data.find(signature, at + 4)
    return bytes(data)


def _old_office() -> bytes:
    data = _WRITERS["hwp"]()
    return data.replace("FileHeader".encode("utf-16-le"), "WordDocume".encode("utf-16-le"))


def _mail_nested() -> bytes:
    return b"MIME-Version: 1.0\r\nSubject: x\r\n" + b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (i, i) for i in range(2_000)
    )


def _mail_in_mail() -> bytes:
    message = EmailMessage()
    message["Subject"] = "0"
    message["From"] = "a@example.com"
    message.set_content("x")
    for depth in range(1, 30):
        outer = EmailMessage()
        outer["Subject"] = str(depth)
        outer["From"] = "a@example.com"
        outer.set_content("x")
        outer.add_attachment(message)
        message = outer
    return message.as_bytes()
