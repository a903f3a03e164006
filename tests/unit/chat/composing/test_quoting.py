"""What of the passages found is quoted, as cases; and that every word of a quotation stands in its passage."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.chat.asking import Wanted
from services.chat.composing.citing import citations, shape_quotations
from services.chat.composing.guard import foreign_parts
from services.chat.composing.language import Language
from services.chat.composing.quoting import LONGEST, plain, quote
from services.chat.composing.wording import Register, grammar
from services.chat.passages import Hit, PassageKind, Span
from tests.fakes.documents import hit, passage

CASES = yaml.safe_load(
    (Path(__file__).parents[3] / "cases" / "documents" / "quoting.yaml").read_text(encoding="utf-8")
)
TODAY = date(2026, 11, 20)


def wanted(said: dict[str, Any]) -> Wanted:
    return Wanted(tuple(said["stems"]), said.get("procedure", False), said.get("figure", False))


def hits(said: list[dict[str, Any]]) -> list[Hit]:
    found = []
    for one in said:
        more = {key: one[key] for key in ("document", "title", "since") if key in one}
        if "headings" in one:
            more["headings"] = tuple(one["headings"])
        made = passage(one["text"], kind=PassageKind(one.get("kind", "text")), **more)
        spans = tuple(Span(*span) for span in one.get("spans", ()))
        marked = hit(made, one.get("score", 0.9), *one.get("marked", ()))
        found.append(Hit(made, marked.score, spans) if spans else marked)
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_what_is_quoted(case: dict[str, Any]) -> None:
    quoted = quote(hits(case["hits"]), wanted(case["wanted"]), TODAY)
    assert [one.text for one in quoted.quotations] == case["want"]
    assert quoted.contradicting is case.get("contradicting", False)
    valid = quoted.valid.passage.document if quoted.valid else ""
    assert valid == (f"documents/{case['valid']}" if "valid" in case else "")
    if "documents" in case:
        assert [one.passage.document for one in quoted.quotations] == [
            f"documents/{name}" for name in case["documents"]
        ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_every_word_of_a_quotation_stands_in_its_passage(case: dict[str, Any]) -> None:
    for one in quote(hits(case["hits"]), wanted(case["wanted"]), TODAY).quotations:
        there = "".join(plain(one.passage.text[span.start : span.end]) for span in one.spans)
        assert "".join(there.split()) == one.text.replace(" | ", "").replace("…", "").replace(
            " ", ""
        ).replace("\n", "")
        assert len(one.text) <= LONGEST + 50


@pytest.mark.parametrize("register", list(Register))
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_what_is_said_around_quotations_is_the_writers(case: dict[str, Any], register: Register) -> None:
    quoted = quote(hits(case["hits"]), wanted(case["wanted"]), TODAY)
    shaped = shape_quotations(quoted)
    language = Language(grammar(shaped.shape, register).bind(shaped.content))
    assert language.count > 1, "the model has nothing to choose, and would have to spell out all"
    assert not any(one.text[:20] in language.gbnf for one in quoted.quotations)
    assert foreign_parts(language.first, language.atoms) == ()
    for number, one in enumerate(quoted.quotations, start=1):
        assert f"“{one.text}” [{number}]" in language.first


def test_a_citation_tells_where_its_words_stand() -> None:
    found = passage("숙박비는 1박에 80,000원을 한도로 한다.", version="v7", place=3)
    (citation,) = citations(quote([hit(found)], Wanted(("숙박비",)), TODAY))
    assert citation.document == "documents/travel/versions/v7"
    assert citation.passage == "documents/travel/versions/v7/passages/3"
    assert (citation.number, citation.title, citation.page) == (1, "여비규정", 4)
    assert citation.heading_path == ("제3장 국내 출장", "제12조 숙박비")
    assert citation.effective_date == date(2026, 1, 1)
    assert [found.text[span.start : span.end] for span in citation.spans] == [citation.quote]
