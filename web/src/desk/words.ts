// How the desk calls what the server tells.
import type { Accommodation, Interview, InterviewStatus, InvitationState } from "@/api/desk";

export type Tone = "good" | "warn" | "plain";

export const STATUS: Record<InterviewStatus, { name: string; tone: Tone }> = {
  created: { name: "Not begun", tone: "plain" },
  active: { name: "Under way", tone: "good" },
  paused: { name: "Paused", tone: "warn" },
  completed: { name: "Completed", tone: "plain" },
  abandoned: { name: "Abandoned", tone: "plain" },
};

/** Of a list: who runs, and whether anybody is there. */
export function stateOf({ status, seen }: Pick<Interview, "status" | "seen">): { name: string; tone: Tone } {
  return status === "active" && seen?.presence === "away" ? { name: "Away", tone: "warn" } : STATUS[status];
}

/** What there is to say of its state; empty where it does not run, nor ever went on after a break. */
export function aboutState({ status, phase, seen, resumes }: Interview): string {
  const isRunning = status === "active" || status === "paused";
  const about = [
    isRunning ? (PHASES[phase] ?? phase) : "",
    status === "paused" && seen?.presence === "away" ? "away" : "",
    resumedIn(resumes ?? 0),
  ];
  const said = about.filter(Boolean).join(", ");
  return said && said[0]?.toUpperCase() + said.slice(1);
}

/** Empty where it went on without a break. */
export function resumedIn(resumes: number): string {
  if (resumes === 0) return "";
  return ["resumed once", "resumed twice"][resumes - 1] ?? `resumed ${resumes} times`;
}

export const PHASES: Record<string, string> = {
  introduction: "Introduction",
  warmup: "Warm-up",
  main_questions: "Main questions",
  wrap_up: "Wrap-up",
  completed: "Farewell",
};

export const INVITATION: Record<InvitationState, { name: string; tone: Tone }> = {
  open: { name: "Open", tone: "good" },
  used: { name: "Accepted", tone: "plain" },
  expired: { name: "Expired", tone: "warn" },
  revoked: { name: "Taken back", tone: "plain" },
};

const TIMES: Record<string, string> = {
  "1.25": "A quarter more time",
  "1.5": "Half as much time again",
  "2": "Twice the time",
};

export function wanted(asked: Pick<Accommodation, "extra_time_factor" | "text_only">): string {
  const time = asked.extra_time_factor === 1 ? [] : [TIMES[asked.extra_time_factor] ?? `${asked.extra_time_factor} times the time`];
  return [...time, ...(asked.text_only ? ["typing instead of speaking"] : [])].join(", ") || "See the note";
}

/** Candidates may be nameless. */
export function named(name: string): string {
  return name || "A candidate";
}

/** What a retention of so many days comes to. */
export function keptFor(days: number | null): string {
  if (days === null) return "Interviews are kept until somebody erases them.";
  return `Interviews are erased ${days === 1 ? "one day" : `${days} days`} after their end.`;
}
