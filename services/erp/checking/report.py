"""What a trial means: findings, and the whole of it as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.erp.checking.findings import Finding, Severity, worst_first
from services.erp.checking.needs import CATALOG
from services.erp.checking.soundness import contradictions
from services.erp.checking.survey import EntryReport
from services.erp.checking.trial import Trial
from services.erp.core.catalog_loader import load_catalog
from services.erp.core.filled import Filled
from services.erp.core.gaps import gaps
from services.erp.local_model import BUSINESS_TABLES, metadata
from services.erp.mapping.mapper import TableMapping
from services.erp.mapping.sources import Constant, Enumeration, FirstOf, Formula, JoinedKey, Value

_SHOWN = 3


def findings(trial: Trial) -> list[Finding]:
    """All that was found, worst first."""
    found: list[Finding] = []
    for entry in trial.entries:
        found += _of_entry(trial, entry)
    found += _of_lookups(trial)
    found += contradictions(trial.model, trial.filled)
    found += _dangling(trial)
    found += _not_connected(trial)
    return worst_first(found)


def _of_entry(trial: Trial, entry: EntryReport) -> Iterator[Finding]:
    file, table, result = trial.mapping.file, entry.table, entry.result
    about = f"{table.target.name} <- {table.source}"

    def at(column: str) -> str:
        return f"{file}:{_line(table, column)}"

    for refusal in entry.refusals.values():
        ko, _, en = refusal.reason.partition(" / ")
        yield Finding(
            *(Severity.ERROR, "rejected", at(refusal.column)),
            f"{about}: {refusal.column} 때문에 {refusal.count:,}행을 읽지 못했습니다. {ko}.",
            f"{about}: {refusal.count:,} rows were rejected for {refusal.column}: {en or ko}.",
            *(refusal.count, refusal.samples),
        )
    repeated = result.rejected - sum(refusal.count for refusal in entry.refusals.values())
    if repeated:
        yield Finding(
            *(Severity.ERROR, "repeated_key", at("id")),
            f"{about}: 같은 key의 행이 {repeated:,}개 더 있어 버렸습니다. key에 열을 더하거나, 같은 뜻이면 distinct, "
            "더해야 하면 sum을 쓰세요.",
            f"{about}: {repeated:,} rows repeat a key and were dropped. Add a column to the key, or write distinct (the "
            "same thing) or sum (to add up).",
            repeated,
        )
    if result.read and not result.rows and not table.sums:
        elsewhere = any(other.rows for other in trial.results if other.table == result.table)
        yield Finding(
            *(Severity.NOTICE if elsewhere else Severity.ERROR, "no_rows", f"{file}:{table.line}"),
            f"{about}: {result.read:,}행 가운데 남은 행이 없습니다. when과 key를 확인하세요.",
            f"{about}: none of {result.read:,} rows is left. Look at when and key.",
            result.read,
        )
    for name, value in table.values.items():
        if isinstance(value, Enumeration) and value.otherwise is not None:
            unlisted = {w: n for w, n in entry.words[name].items() if w and w not in value.words}
            if unlisted:
                words = ", ".join(list(unlisted)[:8])
                yield Finding(
                    *(Severity.WARNING, "unlisted_word", at(name)),
                    f"{about}: {name}의 values에 없는 값은 else({value.otherwise or '빈 값'})가 됩니다: {words}",
                    f"{about}: words of {name} that values does not list become else ({value.otherwise or 'empty'}): "
                    f"{words}",
                    *(
                        sum(unlisted.values()),
                        [{"word": w, "count": n} for w, n in list(unlisted.items())[:20]],
                    ),
                )
    for name, count in entry.lossy.items():
        yield Finding(
            *(Severity.WARNING, "lossy", at(name)),
            f"{about}: {name}에서 {count:,}개 값의 자릿수가 줄거나 글이 잘렸습니다.",
            f"{about}: {count:,} values of {name} lost digits or were cut.",
            count,
        )
    gathering = {join.alias for join in table.joins if join.lookup.gathers}
    for alias, count in entry.missed.items():
        if alias in gathering:
            continue  # nothing to add up is no gap
        yield Finding(
            *(Severity.WARNING, "lookup_missed", f"{file}:{table.line}"),
            f"{about}: with의 {alias}에서 {count:,}행의 짝을 찾지 못했습니다. 그 열은 비어 있습니다.",
            f"{about}: {count:,} rows have no partner in the lookup {alias}; its columns are empty there.",
            count,
        )
    rows = result.rows
    for column in table.target.c:
        if column.name in table.values and rows and not entry.filled[column.name] and not table.sums:
            yield Finding(
                *(Severity.NOTICE, "always_empty", at(column.name)),
                f"{about}: {column.name}은(는) 모든 행에서 비어 있습니다.",
                f"{about}: {column.name} is empty in every row.",
                rows,
            )


def _of_lookups(trial: Trial) -> Iterator[Finding]:
    for lookup, reader in trial.lookups:
        where = f"{trial.mapping.file}:{lookup.line}"
        if reader.repeated:
            yield Finding(
                *(Severity.WARNING, "lookup_repeated", where),
                f"찾아보기 {lookup.name}: 같은 key의 행이 {reader.repeated:,}개 더 있어 첫 행만 씁니다.",
                f"The lookup {lookup.name}: {reader.repeated:,} rows repeat a key; the first one is taken.",
                reader.repeated,
            )
        if reader.unreadable:
            yield Finding(
                *(Severity.WARNING, "lookup_unreadable", where),
                f"찾아보기 {lookup.name}: {reader.unreadable:,}행을 읽지 못해 뺐습니다.",
                f"The lookup {lookup.name}: {reader.unreadable:,} rows could not be read and are left out.",
                reader.unreadable,
            )


def _dangling(trial: Trial) -> Iterator[Finding]:
    """References whose target row is not there."""
    for table, columns in trial.filled.items():
        for name in sorted(columns):
            target = metadata.tables[table].c[name].info.get("references")
            if target is None:
                continue
            statement = (
                f"SELECT count(*), min(x.{name}) FROM {table} x LEFT JOIN {target} y ON y.id = x.{name} "  # noqa: S608
                f"WHERE x.{name} IS NOT NULL AND y.id IS NULL"
            )
            count, sample = trial.model.exec_driver_sql(statement).one()
            if count and target in trial.filled:
                yield Finding(
                    *(Severity.WARNING, "dangling", f"{table}.{name}"),
                    f"{table}.{name}: {count:,}행이 {target}에 없는 것을 가리킵니다. 양쪽 key의 모양이 같은지, when이 "
                    "너무 좁지 않은지 확인하세요.",
                    f"{table}.{name}: {count:,} rows refer to what {target} does not have. Look whether both keys are "
                    "written alike, and whether a `when` is too narrow.",
                    *(count, (sample,)),
                )
            elif count:
                yield Finding(
                    *(Severity.NOTICE, "dangling", f"{table}.{name}"),
                    f"{table}.{name}: {target} 표가 매핑에 없어 이름을 알 수 없습니다.",
                    f"{table}.{name}: the mapping fills no {target}, so names are unknown.",
                    *(count, (sample,)),
                )


def _not_connected(trial: Trial) -> Iterator[Finding]:
    for metric in metrics(trial):
        if metric["lacks"]:
            needs = ", ".join(metric["lacks"])
            yield Finding(
                *(Severity.NOTICE, "not_connected", metric["metric"]),
                f"{metric['name']}: 답할 수 없습니다(물으면 그렇다고 말합니다). 없는 것: {needs}",
                f"{metric['metric']}: can't be told, and will be refused. Lacking: {needs}",
            )


def metrics(trial: Trial) -> Sequence[Mapping[str, Any]]:
    """Every metric of the catalog and what it lacks under this mapping: wholly, or by which dimensions."""
    catalog, known = load_catalog(CATALOG), Filled(trial.filled)
    found = []
    for metric in catalog.metrics.values():
        lacking = gaps(catalog, metric, known)
        not_by = [] if lacking.needs else [catalog.dimensions[key].name for key in lacking.dimensions]
        lacks = [str(need) for need in lacking.needs]
        found.append({"metric": metric.key, "name": metric.name, "lacks": lacks, "not_by": not_by})
    return found


def as_json(trial: Trial, found: Sequence[Finding]) -> Mapping[str, Any]:
    """All of it."""
    filled = trial.filled
    return {
        "mapping": trial.mapping.name,
        "file": trial.mapping.file,
        "findings": [finding.told() for finding in found],
        "entries": [_entry(entry) for entry in trial.entries],
        "lookups": [
            {"name": lookup.name, "from": lookup.source, "read": reader.read, "keys": len(reader.rows)}
            for lookup, reader in trial.lookups
        ],
        "absent": trial.absent,
        "unmapped": {
            "tables": sorted(table.name for table in BUSINESS_TABLES if table.name not in filled),
            "columns": {
                name: sorted(set(metadata.tables[name].c.keys()) - columns)
                for name, columns in sorted(filled.items())
                if set(metadata.tables[name].c.keys()) - columns
            },
            "source_tables": trial.unused_tables,
            "source_columns": [
                {"table": each.table, "column": each.column, "samples": list(each.samples)}
                for each in trial.unused_columns
            ],
        },
        "metrics": metrics(trial),
    }


def _entry(entry: EntryReport) -> Mapping[str, Any]:
    table, result = entry.table, entry.result
    return {
        "to": table.target.name,
        "from": table.source,
        "line": table.line,
        "read": result.read,
        "kept": result.rows,
        "left_out": result.left_out,
        "left_out_by": [
            {"when": condition.source, "line": condition.line, "rows": entry.left_out[at]}
            for at, condition in enumerate(table.when)
        ],
        "rejected": result.rejected,
        "columns": [
            {
                "column": name,
                "from": described(value),
                "filled": entry.filled[name],
                "samples": [
                    {"before": before(value, source), "after": shown(local.get(name))}
                    for source, local in entry.samples[:_SHOWN]
                ],
                **({"words": dict(entry.words[name])} if name in entry.words else {}),
            }
            for name, value in table.values.items()
        ],
    }


def described(value: Value) -> str:
    """Where a column comes from, shortly."""
    match value:
        case Constant(text):
            return f"'{text}'"
        case Formula():
            return f"= {value.source}"
        case Enumeration():
            return f"{described(value.word)} -> values"
        case JoinedKey():
            return " | ".join(described(part) for part in value.parts)
        case FirstOf():
            return " / ".join(column.name for column in value.columns)


def before(value: Value, row: Mapping[str, Any]) -> str:
    """What the source row holds in the columns that the value reads."""
    return ", ".join(shown(row.get(column.name)) for column in value.columns)


def shown(value: Any) -> str:
    """A value, short enough for a line."""
    if value is None:
        return "–"
    text = f"{value:f}" if hasattr(value, "is_finite") else str(value)
    return text if len(text) <= 40 else f"{text[:39]}…"


def _line(table: TableMapping, name: str) -> int:
    if name == "when":
        return table.when[0].line
    value = table.values.get(name)
    lines = [column.line for column in value.columns] if value is not None else []
    return lines[0] if lines else table.line
