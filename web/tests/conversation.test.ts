import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";
import type { ChatService } from "@gen/maru/chat/v1/chat_service_pb.js";
import type { TurnEvent } from "@gen/maru/chat/v1/turn_event_pb.js";
import { FinishReason, Turn_State } from "@gen/maru/chat/v1/turn_pb.js";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Conversation } from "../src/chat/conversation.js";
import type { Exchange } from "../src/chat/exchange.js";
import { CONVERSATION, event, failure, fakeChat, forever, ordinaryTurn, TURN, turn } from "./fakeChat.js";

const WHOLE = "한빛상사가 가장 많습니다.";
const broken = new ConnectError("network error", Code.Unknown);

type Methods = Partial<ServiceImpl<typeof ChatService>>;

function talk(methods: Methods, renew = async () => false) {
  const conversation = new Conversation(fakeChat(methods), renew);
  const last = () => conversation.state().exchanges.at(-1) as Exchange;
  return { conversation, last };
}

async function* send(events: readonly TurnEvent[], end?: Error | Promise<never>) {
  for (const one of events) yield { event: one };
  if (end instanceof Error) throw end;
  await end;
}

/** The requests that a method was called with. */
const requests = <Request extends { requestId: string }>({ mock }: { mock: { calls: unknown[][] } }) =>
  mock.calls.map(([request]) => request as Request);

const answersAtOnce = () => send(ordinaryTurn);

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

test("a question is sent once and answered", async () => {
  const ask = vi.fn(answersAtOnce);
  const { conversation, last } = talk({ ask });
  await conversation.ask("지난달 매출은?");
  await conversation.ask("한빛상사", 2);
  expect(last().text).toBe(WHOLE);
  expect(requests(ask)).toMatchObject([
    { parent: CONVERSATION, question: "지난달 매출은?", choiceNumber: 0 },
    { parent: CONVERSATION, question: "한빛상사", choiceNumber: 2 },
  ]);
  const ids = requests(ask).map(({ requestId }) => requestId);
  expect(new Set(ids).size).toBe(2);
  expect(conversation.state().name).toBe(CONVERSATION);
});

test("one question at a time", async () => {
  const ask = vi.fn(answersAtOnce);
  const { conversation } = talk({ ask });
  const first = conversation.ask("지난달 매출은?");
  await conversation.ask("지난달 수주는?");
  await first;
  expect(ask).toHaveBeenCalledTimes(1);
  expect(conversation.state().exchanges).toHaveLength(1);
});

test.each([
  ["breaks", () => send(ordinaryTurn.slice(0, 3), broken)],
  ["ends early", () => send(ordinaryTurn.slice(0, 3))],
  ["loses an event", () => send(ordinaryTurn.filter((_, at) => at !== 3))],
])("a stream that %s is taken up again where it was", async (_, ask) => {
  const watchTurn = vi.fn(() => send(ordinaryTurn.slice(3)));
  const { conversation, last } = talk({ ask, watchTurn });
  const asking = conversation.ask("지난달 매출은?");
  await vi.advanceTimersByTimeAsync(299);
  expect(last()).toMatchObject({ reconnecting: true, sequence: 3n });
  await vi.advanceTimersByTimeAsync(1);
  await asking;
  expect(watchTurn).toHaveBeenCalledTimes(1);
  expect(watchTurn).toHaveBeenCalledWith(
    expect.objectContaining({ name: TURN, afterSequence: 3n }),
    expect.anything(),
  );
  expect(last()).toMatchObject({ text: WHOLE, reconnecting: false });
  expect(last().failure).toBeUndefined();
});

test("a line that falls silent is taken up again; heartbeats keep it", async () => {
  async function* ask() {
    yield* send(ordinaryTurn.slice(0, 4));
    for (let beat = 0; beat < 5; beat++) {
      await new Promise((resolve) => setTimeout(resolve, 10_000));
      yield { event: event(4, { case: "heartbeat", value: {} }) };
    }
    await new Promise(() => undefined);
  }
  const watchTurn = vi.fn(() => send(ordinaryTurn.slice(4)));
  const { conversation, last } = talk({ ask, watchTurn });
  const asking = conversation.ask("지난달 매출은?");
  await vi.advanceTimersByTimeAsync(70_000);
  expect(watchTurn).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(10_000);
  await asking;
  expect(watchTurn).toHaveBeenCalledTimes(1);
  expect(last().text).toBe(WHOLE);
});

test("a question whose start was lost is sent again under its id", async () => {
  const ask = vi.fn(answersAtOnce).mockImplementationOnce(() => send([], broken));
  const { conversation, last } = talk({ ask });
  const asking = conversation.ask("지난달 매출은?");
  await vi.advanceTimersByTimeAsync(300);
  await asking;
  const [first, second] = requests(ask);
  expect(second?.requestId).toBe(first?.requestId);
  expect(last().text).toBe(WHOLE);
});

