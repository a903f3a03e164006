import { create, type DescMessage, type Message, type MessageInitShape } from "@bufbuild/protobuf";
import {
  type Code,
  ConnectError,
  createClient,
  createRouterTransport,
  type ServiceImpl,
} from "@connectrpc/connect";
import {
  ErrorInfoSchema,
  LocalizedMessageSchema,
  RequestInfoSchema,
} from "@gen/google/rpc/error_details_pb.js";
import { ChatService } from "@gen/maru/chat/v1/chat_service_pb.js";
import { type TurnEvent, TurnEventSchema } from "@gen/maru/chat/v1/turn_event_pb.js";
import {
  type AnswerSchema,
  Composer,
  FinishReason,
  Outcome,
  type Turn,
  Turn_State,
  TurnSchema,
} from "@gen/maru/chat/v1/turn_pb.js";
import { AppliedFilter_Source, type ResultContextSchema } from "@gen/maru/erp/v1/query_pb.js";
import { Column_Role, type TableSchema, Unit_Kind } from "@gen/maru/erp/v1/value_pb.js";
import type { Chat } from "../src/chat/client.js";

/** Plain fields of a message. */
type Init<T extends DescMessage> = Exclude<MessageInitShape<T>, Message>;

export const CONVERSATION = "conversations/c1";
export const TURN = `${CONVERSATION}/turns/t1`;

/** A client of a chat service that lives in this process. */
export function fakeChat(methods: Partial<ServiceImpl<typeof ChatService>>): Chat {
  const service = { createConversation: () => ({ conversation: { name: CONVERSATION } }), ...methods };
  return createClient(
    ChatService,
    createRouterTransport((router) => router.service(ChatService, service)),
  );
}

export const table: Init<typeof TableSchema> = {
  columns: [
    { key: "customer", displayName: "거래처", role: Column_Role.DIMENSION },
    {
      key: "revenue",
      displayName: "매출",
      role: Column_Role.METRIC,
      unit: { kind: Unit_Kind.CURRENCY, code: "KRW" },
    },
  ],
  rows: [
    {
      values: [
        { kind: { case: "text", value: "한빛상사" } },
        { kind: { case: "decimal", value: "90071992547409931" } },
      ],
    },
    { values: [{ kind: { case: "text", value: "<b>대한</b>" } }, {}] },
  ],
  totalRowCount: 2n,
};

export const context: Init<typeof ResultContextSchema> = {
  filters: [
    { text: "2026-10-01~2026-10-31", source: AppliedFilter_Source.QUESTION },
    { text: "수도권", source: AppliedFilter_Source.POLICY },
  ],
  definitions: [{ metric: "revenue", displayName: "매출", definition: "발행한 매출 송장의 공급가액" }],
  dataAsOf: { seconds: 1_795_000_000n },
  partialView: true,
};

export const answer: Init<typeof AnswerSchema> = {
  text: "한빛상사가 가장 많습니다.",
  outcome: Outcome.ANSWERED,
  finishReason: FinishReason.COMPLETE,
  composer: Composer.MODEL,
  table,
  context,
  suggestions: ["거래처별로 보여줘"],
};

export const turn = (more: Init<typeof AnswerSchema> = {}): Turn =>
  create(TurnSchema, {
    name: TURN,
    question: "지난달 매출은?",
    state: Turn_State.COMPLETED,
    answer: { ...answer, ...more },
  });

type EventInit = MessageInitShape<typeof TurnEventSchema>["event"];

export const event = (sequence: number, init: EventInit, part = 0): TurnEvent =>
  create(TurnEventSchema, { sequence: BigInt(sequence), part, ...(init && { event: init }) });

/** An ordinary turn, from `started` to `completed`. */
export const ordinaryTurn: readonly TurnEvent[] = [
  event(1, { case: "started", value: { turn: TURN } }),
  event(2, { case: "progress", value: { text: "질문을 읽습니다" } }),
  event(3, { case: "result", value: { table, context } }),
  event(4, { case: "textDelta", value: { text: "한빛상사가 " } }),
  event(5, { case: "textDelta", value: { text: "가장 많습니다." } }),
  event(6, { case: "completed", value: { turn: turn() } }),
];

/** What a service sends when it fails: code, reason and words, as every error of Maru has them. */
export const failure = (
  code: Code,
  reason: string,
  korean: string,
  metadata: Record<string, string> = {},
): ConnectError =>
  new ConnectError("failed", code, undefined, [
    { desc: ErrorInfoSchema, value: { reason, domain: "maru", metadata } },
    { desc: LocalizedMessageSchema, value: { locale: "ko", message: korean } },
    { desc: RequestInfoSchema, value: { requestId: "r-17" } },
  ]);

/** Never ends by itself; an abort ends it. */
export const forever = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
