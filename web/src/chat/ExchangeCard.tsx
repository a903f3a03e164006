import { FinishReason, Outcome } from "@gen/maru/chat/v1/turn_pb.js";
import { memo } from "react";
import { message } from "../text/messages.js";
import { type Exchange, isRunning } from "./exchange.js";
import { FailureCard } from "./FailureCard.js";
import { Provenance } from "./Provenance.js";
import { ResultTable } from "./ResultTable.js";

interface ExchangeCardProps {
  readonly exchange: Exchange;
  /** Only the last exchange can be gone on with: its choices, suggestions and retry. */
  readonly isLast: boolean;
  readonly onAsk: (question: string, choiceNumber?: number) => void;
  readonly onRetry: () => void;
  readonly onSignIn: () => void;
}

/** A question with its answer, as far as it has come. */
export const ExchangeCard = memo(function ExchangeCard(props: ExchangeCardProps) {
  const { exchange, isLast, onAsk, onRetry, onSignIn } = props;
  const { question, table, context, query, text, answer, failure } = exchange;
  const runs = isRunning(exchange);
  const isRefused = answer?.outcome === Outcome.REFUSED || answer?.outcome === Outcome.NO_DATA;
  const isStopped = exchange.stopped === true || answer?.finishReason === FinishReason.STOPPED;
  return (
    <article aria-label={question}>
      <h2 className="question" lang="ko">
        {question}
      </h2>
      <div className={isRefused ? "answer calm" : "answer"} lang="ko" aria-busy={runs}>
        <Steps exchange={exchange} runs={runs} />
        {table !== undefined && <ResultTable table={table} query={query} />}
        {text !== "" && <p className={runs ? "prose growing" : "prose"}>{text}</p>}
        {isStopped && <p className="hint">{message("stopped")}</p>}
        <Choices exchange={exchange} canChoose={isLast && !runs} onAsk={onAsk} />
        {failure !== undefined && (
          <FailureCard
            title="failed"
            failure={failure}
            onRetry={isLast ? onRetry : undefined}
            onSignIn={onSignIn}
          />
        )}
        <Provenance context={context} answer={answer} />
        {isLast && answer !== undefined && answer.suggestions.length > 0 && (
          <nav className="suggestions" aria-label={message("suggestions")}>
            {answer.suggestions.map((suggestion) => (
              <button key={suggestion} type="button" onClick={() => onAsk(suggestion)}>
                {suggestion}
              </button>
            ))}
          </nav>
        )}
      </div>
    </article>
  );
});

/** What Maru is doing; once it has answered, folded away. */
function Steps({ exchange, runs }: { readonly exchange: Exchange; readonly runs: boolean }) {
  const { steps, reconnecting } = exchange;
  const list = (
    <ol className={runs ? "steps running" : "steps"}>
      {/* biome-ignore-start lint/suspicious/noArrayIndexKey: steps are only appended */}
      {steps.map((step, index) => (
        <li key={index}>{step}</li>
      ))}
      {/* biome-ignore-end lint/suspicious/noArrayIndexKey: see above */}
      {runs && steps.length === 0 && <li>{message("started")}</li>}
      {reconnecting === true && <li>{message("reconnecting")}</li>}
    </ol>
  );
  if (runs) return list;
  if (steps.length === 0) return null;
  return (
    <details className="folded">
      <summary>{message("steps")}</summary>
      {list}
    </details>
  );
}

interface ChoicesProps {
  readonly exchange: Exchange;
  readonly canChoose: boolean;
  readonly onAsk: (question: string, choiceNumber: number) => void;
}

/** A question back, with what can be chosen. */
function Choices({ exchange, canChoose, onAsk }: ChoicesProps) {
  const { clarification, text } = exchange;
  if (clarification === undefined) return null;
  const unused = clarification.unusedWords.filter((word) => !text.includes(word));
  return (
    <section className="choices" aria-label={message("choose")}>
      {!text.includes(clarification.question) && <p className="prose">{clarification.question}</p>}
      {unused.length > 0 && <p className="hint">{message("unusedWords", { words: unused.join(", ") })}</p>}
      <ol>
        {clarification.choices.map(({ number, label, entity }) => (
          <li key={number} value={number}>
            <button type="button" disabled={!canChoose} onClick={() => onAsk(label, number)}>
              <span className="number">{number}</span> {label}{" "}
              {entity?.detail && !label.includes(entity.detail) && <small>{entity.detail}</small>}
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}
