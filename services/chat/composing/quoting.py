"""What to quote of the passages found: their own sentences, rows and lists, and where documents contradict each other.

Quoted words are data: signs that a renderer would take for markup are made harmless, and nothing else of them changes.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

from services.chat.asking import Wanted
from services.chat.passages import Hit, Passage, PassageKind, Span

MAX_QUOTATIONS: Final = 3
LONGEST: Final = 600
"""Characters of one quotation."""

_SHORT: Final = 240
"""A passage that is no longer is quoted whole: its sentences explain each other."""
_MAX_ROWS: Final = 8
_NEAR: Final = 0.75
"""Share of the best score from which a passage is quoted beside the best."""
_CONTRADICTS_FROM: Final = 0.6
"""The same, for one that says something else than the best."""
_SAME_WORDING: Final = 0.6
"""Share of common letter pairs from which two sentences say the same but for their figures."""

_SENTENCE: Final = re.compile(r"[^.!?。\n]*(?:[.!?。](?!\s)[^.!?。\n]*)*[.!?。\n]?\s*")
_LINE: Final = re.compile(r"[^\n]+")
_LINK: Final = re.compile(r"!?\[([^\]\n]*)\]\(([^)\n]*)\)")
_SIGNS: Final = str.maketrans({"<": "‹", ">": "›", "`": "'", "\t": " ", "“": "‘", "”": "’"})
_ARTICLE: Final = re.compile(r"제\s*\d+\s*(?:조|항|호|장|절|편|관)(?:의\s*\d+)?|\[\s*별표\s*\d+\s*\]")
_DAY: Final = re.compile(r"\d{4}\s*[.\-/년]\s*\d{1,2}\s*(?:[.\-/월]\s*\d{1,2}\s*일?\.?)?")
_FIGURE: Final = re.compile(
    r"\d[\d,]*(?:\.\d+)?\s*(?:[백천만억조]+\s*)?(?:%|퍼센트|원|일|개월|년|월|주|시간|분|회|건|명|박|배|점)?"
)
_EDITION: Final = re.compile(
    r"[\d\W_]+|개정|최종|수정|시행|신구|년도|버전|초안|사본|신규|현행|(?:년|판|안|본)$"
)
_NUMBERED: Final = re.compile(r"^\s*(?:제?\s*[\d.]+\s*[조항호장절.)]?|[가-하][.)])\s*")


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words of a passage. `text`: as they are shown; `spans`: where they lie in the passage's text."""

    passage: Passage
    text: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Quoted:
    """What is quoted, in order. `contradicting`: the documents differ; `valid` is then the one that holds by its date,
    None where dates don't tell.
    """

    quotations: tuple[Quotation, ...]
    contradicting: bool = False
    valid: Quotation | None = None


def quote(hits: Sequence[Hit], wanted: Wanted, today: date) -> Quoted:
    """What to quote of the hits, which stand the best first.

    At most `MAX_QUOTATIONS`; the same words are quoted once, from the document that holds by its date.
    """
    if not hits:
        return Quoted(())
    best = hits[0].score
    considered = [
        (hit.score, Quotation(hit.passage, *_words(hit, wanted)))
        for hit in hits
        if hit.score >= best * _CONTRADICTS_FROM
    ]
    first = considered[0][1]
    against = [other for _, other in considered[1:] if contradicts(first, other)]
    if against:
        return _contradicting((first, *against), today)
    near = [quotation for score, quotation in considered if score >= best * _NEAR]
    return Quoted(tuple(_once(near, today)[:MAX_QUOTATIONS]))


def _contradicting(quotations: Sequence[Quotation], today: date) -> Quoted:
    """The valid one first, then the later before the earlier."""
    ordered = sorted(quotations, key=lambda one: _held_since(one, today), reverse=True)
    tells = _held_since(ordered[0], today) > _held_since(ordered[1], today)
    valid = ordered[0] if tells and _held_since(ordered[0], today) > date.min else None
    return Quoted(tuple(ordered[:MAX_QUOTATIONS]), True, valid)


def _held_since(quotation: Quotation, today: date) -> date:
    """For ordering: what doesn't hold yet comes last."""
    since = quotation.passage.effective_date
    return since if since and since <= today else date.min


def _once(quotations: Iterable[Quotation], today: date) -> list[Quotation]:
    kept: dict[str, Quotation] = {}
    for quotation in quotations:
        words = re.sub(r"\W+", "", quotation.text)
        other = kept.get(words)
        if other is None or _held_since(quotation, today) > _held_since(other, today):
            kept[words] = quotation
    return list(kept.values())


# --- the words of a passage --------------------------------------------------------------------------------


def _words(hit: Hit, wanted: Wanted) -> tuple[str, tuple[Span, ...]]:
    """The quotation's text and the places of its words."""
    text = hit.passage.text
    highlights = [
        Span(max(0, h.start), min(len(text), h.end))
        for h in hit.highlights
        if h.start < min(len(text), h.end)
    ]
    if hit.passage.kind is PassageKind.TABLE:
        spans = _rows(text, highlights, wanted)
        return "\n".join(_row(text, span) for span in spans), spans
    whole = Span(0, len(text))
    listed = hit.passage.kind is PassageKind.LIST or wanted.procedure
    fits = len(text) <= (LONGEST if listed else _SHORT)
    spans = (whole,) if fits else _sentences(text, highlights, wanted)
    pieces = [plain(text[span.start : span.end]) for span in spans]
    joints = [" " if not text[a.end : b.start].strip() else " … " for a, b in pairwise(spans)]
    return "".join(piece + joint for piece, joint in zip(pieces, [*joints, ""], strict=True)), spans


