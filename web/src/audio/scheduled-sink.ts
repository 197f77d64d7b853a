import { PLAYBACK_RATE, type Sink } from "./sink";

/** For browsers without worklets, and pages not served securely: pieces scheduled back to back. */
export class ScheduledSink implements Sink {
  onProgress: () => void = () => undefined;
  private waiting: Int16Array<ArrayBuffer>[] = [];
  private current: { node: AudioBufferSourceNode; startedAt: number; samples: number } | null = null;
  private done = 0;
  private held = false;
  private timer: ReturnType<typeof setInterval> | null = null;

  constructor(private readonly context: AudioContext) {}

  push(pcm16: Int16Array<ArrayBuffer>): void {
    this.waiting.push(pcm16);
    this.advance();
  }

  flush(): void {
    this.waiting = [];
    this.stop();
    this.done = 0;
  }

  hold(held: boolean): void {
    this.held = held;
    if (held) void this.context.suspend();
    else void this.context.resume().then(() => this.advance());
  }

  heardSamples(): number {
    if (!this.current) return this.done;
    const elapsed = (this.context.currentTime - this.current.startedAt) * PLAYBACK_RATE;
    return this.done + Math.round(Math.max(0, Math.min(elapsed, this.current.samples)));
  }

  /** Everything that waits becomes one buffer, so that joints are few. */
  private advance(): void {
    if (this.current || this.held || this.waiting.length === 0) return;
    const samples = this.waiting.reduce((sum, piece) => sum + piece.length, 0);
    const buffer = this.context.createBuffer(1, samples, PLAYBACK_RATE);
    const channel = buffer.getChannelData(0);
    let offset = 0;
    for (const piece of this.waiting) {
      piece.forEach((value, index) => (channel[offset + index] = value / 32768));
      offset += piece.length;
    }
    this.waiting = [];
    const node = this.context.createBufferSource();
    node.buffer = buffer;
    node.connect(this.context.destination);
    node.onended = () => {
      if (this.current?.node !== node) return;
      this.done += samples;
      this.stop();
      this.advance();
      this.onProgress();
    };
    node.start();
    this.current = { node, startedAt: this.context.currentTime, samples };
    this.timer = setInterval(() => this.onProgress(), 50);
    this.onProgress();
  }

  private stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    const current = this.current;
    this.current = null;
    if (!current) return;
    current.node.onended = null;
    current.node.stop();
    current.node.disconnect();
  }
}
