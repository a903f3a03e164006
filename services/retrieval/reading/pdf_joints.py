"""Whether a line of a PDF ends with a word or within one. Korean is broken after any syllable and the blank at the break
isn't written, so the document itself tells: which of its syllables stand before a blank, and which behind one.
"""

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

# Syllables that end most of the words that they are in, before a document has shown its own: particles and endings.
_ENDING: Final = {
    **dict.fromkeys("을를은는의와과며및등", 0.85),
    **dict.fromkeys("이가에로도고서면한할된될여", 0.6),
}
# Syllables that hardly ever begin a word: particles, endings, and the verbs that follow a noun without a blank.
_BEGINNING: Final = {**dict.fromkeys("를는며께", 0.02), **dict.fromkeys("을에로되된될됨함했됐", 0.1)}
_TRUST: Final = 4.0  # counts that the tables above stand for
_ROUNDS: Final = 5
_USUAL: Final = 0.3  # share of syllables before a blank in Korean


class Joints:
    """What lies between two lines of one paragraph. `lines`: all of the document; `breaks`: its lines that go on."""

    def __init__(self, lines: Iterable[str], breaks: Iterable[tuple[str, str]]) -> None:
        self._ends: Counter[str] = Counter()
        self._begins: Counter[str] = Counter()
        self._before: Counter[str] = Counter()
        self._behind: Counter[str] = Counter()
        self._together: Counter[str] = Counter()
        for line in lines:
            for one, next_one in pairwise(line):
                if next_one == " ":
                    self._ends[one] += 1
                elif one == " ":
                    self._begins[next_one] += 1
                else:
                    self._together[one + next_one] += 1
                self._before[one] += 1
                self._behind[next_one] += 1
        blanks = self._before.pop(" ", 0)
        self._base = (blanks + _USUAL * 100) / (sum(self._before.values()) + 100)
        self._word_breaks = self._base
        pairs = [(a[-1], b[0]) for a, b in breaks if a and b and _is_hangul(a[-1]) and _is_hangul(b[0])]
        # A programme that breaks lines only between words shows in that all of them look like ends of words.
        for _ in range(_ROUNDS if pairs else 0):
            likely = sum(self._likely(*pair) for pair in pairs) + self._base
            self._word_breaks = min(0.98, max(0.05, likely / (len(pairs) + 1)))

    def between(self, line: str, below: str) -> str:
        """A blank, or nothing within a word."""
        if not line or not below or not _is_hangul(line[-1]) or not _is_hangul(below[0]):
            return " "
        return " " if self._likely(line[-1], below[0]) >= 0.5 else ""

    def _likely(self, last: str, first: str) -> float:
        """Likelihood of a blank between two syllables at a line's end."""
        usual = _ENDING.get(last, self._base)
        end = (self._ends[last] + usual * _TRUST) / (self._before[last] + _TRUST)
        seldom = _BEGINNING.get(first, self._base)
        begin = (self._begins[first] + seldom * _TRUST) / (self._behind[first] + _TRUST)
        odds = _odds(end) * _odds(begin) / _odds(self._base) ** 2 * _odds(self._word_breaks)
        odds /= 1 + self._together[last + first]
        return odds / (1 + odds)


def _odds(likelihood: float) -> float:
    likelihood = min(0.99, max(0.01, likelihood))
    return likelihood / (1 - likelihood)


def _is_hangul(letter: str) -> bool:
    return "가" <= letter <= "힣"
