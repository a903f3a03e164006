"""Numbers and bullets that Word prints before paragraphs: they stand in numbering.xml, not in the text."""

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_GANADA: Final = "가나다라마바사아자차카타파하"
_CHOSUNG: Final = "ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ"
_DIGITS: Final = "영일이삼사오육칠팔구"
_PLACE: Final = re.compile(r"%([1-9])")
_MAX_LABEL: Final = 40


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    form: str
    text: str


@dataclass(slots=True)
class Numbering:
    """The document's lists. `label` counts, so it is asked once for each paragraph, in order."""

    levels: dict[str, dict[int, _Level]]  # list -> depth -> level
    counted_with: dict[str, str]  # list -> what it shares its counting with
    _counts: dict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))

    def label(self, number_id: str, depth: int) -> str:
        """What is printed before the next paragraph of a list, "" for nothing. `depth` from 0."""
        levels = self.levels.get(number_id, {})
        level = levels.get(depth)
        if level is None or level.form == "none":
            return ""
        counts = self._counts[self.counted_with[number_id]]
        counts[depth] = counts.get(depth, level.start - 1) + 1
        for deeper in [d for d in counts if d > depth]:
            del counts[deeper]
        if level.form == "bullet":
            return "•"

        def count(place: re.Match[str]) -> str:
            at = int(place[1]) - 1
            of = levels.get(at)
            return _printed(counts.get(at, of.start), of.form) if of is not None else ""

        return _PLACE.sub(count, level.text)[:_MAX_LABEL].strip()


def numbering(root: Any) -> Numbering:
    """The lists of numbering.xml; `root` None without one."""
    lists: dict[str, dict[int, _Level]] = {}
    counted: dict[str, str] = {}
    if root is None:
        return Numbering(lists, counted)
    shared = {one.get(f"{W}abstractNumId", ""): _levels(one) for one in root.iter(f"{W}abstractNum")}
    for one in root.iter(f"{W}num"):
        abstract = one.find(f"{W}abstractNumId")
        of = "" if abstract is None else abstract.get(f"{W}val", "")
        if of not in shared:
            continue
        name = one.get(f"{W}numId", "")
        levels = dict(shared[of])
        own = False
        for override in one.iter(f"{W}lvlOverride"):
            depth = _integer(override.get(f"{W}ilvl"), 0)
            levels |= _levels(override)
            start = override.find(f"{W}startOverride")
            if start is not None and depth in levels:
                level = levels[depth]
                levels[depth] = _Level(_integer(start.get(f"{W}val"), 1), level.form, level.text)
                own = True
        lists[name] = levels
        counted[name] = f"num {name}" if own else of
    return Numbering(lists, counted)


def _levels(parent: Any) -> dict[int, _Level]:
    return {
        _integer(level.get(f"{W}ilvl"), 0): _Level(
            _integer(_value(level, "start"), 1),
            _value(level, "numFmt") or "decimal",
            _value(level, "lvlText") or "",
        )
        for level in parent.iter(f"{W}lvl")
    }


def _value(parent: Any, name: str) -> str | None:
    found = parent.find(f"{W}{name}")
    return None if found is None else found.get(f"{W}val")


def _integer(text: str | None, default: int) -> int:
    try:
        return max(-(10**6), min(10**6, int(text or default)))
    except ValueError:
        return default


def _printed(count: int, form: str) -> str:
    printer = _FORMS.get(form)
    return printer(count) if printer is not None and 0 < count < 1000 else str(count)


def _roman(count: int) -> str:
    text = ""
    for value, letters in (
        (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"),
        (5, "V"), (4, "IV"), (1, "I"),
    ):  # fmt: skip
        times, count = divmod(count, value)
        text += letters * times
    return text


def _korean(count: int) -> str:
    text = ""
    for value, unit in ((100, "백"), (10, "십"), (1, "")):
        digit, count = divmod(count, value)
        if digit:
            text += ("" if digit == 1 and unit else _DIGITS[digit]) + unit
    return text


def _letters(alphabet: str) -> Callable[[int], str]:
    return lambda count: alphabet[(count - 1) % len(alphabet)]


_FORMS: Final[dict[str, Callable[[int], str]]] = {
    "upperRoman": _roman,
    "lowerRoman": lambda count: _roman(count).lower(),
    "upperLetter": _letters("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    "lowerLetter": _letters("abcdefghijklmnopqrstuvwxyz"),
    "ganada": _letters(_GANADA),
    "chosung": _letters(_CHOSUNG),
    "koreanCounting": _korean,
    "koreanDigital": lambda count: "".join(_DIGITS[int(digit)] for digit in str(count)),
    "koreanLegal": _korean,
    "decimalZero": lambda count: f"{count:02d}",
    "decimalEnclosedCircle": lambda count: chr(0x2460 + count - 1) if count <= 20 else str(count),
    "decimalEnclosedParen": lambda count: f"({count})",
}
