"""python -m services.erp.demo_company --out FILE [--seed N] [--lines N] [--today YYYY-MM-DD] [--shape SHAPE]"""

import argparse
import os
import sys
import time
from datetime import date
from pathlib import Path

from services.erp.demo_company.korean_package import translate
from services.erp.demo_company.simulation import generate


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m services.erp.demo_company", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the SQLite file to write; must not exist")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--lines", type=int, default=5000, help="about so many sales invoice lines")
    parser.add_argument("--today", type=date.fromisoformat, default=date.today())  # noqa: DTZ011
    parser.add_argument(
        "--shape",
        choices=("erpnext", "korean_package"),
        default="erpnext",
        help="whose tables: ERPNext's, or those of a Korean packaged ERP",
    )
    options = parser.parse_args()
    if options.out.exists():
        sys.stderr.write(f"이미 있는 파일입니다: {options.out} / This file exists already: {options.out}\n")
        return 1
    partial = options.out.with_name(f".{options.out.name}.partial")
    translated = options.out.with_name(f".{options.out.name}.translated")
    partial.unlink(missing_ok=True)
    translated.unlink(missing_ok=True)
    began = time.monotonic()
    try:
        rows, lines = generate(partial, seed=options.seed, lines=options.lines, today=options.today, say=_say)
        if options.shape == "korean_package":
            rows = translate(partial, translated)
            os.replace(translated, options.out)
        else:
            os.replace(partial, options.out)
    finally:
        partial.unlink(missing_ok=True)
        translated.unlink(missing_ok=True)
    seconds = time.monotonic() - began
    _say(
        f"데모 회사 demo company: {rows:,}행 rows (매출 명세 invoice lines {lines:,}), {seconds:.1f}초 s, "
        f"{rows / seconds:,.0f}행/초 rows/s, {options.out.stat().st_size / 1e6:,.1f} MB"
    )
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
