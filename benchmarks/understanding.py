"""How long a question takes to be understood, without names looked up: `.venv/bin/python -m benchmarks.understanding`.

The questions are the single ones of tests/cases/understanding, read in the made-up company of tests/fakes. Prints the
median and the 99th percentile of the whole, and what part of the time each stage takes.
"""

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from services.chat.understanding import lexicon, morphemes, names, reading
from services.chat.understanding import reader as entrance
from services.chat.understanding.analysis import Context
from tests.fakes.company import catalog, resolve
from tests.unit.chat.readings import TODAY

CASES = Path(__file__).parents[1] / "tests/cases/understanding"
REPEATS = 3
STAGES: dict[str, tuple[Any, str]] = {
    "morphemes": (morphemes.Analyser, "analyse"),
    "times": (entrance.TimeMatcher, "matches"),
    "words": (lexicon.Lexicon, "spans"),
    "inflected words": (entrance, "inflected"),
    "mentions": (names, "mentions"),
    "plausible": (reading, "plausible"),
    "covering": (reading, "best_covering"),
    "slots": (reading, "fill"),
    "query": (reading, "readings_of"),
}


def main() -> None:
    """Read every question some times and print the figures in milliseconds."""
    spent = dict.fromkeys(STAGES, 0.0)
    reader = entrance.Reader(morphemes.Analyser())
    for stage, (owner, name) in STAGES.items():
        setattr(owner, name, _timed(getattr(owner, name), stage, spent))
    company = catalog()
    cases = [
        case["ask"]
        for path in sorted(CASES.glob("*.yaml"))
        for case in yaml.safe_load(path.read_text("utf-8"))
    ]
    questions = [ask for ask in cases if isinstance(ask, str)]
    took: list[float] = []
    for _ in range(REPEATS):
        for question in questions:
            context = Context(company, TODAY)
            begun = time.perf_counter()
            taken = reader.analyse(question, context)
            analysed = time.perf_counter() - begun
            found = {
                lookup: [resolve(mention, lookup.kinds) for mention in lookup.mentions]
                for lookup in taken.lookups
            }
            begun = time.perf_counter()
            reader.read(taken, found, context)
            took.append(analysed + time.perf_counter() - begun)
    took.sort()
    total = sum(took)
    print(f"{len(questions)} questions, {REPEATS} times")
    print(f"p50 {statistics.median(took) * 1000:.1f} ms, p99 {took[int(len(took) * 0.99)] * 1000:.1f} ms")
    for stage, seconds in sorted(spent.items(), key=lambda item: -item[1]):
        print(f"  {stage:16} {seconds / total:6.1%}")


def _timed(function: Callable[..., Any], stage: str, spent: dict[str, float]) -> Callable[..., Any]:
    def run(*arguments: Any, **named: Any) -> Any:
        begun = time.perf_counter()
        outcome = function(*arguments, **named)
        if hasattr(outcome, "__next__"):
            outcome = list(outcome)
        spent[stage] += time.perf_counter() - begun
        return outcome

    return run


if __name__ == "__main__":
    main()
