"""How fast text PDFs are read, each in a process of its own, beside pdfium taking their bare text in this process.

    .venv/bin/python benchmarks/reading.py [--pages 10] [--files 20] [--at-once 1]

Pages of a rule: headings, paragraphs, lists and a ruled table on each. The ratio is pages a second of reading (processes,
structure, the way back) to pages a second of pdfium alone on the same files in the same run, in turns. Bar: 20 pages/s.
"""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path

import pypdfium2

from services.retrieval.reading.apart import Readers, open_readers
from services.retrieval.reading.content import Table
from tests.documents import writers

BAR_PAGES_A_SECOND = 20
ROUNDS = 3


def _raw(paths: list[Path]) -> float:
    """Seconds that pdfium takes for the text of all pages."""
    start = time.perf_counter()
    for path in paths:
        document = pypdfium2.PdfDocument(path)
        for page in document:
            text = page.get_textpage()
            assert text.get_text_range()
            text.close()
            page.close()
        document.close()
    return time.perf_counter() - start


async def _apart(readers: Readers, paths: list[Path], at_once: int) -> float:
    """Seconds until all files are read."""
    start = time.perf_counter()
    waiting = iter(paths)

    async def take() -> None:
        for path in waiting:
            content = await readers.read_apart(path, path.name)
            assert any(isinstance(block, Table) for block in content.blocks)

    await asyncio.gather(*(take() for _ in range(at_once)))
    return time.perf_counter() - start


async def _measure(paths: list[Path], pages: int, at_once: int) -> None:
    async with open_readers(at_once) as readers:
        start = time.perf_counter()
        await readers.read_apart(paths[0], paths[0].name)
        print(f"first file, readers being loaded: {time.perf_counter() - start:.2f} s")
        raw = apart = 0.0
        for _ in range(ROUNDS):
            raw += _raw(paths)
            apart += await _apart(readers, paths, at_once)
    total = pages * len(paths) * ROUNDS
    print(f"{len(paths)} files of {pages} pages, {at_once} at once")
    print(f"read apart: {total / apart:8.1f} pages/s, {apart / len(paths) / ROUNDS * 1000:.1f} ms a file")
    print(f"pdfium:     {total / raw:8.1f} pages/s of bare text")
    print(f"ratio:      {raw / apart:8.3f}   bar: {BAR_PAGES_A_SECOND} pages/s")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=10)
    parser.add_argument("--files", type=int, default=20)
    parser.add_argument("--at-once", type=int, default=1)
    arguments = parser.parse_args()
    repeat, data = 1, writers.pdf()
    while len(pypdfium2.PdfDocument(data)) < arguments.pages:
        repeat += 1
        data = writers.pdf(repeat)
    pages = len(pypdfium2.PdfDocument(data))
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number}.pdf" for number in range(arguments.files)]
        for path in paths:
            path.write_bytes(data)
        asyncio.run(_measure(paths, pages, arguments.at_once))


if __name__ == "__main__":
    main()
