import type { ClientMessageV2 } from "@/protocol/messages.gen";
import type { Answer, VoiceAnswer, Wire } from "@/session/outbox";
import type { AnswerStore } from "@/session/store";

/** What was sent, in order: message types, and `#n` for chunk n. */
export class FakeWire implements Wire {
  log: string[] = [];
  messages: ClientMessageV2[] = [];

  send(message: ClientMessageV2) {
    this.messages.push(message);
    this.log.push(message.type);
  }
  sendBinary(frame: Uint8Array<ArrayBuffer>) {
    this.log.push(`#${new DataView(frame.buffer).getUint32(0, true)}`);
  }
  take(): string[] {
    return this.log.splice(0);
  }
}

export class MemoryStore implements AnswerStore {
  answers = new Map<string, Answer>();
  chunks = 0;

  save(answer: Answer) {
    this.answers.set(answer.turnId, answer);
  }
  append() {
    this.chunks += 1;
  }
  remove(turnId: string) {
    this.answers.delete(turnId);
  }
  load() {
    return Promise.resolve([...this.answers.values()][0] ?? null);
  }
}

export function voice(turnId = "turn-0001"): VoiceAnswer {
  return {
    kind: "voice",
    turnId,
    format: "pcm16",
    sampleRateHz: 16_000,
    interrupted: null,
    chunks: [],
    bytes: 0,
    ended: false,
    durationMs: null,
  };
}
