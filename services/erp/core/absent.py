"""Members that have no rows: what a question's filters leave of all names, without those that were found."""

from collections.abc import Iterable, Iterator, Sequence

from services.erp.core.catalog import Catalog, TimeBehavior
from services.erp.core.entity_index import Entity, EntityIndex
from services.erp.core.figures import Calculator, Row
from services.erp.core.frames import Slot
from services.erp.core.plan import Plan
from services.erp.core.policy import Grant
from services.erp.core.query import AllOf, AnyOf, Filter, Member, Not
from services.erp.core.reference import Reference
from services.erp.core.result import Column, EntityKind, EntityReference, Role, Table
from services.erp.core.tabulating import count_of


def tabulate_absent(
    plan: Plan, catalog: Catalog, grant: Grant, reference: Reference, rows: Iterable[Row], row_limit: int
) -> Table:
    """The members of the one grouping that have no row (of a balance: nothing standing), by name; of a tree those at
    the bottom.
    """
    (dimension,) = plan.dimensions
    present = set(_present(plan, catalog, rows))
    index = reference.index
    found = [
        entity
        for entity in index.members(dimension.kind or EntityKind.COMPANY, grant)
        if not entity.disabled
        and not index.has_below(dimension.key, entity.key)
        and entity.key not in present
        and _asked_for(plan, entity, index)
    ]
    found.sort(key=lambda entity: (entity.name, entity.key))
    if plan.query.count_rows:
        return count_of(plan, len(found))
    if plan.query.top:
        found = found[: plan.query.top]
    names = [entity.name for entity in found]
    cells = [
        EntityReference(
            entity.kind, entity.key, entity.name, entity.detail if names.count(entity.name) > 1 else ""
        )
        for entity in found[:row_limit]
    ]
    column = Column(dimension.key, dimension.name, Role.DIMENSION)
    return Table((column,), tuple((cell,) for cell in cells), len(found))


def _present(plan: Plan, catalog: Catalog, rows: Iterable[Row]) -> Iterator[str | None]:
    """Members of which there is something: a row of a flow, a balance that isn't 0."""
    calculator = Calculator(catalog)
    for row in rows:
        figures = row.figures[Slot.ASKED]
        for metric in plan.metrics:
            standing = metric.time is TimeBehavior.FLOW or calculator.value(metric, figures)
            if standing and calculator.present(metric, figures):
                yield row.members[0].key


def _asked_for(plan: Plan, entity: Entity, index: EntityIndex) -> bool:
    """The member lies in the companies, the question's filters and the policy's, as far as they speak of it."""
    companies = {company.key for company in plan.companies}
    if entity.places.get(EntityKind.COMPANY) not in {None, *companies}:
        return False
    conditions: list[Filter] = [one for members in plan.restrictions.values() for one in members]
    if plan.query.filter is not None:
        conditions.append(plan.query.filter)
    conditions += plan.selected
    return all(_holds(one, entity, index) is not False for one in conditions)


def _holds(node: Filter, entity: Entity, index: EntityIndex) -> bool | None:
    """The condition on the member itself; None where it speaks of something else, such as who bought it."""
    match node:
        case AllOf(filters):
            return _all([_holds(one, entity, index) for one in filters])
        case AnyOf(filters):
            denied = _all([_not(_holds(one, entity, index)) for one in filters])
            return _not(denied)
        case Not(inner):
            return _not(_holds(inner, entity, index))
        case Member(key, members, include_missing):
            if key not in entity.places:
                return None
            place = entity.places[key]
            return include_missing if place is None else index.lies_below(key, place, members)


def _not(holds: bool | None) -> bool | None:
    return None if holds is None else not holds


def _all(parts: Sequence[bool | None]) -> bool | None:
    if False in parts:
        return False
    return None if None in parts else True
