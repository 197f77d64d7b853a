import { describe, expect, it } from "vitest";
import { DETECTOR_FRAME_MS } from "@/audio/detector";
import type { Capture } from "@/audio/capture";
import type { EndpointingChanged } from "@/protocol/messages.gen";
import { Answering } from "@/session/answering";
import { HandsFree } from "@/session/hands-free";
import { Outbox } from "@/session/outbox";
import { reduce } from "@/session/reducer";
import { initialState, type RoomEvent, type RoomState } from "@/session/state";
import { snapshot } from "./support/messages";
import { FakeWire, MemoryStore } from "./support/wire";

/** A room in which somebody has said something, and has been silent for a quarter of a second. */
async function pausing() {
  let state: RoomState = { ...initialState("one"), entered: true, link: "open", endpointingMs: 700 };
  state = { ...state, microphone: { state: "ready" } };
  const dispatch = (event: RoomEvent) => (state = reduce(state, event));
  const wire = new FakeWire();
  const outbox = new Outbox(wire, new MemoryStore());
  outbox.connected(snapshot());
  const answering = new Answering(outbox, () => state, dispatch, () => null, () => {});
  let record: (chunk: Uint8Array) => void = () => {};
  let recorded = 0;
  let flushedAfter = 0;
  answering.capture = {
    format: "pcm16",
    sampleRateHz: 16_000,
    start: (onChunk: typeof record) => (record = onChunk),
    flush: () => {
      flushedAfter = recorded;
      record(new Uint8Array([3, 4]));
    },
    stop: async () => ({ durationMs: 0 }),
  } as unknown as Capture;
  const handsFree = new HandsFree(answering, () => state, dispatch, () => {});
  let onFrame: (probability: number) => void = () => {};
  await handsFree.on({
    openDetector: async (heard) => {
      onFrame = heard;
      return { close: () => {} };
    },
  });
  const hear = (probability: number, ms: number) => {
    for (let heard = 0; heard < ms; heard += DETECTOR_FRAME_MS) {
      if (answering.mode) {
        record(new Uint8Array([1, 2]));
        recorded += 1;
      }
      onFrame(probability);
    }
  };
  hear(0.9, 640);
  hear(0, 256);
  const log = wire.take();
  const paused = wire.messages.find((message) => message.type === "speech_paused");
  if (paused?.type !== "speech_paused") throw new Error("no pause was reported");
  const said: EndpointingChanged = {
    type: "endpointing",
    turn_id: paused.turn_id,
    chunks: paused.chunks,
    sounds: "complete",
    wait_ms: 400,
    usual_ms: 700,
  };
  const isOver = async () => {
    await Promise.resolve();
    await Promise.resolve();
    return wire.messages.some((message) => message.type === "turn_end");
  };
  return { handsFree, hear, isOver, outbox, said, flushedAfter, log, change: (to: Partial<RoomState>) => (state = { ...state, ...to }) };
}

describe("a pause", () => {
  it("is reported behind all that was recorded, be it no whole chunk", async () => {
    const { said, flushedAfter, log } = await pausing();
    expect(said.chunks).toBe(flushedAfter + 1);
    expect(log[log.indexOf("speech_paused") - 1]).toBe(`#${flushedAfter}`);
  });
});

describe("what the server says of a pause", () => {
  it("ends the answer as soon as it says", async () => {
    const { handsFree, hear, isOver, said } = await pausing();
    handsFree.endpointing(said);
    hear(0, 96);
    expect(await isOver()).toBe(false);
    hear(0, 64);
    expect(await isOver()).toBe(true);
  });

  it("lets it go on for longer", async () => {
    const { handsFree, hear, isOver, said } = await pausing();
    handsFree.endpointing({ ...said, sounds: "unfinished", wait_ms: 1_050 });
    hear(0, 640);
    expect(await isOver()).toBe(false);
    hear(0, 192);
    expect(await isOver()).toBe(true);
  });

  it.each([
    ["another answer", { turn_id: "turn-9999" }],
    ["another pause", { chunks: 1 }],
    ["another wait than is told now", { usual_ms: 800 }],
  ])("means nothing for %s", async (_, other) => {
    const { handsFree, hear, isOver, said } = await pausing();
    handsFree.endpointing({ ...said, ...other });
    hear(0, 384);
    expect(await isOver()).toBe(false);
    hear(0, 96);
    expect(await isOver()).toBe(true);
  });

  it("means nothing once they speak again, or the connection is another one", async () => {
    const spoken = await pausing();
    spoken.hear(0.9, 64);
    spoken.handsFree.endpointing(spoken.said);
    spoken.hear(0, 640);
    expect(await spoken.isOver()).toBe(false);
    const again = await pausing();
    again.outbox.disconnected();
    again.outbox.connected(snapshot());
    again.handsFree.endpointing(again.said);
    again.hear(0, 384);
    expect(await again.isOver()).toBe(false);
  });

  it("means nothing once extra time was granted", async () => {
    const { handsFree, hear, isOver, said, change } = await pausing();
    change({ endpointingMs: 1_050 });
    handsFree.endpointing(said);
    hear(0, 640);
    expect(await isOver()).toBe(false);
  });
});
