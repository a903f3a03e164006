"""PDF files that mean harm, and those without text."""

import io
import random
import zlib

from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas


def scanned() -> bytes:
    """Two pages that are pictures."""
    written = io.BytesIO()
    canvas = Canvas(written, pagesize=(595, 842), invariant=1)
    noise = io.BytesIO(b"P5 64 64 255 " + random.Random(3).randbytes(64 * 64))
    for _ in range(2):
        canvas.drawImage(ImageReader(noise), 0, 0, 595, 842)
        canvas.showPage()
    canvas.save()
    return written.getvalue()


def partly_scanned() -> bytes:
    """Four pages, of which the second and the third are pictures."""
    written = io.BytesIO()
    canvas = Canvas(written, pagesize=(595, 842), invariant=1)
    noise = io.BytesIO(b"P5 64 64 255 " + random.Random(3).randbytes(64 * 64))
    for page in range(1, 5):
        if page in (2, 3):
            canvas.drawImage(ImageReader(noise), 0, 0, 595, 842)
        else:
            canvas.drawString(80, 700, f"Travel expenses are paid within {page} weeks of the return.")
        canvas.showPage()
    canvas.save()
    return written.getvalue()


def _file(objects: list[bytes]) -> bytes:
    """A file of the objects, the first being its root."""
    written = bytearray(b"%PDF-1.7\n")
    places = []
    for number, thing in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, thing)
    start = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    written += b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(
        written + b"trailer <</Root 1 0 R /Size %d>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    )


def pages(count: int, claimed: int | None = None, size: int = 600, content: bytes = b"") -> bytes:
    """Pages without text; their number and size as told."""
    kids = b" ".join(b"%d 0 R" % (3 + i) for i in range(count))
    page = b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] %s>>" % (size, size, content)
    return _file(
        [
            b"<</Type /Catalog /Pages 2 0 R>>",
            b"<</Type /Pages /Kids [%s] /Count %d>>" % (kids, claimed or count),
            *[page] * count,
        ]
    )


def page_tree_loop() -> bytes:
    """Pages that are their own children."""
    return _file([b"<</Type /Catalog /Pages 2 0 R>>", b"<</Type /Pages /Kids [2 0 R 2 0 R] /Count 1000>>"])


def _with_content(
    stream: bytes, filters: bytes, more: list[bytes] | None = None, resources: bytes = b""
) -> bytes:
    return _file(
        [
            b"<</Type /Catalog /Pages 2 0 R>>",
            b"<</Type /Pages /Kids [3 0 R] /Count 1>>",
            b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources <<%s>>>>"
            % resources,
            b"<</Length %d /Filter [%s]>>\nstream\n%s\nendstream" % (len(stream), filters, stream),
            *(more or []),
        ]
    )


def nested_filters() -> bytes:
    """Content packed three times over: 128 MiB of zeros."""
    data = b"\0" * 2**27
    for _ in range(3):
        data = zlib.compress(data, 9)
    return _with_content(data, b"/FlateDecode " * 3)


def form_loop() -> bytes:
    """A form that draws itself twice."""
    form = (
        b"<</Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources <</XObject <</F 5 0 R>>>> /Length 11>>\n"
        b"stream\n/F Do /F Do\nendstream"
    )
    return _with_content(zlib.compress(b"/F Do"), b"/FlateDecode", [form], b"/XObject <</F 5 0 R>>")


def many_operators() -> bytes:
    """Three million lines on a page."""
    return _with_content(zlib.compress(b"0 0 m 9 9 l S\n" * 3_000_000, 9), b"/FlateDecode")
