import type { TurnStart } from "@/protocol/messages.gen";
import { RecorderCapture } from "./recorder-capture";
import { WorkletCapture } from "./worklet-capture";

export type ChunkListener = (chunk: Uint8Array) => void;

/** Records answers from an open microphone. */
export interface Capture {
  readonly format: TurnStart["format"];
  /** Of pcm16; containers carry their own. */
  readonly sampleRateHz: number;
  /** Whether an answer can begin with what was said before `start`. */
  readonly looksBack: boolean;
  /** Of what is being recorded, as loud as it was last: 0 to 1. */
  readonly level: number;
  start(onChunk: ChunkListener, preRollMs?: number): void;
  /** What has come is delivered now, though it is no whole chunk; of one that looks back. */
  flush(): void;
  /** After the last chunk was delivered: how much was recorded. */
  stop(): Promise<{ durationMs: number }>;
  close(): void;
}

/** PCM from a worklet where there is one, MediaRecorder's container where not. */
export async function createCapture(
  context: AudioContext,
  stream: MediaStream,
): Promise<Capture> {
  // Undefined on pages that are not served securely, whatever its type says.
  const worklets = context.audioWorklet as AudioWorklet | undefined;
  if (worklets) {
    try {
      return await WorkletCapture.create(context, stream);
    } catch {
      // The compatible way is slower to start, but it records.
    }
  }
  return new RecorderCapture(stream);
}
