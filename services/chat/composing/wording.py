"""The wording files: how each shape of answer may be said, in each register."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from services.chat.composing.grammar import Alternative, Grammar, GrammarError, Listing

FOLDER: Final = Path(__file__).parent / "wording"


class Register(StrEnum):
    """How politely the asker is spoken to."""

    HAEYO = "haeyo"
    HAPSHO = "hapsho"


def register_of(question: str) -> Register:
    """해요체 to those who ask in it, 합쇼체 to everybody else."""
    words = question.rstrip(" ?!.~…^ㅎㅋ")
    return Register.HAEYO if words.endswith(("요", "죠")) else Register.HAPSHO


@cache
def grammar(shape: str, register: Register) -> Grammar:
    """The rules of one file for one register: those of `both` and those of the register, which win.

    Raises:
        GrammarError: the file is wrong; the message names the file and the rule.
    """
    sections = yaml.safe_load((FOLDER / f"{shape}.yaml").read_text("utf-8"))
    shared = yaml.safe_load((FOLDER / "remarks.yaml").read_text("utf-8")) if shape != "remarks" else {}
    raw: dict[str, Any] = {}
    for source in (shared, sections):
        raw |= source.get("both", {}) | source.get(register, {})
    return Grammar(
        {name: [_alternative(shape, name, entry) for entry in entries] for name, entries in raw.items()}
    )


def _alternative(shape: str, rule: str, entry: str | Mapping[str, Any]) -> Any:
    if isinstance(entry, str):
        return Alternative(entry)
    conditions = _words(entry.get("when", "")), _words(entry.get("unless", ""))
    try:
        if "each" in entry:
            return Listing(entry["each"], entry["between"], entry.get("last", ""), *conditions)
        return Alternative(entry["say"], *conditions)
    except KeyError as missing:
        raise GrammarError(f"{shape}.yaml, {rule}: {missing} is missing") from None


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())
