import { describe, expect, it } from "vitest";
import { joined } from "@/audio/joined";
import { barOf, Hearing, loudnessOf, PATIENCE_MS, peakOf } from "@/check/level";
import { measure, SLOW_MS, type Probes } from "@/check/network";
import { floatsOf } from "@/check/sound";

/** A server that answers after so many ms each time; "away" is not reached. */
function probes(answers: (number | "away")[], live = true): Probes & { asked: number } {
  let now = 0;
  return {
    asked: 0,
    async ask() {
      const answer = answers[Math.min(this.asked, answers.length - 1)] ?? 0;
      this.asked += 1;
      if (answer === "away") throw new Error("away");
      now += answer;
    },
    connect: () => Promise.resolve(live),
    now: () => now,
  };
}

describe("the connection", () => {
  it("is good where answers come soon, the first one not counted", async () => {
    const server = probes([2_000, 30, 20, 10, 40, 900]);
    expect(await measure(server)).toEqual({ verdict: "good", roundTripMs: 30 });
    expect(server.asked).toBe(6);
  });

  it("is slow by its median, not by one bad moment", async () => {
    expect((await measure(probes([SLOW_MS]))).verdict).toBe("good");
    expect(await measure(probes([SLOW_MS + 1]))).toEqual({ verdict: "slow", roundTripMs: SLOW_MS + 1 });
  });

  it("is blocked where pages come through and sockets do not", async () => {
    expect(await measure(probes([10], false))).toEqual({ verdict: "blocked", roundTripMs: 10 });
  });

  it.each([[["away"]], [[10, 10, "away"]]] as const)("is away (%j)", async (answers) => {
    expect(await measure(probes([...answers]))).toEqual({ verdict: "offline", roundTripMs: null });
  });
});

describe("the level", () => {
  it("is as long as it sounds, and stays within its bar", () => {
    expect(barOf(0)).toBe(0);
    expect(barOf(0.0005)).toBe(0);
    expect(barOf(0.1)).toBeCloseTo(2 / 3);
    expect(barOf(1)).toBe(1);
    expect(barOf(1.3)).toBe(1);
  });

  it("has a word for it", () => {
    expect([0, 0.02, 0.3, 1].map(loudnessOf)).toEqual(["silent", "quiet", "good", "loud"]);
    expect(peakOf(new Float32Array([0.1, -0.5, 0.2]))).toBe(0.5);
  });

  it("tells a voice from a knock, and silence after a while", () => {
    const knock = new Hearing();
    knock.take(0.5, 100);
    expect(knock.finding).toBe("waiting");
    knock.take(0, PATIENCE_MS);
    expect(knock.finding).toBe("nothing");
    knock.take(0.2, 350);
    expect(knock.finding).toBe("heard");
  });

  it("minds what is too loud most of the time, and not a single shout", () => {
    const shout = new Hearing();
    shout.take(0.2, 1_000);
    shout.take(1, 200);
    expect(shout.finding).toBe("heard");
    shout.take(1, 1_000);
    expect(shout.finding).toBe("too_loud");
  });
});

describe("a recording", () => {
  it("is put together as it was cut", () => {
    const bytes = joined([new Uint8Array([0, 128]), new Uint8Array([255]), new Uint8Array([127, 0])]);
    expect([...bytes]).toEqual([0, 128, 255, 127, 0]);
    const samples = floatsOf(bytes);
    expect(samples).toHaveLength(2);
    expect(samples[0]).toBe(-1);
    expect(samples[1]).toBeCloseTo(1, 3);
  });
});
