import { type MessageKey, message } from "../text/messages.js";
import type { Failure } from "./failure.js";

interface FailureCardProps {
  readonly title: MessageKey;
  readonly failure: Failure;
  readonly onRetry: (() => void) | undefined;
  readonly onSignIn: () => void;
}

/** What went wrong, what to do about it, and the button that does it. */
export const FailureCard = ({ title, failure, onRetry, onSignIn }: FailureCardProps) => (
  <section className="failure">
    <h3>{message(title)}</h3>
    <p>{failure.text}</p>
    {failure.remedy === "signIn" && (
      <button type="button" className="primary" onClick={onSignIn}>
        {message("signIn")}
      </button>
    )}
    {failure.remedy === "retry" && onRetry !== undefined && (
      <button type="button" className="primary" onClick={onRetry}>
        {message("retry")}
      </button>
    )}
    <p className="reference">{failure.reference}</p>
  </section>
);
