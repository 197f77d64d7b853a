import { PROTOCOL } from "@/protocol/messages.gen";

/** Half of what the server allows, so that heartbeats and a live answer always fit beside it. */
const PER_SECOND = PROTOCOL.MAX_MESSAGES_PER_S / 2;
const BURST = (PROTOCOL.MAX_MESSAGES_PER_S * PROTOCOL.RATE_WINDOW_S) / 4;

/** A long answer sent again must not look like a flood. */
export class Pace {
  onReady: () => void = () => undefined;
  private tokens = BURST;
  private filledAt: number;
  private waiting = false;

  constructor(private readonly now: () => number = () => performance.now()) {
    this.filledAt = now();
  }

  /** False: not now; `onReady` is called when there is room again. */
  take(): boolean {
    const now = this.now();
    const earned = ((now - this.filledAt) / 1000) * PER_SECOND;
    this.tokens = Math.min(BURST, this.tokens + earned);
    this.filledAt = now;
    if (this.tokens >= 1) {
      this.tokens -= 1;
      return true;
    }
    if (!this.waiting) {
      this.waiting = true;
      setTimeout(() => {
        this.waiting = false;
        this.onReady();
      }, 100);
    }
    return false;
  }
}
