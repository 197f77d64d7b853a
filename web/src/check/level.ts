// What a microphone gives: as a bar, in a word, and whether somebody was heard.

export type Loudness = "silent" | "quiet" | "good" | "loud";

const FLOOR_DB = -60;
const QUIET = 0.012;
const GOOD = 0.05;
const LOUD = 0.97;
/** So much of it makes a voice, and not a knock at the table. */
const HEARD_MS = 400;
/** Somebody would have said something by now. */
export const PATIENCE_MS = 6_000;

/** Of a peak from 0 to 1, the length of the bar from 0 to 1: ears hear decibels. */
export function barOf(peak: number): number {
  if (peak <= 0) return 0;
  return Math.max(0, Math.min(1, 1 - (20 * Math.log10(peak)) / FLOOR_DB));
}

export function loudnessOf(peak: number): Loudness {
  if (peak >= LOUD) return "loud";
  if (peak >= GOOD) return "good";
  return peak >= QUIET ? "quiet" : "silent";
}

export type Finding = "waiting" | "heard" | "nothing" | "too_loud";

/** Takes a peak every few milliseconds. */
export class Hearing {
  private listenedMs = 0;
  private heardMs = 0;
  private loudMs = 0;

  take(peak: number, forMs: number): void {
    const loudness = loudnessOf(peak);
    this.listenedMs += forMs;
    if (loudness !== "silent") this.heardMs += forMs;
    if (loudness === "loud") this.loudMs += forMs;
  }

  get finding(): Finding {
    if (this.heardMs >= HEARD_MS) {
      // Now and then anybody is loud.
      return this.loudMs * 4 > this.heardMs ? "too_loud" : "heard";
    }
    return this.listenedMs >= PATIENCE_MS ? "nothing" : "waiting";
  }
}

/** Of samples from -1 to 1. */
export function peakOf(samples: Float32Array): number {
  let peak = 0;
  for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
  return peak;
}
