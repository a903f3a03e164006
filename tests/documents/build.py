"""python -m tests.documents.build [PATH…]: writes the demo company's documents from their sources.

All of them, or those whose path contains one of the words given. What needs no other programme is written always; PDF
with Chromium, HWP with Java (`services/retrieval/demo_company/README.md`).
"""

import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from functools import cache
from pathlib import Path

from tests.chromium import headless_chromium
from tests.documents.company import FILES, Source, sources
from tests.documents.company_writers import HWPLIB, PLAIN_WRITERS, hwp, pdf


def main(words: list[str]) -> None:
    everything = sources()
    wanted = [source for source in everything if not words or any(word in source.path for word in words)]
    with ExitStack() as open_until_done:

        @cache
        def hwplib() -> Path:
            folder = open_until_done.enter_context(tempfile.TemporaryDirectory())
            copy = ["mvn", "-q", "dependency:copy", f"-Dartifact={HWPLIB}", f"-DoutputDirectory={folder}"]
            subprocess.run(copy, check=True)
            return next(Path(folder).glob("*.jar"))

        @cache
        def browser() -> Callable[[Source], bytes]:
            chromium = open_until_done.enter_context(headless_chromium())
            return lambda source: pdf(source, chromium)

        for source in wanted:
            match source.format:
                case "hwp":
                    data = hwp(source, hwplib())
                case "pdf":
                    data = browser()(source)
                case extension:
                    data = PLAIN_WRITERS[extension](source)
            file = FILES / source.path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
    if not words:
        for file in sorted(path for path in FILES.rglob("*") if path.is_file()):
            if file.relative_to(FILES).as_posix() not in {source.path for source in everything}:
                file.unlink()
    size = sum(file.stat().st_size for file in FILES.rglob("*") if file.is_file())
    sys.stdout.write(f"{len(wanted)} documents; {size / 1e6:.2f} MB in all\n")


if __name__ == "__main__":
    main(sys.argv[1:])
