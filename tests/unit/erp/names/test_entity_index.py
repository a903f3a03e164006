"""What a mention names: tests/cases/erp/names/mentions.yaml, and under policies."""

import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.erp.core.entity_index import Entity, EntityIndex, Match
from services.erp.core.policy import Grant
from services.erp.core.query import Member
from services.erp.core.result import EntityKind

CASES = yaml.safe_load(
    (Path(__file__).parents[3] / "cases" / "erp" / "names" / "mentions.yaml").read_text("utf-8")
)
EVERYTHING = Grant(frozenset(), frozenset(), frozenset(), frozenset(), (), ())


def entity(kind: EntityKind, key: str, name: str, **more: Any) -> Entity:
    return Entity(kind, key, name, **more)


C = EntityKind.CUSTOMER
ENTITIES = [
    entity(C, "C1", "(주)대한상사", places={"territory": "서울"}),
    entity(C, "C2", "대한상사(주)", places={"territory": "부산"}),
    entity(C, "C3", "대한상사", places={"territory": None}),
    entity(C, "C4", "대한상사(주) 부산", places={"territory": "부산"}),
    entity(C, "C5", "한국정밀", codes=("CUST-0005",)),
    entity(C, "C6", "새한정밀공업"),
    entity(C, "C7", "LG전자"),
    entity(C, "C8", "Pacific Bearing Supply LLC"),
    entity(C, "C9", "옛날상회", disabled=True),
    entity(C, "C10", "우리상회", disabled=True),
    entity(C, "C11", "우리상회"),
    entity(EntityKind.SUPPLIER, "S1", "한빛전자"),
    entity(EntityKind.ITEM_GROUP, "한빛", "한빛"),
    entity(EntityKind.BRAND, "한빛", "한빛"),
    entity(EntityKind.ITEM, "BRG-6204", "볼베어링 6204", codes=("BRG-6204",), aliases=("육이공사",)),
    entity(EntityKind.ITEM, "BRG-6205", "볼베어링 6205", codes=("BRG-6205",)),
    entity(EntityKind.CURRENCY, "USD", "USD", aliases=("달러", "미화")),
    entity(EntityKind.EMPLOYEE, "E1", "김민수", detail="영업1팀"),
    entity(EntityKind.EMPLOYEE, "E2", "김민수", detail="재무팀"),
    entity(EntityKind.TERRITORY, "서울", "서울", places={"territory": "서울"}),
    entity(EntityKind.TERRITORY, "부산", "부산", places={"territory": "부산"}),
    entity(EntityKind.TERRITORY, "국내", "국내", places={"territory": "국내"}),
    entity(EntityKind.ACCOUNT, "A1", "외상매출금", places={"company": "갑"}),
    entity(EntityKind.PROJECT, "P1", "공용 과제", places={"company": None}),
]
INDEX = EntityIndex(ENTITIES, {"territory": {"국내": None, "서울": "국내", "부산": "국내"}})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["mention"])
def test_a_mention_names(case: dict[str, Any]):
    resolution = INDEX.resolve(case["mention"], (), EVERYTHING, 10)
    found = [f"{c.entity.kind.value}:{c.entity.key} {c.match.name}" for c in resolution.candidates]
    assert sorted(found) == sorted(case["found"])
    matches = [c.match for c in resolution.candidates]
    assert matches == sorted(matches)
    assert resolution.total == len(found)


def restricted(**claims: tuple[str, ...]) -> Grant:
    restrictions = tuple((Member(name, members), frozenset[str]()) for name, members in claims.items())
    return Grant(frozenset(), frozenset(), frozenset(), frozenset(), claims.get("company", ()), restrictions)


def keys(mention: str, grant: Grant) -> set[str]:
    return {c.entity.key for c in INDEX.resolve(mention, (), grant, 10).candidates}


def test_what_one_may_not_see_is_not_there():
    seoul = restricted(territory=("서울",))
    assert keys("대한상사", seoul) == {"C1"}
    assert keys("대한상사(주)", seoul) == {"C1"}, (
        "the hidden one leaves no trace, its full name means nothing"
    )
    assert keys("부산", seoul) == set()
    assert keys("국내", seoul) == set()
    assert INDEX.find(C, "C2", seoul) is None
    assert INDEX.find(C, "C1", seoul) is not None
    assert keys("대한상사", restricted(territory=("국내",))) == {"C1", "C2"}, (
        "one without a territory is nobody's"
    )


def test_another_companys_names_are_not_there_and_shared_ones_are():
    assert keys("외상매출금", restricted(company=("을",))) == set()
    assert keys("외상매출금", restricted(company=("을", "갑"))) == {"A1"}
    assert keys("공용 과제", restricted(company=("을",))) == {"P1"}


def test_closed_kinds_are_not_there():
    closed = Grant(frozenset(), frozenset(), frozenset({EntityKind.ACCOUNT}), frozenset(), (), ())
    assert keys("외상매출금", closed) == set()


def test_only_the_kinds_asked_for_and_no_more_than_asked_for():
    resolution = INDEX.resolve("한빛", {EntityKind.SUPPLIER}, EVERYTHING, 10)
    assert [(c.entity.key, c.match) for c in resolution.candidates] == [("S1", Match.PREFIX)]
    assert INDEX.resolve("대한상사", (), EVERYTHING, 2).total == 3
    assert len(INDEX.resolve("대한상사", (), EVERYTHING, 2).candidates) == 2


def test_a_hundred_thousand_names_are_searched_quickly():
    many = EntityIndex((entity(C, f"K{n}", f"거래처{n:06}(주)") for n in range(100_000)), {})
    started = time.perf_counter()
    for mention in ("거래처012345", "12345", "거래쳐012345", "없는이름입니다"):
        many.resolve(mention, (), EVERYTHING, 10)
    assert time.perf_counter() - started < 2.0  # about 0.1 s on an idle machine
