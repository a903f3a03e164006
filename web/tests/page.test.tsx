import { Code, type ServiceImpl } from "@connectrpc/connect";
import type { ChatService } from "@gen/maru/chat/v1/chat_service_pb.js";
import { Composer, FinishReason, Outcome } from "@gen/maru/chat/v1/turn_pb.js";
import { act, cleanup, configure, fireEvent, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ChatPage } from "../src/chat/ChatPage.js";
import { Conversation } from "../src/chat/conversation.js";
import { SignInPage } from "../src/page/SignInPage.js";
import { event, failure, fakeChat, forever, ordinaryTurn, TURN, table, turn } from "./fakeChat.js";

configure({ asyncUtilTimeout: 20_000 });

type Methods = Partial<ServiceImpl<typeof ChatService>>;

const started = event(1, { case: "started", value: { turn: TURN } });
const completed = (more: Parameters<typeof turn>[0]) =>
  event(2, { case: "completed", value: { turn: turn({ table: undefined, context: undefined, ...more }) } });

async function* send(events: readonly ReturnType<typeof event>[], end?: Promise<never>) {
  for (const one of events) yield { event: one };
  await end;
}

function open(methods: Methods) {
  const calls = { onSignIn: vi.fn(), onSignOut: vi.fn() };
  const conversation = new Conversation(fakeChat(methods), async () => false);
  const page = render(<ChatPage conversation={conversation} userName="김민준" {...calls} />);
  return { ...calls, conversation, page, user: userEvent.setup() };
}

const box = () => screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Question" });

async function expectNoViolations(container: Element): Promise<void> {
  // Colours need a real browser; the page stands in the body as regions want it.
  const { violations } = await axe.run(container, { rules: { "color-contrast": { enabled: false } } });
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
}

beforeEach(() => {
  vi.stubGlobal("matchMedia", () => ({ matches: false }));
  vi.stubGlobal("scrollTo", vi.fn());
  window.sessionStorage.clear();
  window.history.replaceState(null, "", "/");
});

afterEach(cleanup);

test("an empty conversation offers questions, and a click asks one", async () => {
  const ask = vi.fn(() => send(ordinaryTurn));
  const { user, page } = open({ ask });
  expect(document.activeElement).toBe(box());
  await expectNoViolations(page.container);
  await user.click(screen.getByRole("button", { name: "올해 월별 매출 추이" }));
  expect(ask).toHaveBeenCalledWith(
    expect.objectContaining({ question: "올해 월별 매출 추이" }),
    expect.anything(),
  );
  await screen.findByText("한빛상사가 가장 많습니다.");
  expect(screen.queryByText("You can ask")).toBeNull();
  expect(window.location.pathname).toBe("/conversations/c1");
});

test("an answer stands with its exact table and what it rests on", async () => {
  const { user, page } = open({ ask: () => send(ordinaryTurn) });
  await user.type(box(), "지난달 매출은?{Enter}");
  await screen.findByText("한빛상사가 가장 많습니다.");
  const cells = within(screen.getByRole("table"));
  expect(cells.getAllByRole("columnheader").map((cell) => cell.textContent)).toEqual(["거래처", "매출 (원)"]);
  expect(cells.getAllByRole("rowheader").map((cell) => cell.textContent)).toEqual([
    "한빛상사",
    "<b>대한</b>",
  ]);
  expect(cells.getAllByRole("cell").map((cell) => cell.textContent)).toEqual([
    "90,071,992,547,409,931",
    "no value",
  ]);
  expect(cells.getByText("90,071,992,547,409,931").className).toBe("figure");
  expect(screen.getByText("2026-10-01~2026-10-31").className).toBe("");
  expect(screen.getByText("수도권").className).toBe("policy");
  expect(screen.getByText("It holds only the part of the data that you may see.")).toBeTruthy();
  expect(screen.getByText("발행한 매출 송장의 공급가액")).toBeTruthy();
  expect(screen.getByText("by the language model")).toBeTruthy();
  expect(box().value).toBe("");
  await expectNoViolations(page.container);
});

