"""How Korean rules, notices and minutes number their parts in plain text: 제1조(목적), Ⅰ., 1., 가., 1), ①, □."""

import re
from dataclasses import dataclass
from typing import Final

_NUMBER: Final = r"(?:\d{1,4}|[일이삼사오육칠팔구십]{1,3})"
_BRANCH: Final = r"(?:\s?의\s?\d{1,2})?"

# Parts of a law or a rule, from the outermost. They are headings wherever they stand.
_DIVISIONS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"제\s?{_NUMBER}\s?편{_BRANCH}(?=$|[\s.:(])",
        rf"제\s?{_NUMBER}\s?장{_BRANCH}(?=$|[\s.:(])",
        rf"제\s?{_NUMBER}\s?절{_BRANCH}(?=$|[\s.:(])",
        rf"제\s?{_NUMBER}\s?관{_BRANCH}(?=$|[\s.:(])",
        rf"제\s?{_NUMBER}\s?조{_BRANCH}(?=$|[\s.:(【\[])",
    )
)
_CHAPTER: Final = 1
_ARTICLE: Final = len(_DIVISIONS) - 1
# What stands behind the articles, as high as a chapter.
_ANNEX: Final = re.compile(
    r"(?:부\s?칙(?=$|\s*[<(\[〈])|[\[<【〈(]?\s?(?:별표|별지|붙임|서식)\s?(?:제?\s?\d+(?:호|-\d+)?)?(?:\s?서식)?\s?[\]>】〉)])"
)
_TITLE: Final = re.compile(r"\s*[(【\[](?P<title>[^()【】\[\]]{1,60}(?:\([^()]{1,30}\)[^()]{0,20})?)[)】\]]")

# Numbers of sections and lists, from the outermost. The first three may head a section; the others head list items.
_NUMBERS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?:[Ⅰ-Ⅻ]{1,2}|[IVX]{1,4})\s?[.．]\s?(?=\S)",
        r"\d{1,2}\s?[.．]\s?(?=[^\d\s])",
        r"[가나다라마바사아자차카타파하]\s?[.．]\s?(?=\S)",
        r"\d{1,2}(?:[.．]\d{1,2}){1,3}[.．]?\s(?=\S)",
        r"\(?\d{1,2}\)\s?(?=\S)",
        r"\(?[가나다라마바사아자차카타파하]\)\s?(?=\S)",
        r"[①-⑳㉑-㉟㊱-㊿]\s?(?=\S)",
        r"[㉠-㉻ⓐ-ⓩ]\s?(?=\S)",
        r"[□■◇◆▣❏▶]\s?(?=\S)",
        r"[○●◎❍ㅇ]\s(?=\S)|[○●◎❍]",
        r"[-–—•·∙‣▪*※]\s(?=\S)|[•‣▪※]",
    )
)
_HEADING_NUMBERS: Final = 4
_LONGEST_HEADING: Final = 50
# How a sentence ends, or how a line goes on: neither names what follows.
_SENTENCE: Final = re.compile(r"(?:[다요음함됨임]|까)[.!?。]$|[.!?,;:]$|(?:다|니까|세요|시오|십시오)$")
_TITLE_ENDS: Final = re.compile(r"[.!?,;]$|(?:한다|된다|이다|있다|없다|니다|세요|시오)$")
# A line of a table of contents: leaders and a page.
_LONGEST_CONTENTS: Final = 300
_CONTENTS: Final = re.compile(r"[.·…‥─\-_\s]{4,}\s*\d{1,4}$")
_REFERENCE: Final = re.compile(
    r"\s*제\s?\d+\s?[항호]|\s*(?:및|내지|부터|또는|에서|에|의|와|과|를|을|은|는)\s"
)


@dataclass(frozen=True, slots=True)
class Division:
    """A part of a rule. `rank` 0 is the outermost; `rest` is what follows the heading in the same paragraph."""

    rank: int
    heading: str
    rest: str = ""
    annex: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """A number or bullet before a text. `titled`: the text may name a section rather than say something."""

    rank: int
    titled: bool


def division(text: str) -> Division | None:
    """The part of a rule which a paragraph opens; None for other text, a reference (제3조에 따라) and a line of contents."""
    if _is_contents(text):
        return None
    for rank, pattern in enumerate(_DIVISIONS):
        found = pattern.match(text)
        if found is None:
            continue
        title = _TITLE.match(text, found.end())
        if title is not None:
            rest = text[title.end() :].strip()
            return Division(rank, text[: title.end()], rest)
        rest = text[found.end() :]
        if len(text) <= _LONGEST_HEADING and not _TITLE_ENDS.search(text) and not _REFERENCE.match(rest):
            return Division(rank, text)
        if rank == _ARTICLE and rest.lstrip().startswith(("①", "삭제")):
            return Division(rank, text[: found.end()], rest.strip())
        return None
    found = _ANNEX.match(text)
    if found is not None and len(text) <= _LONGEST_HEADING and not _TITLE_ENDS.search(text):
        return Division(_CHAPTER, text, annex=True)
    return None


def number(text: str) -> Number | None:
    """The number or bullet that a paragraph begins with."""
    for rank, pattern in enumerate(_NUMBERS):
        found = pattern.match(text)
        if found is not None:
            said = text[found.end() :]
            titled = rank < _HEADING_NUMBERS and 0 < len(said) <= _LONGEST_HEADING and not _says(text)
            return Number(rank, titled)
    return None


def may_be_title(text: str) -> bool:
    """Whether a document's first line can be its title."""
    return (
        2 <= len(text) <= _LONGEST_HEADING and "\n" not in text and not _says(text) and number(text) is None
    )


def _says(text: str) -> bool:
    return _SENTENCE.search(text) is not None or _is_contents(text)


def _is_contents(text: str) -> bool:
    return len(text) <= _LONGEST_CONTENTS and _CONTENTS.search(text) is not None
