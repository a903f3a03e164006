"""Reads catalog/*.yaml into a Catalog and checks it: an unknown column, a missing Korean name, a sum that
would count twice or add up what can't be added is told with file and line.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Final, TypeVar

from sqlalchemy import Table

from services.erp.core import names
from services.erp.core.catalog import (
    Catalog,
    Dimension,
    Fact,
    Measure,
    Metric,
    Term,
    TimeBehavior,
)
from services.erp.core.catalog_paths import (
    columns_of,
    conditions,
    path,
    table_named,
    terms,
)
from services.erp.core.facts_loader import fact_columns, fact_from
from services.erp.core.query import DATE, DUE_DATE
from services.erp.core.records_loader import record_kind
from services.erp.core.result import EntityKind, UnitKind
from services.erp.core.yaml_section import CatalogError, Section, korean
from services.erp.exact_decimal import ExactDecimal

_DECIMALS: Final = {UnitKind.PERCENT: 1, UnitKind.RATIO: 2}
_SCALES: Final = {UnitKind.CURRENCY: 4, UnitKind.QUANTITY: 6, UnitKind.DAYS: 6}

E = TypeVar("E")


def load_catalog(folder: FilePath) -> Catalog:
    """The catalog in all YAML files of the folder. People are offered metrics in the files' `position`s.

    Raises:
        CatalogError: the first mistake found, with file and line.
    """
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise CatalogError(f"{folder}: 카탈로그 파일(*.yaml)이 없습니다 / no catalog files here")
    tops = sorted((Section.read(file) for file in files), key=lambda top: top.integer("position", len(files)))
    found: dict[str, dict[str, Section]] = {"dimensions": {}, "facts": {}, "metrics": {}, "records": {}}
    for top in tops:
        for kind, named in found.items():
            for key, section in top.sections(kind).items():
                if key in named:
                    raise section.error(f"'{key}'이(가) 두 번 있습니다 / '{key}' is defined twice")
                named[key] = section
        top.done()
    dimensions = {key: _dimension(key, section) for key, section in found["dimensions"].items()}
    facts: dict[str, Fact] = {}
    for key, section in found["facts"].items():
        facts[key] = fact_from(key, section, dimensions, facts)
    metrics = {key: _metric(key, section, facts) for key, section in found["metrics"].items()}
    for key, section in found["metrics"].items():
        _check_parts(metrics[key], section, metrics, ())
    records = {
        kind: record_kind(kind, section, facts)
        for kind, section in ((_kind(key, s, None), s) for key, s in found["records"].items())
    }
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    return Catalog(facts, dimensions, metrics, records, digest)


def _kind(text: str, section: Section, key: str | None) -> EntityKind:
    if text not in set(EntityKind):
        raise section.error(f"'{text}'은(는) 모르는 대상입니다 / unknown kind of entity '{text}'", key)
    return EntityKind(text)


def _choice(section: Section, key: str, of: type[E]) -> E:
    value = section.text(key)
    try:
        return of(value)  # type: ignore[call-arg]
    except ValueError:
        raise section.error(f"'{key}'에 쓸 수 없는 값입니다: {value} / not a {key}: {value}", key) from None


def _dimension(key: str, section: Section) -> Dimension:
    name = korean(section, "name")
    kind = _kind(section.text("kind"), section, "kind") if "kind" in section else None
    table = table_named(section.text("table"), section, "table") if "table" in section else None
    label = section.text("label", "name")
    if table is not None and label not in table.c:
        raise section.error(f"열 '{label}'이(가) 없습니다 / unknown column '{label}'", "label")
    detail = None
    if table is not None and "detail" in section:
        detail = path(section.text("detail"), columns_of(table), section, "detail")
    members, aliases = section.section("members"), section.section("aliases")
    dimension = Dimension(
        key,
        name,
        section.texts("synonyms"),
        kind,
        table,
        label,
        detail,
        {member: korean(members, member) for member in members},
        _aliases({member: aliases.texts(member) for member in aliases}),
        tuple(_table_column(section, text) for text in section.texts("values")),
        is_date=key in (DATE, DUE_DATE),
        is_tree=section.flag("tree"),
    )
    if dimension.is_tree and (table is None or "parent_id" not in table.c):
        raise section.error("계층에는 parent_id가 필요합니다 / a tree needs a table with parent_id", "tree")
    section.done()
    return dimension


def _aliases(said: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Of each member, as it may be called in this ERP, what else it is called."""
    found: dict[str, tuple[str, ...]] = {}
    for member, others in said.items():
        alike = (member, *others)
        found |= {names.core(name): tuple(n for n in alike if n != name) for name in alike}
    return found