test("a line that stays broken is given up, and a retry goes on with the same answer", async () => {
  const watchTurn = vi.fn(() => send([], broken));
  const { conversation, last } = talk({ ask: () => send(ordinaryTurn.slice(0, 3), broken), watchTurn });
  const asking = conversation.ask("지난달 매출은?");
  await vi.advanceTimersByTimeAsync(60_000);
  await asking;
  expect(watchTurn).toHaveBeenCalledTimes(5);
  expect(last().failure).toMatchObject({ lineBroken: true, remedy: "retry", reference: "Unknown" });

  watchTurn.mockImplementation(() => send(ordinaryTurn.slice(3)));
  await conversation.retry();
  expect(last().text).toBe(WHOLE);
  expect(conversation.state().exchanges).toHaveLength(1);
});

test("a line that breaks after each event still brings the whole answer", async () => {
  const watchTurn = ({ afterSequence }: { afterSequence: bigint }) =>
    send(ordinaryTurn.slice(Number(afterSequence), Number(afterSequence) + 1), broken);
  const { conversation, last } = talk({ ask: () => send(ordinaryTurn.slice(0, 1), broken), watchTurn });
  const asking = conversation.ask("지난달 매출은?");
  await vi.advanceTimersByTimeAsync(5 * 300);
  await asking;
  expect(last().text).toBe(WHOLE);
});

test("without a network it waits until there is one", async () => {
  const onLine = vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
  const watchTurn = vi.fn(() => send(ordinaryTurn.slice(3)));
  const { conversation, last } = talk({ ask: () => send(ordinaryTurn.slice(0, 3), broken), watchTurn });
  const asking = conversation.ask("지난달 매출은?");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(watchTurn).not.toHaveBeenCalled();
  onLine.mockReturnValue(true);
  window.dispatchEvent(new Event("online"));
  await asking;
  expect(last().text).toBe(WHOLE);
});

test.each([
  ["that restarts", "SHUTTING_DOWN", { service: "chat" }],
  ["that Envoy can't reach", "DEPENDENCY_UNAVAILABLE", { dependency: "chat" }],
])("a chat service %s is waited for, a missing part behind it is not", async (_, reason, metadata) => {
  const restarting = failure(Code.Unavailable, reason, "잠시 뒤에 다시 시도해 주세요.", metadata);
  const away = failure(Code.Unavailable, "DEPENDENCY_UNAVAILABLE", "erp가 응답하지 않습니다.", {
    dependency: "erp",
  });
  const ask = vi.fn(() => send([], away)).mockImplementationOnce(() => send([], restarting));
  const { conversation, last } = talk({ ask });
  const asking = conversation.ask("지난달 매출은?");
  await vi.advanceTimersByTimeAsync(300);
  await asking;
  expect(ask).toHaveBeenCalledTimes(2);
  expect(last().failure).toMatchObject({
    text: "erp가 응답하지 않습니다.",
    reference: "DEPENDENCY_UNAVAILABLE · r-17",
    remedy: "retry",
    lineBroken: false,
  });
});

test("after a failed turn a retry asks anew", async () => {
  const interrupted = failure(Code.Aborted, "TURN_INTERRUPTED", "답변이 중간에 끊겼습니다.");
  const ask = vi.fn(answersAtOnce).mockImplementationOnce(() => send(ordinaryTurn.slice(0, 4), interrupted));
  const { conversation, last } = talk({ ask });
  await conversation.ask("지난달 매출은?", 3);
  expect(last().failure?.text).toBe("답변이 중간에 끊겼습니다.");
  await conversation.retry();
  const [first, second] = requests<{ requestId: string; choiceNumber: number }>(ask);
  expect(second?.requestId).not.toBe(first?.requestId);
  expect(second?.choiceNumber).toBe(3);
  expect(last().text).toBe(WHOLE);
});

test("a refused token is renewed once", async () => {
  const expired = failure(Code.Unauthenticated, "TOKEN_EXPIRED", "로그인이 만료되었습니다.");
  const renew = vi.fn(async () => true);
  const ask = vi.fn(answersAtOnce).mockImplementationOnce(() => send([], expired));
  const { conversation, last } = talk({ ask }, renew);
  await conversation.ask("지난달 매출은?");
  expect(renew).toHaveBeenCalledTimes(1);
  expect(last().text).toBe(WHOLE);

  ask.mockImplementation(() => send([], expired));
  await conversation.ask("지난달 수주는?");
  expect(renew).toHaveBeenCalledTimes(2);
  expect(last().failure).toMatchObject({ remedy: "signIn", text: "로그인이 만료되었습니다." });
});

