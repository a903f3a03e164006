"""How likely a passage answers a question: what separates "here it stands" from "we found nothing"."""

import math
from typing import Final

THRESHOLD: Final = 0.5
"""Below it for every passage, the documents have no answer."""

# On the demo's questions this keeps 95 to 98 % of those with an answer and refuses 43 % of questions about something else
# altogether. What the documents nearly say is not told from what they say: e5-small's cosines of both lie alike.
_SIMILARITY_WEIGHT: Final = 80.0
_SIMILARITY_EVEN: Final = 0.84
_COVERAGE_WEIGHT: Final = 2.0
_COVERAGE_EVEN: Final = 0.35
_WORDS_ALONE_WEIGHT: Final = 10.0
_WORDS_ALONE_EVEN: Final = 0.6


def likelihood(similarity: float | None, coverage: float) -> float:
    """From 0 to 1, 0.5 where one is as likely as the other.

    `similarity`: cosine of question and passage, None without vectors; `coverage`: share of the question's words that
    the passage says. Both are the passage's own: nothing of other passages is told by it.
    """
    if similarity is None:
        logit = _WORDS_ALONE_WEIGHT * (coverage - _WORDS_ALONE_EVEN)
    else:
        logit = _SIMILARITY_WEIGHT * (similarity - _SIMILARITY_EVEN) + _COVERAGE_WEIGHT * (
            coverage - _COVERAGE_EVEN
        )
    return 1 / (1 + math.exp(-logit))
