"""Korean text to the morphemes that carry meaning, as the index and a question have them."""

import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from kiwipiepy import Kiwi, Token  # type: ignore[import-untyped]  # ships no types

from services.retrieval.core.lexical import QueryTerm

_NOUNS: Final = frozenset({"NNG", "NNP", "NNB", "NR", "SL", "SN", "SH", "XR", "MAG", "W_SERIAL"})
_PREDICATES: Final = frozenset({"VV", "VA"})

_LIKE_AT_MOST: Final = 10
_LIKE_ENOUGH: Final = 0.4
_LIKE_WEIGHT: Final = 0.7
"""How much a like word says, times how like it is. Measured with the two above by `benchmarks/retrieval.py`."""


_REMEMBERED: Final = 20_000


class Morphemes:
    """Kiwi's model, loaded once (about 3 s): build it in a thread, share it."""

    def __init__(self) -> None:
        self._kiwi = Kiwi(num_workers=1, load_typo_dict=False)
        self._like = lru_cache(_REMEMBERED)(self._look_up)  # a look at all words: 3 ms each
        self.terms("연차는 며칠까지 이월돼요?")

    def terms(self, text: str) -> list[str]:
        """The terms of a text, in its order and as often as they stand there. Verbs are marked, to stand apart from
        nouns of the same form.
        """
        return [term for token in self._tokens(text) if (term := _term(token.form, token.tag))]

    def question(self, text: str) -> list[QueryTerm]:
        """The terms of a question, each with the words that Kiwi's language model has near it."""
        return [
            QueryTerm({**self._like(token.form, token.tag), term: 1.0})
            for token in self._tokens(text)
            if (term := _term(token.form, token.tag))
        ]

    def _tokens(self, text: str) -> list[Token]:
        tokens: list[Token] = self._kiwi.tokenize(unicodedata.normalize("NFC", text))
        return tokens

    def _look_up(self, form: str, tag: str) -> Mapping[str, float]:
        """Near words with their weights; none for what the model doesn't know."""
        try:
            near = self._kiwi.most_similar_morphemes((form, tag), top_n=_LIKE_AT_MOST)
        except (ValueError, KeyError):
            return {}
        return {
            term: _LIKE_WEIGHT * one.score
            for one in near
            if one.score >= _LIKE_ENOUGH and (term := _term(one.form, one.tag))
        }


def _term(form: str, tag: str) -> str:
    """As the index has it; "" for what carries no meaning of its own. Irregular stems (VV-I) are stems too."""
    kind = tag.partition("-")[0]
    if kind in _NOUNS:
        return form.lower()
    return f"{form}/V" if kind in _PREDICATES else ""
