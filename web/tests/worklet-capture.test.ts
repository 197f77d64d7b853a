import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WorkletCapture } from "@/audio/worklet-capture";
import { WorkletScope } from "./support/worklet";

const RATE = 16_000;
const RAMP = (i: number) => (i % 1_000) / 2_000;

/** A microphone that has been open for a second, in front of the real worklet. */
async function microphone() {
  const scope = new WorkletScope("capture", RATE);
  let isSuspended = false;
  const port = {
    onmessage: (event: { data: unknown }) => void event,
    postMessage: (data: unknown) => {
      if (isSuspended) return;
      scope.send(data);
      deliver();
    },
  };
  const deliver = () => scope.posted.splice(0).forEach((data) => port.onmessage({ data }));
  class AudioWorkletNode {
    port = port;
  }
  vi.stubGlobal("AudioWorkletNode", AudioWorkletNode);
  const context = {
    audioWorklet: { addModule: async () => {} },
    createMediaStreamSource: () => ({ connect: () => {} }),
  } as unknown as AudioContext;
  const capture = await WorkletCapture.create(context, {} as MediaStream);
  scope.run(RATE, RAMP);
  const chunks: Uint8Array[] = [];
  return {
    capture,
    chunks,
    suspend: () => (isSuspended = true),
    start: (preRollMs?: number) => capture.start((chunk) => chunks.push(chunk), preRollMs),
    hear(samples: number, input = RAMP) {
      scope.run(samples, input);
      deliver();
    },
    ms: () => chunks.map((chunk) => chunk.byteLength / 32),
  };
}

describe("an answer from the worklet", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("comes in chunks of 200 ms from 240 ms before it, and its rest at once when it is over", async () => {
    const { capture, start, hear, ms } = await microphone();
    start();
    expect(ms()).toEqual([200]);
    hear(3_200);
    expect(ms()).toEqual([200, 200]);
    const { durationMs } = await capture.stop();
    expect(ms()).toEqual([200, 200, 40]);
    expect(durationMs).toBe(440);
  });

  it("holds every sample once, wherever it was cut", async () => {
    const { capture, chunks, start, hear } = await microphone();
    start(0);
    for (let part = 0; part < 7; part++) {
      hear(1_024, (i) => RAMP(part * 1_024 + i));
      if (part % 4 === 3) capture.flush();
    }
    await capture.stop();
    const pcm = chunks.flatMap((chunk) => [...new Int16Array(chunk.buffer)]);
    expect(pcm).toHaveLength(7 * 1_024);
    const steps = pcm.slice(100).map((value, i) => value - pcm[99 + i]!);
    const isStep = (step: number) => Math.abs(step - 16.4) < 1;
    // Where the ramp falls back, resampling rings for a moment.
    expect(steps.filter(isStep).length).toBeGreaterThan(steps.length * 0.9);
  });

  it("gives at a pause what has come, and whole chunks again after it", async () => {
    const { capture, start, hear, ms } = await microphone();
    start(0);
    hear(2_688);
    capture.flush();
    // 20 ms at most are still with the worklet.
    expect(ms()).toEqual([160]);
    capture.flush();
    hear(3_200);
    expect(ms()).toEqual([160, 200]);
  });

  it("tells its loudness more often than it gives chunks", async () => {
    const { capture, start, hear, ms } = await microphone();
    start(0);
    hear(768, () => 0.25);
    expect(capture.level).toBeCloseTo(0.25, 1);
    hear(768, () => 0.75);
    expect(capture.level).toBeCloseTo(0.75, 1);
    expect(ms()).toEqual([]);
    start(0);
    expect(capture.level).toBe(0);
  });

  it("does not begin with what was left of the one before", async () => {
    const { start, hear, chunks } = await microphone();
    start(0);
    hear(1_024);
    start(0);
    hear(3_328, () => 0);
    expect(chunks).toHaveLength(1);
    expect(Math.max(...new Int16Array(chunks[0]!.buffer).slice(32).map(Math.abs))).toBe(0);
  });

  it("holds what has come where a suspended microphone says nothing of its end", async () => {
    const { capture, start, hear, ms, suspend } = await microphone();
    start(0);
    hear(1_024);
    suspend();
    const stopped = capture.stop();
    vi.advanceTimersByTime(500);
    expect(await stopped).toEqual({ durationMs: 60 });
    expect(ms()).toEqual([60]);
  });
});
