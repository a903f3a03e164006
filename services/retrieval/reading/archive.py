"""Packages of XML parts in a zip (Office Open XML), opened within bounds and without entities or the net."""

import io
import posixpath
import zipfile
import zlib
from typing import Any, Final, Self

from lxml import etree

from services.retrieval.reading.content import Cause, Limits, Unreadable

_MAX_PARTS: Final = 20_000
_MAX_RATIO: Final = 200
_RATIO_FROM: Final = 16 * 2**20
_CHUNK: Final = 2**18
_RELATIONSHIP: Final = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


class Archive:
    """A package. Every failure is an Unreadable: ENCRYPTED, EXPANDS_TOO_FAR, BROKEN."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self._left = limits.expanded_bytes
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, EOFError) as error:
            raise Unreadable(Cause.BROKEN, "zip") from error
        parts = self._zip.infolist()
        declared = sum(part.file_size for part in parts)
        packed = sum(part.compress_size for part in parts)
        if len(parts) > _MAX_PARTS or declared > limits.expanded_bytes:
            raise Unreadable(Cause.EXPANDS_TOO_FAR, f"{declared} bytes in {len(parts)} parts")
        # Parts may overlap in the file, so that their packed sizes say nothing; the file's own size does.
        if declared > _RATIO_FROM and declared > _MAX_RATIO * min(max(packed, 1), len(data)):
            raise Unreadable(Cause.EXPANDS_TOO_FAR, f"{declared} bytes from {len(data)}")
        if any(part.flag_bits & 1 for part in parts):
            raise Unreadable(Cause.ENCRYPTED)
        self._names = {part.filename for part in parts}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def names(self) -> list[str]:
        """Names of all parts."""
        return sorted(self._names)

    def read(self, name: str) -> bytes:
        """A part, unpacked; what all parts read so far unpack to is bounded, whatever they declare."""
        if name not in self._names:
            raise Unreadable(Cause.BROKEN, "a part is missing")
        chunks: list[bytes] = []
        try:
            with self._zip.open(name) as part:
                while chunk := part.read(_CHUNK):
                    self._left -= len(chunk)
                    if self._left < 0:
                        raise Unreadable(Cause.EXPANDS_TOO_FAR)
                    chunks.append(chunk)
        except (
            zipfile.BadZipFile,
            zlib.error,
            OSError,
            EOFError,
            ValueError,
            NotImplementedError,
            RuntimeError,
        ) as error:
            raise Unreadable(Cause.BROKEN, "zip") from error
        return b"".join(chunks)

    def xml(self, name: str) -> Any:
        """Root element of a part."""
        return parse_xml(self.read(name))

    def related(self, name: str) -> dict[str, tuple[str, str]]:
        """What a part refers to inside the package: id -> (last word of the kind, name of the part)."""
        folder, file = posixpath.split(name)
        rels = posixpath.join(folder, "_rels", f"{file}.rels")
        if rels not in self:
            return {}
        found: dict[str, tuple[str, str]] = {}
        for one in self.xml(rels).iter(_RELATIONSHIP):
            if one.get("TargetMode") == "External":
                continue
            target = posixpath.normpath(posixpath.join("/", folder, one.get("Target", ""))).lstrip("/")
            if target in self:
                found[one.get("Id", "")] = (one.get("Type", "").rsplit("/", 1)[-1], target)
        return found

    def main(self) -> str:
        """Name of the part that the package is about."""
        for kind, target in self.related("").values():
            if kind == "officeDocument":
                return target
        raise Unreadable(Cause.BROKEN, "no main part")

    def title(self) -> str:
        """The title among the properties; "" without one."""
        for kind, target in self.related("").values():
            if kind == "core-properties":
                return str(self.xml(target).findtext("{http://purl.org/dc/elements/1.1/}title") or "")
        return ""


def parse_xml(data: bytes) -> Any:
    """Root element. These formats forbid document types, so a part with one is Unreadable (BROKEN)."""
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(Cause.BROKEN, "XML") from error
    if root is None or root.getroottree().docinfo.doctype:
        raise Unreadable(Cause.BROKEN, "a document type in XML")
    return root
