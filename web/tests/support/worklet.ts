// The scope of an audio worklet, to run the real processors in.
import { readFileSync } from "node:fs";

export interface Processor {
  port: { onmessage: (event: { data: unknown }) => void };
  process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean;
}

export class WorkletScope {
  readonly posted: Record<string, unknown>[] = [];
  readonly processor: Processor;
  private readonly clock = globalThis as { currentTime?: number };

  constructor(name: string, private readonly sampleRate: number) {
    const posted = this.posted;
    const registered: (new () => Processor)[] = [];
    class AudioWorkletProcessor {
      port = {
        onmessage: () => {},
        postMessage: (message: Record<string, unknown>) => void posted.push(message),
      };
    }
    const registerProcessor = (_name: string, processor: new () => Processor) =>
      void registered.push(processor);
    this.clock.currentTime = 0;
    const source = readFileSync(new URL(`../../public/worklets/${name}.js`, import.meta.url), "utf8");
    const load = new Function("AudioWorkletProcessor", "registerProcessor", "sampleRate", source);
    load(AudioWorkletProcessor, registerProcessor, sampleRate);
    this.processor = new registered[0]!();
  }

  send(data: unknown) {
    this.processor.port.onmessage({ data });
  }

  /** Feeds or reads `samples` in quanta of 128. */
  run(samples: number, input?: (index: number) => number): number[] {
    const heard: number[] = [];
    for (let start = 0; start < samples; start += 128) {
      const channel = Float32Array.from({ length: 128 }, (_, i) => input?.(start + i) ?? 0);
      const output = new Float32Array(128);
      this.processor.process([[channel]], [[output]]);
      heard.push(...output);
      this.clock.currentTime! += 128 / this.sampleRate;
    }
    return heard;
  }
}
