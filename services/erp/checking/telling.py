"""A trial as a person reads it."""

from collections.abc import Iterator, Sequence

from services.erp.checking.findings import Finding, Severity
from services.erp.checking.report import before, described, metrics, shown
from services.erp.checking.survey import EntryReport
from services.erp.checking.trial import Trial
from services.erp.local_model import BUSINESS_TABLES, metadata

_MARKS = {Severity.ERROR: "✗", Severity.WARNING: "!", Severity.NOTICE: "·"}
_MOST = 30


def lines(trial: Trial, found: Sequence[Finding]) -> Iterator[str]:
    """Tables and columns first, then what is unused, then what may be wrong, and the sum of it last."""
    for entry in trial.entries:
        yield from _entry(entry)
    yield from _unmapped(trial)
    yield ""
    yield "── 점검 결과 / findings"
    for finding in found:
        if finding.kind not in ("always_empty", "not_connected"):
            yield from _finding(finding)
    yield ""
    answered = [metric for metric in metrics(trial) if not metric["lacks"]]
    refused = [metric for metric in metrics(trial) if metric["lacks"]]
    yield f"── 지표 / metrics: 답할 수 있음 answered {len(answered)}, 없다고 말함 refused {len(refused)}"
    for metric in refused:
        yield f"  · {metric['name']} ({metric['metric']}) ← {', '.join(metric['lacks'])}"
    for metric in answered:
        if metric["not_by"]:
            yield f"  · {metric['name']} ({metric['metric']}): 나눌 수 없음 not by {', '.join(metric['not_by'])}"
    yield ""
    counts = {severity: sum(f.severity is severity for f in found) for severity in Severity}
    yield (
        f"오류 errors {counts[Severity.ERROR]}, 주의 warnings {counts[Severity.WARNING]}, "
        f"알림 notices {counts[Severity.NOTICE]}"
    )


def _entry(entry: EntryReport) -> Iterator[str]:
    table, result = entry.table, entry.result
    yield ""
    yield (
        f"── {table.target.name} <- {table.source}: 읽음 read {result.read:,}, 남음 kept {result.rows:,}, "
        f"제외 left out {result.left_out:,}, 거절 rejected {result.rejected:,}"
    )
    for at, condition in enumerate(table.when):
        yield f"     when {condition.source}  → 제외 left out {entry.left_out[at]:,}"
    for name, value in table.values.items():
        filled = entry.filled[name]
        share = "" if filled == result.rows else f"  [{filled:,}행 rows]"
        example = ""
        if entry.samples:
            source, local = entry.samples[0]
            example = (
                f"  {before(value, source)} → {shown(local.get(name))}"
                if value.columns
                else f"  {shown(local.get(name))}"
            )
        yield f"   {name} ← {described(value)}{share}{example}"


def _unmapped(trial: Trial) -> Iterator[str]:
    filled = trial.filled
    yield ""
    yield "── 채우지 않은 것 / not filled"
    empty = sorted(table.name for table in BUSINESS_TABLES if table.name not in filled)
    if empty:
        yield f"  표 tables: {', '.join(empty)}"
    for name, columns in sorted(filled.items()):
        rest = [column.name for column in metadata.tables[name].c if column.name not in columns]
        if rest:
            yield f"  {name}: {', '.join(rest)}"
    if trial.absent:
        yield f"  원본에 없는 표 not in the source: {', '.join(trial.absent)}"
    yield ""
    yield "── 원본에서 쓰지 않은 것 / unused in the source"
    for name, rows in list(trial.unused_tables.items())[:_MOST]:
        yield f"  {name}: {rows:,}행 rows"
    if len(trial.unused_tables) > _MOST:
        yield f"  … {len(trial.unused_tables) - _MOST:,}개 더 more"
    for each in trial.unused_columns:
        yield f"  {each.table}.{each.column}: {', '.join(each.samples)}"


def _finding(finding: Finding) -> Iterator[str]:
    yield f"{_MARKS[finding.severity]} {finding.where}  {finding.ko}"
    yield f"  {finding.en}"
    if finding.samples:
        yield f"    예 e.g. {'; '.join(_sample(each) for each in list(finding.samples)[:3])}"


def _sample(sample: object) -> str:
    if isinstance(sample, dict):
        return " ".join(f"{key}={shown(value)}" for key, value in sample.items() if value not in ("", None))
    return shown(sample)
