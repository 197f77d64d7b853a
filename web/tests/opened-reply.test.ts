import { describe, expect, it } from "vitest";
import { currentUtterance, heardCaptions, orbState } from "@/session/view";
import type { RoomEvent } from "@/session/state";
import { after, from, playback, started } from "./support/messages";

const answering: RoomEvent = { kind: "answer_started", turnId: "turn-0001", input: "voice", text: "" };
const finished: RoomEvent = { kind: "answer_finished" };
const entered: RoomEvent[] = [{ kind: "link", link: "connecting" }, from(started())];

describe("a reply that begins with an opener", () => {
  it("thinks on after its first words, until the others come", () => {
    const status = (state: "speaking" | "generating") => from({ type: "status", state });
    const caption = (index: number, text: string, startMs: number) =>
      from({ type: "sentence", utterance_id: "u2", index, text, start_ms: startMs });
    const said = (heardMs: number, drained: boolean) => playback(heardMs, false, "u2", drained);
    const opened = [
      ...[...entered, answering, finished, status("speaking")],
      from({ type: "utterance_start", utterance_id: "u2", turn_id: "turn-0001", sequence: 3 }),
      caption(0, "Okay.", 0),
    ];
    expect(orbState(after(...opened, said(100, false)))).toBe("speaking");
    expect(orbState(after(...opened, status("generating"), said(300, false)))).toBe("speaking");
    const waiting = [...opened, status("generating"), said(600, true)];
    expect(orbState(after(...waiting))).toBe("thinking");
    const going = [...waiting, status("speaking"), caption(1, "You moved it.", 600)];
    expect(orbState(after(...going))).toBe("speaking");
    for (const [heardMs, shown] of [[600, 1], [700, 2]] as const) {
      const utterance = currentUtterance(after(...going, said(heardMs, false)));
      expect(utterance && heardCaptions(utterance)).toHaveLength(shown);
    }
  });
});
