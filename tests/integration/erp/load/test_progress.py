"""What a load says while it runs."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from services.erp.load import main
from services.erp.loading.progress import Progress
from tests.integration.erp.load.trial import MAPPING


def test_progress_as_json(capsys: pytest.CaptureFixture[str], source: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "trial.yaml"
    mapping.write_text(MAPPING)
    arguments = ["--mapping", str(mapping), "--from", f"sqlite:///{source}", "--json-progress"]
    assert main([*arguments, "--to", f"sqlite:///{tmp_path}/m.sqlite"]) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [event["event"] for event in events] == ["started", "index", "publish", "completed"]
    assert events[0] == {"event": "started", "mapping": "trial", "tables": 1, "rows": 20}
    done = events[-1]
    assert (done["rows"], done["rejected"], done["absent"]) == (20, 0, [])
    assert done["tables"] == [
        {"table": "territory", "source": "region", "read": 20, "rows": 20, "rejected": 0, "rounded": 0}
    ]
    assert done["size"] == os.stat(tmp_path / "m.sqlite").st_size

    assert main([*arguments, "--to", "nowhere"]) == 1
    (event,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert event["event"] == "failed"
    assert event["ko"]
    assert event["en"]


def test_progress_tells_rate_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    clock: Iterator[float] = iter([0.0, 0.5, 2.0, 2.5])
    monkeypatch.setattr("services.erp.loading.progress.time.monotonic", lambda: next(clock))
    events: list[Mapping[str, Any]] = []
    progress = Progress(events.append)
    progress.started("m", 1, 1000)
    for _ in range(3):
        progress.rows("t", 100)
    assert events[1:] == [
        {"event": "progress", "table": "t", "done": 200, "total": 1000}
        | {"rows_per_second": 100, "seconds_left": 8}
    ]
