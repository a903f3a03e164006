import { Rating_Thumb } from "@gen/maru/chat/v1/turn_pb.js";
import { createContext, useContext, useState } from "react";
import { message } from "../text/messages.js";
import type { Chat } from "./client.js";

/** Where ratings go; without it none are asked for. */
export const Rating = createContext<Pick<Chat, "rateTurn"> | undefined>(undefined);

interface RateProps {
  /** `conversations/{conversation}/turns/{turn}`. */
  readonly turn: string;
  /** What was kept before. */
  readonly thumb: Rating_Thumb;
}

/** Was the answer right? A second click on the same thumb takes it back. */
export function Rate({ turn, thumb: before }: RateProps) {
  const chat = useContext(Rating);
  const [thumb, setThumb] = useState(before);
  const [failed, setFailed] = useState(false);
  if (chat === undefined) return null;

  async function rate(clicked: Rating_Thumb): Promise<void> {
    const next = clicked === thumb ? Rating_Thumb.UNSPECIFIED : clicked;
    setThumb(next);
    setFailed(false);
    try {
      await chat?.rateTurn({ name: turn, rating: { thumb: next } });
    } catch {
      setThumb(thumb);
      setFailed(true);
    }
  }

  const button = (which: Rating_Thumb, name: "good" | "bad") => (
    <button type="button" aria-pressed={thumb === which} onClick={() => void rate(which)}>
      {message(name)}
    </button>
  );
  return (
    <fieldset className="rate">
      <legend className="hint">{message("rate")}</legend>
      {button(Rating_Thumb.UP, "good")}
      {button(Rating_Thumb.DOWN, "bad")}
      <span className="hint" role="status">
        {failed && message("notRated")}
      </span>
    </fieldset>
  );
}
