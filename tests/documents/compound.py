"""Compound files (the container of HWP 5 and of Office before 2007) of streams and one level of folders."""

import struct
from itertools import pairwise
from typing import Final

_SECTOR: Final = 512
_SMALLEST: Final = 4096
_END, _FAT, _FREE, _NONE = 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF, 0xFFFFFFFF
_STREAM, _FOLDER, _ROOT = 2, 1, 5


def compound_file(streams: dict[str, bytes]) -> bytes:
    """A file of streams by name, "folder/stream" for one in a folder. Short streams are filled up with zeros to the size
    from which a stream stands in sectors of its own, so that there is no area of small blocks.
    """
    folders = sorted({name.split("/")[0] for name in streams if "/" in name})
    entries: list[tuple[str, int, bytes]] = [("Root Entry", _ROOT, b"")]
    entries += [(folder, _FOLDER, b"") for folder in folders]
    entries += [(name, _STREAM, data.ljust(_SMALLEST, b"\0")) for name, data in streams.items()]
    body = bytearray()
    fat: list[int] = []
    starts: list[int] = []
    for _, _, data in entries:
        starts.append(_chain(body, fat, data) if data else _END)
    directory_start = _chain(body, fat, _directory(entries, starts))
    sectors = 1
    while sectors * (_SECTOR // 4) < len(fat) + sectors:
        sectors += 1
    places = range(len(fat), len(fat) + sectors)
    fat += [_FAT] * sectors
    fat += [_FREE] * (sectors * (_SECTOR // 4) - len(fat))
    header = (
        bytes.fromhex("d0cf11e0a1b11ae1")
        + bytes(16)
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + bytes(6)
    )
    header += struct.pack("<IIIIIIIII", 0, sectors, directory_start, 0, _SMALLEST, _END, 0, _END, 0)
    header += b"".join(struct.pack("<I", place) for place in [*places, *[_FREE] * (109 - sectors)])
    return header + bytes(body) + b"".join(struct.pack("<I", one) for one in fat)


def _chain(body: bytearray, fat: list[int], data: bytes) -> int:
    start = len(fat)
    count = -(-len(data) // _SECTOR)
    body += data.ljust(count * _SECTOR, b"\0")
    fat += [*range(start + 1, start + count), _END]
    return start


def _directory(entries: list[tuple[str, int, bytes]], starts: list[int]) -> bytes:
    """Siblings are a list to the right, in the order that the format asks for: shorter names first."""
    parents = [-1] + [0 if kind == _FOLDER or "/" not in name else -1 for name, kind, _ in entries[1:]]
    folders = {name: number for number, (name, kind, _) in enumerate(entries) if kind == _FOLDER}
    for number, (name, kind, _) in enumerate(entries):
        if kind == _STREAM and "/" in name:
            parents[number] = folders[name.split("/")[0]]
    right = [_NONE] * len(entries)
    child = [_NONE] * len(entries)
    for parent in range(len(entries)):
        inside = [number for number in range(1, len(entries)) if parents[number] == parent]
        inside.sort(key=lambda number: (len(_own(entries[number][0])), _own(entries[number][0]).upper()))
        for one, following in pairwise(inside):
            right[one] = following
        child[parent] = inside[0] if inside else _NONE
    written = b""
    for number, (name, kind, data) in enumerate(entries):
        label = _own(name).encode("utf-16-le")
        written += label.ljust(64, b"\0") + struct.pack("<HBB", len(label) + 2, kind, 1)
        written += struct.pack("<III", _NONE, right[number], child[number]) + bytes(16 + 4 + 8 + 8)
        written += struct.pack("<IQ", starts[number], len(data))
    return written


def _own(name: str) -> str:
    return name.rsplit("/", 1)[-1]