def _table_column(section: Section, text: str) -> tuple[Table, str]:
    name, _, column = text.partition(".")
    table = table_named(name, section, "values")
    if column not in table.c:
        raise section.error(f"열 '{text}'이(가) 없습니다 / unknown column '{text}'", "values")
    return table, column


def _metric(key: str, section: Section, facts: Mapping[str, Fact]) -> Metric:
    unit = _choice(section, "unit", UnitKind)
    time = _choice(section, "time", TimeBehavior)
    metric = Metric(
        key,
        korean(section, "name"),
        section.texts("synonyms"),
        korean(section, "definition"),
        section.text("remark", ""),
        section.texts("domains"),
        time,
        unit,
        section.integer("decimals", _DECIMALS.get(unit, 0)),
        _kind(section.text("party"), section, "party") if "party" in section else None,
        tuple(_measure(one, facts, unit) for one in section.listed("measure")),
        tuple(_measure(one, facts, unit) for one in section.listed("now")),
        terms(section, "formula") if "formula" in section else (),
        _sides(section, "ratio") if "ratio" in section else None,
        _sides(section, "turnover") if "turnover" in section else None,
    )
    ways = [
        bool(metric.measures or metric.now),
        bool(metric.formula),
        bool(metric.ratio),
        bool(metric.turnover),
    ]
    if sum(ways) != 1:
        raise section.error(
            "measure(또는 now), formula, ratio, turnover 가운데 하나만 필요합니다 / "
            "a metric has one of: measure (or now), formula, ratio, turnover"
        )
    if not metric.domains:
        raise section.error("업무 영역(domains)이 필요합니다 / a metric needs its domains", "domains")
    if time is TimeBehavior.FLOW and metric.now:
        raise section.error("now는 잔액에만 씁니다 / only a balance has `now`", "now")
    for measure in metric.measures:
        if measure.fact.snapshot:
            raise section.error(
                f"'{measure.fact.key}'은(는) 현재 상태라서 기간으로 더할 수 없습니다 / "
                f"'{measure.fact.key}' says how things stand now: it can't be summed over time (use `now`)",
                "measure",
            )
    if "beside" in section:
        metric = _with_beside(metric, section.section("beside"))
    section.done()
    return metric


def _with_beside(metric: Metric, section: Section) -> Metric:
    """Sums over the rows that the metric counts, shown beside it where it is grouped by the dimension."""
    if len(metric.now) != 1:
        raise section.error("now가 하나인 지표에만 씁니다 / only beside a metric with one `now`")
    (measure,) = metric.now
    dimension = section.text("by")
    if not measure.fact.expression(dimension):
        raise section.error(f"모르는 차원입니다: {dimension} / unknown dimension", "by")
    figures = tuple(
        replace(
            metric,
            key=f"{metric.key}.{key}",
            name=korean(one, "name"),
            unit=UnitKind.QUANTITY,
            reveals=one.text("reveals", ""),
            now=(
                Measure(
                    measure.fact,
                    _sum(one, "sum", measure.fact, UnitKind.QUANTITY),
                    (),
                    None,
                    measure.conditions,
                ),
            ),
        )
        for key, one in section.sections("columns").items()
    )
    section.done()
    return replace(metric, beside=figures, beside_dimension=dimension)