test("while it runs: steps, table, text so far; Escape stops it", async () => {
  const cancelTurn = vi.fn(() => ({
    turn: turn({ text: "한빛상사가", finishReason: FinishReason.STOPPED }),
  }));
  const ask: Methods["ask"] = (_, { signal }) => send(ordinaryTurn.slice(0, 4), forever(signal));
  const { user, page } = open({ ask, cancelTurn });
  await user.type(box(), "지난달 매출은?{Enter}");
  await screen.findByText("한빛상사가");
  expect(screen.getByText("질문을 읽습니다")).toBeTruthy();
  expect(screen.getByRole("table")).toBeTruthy();
  expect(screen.getByRole("status").textContent).toBe("Preparing the answer.");
  expect(screen.getByRole("log").getAttribute("aria-live")).toBe("off");
  expect(screen.getByRole("button", { name: "Stop" })).toBeTruthy();
  await expectNoViolations(page.container);

  await user.type(box(), "다음 질문{Enter}");
  expect(box().value).toBe("다음 질문");
  await user.keyboard("{Escape}");
  expect(await screen.findByRole("button", { name: "Send" })).toBeTruthy();
  expect(cancelTurn).toHaveBeenCalledTimes(1);
  expect(screen.getByRole("status").textContent).toBe("Stopped.");
  expect(box().value).toBe("다음 질문");
});

test("a question back is answered by a click, once", async () => {
  const clarification = {
    question: "어느 거래처인가요?",
    choices: [
      { number: 1, label: "한빛상사" },
      { number: 2, label: "한빛전자", entity: { kind: 2, key: "C-2", detail: "부산" } as const },
    ],
    unusedWords: ["거시기"],
  };
  const ask = vi
    .fn(() => send(ordinaryTurn))
    .mockImplementationOnce(() =>
      send([started, completed({ text: "", outcome: Outcome.CLARIFIED, clarification })]),
    );
  const { user, page } = open({ ask });
  await user.type(box(), "한빛 매출은?{Enter}");
  const choice = await screen.findByRole<HTMLButtonElement>("button", { name: "2 한빛전자 부산" });
  expect(screen.getByText("어느 거래처인가요?")).toBeTruthy();
  expect(screen.getByText("Words not understood: 거시기")).toBeTruthy();
  expect(screen.getByRole("status").textContent).toBe("Maru asks back. Choose one.");
  await expectNoViolations(page.container);
  await user.click(choice);
  await screen.findByText("한빛상사가 가장 많습니다.");
  expect(ask).toHaveBeenLastCalledWith(
    expect.objectContaining({ question: "한빛전자", choiceNumber: 2 }),
    expect.anything(),
  );
  expect(choice.disabled).toBe(true);
});

test("a refusal is calm, and offers what can be asked", async () => {
  const refused = {
    text: "마루는 조회만 할 수 있습니다.",
    outcome: Outcome.REFUSED,
    composer: Composer.NARRATOR,
  };
  const ask = vi.fn(() => send([started, completed(refused)]));
  const { user } = open({ ask });
  await user.type(box(), "발주 취소해줘{Enter}");
  const text = await screen.findByText("마루는 조회만 할 수 있습니다.");
  expect(text.closest(".answer")?.className).toBe("answer calm");
  expect(document.querySelector(".failure")).toBeNull();
  await user.click(screen.getByRole("button", { name: "거래처별로 보여줘" }));
  expect(ask).toHaveBeenLastCalledWith(
    expect.objectContaining({ question: "거래처별로 보여줘", choiceNumber: 0 }),
    expect.anything(),
  );
});

test("a failure says why and is retried by a click", async () => {
  const away = failure(Code.Unavailable, "DEPENDENCY_UNAVAILABLE", "erp 서비스가 응답하지 않습니다.", {
    dependency: "erp",
  });
  const ask = vi
    .fn(() => send(ordinaryTurn))
    .mockImplementationOnce(() => {
      throw away;
    });
  const { user, page } = open({ ask });
  await user.type(box(), "지난달 매출은?{Enter}");
  const words = await screen.findByText("erp 서비스가 응답하지 않습니다.");
  expect(screen.getByText("DEPENDENCY_UNAVAILABLE · r-17")).toBeTruthy();
  expect(screen.getByRole("status").textContent).toContain(words.textContent);
  await expectNoViolations(page.container);
  await user.click(screen.getByRole("button", { name: "Try again" }));
  await screen.findByText("한빛상사가 가장 많습니다.");
  expect(document.querySelector(".failure")).toBeNull();
});

