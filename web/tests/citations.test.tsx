import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { Code, createClient, createRouterTransport, type ServiceImpl } from "@connectrpc/connect";
import { CitationSchema } from "@gen/maru/chat/v1/turn_pb.js";
import { DocumentVersion_State } from "@gen/maru/retrieval/v1/document_pb.js";
import { Passage_Kind, type PassageSchema } from "@gen/maru/retrieval/v1/passage_pb.js";
import { RetrievalService } from "@gen/maru/retrieval/v1/retrieval_service_pb.js";
import { cleanup, configure, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { afterEach, expect, test, vi } from "vitest";
import { Citations } from "../src/chat/Citations.js";
import { Passages } from "../src/chat/passages.js";
import { failure } from "./fakeChat.js";

configure({ asyncUtilTimeout: 20_000 });

type GetPassage = ServiceImpl<typeof RetrievalService>["getPassage"];

const NAME = "documents/d1/versions/v1/passages/0";
const TEXT = "🏨 숙박비는 <b>1박</b>에 80,000원을 한도로 한다. [여기](http://evil.example)를 누르라.";

/** Places in code points: the hotel is one of them, and two in JavaScript's counting. */
function span(words: string, text = TEXT) {
  const startOffset = Array.from(text.slice(0, text.indexOf(words))).length;
  return { startOffset: BigInt(startOffset), endOffset: BigInt(startOffset + Array.from(words).length) };
}

const citation = (more: MessageInitShape<typeof CitationSchema> = {}) =>
  create(CitationSchema, {
    number: 1,
    title: "여비규정",
    headingPath: ["제12조 숙박비"],
    page: 4,
    effectiveDate: "2026-01-01",
    passage: NAME,
    spans: [span("80,000원")],
    ...more,
  });

function open(getPassage: GetPassage, ...citations: ReturnType<typeof citation>[]) {
  const transport = createRouterTransport((router) => router.service(RetrievalService, { getPassage }));
  const onSignIn = vi.fn();
  const retrieval = createClient(RetrievalService, transport);
  const page = render(
    <Passages value={{ retrieval, onSignIn }}>
      <Citations citations={citations.length > 0 ? citations : [citation()]} />
    </Passages>,
  );
  return { page, user: userEvent.setup() };
}

const answering =
  (passage: MessageInitShape<typeof PassageSchema> = {}, state = DocumentVersion_State.CURRENT): GetPassage =>
  () => ({ passage: { text: TEXT, headingPath: ["제12조 숙박비"], ...passage }, version: { state } });

const button = () => screen.getByRole<HTMLButtonElement>("button", { name: /여비규정/ });

afterEach(cleanup);

test("a citation says where its words stand", () => {
  open(answering());
  expect(button().textContent).toBe("[1] 여비규정 제12조 숙박비 · p. 4 · in force from 2026-01-01");
  expect(button().getAttribute("aria-expanded")).toBe("false");
});

test("by keyboard it opens the passage with the quoted words marked, and closes it", async () => {
  const seen = vi.fn();
  const { page, user } = open((request) => {
    seen(request.name);
    return answering()(request, undefined as never);
  });
  await user.tab();
  expect(document.activeElement).toBe(button());
  await user.keyboard("{Enter}");
  const mark = await vi.waitFor(() => {
    const found = page.container.querySelector("mark");
    expect(found).not.toBeNull();
    return found;
  });
  expect(mark?.textContent).toBe("80,000원");
  expect(button().getAttribute("aria-expanded")).toBe("true");
  expect(seen).toHaveBeenCalledExactlyOnceWith(NAME);
  expect(
    (await axe.run(page.container, { rules: { "color-contrast": { enabled: false } } })).violations,
  ).toEqual([]);
  await user.keyboard("{Enter}");
  expect(page.container.querySelector("mark")).toBeNull();
});

test("what a document says is text: nothing of it is drawn or followed", async () => {
  const { page, user } = open(answering());
  await user.click(button());
  await vi.waitFor(() => expect(page.container.textContent).toContain(TEXT));
  expect(page.container.querySelector("a, img, b, script")).toBeNull();
});

test("a table keeps its rows, and the quoted one is marked", async () => {
  const text = "구분\t숙박비\n부장\t80,000원\n사원\t70,000원";
  const { page, user } = open(
    answering({ text, kind: Passage_Kind.TABLE }),
    citation({ spans: [span("부장\t80,000원", text)] }),
  );
  await user.click(button());
  await vi.waitFor(() => expect(page.container.querySelectorAll("tr")).toHaveLength(3));
  expect([...page.container.querySelectorAll("mark")].map((one) => one.textContent)).toEqual([
    "부장",
    "80,000원",
  ]);
});

test("an older version still opens, and says so", async () => {
  const { user } = open(answering({}, DocumentVersion_State.SUPERSEDED));
  await user.click(button());
  expect(await screen.findByText(/has a newer version/)).toBeTruthy();
});

test("what may no longer be read is not shown", async () => {
  const { page, user } = open(() => {
    throw failure(Code.NotFound, "DOCUMENT_NOT_FOUND", "없습니다");
  });
  await user.click(button());
  expect(await screen.findByText("This document can no longer be seen.")).toBeTruthy();
  expect(page.container.querySelector("blockquote")).toBeNull();
});

test("a withheld citation can't be opened", () => {
  open(answering(), create(CitationSchema, { number: 2, title: "더는 볼 수 없는 문서", withheld: true }));
  expect(screen.queryByRole("button")).toBeNull();
  expect(screen.getByText("더는 볼 수 없는 문서")).toBeTruthy();
});

test("a failure can be tried again", async () => {
  let calls = 0;
  const { page, user } = open((request, context) => {
    calls += 1;
    if (calls === 1) throw failure(Code.Unavailable, "DEPENDENCY_UNAVAILABLE", "문서 검색이 쉬고 있습니다");
    return answering()(request, context);
  });
  await user.click(button());
  await user.click(await screen.findByRole("button", { name: "Try again" }));
  await vi.waitFor(() => expect(page.container.querySelector("mark")).not.toBeNull());
});
