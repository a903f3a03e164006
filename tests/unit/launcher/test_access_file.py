"""The YAML file that says who may read what."""

from pathlib import Path

import pytest
from maru.retrieval.v1.access_pb2 import AccessList, Principals

from services.launcher.documents.access_file import in_words, read_access_file, same
from services.launcher.errors import LauncherError

FILE = """
- path: /
  allow: {roles: [employee]}
- path: 인사/
  allow: {departments: 인사팀, users: [kim.sales]}
  deny: {roles: [sales]}
  stop_inheritance: true
- path: "**/급여*.xlsx"
  allow: everyone
- path: 공지/*.md
  deny: {users: [lee]}
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "권한.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_folders_end_with_a_slash_and_the_rest_are_documents(tmp_path: Path) -> None:
    access = read_access_file(written(tmp_path, FILE))
    assert access.folders == {
        "": AccessList(allow=Principals(roles=["employee"]), deny=Principals()),
        "인사": AccessList(
            allow=Principals(departments=["인사팀"], usernames=["kim.sales"]),
            deny=Principals(roles=["sales"]),
            stop_inheritance=True,
        ),
    }


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("급여.xlsx", "모두"),
        ("인사/2026/급여표.xlsx", "모두"),
        ("인사/급여/표.xlsx", None),
        ("인사/급여표.pdf", None),
        ("공지/a.md", "user:lee"),
        ("공지/2026/a.md", None),
        ("공지/급여a.xlsx", "모두"),
    ],
)
def test_the_first_pattern_that_fits_counts(tmp_path: Path, path: str, allowed: str | None) -> None:
    found = read_access_file(written(tmp_path, FILE)).of_document(path)
    assert (found is None) == (allowed is None)
    assert found is None or allowed is None or allowed in in_words(found)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("path: a", "list"),
        ("- allow: everyone", "1번째 항목: path"),
        ("- path: a\n  allow: everybody", "allow"),
        ("- path: a\n  allow: {role: [sales]}", "roles"),
        ("- path: a\n  allow: {roles: [1]}", "roles"),
        ("- path: a\n  allows: everyone", "allows"),
        ("- path: a\n  stop_inheritance: 네", "stop_inheritance"),
        ("- path: [", ":1"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(LauncherError) as raised:
        read_access_file(written(tmp_path, text))
    assert said in raised.value.korean + raised.value.english


def test_lists_are_the_same_in_any_order() -> None:
    one = AccessList(allow=Principals(roles=["a", "b"]))
    assert same(one, AccessList(allow=Principals(roles=["b", "a"]), deny=Principals()))
    assert not same(one, AccessList(deny=Principals(roles=["a", "b"])))
    assert not same(one, AccessList(allow=Principals(roles=["a", "b"]), stop_inheritance=True))
