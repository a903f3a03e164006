"""What the names of a question are: the one thing each means, or the choice between several."""

from dataclasses import replace
from datetime import date
from typing import Final

from services.chat.semantic import (
    Candidate,
    Catalog,
    EntityKind,
    Grouping,
    Match,
)
from services.chat.understanding.frame import (
    Ask,
    Frame,
    Members,
    Name,
    Option,
    QuestionBack,
    Reading,
    RecordReading,
)
from services.chat.understanding.groups import by_something_else, named_rows
from services.chat.understanding.measures import MAX_OPTIONS, common_dimensions

ATTRIBUTES: Final = {
    "customer": ("customer_group", "territory"),
    "supplier": ("supplier_group",),
    "item": ("item_group", "brand"),
    "employee": ("department",),
}
"""What each member has one of."""

_EXACT: Final = frozenset({Match.FULL, Match.EXACT, Match.ALIAS, Match.NUMBER_TAIL})


def record(frame: Frame, catalog: Catalog, today: date) -> Frame | Reading:
    documents = [
        n for n in frame.names if n.candidates and all(c.entity.kind.is_document for c in n.candidates)
    ]
    if not documents:
        return frame
    candidates = documents[0].candidates
    if len(candidates) == 1:
        entity = candidates[0].entity
        return RecordReading(entity, Frame(record=entity, focus=(entity,), notes=frame.notes))
    options = tuple(
        Option(
            _entity_label(c, catalog, kinds=True),
            replace(frame, names=(replace(documents[0], candidates=(c,)),)),
            c.entity,
        )
        for c in candidates[:MAX_OPTIONS]
    )
    return QuestionBack(
        Ask.DOCUMENT, options, documents[0].mention, total_count=documents[0].total_count, frame=frame
    )


def named(frame: Frame, catalog: Catalog, today: date) -> Frame | Reading:
    dimensions = set(common_dimensions(frame, catalog))
    frame = replace(frame, names=tuple(sorted(frame.names, key=_is_not_company)))
    split = {grouping.dimension for grouping in frame.groupings if not grouping.nodes}
    while frame.names:
        name, *rest = frame.names
        usable = _of_the_company(_usable(name, dimensions, catalog), frame, catalog)
        if not usable:
            kinds = {c.entity.kind for c in name.candidates}
            word = " · ".join(sorted({d.display_name for k in kinds if (d := catalog.dimension_of(k))}))
            return by_something_else(frame, catalog, f"{name.candidates[0].entity.display_name}({word})")
        if len(usable) > 1:
            several_kinds = len({c.entity.kind for c in usable}) > 1
            dropped = len(name.candidates) - len(usable)
            options = tuple(
                Option(
                    _entity_label(c, catalog, kinds=several_kinds),
                    replace(frame, names=(replace(name, candidates=(c,), total_count=1, chosen=True), *rest)),
                    c.entity,
                )
                for c in usable[:MAX_OPTIONS]
            )
            total = max(len(usable), name.total_count - dropped)
            return QuestionBack(Ask.NAME, options, name.mention, total_count=total, frame=frame)
        frame = _with_member(replace(frame, names=tuple(rest)), name, usable[0], catalog)
    groupings = tuple(
        g if g.dimension in split else named_rows(g.dimension, frame, catalog) for g in frame.groupings
    )
    return replace(frame, groupings=groupings, narrow=False, carried=False)


def _is_not_company(name: Name) -> bool:
    return any(c.entity.kind is not EntityKind.COMPANY for c in name.candidates)


def _of_the_company(usable: list[Candidate], frame: Frame, catalog: Catalog) -> list[Candidate]:
    """Of namesakes that each belong to a company (its name is what tells them apart), those of the asked one."""
    companies = {company.display_name for company in catalog.companies}
    if frame.all_companies or len(usable) < 2 or any(c.entity.detail not in companies for c in usable):
        return usable
    asked = {company.display_name for company in frame.companies or catalog.companies[:1]}
    return [c for c in usable if c.entity.detail in asked] or usable


def _usable(name: Name, dimensions: set[str], catalog: Catalog) -> list[Candidate]:
    """The candidates by which the metrics can be filtered."""
    usable = []
    for candidate in name.candidates:
        dimension = catalog.dimension_of(candidate.entity.kind)
        if candidate.entity.kind is EntityKind.COMPANY or (dimension and dimension.key in dimensions):
            usable.append(candidate)
    return usable


def _with_member(frame: Frame, name: Name, candidate: Candidate, catalog: Catalog) -> Frame:
    entity = candidate.entity
    notes = frame.notes
    if candidate.match not in _EXACT and not name.chosen:
        notes = (*notes, f"‘{name.mention}’: {entity.display_name} 기준으로 보았습니다.")
    elif name.others and not name.chosen and (dimension := catalog.dimension_of(entity.kind)):
        notes = (
            *notes,
            f"‘{name.mention}’: {dimension.display_name} {entity.display_name} 기준으로 보았습니다.",
        )
    frame = replace(frame, notes=notes)
    if entity.kind is EntityKind.COMPANY:
        companies = tuple(dict.fromkeys((*frame.companies, entity)))
        by = Grouping(EntityKind.COMPANY.value)
        apart = frame.listed and len(companies) > 1 and by not in frame.groupings
        groupings = (*frame.groupings, by) if apart else frame.groupings  # two names are never summed
        return replace(frame, companies=companies, groupings=groupings)
    dimension = catalog.dimension_of(entity.kind)
    key = dimension.key if dimension else ""
    groupings = frame.groupings
    if (
        frame.carried
        and not frame.narrow
        and not name.excluded
        and any(g.dimension == key for g in groupings)
    ):
        frame = replace(frame, descending=None, top=0, rank=False)  # a ranking of one
    by_it = any(g.dimension == key for g in groupings)
    members = list(frame.members)
    for index, old in enumerate(members):
        if old.dimension == key and old.excluded is name.excluded and old.fresh and not name.among:
            members[index] = replace(old, members=tuple(dict.fromkeys((*old.members, entity))))
            several = not name.excluded and len(members[index].members) > 1
            if several and not frame.merged and not by_it:
                groupings = (*groupings, Grouping(key))  # two names are never summed
            break
    else:
        if (
            not frame.narrow and not name.excluded and not name.among
        ):  # the new name stands where the old one of its kind stood
            members = [
                old
                for old in members
                if old.dimension != key or (old.fresh and old.excluded and not frame.carried)
            ]
        if (
            frame.carried and not frame.narrow and not name.excluded
        ):  # nor does a thing stand beside what it has one of
            members = [old for old in members if old.fresh or old.excluded or not _of_one(old.dimension, key)]
        others = tuple(c.entity for c in name.candidates if c.entity.kind is not entity.kind)
        members.append(Members(key, (entity,), name.excluded, fresh=True, namesakes=others))
    return replace(frame, members=tuple(members), groupings=groupings)


def _of_one(one: str, other: str) -> bool:
    """Whether one is what each member of the other has one of."""
    return one in ATTRIBUTES.get(other, ()) or other in ATTRIBUTES.get(one, ())


def _entity_label(candidate: Candidate, catalog: Catalog, *, kinds: bool) -> str:
    entity = candidate.entity
    parts = [entity.detail] if entity.detail else []
    if kinds and not entity.kind.is_document and (dimension := catalog.dimension_of(entity.kind)):
        parts.insert(0, dimension.display_name)
    return f"{entity.display_name} ({', '.join(parts)})" if parts else entity.display_name
