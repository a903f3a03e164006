"""What is found is the same however the index is cut, and tells nothing of what may not be read."""

import random
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from services.retrieval.access import AccessList, Asker, Principals, may_read
from services.retrieval.core.index import IndexKey, Snapshot, build, merged, snapshot
from services.retrieval.core.lexical import QueryTerm
from services.retrieval.core.ranking import rank
from services.retrieval.ports import IndexedVersion, PassageKey

_WORDS = [f"낱말{number}" for number in range(40)]
_DIMENSIONS = 16
_ROLES = ("sales", "finance", "people")
_DEPARTMENTS = ("영업본부", "영업본부/국내영업팀", "경영지원본부")
_FOLDERS = ("", "규정", "규정/인사", "매뉴얼")


def _unit(draw: np.random.Generator, count: int) -> NDArray[np.float32]:
    vectors = draw.normal(size=(count, _DIMENSIONS)).astype(np.float32)
    unit: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def _version(name: str, draw: np.random.Generator, *, embedded: bool = True) -> IndexedVersion:
    count = int(draw.integers(1, 15))
    terms = [[_WORDS[int(draw.integers(40))] for _ in range(int(draw.integers(1, 12)))] for _ in range(count)]
    return IndexedVersion(name, terms, _unit(draw, count) if embedded else None, "m/1" if embedded else "")


def _key(version: IndexedVersion) -> IndexKey:
    return version.version_id, version.model


def _question(draw: np.random.Generator) -> list[QueryTerm]:
    words = draw.choice(40, size=(int(draw.integers(1, 5)), 2))
    return [QueryTerm({_WORDS[own]: 1.0, _WORDS[like]: 0.4} | {_WORDS[own]: 1.0}) for own, like in words]


def _found(
    of: Snapshot,
    readable: Sequence[IndexedVersion],
    question: list[QueryTerm],
    vector: NDArray[np.float32] | None,
) -> list[tuple[PassageKey, float]]:
    masks = of.mask({_key(version) for version in readable})
    return [(of.key(one.passage), one.score) for one in rank(of, masks, masks, question, vector)]


def _same(left: list[tuple[PassageKey, float]], right: list[tuple[PassageKey, float]]) -> bool:
    """Equal passages with equal scores; the order of equal scores hangs on the index."""
    return len(left) == len(right) and dict(left) == pytest.approx(dict(right), abs=1e-4)


@pytest.mark.parametrize("seed", range(20))
def test_the_way_in_which_the_index_is_cut_changes_nothing(seed: int) -> None:
    draw = np.random.default_rng(seed)
    versions = [_version(f"v{number}", draw, embedded=number % 5 != 0) for number in range(12)]
    alive, dead = versions[:9], versions[9:]
    one = snapshot([build(versions, _DIMENSIONS)])
    several = snapshot([build(versions[first : first + 4], _DIMENSIONS) for first in range(0, 12, 4)])
    together = snapshot([merged(several.segments, {_key(version) for version in alive})])
    assert len(together) == len(one) - sum(len(version.terms) for version in dead)
    for vector in (_unit(draw, 1)[0], None):
        question = _question(draw)
        expected = _found(one, alive, question, vector)
        assert expected
        assert _same(_found(several, alive, question, vector), expected)
        assert _same(_found(together, alive, question, vector), expected)


def _principals(choose: random.Random) -> Principals:
    return Principals(
        everyone=choose.random() < 0.15,
        roles=frozenset(choose.sample(_ROLES, choose.randint(0, 1))),
        departments=frozenset(choose.sample(_DEPARTMENTS, choose.randint(0, 1))),
        usernames=frozenset(choose.sample(("kim", "lee"), choose.randint(0, 1))),
    )


def _access(choose: random.Random) -> AccessList:
    deny = _principals(choose) if choose.random() < 0.3 else Principals()
    return AccessList(_principals(choose), deny, stop_inheritance=choose.random() < 0.2)


@pytest.mark.parametrize("seed", range(100))
def test_what_may_not_be_read_leaves_no_trace_in_the_scores(seed: int) -> None:
    """100 companies of 100 questions: as if the index held only what the asker may read."""
    draw, choose = np.random.default_rng(seed), random.Random(seed)
    folders = {path: _access(choose) for path in _FOLDERS if choose.random() < 0.6}
    versions = [_version(f"v{number}", draw) for number in range(10)]
    lists = [(f"{choose.choice(_FOLDERS)}/{one.version_id}".lstrip("/"), _access(choose)) for one in versions]
    whole = snapshot([build(versions[:6], _DIMENSIONS), build(versions[6:], _DIMENSIONS)])
    for _ in range(10):
        asker = Asker(
            choose.choice(("kim", "lee", "park")),
            frozenset(choose.sample(_ROLES, choose.randint(0, 2))),
            frozenset(choose.sample(_DEPARTMENTS, choose.randint(0, 1))),
        )
        readable = [
            version
            for version, (path, own) in zip(versions, lists, strict=True)
            if may_read(asker, path, own, folders)
        ]
        alone = snapshot([build(readable, _DIMENSIONS)])
        for _ in range(10):
            question, vector = _question(draw), _unit(draw, 1)[0]
            assert _same(_found(whole, readable, question, vector), _found(alone, readable, question, vector))


def test_of_equal_words_the_nearer_meaning_comes_first() -> None:
    vectors = np.eye(2, _DIMENSIONS, dtype=np.float32)
    versions = [
        IndexedVersion(name, [["연차"]], vectors[place : place + 1], "m/1") for place, name in enumerate("ab")
    ]
    of = snapshot([build(versions, _DIMENSIONS)])
    (first, _), *_ = _found(of, versions, [QueryTerm({"연차": 1.0})], vectors[1])
    assert first == PassageKey("b", 0)


def test_a_version_without_vectors_is_found_by_its_words() -> None:
    versions = [
        IndexedVersion("a", [["반품"], ["연차"]], None, ""),
        IndexedVersion("b", [["출장"]], np.eye(1, _DIMENSIONS, dtype=np.float32), "m/1"),
    ]
    of = snapshot([build(versions, _DIMENSIONS)])
    (first, _), *_ = _found(
        of, versions, [QueryTerm({"연차": 1.0})], np.eye(1, _DIMENSIONS, dtype=np.float32)[0]
    )
    assert first.version_id == "a"
