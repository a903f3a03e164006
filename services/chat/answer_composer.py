"""Words the answer to one question: a shape's sentences, told by the model or the narrator into the part."""

import time
from dataclasses import replace
from datetime import timedelta

from services.chat.composing.language import Language
from services.chat.composing.shapes import Shaped
from services.chat.composing.wording import grammar
from services.chat.conversation import Composer, Progress, Step, TextDelta
from services.chat.draft import Draft, Part
from services.chat.telling import Teller, Telling


class AnswerComposer:
    """Tells shapes with a teller whose model is called `model_name`."""

    def __init__(self, teller: Teller, model_name: str) -> None:
        self._teller = teller
        self._model_name = model_name

    async def tell(self, draft: Draft, part: Part, shaped: Shaped, prompt: str) -> None:
        """Tell a shape as the part's text. `prompt`: what the model reads."""
        part.note(Progress(Step.COMPOSING, "답을 쓰고 있습니다."))
        begun = time.perf_counter()
        language = Language(grammar(shaped.shape, part.register).bind(shaped.content))
        part.telling = Telling(language, lambda text: part.note(TextDelta(text)))
        part.composer, part.finish_reason = await self._teller.tell(
            part.telling, prompt, draft.owner, draft.abandoned
        )
        part.text = part.telling.text
        model = self._model_name if part.composer is not Composer.NARRATOR else ""
        composing = timedelta(seconds=time.perf_counter() - begun)
        part.usage = replace(part.usage, composing=composing, model=model)