test("stop ends the turn, keeps its text and ends the call", async () => {
  let seen: AbortSignal | undefined;
  const ask: Methods["ask"] = (_, { signal }) => {
    seen = signal;
    return send(ordinaryTurn.slice(0, 4), forever(signal));
  };
  const cancelTurn = vi.fn(() => ({
    turn: turn({ text: "한빛상사가 가장", finishReason: FinishReason.STOPPED }),
  }));
  const { conversation, last } = talk({ ask, cancelTurn });
  const asking = conversation.ask("지난달 매출은?");
  await vi.advanceTimersByTimeAsync(0);
  expect(last().text).toBe("한빛상사가 ");
  await conversation.stop();
  await asking;
  expect(cancelTurn).toHaveBeenCalledWith(expect.objectContaining({ name: TURN }), expect.anything());
  expect(last().text).toBe("한빛상사가 가장");
  expect(last().answer?.finishReason).toBe(FinishReason.STOPPED);
  expect(seen?.aborted).toBe(true);
});

test("stop works when the service can't be told", async () => {
  const ask: Methods["ask"] = (_, { signal }) => send(ordinaryTurn.slice(0, 4), forever(signal));
  const cancelTurn = () => {
    throw broken;
  };
  const { conversation, last } = talk({ ask, cancelTurn });
  const asking = conversation.ask("지난달 매출은?");
  await vi.advanceTimersByTimeAsync(0);
  await conversation.stop();
  await asking;
  expect(last()).toMatchObject({ stopped: true, text: "한빛상사가 " });
  expect(last().failure).toBeUndefined();
});

test("stop before the turn has a name ends the turn all the same", async () => {
  const cancelTurn = vi.fn(() => ({ turn: turn({ text: "", finishReason: FinishReason.STOPPED }) }));
  const ask: Methods["ask"] = async function* (_, { signal }) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    yield* send(ordinaryTurn.slice(0, 1), forever(signal));
  };
  const { conversation, last } = talk({ ask, cancelTurn });
  const asking = conversation.ask("지난달 매출은?");
  await vi.advanceTimersByTimeAsync(0);
  const stopping = conversation.stop();
  await vi.advanceTimersByTimeAsync(500);
  await stopping;
  await asking;
  expect(cancelTurn).toHaveBeenCalledOnce();
  expect(last().answer?.finishReason).toBe(FinishReason.STOPPED);
});

test("stop works before the question is accepted", async () => {
  const cancelTurn = vi.fn(() => ({}));
  const ask: Methods["ask"] = (_, { signal }) => send([], forever(signal));
  const { conversation, last } = talk({ ask, cancelTurn });
  const asking = conversation.ask("지난달 매출은?");
  await vi.advanceTimersByTimeAsync(0);
  const stopping = conversation.stop();
  await vi.advanceTimersByTimeAsync(3_000);
  await stopping;
  await asking;
  expect(last().stopped).toBe(true);
  expect(cancelTurn).not.toHaveBeenCalled();
});

test("a new conversation leaves the running answer behind", async () => {
  const ask: Methods["ask"] = (_, { signal }) => send(ordinaryTurn.slice(0, 4), forever(signal));
  const createConversation = vi.fn(() => ({ conversation: { name: CONVERSATION } }));
  const { conversation } = talk({ ask, createConversation });
  const asking = conversation.ask("지난달 매출은?");
  await vi.advanceTimersByTimeAsync(0);
  conversation.startOver();
  await asking;
  expect(conversation.state()).toEqual({ exchanges: [] });
  void conversation.ask("지난달 수주는?");
  await vi.advanceTimersByTimeAsync(0);
  const ids = requests(createConversation);
  expect(ids).toHaveLength(2);
  expect(ids[0]?.requestId).not.toBe(ids[1]?.requestId);
  conversation.startOver();
});

test("a conversation is opened again, and its last answer goes on", async () => {
  const running = { ...turn(), state: Turn_State.RUNNING, answer: undefined };
  const listTurns = vi.fn(({ pageToken }: { pageToken: string }) =>
    pageToken === ""
      ? { turns: [turn()], nextPageToken: "p2" }
      : { turns: [{ ...running, name: `${CONVERSATION}/turns/t2` }] },
  );
  const watchTurn = vi.fn(() => send(ordinaryTurn));
  const { conversation, last } = talk({ listTurns, watchTurn });
  const opening = conversation.open(CONVERSATION);
  expect(conversation.state().loading).toBe(true);
  await opening;
  expect(conversation.state().exchanges).toHaveLength(2);
  expect(conversation.state().exchanges[0]?.table?.rows).toHaveLength(2);
  expect(watchTurn).toHaveBeenCalledWith(
    expect.objectContaining({ name: `${CONVERSATION}/turns/t2`, afterSequence: 0n }),
    expect.anything(),
  );
  expect(last().text).toBe(WHOLE);
});

test("a conversation that can't be opened says why", async () => {
  const listTurns = () => {
    throw failure(Code.NotFound, "CONVERSATION_NOT_FOUND", "대화를 찾을 수 없습니다.");
  };
  const { conversation } = talk({ listTurns });
  await conversation.open(CONVERSATION);
  expect(conversation.state().loadFailure?.text).toBe("대화를 찾을 수 없습니다.");
});
