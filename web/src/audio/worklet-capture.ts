import type { Capture, ChunkListener } from "./capture";
import { joined } from "./joined";

type FromWorklet =
  | { type: "frame"; id: number; pcm: ArrayBuffer; peak: number }
  | { type: "stopped"; id: number };

const RATE = 16_000;
/** Each is a message, and work for the server. The worklet's frames are shorter, for the loudness
 * that is shown. */
const CHUNK_MS = 200;
const CHUNK_BYTES = (2 * RATE * CHUNK_MS) / 1000;
const STOP_LIMIT_MS = 500;

const PRE_ROLL_MS = 240;

/** PCM16 16 kHz in chunks of 200 ms, from 240 ms before `start` where nothing else is asked for. */
export class WorkletCapture implements Capture {
  readonly format = "pcm16";
  readonly sampleRateHz = RATE;
  readonly looksBack = true;
  level = 0;
  private id = 0;
  private samples = 0;
  /** Not a chunk yet. */
  private frames: Uint8Array[] = [];
  private bytes = 0;
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
    this.samples = this.level = this.bytes = 0;
    this.frames = [];
    this.listener = onChunk;
    this.node.port.postMessage({ type: "start", id: this.id, preRoll: (preRollMs * RATE) / 1000 });
  }

  flush(): void {
    if (this.bytes === 0) return;
    const chunk = joined(this.frames);
    this.frames = [];
    this.bytes = 0;
    this.listener(chunk);
  }

  stop(): Promise<{ durationMs: number }> {
    return new Promise((resolve) => {
      const stopped = () => {
        clearTimeout(limit);
        this.flush();
        resolve({ durationMs: Math.round((this.samples / RATE) * 1000) });
      };
      // A suspended context (a locked phone) answers nothing; what came is the answer.
      const limit = setTimeout(stopped, STOP_LIMIT_MS);
      this.stopped = stopped;
      this.node.port.postMessage({ type: "stop" });
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
    this.level = message.peak;
    this.samples += message.pcm.byteLength / 2;
    this.bytes += message.pcm.byteLength;
    this.frames.push(new Uint8Array(message.pcm));
    if (this.bytes >= CHUNK_BYTES) this.flush();
  }
}
