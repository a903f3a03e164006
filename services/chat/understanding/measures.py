"""Which measures are asked for, and what they can be split by."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Final

from services.chat.semantic import (
    Catalog,
    EntityKind,
    EntityReference,
    Grouping,
    Metric,
    Role,
    UnitKind,
)
from services.chat.understanding.frame import (
    Ask,
    Frame,
    Members,
    Option,
    QuestionBack,
    Reading,
    Refusal,
    RefusalKind,
)
from services.chat.understanding.text import compact
from services.chat.understanding.words import load

MAX_OPTIONS: Final = 10
EMPLOYEE: Final = "employee"
_ITEM: Final = "item"
_COUNTS_OF_DOCUMENTS: Final = frozenset(
    [name for figures in load("documents")["figures"].values() for name in figures[1:2]]
    + [state["count"] for state in load("documents")["open"] if "count" in state]
)
_ACCOUNTS: Final = load("accounts")["kinds"]


def metrics_of(frame: Frame, catalog: Catalog) -> list[Metric]:
    return [catalog.metrics[key] for key in frame.metrics]


def known(catalog: Catalog, names: Sequence[str]) -> tuple[str, ...]:
    """Keys of the metrics that the catalog calls by these names."""
    wanted = [compact(name) for name in names]
    found = [
        metric.key
        for name in wanted
        for metric in catalog.metrics.values()
        if name in _compared((metric.display_name, *metric.synonyms))
    ]
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=4096)
def _compared(names: tuple[str, ...]) -> frozenset[str]:
    """A metric's names as they are compared."""
    return frozenset(map(compact, names))


def counted_things(frame: Frame, catalog: Catalog) -> list[str]:
    """The dimension whose members are what the measure is the number of: items. Counts of documents have none."""
    if not frame.metrics:
        return []
    metric = catalog.metrics[frame.metrics[0]]
    counts = metric.unit.kind is UnitKind.COUNT and metric.display_name not in _COUNTS_OF_DOCUMENTS
    return [_ITEM] if counts and _ITEM in metric.dimensions else []


def names_of(named: Iterable[Metric | EntityReference]) -> str:
    return ", ".join(one.display_name for one in named)


def common_dimensions(frame: Frame, catalog: Catalog) -> list[str]:
    """What all the metrics can be grouped by, in the catalog's order."""
    sets = [metric.dimensions for metric in metrics_of(frame, catalog)]
    return [key for key in catalog.dimensions if all(key in keys for keys in sets)]


def measured(frame: Frame, catalog: Catalog, today: date) -> Frame | Reading:
    keys = [key for key in frame.metrics if key in catalog.metrics]
    frame = replace(frame, metrics=tuple(keys))
    if not frame.metrics:
        known = [catalog.metrics[key] for key in frame.metric_options if key in catalog.metrics]
        open_ = [metric for metric in known if metric.permitted]
        if known and not open_:
            return Refusal(RefusalKind.FORBIDDEN, names_of(known))
        if len(open_) == 1:
            return replace(frame, metrics=(open_[0].key,), metric_options=())
        if not open_ and (account := _of_account(frame, catalog)):
            note = f"{account.display_name} 계정으로 보았습니다."
            return replace(frame, metrics=(account.key,), notes=(*frame.notes, note))
        counted = {bound.unit for bound in frame.bounds if bound.role is Role.NONE} - {None}
        if len(of_unit := [m for m in open_ if {m.unit.kind} == counted]) == 1:
            return replace(frame, metrics=(of_unit[0].key,), metric_options=())  # 1억 넘게 산 거래처
        options = open_ or _likely_metrics(frame, catalog)
        return QuestionBack(
            Ask.METRIC,
            tuple(
                Option(m.display_name, replace(frame, metrics=(m.key,), metric_options=()))
                for m in options[:MAX_OPTIONS]
            ),
            frame=frame,
        )
    forbidden = [metric for metric in metrics_of(frame, catalog) if not metric.permitted]
    if forbidden:
        return Refusal(RefusalKind.FORBIDDEN, names_of(forbidden))
    return _of_oneself(replace(frame, metric_options=()), catalog)


def _of_account(frame: Frame, catalog: Catalog) -> Metric | None:
    """급여, 이자수익: an account by itself is asked for its expense or income, as its name says."""
    entities = [candidate.entity for name in frame.names for candidate in name.candidates]
    if not entities or any(entity.kind is not EntityKind.ACCOUNT for entity in entities):
        return None
    for words in _ACCOUNTS:
        if all(entity.display_name.casefold().endswith(tuple(words["endings"])) for entity in entities):
            return next(
                (m for m in catalog.metrics.values() if m.display_name == words["measure"] and m.permitted),
                None,
            )
    return None


def _of_oneself(frame: Frame, catalog: Catalog) -> Frame:
    """Days off without a person are the asker's own."""
    people = {metric.unit.kind for metric in metrics_of(frame, catalog)} == {UnitKind.DAYS}
    if people and not frame.grouped and any(member.own for member in frame.members):
        return replace(frame, groupings=(Grouping(EMPLOYEE),))
    if (
        not people
        or frame.grouped
        or frame.members
        or frame.names
        or EMPLOYEE not in common_dimensions(frame, catalog)
    ):
        return frame
    return replace(
        frame,
        members=(Members(EMPLOYEE, own=True),),
        groupings=(Grouping(EMPLOYEE),),
        notes=(*frame.notes, "본인의 것으로 보았습니다."),
    )


def _likely_metrics(frame: Frame, catalog: Catalog) -> list[Metric]:
    """Permitted metrics that take what was said so far."""
    wanted = {grouping.dimension for grouping in frame.groupings}
    kinds = {candidate.entity.kind for name in frame.names for candidate in name.candidates}
    fitting = []
    for metric in catalog.metrics.values():
        own = {catalog.dimensions[key].entity_kind for key in metric.dimensions if key in catalog.dimensions}
        takes_names = not kinds or bool(kinds & own) or kinds <= {EntityKind.COMPANY}
        takes_party = frame.party is None or metric.party is not None
        if metric.permitted and wanted <= metric.dimensions and takes_names and takes_party:
            fitting.append(metric)
    return fitting[:6]
