"""Korean morphemes by Kiwi: where words begin and end, and which of them carry meaning."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from kiwipiepy import Kiwi  # type: ignore[import-untyped]  # ships no types

from services.chat.understanding.words import load

_FUNCTION_TAGS: Final = ("J", "E", "XSV", "XSA", "XSM", "VCP", "Z")
"""Particles, endings, verbal suffixes and the copula: they carry no meaning of their own here."""

_SIGN_TAGS: Final = ("SF", "SP", "SS", "SE", "SO", "SW", "SB", "UN")
"""Punctuation and what Kiwi can't read: without meaning if it holds no letter, digit or percent sign (초성 are letters)."""


_DESCRIBED_TAGS: Final = ("NNG", "NNP", "SL", "SN", "W_SERIAL", "XR")
_BEFORE_NOUNS: Final = ("SS", "XPN", "MM")
_STEM_TAGS: Final = ("VV", "VA", "XR", "MAG")
_PREDICATE_TAGS: Final = ("E", "VX", "XSV", "XSA", "VCP")
"""What stands between the stem of a predicate and its last ending."""

_ORDER: Final = "순"
"""빠른 순, 빠른 것부터: an order."""
_ACTS: Final = frozenset(load("ignorable")["acts"])
_FAVOURS: Final = ("주/VX", "보/VX", "드리/VX", "달/VX")
_LEADING: Final = ("어", "아", "어서", "아서", "고")
_CHANGES: Final = frozenset((*load("writes")["verbs"], *load("writes")["reshaping"]))
_BUSINESS: Final = frozenset(load("nouns")["nouns"])

_FIRST_WORD: Final = 100
"""Kiwi's numbers below stand for the tags themselves: what is guessed and not found has one of them."""


@dataclass(frozen=True, slots=True)
class Morpheme:
    """One morpheme; `start` and `end` are places in the normalised text (equal when it is contracted away)."""

    form: str
    tag: str
    start: int
    end: int
    known: bool = True
    """It stands in Kiwi's dictionary."""
    describes: str = ""
    """The noun (form/tag) that it says something of, where it is the stem of an attributive form (급한 수주)."""
    requested: bool = False
    """A verb that asks for an answer in any way ("뿌려 줘", "세어 봐"), and does not ask for a change."""
    modifies: str | None = None
    """The predicate (as `said`) that it says something of, where it is an adverb; empty where none follows."""

    @property
    def stem(self) -> str:
        """The form and the tag, as the words' files write them (받/VV); how it is conjugated is left out."""
        return f"{self.form}/{self.tag.split('-')[0]}"

    @property
    def said(self) -> str:
        """The stem, and that it describes a noun."""
        return f"{self.stem}/ETM" if self.describes else self.stem

    @property
    def is_function(self) -> bool:
        if self.tag.startswith(_SIGN_TAGS):
            return not any(c.isalnum() or c == "%" for c in self.form)
        return self.tag.startswith(_FUNCTION_TAGS)

    @property
    def is_particle(self) -> bool:
        """A particle or punctuation: it belongs to no word."""
        return self.tag.startswith("J") or (self.tag.startswith(_SIGN_TAGS) and self.is_function)


class Analyser:
    """Kiwi's model, loaded once (about 3 s and 0.5 GB): build it in a thread, share it."""

    def __init__(self) -> None:
        self._kiwi = Kiwi(num_workers=1, load_typo_dict=False)
        for noun in load("nouns")["nouns"]:
            self._kiwi.add_user_word(noun, "NNG", 3.0)
        for verb in load("nouns")["verbs"]:
            self._kiwi.add_user_word(verb, "VV", 3.0)
        self.analyse("지난달 매출은 얼마야?")

    def analyse(self, text: str) -> tuple[Morpheme, ...]:
        """The morphemes of a normalised text, in order."""
        tokens = self._kiwi.tokenize(text, split_complex=False)
        found = [Morpheme(t.form, t.tag, t.start, t.start + t.len, t.id >= _FIRST_WORD) for t in tokens]
        return _modifying(_requesting(_described(_turning(_ruling(found)))))


def _ruling(morphemes: Sequence[Morpheme]) -> list[Morpheme]:
    """A verb with no ending before it is no auxiliary: "이상 빠진"."""
    return [
        replace(here, tag="VV") if here.tag == "VX" and not before.tag.startswith("E") else here
        for before, here in pairwise([*morphemes[:1], *morphemes])
    ]