test("an ended sign-in leads back to the issuer", async () => {
  const ask = () => {
    throw failure(Code.Unauthenticated, "TOKEN_EXPIRED", "로그인이 만료되었습니다.");
  };
  const { user, onSignIn } = open({ ask });
  await user.type(box(), "지난달 매출은?{Enter}");
  await user.click(await screen.findByRole("button", { name: "Sign in" }));
  expect(onSignIn).toHaveBeenCalledTimes(1);
});

test.each([
  ["Windows", false],
  ["macOS, which sends Enter again", true],
])("the last Korean syllable is sent with the rest, once: %s", async (_, repeatsEnter) => {
  const ask = vi.fn(() => send(ordinaryTurn));
  open({ ask });
  const enter = { key: "Process", code: "Enter", keyCode: 229, isComposing: true };
  fireEvent.compositionStart(box(), { data: "" });
  fireEvent.compositionUpdate(box(), { data: "은" });
  fireEvent.keyDown(box(), enter);
  fireEvent.compositionEnd(box(), { data: "은" });
  fireEvent.input(box(), { target: { value: "매출은" } }); // the browser puts the syllable in after the end
  if (repeatsEnter) fireEvent.keyDown(box(), { key: "Enter", code: "Enter", keyCode: 13 });
  await screen.findByText("한빛상사가 가장 많습니다.");
  expect(ask).toHaveBeenCalledTimes(1);
  expect(ask).toHaveBeenCalledWith(expect.objectContaining({ question: "매출은" }), expect.anything());
});

test("a draft outlives a reload, a question that is too long isn't sent", async () => {
  const ask = vi.fn(() => send(ordinaryTurn));
  const { user, page } = open({ ask });
  await user.type(box(), "지난달{Shift>}{Enter}{/Shift}매출");
  page.unmount();
  const again = open({ ask });
  expect(box().value).toBe("지난달\n매출");
  fireEvent.input(box(), { target: { value: "가".repeat(2001) } });
  await again.user.type(box(), "{Enter}");
  expect(ask).not.toHaveBeenCalled();
  expect(screen.getByText(/This one has 2,001/)).toBeTruthy();
});

test("signing out forgets what was being written", async () => {
  const { user, onSignOut } = open({});
  await user.type(box(), "급여");
  await user.click(screen.getByRole("button", { name: "Sign out" }));
  expect(onSignOut).toHaveBeenCalledTimes(1);
  expect(window.sessionStorage.length).toBe(0);
});

test("a long table shows its first rows, and more on demand", async () => {
  const row = table.rows?.[0] ?? {};
  const long = {
    ...table,
    rows: Array.from({ length: 150 }, () => row),
    totalRowCount: 12345n,
    truncated: true,
  };
  const { user } = open({ ask: () => send([started, completed({ table: long })]) });
  await user.type(box(), "전부{Enter}");
  await user.click(await screen.findByRole("button", { name: "… 130 more rows" }));
  expect(screen.getAllByRole("rowheader")).toHaveLength(120);
  await user.click(screen.getByRole("button", { name: "… 30 more rows" }));
  expect(screen.queryByRole("button", { name: /more rows/ })).toBeNull();
  expect(screen.getByText(/Only 150 of 12,345 rows/)).toBeTruthy();
});

test("without a network a banner says so", async () => {
  const onLine = vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
  open({});
  expect(screen.getByRole("alert").textContent).toContain("You are offline.");
  onLine.mockReturnValue(true);
  act(() => void window.dispatchEvent(new Event("online")));
  expect(screen.queryByRole("alert")).toBeNull();
});

test("the way in", async () => {
  const onSignIn = vi.fn();
  const { container } = render(<SignInPage note="signedOut" onSignIn={onSignIn} />);
  expect(screen.getByRole("status").textContent).toBe("You are signed out.");
  await expectNoViolations(container);
  await userEvent.setup().click(screen.getByRole("button", { name: "Sign in" }));
  expect(onSignIn).toHaveBeenCalledTimes(1);
});
