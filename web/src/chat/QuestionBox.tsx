import { type KeyboardEvent, type RefObject, useLayoutEffect, useRef, useState } from "react";
import { message } from "../text/messages.js";
import { composed, ended, NOT_COMPOSING, pressed } from "./enterKey.js";

const DRAFT = "maru.draft";
const MAX_CHARACTERS = 2000;

interface QuestionBoxProps {
  readonly box: RefObject<HTMLTextAreaElement | null>;
  /** A question is being answered: the next one can be written, not sent. */
  readonly isBusy: boolean;
  readonly onAsk: (question: string) => void;
  readonly onStop: () => void;
}

/** Where questions are typed. The draft lives as long as the tab. */
export function QuestionBox({ box, isBusy, onAsk, onStop }: QuestionBoxProps) {
  const composition = useRef(NOT_COMPOSING);
  const [length, setLength] = useState(0);

  // The text is the box's own, not React's: what an input method has just put there is never missed.
  function onText(): void {
    const text = box.current?.value ?? "";
    setLength(characters(text.trim()));
    window.sessionStorage.setItem(DRAFT, text);
    fitHeight(box.current);
  }

  useLayoutEffect(() => {
    if (box.current === null) return;
    box.current.value = window.sessionStorage.getItem(DRAFT) ?? "";
    setLength(characters(box.current.value.trim()));
    fitHeight(box.current);
  }, [box]);

  function send(): void {
    const question = box.current?.value.trim() ?? "";
    if (box.current === null || isBusy || question === "" || characters(question) > MAX_CHARACTERS) return;
    box.current.value = "";
    onText();
    onAsk(question);
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>): void {
    const [next, decision] = pressed(composition.current, event.nativeEvent);
    composition.current = next;
    if (decision !== "leave") event.preventDefault();
    if (decision === "send") send();
  }

  function onCompositionEnd(): void {
    const [next, sendNow] = ended(composition.current);
    composition.current = next;
    if (sendNow) setTimeout(send, 0); // after the browser has put the last syllable into the box
  }

  return (
    <form
      className="question-box"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <label className="visually-hidden" htmlFor="question">
        {message("question")}
      </label>
      <div className="question-field">
        <textarea
          id="question"
          ref={box}
          rows={1}
          placeholder={message("placeholder")}
          aria-describedby="question-help"
          enterKeyHint="send"
          autoComplete="off"
          onInput={onText}
          onKeyDown={onKeyDown}
          onCompositionStart={() => {
            composition.current = composed(NOT_COMPOSING, "");
          }}
          onCompositionUpdate={(event) => {
            composition.current = composed(composition.current, event.data);
          }}
          onCompositionEnd={onCompositionEnd}
        />
        {isBusy ? (
          <button key="stop" type="button" className="stop" onClick={onStop}>
            {message("stop")}
          </button>
        ) : (
          <button
            key="send"
            type="submit"
            className="send"
            disabled={length === 0 || length > MAX_CHARACTERS}
          >
            {message("send")}
          </button>
        )}
      </div>
      <p id="question-help" className={length > MAX_CHARACTERS ? "help wrong" : "help"}>
        {length > MAX_CHARACTERS
          ? message("tooLong", { count: length.toLocaleString("ko") })
          : message("keys")}
      </p>
    </form>
  );
}

/** Forgets what was being written, for the next person at this browser. */
export const forgetDraft = (): void => window.sessionStorage.removeItem(DRAFT);

/** Characters as the service counts them: by code point. */
const characters = (text: string): number => [...text].length;

/** As high as the text, up to the style sheet's limit. */
function fitHeight(box: HTMLTextAreaElement | null): void {
  if (box === null) return;
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight}px`;
}
