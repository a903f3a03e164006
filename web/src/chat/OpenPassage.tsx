import { Code, ConnectError } from "@connectrpc/connect";
import type { Citation } from "@gen/maru/chat/v1/turn_pb.js";
import { DocumentVersion_State } from "@gen/maru/retrieval/v1/document_pb.js";
import { type Passage, Passage_Kind } from "@gen/maru/retrieval/v1/passage_pb.js";
import type { GetPassageResponse } from "@gen/maru/retrieval/v1/retrieval_service_pb.js";
import { type ReactNode, useContext, useEffect, useState } from "react";
import { message } from "../text/messages.js";
import { FailureCard } from "./FailureCard.js";
import { describeFailure, type Failure } from "./failure.js";
import { Passages } from "./passages.js";

const CALL_MS = 10_000;

type Opened =
  | { readonly state: "opening" }
  | { readonly state: "open"; readonly response: GetPassageResponse }
  | { readonly state: "gone" }
  | { readonly state: "failed"; readonly failure: Failure };

/** The passage that a citation names, as this person may read it now. Its text is shown as it is, and nothing of it is
 * followed or drawn. */
export function OpenPassage({ citation }: { readonly citation: Citation }) {
  const passages = useContext(Passages);
  const retrieval = passages?.retrieval;
  const [opened, setOpened] = useState<Opened>({ state: "opening" });
  const [tries, setTries] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies(tries): a retry fetches again
  useEffect(() => {
    if (retrieval === undefined) return;
    const abort = new AbortController();
    setOpened({ state: "opening" });
    retrieval
      .getPassage({ name: citation.passage }, { signal: abort.signal, timeoutMs: CALL_MS })
      .then((response) => setOpened({ state: "open", response }))
      .catch((error: unknown) => {
        if (abort.signal.aborted) return;
        const isGone = ConnectError.from(error).code === Code.NotFound;
        setOpened(isGone ? { state: "gone" } : { state: "failed", failure: describeFailure(error) });
      });
    return () => abort.abort();
  }, [retrieval, citation.passage, tries]);

  if (passages === undefined) return null;
  if (opened.state === "opening") return <p role="status">{message("passageOpening")}</p>;
  if (opened.state === "gone") return <p role="status">{message("passageGone")}</p>;
  if (opened.state === "failed") {
    return (
      <FailureCard
        title="passageNotOpened"
        failure={opened.failure}
        onRetry={() => setTries(tries + 1)}
        onSignIn={passages.onSignIn}
      />
    );
  }
  const { passage, version } = opened.response;
  if (passage === undefined) return null;
  return (
    <blockquote className="passage" lang="ko">
      {version?.state === DocumentVersion_State.SUPERSEDED && <p className="hint">{message("superseded")}</p>}
      {passage.headingPath.length > 0 && <p className="hint">{passage.headingPath.join(" › ")}</p>}
      <PassageText passage={passage} citation={citation} />
    </blockquote>
  );
}

/** A piece of a passage's text, marked where it is quoted. */
interface Piece {
  readonly text: string;
  readonly isQuoted: boolean;
}

/** The text in pieces; the citation's places count code points, as the service does. */
function pieces(characters: readonly string[], start: number, end: number, citation: Citation): Piece[] {
  const found: { text: string; isQuoted: boolean }[] = [];
  for (let at = start; at < end; at++) {
    const isQuoted = citation.spans.some(
      ({ startOffset, endOffset }) => Number(startOffset) <= at && at < Number(endOffset),
    );
    const last = found.at(-1);
    if (last?.isQuoted === isQuoted) last.text += characters[at];
    else found.push({ text: characters[at] ?? "", isQuoted });
  }
  return found;
}

const Marked = ({ parts }: { readonly parts: readonly Piece[] }): ReactNode =>
  parts.map(({ text, isQuoted }, index) => {
    // biome-ignore lint/suspicious/noArrayIndexKey: pieces have a fixed order and no key
    return isQuoted ? <mark key={index}>{text}</mark> : <span key={index}>{text}</span>;
  });

function PassageText({ passage, citation }: { readonly passage: Passage; readonly citation: Citation }) {
  const characters = Array.from(passage.text);
  if (passage.kind !== Passage_Kind.TABLE) {
    return (
      <p className="prose">
        <Marked parts={pieces(characters, 0, characters.length, citation)} />
      </p>
    );
  }
  let at = 0;
  const rows = passage.text.split("\n").map((line) => {
    const cells = line.split("\t").map((cell) => {
      const start = at;
      at += Array.from(cell).length + 1; // and the sign behind it
      return pieces(characters, start, at - 1, citation);
    });
    return cells;
  });
  return (
    <div className="scroller">
      <table>
        <tbody>
          {/* biome-ignore-start lint/suspicious/noArrayIndexKey: rows and cells have a fixed order and no key */}
          {rows.map((cells, row) => (
            <tr key={row}>
              {cells.map((parts, cell) => (
                <td key={cell}>
                  <Marked parts={parts} />
                </td>
              ))}
            </tr>
          ))}
          {/* biome-ignore-end lint/suspicious/noArrayIndexKey: see above */}
        </tbody>
      </table>
    </div>
  );
}
