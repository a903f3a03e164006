import { timestampDate } from "@bufbuild/protobuf/wkt";
import { type Answer, Composer } from "@gen/maru/chat/v1/turn_pb.js";
import { AppliedFilter_Source, type ResultContext } from "@gen/maru/erp/v1/query_pb.js";
import type { ReactNode } from "react";
import { language, type MessageKey, message } from "../text/messages.js";

const composers: Partial<Record<Composer, MessageKey>> = {
  [Composer.MODEL]: "composerModel",
  [Composer.NARRATOR]: "composerNarrator",
  [Composer.MODEL_THEN_NARRATOR]: "composerBoth",
};

interface ProvenanceProps {
  readonly context: ResultContext | undefined;
  readonly answer: Answer | undefined;
}

/** What an answer rests on: the conditions in force, what is counted, from when the data is, who worded it. */
export function Provenance({ context, answer }: ProvenanceProps) {
  const composer = answer && composers[answer.composer];
  if (context === undefined && composer === undefined) return null; // words that rest on no data
  const { filters = [], definitions = [], dataAsOf, partialView = false } = context ?? {};
  return (
    <footer className="provenance">
      {partialView && <p className="partial">{message("partialView")}</p>}
      <dl>
        {filters.length > 0 && (
          <Entry name="filters">
            <ul>
              {filters.map(({ text, source }) => (
                <li key={text} className={source === AppliedFilter_Source.POLICY ? "policy" : undefined}>
                  {text}
                </li>
              ))}
            </ul>
          </Entry>
        )}
        {definitions.map(({ metric, displayName, definition }) => (
          <Entry key={metric} name="definitions">
            <b>{displayName}</b> {definition}
          </Entry>
        ))}
        {dataAsOf !== undefined && <Entry name="dataAsOf">{timeText(timestampDate(dataAsOf))}</Entry>}
        {composer !== undefined && <Entry name="wording">{message(composer)}</Entry>}
      </dl>
    </footer>
  );
}

const Entry = ({ name, children }: { readonly name: MessageKey; readonly children: ReactNode }) => (
  <div>
    <dt>{message(name)}</dt>
    <dd>{children}</dd>
  </div>
);

const timeText = (time: Date): string =>
  new Intl.DateTimeFormat(language(), { dateStyle: "medium", timeStyle: "short" }).format(time);
