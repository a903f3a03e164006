"""What HWP and HWPX keep beside the running text."""

import tempfile
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from hwpx import HwpxDocument

from services.retrieval.reading.content import Block, Paragraph
from services.retrieval.reading.readers import read

_NOTICE = Path("tests/cases/reading/hwp/notice.hwp")


def _hwpx(write: Callable[[Any], None]) -> bytes:
    document = HwpxDocument.new()
    write(document)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.hwpx"
        document.save_to_path(path)
        return path.read_bytes()


def _text(data: bytes) -> tuple[Block, ...]:
    return read(data, "a.hwpx").blocks


def test_heads_and_feet_of_hwp_pages_are_left_out_and_boxes_read() -> None:
    assert read(_NOTICE.read_bytes(), "a.hwp").blocks == (
        Paragraph("2026년 하계휴가 안내"),
        Paragraph("전 사원에게 하계휴가를 알립니다."),
        Paragraph("신청은 그룹웨어에서 합니다."),
        Paragraph("문의: 총무팀"),
        Paragraph("주식회사 마루 · 사내 한정"),
    )


def test_heads_and_feet_of_hwpx_pages_are_left_out() -> None:
    def write(document: Any) -> None:
        document.page.set_header(text="머리말 글")
        document.page.set_footer(text="꼬리말 글")
        document.add_paragraph("본문입니다.")

    assert _text(_hwpx(write)) == (Paragraph("본문입니다."),)


def test_notes_of_hwpx_stand_behind_their_paragraph() -> None:
    def write(document: Any) -> None:
        first = document.add_paragraph("식비는 실비로 정산한다.")
        first.add_footnote("국내 출장만 그렇다.")
        first.add_footnote("영수증을 붙인다.")
        document.add_paragraph("다음 문장이다.")

    assert _text(_hwpx(write)) == (
        Paragraph("식비는 실비로 정산한다."),
        Paragraph("국내 출장만 그렇다."),
        Paragraph("영수증을 붙인다."),
        Paragraph("다음 문장이다."),
    )


def test_pictures_are_not_needed_to_read_text() -> None:
    data = _hwpx(lambda document: document.add_paragraph("본문입니다."))
    written = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as package, zipfile.ZipFile(written, "w") as larger:
        for name in package.namelist():
            larger.writestr(name, package.read(name))
        larger.writestr("BinData/image1.png", bytes(10**6))
    assert _text(written.getvalue()) == (Paragraph("본문입니다."),)
