import type { TurnEvent } from "@gen/maru/chat/v1/turn_event_pb.js";
import { type Answer, type Clarification, type Turn, Turn_State } from "@gen/maru/chat/v1/turn_pb.js";
import type { Query, ResultContext } from "@gen/maru/erp/v1/query_pb.js";
import type { Table } from "@gen/maru/erp/v1/value_pb.js";
import { message } from "../text/messages.js";
import type { Failure } from "./failure.js";

/** One question and what is known of its answer so far. */
export interface Exchange {
  readonly question: string;
  /** The choice of a question back that was clicked; 0 = none. */
  readonly choiceNumber: number;
  /** Under this id the question can be sent again without being asked twice. */
  readonly requestId: string;
  readonly turn?: string;
  /** The last event's. */
  readonly sequence: bigint;
  readonly steps: readonly string[];
  readonly table?: Table | undefined;
  readonly context?: ResultContext | undefined;
  readonly query?: Query | undefined;
  readonly text: string;
  readonly clarification?: Clarification | undefined;
  /** Final. */
  readonly answer?: Answer;
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
});

/** Whether more is to come. */
export const isRunning = (exchange: Exchange): boolean =>
  exchange.answer === undefined && exchange.failure === undefined && exchange.stopped === undefined;

/** Whether events are missing between those seen and this one. */
export const leavesGap = (exchange: Exchange, event: TurnEvent): boolean =>
  event.sequence > exchange.sequence + 1n;

/** The exchange after one more event. One that was seen already, or a heartbeat, changes nothing. */
export function after(exchange: Exchange, { sequence, event }: TurnEvent): Exchange {
  if (sequence <= exchange.sequence) return exchange;
  const next = { ...exchange, sequence };
  switch (event.case) {
    case "started":
      return { ...next, turn: event.value.turn };
    case "progress":
      return { ...next, steps: [...next.steps, event.value.text] };
    case "result":
      return {
        ...next,
        table: event.value.table,
        context: event.value.context,
        query: event.value.query,
      };
    case "textDelta":
      return { ...next, text: next.text + event.value.text };
    case "clarification":
      return { ...next, clarification: event.value };
    case "completed":
      return event.value.turn === undefined ? next : withTurn(next, event.value.turn);
    default:
      return next;
  }
}

/** The exchange with what the service keeps of its turn. */
export function withTurn(exchange: Exchange, turn: Turn): Exchange {
  const known = turn.name === "" ? exchange : { ...exchange, turn: turn.name };
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
  const { text, clarification } = answer;
  return {
    ...known,
    answer,
    text,
    clarification,
    table: answer.table ?? known.table,
    context: answer.context ?? known.context,
    query: answer.query ?? known.query,
  };
}
