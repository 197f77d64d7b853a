import { describe, expect, it } from "vitest";
import { WorkletScope } from "./support/worklet";

const PRE_ROLL = 3840;

interface Frame {
  type: string;
  id: number;
  pcm: ArrayBuffer;
  peak: number;
}

function recorded(scope: WorkletScope, id: number): number[] {
  const frames = scope.posted.filter((m) => m.type === "frame" && m.id === id) as unknown as Frame[];
  return frames.flatMap((frame) => [...new Int16Array(frame.pcm)]);
}

const sine = (hz: number, rate: number) => (i: number) => 0.5 * Math.sin((2 * Math.PI * hz * i) / rate);

/** Amplitude of `hz` in PCM16 at 16 kHz, 0 to 1. */
function amplitude(pcm: number[], hz: number): number {
  let re = 0;
  let im = 0;
  pcm.forEach((value, i) => {
    const phase = (2 * Math.PI * hz * i) / 16_000;
    re += (value / 32768) * Math.cos(phase);
    im += (value / 32768) * Math.sin(phase);
  });
  return (2 * Math.hypot(re, im)) / pcm.length;
}

describe("the capture worklet", () => {
  it("begins 240 ms before the press, in frames of 20 ms", () => {
    const scope = new WorkletScope("capture", 16_000);
    scope.run(16_000, (i) => (i % 1000) / 2000);
    scope.send({ type: "start", id: 1, preRoll: PRE_ROLL });
    expect(recorded(scope, 1)).toHaveLength(PRE_ROLL);
    scope.run(16_000, () => 0);
    scope.send({ type: "stop" });
    const frames = scope.posted.filter((message) => message.type === "frame") as unknown as Frame[];
    expect(new Set(frames.slice(0, -1).map((frame) => frame.pcm.byteLength))).toEqual(new Set([640]));
    expect(recorded(scope, 1).length).toBeGreaterThan(PRE_ROLL + 15_900);
    expect(scope.posted.at(-1)).toMatchObject({ type: "stopped", id: 1 });
  });

  it("has no gap between pre-roll and what follows", () => {
    const scope = new WorkletScope("capture", 16_000);
    scope.run(8_064, sine(200, 16_000));
    scope.send({ type: "start", id: 1, preRoll: PRE_ROLL });
    scope.run(8_064, (i) => sine(200, 16_000)(i + 8_064));
    scope.send({ type: "stop" });
    const pcm = recorded(scope, 1);
    const steps = pcm.slice(1).map((value, i) => Math.abs(value - pcm[i]!));
    expect(Math.max(...steps)).toBeLessThan(0.5 * 32768 * ((2 * Math.PI * 200) / 16_000) * 1.1);
  });

  it("does not begin an answer with the end of the one before", () => {
    const scope = new WorkletScope("capture", 16_000);
    scope.run(16_000, () => 0.5);
    scope.send({ type: "start", id: 1, preRoll: PRE_ROLL });
    scope.send({ type: "stop" });
    scope.run(1_280, () => 0);
    scope.send({ type: "start", id: 2, preRoll: PRE_ROLL });
    expect(recorded(scope, 2).length).toBeLessThanOrEqual(1_280);
  });

  it.each([16_000, 24_000, 44_100, 48_000])("resamples %d Hz without aliases", (rate) => {
    const heard = (hz: number) => {
      const scope = new WorkletScope("capture", rate);
      scope.send({ type: "start", id: 1, preRoll: PRE_ROLL });
      scope.run(rate, sine(hz, rate));
      return amplitude(recorded(scope, 1).slice(1000, 15_000), hz < 8_000 ? hz : 16_000 - hz);
    };
    expect(heard(440)).toBeCloseTo(0.5, 2);
    expect(heard(3_400)).toBeCloseTo(0.5, 1);
    if (rate > 24_000) expect(heard(11_000)).toBeLessThan(0.005);
  });

  it("clips instead of wrapping", () => {
    const scope = new WorkletScope("capture", 16_000);
    scope.send({ type: "start", id: 1, preRoll: PRE_ROLL });
    scope.run(1_280, () => 1.7);
    expect(Math.min(...recorded(scope, 1).slice(100))).toBe(32767);
  });
});

describe("the playback worklet", () => {
  const ramp = (length: number, from = 1) => Int16Array.from({ length }, (_, i) => from + i);
  const samples = (heard: number[]) => heard.map((value) => Math.round(value * 32768));

  it("plays pieces without a gap, to the sample", () => {
    const scope = new WorkletScope("playback", 24_000);
    scope.send({ type: "push", pcm: ramp(100) });
    scope.send({ type: "push", pcm: ramp(200, 101) });
    const heard = samples(scope.run(384));
    expect(heard.slice(0, 300)).toEqual([...ramp(300)]);
    expect(heard.slice(300)).toEqual(Array(84).fill(0));
    expect(scope.posted.at(-1)).toMatchObject({ played: 300, running: false, generation: 0 });
  });

  it("reports where it is about every 50 ms", () => {
    const scope = new WorkletScope("playback", 24_000);
    scope.send({ type: "push", pcm: ramp(24_000) });
    scope.run(12_032);
    expect(scope.posted.length).toBeGreaterThanOrEqual(9);
    expect(scope.posted.length).toBeLessThanOrEqual(12);
    expect(scope.posted[0]).toMatchObject({ played: 128, running: true });
  });

  it("falls silent within two quanta, without a click, and counts from 0", () => {
    const scope = new WorkletScope("playback", 24_000);
    scope.send({ type: "push", pcm: new Int16Array(24_000).fill(16_384) });
    scope.run(1_280);
    scope.send({ type: "flush", generation: 1 });
    const heard = scope.run(256);
    expect(Math.max(...heard.slice(0, 128).map((v, i, all) => (i ? Math.abs(v - all[i - 1]!) : 0)))).toBeLessThan(0.01);
    expect(heard.slice(128)).toEqual(Array(128).fill(0));
    scope.send({ type: "push", pcm: ramp(64) });
    scope.run(128);
    expect(scope.posted.at(-1)).toMatchObject({ played: 64, generation: 1 });
  });

  it("holds, and goes on at the same sample", () => {
    const scope = new WorkletScope("playback", 24_000);
    scope.send({ type: "push", pcm: ramp(512) });
    scope.run(128);
    scope.send({ type: "hold", held: true });
    expect(scope.run(256)).toEqual(Array(256).fill(0));
    scope.send({ type: "hold", held: false });
    expect(samples(scope.run(128))).toEqual([...ramp(128, 129)]);
  });

  it("keeps pitch and count where the context has another rate", () => {
    const scope = new WorkletScope("playback", 48_000);
    scope.send({ type: "push", pcm: ramp(240) });
    const heard = samples(scope.run(640));
    expect(heard.slice(0, 6)).toEqual([1, 2, 2, 3, 3, 4]);
    expect(heard.slice(480)).toEqual(Array(160).fill(0));
    expect(scope.posted.at(-1)).toMatchObject({ played: 240, running: false });
  });
});
