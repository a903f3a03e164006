"""Names are read whatever they are: companies made of words of the language, digits, units, brackets and Latin letters."""

import random
import re
from pathlib import Path

import pytest
import yaml

from services.chat.semantic import Candidate, Catalog, EntityKind, EntityReference, Match, Resolution
from services.chat.understanding.analysis import Context
from services.chat.understanding.frame import NotFound, QueryReading, QuestionBack
from services.chat.understanding.reader import Reader
from services.erp.core.entity_index import Entity, EntityIndex
from services.erp.core.policy import Grant
from services.erp.core.result import EntityKind as ErpKind
from tests.fakes.company import catalog as company_catalog
from tests.unit.chat.readings import TODAY, described

PARTS = yaml.safe_load(
    (Path(__file__).parents[2] / "cases/conversations/random_names.yaml").read_text("utf-8")
)
QUESTIONS = {
    "customer": (
        *("{} 지난달 매출은?", "지난달 {} 매출 알려줘", "{}의 올해 수주액", "{} 미수금", "{}미수금"),
        *("작년 {} 월별 매출", "거래처 {} 미수금 얼마야", "{}는 미수금이 얼마나 남았어?"),
    ),
    "item": (
        "{} 재고",
        "{}재고 몇 개야",
        "지난달 {} 판매수량",
        "품목 {} 재고는?",
        "{}의 재고 수량 알려 주세요",
    ),
}
EVERYTHING = Grant(frozenset(), frozenset(), frozenset(), frozenset(), (), ())


def _names(source: random.Random) -> dict[str, list[str]]:
    """Sixty customers and forty items, no two alike."""
    customers: dict[str, str] = {}
    while len(customers) < 60:
        bare = (
            source.choice(PARTS["roots"]) + source.choice(["", "", " "]) + source.choice(PARTS["businesses"])
        )
        customers.setdefault(bare.replace(" ", ""), source.choice(PARTS["forms"]).format(bare))
    items: dict[str, str] = {}
    while len(items) < 40:
        sizes = [source.choice([3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 32, 40, 50]) for _ in range(3)]
        name = source.choice(PARTS["items"]).format(source.choice(PARTS["materials"]), *sizes)
        items.setdefault(re.sub(r"\W", "", name), name)
    return {"customer": list(customers.values()), "item": list(items.values())}


class _Company:
    """The ERP's own index of names, as the reader asks it."""

    def __init__(self, names: dict[str, list[str]]) -> None:
        self.names = names
        entities = [
            Entity(ErpKind(kind), f"{kind}-{at}", name)
            for kind, listed in names.items()
            for at, name in enumerate(listed)
        ]
        self._index = EntityIndex(entities, {})

    def resolve(self, mention: str, kinds: tuple[EntityKind, ...]) -> Resolution:
        found = self._index.resolve(mention, [ErpKind(kind) for kind in kinds], EVERYTHING, 10)
        candidates = tuple(
            Candidate(
                EntityReference(EntityKind(c.entity.kind.value), c.entity.key, c.entity.name),
                Match(c.match.name.lower()),
            )
            for c in found.candidates
        )
        return Resolution(mention, candidates, found.total)

    def read(self, reader: Reader, catalog: Catalog, question: str):  # type: ignore[no-untyped-def]
        context = Context(catalog, TODAY)
        analysis = reader.analyse(question, context)
        resolutions = {
            lookup: [self.resolve(mention, lookup.kinds) for mention in lookup.mentions]
            for lookup in analysis.lookups
        }
        return reader.read(analysis, resolutions, context)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return company_catalog()


@pytest.mark.parametrize("seed", range(3))
def test_random_names_are_read(reader: Reader, catalog: Catalog, seed: int) -> None:
    source = random.Random(seed)
    company = _Company(_names(source))
    wrong, missed, asked = [], [], 0
    for kind, questions in QUESTIONS.items():
        for at, name in enumerate(company.names[kind]):
            said = name if source.random() < 0.4 else re.sub(r"\(주\)|주식회사|㈜", "", name).strip()
            question = source.choice(questions).format(said)
            reading = company.read(reader, catalog, question)
            asked += 1
            if isinstance(reading, QueryReading):
                members = [m.key for condition in reading.query.members for m in condition.members]
                if members != [f"{kind}-{at}"]:
                    wrong.append((question, name, described(reading)))
            else:
                missed.append((question, name, described(reading)))
    assert not wrong
    assert len(missed) <= 0.02 * asked, missed


def test_what_is_called_by_no_name_is_never_taken_for_another(reader: Reader, catalog: Catalog) -> None:
    """Names of another random company: not found, or asked about, never a figure of something else unsaid."""
    source = random.Random(99)
    company = _Company(_names(random.Random(1)))
    known = {re.sub(r"\(주\)|주식회사|㈜|\s", "", name) for name in company.names["customer"]}
    for _ in range(80):
        bare = source.choice(PARTS["roots"]) + source.choice(PARTS["businesses"])
        if any(bare in name or name in bare for name in known):
            continue
        reading = company.read(reader, catalog, f"{bare} 지난달 매출")
        if isinstance(reading, QueryReading):  # a typo away: then it is said
            assert any(bare in note for note in reading.notes), (bare, described(reading))
        else:
            assert isinstance(reading, NotFound | QuestionBack), (bare, described(reading))
