/** Plays a queue of mono PCM16 at 24 kHz. */
export interface Sink {
  push(pcm16: Int16Array<ArrayBuffer>): void;
  /** Silence at once; what is queued is forgotten and counting starts again at 0. */
  flush(): void;
  /** Stops and goes on at the same sample. */
  hold(held: boolean): void;
  /** Samples the listener has heard since the last flush. */
  heardSamples(): number;
  /** Called when playing starts or stops and about every 50 ms between. */
  onProgress: () => void;
}

export const PLAYBACK_RATE = 24_000;
