"""Generations that are stopped at random moments: before they are sent, in the line, in the prompt, in the text."""

import asyncio
import random
from collections.abc import Callable

from services.chat.adapters.llm_triton import TritonLanguageModel
from services.chat.errors import LanguageModelUnavailable
from services.chat.ports import GenerationRequest

PAUSE_S = 0.01
GRAMMAR = 'root ::= (" 첫째" | " 둘째") (" 매출은" | " 재고는") (" 늘었습니다." | " 줄었습니다.")'


async def stop_at_random_moments(
    llm: TritonLanguageModel, count: int, askers: int, seed: int, stopped: Callable[[int], None]
) -> None:
    """`count` generations, up to `askers` at once; `stopped` is told how many are over."""
    chance = random.Random(seed)  # the same moments each time
    left = iter(range(count))
    over = 0

    async def ask() -> None:
        nonlocal over
        for number in left:
            prompt = f"{'가나다 ' * chance.randint(0, 60)}{number}번째 이야기"
            request = GenerationRequest(prompt, 512, grammar=chance.choice([None, GRAMMAR]))
            try:
                async with asyncio.timeout(chance.choice([0, 0.002, 0.02, 0.1, 0.3]) * chance.random()):
                    async for _ in llm.generate(request):
                        pass
            except TimeoutError:
                pass
            except LanguageModelUnavailable as error:
                if "requests wait already" not in str(error):  # with more askers than there is room for
                    raise
            over += 1
            stopped(over)
            # As many a second as Triton can take; more would only test the line before it.
            await asyncio.sleep(chance.random() * askers * PAUSE_S)

    async with asyncio.TaskGroup() as asking:
        for _ in range(askers):
            asking.create_task(ask())
    await llm.close()
