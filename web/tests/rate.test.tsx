import { Code } from "@connectrpc/connect";
import { Rating_Thumb } from "@gen/maru/chat/v1/turn_pb.js";
import { cleanup, configure, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test } from "vitest";
import { Rate, Rating } from "../src/chat/Rate.js";
import { failure, fakeChat, TURN } from "./fakeChat.js";

configure({ asyncUtilTimeout: 20_000 });
afterEach(cleanup);

const thumb = (name: string) => screen.getByRole("button", { name });
const pressed = (name: string) => thumb(name).getAttribute("aria-pressed");

function open(isAway: () => boolean, before = Rating_Thumb.UNSPECIFIED) {
  const kept: (Rating_Thumb | undefined)[] = [];
  const chat = fakeChat({
    rateTurn: ({ name, rating }) => {
      if (isAway()) throw failure(Code.Unavailable, "SHUTTING_DOWN", "");
      expect(name).toBe(TURN);
      kept.push(rating?.thumb);
      return {};
    },
  });
  render(
    <Rating value={chat}>
      <Rate turn={TURN} thumb={before} />
    </Rating>,
  );
  return { kept, user: userEvent.setup() };
}

test("a click is kept, another changes it, the same again takes it back", async () => {
  const { kept, user } = open(() => false);
  await user.click(thumb("Right"));
  await user.click(thumb("Wrong"));
  expect([pressed("Right"), pressed("Wrong")]).toEqual(["false", "true"]);
  await user.click(thumb("Wrong"));
  expect(kept).toEqual([Rating_Thumb.UP, Rating_Thumb.DOWN, Rating_Thumb.UNSPECIFIED]);
  expect(pressed("Wrong")).toBe("false");
});

test("what could not be kept is said, and stands as before", async () => {
  const { user } = open(() => true, Rating_Thumb.UP);
  await user.click(thumb("Wrong"));
  await screen.findByText("The rating was not kept.");
  expect([pressed("Right"), pressed("Wrong")]).toEqual(["true", "false"]);
});
