// Interviewer's sound: which sample of which sentence is being heard.
import type { AudioFrame } from "@/protocol/frames";
import type { Interruption } from "@/protocol/messages.gen";
import { PLAYBACK_RATE, type Sink } from "./sink";

const SAMPLES_PER_MS = PLAYBACK_RATE / 1000;

interface Spoken {
  utteranceId: string;
  sequence: number;
  /** Per sentence: where it starts, once its caption said so, and the samples received. */
  sentences: Map<number, { startMs: number | null; received: number }>;
  durationMs: number | null;
  finished: boolean;
}

/** A run of queued samples: `from` and `to` count from the sink's last flush. */
interface Segment {
  from: number;
  to: number;
  spoken: Spoken;
  sentence: number;
  offset: number;
  pcm16: Int16Array<ArrayBuffer>;
}

/** What was cut off, to be played on if it was only a cough. */
interface Cut {
  open: Spoken[];
  segments: Segment[];
  /** Samples of the segments that were heard. */
  heard: number;
}

export interface Position {
  utteranceId: string;
  heardMs: number;
  playing: boolean;
  /** All that has come of it was heard, and it goes on. */
  drained: boolean;
  finished: boolean;
}

export class Playback {
  private readonly utterances = new Map<number, Spoken>();
  private segments: Segment[] = [];
  private queued = 0;
  private latest = 0;
  private cut: Cut | null = null;

  constructor(
    private readonly sink: Sink,
    private readonly moved: (position: Position) => void,
    /** Played to its end; not called for what was cut off. */
    private readonly completed: (utteranceId: string) => void,
  ) {
    sink.onProgress = () => this.progress();
  }

  start(utteranceId: string, sequence: number): void {
    if (sequence > this.latest) this.cut = null; // there was an answer, and this replies to it
    this.latest = Math.max(this.latest, sequence);
    const known = this.utterances.get(sequence);
    if (known) known.utteranceId = utteranceId;
    else {
      const spoken = { utteranceId, sequence, sentences: new Map(), durationMs: null };
      this.utterances.set(sequence, { ...spoken, finished: false });
    }
    this.progress();
  }

  sentence(utteranceId: string, index: number, startMs: number): void {
    const spoken = this.byId(utteranceId);
    if (spoken) sentenceOf(spoken, index).startMs = startMs;
  }

  end(utteranceId: string, durationMs: number): void {
    const spoken = this.byId(utteranceId);
    if (!spoken) return;
    spoken.durationMs = durationMs;
    this.progress();
  }

  /** Frames that came before, and frames of what was cut off, are dropped. */
  frame(frame: AudioFrame): void {
    const spoken = this.utterances.get(frame.sequence);
    if (!spoken || (spoken.finished && !this.cut?.open.includes(spoken))) return;
    const sentence = sentenceOf(spoken, frame.sentence);
    const repeated = Math.max(0, sentence.received - frame.offsetSamples);
    if (repeated >= frame.pcm16.length) return;
    const pcm16 = repeated > 0 ? frame.pcm16.slice(repeated) : frame.pcm16;
    const offset = frame.offsetSamples + repeated;
    sentence.received = offset + pcm16.length;
    this.queue({ spoken, sentence: frame.sentence, offset, pcm16 });
  }

  private queue(piece: Omit<Segment, "from" | "to">): void {
    if (piece.spoken.finished) {
      this.cut?.segments.push({ ...piece, from: Infinity, to: Infinity });
      return;
    }
    const from = this.queued;
    this.queued += piece.pcm16.length;
    this.segments.push({ ...piece, from, to: this.queued });
    this.sink.push(piece.pcm16);
    // From its first samples on somebody is speaking, even before a report of the sound.
    if (this.segments.length === 1) this.progress();
  }

  /** Silence. What was being said counts as heard up to here; null when nothing was. */
  interrupt(): Interruption | null {
    const open = [...this.utterances.values()].filter((spoken) => !spoken.finished);
    const current = open[0];
    if (!current) return null;
    const heardMs = this.heardMs(current);
    this.cut = { open, segments: this.segments, heard: this.sink.heardSamples() };
    this.sink.flush();
    this.segments = [];
    this.queued = 0;
    for (const spoken of open) {
      spoken.finished = true;
      const heard = spoken === current ? heardMs : 0;
      this.emit(spoken, heard, false);
    }
    return { utterance_id: current.utteranceId, heard_ms: heardMs };
  }

  /** It was only a cough: what was cut off goes on where it stopped. */
  playOn({ utterance_id }: Interruption): void {
    const cut = this.cut;
    if (cut?.open[0]?.utteranceId !== utterance_id) return;
    this.cut = null;
    for (const spoken of cut.open) spoken.finished = false;
    for (const { from, to, pcm16, offset, ...piece } of cut.segments) {
      if (to <= cut.heard) continue;
      const skipped = Math.max(0, Math.min(cut.heard - from, pcm16.length));
      this.queue({ ...piece, offset: offset + skipped, pcm16: pcm16.slice(skipped) });
    }
    this.progress();
  }

  hold(held: boolean): void {
    this.sink.hold(held);
  }

  /** Nothing more will come: what is queued is all there is. */
  close(): void {
    for (const spoken of this.utterances.values()) spoken.durationMs ??= receivedMs(spoken);
    this.progress();
  }

  private progress(): void {
    const heard = this.sink.heardSamples();
    for (const spoken of this.utterances.values()) {
      if (spoken.finished) continue;
      const last = this.segments.findLast((segment) => segment.spoken === spoken);
      const drained = !last || heard >= last.to;
      const complete = spoken.durationMs !== null || spoken.sequence < this.latest;
      spoken.finished = drained && complete;
      const heardMs = spoken.finished
        ? (spoken.durationMs ?? receivedMs(spoken))
        : this.heardMs(spoken);
      const playing = last !== undefined && !spoken.finished;
      this.emit(spoken, heardMs, playing, playing && drained);
      if (spoken.finished) this.completed(spoken.utteranceId);
      // The next one is not heard before this one is over.
      if (!spoken.finished) break;
    }
    this.segments = this.segments.filter((segment) => !segment.spoken.finished);
  }

  private heardMs(spoken: Spoken): number {
    const heard = this.sink.heardSamples();
    const segment = this.segments.findLast((each) => each.spoken === spoken && each.from <= heard);
    if (!segment) return 0;
    const within = segment.offset + Math.min(heard, segment.to) - segment.from;
    return Math.round(startMs(spoken, segment.sentence) + within / SAMPLES_PER_MS);
  }

  private emit(spoken: Spoken, heardMs: number, playing: boolean, drained = false): void {
    const { utteranceId, finished } = spoken;
    this.moved({ utteranceId, heardMs, playing, drained, finished });
  }

  private byId(utteranceId: string): Spoken | undefined {
    return [...this.utterances.values()].find((spoken) => spoken.utteranceId === utteranceId);
  }
}

function sentenceOf(spoken: Spoken, index: number): { startMs: number | null; received: number } {
  let sentence = spoken.sentences.get(index);
  if (!sentence) spoken.sentences.set(index, (sentence = { startMs: null, received: 0 }));
  return sentence;
}

/** As its caption says, or after all sentences before it. */
function startMs(spoken: Spoken, index: number): number {
  const known = spoken.sentences.get(index)?.startMs;
  if (known !== null && known !== undefined) return known;
  return receivedMs(spoken, index);
}

function receivedMs(spoken: Spoken, before = Infinity): number {
  let samples = 0;
  for (const [index, sentence] of spoken.sentences) if (index < before) samples += sentence.received;
  return Math.round(samples / SAMPLES_PER_MS);
}
