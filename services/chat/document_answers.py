"""Answers from the company's documents: their own words, each with its citation."""

import time
from dataclasses import replace
from datetime import timedelta
from typing import Final

import structlog

from services.chat import word_answers
from services.chat.answer_composer import AnswerComposer
from services.chat.asking import Wanted
from services.chat.composing.citing import citations, shape_quotations
from services.chat.composing.grammar import Content
from services.chat.composing.prompt import prompt_of
from services.chat.composing.quoting import quote
from services.chat.composing.replies import examples
from services.chat.conversation import Outcome, Progress, Step
from services.chat.draft import Draft, Part
from services.chat.passages import Found
from services.chat.ports import Documents
from services.chat.semantic import Catalog
from services.kit.clock import Clock
from services.kit.errors import Code, MaruError

_HITS: Final = 8
_AWAY: Final = frozenset(
    {Code.UNAVAILABLE, Code.UNIMPLEMENTED, Code.DEADLINE_EXCEEDED, Code.RESOURCE_EXHAUSTED}
)
"""Codes by which documents can't be searched now: said as an answer, so that a part from the ERP stays."""

log = structlog.get_logger(__name__)


class DocumentAnswers:
    """Answers from documents."""

    def __init__(self, documents: Documents, composer: AnswerComposer, clock: Clock) -> None:
        self._documents = documents
        self._composer = composer
        self._clock = clock

    async def look(self, part: Part, question: str) -> Found | MaruError:
        """What documents hold for a question, or why they can't be searched now.

        Raises:
            MaruError: the retrieval service refused.
        """
        part.note(Progress(Step.RETRIEVING, "문서를 찾고 있습니다."))
        begun = time.perf_counter()
        try:
            return await self._documents.search(question, _HITS)
        except MaruError as error:
            if error.code not in _AWAY:
                raise
            log.warning("documents_away", reason=error.reason)
            return error
        finally:
            part.usage = replace(part.usage, query=timedelta(seconds=time.perf_counter() - begun))

    async def tell(
        self, draft: Draft, part: Part, found: Found | MaruError, wanted: Wanted, catalog: Catalog
    ) -> None:
        """Quote what was found; or say that nothing was, or that documents are away."""
        if isinstance(found, MaruError):
            part.outcome = Outcome.REFUSED
            part.refusal_reason = found.reason
            word_answers.say(part, "documents_away", Content({}))
            return
        quoted = quote(found.hits if found.answerable else (), wanted, self._clock.today())
        if not quoted.quotations:
            part.outcome = Outcome.NO_DATA
            part.suggestions = examples(catalog)
            word_answers.say(part, "documents_silent", word_answers.with_examples(catalog))
            return
        part.citations = citations(quoted)
        for citation in part.citations:
            part.note(citation)
        # The model reads the question alone: it chooses how to open, and no document has a word in that.
        await self._composer.tell(
            draft, part, shape_quotations(quoted), prompt_of(part.question, Content({}))
        )
