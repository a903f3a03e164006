"""Content comes back from a file's process as it was; nothing else is taken for content."""

import pytest

from services.retrieval.reading.content import Cause, Content, Heading, ListItem, Paragraph, Table, Unreadable
from services.retrieval.reading.wire import Decoder, encode


def _back(written: bytes) -> Content:
    decoder = Decoder()
    for line in written.splitlines():
        decoder.feed(line)
    return decoder.content()


def _rows(count: int) -> tuple[tuple[str, ...], ...]:
    return tuple((str(number), f"부품\n{number}") for number in range(count))


@pytest.mark.parametrize("count", [1, 499, 500, 501, 1_000, 1_234])
def test_content_comes_back_whole(count: int) -> None:
    content = Content(
        "text/csv",
        (
            Heading(2, "제목\u2028", 1),
            Table(_rows(count), 1, "표", 3),
            Table(_rows(2), 0),
            ListItem("항목", 2, 4),
            Table(_rows(count)),
            Paragraph("글"),
        ),
        title="제목",
        page_count=7,
        scanned_pages=(2, 5),
    )
    assert _back(encode(content)) == content


def test_an_unreadable_file_comes_back_as_that() -> None:
    with pytest.raises(Unreadable) as raised:
        _back(encode(Unreadable(Cause.ENCRYPTED, "why")))
    assert (raised.value.cause, raised.value.detail) == (Cause.ENCRYPTED, "why")


@pytest.mark.parametrize(
    "written",
    [
        b"",
        b"{",
        b"[]",
        b"3",
        b'{"cause": "none", "detail": ""}',
        b'{"cause": "broken"}',
        b'{"media_type": "x"}',
        b'{"media_type":"x","title":"","page_count":"many","scanned_pages":[]}',
        b'{"media_type":"x","title":"","page_count":0,"scanned_pages":[]}\n["x", 1]',
        b'{"media_type":"x","title":"","page_count":0,"scanned_pages":[]}\n["h", "1", "t", 0]',
        b'{"media_type":"x","title":"","page_count":0,"scanned_pages":[]}\n["t", [1], 0, "", 0]',
        b'{"media_type":"x","title":"","page_count":0,"scanned_pages":[]}\n' + b"[" * 100_000,
    ],
)
def test_what_is_no_content_is_refused(written: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  the errors of JSON and of numbers are among them
        _back(written)
