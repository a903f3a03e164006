import type { Query } from "@gen/maru/erp/v1/query_pb.js";
import { useContext, useEffect, useRef, useState } from "react";
import { message } from "../text/messages.js";
import { Exporting, exportResult, type FileFormat, save } from "./exporter.js";
import { FailureCard } from "./FailureCard.js";
import { describeFailure, type Failure } from "./failure.js";

/** Saves the full result of a query as a file: more rows than the page shows, and exact. */
export function Download({ query }: { readonly query: Query }) {
  const exporting = useContext(Exporting);
  const [isBusy, setBusy] = useState(false);
  const [failed, setFailed] = useState<{ readonly failure: Failure; readonly again: () => void }>();
  const running = useRef<AbortController>(null);

  useEffect(() => () => running.current?.abort(), []);

  if (exporting === undefined) return null;
  const { erp, onSignIn } = exporting;

  async function download(format: FileFormat, requestId: string): Promise<void> {
    const abort = new AbortController();
    running.current = abort;
    setBusy(true);
    setFailed(undefined);
    try {
      save(await exportResult(erp, query, format, requestId, abort.signal));
    } catch (error) {
      if (abort.signal.aborted) return;
      setFailed({ failure: describeFailure(error), again: () => void download(format, requestId) });
    } finally {
      if (!abort.signal.aborted) setBusy(false);
    }
  }

  const button = (format: FileFormat, text: "saveXlsx" | "saveCsv") => (
    <button type="button" disabled={isBusy} onClick={() => void download(format, crypto.randomUUID())}>
      {message(text)}
    </button>
  );
  return (
    <>
      <div className="download">
        {button("xlsx", "saveXlsx")}
        {button("csv", "saveCsv")}
        <span role="status">{isBusy && message("exporting")}</span>
      </div>
      {failed !== undefined && (
        <FailureCard
          title="exportFailed"
          failure={failed.failure}
          onRetry={failed.again}
          onSignIn={onSignIn}
        />
      )}
    </>
  );
}
