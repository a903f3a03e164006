import { expect, test } from "vitest";
import { composed, ended, type Key, NOT_COMPOSING, pressed } from "../src/chat/enterKey.js";
import cases from "./cases/enter.json";

const plainEnter: Key = {
  key: "Enter",
  code: "Enter",
  keyCode: 13,
  isComposing: false,
  shiftKey: false,
  altKey: false,
  repeat: false,
};

type Event = Partial<Key> & { compose?: string; end?: boolean };

test.each(cases)("$name", ({ events, expected }) => {
  let composition = NOT_COMPOSING;
  const seen: string[] = [];
  for (const { compose, end, ...key } of events as Event[]) {
    if (compose !== undefined) {
      composition = composed(composition.composing ? composition : NOT_COMPOSING, compose);
    } else if (end) {
      const [next, send] = ended(composition);
      composition = next;
      if (send) seen.push("send at end");
    } else {
      const [next, decision] = pressed(composition, { ...plainEnter, ...key });
      composition = next;
      seen.push(decision);
    }
  }
  expect(seen).toEqual(expected);
});
