// How an interview that runs stands, in words.
import type { Live } from "@/api/live";
import { PHASES, STATUS, type Tone } from "../words";
import { isOver, isRunning } from "./following";

const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });

export interface Standing {
  badge: { name: string; tone: Tone };
  /** "Main questions, question 3 of 7". */
  place: string;
  /** What else there is to know; empty while all goes its way. */
  more: string;
}

export function standingOf(live: Live, name: string): Standing {
  const isAway = isRunning(live) && live.seen?.presence === "away";
  return {
    badge: isAway && live.status === "active" ? { name: "Away", tone: "warn" } : STATUS[live.status],
    place: isOver(live) ? "" : placeOf(live),
    more: moreOf(live, name, isAway),
  };
}

function placeOf({ phase, question_number, question_count }: Live): string {
  const part = PHASES[phase] ?? phase;
  return question_number > 0 ? `${part}, question ${question_number} of ${question_count}` : part;
}

function moreOf(live: Live, name: string, isAway: boolean): string {
  if (isOver(live)) return endOf(live, name);
  const since = live.seen?.seen_at ? ` since ${CLOCK.format(new Date(live.seen.seen_at))}` : "";
  if (live.status === "paused") {
    return isAway ? `${name} is away${since}. It goes on when they come back.` : `It goes on when ${name} wants it to.`;
  }
  return isAway ? `${name} has not been in the room${since}. What was said is safe.` : "";
}

function endOf({ outcome }: Live, name: string): string {
  switch (outcome) {
    case "ended_by_candidate":
      return `${name} has ended the interview.`;
    case "expired":
      return "The interview was paused for too long, and has ended.";
    case "withdrawn":
      return `${name} has withdrawn their consent: the interview has ended, and is erased.`;
    default:
      return "The interview has ended.";
  }
}

/** Said aloud whenever it becomes another sentence. */
export function aloud(live: Live, name: string): string {
  if (isOver(live)) return endOf(live, name);
  if (live.status === "paused") return "The interview is paused.";
  if (live.seen?.presence === "away") return `${name} is away.`;
  return `${placeOf(live)}.`;
}

export function answersIn(count: number): string {
  return count === 1 ? "1 answer" : `${count} answers`;
}
