"""Particles, figures, and the grammar that sentences come from."""

import random
from decimal import Decimal

import pytest

from services.chat.composing import rendering
from services.chat.composing.grammar import Alternative, Content, Grammar, GrammarError
from services.chat.composing.guard import foreign_parts
from services.chat.composing.language import Language
from services.chat.composing.particles import particle
from services.chat.composing.wording import Register, register_of
from services.chat.semantic import (
    Unit,
    UnitKind,
)

# --- particles, figures -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "forms", "wanted"),
    [
        ("매출", "은/는", "은"),
        ("재고", "은/는", "는"),
        ("서울", "으로/로", "로"),
        ("부산", "으로/로", "으로"),
        ("대한상사(주)", "이/가", "가"),
        ("1,200원", "으로/로", "으로"),
        ("24.6%", "으로/로", "로"),
        ("3건", "이에요/예요", "이에요"),
        ("1,250 EA", "이에요/예요", "예요"),
        ("10", "을/를", "을"),
        ("2", "을/를", "를"),
        ("6", "과/와", "과"),
        ("M8", "은/는", "은"),
        ("LG", "이/가", "가"),
        ("HTML", "이/가", "이"),
        ("Trading", "이/가", "이"),
        ("300 kg", "을/를", "을"),
        ("대한 '상사'", "은/는", "는"),
    ],
)
def test_particles_follow_the_sound(word: str, forms: str, wanted: str) -> None:
    assert particle(word, forms) == wanted


@pytest.mark.parametrize(
    ("value", "unit", "places", "wanted"),
    [
        (Decimal("1234567.4"), Unit(UnitKind.CURRENCY, "KRW"), 0, "1,234,567원"),
        (Decimal("-3.5"), Unit(UnitKind.CURRENCY, "USD"), 2, "-3.50달러"),
        (Decimal("1250.000000"), Unit(UnitKind.QUANTITY, "EA"), 0, "1,250 EA"),
        (Decimal("0.125"), Unit(UnitKind.QUANTITY, "KG"), 0, "0.125 KG"),
        (Decimal("12.25"), Unit(UnitKind.PERCENT), 1, "12.3%"),
        (Decimal(0), Unit(UnitKind.PERCENT), 1, "0%"),
        (7, Unit(UnitKind.COUNT), 0, "7건"),
        (Decimal("2.345"), Unit(UnitKind.RATIO), 2, "2.35회"),
        (Decimal("-0.4"), Unit(UnitKind.CURRENCY, "KRW"), 0, "0원"),
    ],
)
def test_figures_are_rendered_exactly(value: Decimal | int, unit: Unit, places: int, wanted: str) -> None:
    assert rendering.figure(value, unit, places) == wanted


def test_names_are_one_bounded_line() -> None:
    assert rendering.name("한빛\n\u202e상사\x00 ") == "한빛 상사"
    assert len(rendering.name("가" * 300)) == rendering.MAX_NAME


@pytest.mark.parametrize(
    ("question", "wanted"),
    [("매출 얼마예요?", Register.HAEYO), ("매출 알려 주십시오", Register.HAPSHO), ("매출", Register.HAPSHO)],
)
def test_the_register_follows_the_asker(question: str, wanted: Register) -> None:
    assert register_of(question) is wanted


# --- the grammar itself -------------------------------------------------------------------------


def test_a_particle_is_attached_to_each_alternative() -> None:
    rules = {"root": [Alternative("{what}{은/는} {value}")], "what": [Alternative("{a}"), Alternative("{b}")]}
    language = Language(Grammar(rules).bind(Content({"a": "재고", "b": "매출", "value": "1"})))
    assert {language.sample(random.Random(n)) for n in range(20)} == {"재고는 1", "매출은 1"}


def test_a_wording_without_its_values_is_not_said() -> None:
    rules = {
        "root": [Alternative("{missing}!"), Alternative("{there}", when=("flag",)), Alternative("{there}.")]
    }
    assert Language(Grammar(rules).bind(Content({"there": "매출"}))).first == "매출."
    with pytest.raises(GrammarError):
        Grammar(rules).bind(Content({}))


def test_gbnf_quotes_what_could_break_out_of_it() -> None:
    rules = {"root": [Alternative("{name}{은/는} 값")]}
    nasty = 'a" | "b\\ ::= root\n'
    language = Language(Grammar(rules).bind(Content({"name": nasty})))
    assert language.gbnf == 'root ::= " " s\ns ::= "a\\" | \\"b\\\\ ::= root\\n는 값"'


def test_a_text_that_is_not_legal_is_read_up_to_its_first_wrong_character() -> None:
    language = Language(
        Grammar({"root": [Alternative("{a}입니다."), Alternative("{a}예요.")]}).bind(Content({"a": "1원"}))
    )
    cursor, read = language.advance(language.start, "1원입니다?")
    assert read == 5
    assert not language.is_whole(cursor)
    assert language.complete("1원입") == "니다."
    with pytest.raises(ValueError, match="no sentence"):
        language.complete("2원")


def test_what_must_follow_is_known_once_nothing_is_left_to_choose() -> None:
    rules = {"root": [Alternative("{a}입니다. 끝."), Alternative("{a}{이에요/예요}. 끝.")]}
    language = Language(Grammar(rules).bind(Content({"a": "1원"})))
    assert language.forced(language.start) is None
    for text, rest in (("1원", None), ("1원입", "니다. 끝."), ("1원이", "에요. 끝."), ("1원입니다. 끝.", "")):
        cursor, read = language.advance(language.start, text)
        assert (read, language.forced(cursor)) == (len(text), rest)


def test_the_second_look_finds_figures_and_names_that_are_not_the_results() -> None:
    atoms = {"2026년 10월", "매출", "1,200원", "대한물산(주)"}
    assert foreign_parts("2026년 10월 매출은 1,200원입니다.", atoms) == ()
    assert foreign_parts("2026년 10월 매출은 1,300원입니다.", atoms) == ("1,300", "원입니다")
    assert "한빛전자" in foreign_parts("한빛전자 2026년 10월 매출은 1,200원입니다.", atoms)
    assert foreign_parts("2026년 10월 매출은 11,200원입니다.", atoms)
