"""Which words of a question may be names, and what the answers of the ERP make of them."""

import re
from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from services.chat.semantic import (
    Candidate,
    Catalog,
    EntityKind,
    EntityReference,
    Match,
    Resolution,
)
from services.chat.understanding.meanings import DimensionWord, DocumentNumber, NameWord, Sign, Span
from services.chat.understanding.morphemes import Morpheme
from services.chat.understanding.text import compact
from services.chat.understanding.weights import span
from services.chat.understanding.words import alternatives, load

MAX_MENTIONS: Final = 192
_MAX_WORDS: Final = 5
_MAX_LENGTH: Final = 60

_EXACT_FACTOR: Final = 1.02
_PARTIAL_FACTOR: Final = 0.012
"""Too little to take a character from a fixed word, enough to prefer the longer of two partial names."""

_MIN_INITIALS: Final = 3
"""Two consonants are what people type for words of the language (ㄱㄱ, ㅇㅋ)."""

_BARE_NUMBER: Final = re.compile(r"\d{1,4}\s*(?:번|호)?")
_TOGETHER: Final = 0.2
_MAX_BESIDE: Final = 64
_OF: Final = frozenset({"", "의", "소속", "에있는", "쪽"})

_CALLED: Final = frozenset({"", "명", "이름", "코드", "번호", "명칭"})
"""What may stand between the word for a kind and a name of it: 품목코드 8801234."""

_SORTS: Final = frozenset({EntityKind.ITEM, EntityKind.ITEM_GROUP, EntityKind.ACCOUNT})
_EXACT: Final = frozenset({Match.FULL, Match.EXACT, Match.ALIAS})
_NAME_TAGS: Final = ("N", "SL", "SN", "SH", "XR", "XPN", "XSN", "W_", "MM", "MAG", "VV", "VA", "SB", "SSO")
_NAME_END_TAGS: Final = ("N", "SL", "SN", "SH", "XR", "XSN", "W_", "MAG", "SSC", "IC")
_PARTICLES: Final = re.compile(
    r"(?:입니다|이에요|예요|이고요|인데요|이요|에서는|에서의|에게서|으로는|으로의|이라는|이랑은|까지는|부터는|에서|에게|한테|으로|이랑|하고|까지|부터|보다|처럼|만의|들의"
    r"|에는|에도|과의|와의|로는|라는|이란|은|는|이|가|을|를|의|에|로|와|과|도|만|랑|란|야|요|님)$"
)
_YEAR_AND_NUMBER: Final = re.compile(r"(?:19|20)\d{2}[-/]\d{3,8}")
_FORM_BEHIND: Final = re.compile(r"\(?(?:주|유|재|사)\)\s*[,·/]|[,·/]")
"""What ends the name before: "(주), (주)대한" is no name."""
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9]*(?:[-_/.][A-Za-z0-9]+)+")

