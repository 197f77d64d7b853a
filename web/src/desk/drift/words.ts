// Changes and states in words.
import type { MovedInterview, Reevaluation } from "@/api/reevaluation";
import type { Tone } from "../words";

/** "+0.5", "−1.0", "0.0"; "–" where there is none. */
export function change(value: number | null): string {
  if (value === null) return "–";
  const size = Math.abs(value).toFixed(1);
  if (size === "0.0") return size;
  return (value > 0 ? "+" : "−") + size;
}

export function stateOf(one: Reevaluation): { name: string; tone: Tone } {
  if (one.state === "running") return { name: `${one.over} of ${one.interviews}`, tone: "plain" };
  if (one.state === "stopped") return { name: `Stopped at ${one.over - one.pending} of ${one.interviews}`, tone: "warn" };
  if (one.pending > 0) return { name: `${one.pending} lack scores`, tone: "warn" };
  return { name: "Done", tone: "good" };
}

const STOPPED: Record<NonNullable<Reevaluation["reason"]>, string> = {
  asked: "It was stopped.",
  too_long: "It took longer than a day and was stopped.",
  failed: "It could not go on. The log of the workers says why.",
};

/** What is to be said of one that did not come to its end. */
export function endOf(one: Reevaluation): string {
  return one.reason === null ? "" : `${STOPPED[one.reason]} What was scored until then is kept.`;
}

/** Interviews that lack scores, and nobody works on. */
export function missingIn(one: Reevaluation): number {
  if (one.state === "running") return 0;
  return one.pending + (one.state === "stopped" ? one.interviews - one.over : 0);
}

const SKIPPED: Record<NonNullable<MovedInterview["skipped"]>, string> = {
  erased: "It is being erased.",
  other_rubric: "The rubric measures nothing that it asked for.",
  too_many: "It has as many evaluations as there may be.",
};

/** What is to be said of an interview beside its figures. */
export function notesOf(one: MovedInterview): string {
  if (one.skipped) return SKIPPED[one.skipped];
  if (one.state === null) return "Not begun yet.";
  if (one.state === "running") return "Being scored.";
  if (one.state === "unscored") return "Nothing was scored.";
  const notes: string[] = [];
  if (one.now_needs_human) notes.push("Needs a person now.");
  if (one.crossed_band) notes.push("Went over a line.");
  return notes.join(" ");
}

/** What the change as a whole comes to. */
export function sumUp(count: number, mean: number | null, kappa: number | null): string {
  if (count === 0 || mean === null) return "Nothing is scored twice yet.";
  if (count < 30) return "Too few scores to rely on: three scorers differ by chance.";
  if (Math.abs(mean) >= 0.25) return `The scale has moved ${mean > 0 ? "up" : "down"}.`;
  if (kappa !== null && kappa < 0.6) return "The scale is where it was, and people have changed places.";
  return "Little has changed.";
}
