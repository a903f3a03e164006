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


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("한극정밀", "한국정밀"),
        ("한귝졍밀", "한국정밀"),
        ("한정국밀", "한국정밀"),
        ("김밈수", "김민수"),
        ("동양종합철강", "동양종합강"),
        ("pasific", "pacific"),
    ],
)
def test_a_typo_is_one(typed: str, name: str):
    assert names.is_typo(typed, name)
    assert names.is_typo(name, typed)
    assert names.is_typo(typed[::-1], name[::-1])


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("한졍", "한정"),
        ("6204", "6205"),
        ("볼트m8", "볼트m1"),
        ("함귝졍밀", "한국정밀"),
        ("가람상사", "누리상사"),
        ("김밍슈", "김민수"),
        ("한국정", "한국정밀"),
        ("ab상사", "가나상사"),
    ],
)
def test_another_name_is_no_typo(typed: str, name: str):
    assert not names.is_typo(typed, name)
    assert not names.is_typo(name, typed)


@given(st.text("가각갸먀", min_size=3, max_size=7), st.text("가각갸먀", min_size=3, max_size=7))
def test_typos_go_both_ways(a: str, b: str):
    assert names.is_typo(a, b) == names.is_typo(b, a)
    assert names.is_typo(a, a)