def _sentences(text: str, highlights: Sequence[Span], wanted: Wanted) -> tuple[Span, ...]:
    """The sentences that say most of the question, with the figure behind them where one is asked for."""
    every = [
        Span(m.start(), m.start() + len(m[0].rstrip())) for m in _SENTENCE.finditer(text) if m[0].strip()
    ]
    chosen = [s for s in every if any(h.start < s.end and s.start < h.end for h in highlights)]
    if not chosen:
        most = max(every, key=lambda s: _said(text[s.start : s.end], wanted))
        chosen = [most]
    if wanted.figure and not any(figures(text[s.start : s.end]) for s in chosen):
        after = [s for s in every if s.start > chosen[-1].start and figures(text[s.start : s.end])]
        chosen += after[:1]
    best = sorted(chosen, key=lambda s: -_said(text[s.start : s.end], wanted))
    kept: list[Span] = []
    for span in best:
        if not kept or sum(k.end - k.start for k in kept) + span.end - span.start <= LONGEST:
            kept.append(Span(span.start, min(span.end, span.start + LONGEST)))
    return _joined(text, sorted(kept, key=lambda s: s.start))


def _joined(text: str, spans: Sequence[Span]) -> tuple[Span, ...]:
    """Neighbouring sentences as one."""
    joined: list[Span] = []
    for span in spans:
        if joined and not text[joined[-1].end : span.start].strip():
            joined[-1] = Span(joined[-1].start, span.end)
        else:
            joined.append(span)
    return tuple(joined)


def _rows(text: str, highlights: Sequence[Span], wanted: Wanted) -> tuple[Span, ...]:
    """The rows that say most of the question, below the table's header."""
    lines = [Span(m.start(), m.end()) for m in _LINE.finditer(text)]
    if not lines:
        return (Span(0, len(text)),)
    header = next((n for n, line in enumerate(lines) if "\t" in text[line.start : line.end]), 0)
    body = lines[header + 1 :]
    chosen = [line for line in body if any(h.start < line.end and line.start < h.end for h in highlights)]
    said = {line: _said(text[line.start : line.end], wanted) for line in chosen or body}
    most = max(said.values(), default=0.0)
    kept = [line for line, share in said.items() if share >= most]
    return (lines[header], *kept[:_MAX_ROWS])


def _row(text: str, span: Span) -> str:
    cells = text[span.start : span.end].split("\t")
    return " | ".join(plain(cell) or "-" for cell in cells)


def _said(text: str, wanted: Wanted) -> float:
    """How much of the question a stretch says; a figure counts as a word where one is asked for."""
    lower = text.lower()
    said = sum(stem.lower() in lower for stem in wanted.stems)
    return said + (1 if wanted.figure and figures(text) else 0)


def plain(text: str) -> str:
    """A document's words on one line, without signs that draw, link or hide: they are data, whatever they say."""
    shown = "".join(
        " " if unicodedata.category(c)[0] in "CZ" else c
        for c in unicodedata.normalize("NFC", text.translate(_SIGNS))
    )
    return " ".join(_LINK.sub(r"\1 (\2)", shown).split())


# --- what contradicts --------------------------------------------------------------------------------------


def contradicts(one: Quotation, other: Quotation) -> bool:
    """Whether two documents on the same subject give other figures in the same words."""
    if one.passage.document == other.passage.document or not _same_subject(one.passage, other.passage):
        return False
    return any(_differ(a, b) for a in _statements(one) for b in _statements(other))


def _same_subject(one: Passage, other: Passage) -> bool:
    titles = {_EDITION.sub("", passage.title.lower()) for passage in (one, other)}
    if len(titles) == 1 and "" not in titles:
        return True
    headings = {_NUMBERED.sub("", p.heading_path[-1]).strip() if p.heading_path else "" for p in (one, other)}
    return len(headings) == 1 and "" not in headings


def _statements(quotation: Quotation) -> list[str]:
    if quotation.passage.kind is PassageKind.TABLE:
        return quotation.text.split("\n")[1:]
    return [m[0] for m in _SENTENCE.finditer(quotation.text) if m[0].strip()]


def _differ(one: str, other: str) -> bool:
    said, said_there = figures(one), figures(other)
    return bool(said and said_there) and said != said_there and _alike(one, other) >= _SAME_WORDING


def figures(text: str) -> frozenset[str]:
    """The figures that a text gives, without numbers of articles and dates."""
    found = _FIGURE.findall(_DAY.sub(" ", _ARTICLE.sub(" ", text)))
    return frozenset(re.sub(r"[,\s]", "", figure) for figure in found)


def _alike(one: str, other: str) -> float:
    """The share of letter pairs that two sentences have in common, figures apart (Dice)."""
    pairs = [_pairs(text) for text in (one, other)]
    total = len(pairs[0]) + len(pairs[1])
    return 2 * len(pairs[0] & pairs[1]) / total if total else 0.0


def _pairs(text: str) -> set[str]:
    letters = re.sub(r"[\d\W_]+", "", _FIGURE.sub("", text))
    return {a + b for a, b in pairwise(letters)}
