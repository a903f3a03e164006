import { Code, ConnectError } from "@connectrpc/connect";
import type { TurnEvent } from "@gen/maru/chat/v1/turn_event_pb.js";
import type { Chat } from "./client.js";
import { after, asked, type Exchange, isRunning, leavesGap, withTurn } from "./exchange.js";
import { describeFailure, type Failure, isLineBroken } from "./failure.js";

/** Waits before a broken line is taken up again; after the last one it is given up. Any event starts them anew. */
const PAUSES_MS = [300, 1_000, 2_000, 4_000, 8_000];
/** A heartbeat comes every 10 s: a line that is silent for longer is dead. */
const SILENCE_MS = 25_000;
const ANSWER_MS = 90_000;
const CALL_MS = 10_000;
/** How long a stop waits for the turn's name. */
const NAMED_MS = 3_000;
const TURNS_A_PAGE = 100;

/** What the page shows of a conversation. */
export interface ConversationState {
  /** Resource name, once the service has created it. */
  readonly name?: string;
  readonly exchanges: readonly Exchange[];
  readonly loading?: boolean;
  readonly loadFailure?: Failure;
}

const EMPTY: ConversationState = { exchanges: [] };

/** A conversation with Maru: its exchanges, and how to ask and to stop. One question runs at a time. */
export class Conversation {
  readonly #chat: Chat;
  readonly #renewToken: () => Promise<boolean>;
  readonly #listeners = new Set<() => void>();
  #state = EMPTY;
  /** Ends what is going on; replaced by whatever comes next. */
  #abort = new AbortController();
  /** Request id of this conversation's creation. */
  #creationId = crypto.randomUUID();

