import { create } from "@bufbuild/protobuf";
import type { TurnEvent } from "@gen/maru/chat/v1/turn_event_pb.js";
import { Turn_State, TurnSchema } from "@gen/maru/chat/v1/turn_pb.js";
import { expect, test } from "vitest";
import { after, asked, isRunning, leavesGap, withTurn } from "../src/chat/exchange.js";
import { answer, event, ordinaryTurn, TURN, table, turn } from "./fakeChat.js";

const all = (events: readonly TurnEvent[]) => events.reduce(after, asked("지난달 매출은?"));

test("an ordinary turn", () => {
  const whole = all(ordinaryTurn);
  expect(whole).toMatchObject({
    turn: TURN,
    sequence: 6n,
    steps: ["질문을 읽습니다"],
    text: "한빛상사가 가장 많습니다.",
  });
  expect(whole.table?.rows).toHaveLength(2);
  expect(whole.context?.partialView).toBe(true);
  expect(isRunning(whole)).toBe(false);
});

test("the table is there before the text", () => {
  const early = all(ordinaryTurn.slice(0, 3));
  expect(early.table?.rows).toHaveLength(2);
  expect(early.text).toBe("");
  expect(isRunning(early)).toBe(true);
});

test("an event that was seen already changes nothing", () => {
  const early = all(ordinaryTurn.slice(0, 4));
  expect(after(early, ordinaryTurn[3] as TurnEvent)).toBe(early);
  expect(after(early, ordinaryTurn[1] as TurnEvent)).toBe(early);
});

test("a heartbeat, which repeats the last number, changes nothing", () => {
  const early = all(ordinaryTurn.slice(0, 4));
  const heartbeat = event(4, { case: "heartbeat", value: {} });
  expect(leavesGap(early, heartbeat)).toBe(false);
  expect(after(early, heartbeat)).toBe(early);
});

test("a missing event is noticed", () => {
  const early = all(ordinaryTurn.slice(0, 3));
  expect(leavesGap(early, ordinaryTurn[3] as TurnEvent)).toBe(false);
  expect(leavesGap(early, ordinaryTurn[4] as TurnEvent)).toBe(true);
});

test("an event of a later release only counts", () => {
  const next = after(all(ordinaryTurn.slice(0, 3)), event(4, undefined));
  expect(next).toMatchObject({ sequence: 4n, text: "" });
});

test("each question of a message has its own table and text", () => {
  const further = [
    ...ordinaryTurn.slice(0, 4),
    event(5, { case: "result", value: { table: { ...table, rows: [] }, assumptions: ["현재 기준"] } }, 1),
    event(6, { case: "textDelta", value: { text: "재고는 " } }, 1),
  ];
  expect(all(further)).toMatchObject({
    text: "한빛상사가 ",
    further: [{ text: "재고는 ", assumptions: ["현재 기준"] }],
  });
  expect(all(further).table?.rows).toHaveLength(2);
  expect(all(further).further[0]?.table?.rows).toHaveLength(0);
  const whole = all([
    ...further,
    event(7, {
      case: "completed",
      value: { turn: turn({ further: [{ ...answer, text: "재고는 없습니다." }] }) },
    }),
  ]);
  expect(whole.further).toMatchObject([{ text: "재고는 없습니다." }]);
  expect(isRunning(whole)).toBe(false);
});

test("the final text wins over the pieces", () => {
  const events = [
    ...ordinaryTurn.slice(0, 4),
    event(5, { case: "completed", value: { turn: turn({ text: "다시 쓴 문장." }) } }),
  ];
  expect(all(events).text).toBe("다시 쓴 문장.");
});

test("a turn that failed can be asked again", () => {
  const failed = create(TurnSchema, {
    name: TURN,
    state: Turn_State.FAILED,
    failureReason: "TURN_INTERRUPTED",
  });
  const exchange = withTurn(asked("지난달 매출은?"), failed);
  expect(exchange.failure).toMatchObject({
    reference: "TURN_INTERRUPTED",
    remedy: "retry",
    lineBroken: false,
  });
});

test("citations come one by one, and the end holds them all", () => {
  const cited = (number: number) => ({ number, title: "여비규정" });
  const events = [
    ...ordinaryTurn.slice(0, 3),
    event(4, { case: "citation", value: cited(1) }),
    event(5, { case: "citation", value: cited(2) }),
  ];
  expect(all(events).citations?.map(({ number }) => number)).toEqual([1, 2]);
  const kept = create(TurnSchema, {
    state: Turn_State.COMPLETED,
    answer: { text: "더는 볼 수 없는 문서 [1]", citations: [{ number: 1, withheld: true }] },
  });
  const whole = withTurn(all(events), kept);
  expect(whole.citations).toHaveLength(1);
  expect(whole.citations?.[0]).toMatchObject({ withheld: true, title: "" });
});
