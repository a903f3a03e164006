"""Reads the policy file and checks it against the catalog."""

import hashlib
from collections.abc import Collection
from pathlib import Path
from typing import Final

from services.erp.core.catalog import Catalog
from services.erp.core.policy import Domain, Policy, Role, RowRule, opened, revealed
from services.erp.core.result import EntityKind
from services.erp.core.yaml_section import Section
from services.erp.local_model import metadata

_CLAIMS: Final = ("company", "territory", "warehouse", "department", "employee")


def load_policy(file: Path, catalog: Catalog) -> Policy:
    """The policy in the file.

    Raises:
        CatalogError: a name is unknown, a hidden figure could be computed, or a row rule leaves a fact open
            without saying so; with file and line.
    """
    top = Section.read(file)
    domains = {name: _domain(section) for name, section in top.sections("domains").items()}
    for metric in catalog.metrics.values():
        for domain in metric.domains:
            if domain not in domains:
                raise top.error(
                    f"지표 {metric.key}의 영역 '{domain}'이(가) 없습니다 / no domain '{domain}'", "domains"
                )
    roles = {name: _role(section, domains.keys(), catalog) for name, section in top.sections("roles").items()}
    rows = tuple(_row(section, domains.keys(), catalog) for section in top.sections("rows").values())
    top.done()
    return Policy(domains, roles, rows, hashlib.sha256(file.read_bytes()).hexdigest())


def _domain(section: Section) -> Domain:
    found = Domain(section.text("name"), _kinds(section, "records"), _kinds(section, "entities"))
    section.done()
    return found


def _kinds(section: Section, key: str) -> frozenset[EntityKind]:
    return frozenset(EntityKind(name) for name in _known(section, key, {kind.value for kind in EntityKind}))


def _known(section: Section, key: str, names: Collection[str]) -> frozenset[str]:
    for name in section.texts(key):
        if name not in names:
            raise section.error(f"'{name}'이(가) 없습니다 / unknown name '{name}'", key)
    return frozenset(section.texts(key))


def _role(section: Section, domains: Collection[str], catalog: Catalog) -> Role:
    hidden = section.section("hidden")
    columns = {f"{table.name}.{column}" for table in metadata.tables.values() for column in dict(table.c)}
    role = Role(
        _known(section, "domains", domains),
        _known(hidden, "metrics", catalog.metrics),
        _known(hidden, "fields", columns),
    )
    hidden.done()
    section.done()
    if found := revealed(catalog, role.hidden_metrics, opened(catalog, role)):
        raise section.error(
            f"감춘 지표를 계산할 수 있습니다 / hidden metrics can be computed: {', '.join(found)}",
            "hidden",
        )
    return role


def _row(section: Section, domains: Collection[str], catalog: Catalog) -> RowRule:
    dimension = section.text("dimension")
    having = {key for key, fact in catalog.facts.items() if fact.expression(dimension)}
    if not having:
        raise section.error(f"'{dimension}' 차원이 있는 사실이 없습니다 / no fact has it", "dimension")
    if section.value("facts") == "all":
        facts = frozenset(having)
    else:
        facts = _known(section, "facts", having)
        left = having - facts - _known(section, "except", having)
        if left:
            raise section.error(
                f"facts나 except에 넣어 주세요: {', '.join(sorted(left))} / say which: facts or except",
                "facts",
            )
    unless = section.text("unless", "")
    if unless and unless not in domains:
        raise section.error(f"'{unless}' 영역이 없습니다 / no domain '{unless}'", "unless")
    claim = section.text("claim")
    if claim not in _CLAIMS:
        raise section.error(f"'{claim}' 클레임은 없습니다 / no claim '{claim}'", "claim")
    section.done()
    return RowRule(claim, dimension, facts, unless)
