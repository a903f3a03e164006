import { useEffect, useState } from "react";
import type { Entry, Session } from "./auth/session.js";
import { ChatPage } from "./chat/ChatPage.js";
import type { Conversation } from "./chat/conversation.js";
import { type Erp, Exporting } from "./chat/exporter.js";
import { Passages, type Retrieval } from "./chat/passages.js";
import { SignInPage } from "./page/SignInPage.js";

interface AppProps {
  readonly session: Session;
  readonly conversation: Conversation;
  readonly erp: Erp;
  readonly retrieval: Retrieval;
  readonly entry: Entry;
}

const CONVERSATION_PAGE = /^\/(conversations\/[A-Za-z0-9_-]{1,64})$/;

/** The page for who is there: the chat, or the way in. */
export function App({ session, conversation, erp, retrieval, entry: atOpening }: AppProps) {
  const [entry, setEntry] = useState(atOpening);
  const isSignedIn = entry.user !== null;

  useEffect(() => {
    const [, name] = CONVERSATION_PAGE.exec(window.location.pathname) ?? [];
    if (isSignedIn && name !== undefined) void conversation.open(name);
  }, [conversation, isSignedIn]);

  function signIn(): void {
    session.signIn().catch(() => setEntry({ user: null, note: "signInUnreachable" }));
  }

  if (entry.user === null) return <SignInPage note={entry.note} onSignIn={signIn} />;
  const { name, preferred_username: username } = entry.user.profile;
  return (
    <Exporting value={{ erp, onSignIn: signIn }}>
      <Passages value={{ retrieval, onSignIn: signIn }}>
        <ChatPage
          conversation={conversation}
          userName={name ?? username ?? ""}
          onSignIn={signIn}
          onSignOut={() => void session.signOut()}
        />
      </Passages>
    </Exporting>
  );
}
