import { type Clarification, FinishReason, Outcome, Rating_Thumb } from "@gen/maru/chat/v1/turn_pb.js";
import { memo } from "react";
import { message } from "../text/messages.js";
import { Chart } from "./Chart.js";
import { Citations } from "./Citations.js";
import { Download } from "./Download.js";
import { type AnswerView, type Exchange, isRunning } from "./exchange.js";
import { FailureCard } from "./FailureCard.js";
import { Provenance } from "./Provenance.js";
import { Rate } from "./Rate.js";
import { ResultTable } from "./ResultTable.js";

interface ExchangeCardProps {
  readonly exchange: Exchange;
  /** Only the last exchange can be gone on with: its choices, suggestions and retry. */
  readonly isLast: boolean;
  readonly onAsk: (question: string, choiceNumber?: number) => void;
  readonly onRetry: () => void;
  readonly onSignIn: () => void;
}

/** A question with its answers, as far as they have come. */
export const ExchangeCard = memo(function ExchangeCard(props: ExchangeCardProps) {
  const { exchange, isLast, onAsk, onRetry, onSignIn } = props;
  const { question, further, answer, failure } = exchange;
  const runs = isRunning(exchange);
  const isRefused = answer?.outcome === Outcome.REFUSED || answer?.outcome === Outcome.NO_DATA;
  const isStopped = exchange.stopped === true || answer?.finishReason === FinishReason.STOPPED;
  const canChoose = isLast && !runs;
  const last = further.at(-1)?.answer ?? answer;
  return (
    <article aria-label={question}>
      <h2 className="question" lang="ko">
        {question}
      </h2>
      <div className={isRefused ? "answer calm" : "answer"} lang="ko" aria-busy={runs}>
        <Steps exchange={exchange} runs={runs} />
        <AnswerBody
          view={exchange}
          growing={runs && further.length === 0}
          canChoose={canChoose}
          onAsk={onAsk}
        />
        {further.map((view, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts are only appended
          <section key={index} className="further">
            <AnswerBody
              view={view}
              growing={runs && index === further.length - 1}
              canChoose={canChoose && index === further.length - 1}
              onAsk={onAsk}
            />
          </section>
        ))}
        {answer !== undefined && exchange.turn !== undefined && !isStopped && (
          <Rate turn={exchange.turn} thumb={exchange.thumb ?? Rating_Thumb.UNSPECIFIED} />
        )}
        {isStopped && <p className="hint">{message("stopped")}</p>}
        {failure !== undefined && (
          <FailureCard
            title="failed"
            failure={failure}
            onRetry={isLast ? onRetry : undefined}
            onSignIn={onSignIn}
          />
        )}
        {isLast && last !== undefined && last.suggestions.length > 0 && (
          <nav className="suggestions" aria-label={message("suggestions")}>
            {last.suggestions.map((suggestion) => (
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

interface AnswerBodyProps {
  readonly view: AnswerView;
  readonly growing: boolean;
  readonly canChoose: boolean;
  readonly onAsk: (question: string, choiceNumber?: number) => void;
}

/** One answer: what was assumed and the other readings, then the figures, the text, and what they rest on. */
function AnswerBody({ view, growing, canChoose, onAsk }: AnswerBodyProps) {
  const { table, context, query, text, answer, assumptions = [], citations = [], clarification } = view;
  const alternatives = answer?.alternatives ?? [];
  return (
    <>
      {answer !== undefined && answer.question !== "" && <h3 className="part">{answer.question}</h3>}
      {assumptions.length > 0 && <p className="assumed">{assumptions.join(" ")}</p>}
      {alternatives.length > 0 && (
        <nav className="suggestions" aria-label={message("alternatives")}>
          {alternatives.map(({ number, label }) => (
            <button key={number} type="button" disabled={!canChoose} onClick={() => onAsk(label, number)}>
              {label}
            </button>
          ))}
        </nav>
      )}
      {table !== undefined && <ResultTable table={table} query={query} />}
      {table !== undefined && answer?.chart !== undefined && (
        <Chart hint={answer.chart} table={table} query={query} />
      )}
      {text !== "" && <p className={growing ? "prose growing" : "prose"}>{text}</p>}
      <Citations citations={citations} />
      {clarification !== undefined && (
        <Choices clarification={clarification} text={text} canChoose={canChoose} onAsk={onAsk} />
      )}
      {answer !== undefined && query !== undefined && table !== undefined && table.rows.length > 0 && (
        <Download query={query} />
      )}
      <Provenance context={context} answer={answer} />
    </>
  );
}

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
  readonly clarification: Clarification;
  readonly text: string;
  readonly canChoose: boolean;
  readonly onAsk: (question: string, choiceNumber: number) => void;
}

/** A question back, with what can be chosen. */
function Choices({ clarification, text, canChoose, onAsk }: ChoicesProps) {
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
