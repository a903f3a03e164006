"""The report of an evaluation: for people on a terminal, and as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from services.launcher.evaluation.scoring import (
    NEEDLESS,
    RIGHT,
    Scored,
    Verdict,
    bars,
    counts,
    percentile,
)

_COLUMNS = (
    ("exact", {Verdict.EXACT}),
    ("back", {Verdict.CLARIFIED}),
    ("refused", {Verdict.REFUSED}),
    ("none", {Verdict.NO_DATA}),
    ("needless", NEEDLESS),
    ("choices", {Verdict.OTHER_CHOICES}),
    ("WRONG", {Verdict.SILENTLY_WRONG}),
    ("failed", {Verdict.FAILED}),
)


def show(scored: Sequence[Scored], skipped: Sequence[str], out: Console, most_misses: int = 400) -> None:
    """Prints a line a category, the bars, latencies and the misses with what was read."""
    grid = Table(box=None, pad_edge=False, header_style="bold")
    grid.add_column("범주 category", no_wrap=True)
    for heading in ("turns", "right", *(name for name, _ in _COLUMNS)):
        grid.add_column(heading, justify="right", no_wrap=True)
    for category in sorted({each.category for each in scored}):
        grid.add_row(*_line(category, [each for each in scored if each.category == category]))
    grid.add_row(*_line("모두 all", scored), style="bold")
    misses = [each for each in scored if each.judged.verdict not in RIGHT]
    for miss in misses[:most_misses]:
        out.print(
            f"[bold]{miss.id}/{miss.turn}[/bold] {escape(miss.user)} [yellow]{miss.judged.verdict}[/yellow] "
            f"{escape(miss.ask)}\n    {escape(miss.judged.why)}\n    [dim]{escape(miss.read)}[/dim]",
            highlight=False,
            soft_wrap=True,
        )
    out.print(grid)
    for bar in bars(scored):
        mark = "[green]✓[/green]" if bar.held else "[red]✗[/red]"
        out.print(f"{mark} {bar.name}: {bar.reached}", highlight=False)
    totals = [each.total_ms for each in scored if each.total_ms]
    readings = [each.understanding_ms for each in scored if each.understanding_ms]
    out.print(
        f"답 answer p50 {percentile(totals, 50):.0f} ms, p99 {percentile(totals, 99):.0f} ms · "
        f"이해 understanding p50 {percentile(readings, 50):.1f} ms, p99 {percentile(readings, 99):.1f} ms",
        highlight=False,
    )
    if skipped:
        out.print(
            f"데이터에 이름이 없어 건너뜀 skipped, no such name in the data: {', '.join(skipped)}",
            highlight=False,
        )


def write(scored: Sequence[Scored], skipped: Sequence[str], file: Path) -> None:
    """Writes everything as JSON."""
    halves = sorted({each.half for each in scored})
    record = {
        "bars": {
            half: [asdict(bar) for bar in bars([each for each in scored if each.half == half])]
            for half in halves
        },
        "counts": counts(scored),
        "skipped": list(skipped),
        "turns": [_record(each) for each in scored],
    }
    file.write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")


def _line(name: str, scored: Sequence[Scored]) -> list[str]:
    found = counts(scored)
    right = sum(found[verdict] for verdict in RIGHT)
    cells = [sum(found[verdict] for verdict in verdicts) for _, verdicts in _COLUMNS]
    share = f"{100 * right / len(scored):.1f}%" if scored else "–"
    return [name, str(len(scored)), share, *(str(cell) if cell else "" for cell in cells)]


def _record(scored: Scored) -> dict[str, Any]:
    record = asdict(scored)
    judged = record.pop("judged")
    return {**record, "verdict": judged["verdict"], "why": judged["why"]}
