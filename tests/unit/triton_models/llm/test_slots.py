from contextlib import ExitStack

import pytest
from llama import Slots


def test_a_prompt_goes_to_the_slot_that_knows_most_of_it() -> None:
    slots = Slots(3)
    with slots.held("안내문 가") as first, slots.held("다른 글") as second:
        pass
    with slots.held("다른 글과 조금 더") as again:
        assert again == second
    with slots.held("안내문 나") as again:
        assert again == first


def test_a_new_prompt_goes_to_the_slot_unused_for_longest() -> None:
    slots = Slots(2)
    with slots.held("가") as first:
        pass
    with slots.held("나") as second:
        assert second != first
    with slots.held("다") as third:
        assert third == first


def test_a_slot_is_held_once() -> None:
    slots = Slots(4)
    with ExitStack() as stack:
        assert {stack.enter_context(slots.held("같은 글")) for _ in range(4)} == {0, 1, 2, 3}


def test_a_failed_sequence_gives_its_slot_back() -> None:
    slots = Slots(1)
    with pytest.raises(RuntimeError), slots.held("가"):
        raise RuntimeError
    with slots.held("나") as slot:
        assert slot == 0
