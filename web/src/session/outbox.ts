// Answers that are not safe on the server yet. They stay here, and in the store, until the
// server says `turn_committed` or `turn_discarded`; whatever happens to the connection.
import { packUplink } from "@/protocol/frames";
import {
  PROTOCOL,
  type ClientMessageV2,
  type Interruption,
  type Snapshot,
  type TurnStart,
} from "@/protocol/messages.gen";
import { Pace } from "./pace";
import type { AnswerStore } from "./store";

export interface Wire {
  send(message: ClientMessageV2): void;
  sendBinary(frame: Uint8Array<ArrayBuffer>): void;
}

export interface VoiceAnswer {
  kind: "voice";
  turnId: string;
  format: TurnStart["format"];
  sampleRateHz: number;
  interrupted: Interruption | null;
  /** Missing in what an earlier version of the page left. */
  mode?: TurnStart["mode"];
  chunks: Uint8Array[];
  bytes: number;
  /** The candidate is done. */
  ended: boolean;
  /** Unknown of what an earlier page left. */
  durationMs: number | null;
}

export interface TextAnswer {
  kind: "text";
  turnId: string;
  text: string;
  interrupted: Interruption | null;
}

export type Answer = VoiceAnswer | TextAnswer;

/** What this connection has sent of the answer. */
interface Sent {
  start: boolean;
  chunks: number;
  end: boolean;
}

export class Outbox {
  private answer: Answer | null = null;
  private sent: Sent = { start: false, chunks: 0, end: false };
  private open = false;
  /** Chunks before the pause that this connection was told of; null while there is none. */
  pausedAfter: number | null = null;

  constructor(
    private readonly wire: Wire,
    private readonly store: AnswerStore,
    private readonly pace: Pace = new Pace(),
  ) {
    pace.onReady = () => this.pump();
  }

  private get isUpToDate(): boolean {
    const { answer } = this;
    return this.open && answer?.kind === "voice" && this.sent.chunks === answer.chunks.length;
  }

  get current(): Answer | null {
    return this.answer;
  }

  begin(answer: Answer): void {
    this.answer = answer;
    this.sent = { start: false, chunks: 0, end: false };
    this.pausedAfter = null;
    this.store.save(answer);
    this.pump();
  }

  /** False once the answer is as long as the server takes. */
  append(turnId: string, chunk: Uint8Array): boolean {
    const answer = this.answer;
    if (answer?.kind !== "voice" || answer.turnId !== turnId) return true;
    this.store.append(turnId, answer.chunks.length, chunk);
    answer.chunks.push(chunk);
    answer.bytes += chunk.byteLength;
    this.pump();
    return answer.bytes + PROTOCOL.MAX_CHUNK_BYTES < PROTOCOL.MAX_ANSWER_BYTES;
  }

  /** Silence after what was recorded. Of a connection that has not heard all of it nothing is said:
   * a report that is missing costs time, never words. */
  pause(turnId: string): void {
    const answer = this.answer;
    if (answer?.kind !== "voice" || answer.turnId !== turnId || !this.isUpToDate) return;
    this.wire.send({ type: "speech_paused", turn_id: turnId, chunks: answer.chunks.length });
    this.pausedAfter = answer.chunks.length;
  }

  resume(turnId: string): void {
    if (this.answer?.turnId === turnId && this.pausedAfter !== null) {
      this.wire.send({ type: "speech_resumed", turn_id: turnId });
    }
    this.pausedAfter = null;
  }

  finish(turnId: string, durationMs: number): void {
    const answer = this.answer;
    if (answer?.kind !== "voice" || answer.turnId !== turnId) return;
    answer.ended = true;
    answer.durationMs = durationMs;
    this.store.save(answer);
    this.pump();
  }

  /** Nothing of it is kept, here or there. */
  cancel(): void {
    const answer = this.answer;
    if (!answer) return;
    if (this.sent.start) this.wire.send({ type: "turn_cancel", turn_id: answer.turnId });
    this.settled(answer.turnId);
  }

  /** The server has it, or will not take it: the copies are dropped. */
  settled(turnId: string): void {
    this.store.remove(turnId);
    if (this.answer?.turnId === turnId) this.answer = null;
  }

  disconnected(): void {
    this.open = false;
  }

  /** Takes up on a new connection what the last one left. */
  connected(snapshot: Snapshot | null): void {
    this.open = true;
    this.pausedAfter = null;
    this.sent = { start: false, chunks: 0, end: false };
    const pending = snapshot?.pending_turn ?? null;
    const answer = this.answer;
    if (answer && snapshot?.committed_turns.includes(answer.turnId)) {
      this.settled(answer.turnId);
    } else if (answer && pending?.turn_id === answer.turnId) {
      // `turn_start` again under the same id: this connection has not heard it.
      this.sent = { start: pending.ended, chunks: pending.next_chunk, end: pending.ended };
    }
    if (pending && pending.turn_id !== this.answer?.turnId && !pending.ended) {
      this.finishForeign(pending.turn_id, pending.next_chunk);
    }
    this.pump();
  }

  resend(turnId: string, fromChunk: number): void {
    const answer = this.answer;
    if (answer?.turnId !== turnId) return;
    // From the first chunk means that the server has lost all of it, its format included.
    this.sent = { start: fromChunk > 0, chunks: fromChunk, end: false };
    this.pump();
  }

  /** Begun on another device, or in a page that is gone: what arrived is the answer. */
  private finishForeign(turnId: string, chunks: number): void {
    if (chunks > 0) this.wire.send({ type: "turn_end", turn_id: turnId, chunks });
    else this.wire.send({ type: "turn_cancel", turn_id: turnId });
  }

  private pump(): void {
    const answer = this.answer;
    if (!this.open || !answer || this.sent.end) return;
    if (answer.kind === "text") {
      this.sent.start = this.sent.end = true;
      const { turnId, text, interrupted } = answer;
      this.wire.send({ type: "answer_text", turn_id: turnId, text, interrupted });
      return;
    }
    if (!this.sent.start) {
      this.sent.start = true;
      this.wire.send({
        type: "turn_start",
        turn_id: answer.turnId,
        format: answer.format,
        sample_rate_hz: answer.sampleRateHz,
        interrupted: answer.interrupted,
        ...(answer.mode === "hands_free" && { mode: answer.mode }),
      });
    }
    for (;;) {
      const chunk = answer.chunks[this.sent.chunks];
      if (!chunk) break;
      if (!this.pace.take()) return;
      this.wire.sendBinary(packUplink(this.sent.chunks, chunk));
      this.sent.chunks += 1;
    }
    if (answer.ended) {
      this.sent.end = true;
      this.wire.send({
        type: "turn_end",
        turn_id: answer.turnId,
        chunks: answer.chunks.length,
        duration_ms: answer.durationMs,
      });
    }
  }
}