_DOCUMENTS: Final = load("documents")
_KIND_OF: Final[Mapping[str, EntityKind]] = {
    compact(word): EntityKind(kind) for kind, words in _DOCUMENTS["kinds"].items() for word in words
}
_KIND_WORD: Final = alternatives(word for words in _DOCUMENTS["kinds"].values() for word in words)
_POINTED: Final = re.compile(
    rf"(?:그|해당|이|연결된|이어진|관련)\s*({_KIND_WORD})(?![가-힣]*(?:별|액))", re.IGNORECASE
)
_KIND_SAID: Final = re.compile(_KIND_WORD, re.IGNORECASE)
_NUMBER_WORD: Final = alternatives(_DOCUMENTS["number_words"])
_NUMBER_FIRST: Final = re.compile(
    rf"(?<![\d,.\-/A-Za-z])(\d{{1,12}})\s*(?:번|호)\s*({_KIND_WORD})(?:\s*번호)?", re.IGNORECASE
)
_KIND_FIRST: Final = re.compile(
    rf"({_KIND_WORD})\s*(?:{_NUMBER_WORD})?\s*[#:]?\s*(\d{{1,12}})\s*(?:번|호)(?![가-힣]*째)", re.IGNORECASE
)
_KIND_ZEROS: Final = re.compile(rf"({_KIND_WORD})\s*[#:]?\s*(0\d{{2,11}})(?![\d가-힣])", re.IGNORECASE)
_KIND_NUMBERED: Final = re.compile(
    rf"({_KIND_WORD})\s*번호(?:가|는|:|#)?\s*(?:끝|뒷자리|마지막|뒤)?(?:이|가|은|는)?\s*(\d{{1,12}})(?![\d\-/])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Lookup:
    """Words to look up at once; `kinds` empty means all."""

    mentions: tuple[str, ...]
    kinds: tuple[EntityKind, ...] = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch of the text that may be a name."""

    start: int
    end: int
    words: str


@dataclass(frozen=True, slots=True)
class NumberMention:
    """A number that names a document of a kind ("12번 발주")."""

    start: int
    end: int
    number: str
    kind: EntityKind


@dataclass(frozen=True, slots=True)
class KindMention:
    """A mention with the word for its kind beside it ("거래처 대한", "본사 창고"). `start` to `end` holds both,
    `kind_length` letters of which are the kind's. `first`: the kind stands before the name.
    """

    start: int
    end: int
    words: str
    kinds: tuple[EntityKind, ...]
    kind_length: int
    first: bool


def numbered(text: str) -> tuple[NumberMention, ...]:
    """The documents asked for by their number."""
    found = [NumberMention(*m.span(), m[1], _KIND_OF[compact(m[2])]) for m in _NUMBER_FIRST.finditer(text)]
    for pattern in (_KIND_FIRST, _KIND_NUMBERED, _KIND_ZEROS):
        found += [NumberMention(*m.span(), m[2], _KIND_OF[compact(m[1])]) for m in pattern.finditer(text)]
    return tuple(found)


def pointed_document(text: str) -> tuple[EntityKind, str] | None:
    """The kind of document that is pointed at ("그 송장", "이어진 수주"), and the word for it."""
    found = _POINTED.search(text)
    return (_KIND_OF[compact(found[1])], found[1]) if found else None


def kinds_said(text: str, start: int, end: int) -> set[EntityKind]:
    """The kind of document whose word stands right before or behind a place: 수주번호 2026-00463, 2026-00463 수주."""
    before = re.search(rf"({_KIND_WORD})\s*(?:번호|건)?\s*[:#]?\s*$", text[:start], re.IGNORECASE)
    ends = r"(?=[\s?.,!은는이가을를의도만]|$)"
    behind = re.match(rf"\s*(?:번|호)?\s*({_KIND_WORD}){ends}", text[end:], re.IGNORECASE)
    said = before or behind
    return {_KIND_OF[compact(said[1])]} if said else set()


def says_document(text: str) -> bool:
    """Whether a word for a kind of document stands there."""
    return _KIND_SAID.search(text) is not None


def code_like(text: str) -> tuple[tuple[int, int], ...]:
    """Stretches that look like a document number or an item code, digits included."""
    return tuple(m.span() for m in _CODE.finditer(text) if any(c.isdigit() for c in m[0]))


def mentions(
    text: str,
    morphemes: Sequence[Morpheme],
    taken: Sequence[tuple[int, int]],
    idle: Sequence[tuple[int, int]],
    cuts: Collection[int] = (),
) -> tuple[Mention, ...]:
    """Every stretch of words that may be a name, the more promising first, at most `MAX_MENTIONS`.

    A stretch inside a `taken` one (words of time, numbers with their units) is no name; neither is one that only
    holds `idle` words and is a part of a longer idle stretch. `cuts`: where fixed words begin, which may be written
    together with the name before them.
    """
    found: dict[tuple[int, int], Mention] = {}
    for start, end in _stretches(text, morphemes, cuts):
        words = text[start:end]
        if not _plausible(words) or any(a <= start and end <= b for a, b in taken):
            continue
        if any(a <= start and end <= b and (a, b) != (start, end) for a, b in idle):
            continue
        found.setdefault((start, end), Mention(start, end, words))
    ordered = sorted(found.values(), key=lambda m: (m.words.count(" "), m.start, -m.end))
    return tuple(ordered[:MAX_MENTIONS])


def _plausible(words: str) -> bool:
    letters = [character for character in words if character.isalnum()]
    if not letters or len(words) > _MAX_LENGTH or _FORM_BEHIND.match(words):
        return False
    return len(letters) > (2 if all(character.isdigit() for character in letters) else 1)


def _stretches(text: str, morphemes: Sequence[Morpheme], cuts: Collection[int]) -> Iterator[tuple[int, int]]:
    words = [m.span() for m in re.finditer(r"\S+", text)]
    # By typed words: up to five of them, with and without the particle at the end.
    for first in range(len(words)):
        for last in range(first, min(first + _MAX_WORDS, len(words))):
            start, end = words[first][0], words[last][1]
            end = _without_punctuation(text, start, end)
            yield start, end
            if text[end : words[last][1]] == "." and text[end - 1].isascii():
                yield start, end + 1  # Inc., Ltd.
            stem = _PARTICLES.sub("", text[start:end])
            if 0 < len(stem) < end - start:
                yield start, start + len(stem)
            last_noun = max(
                (m.end for m in morphemes if start <= m.start < end and not m.is_function), default=end
            )
            if words[last][0] < last_noun < end:
                yield start, last_noun  # Key Account이면서
            yield from ((start, cut) for cut in cuts if words[last][0] < cut < end)
    # By morphemes inside typed words, for what is written together ("대한상사미수금").
    for start, end in words:
        inside = [m for m in morphemes if start <= m.start and m.end <= end and m.end > m.start]
        for first, morpheme in enumerate(inside):
            if not morpheme.tag.startswith(_NAME_TAGS):
                continue
            for last in range(first, min(first + 10, len(inside))):
                if inside[last].tag.startswith(_NAME_END_TAGS):
                    yield morpheme.start, _without_punctuation(text, morpheme.start, inside[last].end)
    # From the middle of one typed word to the next ("9월대한 상사").
    for (start, end), (next_start, next_end) in pairwise(words):
        for morpheme in morphemes:
            if start < morpheme.start < end and morpheme.tag.startswith(_NAME_TAGS):
                stop = _without_punctuation(text, next_start, next_end)
                stem = _PARTICLES.sub("", text[next_start:stop])
                yield morpheme.start, next_start + len(stem)


def _without_punctuation(text: str, start: int, end: int) -> int:
    while end > start and text[end - 1] in "?!.,~…;:/·\"'":
        end -= 1
    return end


def beside(
    text: str, found: Sequence[Mention], spans: Sequence[Span], catalog: Catalog
) -> tuple[KindMention, ...]:
    """The mentions that have a word for a kind of thing right beside them, which is not to split by ("거래처별")."""
    by = {s.start for s in spans if s.meaning is Sign.BY}
    kept: dict[KindMention, None] = {}
    for claim in spans:
        if not isinstance(claim.meaning, DimensionWord) or by & {claim.end, claim.end + 1}:
            continue
        keys = claim.meaning.keys
        kinds = {
            k for key in keys if key in catalog.dimensions and (k := catalog.dimensions[key].entity_kind)
        }
        if claim.meaning.party:
            kinds |= {EntityKind.CUSTOMER, EntityKind.SUPPLIER}
        length = len(compact(text[claim.start : claim.end]))
        ordered = tuple(sorted(kinds))
        for mention in found if kinds else ():
            if claim.end <= mention.start and text[claim.end : mention.start].strip() in _CALLED:
                kept[KindMention(claim.start, mention.end, mention.words, ordered, length, True)] = None
            elif mention.end <= claim.start and not text[mention.end : claim.start].strip():
                kept[KindMention(mention.start, claim.end, mention.words, ordered, length, False)] = None
    return tuple(kept)[:_MAX_BESIDE]


def kind_spans(
    mentions_: Sequence[KindMention],
    resolutions: Mapping[tuple[str, tuple[EntityKind, ...]], Resolution],
    all_kinds: Mapping[str, Resolution],
    usable: Container[EntityKind],
) -> Iterator[Span]:
    """The claims of a kind and a name together. Behind a name that something of another kind has exactly, and by which
    the measure can be filtered (`usable`), the word is no more than what is asked for ("서울 거래처").
    """
    for mention in mentions_:
        resolution = resolutions.get((mention.words, mention.kinds), Resolution(mention.words))
        candidates, exact = closest(resolution)
        if not candidates or (candidates[0].match is Match.FUZZY and not mention.first):
            continue
        others, is_name = closest(all_kinds.get(mention.words, Resolution(mention.words)))
        fits = any(c.entity.kind in usable for c in others)
        if not exact and not mention.first and is_name and fits:
            continue
        length = len(compact(mention.words))
        total = resolution.total_count if len(candidates) == len(resolution.candidates) else len(candidates)
        word = NameWord(mention.words, candidates, total)
        both = span(mention.start, mention.end, length + mention.kind_length, word, _EXACT_FACTOR)
        if not exact:  # as much as the two weigh by themselves, and a little more
            factor = _EXACT_FACTOR if is_name else _PARTIAL_FACTOR
            weight = mention.kind_length**2 * _EXACT_FACTOR + length**2 * factor + _TOGETHER
            both = replace(both, weight=weight, exact=False)
        yield both


def told_apart(spans: Sequence[Span], text: str) -> tuple[Span, ...]:
    """Namesakes of which only some have the name before them as what tells them apart ("재무팀 김민수", "부산 대한상사")."""
    kept: list[Span] = []
    for claim in spans:
        before = kept[-1] if kept else None
        if (
            before is not None
            and isinstance(before.meaning, NameWord)
            and isinstance(claim.meaning, NameWord)
            and len(claim.meaning.candidates) > 1
            and compact(text[before.end : claim.start]) in _OF
        ):
            detail = compact(before.meaning.mention)
            fitting = tuple(c for c in claim.meaning.candidates if compact(c.entity.detail) == detail)
            if 0 < len(fitting) < len(claim.meaning.candidates):
                word = replace(claim.meaning, candidates=fitting, total_count=len(fitting))
                kept[-1] = replace(claim, start=before.start, meaning=word)
                continue
        kept.append(claim)
    return tuple(kept)


def name_spans(
    mentions_: Sequence[Mention], resolutions: Mapping[str, Resolution], morphemes: Sequence[Morpheme]
) -> Iterator[Span]:
    """The claims of the names that were found, the closest matches of each mention only."""
    nouns = {(m.start, m.end) for m in morphemes if m.tag == "NNG" and m.known}
    for mention in mentions_:
        resolution = resolutions.get(mention.words)
        if not resolution or not resolution.candidates:
            continue
        candidates, exact = closest(resolution)
        if (mention.start, mention.end) in nouns and not exact:
            candidates = tuple(c for c in candidates if not _is_qualifier(mention.words, c.entity))
        length = len(compact(mention.words))
        if not candidates or (candidates[0].match is Match.INITIALS and length < _MIN_INITIALS):
            continue
        if candidates[0].match is Match.NUMBER_TAIL:
            if _BARE_NUMBER.fullmatch(mention.words):
                continue  # "2번" is no document
            exact = any(c.isascii() and c.isalpha() for c in mention.words) or bool(
                _YEAR_AND_NUMBER.fullmatch(mention.words)
            )
        factor = _EXACT_FACTOR if exact else _PARTIAL_FACTOR
        total = resolution.total_count if len(candidates) == len(resolution.candidates) else len(candidates)
        others = exact and resolution.total_count > len(candidates)
        word = NameWord(mention.words, candidates, total, others)
        yield replace(span(mention.start, mention.end, length, word, factor), exact=exact)


def _is_qualifier(word: str, entity: EntityReference) -> bool:
    """긴급 of 긴급출동: a common noun that only qualifies another in the name of a sort of things."""
    name = entity.display_name
    inside = entity.kind in _SORTS and word in name
    return inside and re.search(rf"{re.escape(word)}(?![가-힣])", name) is None


def closest(resolution: Resolution) -> tuple[tuple[Candidate, ...], bool]:
    """The candidates that fit best, and whether they fit exactly.

    The full registered name wins over the bare one, that over an alias; a beginning and a part of a name are alike.
    """
    by_match: dict[Match, list[Candidate]] = {}
    for candidate in resolution.candidates:
        by_match.setdefault(candidate.match, []).append(candidate)
    for match in (Match.FULL, Match.EXACT, Match.ALIAS):
        if match in by_match:
            return tuple(by_match[match]), True
    for tier in ((Match.NUMBER_TAIL,), (Match.PREFIX, Match.PARTIAL), (Match.INITIALS,), (Match.FUZZY,)):
        found = [candidate for match in tier for candidate in by_match.get(match, ())]
        if found:
            length = len(compact(resolution.mention))
            enough = 4 if resolution.mention.isascii() else 3  # VIP is no Lip
            if tier[0] is Match.FUZZY and length < enough:
                return (), False
            return tuple(found), False
    return (), False


def number_spans(
    numbers: Sequence[NumberMention], resolutions: Mapping[tuple[str, tuple[EntityKind, ...]], Resolution]
) -> Iterator[Span]:
    """The claims of the document numbers, found or not."""
    for mention in numbers:
        resolution = resolutions.get((mention.number, (mention.kind,)), Resolution(mention.number))
        candidates, _ = closest(resolution)
        word = DocumentNumber(mention.number, mention.kind, candidates, resolution.total_count)
        yield span(mention.start, mention.end, mention.end - mention.start, word, 1.5)


def ignored(start: int, end: int) -> Span:
    """A claim that says nothing."""
    return span(start, end, end - start, Sign.IGNORED)
