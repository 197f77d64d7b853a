// The recordings of an interview as one long sound, in step with its transcript. No React.
import type { Line, Quote, Recording } from "@/api/evaluation";

export interface Track {
  utterance_id: string;
  recording_id: string;
  /** Since the first sound of the interview. */
  from_ms: number;
  duration_ms: number;
}

/** Before a quote, so that its beginning is not missed. */
const LEAD_MS = 1_500;

/** What can be heard, in the transcript's order. Lines that were typed or shown have no sound. */
export function tracksOf(lines: readonly Line[], recordings: readonly Recording[]): Track[] {
  const durations = new Map(recordings.map((one) => [one.recording_id, one.duration_ms]));
  const tracks: Track[] = [];
  let from_ms = 0;
  for (const { utterance_id, recording_id, duration_ms } of lines) {
    if (recording_id === null) continue;
    const length = durations.get(recording_id) ?? duration_ms;
    tracks.push({ utterance_id, recording_id, from_ms, duration_ms: length });
    from_ms += length;
  }
  return tracks;
}

export function lengthOf(tracks: readonly Track[]): number {
  const last = tracks.at(-1);
  return last ? last.from_ms + last.duration_ms : 0;
}

/** The track that sounds at `ms`, and how far into it; the last one at and after the end. */
export function placeOf(tracks: readonly Track[], ms: number): { index: number; within_ms: number } {
  const next = tracks.findIndex((track) => ms < track.from_ms + track.duration_ms);
  const index = next < 0 ? tracks.length - 1 : next;
  const track = tracks[index];
  if (!track) return { index: 0, within_ms: 0 };
  return { index, within_ms: Math.min(Math.max(0, ms - track.from_ms), track.duration_ms) };
}

/** Where a quote stands in its answer as it is shown: as it should read. */
export function spanOf(quote: Pick<Quote, "start" | "end" | "correction">): Pick<Quote, "start" | "end"> {
  return quote.correction ?? quote;
}

/** About where a quote is heard in its recording: by its place among the characters, as no word has
 * a time of its own. */
export function soundOf(line: Pick<Line, "text" | "duration_ms">, quote: Pick<Quote, "start">): number {
  if (line.text.length === 0) return 0;
  return Math.max(0, Math.round((quote.start / line.text.length) * line.duration_ms) - LEAD_MS);
}

/** Index of the sentence that sounds at `ms`; -1 where the line has none that are timed. */
export function sentenceAt(line: Pick<Line, "sentences">, ms: number): number {
  const { sentences } = line;
  if (!sentences.some((sentence) => sentence.end_ms > sentence.start_ms)) return -1;
  const next = sentences.findIndex((sentence) => ms < sentence.end_ms);
  return next < 0 ? sentences.length - 1 : next;
}

/** `text` around a quote of it. Positions are counted in code points, as the server does. */
export function around(text: string, { start, end }: Pick<Quote, "start" | "end">): [string, string, string] {
  const points = Array.from(text);
  return [points.slice(0, start).join(""), points.slice(start, end).join(""), points.slice(end).join("")];
}

/** "2:05", or "1:02:05". */
export function clock(ms: number): string {
  const s = Math.floor(ms / 1000);
  const two = (n: number) => String(n).padStart(2, "0");
  const hours = Math.floor(s / 3600);
  return hours ? `${hours}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}` : `${Math.floor(s / 60)}:${two(s % 60)}`;
}