def _measure(section: Section, facts: Mapping[str, Fact], unit: UnitKind) -> Measure:
    key = section.text("fact")
    if key not in facts:
        raise section.error(f"모르는 사실입니다: {key} / unknown fact '{key}'", "fact")
    fact = facts[key]
    columns = fact_columns(fact.table, fact.rollup, fact.added)
    measure = Measure(
        fact,
        _sum(section, "sum", fact, unit) if "sum" in section else (),
        _sum(section, "document_sum", fact, unit) if "document_sum" in section else (),
        path(section.text("distinct"), columns, section, "distinct") if "distinct" in section else None,
        conditions(section.section("where"), columns, fact.due),
    )
    counted = section.flag("count") or measure.distinct is not None
    if counted == bool(measure.sum):
        raise section.error(
            "sum, count, distinct 가운데 하나가 필요합니다 / one of sum, count, distinct is needed"
        )
    if counted != (unit is UnitKind.COUNT):
        raise section.error("건수만 세고, 나머지는 더합니다 / count what has the unit count, sum the rest")
    if measure.distinct is not None and measure.distinct.steps:
        raise section.error(
            "distinct는 자기 열이어야 합니다 / distinct takes a column of the fact", "distinct"
        )
    if unit is UnitKind.QUANTITY and not fact.unit:
        raise section.error(f"'{key}'에 unit이 필요합니다 / the fact '{key}' needs a unit", "fact")
    if measure.document_sum and not fact.currency:
        raise section.error(f"'{key}'에 currency가 필요합니다 / the fact '{key}' needs a currency", "fact")
    section.done()
    return measure


def _sum(section: Section, key: str, fact: Fact, unit: UnitKind) -> tuple[Term, ...]:
    columns = fact_columns(fact.table, fact.rollup, fact.added)
    if "." in section.text(key):
        raise section.error(
            "자기 행의 열만 더합니다: 다른 표의 값은 여러 번 더해집니다 / "
            "only columns of the fact itself are summed: another table's would be counted more than once",
            key,
        )
    found = terms(section, key)
    for term in found:
        column = columns.get(term.name)
        if column is None:
            raise section.error(f"열 '{term.name}'이(가) 없습니다 / unknown column '{term.name}'", key)
        if not isinstance(column.type, ExactDecimal) or column.type.scale != _SCALES.get(unit):
            raise section.error(
                f"'{term.name}'은(는) {unit}(으)로 더할 수 없습니다 / can't be summed as {unit}",
                key,
            )
        if term.name in fact.semi_additive:
            raise section.error(
                f"'{term.name}'은(는) 상태라서 더할 수 없습니다 / semi-additive: can't be summed",
                key,
            )
    return found


def _sides(section: Section, key: str) -> tuple[str, str]:
    inner = section.section(key)
    found = inner.text("of"), inner.text("to")
    inner.done()
    return found


def _check_parts(
    metric: Metric, section: Section, metrics: Mapping[str, Metric], above: tuple[str, ...]
) -> None:
    """Formulas name metrics that exist, don't lead back to themselves, and combine what goes together."""
    if metric.key in above:
        raise section.error(f"자기 자신으로 되돌아옵니다 / leads back to itself: {' → '.join(above)}")
    for figure in metric.beside:
        if figure.reveals and figure.reveals not in metrics:
            raise section.error(
                f"모르는 지표입니다: {figure.reveals} / unknown metric '{figure.reveals}'", "beside"
            )
    key = "ratio" if metric.ratio else "turnover" if metric.turnover else "formula"
    for name in metric.parts:
        if name not in metrics:
            raise section.error(f"모르는 지표입니다: {name} / unknown metric '{name}'", key)
        if metrics[name].time is not metric.time and not metric.turnover:
            raise section.error(f"'{name}'의 time이 다릅니다 / '{name}' behaves otherwise over time", key)
        _check_parts(metrics[name], section, metrics, (*above, metric.key))
    if metric.turnover:
        flow, balance = (metrics[name] for name in metric.turnover)
        plain = bool(flow.measures and balance.measures)
        if not plain or (flow.time, balance.time) != (TimeBehavior.FLOW, TimeBehavior.BALANCE):
            raise section.error("of는 흐름, to는 잔액이어야 합니다 / a flow is turned over in a balance", key)
    units = {metrics[name].unit for name in metric.parts}
    if metric.formula and units != {metric.unit}:
        raise section.error("단위가 다른 지표는 더할 수 없습니다 / metrics of other units don't add up", key)
    if metric.ratio and len(units) > 1 and UnitKind.QUANTITY in units:
        raise section.error("수량은 수량으로만 나눕니다 / a quantity is divided by quantities only", key)
    if UnitKind.PERCENT in units or UnitKind.RATIO in units:
        raise section.error("비율로는 계산하지 않습니다 / nothing is computed from ratios", key)
