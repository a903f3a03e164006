"""What the catalog and the policy say, for people: `python -m services.erp.describe check | list | show NAME | explain …`.

Needs no running service, and no data: `list --data` alone looks into the local model for what its mapping fills.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Iterator, Mapping, Sequence, Sized
from pathlib import Path
from typing import Any, Final

from services.erp.app import local_model
from services.erp.core.catalog import Catalog, Measure, Metric
from services.erp.core.catalog_loader import load_catalog
from services.erp.core.filled import Filled
from services.erp.core.gaps import Gaps, gaps
from services.erp.core.policy import Grant, Policy
from services.erp.core.policy_loader import load_policy
from services.erp.core.reference import LOADED, filled_of
from services.erp.core.yaml_section import CatalogError
from services.erp.errors import LocalModelEmpty, LocalModelUnavailable
from services.erp.settings import Settings
from services.kit.identity import Identity
from services.kit.metrics import Metrics

_NAMED: Final = 6
_TIMES: Final = {"flow": "기간 / flow", "balance": "잔액 / balance"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints what was asked for; exit code 1 with file and line when a file has a mistake, 2 for an unknown name."""
    parser = argparse.ArgumentParser(prog="python -m services.erp.describe", description=__doc__)
    parser.add_argument("--catalog", type=Path, default=_default("catalog_dir"))
    parser.add_argument("--policy", type=Path, default=_default("policy_file"))
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check")
    commands.add_parser("list").add_argument("--data", action="store_true", help="mark what is not connected")
    commands.add_parser("show").add_argument("name")
    explain = commands.add_parser("explain")
    explain.add_argument("--asker", type=json.loads, required=True, help="JSON: username, roles, claims")
    explain.add_argument("--metric", default="")
    given = parser.parse_args(arguments)
    try:
        catalog = load_catalog(given.catalog)
        policy = load_policy(given.policy, catalog)
    except CatalogError as error:
        sys.stderr.write(f"✗ {error}\n")
        return 1
    name = given.name if given.command == "show" else getattr(given, "metric", "")
    metrics = named(catalog, name) if name else []
    if name and not metrics:
        sys.stderr.write(f"✗ '{name}'(이)라는 지표는 없습니다. / There is no metric '{name}'.\n")
        return 2
    match given.command:
        case "check":
            lines = checked(catalog, policy)
        case "list":
            lines = listed(catalog, asyncio.run(_filled()) if given.data else None)
        case "show":
            lines = (line for metric in metrics for line in shown(catalog, metric))
        case _:
            lines = explained(catalog, policy, asker_of(given.asker), metrics)
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return 0


def _default(field: str) -> Path:
    path: Path = getattr(Settings(), field)
    return path


def asker_of(given: dict[str, Any]) -> Identity:
    """From `{username, roles: [..], claims: {company: [..], employee: [..]}}`."""
    claims = {name: tuple(values) for name, values in given.get("claims", {}).items()}
    company, territory, warehouse, department, employee = (
        claims.get(name, ()) for name in ("company", "territory", "warehouse", "department", "employee")
    )
    return Identity(
        "",
        given["username"],
        "",
        frozenset(given.get("roles", ())),
        company,
        territory,
        warehouse,
        department,
        employee[0] if employee else None,
    )


def named(catalog: Catalog, name: str) -> list[Metric]:
    """The metrics with this key or name, or else this other word."""
    wanted = name.replace(" ", "").casefold()

    def fits(words: Sequence[str]) -> bool:
        return wanted in {word.replace(" ", "").casefold() for word in words}

    exact = [metric for metric in catalog.metrics.values() if fits((metric.key, metric.name))]
    return exact or [metric for metric in catalog.metrics.values() if fits(metric.synonyms)]


def checked(catalog: Catalog, policy: Policy) -> Iterator[str]:
    counts: Mapping[str, Sized] = {
        "지표 metrics": catalog.metrics,
        "차원 dimensions": catalog.dimensions,
        "사실 facts": catalog.facts,
        "전표 documents": catalog.records,
        "영역 domains": policy.domains,
        "역할 roles": policy.roles,
        "행 규칙 row rules": policy.rows,
    }
    yield "✓ " + " · ".join(f"{name} {len(found)}" for name, found in counts.items())


async def _filled() -> Filled | None:
    """What the mapping of the loaded local model fills; None where nothing is loaded."""
    async with local_model(Settings(), Metrics()) as model:
        try:
            (loaded,) = await model.read(LOADED)
        except (LocalModelEmpty, LocalModelUnavailable) as error:
            sys.stderr.write(f"· {error.message_ko} / {error.message_en}\n")
            return None
    return filled_of(loaded.rows)


