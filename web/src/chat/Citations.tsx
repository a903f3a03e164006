import type { Citation } from "@gen/maru/chat/v1/turn_pb.js";
import { useId, useState } from "react";
import { message } from "../text/messages.js";
import { OpenPassage } from "./OpenPassage.js";

/** The documents that an answer quotes; each opens the passage with the quoted words marked. */
export function Citations({ citations }: { readonly citations: readonly Citation[] }) {
  if (citations.length === 0) return null;
  return (
    <section className="citations" aria-label={message("citations")}>
      <h4>{message("citations")}</h4>
      <ol>
        {citations.map((citation) => (
          <li key={citation.number} value={citation.number}>
            {citation.withheld ? (
              <p className="hint">{citation.title || message("passageGone")}</p>
            ) : (
              <Cited citation={citation} />
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}

function Cited({ citation }: { readonly citation: Citation }) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const { number, title, headingPath, page, effectiveDate } = citation;
  const place = [
    ...headingPath,
    ...(page > 0 ? [message("page", { page: String(page) })] : []),
    ...(effectiveDate === "" ? [] : [message("effectiveFrom", { date: effectiveDate })]),
  ];
  return (
    <>
      <button type="button" aria-expanded={isOpen} aria-controls={id} onClick={() => setOpen(!isOpen)}>
        <span className="number">[{number}]</span> {title} <small>{place.join(" · ")}</small>
      </button>
      <div id={id} hidden={!isOpen}>
        {isOpen && <OpenPassage citation={citation} />}
      </div>
    </>
  );
}