def _turning(morphemes: Sequence[Morpheme]) -> list[Morpheme]:
    """그런데, and 급한데 at the beginning, turn to what is asked; Kiwi takes them for places (급한 데)."""
    found = list(morphemes)
    for index, (before, here) in enumerate(pairwise(morphemes), 1):
        begins = before.form in ("그런", "려는", "으려는") or (index == 2 and before.tag == "ETM")
        led = any(m.tag.startswith("J") for m in morphemes[index + 1 : index + 2])
        if here.form == "데" and here.tag == "NNB" and before.end == here.start and begins and not led:
            found[index] = replace(here, form="ᆫ데", tag="EC")
    return found


def _requesting(morphemes: Sequence[Morpheme]) -> list[Morpheme]:
    """뿌려 줘, 세어 봐, 집어서 말해 줘: verbs before 주다 or 보다 at an end, and those that lead to them."""
    found = list(morphemes)
    pairs = enumerate(pairwise(found))
    ends = [n for n, (m, after) in pairs if m.stem in _FAVOURS and after.tag == "EF"]
    place = ends[-1] if ends else 0
    while place > 1 and found[place - 1].form in _LEADING:
        place -= 2
        stem = found[place]
        if stem.tag == "XSV":
            place -= 1
        elif stem.tag.startswith("VV") and stem.form not in _CHANGES:
            found[place] = replace(stem, requested=True)
        elif stem.tag != "VX":
            break
    return found


def _described(morphemes: Sequence[Morpheme]) -> list[Morpheme]:
    """With what the stems of attributive forms describe; 알고 싶은 매출 says nothing of the revenue."""
    found = list(morphemes)
    for ending, (before, after) in reversed(tuple(enumerate(pairwise(morphemes)))):
        split = any(m.form == "별" for m in morphemes[ending + 2 : ending + 3])
        if before.form in _ACTS and after.form in _BUSINESS and before.end < after.start and not split:
            found[ending] = replace(before, describes=after.said)  # 확인 매출, not "조회 거래처별"
        place = next(
            (i for i, m in enumerate(found[ending + 1 :], ending + 1) if not m.tag.startswith(_BEFORE_NOUNS)),
            ending + 1,
        )
        noun = found[place]
        ordered = noun.form == _ORDER or [m.form for m in morphemes[ending + 2 : ending + 3]] == ["부터"]
        further = noun.describes if noun.tag.startswith(_STEM_TAGS) else ""  # 확실한 남은 사람
        if noun.tag == "NNB" and found[place + 1 :] and found[place + 1].start == noun.end:
            noun = found[place + 1]  # 확인한 수/NNB 금/NNG
        if before.tag != "ETM" or not (ordered or further or noun.tag.startswith(_DESCRIBED_TAGS)):
            continue
        if ordered:
            noun = replace(noun, form=_ORDER, tag="NNB")
        stem = ending - 1
        while stem > 0 and _is_auxiliary(morphemes, stem) and morphemes[stem].form != "싶":
            stem -= 1
        is_copula = morphemes[stem + 1].tag == "VCP"
        if stem >= 0 and morphemes[stem].form != "싶" and not is_copula:
            found[stem] = replace(found[stem], describes=further or noun.said)
    return found


def _is_auxiliary(morphemes: Sequence[Morpheme], index: int) -> bool:
    """An ending or what carries one further, 되 of "나가야 되는" too."""
    must = [m.form for m in morphemes[index - 1 : index]] == ["어야"]
    return must or morphemes[index].tag.startswith(_PREDICATE_TAGS)


def _modifying(morphemes: Sequence[Morpheme]) -> tuple[Morpheme, ...]:
    """With what adverbs modify, "정확히" and "정확하게" alike."""
    found = list(morphemes)
    for index, morpheme in enumerate(morphemes):
        rest = morphemes[index + 1 :]
        ending = next((m for m in rest if m.tag not in ("XSV", "XSA")), None)
        is_stem = morpheme.tag.startswith(("VA", "XR", "NNG")) and ending is not None and ending.tag == "EC"
        if morpheme.tag == "MAG" or (is_stem and ending is not None and ending.form in ("게", "게끔")):
            predicate = next(_predicates(rest), None)
            said = predicate.said if predicate and not predicate.requested else ""
            found[index] = replace(morpheme, modifies=said)
    return tuple(found)


def _predicates(morphemes: Sequence[Morpheme]) -> Iterator[Morpheme]:
    """The stems of the verbs and adjectives, 비교 of 비교하다."""
    for index, morpheme in enumerate(morphemes):
        makes = any(m.tag in ("XSV", "XSA") for m in morphemes[index + 1 : index + 2])
        if morpheme.tag.startswith(("VV", "VA")) or (makes and morpheme.tag != "NNB"):
            yield morpheme
