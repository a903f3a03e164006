import { FinishReason, Outcome } from "@gen/maru/chat/v1/turn_pb.js";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { useOnline } from "../page/useOnline.js";
import { useStickToBottom } from "../page/useStickToBottom.js";
import { message } from "../text/messages.js";
import type { Conversation } from "./conversation.js";
import { ExchangeCard } from "./ExchangeCard.js";
import { type Exchange, isRunning } from "./exchange.js";
import { FailureCard } from "./FailureCard.js";
import { forgetDraft, QuestionBox } from "./QuestionBox.js";
import { Starters } from "./Starters.js";

interface ChatPageProps {
  readonly conversation: Conversation;
  readonly userName: string;
  readonly onSignIn: () => void;
  readonly onSignOut: () => void;
}

/** A conversation: what was asked and answered above, the question box below. */
export function ChatPage({ conversation, userName, onSignIn, onSignOut }: ChatPageProps) {
  const state = useSyncExternalStore(conversation.subscribe, conversation.state);
  const { name, exchanges, loading = false, loadFailure } = state;
  const last = exchanges.at(-1);
  const isBusy = loading || (last !== undefined && isRunning(last));
  const isOnline = useOnline();
  const box = useRef<HTMLTextAreaElement>(null);
  const goToBottom = useStickToBottom(exchanges);
  const announcement = useAnnouncement(last);
  const [starters, setStarters] = useState<readonly string[]>([]);

  useEffect(() => {
    let isShown = true;
    void conversation.starters().then((questions) => isShown && setStarters(questions));
    return () => {
      isShown = false;
    };
  }, [conversation]);

  useEffect(() => {
    if (name !== undefined) window.history.replaceState(null, "", `/${name}`);
  }, [name]);

  // The box is where the next thing happens. On a touch screen it would bring up the keyboard unasked.
  useEffect(() => {
    const isFocusLost = document.activeElement === null || document.activeElement === document.body;
    if (!isBusy && isFocusLost && !window.matchMedia("(pointer: coarse)").matches) box.current?.focus();
  }, [isBusy]);

  useEffect(() => {
    function onKeyDown(event: KeyboardEvent): void {
      if (event.key === "Escape" && !event.isComposing) void conversation.stop();
    }
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [conversation]);

  function ask(question: string, choiceNumber = 0): void {
    goToBottom();
    void conversation.ask(question, choiceNumber);
  }

  function startOver(): void {
    conversation.startOver();
    window.history.replaceState(null, "", "/");
    box.current?.focus();
  }

  function signOut(): void {
    conversation.startOver();
    forgetDraft();
    onSignOut();
  }

  return (
    <div className="page">
      <header>
        <div className="bar">
          <h1>
            <img src="/favicon.svg" alt="" width="28" height="28" />
            {message("appName")}
          </h1>
          <button type="button" onClick={startOver} disabled={exchanges.length === 0 && !loadFailure}>
            {message("newConversation")}
          </button>
          <span className="user">{userName}</span>
          <button type="button" onClick={signOut}>
            {message("signOut")}
          </button>
        </div>
        {!isOnline && (
          <p className="banner" role="alert">
            {message("offline")}
          </p>
        )}
      </header>
      <main>
        <div className="content">
          {loading && <p className="loading">{message("loading")}</p>}
          {loadFailure !== undefined && name !== undefined && (
            <FailureCard
              title="notLoaded"
              failure={loadFailure}
              onRetry={() => void conversation.open(name)}
              onSignIn={onSignIn}
            />
          )}
          {!loading && loadFailure === undefined && exchanges.length === 0 && (
            <Starters questions={starters} onAsk={ask} />
          )}
          <div role="log" aria-live="off" aria-label={message("conversation")} className="log">
            {exchanges.map((exchange, index) => (
              <ExchangeCard
                // biome-ignore lint/suspicious/noArrayIndexKey: exchanges are only appended
                key={index}
                exchange={exchange}
                isLast={exchange === last}
                onAsk={ask}
                onRetry={() => void conversation.retry()}
                onSignIn={onSignIn}
              />
            ))}
          </div>
        </div>
        <div className="dock">
          <QuestionBox box={box} isBusy={isBusy} onAsk={ask} onStop={() => void conversation.stop()} />
        </div>
      </main>
      <p role="status" className="visually-hidden">
        {announcement}
      </p>
    </div>
  );
}

/** What a screen reader says: that an answer began, and how it ended. Nothing of an answer that was only loaded. */
function useAnnouncement(last: Exchange | undefined): string {
  const [announced, setAnnounced] = useState("");
  const wasRunning = useRef(false);
  useEffect(() => {
    const runs = last !== undefined && isRunning(last);
    if (runs && !wasRunning.current) setAnnounced(message("started"));
    if (!runs && wasRunning.current) setAnnounced(last === undefined ? "" : endWords(last));
    wasRunning.current = runs;
  }, [last]);
  return announced;
}

function endWords({ failure, stopped, answer }: Exchange): string {
  if (failure !== undefined) return `${message("failed")}: ${failure.text}`;
  if (stopped === true || answer?.finishReason === FinishReason.STOPPED) return message("stopped");
  return message(answer?.outcome === Outcome.CLARIFIED ? "askedBack" : "finished");
}
