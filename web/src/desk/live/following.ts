// What is known of an interview that runs, as it is told piece by piece. No React.
import type { Live } from "@/api/live";
import type { Line } from "@/api/evaluation";

/** Asked for once more: a line changes when it is interrupted, and a reply may be there before the
 * answer it is to. */
export const OVERLAP = 4;

/** From where lines are asked for. */
export function afterOf(lines: readonly Line[]): number {
  return Math.max(0, (lines.at(-1)?.sequence ?? 0) - OVERLAP);
}

/** `before` with what was told, in order. The same array where nothing is other. */
export function merged(before: readonly Line[], told: readonly Line[]): readonly Line[] {
  const lines = new Map(before.map((line) => [line.sequence, line]));
  const others = told.filter((line) => !isSame(lines.get(line.sequence), line));
  if (others.length === 0) return before;
  for (const line of others) lines.set(line.sequence, line);
  return [...lines.values()].sort((a, b) => a.sequence - b.sequence);
}

function isSame(one: Line | undefined, other: Line): boolean {
  return (
    one?.utterance_id === other.utterance_id &&
    one.text === other.text &&
    one.heard_ms === other.heard_ms &&
    one.recording_id === other.recording_id
  );
}

/** Null lines: they are not for whoever looks. */
export interface Known {
  live: Live;
  lines: readonly Line[] | null;
}

export function known(before: Known | null, live: Live): Known {
  return { live, lines: live.lines && merged(before?.lines ?? [], live.lines) };
}

export function isOver({ status }: Pick<Live, "status">): boolean {
  return status === "completed" || status === "abandoned";
}

export function isRunning({ status }: Pick<Live, "status">): boolean {
  return status === "active" || status === "paused";
}
