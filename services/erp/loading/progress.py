"""What a load says while it runs: lines for people, or one JSON object a line for the launcher."""

import json
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from services.erp.loading.errors import LoadError

_SECONDS_BETWEEN: Final = 1.0

Write = Callable[[str], object]


class Progress:
    """Counts the rows of a load and tells `report` of its events."""

    def __init__(self, report: "Callable[[Mapping[str, Any]], None]") -> None:
        self._report = report
        self._total = self._done = 0
        self._began = self._told = time.monotonic()

    def started(self, mapping: str, tables: int, rows: int) -> None:
        self._total = rows
        self._report({"event": "started", "mapping": mapping, "tables": tables, "rows": rows})

    def rows(self, table: str, count: int) -> None:
        """`count` more source rows of `table` were mapped and written."""
        self._done += count
        now = time.monotonic()
        if now - self._told >= _SECONDS_BETWEEN:
            self._told = now
            rate = self._done / (now - self._began)
            self._report(
                {
                    "event": "progress",
                    "table": table,
                    "done": self._done,
                    "total": self._total,
                    "rows_per_second": round(rate),
                    "seconds_left": round(max(0, self._total - self._done) / rate),
                }
            )

    def step(self, name: str) -> None:
        """The load has reached "index" or "publish"."""
        self._report({"event": name, "done": self._done, "total": self._total})

    def completed(self, summary: Mapping[str, Any]) -> None:
        self._report({"event": "completed", **summary})

    def failed(self, error: LoadError) -> None:
        self._report({"event": "failed", "ko": error.ko, "en": error.en})


def json_lines(event: Mapping[str, Any]) -> None:
    _print(json.dumps(event, ensure_ascii=False))


def sentences(event: Mapping[str, Any]) -> None:
    """One Korean line with English beside it."""
    say = _SENTENCES.get(event["event"])
    if say is not None:
        _print(say(event))


def _progress(event: Mapping[str, Any]) -> str:
    done, total = event["done"], event["total"]
    return (
        f"  {100 * done // max(total, 1):3d}%  {done:,}/{total:,}행 rows  {event['rows_per_second']:,}/초 s  "
        f"{event['seconds_left']}초 남음 left  {event['table']}"
    )


def _completed(event: Mapping[str, Any]) -> str:
    lines = [
        f"적재 완료 loaded: {event['rows']:,}행 rows, {event['seconds']:.1f}초 s, "
        f"{event['rows_per_second']:,}행/초 rows/s, {event['size'] / 1e6:,.1f} MB"
    ]
    lines += [
        f"  {table['table']} <- {table['source']}: 거절 rejected {table['rejected']:,}, "
        f"반올림 rounded {table['rounded']:,}"
        for table in event["tables"]
        if table["rejected"] or table["rounded"]
    ]
    lines += [
        f"    {why['local_table']}.{why['column_name']}: {why['rows']:,}행 rows, {why['reason']}"
        for why in event["reasons"]
    ]
    if event["reasons"]:
        lines.append(
            "  어느 행이 왜 빠졌는지는 maru mapping check 로 볼 수 있습니다. / `maru mapping check` shows which and why."
        )
    if event["absent"]:
        lines.append(f"  원본에 없는 표 not in the source: {', '.join(event['absent'])}")
    return "\n".join(lines)


_SENTENCES: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "started": lambda e: f"적재 시작 loading: {e['mapping']}, 표 tables {e['tables']}, 행 rows {e['rows']:,}",
    "progress": _progress,
    "index": lambda _: "  색인 만드는 중 indexing",
    "publish": lambda _: "  새 모델로 바꾸는 중 publishing",
    "completed": _completed,
    "failed": lambda e: f"적재 실패: {e['ko']}\nLoad failed: {e['en']}",
}


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