def listed(catalog: Catalog, known: Filled | None) -> Iterator[str]:
    """One line a metric, with what it lacks where it is known what is filled."""
    for metric in catalog.metrics.values():
        yield f"{metric.key:<28} {metric.name}  [{', '.join(metric.domains)}] {_TIMES[metric.time.value]}"
        lacking = gaps(catalog, metric, known) if known else Gaps()
        if lacking.needs:
            yield f"{'':<28} ✗ 연결되지 않음 not connected: {', '.join(map(str, lacking.needs))}"
        elif lacking.dimensions:
            names = ", ".join(catalog.dimensions[key].name for key in lacking.dimensions)
            yield f"{'':<28} · 나눌 수 없음 not by: {names}"


def shown(catalog: Catalog, metric: Metric) -> Iterator[str]:
    """Everything that is known of a metric."""
    yield f"{metric.name} ({metric.key})"
    yield f"  정의 definition   {metric.definition}" + (f" ({metric.remark})" if metric.remark else "")
    yield f"  다른 말 synonyms   {', '.join(metric.synonyms)}"
    yield f"  시간 time         {_TIMES[metric.time.value]}   단위 unit: {metric.unit.value}"
    yield f"  영역 domains      {', '.join(metric.domains)}"
    if metric.formula:
        yield "  계산 formula      " + " ".join(
            f"{'+' if t.sign > 0 else '-'} {catalog.metrics[t.name].name}" for t in metric.formula
        )
    if metric.sides:
        above, below = (catalog.metrics[side].name for side in metric.sides)
        ends = " (양 끝 평균 / mean of both ends)" if metric.turnover else ""
        yield f"  계산 quotient     {above} / {below}{ends}"
    for word, measures in (("합산 measure", metric.measures), ("현재 now", metric.now)):
        for measure in measures:
            yield f"  {word}      {_measured(measure)}"
    dimensions = catalog.dimensions_of(metric)
    yield "  차원 dimensions   " + ", ".join(
        d.name for d in catalog.dimensions.values() if d.key in dimensions
    )


def _measured(measure: Measure) -> str:
    what = (
        "count"
        if not measure.sum
        else "sum " + " ".join(f"{'' if t.sign > 0 else '-'}{t.name}" for t in measure.sum)
    )
    if measure.distinct is not None:
        what = f"count distinct {measure.distinct.column}"
    return f"{what} · {measure.fact.name} ({measure.fact.key})"


def explained(catalog: Catalog, policy: Policy, asker: Identity, metrics: Sequence[Metric]) -> Iterator[str]:
    """What the asker may see, and which rows of it; of some metrics alone where they are given."""
    grant = policy.grant(catalog, asker)
    roles = [policy.roles[name] for name in sorted(asker.roles & policy.roles.keys())]
    domains = sorted({name for role in roles for name in role.domains})
    yield f"{asker.username}: 역할 roles {', '.join(sorted(asker.roles)) or '-'}"
    yield f"  영역 domains      {', '.join(f'{policy.domains[name].name} ({name})' for name in domains) or '-'}"
    yield f"  회사 companies    {', '.join(grant.companies) or '전체 all'}"
    for metric in metrics:
        allowed = metric.key in grant.metrics
        yield f"  {'✓' if allowed else '✗'} {metric.name} ({metric.key}){'' if allowed else ': 볼 수 없음 / forbidden'}"
        if allowed:
            yield from _rows(catalog, grant, metric)
    if metrics:
        return
    yield "  지표 metrics      " + ", ".join(
        catalog.metrics[key].name for key in catalog.metrics if key in grant.metrics
    )
    kept = [m.name for m in catalog.metrics.values() if m.key not in grant.metrics]
    yield f"  못 봄 forbidden    {', '.join(kept) or '-'}"
    yield f"  전표 documents    {', '.join(r.name for r in catalog.records.values() if r.kind in grant.records) or '-'}"
    yield f"  감춘 항목 hidden   {', '.join(sorted(grant.hidden_fields)) or '-'}"
    for member, facts in grant.restrictions:
        names = list(dict.fromkeys(catalog.facts[key].name for key in sorted(facts)))
        more = f" 외 {len(names) - _NAMED}" if len(names) > _NAMED else ""
        told = _member(catalog, member.dimension, member.members)
        yield f"  행 rows           {told}: {', '.join(names[:_NAMED])}{more}"


def _rows(catalog: Catalog, grant: Grant, metric: Metric) -> Iterator[str]:
    found = dict.fromkeys(
        (member.dimension, member.members)
        for leaf in catalog.leaves(metric)
        for measure in leaf.measures + leaf.now
        for fact in (measure.fact, *((measure.fact.added.fact,) if measure.fact.added else ()))
        for member in grant.on(fact)
    )
    for dimension, members in found:
        yield f"      행 rows: {_member(catalog, dimension, members)}"


def _member(catalog: Catalog, dimension: str, members: Sequence[str]) -> str:
    names = ", ".join(members) or "없음 none"
    below = " 과 그 아래 and below" if catalog.dimensions[dimension].is_tree else ""
    return f"{catalog.dimensions[dimension].name} = {names}{below}"


if __name__ == "__main__":
    sys.exit(main())
