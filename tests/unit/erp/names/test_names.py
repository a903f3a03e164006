"""How names are compared."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.erp.core import names


@pytest.mark.parametrize(
    "written",
    [
        "대한상사(주)",
        "대한상사㈜",
        "대한상사 주식회사",
        " 대한 상사 (주) ",
        unicodedata.normalize("NFD", "대한상사(주)"),
    ],
)
def test_spellings_of_one_registered_name(written: str):
    assert names.full(written) == "대한상사(주)"
    assert names.core(written) == "대한상사"
    assert names.is_corporate(written)


def test_the_place_of_the_corporate_sign_is_part_of_the_name():
    assert names.full("(주)대한상사") != names.full("대한상사(주)")
    assert names.core("(주)대한상사") == names.core("대한상사(주)")


@pytest.mark.parametrize(
    ("written", "core"),
    [
        ("Samsung Electronics Co., Ltd.", "samsungelectronics"),
        ("Pacific Bearing Supply LLC", "pacificbearingsupply"),
        ("Inc", "inc"),  # nothing else is left
        ("경주식품", "경주식품"),  # 주식 is not 주식회사
        ("ＡＢＣ 무역", "abc무역"),
        ("볼베어링 6204-ZZ", "볼베어링6204zz"),
    ],
)
def test_core(written: str, core: str):
    assert names.core(written) == core


def test_initials():
    assert names.initials("대한상사2") == "ㄷㅎㅅㅅ2"
    assert names.is_initials("ㄷㅎ")
    assert not names.is_initials("ㄷ")
    assert not names.is_initials("대ㅎㅅ")


@given(st.text("가나다라", min_size=1, max_size=6), st.data())
def test_one_edit_is_within_one_edit(name: str, data: st.DataObject):
    at = data.draw(st.integers(0, len(name) - 1))
    other = data.draw(st.sampled_from("가나다라"))
    edits = [name[:at] + name[at + 1 :], name[:at] + other + name[at:], name[:at] + other + name[at + 1 :]]
    if at:
        edits.append(name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :])
    for edited in edits:
        assert names.within_one_edit(name, edited)
        assert names.within_one_edit(edited, name)


@given(st.text("가나다", max_size=5), st.text("가나다", max_size=5))
def test_two_edits_are_not(a: str, b: str):
    """Against the textbook's distance with swaps of neighbours."""
    assert names.within_one_edit(a, b) == (distance(a, b) <= 1)


def distance(a: str, b: str) -> int:
    rows = [list(range(len(b) + 1))]
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            best = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                best = min(best, rows[-2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]
