import { describe, expect, it } from "vitest";
import type { AudioEngine } from "@/audio/engine";
import type { Answering } from "@/session/answering";
import { OwnMicrophone } from "@/session/own-microphone";
import { reduce } from "@/session/reducer";
import { initialState } from "@/session/state";

describe("the microphone", () => {
  it("is ready while the voice detector is still being loaded", async () => {
    let state = initialState("one");
    const capture = { looksBack: true };
    const engine = {
      openCapture: async () => capture,
      openDetector: () => new Promise(() => {}),
    } as unknown as AudioEngine;
    const microphone = new OwnMicrophone(
      {} as Answering,
      () => state,
      (event) => (state = reduce(state, event)),
      () => {},
      { get: () => true, set: () => {} },
    );
    microphone.attach(engine);
    await microphone.open();
    expect(state.microphone.state).toBe("ready");
    expect(state.handsFree).toBe("loading");
  });
});
