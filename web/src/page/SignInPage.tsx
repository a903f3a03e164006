import { type MessageKey, message } from "../text/messages.js";

interface SignInPageProps {
  readonly note: MessageKey | undefined;
  readonly onSignIn: () => void;
}

/** For who is not signed in: what Maru is, and the way to the issuer. */
export const SignInPage = ({ note, onSignIn }: SignInPageProps) => (
  <main className="centred sign-in">
    <img src="/favicon.svg" alt="" width="56" height="56" />
    <h1>{message("appName")}</h1>
    <p className="tagline">{message("tagline")}</p>
    <p>{message("signInHint")}</p>
    <p className="note" role="status">
      {note !== undefined && message(note)}
    </p>
    <button type="button" className="primary" onClick={onSignIn}>
      {message("signIn")}
    </button>
  </main>
);
