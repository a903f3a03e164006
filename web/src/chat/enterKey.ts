// Enter in a text box while an input method composes. Korean has no confirming step: Enter there both ends the
// syllable and sends. Taken at face value it sends without the last syllable, sends that syllable again on its own, or
// has to be pressed twice, each on another browser. Japanese and Chinese Enter confirms a candidate and never sends.

/** What an input method is doing in the text box. */
export interface Composition {
  readonly composing: boolean;
  /** The text being composed; kept for the key event that some browsers send after the end. */
  readonly text: string;
  /** Enter was pressed: send when the composition has ended. */
  readonly sendAtEnd: boolean;
}

export type Key = Pick<
  KeyboardEvent,
  "key" | "code" | "keyCode" | "isComposing" | "shiftKey" | "altKey" | "repeat"
>;

/** What to do with a key: leave it to the browser, drop it, or drop it and send. */
export type Decision = "leave" | "drop" | "send";

export const NOT_COMPOSING: Composition = { composing: false, text: "", sendAtEnd: false };

const IN_INPUT_METHOD = 229; // the key code that browsers give a key which an input method is handling
const ENDS_IN_HANGUL = /\p{Script=Hangul}$/u;

/** The composition after it began or its text changed. */
export const composed = (composition: Composition, text: string): Composition => ({
  ...composition,
  composing: true,
  text,
});

/** The composition after its end, and whether to send, once the text box holds the whole text. */
export const ended = (composition: Composition): [Composition, send: boolean] => [
  { ...composition, composing: false, sendAtEnd: false },
  composition.sendAtEnd,
];

/** What a key does, and the composition after it. */
export function pressed(composition: Composition, key: Key): [Composition, Decision] {
  const isEnter = key.key === "Enter" || key.code === "Enter" || key.code === "NumpadEnter";
  if (!isEnter || key.shiftKey || key.altKey) return [composition, "leave"];
  if (!key.isComposing && key.keyCode !== IN_INPUT_METHOD) {
    return [composition, key.repeat ? "drop" : "send"];
  }
  if (!ENDS_IN_HANGUL.test(composition.text)) return [composition, "leave"];
  // Safari ends the composition before it tells of the key: the text is whole already.
  return composition.composing ? [{ ...composition, sendAtEnd: true }, "drop"] : [composition, "send"];
}
