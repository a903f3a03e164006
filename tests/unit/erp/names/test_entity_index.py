"""How mentions find names: which of several namesakes, codes, initial consonants."""

import pytest

from services.erp.core.entity_index import Entity, EntityIndex, Match
from services.erp.core.policy import Grant
from services.erp.core.result import EntityKind

EVERYTHING = Grant(frozenset(), frozenset(), frozenset(), frozenset(), (), ())
INDEX = EntityIndex(
    [
        Entity(EntityKind.CUSTOMER, "CUST-1", "(주)대한상사"),
        Entity(EntityKind.CUSTOMER, "CUST-2", "대한상사"),
        Entity(EntityKind.CUSTOMER, "CUST-3", "대한상사(주) 부산"),
        Entity(EntityKind.CUSTOMER, "CUST-4", "주식회사 한국정밀"),
        Entity(EntityKind.ITEM, "BRG-6203", "볼베어링 6203"),
    ],
    {},
)

CASES = [
    # Two with the same name but for (주): both, whichever of them is registered so to the letter.
    ("대한상사", {("CUST-1", Match.EXACT), ("CUST-2", Match.EXACT)}),
    ("대한 상사", {("CUST-1", Match.EXACT), ("CUST-2", Match.EXACT)}),
    # Typed with its (주), in whatever form, it means that one.
    ("(주)대한상사", {("CUST-1", Match.FULL)}),
    ("㈜대한상사", {("CUST-1", Match.FULL)}),
    ("주식회사 대한상사", {("CUST-1", Match.FULL)}),
    ("대한상사(주) 부산", {("CUST-3", Match.FULL)}),
    ("한국정밀", {("CUST-4", Match.EXACT)}),
    ("cust-3", {("CUST-3", Match.FULL)}),
    ("brg6203", {("BRG-6203", Match.FULL)}),
    ("ㄷㅎㅅㅅ", {("CUST-1", Match.INITIALS), ("CUST-2", Match.INITIALS)}),
    ("ㅎㄱㅈㅁ", {("CUST-4", Match.INITIALS)}),
    ("한국정일", {("CUST-4", Match.FUZZY)}),
    ("없는회사", set()),
]


@pytest.mark.parametrize(("mention", "expected"), CASES, ids=[mention for mention, _ in CASES])
def test_a_mention_finds(mention: str, expected: set[tuple[str, Match]]) -> None:
    found = INDEX.resolve(mention, (), EVERYTHING, 10)
    assert {(candidate.entity.key, candidate.match) for candidate in found.candidates} == expected
