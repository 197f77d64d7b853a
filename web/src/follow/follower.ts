// Asking again and again, politely: one question at a time, none while nobody looks, and ever more
// rarely while the server does not answer. No React.
import { ApiError } from "@/api/request";

/** Asks once. Answers after how many ms to ask again; null: never again. Raises where it could not. */
export type Look = (signal: AbortSignal) => Promise<number | null>;

export interface Told {
  /** The server does not answer, or answers again. Not told of a single failure. */
  link: (isLost: boolean) => void;
  /** It was refused, and is not asked again. */
  refused: (error: unknown) => void;
}

/** Whether anybody looks at the page, and has a network. */
export interface Audience {
  isThere: () => boolean;
  /** Calls when that may have changed; returns how to be called no more. */
  onChange: (call: () => void) => () => void;
}

/** Of one that failed: doubled each time, up to the slowest. */
export const RETRY_MS = 1_000;
export const SLOWEST_MS = 30_000;
/** Failures until people are told: a server that is exchanged is back by then. */
export const TELL_AFTER = 2;
/** A server that stands still gives no answer at all. */
export const PATIENCE_MS = 15_000;

export class Follower {
  private timer: ReturnType<typeof setTimeout> | null = null;
  private asking: AbortController | null = null;
  private failures = 0;
  private isOver = false;
  private readonly leave: () => void;

  constructor(
    private readonly look: Look,
    private readonly told: Told,
    private readonly audience: Audience,
    private readonly random: () => number = Math.random,
  ) {
    this.leave = audience.onChange(() => (audience.isThere() ? void this.ask() : this.rest()));
  }

  /** Begins after so many ms. */
  start(afterMs = 0): void {
    if (!this.isOver && this.audience.isThere()) this.wait(afterMs);
  }

  /** For good. An answer that comes later is dropped. */
  stop(): void {
    this.isOver = true;
    this.rest();
    this.asking?.abort();
    this.leave();
  }

  private wait(ms: number): void {
    this.rest();
    this.timer = setTimeout(() => void this.ask(), ms);
  }

  private rest(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  private async ask(): Promise<void> {
    if (this.isOver || this.asking !== null) return;
    this.rest();
    const asking = new AbortController();
    this.asking = asking;
    const patience = setTimeout(() => asking.abort(), PATIENCE_MS);
    let next: number | null;
    try {
      next = await this.look(asking.signal);
      if (this.isOver) return;
      if (this.failures >= TELL_AFTER) this.told.link(false);
      this.failures = 0;
      if (next === null) return this.stop();
    } catch (error) {
      if (this.isOver) return;
      if (!isPassing(error)) {
        this.stop();
        return this.told.refused(error);
      }
      this.failures += 1;
      if (this.failures === TELL_AFTER) this.told.link(true);
      next = this.delay();
    } finally {
      clearTimeout(patience);
      this.asking = null;
    }
    // Who is gone is asked for when they come back.
    if (this.audience.isThere()) this.wait(next);
  }

  /** Not all at the same moment: many may have lost the same server. */
  private delay(): number {
    const most = Math.min(SLOWEST_MS, RETRY_MS * 2 ** (this.failures - 1));
    return Math.round(most * (0.75 + this.random() * 0.25));
  }
}

/** Whether it may be otherwise in a moment: nobody answered, or too much was asked. */
function isPassing(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status === 429 || error.status >= 500);
}
