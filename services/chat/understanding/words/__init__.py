"""The language's words, as data: YAML files by theme that a Korean writer can read and add to."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import yaml


@cache
def load(theme: str) -> Any:
    """The words of one theme (a file of this folder without its suffix)."""
    return yaml.safe_load((Path(__file__).parent / f"{theme}.yaml").read_text("utf-8"))


def alternatives(phrases: Iterable[str]) -> str:
    """A regular expression for any of the phrases, the longest first; their spaces may be typed or not."""
    unique = sorted(set(phrases), key=lambda phrase: (-len(phrase), phrase))
    return "|".join(r"\s*".join(re.escape(part) for part in phrase.split()) for phrase in unique)
