// Places and figures in words.
import type { Candidate, Figures, HeldPlan } from "@/api/comparison";

/** "1", "1–3": where somebody may stand. */
export function placeOf({ best_place, worst_place }: Pick<Candidate, "best_place" | "worst_place">): string {
  if (best_place === null || worst_place === null) return "–";
  return best_place === worst_place ? String(best_place) : `${best_place}–${worst_place}`;
}

/** Who shares places with whom: the names of those whose ranges touch. */
export function tiedWith(one: Candidate, all: readonly Candidate[]): Candidate[] {
  const { low, high } = one;
  if (low === null || high === null) return [];
  return all.filter(
    (other) => other !== one && other.low !== null && other.high !== null && other.low <= high && other.high >= low,
  );
}

export function one(value: number): string {
  return value.toFixed(1);
}

export function percent(part: number | null): string {
  return part === null ? "–" : `${Math.round(part * 100)} %`;
}

/** What a kappa comes to; by the usual bands, which are a habit and no law. */
export function agreementIn({ kappa, pairs }: Figures): string {
  if (pairs === 0) return "Nobody has rated blindly beside scores yet.";
  if (kappa === null) return "Both always say the same one score, so that chance says nothing.";
  if (pairs < 30) return "Too few ratings to rely on.";
  if (kappa < 0.2) return "Hardly more than by chance.";
  if (kappa < 0.4) return "Fair.";
  if (kappa < 0.6) return "Moderate.";
  if (kappa < 0.8) return "Substantial.";
  return "Almost perfect.";
}

/** "Engineer, version 2 (3 interviews)". */
export function called({ title, number, interviews }: HeldPlan): string {
  const name = number === null ? title : `${title}, version ${number}`;
  return `${name} (${interviews === 1 ? "1 interview" : `${interviews} interviews`})`;
}
