import random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from walk import LOOK_AHEAD, Walk

LETTERS = st.text(alphabet="가나 ", max_size=3)


@st.composite
def grammars(draw: st.DrawFn) -> tuple[str, set[str]]:
    """A random grammar without recursion, and every sentence of it."""
    rules: list[str] = []
    languages: list[set[str]] = []
    for number in range(draw(st.integers(1, 4))):
        alternatives, language = [], set()
        for _ in range(draw(st.integers(1, 3))):
            texts, items = {""}, []
            for _ in range(draw(st.integers(0, 3))):
                earlier = draw(st.none() | st.integers(0, number - 1)) if number else None
                literal = draw(LETTERS)
                optional = draw(st.booleans())
                item = f'"{literal}"' if earlier is None else f"r{earlier}"
                following = {literal} if earlier is None else languages[earlier]
                items.append(item + ("?" if optional else ""))
                texts = {text + more for text in texts for more in following | ({""} if optional else set())}
                assume(len(texts) <= 200)  # rules of rules grow beyond any time that a test has
            alternatives.append(" ".join(items) or '""')
            language |= texts
        rules.append(f"r{number} ::= " + " | ".join(alternatives))
        languages.append(language)
    return "\n".join([*rules, f"root ::= r{len(rules) - 1}"]), languages[-1]


@settings(max_examples=100, deadline=None)
@given(grammars(), st.randoms(use_true_random=False))
def test_walks_every_sentence_and_no_other(case: tuple[str, set[str]], choice: random.Random) -> None:
    grammar, language = case
    for sentence in language:
        walk, written = Walk(grammar), ""
        while True:
            forced = walk.forced(1000)
            written += forced
            possible = {other for other in language if other.startswith(written)}
            assert sentence in possible, "what is forced holds for every sentence"
            if walk.ended:
                assert possible == {sentence}
                break
            ahead = walk.fork()
            assert ahead == {other[len(written) :][:LOOK_AHEAD] for other in possible}
            if sentence == written:
                assert "" in ahead
                break
            step = sentence[len(written) :][: choice.randint(1, 4)]
            walk.take(step)
            written += step
    outside = "가나 가나가나 나나나 가"
    if not any(sentence.startswith(outside) for sentence in language):
        with pytest.raises(ValueError, match="left the grammar"):
            Walk(grammar).take(outside)


def test_only_forks_are_left_to_the_model() -> None:
    walk = Walk('root ::= " 10월 " ("매출은" | "순매출은") " 12.3억 원" ("입니다." | "이에요.")')
    assert walk.forced(99) == " 10월", "the space goes with the word behind it"
    assert {text[:2] for text in walk.fork()} == {" 매", " 순"}
    walk.take(" 순")
    assert walk.forced(99) == "매출은 12.3억 원"
    walk.take("이에")
    assert walk.forced(99) == "요."
    assert walk.ended


def test_what_is_forced_is_bounded() -> None:
    doubling = "\n".join(f"r{n} ::= r{n + 1} r{n + 1}" for n in range(40))
    walk = Walk(f'root ::= r0\n{doubling}\nr40 ::= "가"')
    assert walk.forced(500) == "가" * 500
    assert not walk.ended


def test_a_fork_of_very_many_ways_is_shown_in_part() -> None:
    grammar = (
        "root ::= " + " ".join(["d"] * 12) + "\nd ::= " + " | ".join(f'"{digit}"' for digit in range(10))
    )
    ahead = Walk(grammar).fork()
    assert {text[0] for text in ahead} == set("0123456789")
    assert len(ahead) < 5000
