import { expect, it } from "vitest";
import { act, type Room } from "@/session/effects";
import { fateOf } from "@/session/failures";
import type { ErrorMessage } from "@/protocol/messages.gen";

it("keeps an answer until it is committed, whatever else is said of it", () => {
  const over: string[] = [];
  const answerOver = (turnId: string) => over.push(turnId);
  const room = { answerOver, pad: { receive: () => {} } } as unknown as Room;
  const said = (code: string): ErrorMessage => ({
    type: "error",
    code,
    message: "",
    recoverable: true,
    turn_id: "turn-0001",
  });
  act(room, said("audio.truncated"));
  expect(over).toEqual([]);
  act(room, said("turn.out_of_order"));
  expect(over).toEqual(["turn-0001"]);
  expect(fateOf("temporal.unavailable")).toBe("delayed");
});