  /** `renewToken` gets a new access token after one was refused; false when the sign-in has ended. */
  constructor(chat: Chat, renewToken: () => Promise<boolean>) {
    this.#chat = chat;
    this.#renewToken = renewToken;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): ConversationState => this.#state;

  /** Shows a conversation that was held before, and goes on with its last answer if that still runs. */
  async open(name: string): Promise<void> {
    const signal = this.#begin({ name, exchanges: [], loading: true });
    try {
      const exchanges = await this.#persisting(signal, () => this.#turnsOf(name, signal));
      if (signal.aborted) return;
      this.#show({ name, exchanges });
      const last = exchanges.at(-1);
      if (last !== undefined && isRunning(last)) await this.#follow(signal);
    } catch (error) {
      if (!signal.aborted) this.#show({ name, exchanges: [], loadFailure: describeFailure(error) });
    }
  }

  /** Questions to begin with, as the service suggests them to this person; none where it can't say. */
  async starters(): Promise<readonly string[]> {
    try {
      return (await this.#chat.suggestQuestions({}, { timeoutMs: CALL_MS })).questions;
    } catch {
      return [];
    }
  }

  /** Asks a question, or takes a choice of the last question back. Nothing happens while another one runs. */
  async ask(question: string, choiceNumber = 0): Promise<void> {
    if (this.#isBusy()) return;
    const exchanges = [...this.#state.exchanges, asked(question, choiceNumber)];
    await this.#follow(this.#begin({ ...this.#state, exchanges }));
  }

  /** Tries the last question again: goes on with its answer where only the line broke, else asks anew. */
  async retry(): Promise<void> {
    const last = this.#state.exchanges.at(-1);
    if (last?.failure === undefined) return;
    const { failure, ...rest } = last;
    const next = failure.lineBroken ? rest : asked(last.question, last.choiceNumber);
    const exchanges = [...this.#state.exchanges.slice(0, -1), next];
    await this.#follow(this.#begin({ ...this.#state, exchanges }));
  }

  /** Stops the running answer, which keeps its text so far. */
  async stop(): Promise<void> {
    const abort = this.#abort;
    const running = this.#state.exchanges.at(-1);
    if (running === undefined || !isRunning(running)) return;
    try {
      const turn = running.turn ?? (await this.#namedTurn(abort));
      if (turn === undefined) return;
      const ended = (await this.#chat.cancelTurn({ name: turn }, { timeoutMs: CALL_MS })).turn;
      if (abort === this.#abort && ended !== undefined) this.#change((last) => withTurn(last, ended));
    } catch {
      // Away or unreachable: ending the call below frees the model as well.
    } finally {
      if (abort === this.#abort) this.#change((last) => ({ ...last, stopped: true }));
      abort.abort();
    }
  }

  /** Leaves this conversation for a new one. */
  startOver(): void {
    this.#creationId = crypto.randomUUID();
    this.#begin(EMPTY);
  }

  /** The last exchange's turn, once the service names it: what has no name yet can't be stopped, and would run on.
   * Undefined when that takes too long, or the exchange ends before. */
  #namedTurn(abort: AbortController): Promise<string | undefined> {
    return new Promise((resolve) => {
      const look = (): void => {
        const last = this.#state.exchanges.at(-1);
        if (abort !== this.#abort || last === undefined || last.turn !== undefined || !isRunning(last))
          end(last?.turn);
      };
      const end = (turn?: string): void => {
        clearTimeout(timer);
        unsubscribe();
        resolve(turn);
      };
      const timer = setTimeout(end, NAMED_MS);
      const unsubscribe = this.subscribe(look);
      look();
    });
  }

  #isBusy(): boolean {
    const last = this.#state.exchanges.at(-1);
    return this.#state.loading === true || (last !== undefined && isRunning(last));
  }

  #begin(state: ConversationState): AbortSignal {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#show(state);
    return this.#abort.signal;
  }

  #show(state: ConversationState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }

  /** Changes the last exchange while it is running; an ended one stays as it is. */
  #change(how: (last: Exchange) => Exchange): void {
    const last = this.#state.exchanges.at(-1);
    if (last === undefined || !isRunning(last)) return;
    this.#show({ ...this.#state, exchanges: [...this.#state.exchanges.slice(0, -1), how(last)] });
  }

  /** Follows the last exchange to its end; a failure becomes its end. */
  async #follow(signal: AbortSignal): Promise<void> {
    try {
      await this.#persisting(signal, (onProgress) => this.#receive(signal, onProgress));
    } catch (error) {
      if (!signal.aborted) this.#change((exchange) => ({ ...exchange, failure: describeFailure(error) }));
    }
  }

  /** Takes the last exchange's events over one call, to its end. */
  async #receive(signal: AbortSignal, onProgress: () => void): Promise<void> {
    try {
      for await (const event of this.#events(signal)) {
        if (signal.aborted) return;
        const last = this.#last();
        if (leavesGap(last, event)) throw new ConnectError("events are missing", Code.Unavailable);
        if (event.sequence > last.sequence) onProgress();
        this.#change((exchange) => ({ ...after(exchange, event), reconnecting: false }));
      }
      if (isRunning(this.#last())) throw new ConnectError("the stream ended early", Code.Unavailable);
    } catch (error) {
      if (isRunning(this.#last())) throw error; // what breaks after the end breaks nothing
    }
  }

  /** Does work that can be repeated, over broken lines and one refused token. */
  async #persisting<T>(signal: AbortSignal, work: (onProgress: () => void) => Promise<T>): Promise<T> {
    let broken = 0;
    let renewed = false;
    for (;;) {
      try {
        return await work(() => {
          broken = 0;
        });
      } catch (error) {
        if (signal.aborted) throw error;
        if (!renewed && ConnectError.from(error).code === Code.Unauthenticated) {
          renewed = true;
          if (await this.#renewToken()) continue;
        }
        const pauseMs = PAUSES_MS[broken++];
        if (pauseMs === undefined || !isLineBroken(error)) throw error;
        this.#change((exchange) => ({ ...exchange, reconnecting: true }));
        await pause(pauseMs, signal);
      }
    }
  }

  /** The last exchange's events after those seen, over one call. The call ends with the iteration. */
  async *#events(signal: AbortSignal): AsyncGenerator<TurnEvent> {
    const line = new AbortController();
    const call = { signal: AbortSignal.any([signal, line.signal]), timeoutMs: ANSWER_MS };
    let isSilent = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const listen = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        isSilent = true;
        line.abort();
      }, SILENCE_MS);
    };
    listen();
    try {
      const { turn, sequence, question, choiceNumber, requestId } = this.#last();
      const parent = this.#state.name ?? (await this.#create(call.signal));
      const responses =
        turn === undefined
          ? this.#chat.ask({ parent, question, choiceNumber, requestId }, call)
          : this.#chat.watchTurn({ name: turn, afterSequence: sequence }, call);
      for await (const { event } of responses) {
        listen();
        if (event !== undefined) yield event;
      }
    } catch (error) {
      throw isSilent ? new ConnectError("the line is silent", Code.Unavailable) : error;
    } finally {
      clearTimeout(timer);
      line.abort();
    }
  }

  async #create(signal: AbortSignal): Promise<string> {
    const request = { requestId: this.#creationId };
    const { conversation } = await this.#chat.createConversation(request, { signal, timeoutMs: CALL_MS });
    signal.throwIfAborted();
    const name = conversation?.name ?? "";
    this.#show({ ...this.#state, name });
    return name;
  }

  async #turnsOf(name: string, signal: AbortSignal): Promise<Exchange[]> {
    const exchanges: Exchange[] = [];
    let pageToken = "";
    do {
      const request = { parent: name, pageSize: TURNS_A_PAGE, pageToken };
      const page = await this.#chat.listTurns(request, { signal, timeoutMs: CALL_MS });
      exchanges.push(...page.turns.map((turn) => withTurn(asked(turn.question), turn)));
      pageToken = page.nextPageToken;
    } while (pageToken !== "");
    return exchanges;
  }

  #last(): Exchange {
    return this.#state.exchanges.at(-1) as Exchange;
  }
}

/** Waits, without a network until it is back; an abort ends the wait. */
async function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  const done = new AbortController();
  await new Promise<void>((resolve) => {
    const timer = navigator.onLine ? setTimeout(resolve, durationMs) : undefined;
    window.addEventListener("online", () => resolve(), { signal: done.signal });
    signal.addEventListener("abort", () => resolve(), { signal: done.signal });
    done.signal.addEventListener("abort", () => clearTimeout(timer));
  });
  done.abort();
}
