"""The demo's users as another ERP knows them, and its answers in the keys of the first: each ERP has keys of its own."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from maru.chat.v1.turn_pb2 import Answer
from maru.erp.v1.value_pb2 import EntityKind, EntityReference

from services.identity.users import Claims, User
from services.launcher.evaluation.asking import Company, Say
from tests.integration.erp.second_erp.meaning import TABLES, Model, Translation

_LISTS = ("company", "territory", "warehouse", "department")


def translated(users: Mapping[str, User], model: Path, other: Path) -> Mapping[str, User]:
    """The users, whose claims hold keys of `model`, with those of `other`."""
    translation = Translation(Model(model), Model(other))

    def keys(claims: Claims) -> Claims:
        lists = {table: getattr(claims, table) or () for table in _LISTS}
        told = {table: tuple(translation.key(table, key) for key in found) for table, found in lists.items()}
        employee = translation.key("employee", claims.employee) if claims.employee else None
        return claims.model_copy(update={**told, "employee": employee})

    return {name: replace(user, claims=keys(user.claims)) for name, user in users.items()}


class TranslatedCompany:
    """A company whose answers name things by the keys that `model` has for them."""

    def __init__(self, company: Company, other: Path, model: Path) -> None:
        self._company = company
        self._translation = Translation(Model(other), Model(model))

    async def converse(self, user: str) -> Say:
        say = await self._company.converse(user)

        async def translated(text: str) -> Answer:
            answer = await say(text)
            for part in (answer, *answer.further):
                for entity in _entities(part):
                    table = EntityKind.Name(entity.kind).removeprefix("ENTITY_KIND_").lower()
                    if table in TABLES and "name" in TABLES[table].c:
                        entity.key = self._translation.key(table, entity.key)
            return answer

        return translated


def _entities(answer: Answer) -> Iterator[EntityReference]:
    for row in answer.table.rows:
        yield from (value.entity for value in row.values)
    yield from (choice.entity for choice in answer.clarification.choices)
