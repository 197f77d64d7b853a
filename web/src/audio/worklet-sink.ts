import { PLAYBACK_RATE, type Sink } from "./sink";

interface Report {
  generation: number;
  played: number;
  time: number;
  running: boolean;
}

/** The playback worklet: starts and stops within one render quantum, counts exactly. */
export class WorkletSink implements Sink {
  onProgress: () => void = () => undefined;
  private pushed = 0;
  private generation = 0;
  private last: Report = { generation: 0, played: 0, time: 0, running: false };

  private constructor(
    private readonly context: AudioContext,
    private readonly node: AudioWorkletNode,
  ) {
    node.port.onmessage = (event: MessageEvent<Report>) => {
      if (event.data.generation !== this.generation) return;
      this.last = event.data;
      this.onProgress();
    };
    node.connect(context.destination);
  }

  static async create(context: AudioContext): Promise<WorkletSink> {
    await context.audioWorklet.addModule("/worklets/playback.js");
    const node = new AudioWorkletNode(context, "intervue-playback", {
      numberOfInputs: 0,
      outputChannelCount: [1],
    });
    return new WorkletSink(context, node);
  }

  push(pcm16: Int16Array<ArrayBuffer>): void {
    this.pushed += pcm16.length;
    this.node.port.postMessage({ type: "push", pcm: pcm16 });
  }

  flush(): void {
    this.generation += 1;
    this.pushed = 0;
    this.last = { generation: this.generation, played: 0, time: 0, running: false };
    this.node.port.postMessage({ type: "flush", generation: this.generation });
  }

  hold(held: boolean): void {
    this.node.port.postMessage({ type: "hold", held });
  }

  heardSamples(): number {
    const { played, time, running } = this.last;
    if (!running) return Math.round(played);
    // Between reports the context's clock says how far it is; the device plays a little later.
    const since = this.context.currentTime - time - (this.context.outputLatency || 0);
    const heard = played + since * PLAYBACK_RATE;
    return Math.round(Math.max(0, Math.min(heard, this.pushed)));
  }
}
