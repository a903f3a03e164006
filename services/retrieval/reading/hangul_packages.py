"""What is looked at in HWP and HWPX before unhwp reads them: passwords, how far they unpack, and what stands beside the
running text, which it doesn't tell from the text: heads and feet of pages, comments, notes.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, Final

import olefile
from lxml import etree

from services.retrieval.reading.archive import Archive, parse_xml
from services.retrieval.reading.content import Cause, Limits, Unreadable
from services.retrieval.reading.text import tidy

_COMPRESSED, _PASSWORD, _DISTRIBUTED = 1, 2, 4
_FLAGS_AT: Final = 36
_CHUNK: Final = 2**18
_PARAGRAPH_TEXT, _CONTROL = 67, 71  # HWPTAG_PARA_TEXT, HWPTAG_CTRL_HEADER
_HEADS: Final = (b"daeh", b"toof")  # "head" and "foot", as a number in little endian
_LONG: Final = 0xFFF
# Control characters of a paragraph's text take eight places; these take one.
_SHORT_CONTROLS: Final = frozenset((0, 10, 13, 24, 25, 26, 27, 28, 29, 30, 31))
_PAGE_EDGES: Final = frozenset({"header", "footer"})
_NOTES: Final = frozenset({"footNote", "endNote"})


def running_heads(data: bytes, limits: Limits) -> list[str]:
    """Paragraphs of an HWP 5 file that stand at the edges of its pages. Unreadable: ENCRYPTED, EXPANDS_TOO_FAR, BROKEN."""
    left = limits.expanded_bytes
    heads: list[str] = []
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as compound:
            header = compound.openstream("FileHeader").read(_FLAGS_AT + 4)
            flags = int.from_bytes(header[_FLAGS_AT:], "little")
            if flags & _PASSWORD:
                raise Unreadable(Cause.ENCRYPTED)
            if not flags & _COMPRESSED or flags & _DISTRIBUTED:
                return []
            for parts in compound.listdir():
                if parts[0] in ("BodyText", "DocInfo"):
                    stream = _inflated(compound.openstream(parts).read(), left)
                    left -= len(stream)
                    if parts[0] == "BodyText":
                        heads += filter(None, map(tidy, _heads(stream)))
    except Unreadable:
        raise
    except Exception as error:  # olefile raises what its reading of broken tables runs into
        raise Unreadable(Cause.BROKEN, "compound file") from error
    return heads


def _inflated(packed: bytes, left: int) -> bytes:
    stream = zlib.decompressobj(-15)
    chunks: list[bytes] = []
    while packed and not stream.eof:
        chunk = stream.decompress(packed, _CHUNK)
        left -= len(chunk)
        if left < 0:
            raise Unreadable(Cause.EXPANDS_TOO_FAR)
        chunks.append(chunk)
        packed = stream.unconsumed_tail
    return b"".join(chunks)


def _heads(stream: bytes) -> Iterator[str]:
    """Texts of the paragraphs below heads and feet. A record tells its kind, its level and its length."""
    inside: int | None = None  # level of the head that is being told
    at = 0
    while at + 4 <= len(stream):
        (word,) = struct.unpack_from("<I", stream, at)
        kind, level, length = word & 0x3FF, word >> 10 & 0x3FF, word >> 20
        at += 4
        if length == _LONG and at + 4 <= len(stream):
            (length,) = struct.unpack_from("<I", stream, at)
            at += 4
        record = stream[at : at + length]
        at += length
        if inside is not None and level <= inside:
            inside = None
        if kind == _CONTROL and inside is None and record[:4] in _HEADS:
            inside = level
        elif kind == _PARAGRAPH_TEXT and inside is not None:
            yield _text(record)


def _text(record: bytes) -> str:
    units = struct.unpack(f"<{len(record) // 2}H", record[: len(record) // 2 * 2])
    kept: list[int] = []
    at = 0
    while at < len(units):
        if units[at] >= 32:
            kept.append(units[at])
        at += 1 if units[at] >= 32 or units[at] in _SHORT_CONTROLS else 8
    return struct.pack(f"<{len(kept)}H", *kept).decode("utf-16-le", errors="replace")


def for_reading(data: bytes, limits: Limits) -> bytes:
    """An HWPX package without pictures, heads and feet of pages, and comments, its notes behind the paragraphs that they
    are notes to. Unreadable: ENCRYPTED, EXPANDS_TOO_FAR, BROKEN.
    """
    written = io.BytesIO()
    with Archive(data, limits) as package, zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as kept:
        for name in package.names():
            if not name.endswith((".xml", ".hpf", ".rdf", "mimetype")):
                continue
            part = package.read(name)
            if name == "META-INF/manifest.xml" and b"encryption-data" in part:
                raise Unreadable(Cause.ENCRYPTED)
            if name.startswith("Contents/section"):
                root = parse_xml(part)
                _keep_running_text(root)
                part = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
            kept.writestr(name, part)
    return written.getvalue()


def _keep_running_text(root: Any) -> None:
    notes = []
    for one in list(root.iter(etree.Element)):
        kind = etree.QName(one).localname
        if (
            kind in _PAGE_EDGES
            or kind == "hiddenComment"
            or (kind == "fieldBegin" and one.get("type") == "MEMO")
        ):
            _remove(one)
        elif kind in _NOTES:
            notes.append(one)
    for note in reversed(notes):  # several of one paragraph stay in order
        paragraph = next(
            (above for above in note.iterancestors() if etree.QName(above).localname == "p"), None
        )
        if paragraph is None or paragraph.getparent() is None:
            continue
        paragraphs = [below for below in note.iter(etree.Element) if etree.QName(below).localname == "p"]
        _remove(note)
        for below in reversed(paragraphs):
            paragraph.addnext(below)


def _remove(one: Any) -> None:
    parent = one.getparent()
    if parent is not None:
        parent.remove(one)
