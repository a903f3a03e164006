"""Sentences by label, made from hand-written templates.

A template's sentences are on one side of the split, all of them, so that a held-back sentence is one whose words were
never seen. Names are made up for each sentence: the model must not learn any company's.
"""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

import yaml

FOLDER: Final = Path(__file__).parent / "sentences"
LABELS: Final = ("data", "documents", "smalltalk", "help", "write", "other")

_SYLLABLES: Final = (
    "가강건경고공광국규금기나남내노누다대덕도동라로루명무미민바방백보부사산삼상서선성세소송수승시신아"
    "안양연영오용우운원유은이인일자장재정제조주중지진차창천철청초태파평포하한해현형호홍화환효"
)
_WORDS: Final[dict[str, list[str]]] = yaml.safe_load(
    (FOLDER.parent / "names.yaml").read_text(encoding="utf-8")
)
_SLOT: Final = re.compile(r"<(\w+)>")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence with its label; `fold` from 0 to 4 for training, -1 when held back."""

    text: str
    label: str
    topic: str
    template: str
    fold: int


def load(per_template: int = 3) -> list[Sentence]:
    """All sentences, the same ones in the same order at each call.

    Each template gives itself as written, filled, and `per_template - 1` variants of it.
    """
    return [sentence for label in LABELS for sentence in _of_label(label, per_template)]


def summary(sentences: list[Sentence]) -> dict[str, object]:
    """What the model card says of them; the digest changes with every letter."""
    lines = "".join(f"{s.label}\t{s.fold}\t{s.text}\n" for s in sentences)
    return {
        "templates": {label: len({s.template for s in sentences if s.label == label}) for label in LABELS},
        "sentences": len(sentences),
        "held_back": sum(s.fold < 0 for s in sentences),
        "sha256": sha256(lines.encode()).hexdigest(),
    }


def _of_label(label: str, per_template: int) -> Iterator[Sentence]:
    topics: dict[str, list[str]] = yaml.safe_load((FOLDER / f"{label}.yaml").read_text(encoding="utf-8"))
    for topic, templates in topics.items():
        for template in templates:
            number = int.from_bytes(sha256(template.encode()).digest()[:8], "big")
            fold = -1 if number % 5 == 0 else number // 5 % 5
            chance = random.Random(number)  # noqa: S311 - repeatable, not secret
            made = [_filled(template, chance)]
            while len(made) < per_template:
                made.append(_varied(_filled(template, chance), chance))
            for text in dict.fromkeys(made):
                yield Sentence(text, label, topic, template, fold)


def _filled(template: str, chance: random.Random) -> str:
    return _SLOT.sub(lambda slot: _value(slot[1], chance), template)


def _value(slot: str, chance: random.Random) -> str:
    word = "".join(chance.choices(_SYLLABLES, k=chance.choice((2, 2, 3))))
    match slot:
        case "거래처":
            return word + chance.choice(_WORDS["forms"])
        case "품목":
            return chance.choice(
                (word, "", f"{chance.choice('ABCMKX')}-{chance.randint(10, 990)} ")
            ) + chance.choice(_WORDS["goods"])
        case "사람":
            return word[:2] + chance.choice(_SYLLABLES)
        case "창고":
            return chance.choice((word, chance.choice(_WORDS["places"]))) + chance.choice(_WORDS["rooms"])
        case "부서":
            return chance.choice(_WORDS["teams"])
        case "지역":
            return chance.choice(_WORDS["places"])
        case "달":
            return str(chance.randint(1, 12))
        case "수":
            return str(chance.choice((3, 5, 10, 20, 30, 50, 100, 200, 500)))
        case "금액":
            return (
                f"{chance.choice((1, 3, 5, 10, 50, 100))}{chance.choice(('만원', '백만원', '억', '천만 원'))}"
            )
        case "번호":
            return chance.choice((str(chance.randint(1, 999)), f"SO-2026-{chance.randint(1, 99999):05d}"))
    raise ValueError(f"<{slot}> is no name of a slot")


def _varied(text: str, chance: random.Random) -> str:
    """As people type: without spaces, without marks, with a slip, with a word before or behind."""
    change = chance.random()
    bare = text.rstrip("?!.")
    if change < 0.3:
        return bare.replace(" ", "")
    if change < 0.5:
        return _slip(bare, chance)
    if change < 0.65:
        return chance.choice(("저기 ", "혹시 ", "마루야 ", "음 ", "안녕하세요 ", "근데 ", "급해요 ")) + text
    if change < 0.8:
        return bare + chance.choice(("~", "...", "??", " ㅠㅠ", "!", " ㅎㅎ", "요", " 부탁해"))
    words = bare.split(" ")
    if len(words) > 2 and change < 0.9:
        place = chance.randrange(len(words) - 1)
        words[place : place + 2] = ["".join(words[place : place + 2])]
    return " ".join(words)


def _slip(text: str, chance: random.Random) -> str:
    """One letter left out, doubled, swapped, or a vowel taken for the one that sounds the same."""
    if len(text) < 4:
        return text
    place = chance.randrange(1, len(text) - 1)
    kind = chance.randrange(4)
    if kind == 0:
        return text[:place] + text[place + 1 :]
    if kind == 1:
        return text[:place] + text[place] + text[place:]
    if kind == 2:
        return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    return "".join(_sounding(c) if i >= place else c for i, c in enumerate(text))


def _sounding(letter: str) -> str:
    """A syllable with ㅐ for ㅔ and the other way round."""
    offset = ord(letter) - 0xAC00
    if not 0 <= offset < 11172:
        return letter
    vowel = offset // 28 % 21
    other = {1: 5, 5: 1}.get(vowel, vowel)
    return chr(ord(letter) + (other - vowel) * 28)
