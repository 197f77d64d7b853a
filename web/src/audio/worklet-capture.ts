import type { Capture, ChunkListener } from "./capture";

type FromWorklet =
  | { type: "frame"; id: number; pcm: ArrayBuffer; peak: number }
  | { type: "stopped"; id: number };

const RATE = 16_000;
const STOP_LIMIT_MS = 500;

const PRE_ROLL_MS = 240;

/** PCM16 16 kHz in frames of 40 ms, from 240 ms before `start` where nothing else is asked for. */
export class WorkletCapture implements Capture {
  readonly format = "pcm16";
  readonly sampleRateHz = RATE;
  readonly looksBack = true;
  private id = 0;
  private samples = 0;
  private listener: ChunkListener = () => undefined;
  private stopped: () => void = () => undefined;

  private constructor(
    private readonly source: MediaStreamAudioSourceNode,
    private readonly node: AudioWorkletNode,
  ) {
    node.port.onmessage = (event: MessageEvent<FromWorklet>) => this.receive(event.data);
    source.connect(node);
  }

  static async create(context: AudioContext, stream: MediaStream): Promise<WorkletCapture> {
    await context.audioWorklet.addModule("/worklets/capture.js");
    const node = new AudioWorkletNode(context, "intervue-capture", {
      numberOfOutputs: 0,
      channelCount: 1,
      channelCountMode: "explicit",
    });
    return new WorkletCapture(context.createMediaStreamSource(stream), node);
  }

  start(onChunk: ChunkListener, preRollMs = PRE_ROLL_MS): void {
    this.id += 1;
    this.samples = 0;
    this.listener = onChunk;
    this.node.port.postMessage({ type: "start", id: this.id, preRoll: (preRollMs * RATE) / 1000 });
  }

  stop(): Promise<{ durationMs: number }> {
    return new Promise((resolve) => {
      this.stopped = () => resolve({ durationMs: Math.round((this.samples / RATE) * 1000) });
      this.node.port.postMessage({ type: "stop" });
      // A suspended context (a locked phone) answers nothing; what came is the answer.
      setTimeout(this.stopped, STOP_LIMIT_MS);
    });
  }

  close(): void {
    this.node.port.onmessage = null;
    this.source.disconnect();
    this.node.disconnect();
  }

  private receive(message: FromWorklet): void {
    if (message.id !== this.id) return;
    if (message.type === "stopped") return this.stopped();
    this.samples += message.pcm.byteLength / 2;
    this.listener(new Uint8Array(message.pcm), message.peak);
  }
}
