import type { TurnEvent } from "@gen/maru/chat/v1/turn_event_pb.js";
import {
  type Answer,
  type Citation,
  type Clarification,
  type Rating_Thumb,
  type Turn,
  Turn_State,
} from "@gen/maru/chat/v1/turn_pb.js";
import type { Query, ResultContext } from "@gen/maru/erp/v1/query_pb.js";
import type { Table } from "@gen/maru/erp/v1/value_pb.js";
import { message } from "../text/messages.js";
import type { Failure } from "./failure.js";

/** One answer as far as it has come. */
export interface AnswerView {
  readonly table?: Table | undefined;
  readonly context?: ResultContext | undefined;
  readonly query?: Query | undefined;
  readonly text: string;
  readonly clarification?: Clarification | undefined;
  /** What was assumed; stands above the figures. */
  readonly assumptions?: readonly string[];
  /** What the text quotes. */
  readonly citations?: readonly Citation[];
  /** Final. */
  readonly answer?: Answer;
}

/** One question and what is known of its answer so far. */
export interface Exchange extends AnswerView {
  readonly question: string;
  /** The choice of a question back that was clicked; 0 = none. */
  readonly choiceNumber: number;
  /** Under this id the question can be sent again without being asked twice. */
  readonly requestId: string;
  readonly turn?: string;
  /** The asker's rating, as it was kept. */
  readonly thumb?: Rating_Thumb;
  /** The last event's. */
  readonly sequence: bigint;
  readonly steps: readonly string[];
  /** The answers to the further questions of the message. */
  readonly further: readonly AnswerView[];
  readonly failure?: Failure;
  /** Stopped before there was an answer to keep. */
  readonly stopped?: true;
  /** The line broke and is being taken up again. */
  readonly reconnecting?: boolean;
}

/** A question that was just sent. */
export const asked = (question: string, choiceNumber = 0): Exchange => ({
  question,
  choiceNumber,
  requestId: crypto.randomUUID(),
  sequence: 0n,
  steps: [],
  text: "",
  further: [],
});

/** Whether more is to come. */
export const isRunning = (exchange: Exchange): boolean =>
  exchange.answer === undefined && exchange.failure === undefined && exchange.stopped === undefined;

/** Whether events are missing between those seen and this one. */
export const leavesGap = (exchange: Exchange, event: TurnEvent): boolean =>
  event.sequence > exchange.sequence + 1n;

/** The exchange after one more event. One that was seen already, or a heartbeat, changes nothing. */
export function after(exchange: Exchange, { sequence, part, event }: TurnEvent): Exchange {
  if (sequence <= exchange.sequence) return exchange;
  const next = { ...exchange, sequence };
  switch (event.case) {
    case "started":
      return { ...next, turn: event.value.turn };
    case "progress":
      return { ...next, steps: [...next.steps, event.value.text] };
    case "completed":
      return event.value.turn === undefined ? next : withTurn(next, event.value.turn);
    default:
      return part === 0 ? { ...next, ...answerAfter(next, event) } : withFurther(next, part, event);
  }
}

/** What an event tells of the answer that it belongs to. */
function answerAfter(view: AnswerView, event: TurnEvent["event"]): Partial<AnswerView> {
  switch (event.case) {
    case "result": {
      const { table, context, query, assumptions } = event.value;
      return { table, context, query, assumptions };
    }
    case "textDelta":
      return { text: view.text + event.value.text };
    case "citation":
      return { citations: [...(view.citations ?? []), event.value] };
    case "clarification":
      return { clarification: event.value };
    default:
      return {};
  }
}

function withFurther(exchange: Exchange, part: number, event: TurnEvent["event"]): Exchange {
  const further = [...exchange.further];
  while (further.length < part) further.push({ text: "" });
  const view = further[part - 1] ?? { text: "" };
  further[part - 1] = { ...view, ...answerAfter(view, event) };
  return { ...exchange, further };
}

/** The exchange with what the service keeps of its turn. */
export function withTurn(exchange: Exchange, turn: Turn): Exchange {
  const rated = turn.rating === undefined ? exchange : { ...exchange, thumb: turn.rating.thumb };
  const known = turn.name === "" ? rated : { ...rated, turn: turn.name };
  if (turn.state === Turn_State.FAILED) {
    return {
      ...known,
      failure: {
        text: message("failedBefore"),
        reference: turn.failureReason,
        remedy: "retry",
        lineBroken: false,
      },
    };
  }
  const { answer } = turn;
  if (answer === undefined) return known;
  const further = answer.further.map((one, index) => ({ ...known.further[index], ...answered(one) }));
  return { ...known, ...answered(answer), further };
}

/** What a final answer shows; without a table of its own, what came before stays. */
function answered(answer: Answer): AnswerView {
  const { text, clarification, assumptions, citations, table, context, query } = answer;
  return {
    answer,
    text,
    clarification,
    assumptions,
    citations,
    ...(table !== undefined && { table }),
    ...(context !== undefined && { context }),
    ...(query !== undefined && { query }),
  };
}
