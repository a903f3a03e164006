"""The demo company that the questions are about: the ERP's own tables and the local model loaded from them.

Made once and kept in the system's temporary folder for as long as nothing that it is made by changes.
"""

import hashlib
import inspect
import os
import tempfile
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from datetime import date
from io import StringIO
from pathlib import Path

from services.erp.demo_company.korean_package import translate
from services.erp.demo_company.simulation import generate
from services.erp.load import main as load

REPOSITORY = Path(__file__).resolve().parents[2]
_ERP = REPOSITORY / "services" / "erp"
_MADE_BY = ("demo_company", "loading", "local_model", "mapping", "mappings", "migrations")
_OTHER = REPOSITORY / "tests" / "cases" / "other_company" / "company.yaml"
_LINES = 5000
_SEED = 2026


@dataclass(frozen=True)
class CompanyFiles:
    """`source`: the ERP's database; `model`: the local model; `users`: who may sign in."""

    source: Path
    model: Path
    users: Path = REPOSITORY / "services" / "identity" / "demo_users.yaml"


def company(
    today: date, change: Callable[[Path], None] | None = None, name: str = "demo", shape: str = "erpnext"
) -> CompanyFiles:
    """The demo company on a day; `change` is done to its source before it is loaded, under a `name` of its own.

    What it writes as users.yaml beside the source are the company's users; else they are the demo's.
    `shape`: the ERP whose tables it is loaded from; the source, which gold asks, has ERPNext's in any case.
    """
    digest = hashlib.sha256(f"{today} {_LINES} {_SEED} {name} {shape}".encode())
    for path in sorted(
        path
        for room in _MADE_BY
        for path in (_ERP / room).rglob("*")
        if path.suffix in (".py", ".yaml", ".sql")
    ):
        digest.update(path.read_bytes())
    digest.update((_ERP / "load.py").read_bytes())
    if change:
        for path in (Path(__file__).with_name("renaming.py"), Path(inspect.getfile(change)), _OTHER):
            digest.update(path.read_bytes())
    folder = Path(tempfile.gettempdir()) / f"maru-evaluation-{os.getuid()}" / digest.hexdigest()[:16]
    files, own = CompanyFiles(folder / "erp.sqlite", folder / "model.sqlite"), folder / "users.yaml"
    if not files.model.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as making:
            source, model = Path(making) / "erp.sqlite", Path(making) / "model.sqlite"
            generate(source, seed=_SEED, lines=_LINES, today=today, say=lambda _: None)
            if change:
                change(source)
            tables = source
            if shape == "korean_package":
                tables = Path(making) / "package.sqlite"
                translate(source, tables)
            with redirect_stdout(StringIO()), redirect_stderr(StringIO()) as said:
                if load(["--erp", shape, "--from", f"sqlite:///{tables}", "--to", f"sqlite:///{model}"]):
                    raise RuntimeError(said.getvalue())
            if source.with_name(own.name).exists():
                os.replace(source.with_name(own.name), own)
            os.replace(source, files.source)
            os.replace(model, files.model)
    return replace(files, users=own) if own.exists() else files
