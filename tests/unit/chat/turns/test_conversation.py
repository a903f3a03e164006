"""Turns that hang on those before them: questions back, follow-ups, several questions, other readings."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from services.chat.conversation import (
    Clarification,
    Heartbeat,
    Outcome,
    TextDelta,
    Turn,
    TurnEvent,
    TurnState,
)
from services.chat.errors import (
    LanguageModelUnavailable,
    TurnInterrupted,
)
from services.chat.ports import Page
from services.kit.errors import DependencyUnavailable, MaruError
from tests.unit.chat.turns.desk import (
    OWNER,
    Desk,
    completed,
    until,
)

# --- conversation -------------------------------------------------------------------------------


async def test_a_question_back_is_remembered_and_answered_by_number(desk: Desk) -> None:
    events = await desk.ask("대한 지난달 매출")
    turn = completed(events)
    assert turn.answer
    assert turn.answer.outcome is Outcome.CLARIFIED
    assert turn.answer.clarification
    assert [c.number for c in turn.answer.clarification.choices] == [1, 2, 3]
    assert [e.body for e in events if isinstance(e.body, Clarification)] == [turn.answer.clarification]
    answer = (await desk.answer("대한물산으로 해줘")).answer
    assert answer
    assert answer.query
    assert answer.query.members[0].members[0].key == "C3"
    asked = (await desk.answer("대한 지난달 매출")).answer
    assert asked
    chosen = (await desk.answer("대한상사(주) (서울)", choice=3)).answer
    assert chosen
    assert chosen.query
    assert chosen.query.members[0].members[0].key == "C1"


async def test_follow_ups_and_refusals_keep_the_thread(desk: Desk) -> None:
    await desk.answer("대한물산 지난달 매출")
    refused = (await desk.answer("12번 발주 취소해줘")).answer
    assert refused
    assert (refused.outcome, refused.refusal_reason) == (Outcome.REFUSED, "WRITE_REFUSED")
    unknown = (await desk.answer("오늘 날씨 어때?")).answer
    assert unknown
    assert unknown.refusal_reason == "QUESTION_NOT_UNDERSTOOD"
    assert "모르겠습니다" in unknown.text
    assert unknown.suggestions
    answer = (await desk.answer("그럼 9월은?")).answer
    assert answer
    assert answer.query
    assert answer.query.range
    assert answer.query.range.start.month == 9
    assert answer.query.members[0].members[0].key == "C3"


async def test_that_one_points_at_the_first_of_the_answer(desk: Desk) -> None:
    await desk.answer("지난달 매출 1위 거래처")
    answer = (await desk.answer("그 거래처 미수금은?")).answer
    assert answer
    assert answer.query
    assert answer.query.metrics == ("receivables",)
    assert answer.query.members[0].dimension == "customer"


async def test_suggestions_are_questions_that_can_be_asked(desk: Desk) -> None:
    answer = (await desk.answer("지난달 매출은?")).answer
    assert answer
    assert answer.suggestions
    for suggestion in answer.suggestions:
        await desk.answer("지난달 매출은?")
        follow = (await desk.answer(suggestion)).answer
        assert follow
        assert follow.outcome is Outcome.ANSWERED, suggestion


async def test_a_record_is_told_with_its_table(desk: Desk) -> None:
    answer = (await desk.answer("12번 발주 보여줘")).answer
    assert answer
    assert "PUR-ORD-2026-00012" in answer.text
    assert answer.table
    assert len(answer.table.rows) == 2


async def test_old_data_is_said_first_hand(desk: Desk) -> None:
    desk.clock.moment += timedelta(days=3)
    answer = (await desk.answer("지난달 매출은?")).answer
    assert answer
    assert "11월 20일 9시 기준" in answer.text


@pytest.mark.parametrize(
    "error", [DependencyUnavailable(dependency="conversations"), RuntimeError("of ours")]
)
async def test_a_turn_that_can_not_be_kept_fails_and_its_conversation_goes_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    end_turn, refusals = desk.store.end_turn, [error, error]

    async def full_for_a_while(turn: Turn, events: Sequence[TurnEvent]) -> None:
        if refusals:
            raise refusals.pop()
        await end_turn(turn, events)

    monkeypatch.setattr(desk.store, "end_turn", full_for_a_while)
    with pytest.raises(MaruError) as told:
        await desk.ask("지난달 매출은?")
    assert told.value.reason == (error.reason if isinstance(error, MaruError) else "INTERNAL")
    await until(lambda: not desk.turns.running)
    ((kept,), _) = await desk.store.list_turns(OWNER, desk.conversation, Page(10))
    assert (kept.state, kept.failure_reason) == (TurnState.FAILED, told.value.reason)
    with pytest.raises(TurnInterrupted):
        await anext(desk.turns.watch(OWNER, desk.conversation, kept.id, 5))
    assert (await desk.answer("그럼 9월은?")).state is TurnState.COMPLETED


async def test_closing_lets_running_turns_finish(desk: Desk) -> None:
    desk.model.hold, desk.model.hold_from = asyncio.Event(), 2
    asking = asyncio.create_task(desk.ask("지난달 매출은?"))
    await desk.model.wrote.wait()
    await desk.turns.close(1)
    assert completed(await asking).state is TurnState.COMPLETED


# --- several questions in one message -----------------------------------------------------------


async def test_two_questions_are_answered_in_order(desk: Desk) -> None:
    desk.model.failure = LanguageModelUnavailable()
    events = await desk.ask("지난달 매출이랑 재고금액 알려줘. 그리고 미수금 상위 3곳은?")
    answer = completed(events).answer
    assert answer
    assert [q.metrics for q in desk.erp.queries] == [("revenue",), ("stock_value",), ("receivables",)]
    assert desk.erp.queries[2].top == 3
    assert [one.question for one in (answer, *answer.further)] == [
        "지난달 매출이랑 재고금액 알려줘.",
        "지난달 매출이랑 재고금액 알려줘.",
        "미수금 상위 3곳은?",
    ]
    assert all(one.table and one.text and not one.further for one in answer.further)
    parts = [e.part for e in events[:-1]]
    assert parts == sorted(parts)
    assert set(parts) == {0, 1, 2}
    for number, one in enumerate((answer, *answer.further)):
        texts = [e.body.text for e in events if isinstance(e.body, TextDelta) and e.part == number]
        assert "".join(texts) == one.text
    kept = await desk.store.events(OWNER, desk.conversation, completed(events).id)
    assert list(kept) == [e for e in events if not isinstance(e.body, Heartbeat)]


async def test_a_greeting_beside_a_question_is_not_answered(desk: Desk) -> None:
    desk.model.failure = LanguageModelUnavailable()
    turn = await desk.answer("안녕하세요. 지난달 매출은? 고마워요!")
    assert turn.answer
    assert turn.answer.text.startswith("2026년 10월 매출")
    assert not turn.answer.further


async def test_what_comes_behind_a_question_back_waits_for_the_reply(desk: Desk) -> None:
    desk.model.failure = LanguageModelUnavailable()
    asked = await desk.answer("대한 지난달 매출은? 그리고 미수금은?")
    assert asked.answer
    assert asked.answer.outcome is Outcome.CLARIFIED
    assert not asked.answer.further
    assert not desk.erp.queries
    replied = await desk.answer("1번")
    assert replied.answer
    assert [q.metrics for q in desk.erp.queries] == [("revenue",), ("receivables",)]
    assert len(replied.answer.further) == 1


async def test_at_most_one_question_back_and_the_rest_is_answered(desk: Desk) -> None:
    desk.model.failure = LanguageModelUnavailable()
    turn = await desk.answer("미수금은? 매출은?")
    assert turn.answer
    assert turn.answer.outcome is Outcome.ANSWERED
    assert [one.outcome for one in turn.answer.further] == [Outcome.CLARIFIED]
    assert turn.answer.further[0].clarification
    await desk.answer("2번")
    assert desk.erp.queries[-1].metrics == ("revenue",)


async def test_all_of_the_choices_stand_side_by_side(desk: Desk) -> None:
    await desk.answer("대한 지난달 매출")
    await desk.answer("전부요")
    (query,) = desk.erp.queries
    assert [m.key for m in query.members[0].members] == ["C3", "C2", "C1"]
    assert [g.dimension for g in query.groupings] == ["customer"]


async def test_none_of_the_choices_is_taken_for_an_answer(desk: Desk) -> None:
    await desk.answer("대한 지난달 매출")
    turn = await desk.answer("아니")
    assert turn.answer
    assert turn.answer.text == "알겠습니다. 다시 물어봐 주세요."
    assert not desk.erp.queries


# --- other readings ------------------------------------------------------------------------------


async def test_an_assumed_comparison_can_be_changed_by_a_number(desk: Desk) -> None:
    turn = await desk.answer("지난달 매출 늘었어?")
    assert turn.answer
    assert turn.answer.assumptions
    assert [choice.label for choice in turn.answer.alternatives] == ["작년 같은 기간과 비교"]
    for reply, choice in (("작년 같은 기간과 비교", 1), ("1번", 0)):
        await desk.answer("지난달 매출 늘었어?")
        await desk.answer(reply, choice=choice)
        compared = desk.erp.queries[-1].comparison
        assert compared
        assert compared.kind == "same_period_last_year"


async def test_another_measure_of_a_ranking_offers_those_that_were_shown(desk: Desk) -> None:
    await desk.answer("지난달 거래처별 매출 상위 3개")
    turn = await desk.answer("미수금은?")
    assert turn.answer
    assert [choice.label for choice in turn.answer.alternatives] == ["앞에서 보인 3개의 미수금"]
    await desk.answer("1번")
    assert [m.key for m in desk.erp.queries[-1].members[0].members] == ["C1", "C2", "C3"]
    assert desk.erp.queries[-1].top == 0


async def test_a_period_taken_over_is_said_and_can_be_changed(desk: Desk) -> None:
    await desk.answer("지난달 매출")
    turn = await desk.answer("거래처별 수주액")
    assert turn.answer
    assert turn.answer.assumptions == ("앞 질문의 기간(2026년 10월)으로 보았습니다.",)
    assert "이번 달 (2026년 11월)" in [choice.label for choice in turn.answer.alternatives]
    await desk.answer("이번 달", choice=1)
    assert desk.erp.queries[-1].range
    assert desk.erp.queries[-1].range.start.month == 11
