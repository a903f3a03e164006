"""Files of a folder as documents: names of every kind, and what is left out."""

import os
import unicodedata
from pathlib import Path

import pytest
from maru.retrieval.v1.document_pb2 import Document

from services.launcher.documents.client import LARGEST_FILE
from services.launcher.documents.files import scan
from services.launcher.documents.planning import Plan, refuse_to_empty
from services.launcher.errors import LauncherError


def test_a_folder_is_taken_with_all_below_it(tmp_path: Path) -> None:
    (tmp_path / "규정" / "인사").mkdir(parents=True)
    (tmp_path / "규정" / "인사" / "연차.md").write_text("연차")
    (tmp_path / "공지.txt").write_text("공지")
    found = scan([tmp_path], "")
    assert list(found.files) == ["공지.txt", "규정/인사/연차.md"]
    assert found.whole
    assert list(scan([tmp_path / "공지.txt"], "알림/2026").files) == ["알림/2026/공지.txt"]
    assert not scan([tmp_path / "공지.txt"], "").whole


@pytest.mark.parametrize("name", ["여비규정.hwp", unicodedata.normalize("NFD", "여비규정.hwp")])
def test_names_of_any_system_become_one(tmp_path: Path, name: str) -> None:
    for encoding in ("utf-8", "cp949") if unicodedata.is_normalized("NFC", name) else ("utf-8",):
        folder = os.path.join(os.fsencode(tmp_path), encoding.encode())
        os.mkdir(folder)
        with open(os.path.join(folder, name.encode(encoding)), "wb") as file:
            file.write(b"x")
        assert list(scan([tmp_path / encoding], "").files) == ["여비규정.hwp"]


def test_what_nobody_means_is_left_out(tmp_path: Path) -> None:
    for name in (".DS_Store", "Thumbs.db", "~$여비.docx", ".git/config", "여비.docx"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    found = scan([tmp_path], "")
    assert (list(found.files), list(found.problems)) == (["여비.docx"], [])


def test_what_cannot_be_sent_is_told(tmp_path: Path) -> None:
    (tmp_path / "빈.md").touch()
    with (tmp_path / "큰.md").open("wb") as large:
        large.truncate(LARGEST_FILE + 1)
    (tmp_path / "링크.md").symlink_to("/etc/hostname")
    os.close(os.open(os.path.join(os.fsencode(tmp_path), b"\xff\xfe.md"), os.O_CREAT))
    os.mkfifo(tmp_path / "pipe.md")
    found = scan([tmp_path], "")
    assert found.files == {}
    told = {problem.path: problem.english for problem in found.problems}
    assert told.keys() == {"빈.md", "큰.md", "링크.md", "pipe.md", "\\xff\\xfe.md"}
    assert "empty" in told["빈.md"]
    assert "at most 33554432 bytes" in told["큰.md"]


def test_two_files_for_one_document_are_refused(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "연차.md").write_text("x")
    with pytest.raises(LauncherError, match="--into"):
        scan([tmp_path / "a", tmp_path / "b"], "")
    with pytest.raises(LauncherError, match="no such file"):
        scan([tmp_path / "c"], "")


def test_an_empty_folder_deletes_nothing(tmp_path: Path) -> None:
    gone = Plan(removed=[Document(path="a.md")])
    with pytest.raises(LauncherError, match="mounted"):
        refuse_to_empty(scan([tmp_path], ""), gone)
    (tmp_path / "b.md").write_text("x")
    refuse_to_empty(scan([tmp_path], ""), gone)
