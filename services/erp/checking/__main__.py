"""python -m services.erp.checking (FILE | --erp NAME) --from URL [--json]

Exit code 0: no errors (warnings may be); 1: figures would be wrong or incomplete; 2: it could not be tried.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from services.erp.checking.findings import Severity
from services.erp.checking.report import as_json, findings
from services.erp.checking.telling import lines
from services.erp.checking.trial import tried
from services.erp.load import shipped
from services.erp.loading.errors import LoadError
from services.erp.mapping.language import read_mapping
from services.erp.mapping.nodes import MappingError


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m services.erp.checking", description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, help="the mapping file")
    parser.add_argument("--erp", default="erpnext", help="a mapping that ships with Maru, instead of a file")
    parser.add_argument(
        "--from", dest="source", required=True, help="sqlite:///FILE, mysql://… or postgresql://…"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    options = parser.parse_args(arguments)
    try:
        mapping = read_mapping(options.file or shipped(options.erp))
        with tried(mapping, options.source) as trial:
            found = findings(trial)
            if options.json:
                sys.stdout.write(json.dumps(as_json(trial, found), ensure_ascii=False, default=str) + "\n")
            else:
                sys.stdout.write("\n".join(lines(trial, found)) + "\n")
    except (MappingError, LoadError) as error:
        ko = error.ko if isinstance(error, LoadError) else f"매핑이 맞지 않습니다.\n{error}"
        en = error.en if isinstance(error, LoadError) else f"The mapping does not fit.\n{error}"
        if options.json:
            sys.stdout.write(json.dumps({"failed": {"ko": ko, "en": en}}, ensure_ascii=False) + "\n")
        else:
            sys.stderr.write(f"점검 실패: {ko}\nCheck failed: {en}\n")
        return 2
    return int(any(finding.severity is Severity.ERROR for finding in found))


if __name__ == "__main__":
    sys.exit(main())
